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
    /// Bytes acknowledged before.
    acked: u64,
    trips: u64,
    samples: u64,
}

impl Round {
    /// The first one.
    pub fn new(now: Instant) -> Self {
        Self::begin(now, 0, 0)
    }

    /// One that ends with the last byte that was sent.
    pub fn begin(now: Instant, sent: u64, acked: u64) -> Self {
        Self { until: sent, since: now, acked, limited: true, rate_before: None, trips: 0, samples: 0 }
    }

    /// A round trip, in nanoseconds.
    pub fn sample(&mut self, took: u64) {
        self.trips = self.trips.saturating_add(took);
        self.samples += 1;
    }

    /// What was acknowledged in it, in bytes per second.
    pub fn rate(&self, now: Instant, acked: u64) -> u64 {
        let time = u128::from(now.0.saturating_sub(self.since.0).max(1));
        u64::try_from(u128::from(acked - self.acked) * 1_000_000_000 / time).unwrap_or(u64::MAX)
    }

    /// The mean round trip, in nanoseconds.
    pub fn mean(&self) -> Option<u64> {
        self.trips.checked_div(self.samples)
    }
}
