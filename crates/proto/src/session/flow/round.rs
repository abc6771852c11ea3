//! One round: from some byte's departure until it is known to have arrived.
//!
//! Values only. Invariant: a round has a beginning, and an end that is not before it.

use super::MS;
use crate::Instant;

/// A round is not shorter, in nanoseconds: less shows nothing but accidents.
pub const SHORTEST: u64 = 8 * MS;

/// See the module.
#[derive(Debug)]
pub struct Round {
    /// Over when so many bytes were acknowledged.
    pub until: u64,
    /// When it began.
    pub since: Instant,
    /// There was always something to send.
    pub limited: bool,
    /// The rate when the round before ended.
    pub rate_before: Option<u64>,
    trips: u64,
    samples: u64,
}

impl Round {
    /// The first one.
    pub fn new(now: Instant) -> Self {
        Self::begin(now, 0)
    }

    /// One that ends with the last byte that was sent.
    pub fn begin(now: Instant, sent: u64) -> Self {
        Self { until: sent, since: now, limited: true, rate_before: None, trips: 0, samples: 0 }
    }

    /// A round trip, in nanoseconds.
    pub fn sample(&mut self, took: u64) {
        self.trips = self.trips.saturating_add(took);
        self.samples += 1;
    }

    /// The mean round trip, in nanoseconds.
    pub fn mean(&self) -> Option<u64> {
        self.trips.checked_div(self.samples)
    }
}
