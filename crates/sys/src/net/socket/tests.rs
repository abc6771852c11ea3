use super::*;
use crate::testing::{default_sigpipe, is_cloexec, is_nonblocking, number_of, numbered_files};

fn send_raw(socket: &Socket, fds: &[BorrowedFd<'_>]) {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(250))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    assert!(control.push(SendAncillaryMessage::ScmRights(fds)));
    rustix::net::sendmsg(socket, &[IoSlice::new(b"x")], &mut control, platform::SEND_FLAGS).unwrap();
}

#[test]
fn bytes_and_descriptors_arrive() {
    let (one, other) = Socket::pair().unwrap();
    let files = numbered_files(1, 4);
    let lent: Vec<_> = files.iter().map(AsFd::as_fd).collect();
    assert_eq!(one.send(&[IoSlice::new(b"ab"), IoSlice::new(b"c")], &lent).unwrap(), Sent::Bytes(3));
    let (mut buf, mut fds) = (BytesMut::from(&b"_"[..]), VecDeque::new());
    assert_eq!(other.recv(&mut buf, 100, &mut fds).unwrap(), Received::Bytes(3));
    assert_eq!(&buf[..], b"_abc");
    assert_eq!(fds.iter().map(number_of).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(fds.iter().all(is_cloexec));
    assert!(is_cloexec(&one) && is_cloexec(&other));
    assert_eq!(other.recv(&mut buf, 100, &mut fds).unwrap(), Received::Empty);
    assert!(!is_nonblocking(&other), "the description may be shared");
}

#[test]
fn max_bounds_the_read() {
    let (one, other) = Socket::pair().unwrap();
    one.send(&[IoSlice::new(&[7; 100])], &[]).unwrap();
    let (mut buf, mut fds) = (BytesMut::new(), VecDeque::new());
    assert_eq!(other.recv(&mut buf, 0, &mut fds).unwrap(), Received::Empty);
    assert_eq!(other.recv(&mut buf, 30, &mut fds).unwrap(), Received::Bytes(30));
    assert_eq!(other.recv(&mut buf, 100, &mut fds).unwrap(), Received::Bytes(70));
}

#[test]
fn two_hundred_descriptors_at_once() {
    let (one, other) = Socket::pair().unwrap();
    let (read, write) = crate::pipe::pipe().unwrap();
    let many: Vec<_> = std::iter::repeat_n(write.as_fd(), 200).collect();
    let (mut buf, mut fds) = (BytesMut::new(), VecDeque::new());
    send_raw(&one, &many);
    assert_eq!(other.recv(&mut buf, 10, &mut fds).unwrap(), Received::Bytes(1));
    assert_eq!(fds.len(), 200);
    fds.clear();
    send_raw(&one, &many);
    let lost = other.recv_within(&mut buf, 10, &mut fds, SEND_FDS_MAX);
    assert!(matches!(lost, Err(RecvError::FdsTruncated)));
    assert!(fds.is_empty());
    // What did arrive was closed, so ours is the last.
    drop(write);
    let mut byte = [0];
    assert_eq!(rustix::io::read(&read, &mut byte), Ok(0));
}

#[test]
fn too_many_to_send() {
    let (one, _other) = Socket::pair().unwrap();
    let many: Vec<_> = std::iter::repeat_n(one.as_fd(), SEND_FDS_MAX + 1).collect();
    assert_eq!(one.send(&[IoSlice::new(b"x")], &many).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    assert_eq!(one.send(&[], &many[..1]).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    assert_eq!(one.send(&[], &[]).unwrap(), Sent::Bytes(0));
}

#[test]
fn the_end_of_the_peer() {
    default_sigpipe();
    let (one, other) = Socket::pair().unwrap();
    one.send(&[IoSlice::new(b"last")], &[]).unwrap();
    drop(one);
    let (mut buf, mut fds) = (BytesMut::new(), VecDeque::new());
    assert_eq!(other.recv(&mut buf, 10, &mut fds).unwrap(), Received::Bytes(4));
    assert_eq!(other.recv(&mut buf, 10, &mut fds).unwrap(), Received::Closed);
    assert_eq!(other.send(&[IoSlice::new(b"x")], &[]).unwrap(), Sent::Closed);
}

#[test]
fn unread_data_of_a_dead_peer_is_a_reset() {
    let (one, other) = Socket::pair().unwrap();
    other.send(&[IoSlice::new(b"unread")], &[]).unwrap();
    drop(one);
    let (mut buf, mut fds) = (BytesMut::new(), VecDeque::new());
    assert_eq!(other.recv(&mut buf, 10, &mut fds).unwrap(), Received::Closed);
}

#[test]
fn full_does_not_block() {
    let (one, _other) = Socket::pair().unwrap();
    one.set_buffers(4096);
    let data = vec![1; 1 << 20];
    let mut total = 0;
    loop {
        match one.send(&[IoSlice::new(&data)], &[]).unwrap() {
            Sent::Bytes(count) => total += count,
            Sent::Full => break,
            Sent::Closed => panic!(),
        }
    }
    assert!(total > 0);
}

#[test]
fn shutdown_and_peer() {
    let (one, other) = Socket::pair().unwrap();
    assert_eq!(one.peer_uid().unwrap(), Some(rustix::process::getuid().as_raw()));
    one.shutdown();
    let (mut buf, mut fds) = (BytesMut::new(), VecDeque::new());
    assert_eq!(other.recv(&mut buf, 10, &mut fds).unwrap(), Received::Closed);
}

#[test]
fn many_slices() {
    let (one, other) = Socket::pair().unwrap();
    let slices: Vec<_> = (0..5000).map(|_| IoSlice::new(b"y")).collect();
    assert_eq!(one.send(&slices, &[]).unwrap(), Sent::Bytes(SLICES_MAX));
    let (mut buf, mut fds) = (BytesMut::new(), VecDeque::new());
    assert_eq!(other.recv(&mut buf, 9000, &mut fds).unwrap(), Received::Bytes(SLICES_MAX));
}
