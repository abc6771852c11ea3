use super::*;
use std::time::Instant;

/// A listener, and a relay to it.
fn relayed(delay: Duration) -> (TcpListener, Relay) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let relay = Relay::start(listener.local_addr().expect("bound").port(), delay).expect("a relay");
    (listener, relay)
}

fn connect(listener: &TcpListener, relay: &Relay) -> (TcpStream, TcpStream) {
    let near = TcpStream::connect(("127.0.0.1", relay.port())).expect("the relay listens");
    let far = listener.accept().expect("the relay dials").0;
    for stream in [&near, &far] {
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a socket");
    }
    (near, far)
}

#[test]
fn bytes_take_their_time_and_the_end_arrives() {
    let delay = Duration::from_millis(30);
    let (listener, relay) = relayed(delay);
    let (mut near, mut far) = connect(&listener, &relay);
    let start = Instant::now();
    let mut two = [0; 2];
    near.write_all(b"hi").expect("open");
    far.read_exact(&mut two).expect("open");
    assert!(start.elapsed() >= delay);
    far.write_all(&two).expect("open");
    near.read_exact(&mut two).expect("open");
    assert!(start.elapsed() >= delay * 2);
    assert_eq!(&two, b"hi");
    drop(near);
    assert_eq!(far.read(&mut two).expect("an orderly end"), 0);
    drop(far);
    let all = Traffic { connections: 1, open: 0, up: 2, down: 2 };
    relay.wait("the connection is gone", |t| t == all).expect("both ended");
}

#[test]
fn much_comes_through_unchanged() {
    let (listener, relay) = relayed(Duration::from_millis(1));
    let (mut near, mut far) = connect(&listener, &relay);
    let sent: Vec<u8> = (0..3_000_000_u32).map(|i| ((i * 7) >> 3) as u8).collect();
    let copy = sent.clone();
    let writer = std::thread::spawn(move || near.write_all(&copy).map(|()| near));
    let mut got = vec![0; sent.len()];
    far.read_exact(&mut got).expect("open");
    assert!(got == sent);
    writer.join().expect("no panic").expect("open");
}

#[test]
fn a_reset_is_an_error_on_both_ends_and_heals() {
    let (listener, relay) = relayed(Duration::ZERO);
    let (mut near, mut far) = connect(&listener, &relay);
    relay.cut(Cut::Reset);
    let error = |stream: &mut TcpStream| stream.read(&mut [0; 1]).expect_err("a reset").kind();
    assert_eq!(error(&mut near), ErrorKind::ConnectionReset);
    assert_eq!(error(&mut far), ErrorKind::ConnectionReset);
    let mut next = TcpStream::connect(("127.0.0.1", relay.port())).expect("the kernel takes it");
    next.set_read_timeout(Some(Duration::from_secs(10))).expect("a socket");
    assert_eq!(error(&mut next), ErrorKind::ConnectionReset);
    relay.heal();
    let (mut near, mut far) = connect(&listener, &relay);
    near.write_all(b"x").expect("open");
    far.read_exact(&mut [0; 1]).expect("open");
    relay.wait("two connections", |t| t.connections == 2).expect("the reset one is not counted");
}

#[test]
fn what_is_swallowed_is_gone_and_what_is_stalled_is_not() {
    let (listener, relay) = relayed(Duration::ZERO);
    let (mut near, mut far) = connect(&listener, &relay);
    relay.cut(Cut::Stall);
    near.write_all(b"late").expect("the kernel takes it");
    far.set_nonblocking(true).expect("a socket");
    let mut four = [0; 4];
    assert_eq!(far.read(&mut four).expect_err("nothing").kind(), ErrorKind::WouldBlock);
    relay.heal();
    far.set_nonblocking(false).expect("a socket");
    far.read_exact(&mut four).expect("open");
    assert_eq!(&four, b"late");
    relay.cut(Cut::Swallow);
    near.write_all(b"lost").expect("the kernel takes it");
    relay.heal();
    // Another connection works, this one stays dead until its client leaves.
    let (mut other, mut other_far) = connect(&listener, &relay);
    other.write_all(b"some").expect("open");
    other_far.read_exact(&mut four).expect("open");
    far.set_nonblocking(true).expect("a socket");
    assert_eq!(far.read(&mut four).expect_err("nothing").kind(), ErrorKind::WouldBlock);
    relay.wait("both are open", |t| t.open == 2).expect("its client is there");
    drop(near);
    relay.wait("the dead one is gone", |t| t.open == 1).expect("its client left");
}

#[test]
fn a_fuse_burns_down() {
    let (listener, relay) = relayed(Duration::ZERO);
    let (mut near, mut far) = connect(&listener, &relay);
    relay.cut_after(10, Cut::Reset);
    near.write_all(b"12345").expect("open");
    far.read_exact(&mut [0; 5]).expect("open");
    far.write_all(b"1234").expect("open");
    near.read_exact(&mut [0; 4]).expect("open");
    near.write_all(b"12").expect("the kernel takes it");
    assert!(near.read(&mut [0; 1]).is_err());
    let all = Traffic { connections: 1, open: 0, up: 6, down: 4 };
    relay.wait("ten bytes have passed", |t| t == all).expect("no more and no less");
}
