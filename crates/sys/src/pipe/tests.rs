use super::*;
use crate::testing::{FULL, TempDir, default_sigpipe, is_cloexec, is_nonblocking};
use std::fs::File;

/// Writes until all is taken or it is full; returns what was taken.
fn push(writer: &mut PipeWriter, data: &[u8]) -> usize {
    let mut total = 0;
    while total < data.len() {
        match writer.write(&data[total..]).unwrap() {
            Sent::Bytes(count) => total += count,
            Sent::Full => break,
            Sent::Closed => panic!("closed"),
        }
    }
    total
}

#[test]
fn a_blocking_pipe_stalls_nobody() {
    default_sigpipe();
    let (read, write) = pipe().unwrap();
    assert!(is_cloexec(&read) && is_cloexec(&write));
    let shells = write.try_clone().unwrap();
    let mut writer = PipeWriter::new(write);
    let mut reader = PipeReader::new(read).unwrap();
    let data = crate::testing::Rng(4).bytes(1 << 20);
    let (mut sent, mut back, mut buf) = (0, Vec::new(), vec![0; 5000]);
    assert_eq!(reader.read(&mut buf).unwrap(), Received::Empty);
    while back.len() < data.len() {
        sent += push(&mut writer, &data[sent..]);
        while let Received::Bytes(count) = reader.read(&mut buf).unwrap() {
            back.extend_from_slice(&buf[..count]);
        }
    }
    assert!(back == data);
    assert!(!is_nonblocking(&shells), "the mode of a shared description is not ours");
    assert_eq!(is_nonblocking(&writer), FULL);
    drop((writer, shells));
    assert_eq!(reader.read(&mut buf).unwrap(), Received::Closed);
}

#[test]
fn the_reader_leaves() {
    default_sigpipe();
    let (read, write) = pipe().unwrap();
    let mut writer = PipeWriter::new(write);
    push(&mut writer, b"some");
    drop(read);
    assert_eq!(writer.write(b"more").unwrap(), Sent::Closed);
    assert_eq!(writer.write(b"more").unwrap(), Sent::Closed);

    let (read, write) = pipe().unwrap();
    drop(read);
    assert_eq!(PipeWriter::new(write).write(b"x").unwrap(), Sent::Closed);

    let (one, other) = crate::net::Socket::pair().unwrap();
    drop(other);
    assert_eq!(PipeWriter::new(one.into()).write(b"x").unwrap(), Sent::Closed);
}

#[test]
fn all_kinds_of_targets() {
    default_sigpipe();
    let dir = TempDir::new();
    let data = vec![7; 200_000];
    let path = dir.path().join("file");
    let file = File::create(&path).unwrap();
    let mut writer = PipeWriter::new(file.into());
    assert_eq!(push(&mut writer, &data), data.len());
    assert!(std::fs::read(&path).unwrap() == data);

    let null = File::options().write(true).open("/dev/null").unwrap();
    assert_eq!(push(&mut PipeWriter::new(null.into()), &data), data.len());

    let (one, other) = crate::net::Socket::pair().unwrap();
    let mut writer = PipeWriter::new(one.into());
    let taken = push(&mut writer, &data);
    assert!(taken > 0);
    assert!(!is_nonblocking(&writer));
    drop(other);

    let wrong = File::open(&path).unwrap();
    assert!(PipeWriter::new(wrong.into()).write(b"x").is_err());
    let (read, _write) = pipe().unwrap();
    let mut wrong = PipeWriter::new(read);
    assert!(!matches!(wrong.write(b"x"), Ok(Sent::Bytes(_))));
}

#[test]
fn appending_files_keep_appending() {
    let dir = TempDir::new();
    let path = dir.path().join("log");
    std::fs::write(&path, "old ").unwrap();
    let file = File::options().append(true).open(&path).unwrap();
    push(&mut PipeWriter::new(file.into()), b"new");
    assert_eq!(std::fs::read(&path).unwrap(), b"old new");
}

#[test]
fn a_terminal() {
    // SAFETY: plain calls; the name is copied at once, and no other test asks for one.
    let (_master, name) = unsafe {
        use std::os::fd::FromRawFd;
        let master = libc::posix_openpt(libc::O_RDWR | libc::O_NOCTTY | libc::O_CLOEXEC);
        if master < 0 || libc::grantpt(master) != 0 || libc::unlockpt(master) != 0 {
            return;
        }
        let name = std::ffi::CStr::from_ptr(libc::ptsname(master)).to_owned();
        (OwnedFd::from_raw_fd(master), name)
    };
    let flags = rustix::fs::OFlags::RDWR | rustix::fs::OFlags::NOCTTY | rustix::fs::OFlags::CLOEXEC;
    let slave = rustix::fs::open(name, flags, rustix::fs::Mode::empty()).unwrap();
    let mut writer = PipeWriter::new(slave);
    assert_eq!(writer.write(b"pasted").unwrap(), Sent::Bytes(6));
    assert!(!is_nonblocking(&writer));
}
