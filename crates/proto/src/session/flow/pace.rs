//! The pace: how soon after one another frames may leave, so that many of them are no queue.
//!
//! A bucket that leaks at the rate; it stands for the buffer in front of the link. Invariant: between any two moments
//! no more leaves than the rate allows for the time between, plus what is sent within [`AHEAD`], plus one frame.

use super::MS;
use crate::Instant;

/// What may leave at once, as a time at the rate, in nanoseconds: timers are not exact.
const AHEAD: u64 = 2 * MS;

/// See the module.
#[derive(Debug)]
pub struct Pace {
    /// Bytes per second; `None`: there is no need to wait.
    rate: Option<u64>,
    /// When all that was sent will have left the bucket.
    empty: Instant,
}

impl Pace {
    /// Nothing waits.
    pub fn new(now: Instant) -> Self {
        Self { rate: None, empty: now }
    }

    /// Another rate, in bytes per second.
    pub fn set(&mut self, now: Instant, rate: Option<u64>) {
        if self.rate == rate {
            return;
        }
        let left = self.empty.0.saturating_sub(now.0);
        if let (Some(before), Some(rate)) = (self.rate, rate) {
            let nanoseconds = u128::from(left) * u128::from(before) / u128::from(rate.max(1));
            self.empty = now.after(u64::try_from(nanoseconds).unwrap_or(u64::MAX).min(1000 * MS));
        }
        self.rate = rate;
    }

    /// Bytes have left.
    pub fn sent(&mut self, now: Instant, bytes: u64) {
        let Some(rate) = self.rate else { return };
        let takes = u128::from(bytes) * 1_000_000_000 / u128::from(rate.max(1));
        let takes = u64::try_from(takes).unwrap_or(u64::MAX).min(1000 * MS);
        self.empty = self.empty.max(now).after(takes);
    }

    /// Whether a frame may leave.
    pub fn may_send(&self, now: Instant) -> bool {
        self.rate.is_none() || self.empty <= now.after(AHEAD)
    }

    /// When it may: a little later than it might, so that more than one can leave then.
    pub fn next(&self) -> Instant {
        Instant(self.empty.0.saturating_sub(AHEAD / 2))
    }
}
