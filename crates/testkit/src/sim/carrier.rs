//! The way between two halves as `farway ssh` has it: streams of a session, over links that are cut at any byte.
//!
//! Not the driver of the real thing, but its order of events: see the module `link`. Invariants: every byte that a half wrote is
//! accounted for until the other half got it, and comes once; what both sessions keep is bounded; at the end neither
//! knows a stream any more.

use std::collections::{BTreeMap, VecDeque};

use bytes::{Bytes, BytesMut};
use farway_proto::session::words::{Message, Size};
use farway_proto::session::{Config, End, Event, Kind, Session};
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use super::half::Half;
use super::problem::Problem;
use super::sabotage::{self, Sabotage};
use super::wire::take;

mod link;
pub mod road;

use link::Link;

/// Where the display's halves are.
pub const NEAR: usize = 0;
/// Where the applications' halves are.
pub const FAR: usize = 1;

/// Bytes of a stream that a session may keep: what may wait to be sent, and a window.
const KEPT: u64 = (256 << 10) + WINDOW;

/// Bytes that may wait for a half.
const WINDOW: u64 = 300_000;

/// No end of faults.
const ALWAYS: u32 = u32::MAX;

/// Mixed into the seed, so that worlds without a session stay what they were.
const SALT: u64 = 0x5e55_1011;

/// One end: a session, and what its driver holds.
#[derive(Debug)]
struct Place {
    name: &'static str,
    session: Session,
    /// Taken from the session, not on the link yet.
    out: VecDeque<Bytes>,
    /// Came over the link, not understood yet.
    input: BytesMut,
    link: Option<u32>,
    /// Its clock minus the world's.
    clock: u64,
    /// Messages that the other end has sent and that have not come.
    due: VecDeque<Message>,
    /// A fault to put in, after a resumption.
    fresh: bool,
}

/// One direction of a stream.
#[derive(Debug, Default)]
struct Way {
    /// Written, and not delivered to the other end.
    pending: VecDeque<u8>,
    /// Delivered, and not read by the half there.
    inbox: VecDeque<u8>,
    /// Its writer has said that nothing follows.
    finished: bool,
    /// Nothing follows in the inbox.
    ended: bool,
}

/// One stream. The ways are numbered by their writer.
#[derive(Debug, Default)]
struct Channel {
    ways: [Way; 2],
    /// The near end knows it.
    opened: bool,
    /// Somebody has given it up.
    broken: bool,
}

/// How often what happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Links that were cut.
    pub cuts: u64,
    /// Of these, those that nobody is told of.
    pub silent: u64,
    /// Times that an end went on over a new link.
    pub resumed: u64,
    /// Bytes that were lost on their way.
    pub lost: u64,
    /// Bytes of streams that arrived.
    pub arrived: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.cuts += other.cuts;
        self.silent += other.silent;
        self.resumed += other.resumed;
        self.lost += other.lost;
        self.arrived += other.arrived;
    }
}

/// See the module.
#[derive(Debug)]
pub struct Carrier {
    rng: SmallRng,
    places: [Place; 2],
    links: BTreeMap<u32, Link>,
    next_link: u32,
    channels: BTreeMap<u32, Channel>,
    /// Bytes that a link holds in each direction.
    capacity: usize,
    /// Cuts that may still happen.
    faults: u32,
    /// What happened.
    pub counts: Counts,
    /// Bytes of a link were changed: anything may come of it.
    damaged: bool,
    /// The sessions are no more.
    dead: bool,
    sabotage: Option<Sabotage>,
    /// What was the case when it was last asked when to go on, and how often since.
    stuck: (u32, [u64; 4]),
}

impl Carrier {
    /// The way of a seed's world: a session for some, or if the fault to put in is one of sessions.
    pub fn of(seed: u64, time: u64, kind: Option<sabotage::Kind>) -> Option<Self> {
        let mut rng = SmallRng::seed_from_u64(seed ^ SALT);
        let kind = kind.filter(|kind| kind.is_of_session());
        if !rng.random_bool(0.4) && kind.is_none() {
            return None;
        }
        let kept = if rng.random_bool(0.2) { 40_000 } else { 128 << 20 };
        let mut place = |name, end| {
            let config = Config { window: WINDOW, kept, ..Config::of(end) };
            let clock = rng.random_range(0..1 << 40);
            Place {
                name,
                session: Session::new(end, config),
                out: VecDeque::new(),
                input: BytesMut::new(),
                link: None,
                clock,
                due: VecDeque::new(),
                fresh: false,
            }
        };
        let places = [place("the near end", End::Near), place("the far end", End::Far)];
        let mut carrier = Self {
            places,
            links: BTreeMap::new(),
            next_link: 0,
            channels: BTreeMap::new(),
            capacity: *[1000, 10_000, 64 << 10, 1 << 20].choose(&mut rng).unwrap_or(&1000),
            faults: ALWAYS,
            counts: Counts::default(),
            damaged: false,
            dead: false,
            sabotage: kind.map(|kind| Sabotage::new(kind, rng.random_range(0..4))),
            stuck: (0, [0; 4]),
            rng,
        };
        carrier.first_link(time);
        Some(carrier)
    }

    /// A stream for one application's channel.
    pub fn open(&mut self) -> u32 {
        // As many as a world has are always few enough.
        let id = self.places[FAR].session.open(Kind::Wayland).unwrap_or(0);
        self.channels.insert(id, Channel::default());
        id
    }

    /// The fault that was put in on purpose has happened.
    pub fn is_sabotaged(&self) -> bool {
        self.sabotage.as_ref().is_some_and(|it| it.done)
    }

    /// Brings bytes of one half towards the other, as many as come through now.
    ///
    /// # Errors
    /// What a checker found.
    pub fn carry(
        &mut self,
        time: u64,
        (id, writer): (u32, usize),
        (from, to): (&mut Half, &mut Half),
        most: usize,
    ) -> Result<bool, Problem> {
        let mut moved = self.feed(id, writer, from, most);
        let steps = if self.faults == 0 { 8 } else { self.rng.random_range(1..6) };
        for _ in 0..steps {
            moved |= self.step(time)?;
        }
        self.check()?;
        Ok(self.deliver(time, id, writer, to, most)? || moved)
    }

    /// Takes what a half has to say into its stream.
    fn feed(&mut self, id: u32, writer: usize, from: &mut Half, most: usize) -> bool {
        let session = &mut self.places[writer].session;
        let Some(channel) = self.channels.get_mut(&id) else { return false };
        let way = &mut channel.ways[writer];
        // What comes behind the end is damage.
        if self.dead || way.finished || channel.broken && !session.has(id) {
            let lost = !from.link.is_empty();
            from.link.clear();
            return lost;
        }
        if writer == NEAR && !channel.opened {
            return false;
        }
        let bytes = take(&mut from.link, session.room(id).min(most));
        let mut moved = !bytes.is_empty();
        way.pending.extend(&bytes);
        session.write(id, bytes.into());
        if from.outcome.is_some() && from.link.is_empty() && !way.finished {
            way.finished = true;
            session.finish(id);
            moved = true;
        }
        moved
    }

    /// Lets a half read what has come for it.
    fn deliver(
        &mut self,
        time: u64,
        id: u32,
        writer: usize,
        to: &mut Half,
        most: usize,
    ) -> Result<bool, Problem> {
        let Some(channel) = self.channels.get_mut(&id) else { return Ok(false) };
        let Way { inbox, ended, .. } = &mut channel.ways[writer];
        let before = inbox.len();
        let moved = if to.outcome.is_some() {
            // Nobody reads it any more.
            inbox.clear();
            before > 0
        } else {
            to.read_link(time, inbox, *ended, most)?
        };
        let count = before - inbox.len();
        if count > 0 {
            self.places[1 - writer].session.consumed(id, count);
        }
        Ok(moved)
    }

    /// A message beside the streams.
    fn say(&mut self, end: usize) {
        let (rows, columns) = (self.rng.random(), self.rng.random());
        let message = match end {
            NEAR => Message::Resize(Size { rows, columns }),
            _ => Message::Note(format!("{rows} {columns}")),
        };
        self.places[1 - end].due.push_back(message.clone());
        self.places[end].session.send(message);
    }

    /// What a session has to tell.
    fn heed(&mut self, end: usize) -> Result<(), Problem> {
        while let Some(event) = self.places[end].session.poll() {
            if let Some(what) = self.on_event(end, event) {
                if !self.damaged {
                    return Err(Problem::Carried { end: self.places[end].name, what });
                }
            }
        }
        Ok(())
    }

    /// What is wrong with an event, if anything.
    fn on_event(&mut self, end: usize, event: Event) -> Option<&'static str> {
        let place = &mut self.places[end];
        let (Event::Opened(id, _) | Event::Data(id, _) | Event::Finished(id) | Event::Reset(id)) = event
        else {
            let Event::Message(message) = event else { return None };
            return (place.due.pop_front() != Some(message)).then_some("got a message that was not sent");
        };
        let Some(channel) = self.channels.get_mut(&id) else {
            return Some("got a stream that nobody opened");
        };
        let way = &mut channel.ways[1 - end];
        match event {
            Event::Opened(_, kind) => {
                let twice = std::mem::replace(&mut channel.opened, true) || end == FAR;
                (twice || kind != Kind::Wayland).then_some("was told twice of a stream")
            }
            Event::Data(_, bytes) => {
                let same = way.pending.len() >= bytes.len() && !way.ended;
                let same = same && way.pending.range(..bytes.len()).eq(bytes.iter());
                way.pending.drain(..bytes.len().min(way.pending.len()));
                way.inbox.extend(&bytes);
                self.counts.arrived += bytes.len() as u64;
                (!same).then_some("got bytes that are not due")
            }
            Event::Finished(_) => {
                let good = way.finished && way.pending.is_empty();
                (std::mem::replace(&mut way.ended, true) || !good).then_some("saw the end too early")
            }
            Event::Reset(_) => {
                let good = channel.broken;
                channel.broken = true;
                Self::cut_short(channel, end);
                channel.ways[end].pending.clear();
                (!good).then_some("lost a stream that nobody gave up")
            }
            Event::Message(_) => None,
        }
    }

    /// An end has forgotten a stream. What it wrote before may still arrive.
    fn cut_short(channel: &mut Channel, end: usize) {
        let way = &mut channel.ways[1 - end];
        way.ended = true;
        way.pending.clear();
    }

    /// One end gives a stream up for good: its half sees the end of the link, and the other one later.
    pub fn give_up(&mut self, id: u32) {
        let end = self.rng.random_range(0..2);
        if self.rng.random_bool(0.2) && self.channels.len() == 1 {
            return self.die();
        }
        let Some(channel) = self.channels.get_mut(&id) else { return };
        // What the near end does not know, it cannot give up.
        let end = if channel.opened { end } else { FAR };
        channel.broken = true;
        Self::cut_short(channel, end);
        let inbox = &mut channel.ways[1 - end].inbox;
        inbox.truncate(self.rng.random_range(0..=inbox.len()));
        self.places[end].session.reset(id);
    }

    /// Both sessions are given up, in the middle of everything.
    pub fn die(&mut self) {
        self.dead = true;
        self.links.clear();
        for channel in self.channels.values_mut() {
            channel.broken = true;
            Self::cut_short(channel, NEAR);
            Self::cut_short(channel, FAR);
        }
    }

    /// Bytes on a link, to be damaged.
    pub fn wire(&mut self) -> Option<&mut VecDeque<u8>> {
        let end = self.rng.random_range(0..2);
        let link = self.links.get_mut(&self.places[end].link?)?;
        self.damaged = true;
        Some(&mut link.wire[end])
    }

    /// Whether bytes of a link were changed.
    pub fn is_damaged(&self) -> bool {
        self.damaged
    }

    /// The world comes to rest: a few cuts more, and then none until [`Self::stir`].
    pub fn calm(&mut self) {
        self.faults = self.rng.random_range(0..4);
    }

    /// Links may be cut again.
    pub fn stir(&mut self) {
        self.faults = ALWAYS;
    }

    // ---- Checks -----------------------------------------------------------------------------------------------

    /// What must hold at any time.
    fn check(&self) -> Result<(), Problem> {
        if self.damaged || self.dead || self.is_sabotaged() {
            return Ok(());
        }
        for (end, place) in self.places.iter().enumerate() {
            let pending = |it: &Channel| it.ways[end].pending.len() as u64;
            let least: u64 = self.channels.values().filter(|it| !it.broken).map(pending).sum();
            let most = KEPT * self.channels.len() as u64;
            let kept = place.session.kept();
            if kept < least || kept > most {
                return Err(Problem::Carried { end: place.name, what: "keeps too little or too much" });
            }
        }
        Ok(())
    }

    /// All halves are done: nothing is left of any stream.
    ///
    /// # Errors
    /// Something is.
    pub fn is_over(&self) -> Result<(), Problem> {
        if self.damaged || self.dead {
            return Ok(());
        }
        for (end, place) in self.places.iter().enumerate() {
            let pending = |it: &Channel| it.ways[end].pending.len() + it.ways[end].inbox.len();
            let what = match () {
                () if !place.session.is_empty() => "keeps a stream that is over",
                () if place.session.kept() > 0 || !place.session.is_settled() => "keeps bytes that arrived",
                () if !place.due.is_empty() => "did not get a message",
                () if self.channels.values().any(|it| pending(it) > 0) => "wrote bytes that did not arrive",
                () => continue,
            };
            return Err(Problem::Carried { end: place.name, what });
        }
        Ok(())
    }
}
