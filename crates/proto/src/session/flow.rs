//! How much may be on the link: what its rate and its round trip need, and little more.
//!
//! Not whose bytes go next, nor a clock: every call is told the time. In the manner of BBR, the rate of delivery and the
//! shortest round trip make the bound; unlike BBR, what may queue in the link is a time ([`Flow::slack`]), and not a
//! share of the round trip. Invariants: bytes in flight exceed [`Flow::limit`] by no more than one frame and
//! [`URGENT`]; the limit is never less than [`LEAST`]; what a peer says makes nothing overflow, and nothing grow that
//! was not sent.

use std::collections::VecDeque;

use super::ack::LONGEST;
use super::frame::CHUNK;
use crate::Instant;

mod pace;
mod round;
mod speed;
mod trip;

use pace::Pace;
use round::Round;
use speed::Speed;
use trip::Trip;

/// A millisecond, in nanoseconds.
const MS: u64 = 1_000_000;

/// Bytes in flight before anything is known. They are sent at once, and their arrival shows the rate of most links.
const FIRST: u64 = 64 << 10;

/// The limit is never less.
const LEAST: u64 = 16 << 10;

/// The limit is never more: beyond any window, and no sum overflows.
const MOST: u64 = 1 << 40;

/// A round trip of less, in nanoseconds, does not leave the machine. What waits there waits for a processor, which no
/// bound makes any quicker.
const LOCAL: u64 = MS / 10;

/// The limit on such a link, in bytes.
const LOCAL_LIMIT: u64 = 4 << 20;

/// What is urgent may exceed the limit by so many bytes.
pub const URGENT: u64 = 16 << 10;

/// The smallest large frame, in bytes.
const CHUNK_LEAST: u64 = 2 << 10;

/// Frames are sent as long as the link needs for this, in nanoseconds: what a small message waits for.
const CHUNK_TIME: u64 = MS;

/// Between drains, in nanoseconds: without them our own queue would be taken for a part of the way in the end.
const DRAIN_EVERY: u64 = 10_000 * MS;

/// How much more than the link seems to carry is tried, in percent, while more and more arrives.
const LEVELS: [u64; 3] = [100, 130, 160];

/// The link is full after so many rounds in which the rate did not grow by a quarter.
const ROUNDS_WITHOUT_GROWTH: u32 = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The link was never full: twice as much in each round trip.
    Startup,
    /// The link is as full as it should be.
    Cruise,
    /// Less than the link needs, to see the round trip without our queue: first until that has left.
    Drain,
    /// And then for a round.
    Empty,
}

/// A queue that does not go away.
#[derive(Clone, Copy, Debug)]
struct Stuck {
    /// The limit when it showed.
    limit: u64,
    /// The longest mean round trip since, in nanoseconds.
    trip: u64,
    /// The limit is much less now, and so are the bytes in flight.
    relieved: bool,
    /// Rounds in which the link carried less than it can.
    idle: u32,
}

/// See the module.
#[derive(Debug)]
pub struct Flow {
    /// Bytes put on this link.
    sent: u64,
    /// Of these, those that have arrived.
    acked: u64,
    limit: u64,
    /// When bytes were sent: up to where, and the time.
    departures: VecDeque<(u64, Instant)>,
    trip: Trip,
    speed: Speed,
    pace: Pace,
    round: Round,
    phase: Phase,
    level: usize,
    /// Acknowledgements in a row that were later than they should be.
    late: u32,
    /// Rounds of the startup without growth, and the rate before them.
    plateau: (u32, u64),
    drained: Instant,
    /// What is known of a queue that does not go away.
    stuck: Option<Stuck>,
    /// Since when acknowledgements are much later than they should be.
    queued: Option<Instant>,
    /// Something waited for the limit or the pace since the sender had nothing to send.
    blocked: bool,
}

impl Flow {
    /// For a link of which nothing is known.
    pub fn new(now: Instant) -> Self {
        Self {
            sent: 0,
            acked: 0,
            limit: FIRST,
            departures: VecDeque::new(),
            trip: Trip::new(now),
            speed: Speed::default(),
            pace: Pace::new(now),
            round: Round::new(now),
            phase: Phase::Startup,
            level: 0,
            late: 0,
            plateau: (0, 0),
            drained: now,
            stuck: None,
            queued: None,
            blocked: false,
        }
    }

    /// Bytes that were sent and not acknowledged.
    pub fn in_flight(&self) -> u64 {
        self.sent - self.acked
    }

    /// Bytes that may be in flight.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// What arrives, in bytes per second, once that is known.
    pub fn rate(&self) -> Option<u64> {
        self.speed.rate()
    }

    /// The round trip without our own queue, in nanoseconds, once it is known.
    pub fn round_trip(&self) -> Option<u64> {
        self.trip.least()
    }

    /// The longest piece of a large message to be sent at once, in bytes.
    pub fn chunk(&self) -> usize {
        // Before the rate is known, the limit grows with what the link takes.
        let bytes = self.rate().map_or(self.limit / 16, |rate| bytes_in(rate, CHUNK_TIME));
        bytes.clamp(CHUNK_LEAST, CHUNK as u64) as usize
    }

    /// How long an acknowledgement of what comes may wait, in nanoseconds. The peer is taken to do the same.
    pub fn ack_delay(&self) -> u64 {
        self.trip.least().map_or(2 * MS, |trip| (trip / 32).clamp(MS, 4 * MS))
    }

    /// How long bytes may wait in the link, so that it never runs dry, in nanoseconds.
    fn slack(&self) -> u64 {
        let trip = self.trip.base().unwrap_or(0);
        3 * MS + self.ack_delay() * 3 / 2 + (trip / 32).min(4 * MS)
    }

    /// Whether one more frame may be sent now; an urgent one may be even if others may not.
    pub fn may_send(&mut self, now: Instant, urgent: bool) -> bool {
        let may = self.allows(now, urgent);
        self.blocked |= !may;
        may
    }

    /// As [`Self::may_send`], and nothing is remembered.
    pub fn allows(&self, now: Instant, urgent: bool) -> bool {
        match urgent {
            true => self.in_flight() < self.limit.saturating_add(URGENT),
            false => self.in_flight() < self.limit && self.pace.may_send(now),
        }
    }

    /// When another frame may be sent if nothing is acknowledged before; `None`: only an acknowledgement helps.
    pub fn next(&self) -> Option<Instant> {
        (self.in_flight() < self.limit).then(|| self.pace.next())
    }

    /// Bytes of streams were put on the link, their headers included.
    pub fn sent(&mut self, now: Instant, bytes: u64) {
        self.sent += bytes;
        self.pace.sent(now, bytes);
        match self.departures.back_mut() {
            // They are one to whoever measures milliseconds.
            Some((upto, at)) if now.0.saturating_sub(at.0) < MS / 16 => *upto = self.sent,
            _ => self.departures.push_back((self.sent, now)),
        }
    }

    /// The same of bytes that were not sent as quickly as they could be.
    pub fn probed(&mut self, now: Instant, bytes: u64) {
        self.sent(now, bytes);
        self.speed.probed(self.sent);
    }

    /// There is nothing more to send.
    pub fn ran_dry(&mut self) {
        if self.in_flight() >= self.limit {
            // Whatever comes next would have waited.
            return;
        }
        self.speed.ran_dry(self.sent);
        (self.round.limited, self.blocked) = (false, false);
    }

    /// The other end has received so many bytes since the link began, the last of them at `at` by its own clock, and
    /// has said so `delay` nanoseconds later. False if it cannot have.
    pub fn acknowledge(&mut self, now: Instant, received: u64, at: u64, delay: u64) -> bool {
        if received > self.sent {
            return false;
        }
        if received <= self.acked {
            return true;
        }
        let fresh = received - self.acked;
        // Nothing is learnt from a link that is used much less than it may be.
        let used = self.blocked || self.in_flight() >= self.limit / 2;
        self.acked = received;
        let Some(took) = self.arrival(now, received, delay) else { return true };
        self.trip.sample(now, took);
        self.round.sample(took);
        self.speed.on_ack(at, received, self.trip.base().unwrap_or(0));
        self.heed_lateness(now, took);
        match self.phase {
            Phase::Startup => self.fill(fresh, used),
            _ if self.late >= 2 => self.level = 0,
            _ => {}
        }
        if self.acked >= self.round.until && now >= self.round.since.after(round::SHORTEST) {
            self.turn(now);
        }
        self.adjust(now);
        true
    }

    /// Looks at one round trip: a queue is not left alone until the round ends.
    fn heed_lateness(&mut self, now: Instant, took: u64) {
        let base = self.trip.base().unwrap_or(took);
        self.late = if took > base + self.slack() { self.late + 1 } else { 0 };
        if took <= base + self.slack() + self.tolerance() || !self.blocked || self.phase != Phase::Cruise {
            self.queued = None;
            return;
        }
        let since = *self.queued.get_or_insert(now);
        if now >= since.after(speed::whole(base)) {
            self.speed.forget_all();
            self.queued = Some(now);
        }
    }

    /// How much more of a queue than intended may be an accident, in nanoseconds.
    fn tolerance(&self) -> u64 {
        (self.trip.base().unwrap_or(0) / 8).max(5 * MS)
    }

    /// The round trip of the last byte that has arrived.
    fn arrival(&mut self, now: Instant, received: u64, delay: u64) -> Option<u64> {
        let mut sent_at = None;
        while let Some((upto, at)) = self.departures.front().copied() {
            sent_at = Some(at);
            if upto > received {
                break;
            }
            self.departures.pop_front();
            if upto == received {
                break;
            }
        }
        let took = now.0.saturating_sub(sent_at?.0);
        // It would not wait longer, whatever it says.
        Some(took.saturating_sub(delay.min(LONGEST + 5 * MS)).max(took / 8).max(1))
    }

    /// The link is being filled for the first time, or could be.
    fn fill(&mut self, fresh: u64, used: bool) {
        if used {
            self.limit = self.limit.saturating_add(fresh).min(MOST);
        } else if let (Some(rate), Some(base)) = (self.speed.least(), self.trip.base()) {
            // It was measured over a short time, and may be a burst.
            self.limit = self.limit.max(bytes_in(rate, base + self.slack()).min(FIRST * 4));
        }
        if self.late >= 2 && self.speed.rate().is_some() {
            self.phase = Phase::Drain;
        }
    }

    /// A round is over.
    fn turn(&mut self, now: Instant) {
        let before = self.speed.rate();
        let limited = self.round.limited && self.blocked;
        let mean = self.round.mean();
        let round = std::mem::replace(&mut self.round, Round::begin(now, self.sent, self.acked));
        let carried = round.rate(now, self.acked);
        let idle = carried < self.speed.best() / 4 * 3;
        // The first one counts only if there was no queue for certain.
        if let Some(mean) = mean.filter(|_| limited && (self.phase == Phase::Empty || self.trip.has_rounds()))
        {
            self.trip.round(now, mean);
        }
        if matches!(self.phase, Phase::Startup | Phase::Cruise) {
            self.speed.turn();
        }
        let grew = match (before, round.rate_before) {
            (Some(now), Some(before)) => now > before + before / 32,
            _ => false,
        };
        self.round.rate_before = before;
        match self.phase {
            Phase::Startup => self.look_for_a_plateau(limited),
            Phase::Cruise => self.cruise(now, limited, (mean, idle), grew),
            Phase::Drain if self.in_flight() <= self.limit => self.phase = Phase::Empty,
            Phase::Drain => {}
            Phase::Empty => (self.phase, self.drained) = (Phase::Cruise, now),
        }
    }

    fn look_for_a_plateau(&mut self, limited: bool) {
        let Some(rate) = self.speed.rate().filter(|_| limited) else { return };
        let (rounds, best) = self.plateau;
        self.plateau = if rate > best + best / 4 { (0, rate) } else { (rounds + 1, best) };
        if self.plateau.0 >= ROUNDS_WITHOUT_GROWTH {
            self.phase = Phase::Drain;
        }
    }

    fn cruise(&mut self, now: Instant, limited: bool, (mean, idle): (Option<u64>, bool), grew: bool) {
        let (Some(mean), Some(base), true) = (mean, self.trip.base(), limited) else {
            (self.level, self.stuck) = (0, None);
            return;
        };
        self.speed.settle();
        let queue = mean.saturating_sub(base);
        let slack = self.slack();
        self.level = if grew && queue < slack / 2 { (self.level + 1).min(LEVELS.len() - 1) } else { 0 };
        if queue > slack + self.tolerance() {
            self.heed_a_queue(now, mean, idle);
        } else {
            self.stuck = None;
        }
        if now >= self.drained.after(DRAIN_EVERY) {
            self.phase = Phase::Drain;
        }
    }

    /// There is more of a queue than we allow: the link has become slower, or longer, or others fill it.
    fn heed_a_queue(&mut self, now: Instant, mean: u64, idle: bool) {
        self.speed.forget();
        let (limit, room) = (self.limit, self.in_flight() <= self.limit + self.limit / 8);
        let stuck = self.stuck.get_or_insert(Stuck { limit, trip: mean, relieved: false, idle: 0 });
        stuck.idle = if idle { stuck.idle + 1 } else { 0 };
        // Less of ours, and the round trip is what it was; or the link had nothing to do for a part of the time.
        let in_vain = stuck.relieved && mean > stuck.trip / 10 * 8;
        if in_vain || stuck.idle >= 2 {
            self.trip.is_now(now, mean);
            self.stuck = None;
            return;
        }
        if stuck.relieved {
            *stuck = Stuck { limit, trip: mean, relieved: false, idle: stuck.idle };
        } else {
            stuck.trip = stuck.trip.max(mean);
            stuck.relieved = limit < stuck.limit / 10 * 7 && room;
        }
    }

    /// The limit and the pace that follow from what is known.
    fn adjust(&mut self, now: Instant) {
        if self.trip.least().is_some_and(|trip| trip < LOCAL) {
            self.limit = self.limit.max(LOCAL_LIMIT);
            self.pace.set(now, None);
            return;
        }
        let (Some(rate), Some(base)) = (self.speed.rate(), self.trip.base()) else { return };
        let whole = base + self.slack();
        if self.phase == Phase::Startup {
            self.pace.set(now, Some(rate.saturating_mul(2)));
            return;
        }
        let rate = rate / 100 * LEVELS[self.level];
        let limit = match self.phase {
            Phase::Drain | Phase::Empty => bytes_in(rate, base) / 4 * 3,
            _ => bytes_in(rate, whole),
        };
        self.limit = limit.clamp(LEAST, MOST);
        // So much more than arrives that the queue is what it should be when the link is full.
        let more = u128::from(rate) * u128::from(self.slack()) / u128::from(whole.max(1));
        self.pace.set(now, Some(rate.saturating_add((more as u64).max(rate / 20))));
    }
}

/// Bytes that go through a link of `rate` bytes per second in so many nanoseconds.
fn bytes_in(rate: u64, nanoseconds: u64) -> u64 {
    u64::try_from(u128::from(rate) * u128::from(nanoseconds) / 1_000_000_000).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
