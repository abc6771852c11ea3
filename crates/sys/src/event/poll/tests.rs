use super::*;
use crate::net::Socket;
use std::os::fd::AsFd;
use std::time::Instant;

#[test]
fn readiness() {
    let (one, other) = Socket::pair().unwrap();
    let mut set = PollSet::new();
    let reading = set.add(one.as_fd(), Interest::READ);
    let writing = set.add(one.as_fd(), Interest::WRITE);
    assert_eq!(set.wait(None).unwrap(), 1);
    assert_eq!(set.ready(reading), Ready::default());
    assert_eq!(set.ready(writing), Ready { writable: true, ..Ready::default() });
    assert!(!set.ready(99).any());

    other.send(&[io::IoSlice::new(b"x")], &[]).unwrap();
    assert_eq!(set.wait(None).unwrap(), 2);
    assert!(set.ready(reading).readable);
    drop(other);
    set.clear();
    assert!(set.is_empty());
    let index = set.add(one.as_fd(), Interest::default());
    assert_eq!(set.wait(None).unwrap(), 1);
    assert!(set.ready(index).hangup && !set.ready(index).readable);
}

#[test]
fn timeouts() {
    let (one, _other) = Socket::pair().unwrap();
    let mut set = PollSet::new();
    set.add(one.as_fd(), Interest::READ);
    for nanoseconds in [0, 1, 1000, 300_000, 999_999, 1_000_001, 2_000_000] {
        let timeout = Duration::from_nanos(nanoseconds);
        let start = Instant::now();
        assert_eq!(set.wait(Some(timeout)).unwrap(), 0);
        assert!(start.elapsed() >= timeout);
    }
    // Long times saturate rather than wrap round to none; something is ready, so this returns.
    set.add(one.as_fd(), Interest::WRITE);
    assert_eq!(set.wait(Some(Duration::MAX)).unwrap(), 1);
    assert_eq!(set.wait(Some(Duration::from_secs(1 << 40))).unwrap(), 1);
}

#[test]
fn files_and_pipes() {
    let file = crate::mem::SharedFile::create(10, None).unwrap();
    let (read, write) = crate::pipe::pipe().unwrap();
    let mut set = PollSet::new();
    let at_file = set.add(file.as_fd(), Interest { readable: true, writable: true });
    let at_read = set.add(read.as_fd(), Interest::READ);
    assert_eq!(set.wait(Some(Duration::ZERO)).unwrap(), 1);
    assert!(set.ready(at_file).readable && set.ready(at_file).writable);
    drop(write);
    assert_eq!(set.wait(None).unwrap(), 2);
    assert!(set.ready(at_read).hangup);

    let (read, write) = crate::pipe::pipe().unwrap();
    drop(read);
    set.clear();
    let at_write = set.add(write.as_fd(), Interest::WRITE);
    set.wait(None).unwrap();
    assert!(set.ready(at_write).error || set.ready(at_write).hangup);
}
