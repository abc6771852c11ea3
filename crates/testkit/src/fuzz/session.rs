//! Hostile peers of a session, and of its resumption. Whatever they say, memory stays bounded and nothing panics.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bytes::{BufMut, Bytes, BytesMut};
use farway_proto::Instant;
use farway_proto::session::frame::Frame;
use farway_proto::session::words::{Message, Position};
use farway_proto::session::{Config, End, Event, Kind, Session};

use super::Input;

/// Streams that may exist.
const STREAMS: usize = 6;
/// Bytes that may wait for the owner of a stream.
const WINDOW: u64 = 300_000;
/// And of all streams together, beyond the smallest windows.
const WINDOWS: u64 = 700_000;
/// The window of every stream at first.
const FIRST: u64 = 256 << 10;

/// Steps of a run of two ends.
const STORY: u32 = 300;

fn config() -> Config {
    Config { streams: STREAMS, window: WINDOW, windows: WINDOWS, kept: 400_000, ..Config::default() }
}

/// A session and its owner.
struct Owner {
    session: Session,
    now: u64,
    input: BytesMut,
    out: VecDeque<Bytes>,
    /// What came and was not consumed.
    waiting: BTreeMap<u32, u64>,
    /// How many bytes of each stream came.
    came: BTreeMap<u32, u64>,
    /// How many bytes were written to each.
    wrote: BTreeMap<u32, u64>,
    /// Streams to which nothing more is written.
    finished: BTreeSet<u32>,
    /// Streams that were given up.
    lost: BTreeSet<u32>,
    /// The peer sends what an owner writes, see [`byte_at`].
    honest: bool,
}

/// What owners write: the byte at a place of a stream.
fn byte_at(id: u32, at: u64) -> u8 {
    (at.wrapping_mul(31) >> 3) as u8 ^ id as u8
}

impl Owner {
    fn new(end: End) -> Self {
        let mut session = Session::new(end, config());
        session.link_up(Instant(0));
        Self {
            session,
            now: 0,
            input: BytesMut::new(),
            out: VecDeque::new(),
            waiting: BTreeMap::new(),
            came: BTreeMap::new(),
            wrote: BTreeMap::new(),
            finished: BTreeSet::new(),
            lost: BTreeSet::new(),
            honest: false,
        }
    }

    /// A stream: one of the first few, whether it is there or not.
    fn stream(input: &mut Input<'_>) -> u32 {
        u32::from(input.byte() % 16)
    }

    /// Bytes from the peer. False if they are refused.
    fn hear(&mut self, bytes: &[u8]) -> bool {
        self.input.extend_from_slice(bytes);
        let before = self.input.len();
        let result = self.session.on_link(Instant(self.now), &mut self.input);
        let events = self.drain();
        // The smallest frame and the smallest record; some may have been begun before.
        assert!(events <= before / 5 + 2 + STREAMS, "{events} events of {before} bytes");
        if let Err(error) = &result {
            assert!(!error.to_string().is_empty());
        }
        result.is_ok()
    }

    fn drain(&mut self) -> usize {
        let mut count = 0;
        while let Some(event) = self.session.poll() {
            count += 1;
            match event {
                Event::Opened(id, _) => {
                    self.waiting.insert(id, 0);
                }
                Event::Data(id, bytes) => {
                    let waiting = self.waiting.entry(id).or_default();
                    *waiting += bytes.len() as u64;
                    assert!(*waiting <= WINDOW, "{waiting} bytes wait for an owner");
                    let came = self.came.entry(id).or_default();
                    let due = |(n, byte): (usize, &u8)| *byte == byte_at(id, *came + n as u64);
                    assert!(
                        !self.honest || bytes.iter().enumerate().all(due),
                        "stream {id} carries other bytes"
                    );
                    *came += bytes.len() as u64;
                }
                Event::Reset(id) => {
                    self.lost.insert(id);
                    self.waiting.remove(&id);
                }
                Event::Finished(_) | Event::Message(_) => {}
            }
        }
        self.waiting.retain(|id, _| self.session.has(*id));
        count
    }

    /// What the owner does by itself.
    fn act(&mut self, input: &mut Input<'_>) {
        match input.byte() % 8 {
            0 => drop(self.session.open(Kind::Wayland)),
            1 | 2 => {
                let id = Self::stream(input);
                let count = usize::from(input.byte()) * if id < 3 { 400 } else { 10 };
                let wrote = self.wrote.entry(id).or_default();
                let count = count.min(self.session.room(id)) * usize::from(!self.finished.contains(&id));
                let bytes: Vec<u8> = (0..count as u64).map(|n| byte_at(id, *wrote + n)).collect();
                *wrote += count as u64;
                self.session.write(id, bytes.into());
            }
            3 => {
                let id = Self::stream(input);
                if self.session.has(id) {
                    self.finished.insert(id);
                }
                self.session.finish(id);
            }
            4 => {
                let id = Self::stream(input);
                self.lost.insert(id);
                self.session.reset(id);
            }
            5 | 6 => {
                let id = Self::stream(input);
                let count = u64::from(input.byte()) * 1000;
                if let Some(waiting) = self.waiting.get_mut(&id) {
                    let count = count.min(*waiting);
                    *waiting -= count;
                    self.session.consumed(id, count as usize);
                }
            }
            _ => self.session.send(Message::Signal("INT".into())),
        }
        self.waiting.retain(|id, _| self.session.has(*id));
    }

    /// What goes over the link now.
    fn speak(&mut self, most: usize) -> Vec<u8> {
        let now = Instant(self.now);
        if self.session.has_output(now) {
            assert!(
                self.session.take_output(now, most.max(1), &mut self.out) > 0,
                "there was something to send"
            );
        }
        let bytes: Vec<u8> = self.out.drain(..).flatten().collect();
        let mut frames = BytesMut::from(bytes.as_slice());
        while let Ok(Some(_)) = Frame::take(&mut frames) {}
        assert!(frames.is_empty(), "what is said are whole frames");
        bytes
    }

    fn unlink(&mut self) {
        self.session.link_down();
        self.input.clear();
        self.out.clear();
    }

    fn check(&self) {
        let session = &self.session;
        assert!(session.len() <= STREAMS);
        assert!(session.kept() <= self.wrote.values().sum());
        let waiting: u64 = self.waiting.values().sum();
        assert!(waiting <= WINDOWS + STREAMS as u64 * FIRST);
        assert_eq!(session.positions().len(), session.len() + 1);
        let _ = (session.poll_timeout(), session.is_dead(Instant(self.now)), session.is_settled());
    }
}

/// A frame, or something like one, of what the input says.
fn frame(input: &mut Input<'_>) -> Vec<u8> {
    let mut out = BytesMut::new();
    let id = Owner::stream(input);
    let number = |input: &mut Input<'_>| match input.byte() {
        255 => u64::MAX - u64::from(input.byte()),
        254 => u64::from(input.word()),
        small => u64::from(small),
    };
    match input.byte() % 8 {
        0 => Frame::Data(id, Bytes::copy_from_slice(input.take(40))).put(&mut out),
        1 => {
            let count = usize::from(input.byte()) * 257 + 1;
            Frame::Data(id, vec![7; count].into()).put(&mut out);
        }
        2 => Frame::Finish(id).put(&mut out),
        3 => {
            let (received, limit) = (number(input), number(input));
            Frame::Credit { stream: id, received, limit }.put(&mut out);
        }
        4 => Frame::Ping(number(input)).put(&mut out),
        5 => Frame::Pong(number(input)).put(&mut out),
        _ => {
            let mut record = BytesMut::new();
            let kind = input.byte() % 5;
            let content: &[u8] = match kind {
                1 => &[id as u8, 0, 0, 0, 1],
                2 => &[id as u8, 0, 0, 0, 0, 0, 0, 0],
                3 => b"\"end\"",
                _ => input.take(9),
            };
            record.put_u8(kind);
            record.put_u32_le(content.len() as u32);
            record.put_slice(content);
            Frame::Data(0, record.freeze()).put(&mut out);
        }
    }
    out.to_vec()
}

fn position(input: &mut Input<'_>) -> Position {
    let (stream, received) = (Owner::stream(input), input.word());
    Position { stream, received: u64::from(if received % 2 == 0 { received >> 24 } else { received }) }
}

/// A peer says anything, and the owner does anything.
pub fn session(data: &[u8]) {
    let mut input = Input(data);
    let end = if input.byte() & 1 == 0 { End::Near } else { End::Far };
    let mut owner = Owner::new(end);
    while !input.is_empty() {
        let heard = match input.byte() % 8 {
            0 => {
                let count = usize::from(input.byte());
                owner.hear(input.take(count))
            }
            1..=3 => owner.hear(&frame(&mut input)),
            4 | 5 => {
                owner.act(&mut input);
                true
            }
            6 => {
                owner.now += u64::from(input.byte()) << 26;
                drop(owner.speak(usize::from(input.byte()) << 8));
                true
            }
            _ => false,
        };
        if !heard {
            owner.unlink();
            let positions: Vec<Position> = (0..input.byte() % 6).map(|_| position(&mut input)).collect();
            if owner.session.resume(Instant(owner.now), &positions).is_err() {
                // As it was: what it was sent before is what it can have.
                assert!(!owner.session.is_linked());
            }
            owner.drain();
        }
        owner.check();
    }
}

/// Two honest ends, and lists of positions that are not: a lie is refused and then changes nothing.
pub fn positions(data: &[u8]) {
    let mut input = Input(data);
    let mut ends = [Owner::new(End::Near), Owner::new(End::Far)];
    ends.iter_mut().for_each(|it| it.honest = true);
    // Long stories say nothing new.
    for _ in 0..STORY {
        if input.is_empty() {
            break;
        }
        if !step(&mut ends, &mut input) {
            return;
        }
    }
    settle(&mut ends);
    let [near, far] = &ends;
    for (from, to) in [(near, far), (far, near)] {
        let whole = |(id, count): (&u32, &u64)| {
            let lost = from.lost.contains(id) || to.lost.contains(id);
            lost || to.came.get(id).copied().unwrap_or(0) == *count
        };
        assert!(from.wrote.iter().all(whole), "bytes are missing");
    }
}

/// One thing that happens to two honest ends; false if a lie was believed.
fn step(ends: &mut [Owner; 2], input: &mut Input<'_>) -> bool {
    let way = input.byte();
    let one = usize::from(way & 1);
    match (way >> 1) % 8 {
        0..=2 => ends[one].act(input),
        3..=5 => {
            let bytes = ends[one].speak(usize::from(input.byte()) << 6);
            assert!(ends[1 - one].hear(&bytes), "an honest end is refused");
        }
        6 => relink(ends),
        _ => {
            ends.iter_mut().for_each(Owner::unlink);
            let mut lie = ends[1 - one].session.positions();
            let place = usize::from(input.byte()) % lie.len();
            let change = position(input);
            match input.byte() % 3 {
                0 => lie[place].received = lie[place].received.wrapping_add(change.received),
                1 => lie[place].received = lie[place].received.wrapping_sub(change.received.max(1)),
                _ => lie[place] = change,
            }
            let truth = lie == ends[1 - one].session.positions();
            let now = Instant(ends[one].now);
            if ends[one].session.resume(now, &lie).is_ok() && !truth {
                // What follows is the liar's loss; but nothing breaks.
                after_a_lie(ends, one, input);
                return false;
            }
            relink(ends);
        }
    }
    ends.iter_mut().for_each(|it| {
        it.drain();
        it.check();
    });
    true
}

/// Both ends go on with the truth.
fn relink(ends: &mut [Owner; 2]) {
    ends.iter_mut().for_each(Owner::unlink);
    let told = [ends[1].session.positions(), ends[0].session.positions()];
    for (end, told) in ends.iter_mut().zip(told) {
        assert!(end.session.resume(Instant(end.now), &told).is_ok(), "the truth is refused");
        end.drain();
    }
}

fn after_a_lie(ends: &mut [Owner; 2], one: usize, input: &mut Input<'_>) {
    ends.iter_mut().for_each(|it| it.honest = false);
    let told = ends[one].session.positions();
    let now = Instant(ends[1 - one].now);
    let _ = ends[1 - one].session.resume(now, &told);
    for _ in 0..STORY {
        let way = usize::from(input.byte() & 1);
        ends[way].act(input);
        let bytes = ends[way].speak(4000);
        if !ends[1 - way].hear(&bytes) {
            return;
        }
        ends.iter().for_each(Owner::check);
    }
}

/// Everything that was written has arrived in the end, as far as it may.
fn settle(ends: &mut [Owner; 2]) {
    relink(ends);
    for _ in 0..10_000 {
        let mut moved = false;
        for one in [0, 1] {
            for (id, count) in std::mem::take(&mut ends[one].waiting) {
                ends[one].session.consumed(id, count as usize);
                ends[one].waiting.insert(id, 0);
            }
            let bytes = ends[one].speak(1 << 20);
            moved |= !bytes.is_empty();
            assert!(ends[1 - one].hear(&bytes), "an honest end is refused");
        }
        if !moved {
            // The rest is told when it is asked for.
            ends.iter_mut()
                .for_each(|it| it.now = it.session.poll_timeout().map_or(it.now, |at| it.now.max(at.0)));
        }
        if ends.iter().all(|it| it.session.is_settled()) {
            return;
        }
    }
    panic!("they never have everything");
}
