//! Whether the link is alive: pings, and what to make of silence.
//!
//! Not the frames. Invariant: while something was sent that the other end has not confirmed, a ping is on its way, so
//! silence means something; an idle link is asked now and then.

use crate::Instant;

const SECOND: u64 = 1_000_000_000;

/// How patient to be, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Silence that means death while an answer is owed.
    pub silence: u64,
    /// Between pings while something is under way.
    pub busy: u64,
    /// Between pings while nothing is.
    pub idle: u64,
}

impl Default for Patience {
    fn default() -> Self {
        Self { silence: 6 * SECOND, busy: SECOND, idle: 20 * SECOND }
    }
}

/// See the module.
#[derive(Debug)]
pub struct Lifeline {
    patience: Patience,
    heard: Instant,
    /// The ping that was not answered: when it was sent.
    asked: Option<Instant>,
    /// When the last ping was sent or the link began.
    last: Instant,
    /// The shortest time between a ping and its answer.
    round_trip: Option<u64>,
}

impl Lifeline {
    /// A link that is new.
    pub fn new(patience: Patience, now: Instant) -> Self {
        Self { patience, heard: now, asked: None, last: now, round_trip: None }
    }

    /// Something came.
    pub fn heard(&mut self, now: Instant) {
        self.heard = now;
    }

    /// The answer to a ping came.
    pub fn answered(&mut self, now: Instant, token: u64) {
        if self.asked.is_some_and(|at| at.0 == token) {
            self.asked = None;
            let took = now.0.saturating_sub(token);
            self.round_trip = Some(self.round_trip.map_or(took, |before| before.min(took)));
        }
    }

    /// The shortest round trip so far, in nanoseconds.
    pub fn round_trip(&self) -> Option<u64> {
        self.round_trip
    }

    /// The token of a ping that is due; it counts as sent.
    pub fn ask(&mut self, now: Instant, busy: bool) -> Option<u64> {
        if self.asked.is_some() || now < self.next_ask(busy) {
            return None;
        }
        (self.asked, self.last) = (Some(now), now);
        Some(now.0)
    }

    fn next_ask(&self, busy: bool) -> Instant {
        self.last.after(if busy { self.patience.busy } else { self.patience.idle })
    }

    /// Whether the link is dead.
    pub fn is_dead(&self, now: Instant) -> bool {
        self.asked.is_some_and(|at| now >= at.max(self.heard).after(self.patience.silence))
    }

    /// When to look again.
    pub fn timeout(&self, busy: bool) -> Instant {
        match self.asked {
            Some(at) => at.max(self.heard).after(self.patience.silence),
            None => self.next_ask(busy),
        }
    }
}
