//! The order of what is lent and what is not, and whose memory is kept.

use super::*;
use farway_sys::net::Received;

fn all(queue: &Queue) -> Vec<u8> {
    queue.chunks.iter().flatten().copied().collect()
}

#[test]
fn what_is_settled_keeps_nothing_of_the_lender() {
    let mut input = BytesMut::zeroed(1 << 16);
    input[..3].copy_from_slice(b"abc");
    let mut queue = Queue::default();
    queue.lend(input.split_to(1).freeze());
    queue.lend(input.split_to(2).freeze());
    let rest = input.freeze();
    assert!(!rest.is_unique());
    queue.settle();
    assert!(rest.is_unique());
    assert_eq!((all(&queue), queue.len()), (b"abc".to_vec(), 3));
}

#[test]
fn small_pieces_become_one() {
    let mut queue = Queue::default();
    let length = 3 * JOINED;
    for at in 0..length {
        queue.lend(Bytes::from(vec![at as u8]));
        queue.settle();
    }
    assert!(queue.chunks.len() <= 4, "{} pieces", queue.chunks.len());
    assert_eq!(all(&queue), (0..length).map(|at| at as u8).collect::<Vec<_>>());
}

#[test]
fn what_follows_stays_behind() {
    let mut queue = Queue::default();
    queue.push(Bytes::from(vec![1; JOINED + 1]));
    queue.lend(Bytes::from_static(b"lent"));
    queue.push(Bytes::from_static(b"own"));
    queue.settle();
    assert_eq!(queue.chunks.iter().map(Bytes::len).collect::<Vec<_>>(), [JOINED + 1, 4, 3]);
    assert_eq!(&all(&queue)[JOINED + 1..], b"lentown");
}

#[test]
fn a_part_that_was_sent_is_not_copied() {
    let (one, other) = ByteStream::connected().unwrap();
    let bytes: Vec<u8> = (0..4 << 20).map(|at: u32| (at >> 8) as u8).collect();
    let mut queue = Queue::default();
    for piece in bytes.chunks(100_000) {
        queue.lend(Bytes::copy_from_slice(piece));
    }
    let (mut got, mut rounds) = (BytesMut::new(), 0);
    while !queue.is_empty() {
        queue.flush(&one).unwrap();
        queue.settle();
        assert_eq!(queue.len(), queue.chunks.iter().map(Bytes::len).sum::<usize>());
        rounds += 1;
        while let Received::Bytes(_) = other.recv(&mut got, 1 << 16).unwrap() {}
    }
    assert!(rounds > 1, "all of it fits");
    assert!(got == bytes[..]);
}
