//! The round trip without our own queue.
//!
//! Two kinds: the shortest that was seen, and the shortest mean of a whole round in which the link was full: where round
//! trips vary, the second is what bytes in flight have to bridge. Both are forgotten after a while. Invariant: a value is
//! at most two turns of [`KEPT`] old, or there was none since.

use super::MS;
use crate::Instant;

/// How long a value counts at least, in nanoseconds.
const KEPT: u64 = 10_000 * MS;

/// The least of the last one or two turns.
#[derive(Debug, Default)]
struct Low {
    before: Option<u64>,
    now: Option<u64>,
}

impl Low {
    fn sample(&mut self, value: u64) {
        self.now = Some(self.now.map_or(value, |it| it.min(value)));
    }

    fn get(&self) -> Option<u64> {
        self.now.into_iter().chain(self.before).min()
    }

    fn turn(&mut self) {
        if self.now.is_some() {
            (self.before, self.now) = (self.now, None);
        }
    }
}

/// See the module.
#[derive(Debug)]
pub struct Trip {
    samples: Low,
    rounds: Low,
    turned: Instant,
}

impl Trip {
    /// Nothing is known.
    pub fn new(now: Instant) -> Self {
        Self { samples: Low::default(), rounds: Low::default(), turned: now }
    }

    /// One round trip, in nanoseconds.
    pub fn sample(&mut self, now: Instant, took: u64) {
        if now >= self.turned.after(KEPT) {
            self.turned = now;
            self.samples.turn();
            self.rounds.turn();
        }
        self.samples.sample(took);
    }

    /// The mean of a round in which the link was full.
    pub fn round(&mut self, now: Instant, mean: u64) {
        self.sample(now, mean);
        self.rounds.sample(mean);
    }

    /// Whether there was a round in which the link was full.
    pub fn has_rounds(&self) -> bool {
        self.rounds.get().is_some()
    }

    /// The shortest.
    pub fn least(&self) -> Option<u64> {
        self.samples.get()
    }

    /// What bytes in flight have to bridge.
    pub fn base(&self) -> Option<u64> {
        self.rounds.get().or(self.samples.get())
    }

    /// What was known is no longer true.
    pub fn is_now(&mut self, now: Instant, took: u64) {
        *self = Self::new(now);
        self.round(now, took);
    }
}
