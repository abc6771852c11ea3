use super::*;
use crate::testing::{FULL, default_sigpipe, is_nonblocking};

fn pump(from: &ByteStream, to: &ByteStream, data: &[u8]) {
    let (mut sent, mut buf) = (0, BytesMut::new());
    while buf.len() < data.len() {
        if sent < data.len() {
            let (one, other) = data[sent..].split_at((data.len() - sent) / 2);
            if let Sent::Bytes(count) = from.send(&[IoSlice::new(one), IoSlice::new(other)]).unwrap() {
                sent += count;
            }
        }
        to.recv(&mut buf, 9000).unwrap();
    }
    assert!(buf[..] == *data);
    assert_eq!(to.recv(&mut buf, 10).unwrap(), Received::Empty);
}

#[test]
fn sockets() {
    default_sigpipe();
    let (one, other) = ByteStream::connected().unwrap();
    assert!(one.is_duplex());
    let data = crate::testing::Rng(1).bytes(600_000);
    pump(&one, &other, &data);
    pump(&other, &one, &data);
    assert!(!is_nonblocking(one.read_fd()));
    drop(one);
    let mut buf = BytesMut::new();
    assert_eq!(other.recv(&mut buf, 10).unwrap(), Received::Closed);
    assert_eq!(other.send(&[IoSlice::new(b"x")]).unwrap(), Sent::Closed);
}

#[test]
fn pipes() {
    default_sigpipe();
    let (read, write) = crate::pipe::pipe().unwrap();
    let (back_read, back_write) = crate::pipe::pipe().unwrap();
    let shared = [read.try_clone().unwrap(), write.try_clone().unwrap()];
    let one = ByteStream::pair(back_read, write);
    let other = ByteStream::pair(read, back_write);
    assert!(!one.is_duplex());
    pump(&one, &other, &crate::testing::Rng(2).bytes(300_000));
    pump(&other, &one, &crate::testing::Rng(3).bytes(300_000));
    assert!(!shared.iter().any(is_nonblocking), "seen by whoever shares the pipe");
    assert_eq!(is_nonblocking(one.write_fd()), FULL);
    drop(shared);
    drop(one);
    let mut buf = BytesMut::new();
    assert_eq!(other.recv(&mut buf, 10).unwrap(), Received::Closed);
    assert_eq!(other.send(&[IoSlice::new(b"x")]).unwrap(), Sent::Closed);
}

#[test]
fn polled_pipes_never_block() {
    default_sigpipe();
    let (read, write) = crate::pipe::pipe().unwrap();
    let writer = Endpoint { fd: write, manner: Manner::Polled };
    let reader = Endpoint { fd: read, manner: Manner::Polled };
    let mut room = [0; 8192];
    assert_eq!(reader.read_bytes(&mut room).unwrap(), Received::Empty);
    let data = vec![3; 1 << 20];
    let mut total = 0;
    while let Sent::Bytes(count) = writer.write(&[IoSlice::new(&data)]).unwrap() {
        total += count;
    }
    assert!(total >= PROMISED);
    assert_eq!(reader.read_bytes(&mut room).unwrap(), Received::Bytes(8192));
    drop(reader);
    assert_eq!(writer.write(&[IoSlice::new(b"x")]).unwrap(), Sent::Closed);
}

#[test]
fn a_signal_that_was_pending_stays() {
    default_sigpipe();
    std::thread::spawn(|| {
        // SAFETY: plain signal calls on this thread with live locals.
        unsafe {
            let (mut set, mut pending) = (std::mem::zeroed(), std::mem::zeroed());
            libc::sigemptyset(&mut set);
            libc::sigaddset(&mut set, libc::SIGPIPE);
            libc::pthread_sigmask(libc::SIG_BLOCK, &set, std::ptr::null_mut());
            libc::pthread_kill(libc::pthread_self(), libc::SIGPIPE);
            assert_eq!(without_sigpipe(|| Ok(Sent::Closed)).unwrap(), Sent::Closed);
            libc::sigpending(&mut pending);
            assert_eq!(libc::sigismember(&pending, libc::SIGPIPE), 1);
            platform::consume_sigpipe();
        }
    })
    .join()
    .unwrap();
}
