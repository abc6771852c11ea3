//! Two sessions over a link that has a length, a rate, jitter and a buffer, with floods on it and small messages beside
//! them: how long these wait, and how much of the link is used.
//!
//! Not the world of the halves: streams carry counted bytes here, and time goes on in small steps. Invariants: the
//! scenario decides everything; at every step bytes in flight are within the session's limit when they are sent, and
//! every byte comes once and in order, across cuts.

use std::collections::{BTreeMap, VecDeque};

use bytes::{Bytes, BytesMut};
use farway_proto::Instant;
use farway_proto::session::frame::{Frame, HEADER};
use farway_proto::session::{Config, End, Event, Kind, Session};
use farway_proxy::transport::emulated::{Lane, LinkProfile};

use super::{FAR, NEAR};
use crate::sim::problem::Problem;

/// A millisecond, in nanoseconds.
pub const MS: u64 = 1_000_000;

/// A step of time, in nanoseconds.
const STEP: u64 = MS / 10;

/// Bytes of a small message.
const SMALL: usize = 64;

/// What a driver reads from a port at a time.
const READ: usize = 128 << 10;

/// Bytes beyond the limit that may be in flight: what is urgent, and frames that were begun.
const BEYOND: u64 = (16 << 10) + 2 * ((16 << 10) + 8);

/// What breaks the rules, to prove that the checkers find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Everything is acknowledged as soon as it is sent.
    EarlyAcks,
    /// Acknowledgements wait for a fifth of a second.
    LateAcks,
    /// The second flood pauses most of the time.
    LazyFlood,
}

/// What is to happen.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The link, and others that take its place at a time (in nanoseconds).
    pub links: Vec<(u64, LinkProfile)>,
    /// Streams that always have something to send, from the far end to the near one.
    pub floods: usize,
    /// Bytes of a flood that come at a time, and nanoseconds between; nothing: always.
    pub bursts: Option<(usize, u64)>,
    /// When it ends.
    pub until: u64,
    /// When the last small message is written.
    pub messages_until: u64,
    /// Times at which the link is cut, to be resumed a tenth of a second later.
    pub cuts: Vec<u64>,
    /// A fault to put in.
    pub fault: Option<Fault>,
}

/// What was seen.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Of small messages: when they were written, and how much longer they took than the empty link takes.
    pub delays: Vec<(u64, u64)>,
    /// Bytes of each flood that arrived.
    pub arrived: Vec<u64>,
    /// The same in each tenth of a second, of all.
    pub tenths: Vec<u64>,
    /// The most that was in flight.
    pub in_flight: u64,
    /// The rate as the session knows it in the end, in bytes per second.
    pub rate: Option<u64>,
    /// When an end had something to say, or woke up to say nothing, for the last time.
    pub last_turn: u64,
}

impl Report {
    /// The delay that so many of a hundred small messages do not exceed, of those written from `since` on.
    pub fn delay(&self, percent: usize, since: u64) -> u64 {
        let mut all: Vec<u64> = self.delays.iter().filter(|it| it.0 >= since).map(|it| it.1).collect();
        all.sort_unstable();
        let last = all.len().saturating_sub(1);
        all.get(last * percent / 100).copied().unwrap_or(0)
    }

    /// The share of the rate that was used between two times (nanoseconds), in percent.
    pub fn used(&self, profile: &LinkProfile, from: u64, to: u64) -> u64 {
        let tenth = |time: u64| (time / (100 * MS)) as usize;
        let bytes: u64 = self.tenths.iter().take(tenth(to)).skip(tenth(from)).sum();
        let carried = u128::from(profile.rate.unwrap_or(u64::MAX)) * u128::from(to - from) / 8_000_000_000;
        u64::try_from(u128::from(bytes) * 100 / carried.max(1)).unwrap_or(u64::MAX)
    }
}

/// One end.
#[derive(Debug)]
struct Place {
    session: Session,
    out: VecDeque<Bytes>,
    input: BytesMut,
    /// Its clock minus the world's.
    clock: u64,
    /// What goes to the other end: more than one if the link has changed.
    lanes: VecDeque<Lane>,
    /// Bytes of streams put on the link, counted for a fault only.
    sent: u64,
}

/// See the module.
#[derive(Debug)]
struct Road {
    scenario: Scenario,
    places: [Place; 2],
    floods: Vec<u32>,
    small: u32,
    /// When small messages were written that have not come.
    written: VecDeque<u64>,
    next_small: u64,
    /// Bytes of streams: given to the session, and come.
    counts: BTreeMap<u32, (u64, u64)>,
    resume_at: Option<u64>,
    pattern: Bytes,
    report: Report,
}

/// Runs a scenario.
///
/// # Errors
/// What a checker found: bytes that are not due, or too many in flight.
pub fn run(scenario: Scenario) -> Result<Report, Problem> {
    let mut road = Road::new(scenario);
    let mut time = 0;
    while time < road.scenario.until {
        road.step(time)?;
        time += STEP;
    }
    let Road { mut report, places, floods, counts, .. } = road;
    report.rate = places[FAR].session.link_rate();
    report.arrived = floods.iter().filter_map(|id| Some(counts.get(id)?.1)).collect();
    Ok(report)
}

/// The bytes that streams carry repeat after so many.
const PERIOD: u64 = 65_521;

/// One period, and as much as is wanted at a time.
fn pattern() -> Bytes {
    let byte = |at: u64| (at % PERIOD).wrapping_mul(0x9e37_79b9).to_be_bytes()[5];
    (0..PERIOD + (1 << 20)).map(byte).collect::<Vec<u8>>().into()
}

/// Where in the pattern a stream is after so many bytes.
fn place_of(id: u32, at: u64) -> usize {
    ((at + u64::from(id) * 977) % PERIOD) as usize
}

impl Road {
    fn new(mut scenario: Scenario) -> Self {
        let first = scenario.links.remove(0).1;
        let place = |end, clock: u64| {
            let mut session = Session::new(end, Config::of(end));
            session.link_up(Instant(clock));
            let lanes = VecDeque::from([Lane::new(&first)]);
            Place { session, out: VecDeque::new(), input: BytesMut::new(), clock, lanes, sent: 0 }
        };
        let mut places = [place(End::Near, 777 * MS), place(End::Far, 5_555_555 * MS)];
        let open = |place: &mut Place| place.session.open(Kind::Wayland).unwrap_or(0);
        let small = open(&mut places[FAR]);
        let floods = (0..scenario.floods).map(|_| open(&mut places[FAR])).collect();
        scenario.links.insert(0, (0, first));
        Self {
            scenario,
            places,
            floods,
            small,
            written: VecDeque::new(),
            next_small: 3 * MS,
            counts: BTreeMap::new(),
            resume_at: None,
            pattern: pattern(),
            report: Report::default(),
        }
    }

    fn is(&self, fault: Fault) -> bool {
        self.scenario.fault == Some(fault)
    }

    fn step(&mut self, time: u64) -> Result<(), Problem> {
        self.change_links(time)?;
        self.write(time);
        for end in [NEAR, FAR] {
            self.hear(end, time)?;
        }
        for end in [NEAR, FAR] {
            if end == FAR || !self.is(Fault::LateAcks) || time % (200 * MS) == 0 {
                self.speak(end, time)?;
            }
        }
        Ok(())
    }

    /// The link changes, is cut, or comes back.
    fn change_links(&mut self, time: u64) -> Result<(), Problem> {
        while let Some((_, profile)) = self.scenario.links.get(1).filter(|it| it.0 <= time).copied() {
            self.scenario.links.remove(0);
            self.places.iter_mut().for_each(|it| it.lanes.push_back(Lane::new(&profile)));
        }
        if self.scenario.cuts.first().is_some_and(|at| *at <= time) {
            self.scenario.cuts.remove(0);
            for place in &mut self.places {
                place.session.link_down();
                place.out.clear();
                place.input.clear();
                place.lanes.clear();
            }
            self.resume_at = Some(time + 100 * MS);
        }
        if self.resume_at.is_some_and(|at| at <= time) {
            self.resume_at = None;
            let profile = self.scenario.links[0].1;
            let positions = [NEAR, FAR].map(|end| self.places[end].session.positions());
            for (end, place) in self.places.iter_mut().enumerate() {
                place.lanes.push_back(Lane::new(&profile));
                let result = place.session.resume(Instant(time + place.clock), &positions[1 - end]);
                result.map_err(|error| Problem::Session { end: NAMES[end], error })?;
            }
        }
        Ok(())
    }

    /// Applications write.
    fn write(&mut self, time: u64) {
        for at in 0..self.floods.len() {
            if at > 0 && self.is(Fault::LazyFlood) && time % (100 * MS) > 10 * MS {
                continue;
            }
            let id = self.floods[at];
            match self.scenario.bursts {
                None if self.places[FAR].session.room(id) >= READ => self.put(id, READ),
                Some((bytes, every)) if time % every == 0 => self.put(id, bytes),
                _ => {}
            }
        }
        if time >= self.next_small && time < self.scenario.messages_until {
            // Never in step with anything else.
            self.next_small = time + 17 * MS + (time / STEP * 7919 % 97) * STEP;
            // While there is no link, nobody can hope for anything.
            if self.places[FAR].session.is_linked() {
                self.written.push_back(time);
                self.put(self.small, SMALL);
            }
        }
    }

    fn put(&mut self, id: u32, count: usize) {
        let (put, _) = self.counts.entry(id).or_default();
        let at = place_of(id, *put);
        *put += count as u64;
        self.places[FAR].session.write(id, self.pattern.slice(at..at + count));
    }

    fn hear(&mut self, end: usize, time: u64) -> Result<(), Problem> {
        let other = &mut self.places[1 - end];
        let mut came = BytesMut::new();
        while let Some(lane) = other.lanes.front_mut() {
            while let Some(bytes) = lane.pop(time) {
                came.extend_from_slice(&bytes);
            }
            let empty = lane.held() == 0;
            if other.lanes.len() < 2 || !empty {
                break;
            }
            other.lanes.pop_front();
        }
        let place = &mut self.places[end];
        if came.is_empty() || !place.session.is_linked() {
            return Ok(());
        }
        place.input.unsplit(came);
        let result = place.session.on_link(Instant(time + place.clock), &mut place.input);
        result.map_err(|error| Problem::Session { end: NAMES[end], error })?;
        while let Some(event) = self.places[end].session.poll() {
            if let Event::Data(id, bytes) = event {
                self.arrive(time, id, &bytes)?;
                self.places[end].session.consumed(id, bytes.len());
            }
        }
        Ok(())
    }

    fn arrive(&mut self, time: u64, id: u32, bytes: &[u8]) -> Result<(), Problem> {
        let (_, come) = self.counts.entry(id).or_default();
        let at = place_of(id, *come);
        let due = self.pattern[at..at + bytes.len()] == *bytes;
        *come += bytes.len() as u64;
        if !due {
            return Err(Problem::Carried { end: NAMES[NEAR], what: "got bytes that are not due" });
        }
        if id != self.small {
            let tenth = (time / (100 * MS)) as usize;
            self.report.tenths.resize(self.report.tenths.len().max(tenth + 1), 0);
            self.report.tenths[tenth] += bytes.len() as u64;
            return Ok(());
        }
        let rtt = self.scenario.links[0].1.rtt.as_nanos() as u64;
        for written in self.written.drain(..bytes.len() / SMALL) {
            self.report.delays.push((written, (time - written).saturating_sub(rtt / 2)));
        }
        Ok(())
    }

    fn speak(&mut self, end: usize, time: u64) -> Result<(), Problem> {
        let early = end == FAR && self.is(Fault::EarlyAcks);
        let place = &mut self.places[end];
        let now = Instant(time + place.clock);
        if !place.session.is_linked() {
            return Ok(());
        }
        if place.session.poll_timeout().is_some_and(|at| at <= now) {
            self.report.last_turn = time;
        }
        place.session.ask(now);
        let before = place.session.in_flight();
        loop {
            while let (Some(piece), Some(lane)) = (place.out.front_mut(), place.lanes.back_mut()) {
                let count = lane.push(time, piece);
                drop(piece.split_to(count));
                if !piece.is_empty() {
                    break;
                }
                place.out.pop_front();
            }
            if !place.out.is_empty() || !place.session.has_output(now) {
                break;
            }
            self.report.last_turn = time;
            if place.session.take_output(now, 16 << 10, &mut place.out) == 0 {
                return Err(Problem::Carried {
                    end: NAMES[end],
                    what: "has something to say and does not say it",
                });
            }
            if early {
                place.sent += acknowledged(&place.out);
                let mut bytes = BytesMut::new();
                Frame::Arrived { delay: 0, received: place.sent, at: now.0 }.put(&mut bytes);
                let result = place.session.on_link(now, &mut bytes);
                result.map_err(|error| Problem::Session { end: NAMES[end], error })?;
            }
        }
        let (Some((had, _)), Some((has, limit))) = (before, place.session.in_flight()) else { return Ok(()) };
        self.report.in_flight = self.report.in_flight.max(has);
        if has > had && has > limit + BEYOND {
            return Err(Problem::Unbounded { side: NAMES[end], what: "bytes in flight", size: has as usize });
        }
        Ok(())
    }
}

/// Bytes of streams in what is sent, as they are acknowledged.
fn acknowledged(pieces: &VecDeque<Bytes>) -> u64 {
    let mut all = BytesMut::new();
    pieces.iter().for_each(|piece| all.extend_from_slice(piece));
    let mut sum = 0;
    while let Ok(Some(frame)) = Frame::take(&mut all) {
        if let Frame::Data(_, bytes) = frame {
            sum += (HEADER + bytes.len()) as u64;
        }
    }
    sum
}

/// Names of the ends.
const NAMES: [&str; 2] = ["the near end", "the far end"];
