//! When to try again. A clock is given, so every case can be tested.
//!
//! Invariant: the first try is at once, and later ones are never further apart than [`LONGEST`].

use std::time::{Duration, Instant};

const FIRST: Duration = Duration::from_millis(500);

/// The longest pause.
pub const LONGEST: Duration = Duration::from_secs(30);

/// See the module.
#[derive(Debug)]
pub struct Retry {
    /// The link has been lost since.
    pub since: Instant,
    tries: u32,
    /// When to try next.
    pub next: Instant,
}

impl Retry {
    /// The link was lost now.
    pub fn new(now: Instant) -> Self {
        Self { since: now, tries: 0, next: now }
    }

    /// A try has failed.
    pub fn failed(&mut self, now: Instant) {
        let pause = FIRST.saturating_mul(1 << self.tries.min(10));
        self.tries += 1;
        self.next = now + pause.min(LONGEST);
    }

    /// Tries that have failed.
    pub fn tries(&self) -> u32 {
        self.tries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_bound() {
        let start = Instant::now();
        let mut retry = Retry::new(start);
        assert_eq!(retry.next, start, "at once");
        let mut before = Duration::ZERO;
        for _ in 0..40 {
            retry.failed(start);
            let pause = retry.next - start;
            assert!(pause >= before && pause <= LONGEST);
            before = pause;
        }
        assert_eq!(before, LONGEST);
    }
}
