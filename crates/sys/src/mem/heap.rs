//! Free memory of the heap, on its way back to the system.
//!
//! An allocator keeps what was freed, in case that it is wanted again: a burst of work in each of many threads leaves
//! each of its arenas large. Not a limit, not a pool. Invariant: however many threads ask, there is at most one trim
//! in [`PAUSE`], and one follows whatever was freed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::platform;

/// Time between two trims: each looks at the whole heap, and takes pages away from those who are at work.
pub const PAUSE: Duration = Duration::from_secs(5);

/// When a heap was trimmed, by [`clock::monotonic`](crate::clock::monotonic); 0 is never.
#[derive(Debug)]
struct Trims(AtomicU64);

/// What to do about memory that was freed.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Turn {
    /// Trim: nobody else will.
    Ours,
    /// It has been done since.
    Done,
    /// Ask again at this time.
    At(u64),
}

impl Trims {
    fn turn(&self, freed: u64, now: u64) -> Turn {
        let last = self.0.load(Ordering::Relaxed);
        let next = if last == 0 { 0 } else { last.saturating_add(PAUSE.as_nanos() as u64) };
        if last > freed {
            Turn::Done
        } else if now < next {
            Turn::At(next)
        } else if self.0.compare_exchange(last, now.max(1), Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            Turn::Ours
        } else {
            // Somebody does it right now, after we had freed ours.
            Turn::Done
        }
    }
}

/// Gives back what was freed at `freed`, or was already given back since; both times by
/// [`clock::monotonic`](crate::clock::monotonic). Returns when to ask again, if it is too early.
pub fn give_back(freed: u64, now: u64) -> Option<u64> {
    static TRIMS: Trims = Trims(AtomicU64::new(0));
    match TRIMS.turn(freed, now) {
        Turn::Ours => platform::trim_heap(),
        Turn::Done => {}
        Turn::At(next) => return Some(next),
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn many_who_ask_at_once_get_one_trim() {
        let trims = Trims(AtomicU64::new(0));
        assert_eq!(trims.turn(SECOND, SECOND), Turn::Ours);
        // Freed before it, asked after it; freed at the very same time, which may have been too late.
        assert_eq!(trims.turn(SECOND - 1, SECOND + 1), Turn::Done);
        assert_eq!(trims.turn(SECOND, SECOND + 1), Turn::At(6 * SECOND));
        let late: Vec<_> = (0..200).map(|_| trims.turn(2 * SECOND, 6 * SECOND)).collect();
        assert_eq!(late.iter().filter(|turn| **turn == Turn::Ours).count(), 1);
        assert!(late[1..].iter().all(|turn| *turn == Turn::Done));
    }
}
