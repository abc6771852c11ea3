use super::*;
use crate::event::{Interest, PollSet};
use crate::net::Received;
use crate::testing::{default_sigpipe, number_of, numbered_files};
use bytes::BytesMut;

fn arcs(fds: Vec<OwnedFd>) -> Vec<Arc<OwnedFd>> {
    fds.into_iter().map(Arc::new).collect()
}

/// Reads everything in pieces of `piece` and checks that message k (of `size` bytes, owning one descriptor) never has
/// its first byte here before its descriptor.
fn receive(socket: &Socket, outbox: &mut Outbox, messages: usize, size: usize, piece: usize) -> Vec<u64> {
    let (mut buf, mut fds) = (BytesMut::new(), VecDeque::new());
    let mut full = false;
    while buf.len() < messages * size {
        match socket.recv(&mut buf, piece, &mut fds).unwrap() {
            Received::Bytes(_) => assert!(fds.len() >= buf.len().div_ceil(size), "a byte overtook"),
            Received::Empty => {
                assert!(!outbox.is_empty(), "bytes were lost");
                full = true;
            }
            Received::Closed => panic!(),
        }
        if full {
            return fds.iter().map(number_of).collect();
        }
    }
    fds.iter().map(number_of).collect()
}

#[test]
fn a_burst_read_byte_by_byte() {
    let (one, other) = Socket::pair().unwrap();
    let mut outbox = Outbox::new();
    for fd in arcs(numbered_files(1, 101)) {
        outbox.push(Bytes::from(vec![5; 12]), vec![fd]);
    }
    assert_eq!((outbox.len(), outbox.fds()), (1200, 100));
    assert_eq!(outbox.flush(&one).unwrap(), Flush::Done);
    assert!(outbox.is_empty() && outbox.fds() == 0);
    let numbers = receive(&other, &mut outbox, 100, 12, 1);
    assert_eq!(numbers, (1..101).collect::<Vec<_>>());
}

#[test]
fn a_burst_in_one_piece() {
    let (one, other) = Socket::pair().unwrap();
    let mut outbox = Outbox::new();
    // All hundred are owned by one batch: they leave one byte a group.
    outbox.push(Bytes::from(vec![5; 1200]), arcs(numbered_files(1, 101)));
    assert_eq!(outbox.flush(&one).unwrap(), Flush::Done);
    let (mut buf, mut fds) = (BytesMut::new(), VecDeque::new());
    let mut seen = Vec::new();
    while buf.len() < 1200 {
        other.recv(&mut buf, 4096, &mut fds).unwrap();
        seen.push((buf.len(), fds.len()));
    }
    assert_eq!(fds.iter().map(number_of).collect::<Vec<_>>(), (1..101).collect::<Vec<_>>());
    assert_eq!(seen[0], (1, 16));
    assert_eq!(seen[5], (6, 96));
    assert_eq!(seen[6], (1200, 100));
}

#[test]
fn partial_writes_with_tiny_buffers() {
    let (one, other) = Socket::pair().unwrap();
    one.set_buffers(1);
    other.set_buffers(1);
    let mut outbox = Outbox::new();
    let mut expected = Vec::new();
    for (index, fd) in arcs(numbered_files(1, 61)).into_iter().enumerate() {
        let bytes = vec![index as u8; 1200];
        expected.extend_from_slice(&bytes);
        outbox.push(Bytes::from(bytes), vec![fd]);
    }
    let (mut buf, mut fds) = (BytesMut::new(), VecDeque::new());
    let mut was_full = 0;
    while buf.len() < expected.len() {
        if outbox.flush(&one).unwrap() == Flush::Full {
            was_full += 1;
        }
        while let Received::Bytes(_) = other.recv(&mut buf, 777, &mut fds).unwrap() {
            assert!(fds.len() >= buf.len().div_ceil(1200));
        }
    }
    assert!(was_full > 0);
    assert!(buf[..] == expected[..]);
    assert_eq!(fds.iter().map(number_of).collect::<Vec<_>>(), (1..61).collect::<Vec<_>>());
}

#[test]
fn descriptors_without_bytes_wait() {
    let (one, other) = Socket::pair().unwrap();
    let mut outbox = Outbox::new();
    outbox.push(Bytes::new(), arcs(numbered_files(1, 3)));
    assert_eq!(outbox.flush(&one).unwrap(), Flush::Done);
    assert_eq!(outbox.fds(), 2);
    outbox.push(Bytes::from_static(b"now"), Vec::new());
    assert_eq!(outbox.flush(&one).unwrap(), Flush::Done);
    let (mut buf, mut fds) = (BytesMut::new(), VecDeque::new());
    other.recv(&mut buf, 10, &mut fds).unwrap();
    assert_eq!((buf.len(), fds.len()), (3, 2));
}

#[test]
fn a_dead_peer_empties_the_queue() {
    default_sigpipe();
    let (one, other) = Socket::pair().unwrap();
    drop(other);
    let mut outbox = Outbox::new();
    let fds = arcs(numbered_files(1, 3));
    outbox.push(Bytes::from_static(b"abc"), fds.clone());
    assert_eq!(outbox.flush(&one).unwrap(), Flush::Closed);
    assert!(outbox.is_empty());
    assert!(fds.iter().all(|fd| Arc::strong_count(fd) == 1));
}

#[test]
fn writability_follows_full() {
    let (one, other) = Socket::pair().unwrap();
    let mut outbox = Outbox::new();
    outbox.push(Bytes::from(vec![0; 1 << 20]), Vec::new());
    let mut set = PollSet::new();
    let (mut buf, mut fds) = (BytesMut::new(), VecDeque::new());
    while outbox.flush(&one).unwrap() == Flush::Full {
        while let Received::Bytes(_) = other.recv(&mut buf, 65536, &mut fds).unwrap() {}
        set.clear();
        set.add(one.as_fd(), Interest::WRITE);
        assert_eq!(set.wait(None).unwrap(), 1);
    }
    while let Received::Bytes(_) = other.recv(&mut buf, 65536, &mut fds).unwrap() {}
    assert_eq!(buf.len(), 1 << 20);
}
