//! Two bridges with real descriptors, turned by one thread.

use std::collections::VecDeque;
use std::os::fd::OwnedFd;

use bytes::BytesMut;
use farway_sys::net::Received;
use farway_sys::pipe::pipe;

use super::*;

/// Both ends, and what they said.
struct World {
    near: Bridge,
    far: Bridge,
    polls: PollSet,
    near_said: VecDeque<Notice>,
    far_said: VecDeque<Notice>,
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            near: Bridge::new(End::Near),
            far: Bridge::new(End::Far),
            polls: PollSet::new(),
            near_said: VecDeque::new(),
            far_said: VecDeque::new(),
        };
        let (one, other) = ByteStream::connected().unwrap();
        world.near.begin(one, b"", Bytes::new());
        world.far.begin(other, b"", Bytes::new());
        world
    }

    fn turn(&mut self) {
        self.polls.clear();
        self.near.prepare(&mut self.polls);
        self.far.prepare(&mut self.polls);
        self.polls.wait(Some(Duration::ZERO)).unwrap();
        self.near.turn(&self.polls);
        self.far.turn(&self.polls);
        self.near_said.extend(std::iter::from_fn(|| self.near.poll()));
        self.far_said.extend(std::iter::from_fn(|| self.far.poll()));
    }

    /// Turns until `done` gives something.
    fn until<T>(&mut self, mut done: impl FnMut(&mut Self) -> Option<T>) -> T {
        for _ in 0..100_000 {
            self.turn();
            if let Some(value) = done(self) {
                return value;
            }
        }
        panic!("it never happens");
    }

    fn cut(&mut self) {
        self.near.unlink();
        self.far.unlink();
    }

    fn mend(&mut self) {
        let (one, other) = ByteStream::connected().unwrap();
        let (ours, theirs) = (self.near.positions(), self.far.positions());
        self.near.resume(one, (b"", Bytes::new()), &theirs).unwrap();
        self.far.resume(other, (b"", Bytes::new()), &ours).unwrap();
    }

    /// A stream from a local program at the far end to one at the near end.
    fn channel(&mut self) -> (ByteStream, ByteStream) {
        let (application, port) = ByteStream::connected().unwrap();
        let id = self.far.open(Kind::Wayland, Port::duplex(port)).unwrap();
        let opened = |world: &mut World| {
            let said = world.near_said.pop_front()?;
            matches!(said, Notice::Opened(new, Kind::Wayland) if new == id).then_some(())
        };
        self.until(opened);
        let (display, port) = ByteStream::connected().unwrap();
        self.near.attach(id, Port::duplex(port));
        (application, display)
    }
}

fn send(stream: &ByteStream, bytes: &[u8]) {
    let sent = stream.send(&[io::IoSlice::new(bytes)]).unwrap();
    assert_eq!(sent, farway_sys::net::Sent::Bytes(bytes.len()));
}

fn received(stream: &ByteStream, so_far: &mut BytesMut) -> Received {
    stream.recv(so_far, 1 << 20).unwrap()
}

#[test]
fn a_channel_goes_both_ways_and_ends() {
    let mut world = World::new();
    let (application, display) = world.channel();
    send(&application, b"pixels");
    send(&display, b"keys");
    let (mut one, mut other) = (BytesMut::new(), BytesMut::new());
    world.until(|_| {
        received(&application, &mut one);
        received(&display, &mut other);
        (one == b"keys"[..] && other == b"pixels"[..]).then_some(())
    });
    drop(application);
    world.until(|_| (received(&display, &mut other) == Received::Closed).then_some(()));
    drop(display);
    world.until(|world| matches!(world.far_said.pop_front()?, Notice::Ended(_)).then_some(()));
    world.until(|world| world.near.is_settled().then_some(()));
}

/// What the application said last arrives though it is gone already, and the link too.
#[test]
fn last_words_survive_a_cut() {
    let mut world = World::new();
    let (application, display) = world.channel();
    world.cut();
    send(&application, b"last words");
    drop(application);
    (0..5).for_each(|_| world.turn());
    world.mend();
    let mut got = BytesMut::new();
    world.until(|_| (received(&display, &mut got) == Received::Closed).then_some(()));
    assert_eq!(&got[..], b"last words");
}

/// A program that writes without end waits while there is no link.
#[test]
fn an_application_waits_for_the_link() {
    let mut world = World::new();
    let (application, display) = world.channel();
    world.cut();
    let mut written = 0_u64;
    for _ in 0..1000 {
        world.turn();
        if let farway_sys::net::Sent::Bytes(count) =
            application.send(&[io::IoSlice::new(&[written as u8; 10_000])]).unwrap()
        {
            written += count as u64;
        }
    }
    assert!(written < 2 << 20, "{written} bytes are kept");
    world.mend();
    let mut got = BytesMut::new();
    world.until(|_| {
        received(&display, &mut got);
        (got.len() as u64 == written).then_some(())
    });
}

#[test]
fn a_pipe_ends_at_the_other_end() {
    let mut world = World::new();
    let (read, write) = pipe().unwrap();
    let id = world.near.open(Kind::Stdin, Port::source(ByteStream::from(read))).unwrap();
    world.until(|world| {
        matches!(world.far_said.pop_front()?, Notice::Opened(new, _) if new == id).then_some(())
    });
    let (theirs, sink) = pipe().unwrap();
    world.far.attach(id, Port::sink(ByteStream::from(sink)));
    rustix_write(&write, b"typed");
    drop(write);
    let theirs = ByteStream::from(theirs);
    let mut got = BytesMut::new();
    world.until(|_| (received(&theirs, &mut got) == Received::Closed).then_some(()));
    assert_eq!(&got[..], b"typed");
    world.until(|world| matches!(world.near_said.pop_front()?, Notice::Ended(_)).then_some(()));
}

/// `farway ssh host yes | head`: who writes for nobody is told.
#[test]
fn a_reader_that_leaves_ends_the_writer() {
    let mut world = World::new();
    let (read, write) = pipe().unwrap();
    let id = world.far.open(Kind::Stdout, Port::source(ByteStream::from(read))).unwrap();
    world.until(|world| {
        matches!(world.near_said.pop_front()?, Notice::Opened(new, _) if new == id).then_some(())
    });
    let (theirs, sink) = pipe().unwrap();
    world.near.attach(id, Port::sink(ByteStream::from(sink)));
    drop(theirs);
    rustix_write(&write, b"yes\n");
    world.until(|world| matches!(world.far_said.pop_front()?, Notice::Ended(_)).then_some(()));
    let gone = ByteStream::from(write).send(&[io::IoSlice::new(b"yes\n")]).unwrap();
    assert_eq!(gone, farway_sys::net::Sent::Closed);
}

#[test]
fn a_closed_link_is_noticed() {
    let mut world = World::new();
    world.near.unlink();
    world.until(|world| matches!(world.far_said.pop_front()?, Notice::LinkLost(Loss::Closed)).then_some(()));
    assert!(!world.far.is_linked());
}

#[test]
fn nonsense_ends_the_link() {
    let mut far = Bridge::new(End::Far);
    let (one, other) = ByteStream::connected().unwrap();
    far.begin(other, b"\x01\xff\xff\xff\0\0\0\0", Bytes::new());
    assert!(matches!(far.poll(), Some(Notice::LinkLost(Loss::Nonsense(_)))));
    drop(one);
}

fn rustix_write(fd: &OwnedFd, bytes: &[u8]) {
    let mut file = std::fs::File::from(fd.try_clone().unwrap());
    io::Write::write_all(&mut file, bytes).unwrap();
}
