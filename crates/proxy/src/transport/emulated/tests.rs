use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::{Duration, Instant};

use super::*;
use crate::transport::Once;

/// A link between two sockets of the standard library.
fn link(text: &str) -> (UnixStream, UnixStream, Arc<LinkTraffic>) {
    let (far, dialled) = UnixStream::pair().unwrap();
    let link = Emulated::new(text.parse().unwrap(), Once::new(dialled.into(), "the test"));
    let near = UnixStream::from(link.dial().unwrap());
    (near, far, link.traffic())
}

#[test]
fn a_word_and_its_answer_take_a_round_trip() {
    let (mut near, mut far, traffic) = link("60ms,unlimited");
    let start = Instant::now();
    near.write_all(b"ping").unwrap();
    let mut word = [0; 4];
    far.read_exact(&mut word).unwrap();
    assert!(start.elapsed() >= Duration::from_millis(30));
    far.write_all(b"pong!").unwrap();
    near.read_exact(&mut [0; 5]).unwrap();
    assert!(start.elapsed() >= Duration::from_millis(60));
    assert_eq!(&word, b"ping");
    assert_eq!((traffic.up(), traffic.down(), traffic.connections()), (4, 5, 1));
}

#[test]
fn bytes_pass_in_order_at_the_rate_and_the_end_follows() {
    let (mut near, mut far, traffic) = link("rtt=2ms,rate=80Mbit,buffer=64KiB,jitter=1ms");
    let bytes: Vec<u8> = (0..1_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let wanted = bytes.clone();
    let start = Instant::now();
    let writer = thread::spawn(move || {
        near.write_all(&bytes).unwrap();
        near.shutdown(Shutdown::Write).unwrap();
        let mut answer = Vec::new();
        near.read_to_end(&mut answer).unwrap();
        answer
    });
    let mut got = Vec::new();
    far.read_to_end(&mut got).unwrap();
    // A million bytes at ten million a second.
    assert!(start.elapsed() >= Duration::from_millis(100));
    assert!(got == wanted);
    // A direction that has ended leaves the other open.
    far.write_all(b"thanks").unwrap();
    drop(far);
    assert_eq!(writer.join().unwrap(), b"thanks");
    assert_eq!((traffic.up(), traffic.down()), (1_000_000, 6));
}

#[test]
fn when_the_far_end_is_gone_the_near_end_learns_it() {
    let (mut near, far, _) = link("rtt=2ms,rate=10Mbit");
    drop(far);
    assert_eq!(near.read(&mut [0; 8]).unwrap(), 0);
    // The link's thread ends once a write has failed, and then there is nobody.
    while near.write_all(&[0; 4096]).is_ok() {}
}

#[test]
fn it_says_what_it_is() {
    let (_, dialled) = UnixStream::pair().unwrap();
    let link = Emulated::new("80ms,20Mbit".parse().unwrap(), Once::new(dialled.into(), "stdin"));
    assert_eq!(link.to_string(), "stdin (emulated link, 80ms round trip, 20 Mbit/s)");
    assert_eq!(link.profile().rate, Some(20_000_000));
}
