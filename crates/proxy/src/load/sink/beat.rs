//! When a display refreshes.
//!
//! Pure. Invariant: the refreshes are multiples of the period after the origin, for every client the same.

use std::time::{Duration, Instant};

/// A refresh rate and its phase.
#[derive(Copy, Clone, Debug)]
pub struct Beat {
    origin: Instant,
    period: Duration,
}

impl Beat {
    /// So many refreshes in a second; at least one and at most a million.
    pub fn new(origin: Instant, hertz: f64) -> Self {
        Self { origin, period: Duration::from_secs_f64(1.0 / hertz.clamp(1.0, 1e6)) }
    }

    /// From one refresh to the next.
    pub fn period(&self) -> Duration {
        self.period
    }

    /// The first refresh after `now`.
    pub fn after(&self, now: Instant) -> Instant {
        let passed = now.saturating_duration_since(self.origin).as_nanos() / self.period.as_nanos();
        let count = u32::try_from(passed + 1).unwrap_or(u32::MAX);
        self.origin + self.period * count
    }
}

#[cfg(test)]
mod tests;
