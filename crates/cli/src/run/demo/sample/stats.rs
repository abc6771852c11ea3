//! Figures of a running sample, and of one that has ended.
//!
//! Invariant: memory does not grow with time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Bits of a value that are kept: an error of a sixteenth at most.
const BITS: u32 = 4;
const STEPS: u64 = 1 << BITS;

/// How often which duration occurred, in microseconds. Small values are exact, others to a sixteenth.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Histogram {
    counts: Vec<u64>,
    count: u64,
    most: u64,
}

impl Histogram {
    /// One more.
    pub fn add(&mut self, micros: u64) {
        let bucket = bucket(micros);
        if self.counts.len() <= bucket {
            self.counts.resize(bucket + 1, 0);
        }
        self.counts[bucket] += 1;
        self.count += 1;
        self.most = self.most.max(micros);
    }

    /// How many there are.
    #[cfg(test)]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The largest, exactly.
    #[cfg(test)]
    pub fn most(&self) -> u64 {
        self.most
    }

    /// The value that this many of a hundred do not exceed; `None` if there is none.
    pub fn percentile(&self, percent: u8) -> Option<u64> {
        let wanted = (self.count * u64::from(percent.min(100))).div_ceil(100).max(1);
        let mut seen = 0;
        let bucket = self.counts.iter().position(|count| {
            seen += count;
            seen >= wanted
        })?;
        Some(value(bucket).min(self.most))
    }
}

fn bucket(micros: u64) -> usize {
    if micros < STEPS {
        return micros as usize;
    }
    let shift = 63 - micros.leading_zeros() - BITS;
    (u64::from(shift + 1) * STEPS + (micros >> shift) - STEPS) as usize
}

/// The largest value of a bucket.
fn value(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    if bucket < STEPS {
        return bucket;
    }
    let shift = bucket / STEPS - 1;
    let first = (STEPS + bucket % STEPS) << shift;
    first + ((1_u64 << shift) - 1)
}

/// Live figures, readable from any thread.
#[derive(Debug, Default)]
pub struct SampleStats {
    frames: AtomicU64,
    latency: AtomicU64,
    damaged: AtomicU64,
}

impl SampleStats {
    /// Frames shown so far.
    pub fn frames(&self) -> u64 {
        self.frames.load(Ordering::Relaxed)
    }

    /// From the last commit that was answered to its frame callback; zero before there was one.
    pub fn last_latency(&self) -> Duration {
        Duration::from_micros(self.latency.load(Ordering::Relaxed))
    }

    /// Bytes of pixels in all rectangles that were damaged so far.
    pub fn damaged(&self) -> u64 {
        self.damaged.load(Ordering::Relaxed)
    }

    pub(super) fn frame(&self, damaged: u64) {
        self.frames.fetch_add(1, Ordering::Relaxed);
        self.damaged.fetch_add(damaged, Ordering::Relaxed);
    }

    pub(super) fn answered(&self, micros: u64) {
        self.latency.store(micros, Ordering::Relaxed);
    }
}

/// Figures of a sample that has ended.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SampleReport {
    /// Frames shown.
    pub frames: u64,
    /// From commit to frame callback, in microseconds.
    pub latencies: Histogram,
    /// From connecting to the first frame callback, if there was one.
    pub first_frame: Option<Duration>,
    /// Bytes of pixels in all rectangles that were damaged.
    pub damaged: u64,
    /// How long it ran.
    pub ran: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_hold_their_values_closely() {
        for micros in (0..5000).chain((0..60).map(|n| 1 << n)).chain([u64::MAX, u64::MAX / 3]) {
            let top = value(bucket(micros));
            assert!(top >= micros && top - micros <= micros / 16, "{micros} {top}");
        }
        for micros in 0..5000 {
            let step = bucket(micros + 1) - bucket(micros);
            assert!(step <= 1, "{micros}: no bucket is left out");
        }
        assert!(bucket(u64::MAX) < 1024);
    }

    #[test]
    fn percentiles() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.percentile(50), None);
        for micros in 1..=1000 {
            histogram.add(micros);
        }
        let near = |found: Option<u64>, wanted: u64| found.unwrap().abs_diff(wanted) <= wanted / 16;
        assert!(near(histogram.percentile(50), 500) && near(histogram.percentile(99), 990));
        assert_eq!(
            (histogram.percentile(100), histogram.most(), histogram.count()),
            (Some(1000), 1000, 1000)
        );
        assert_eq!(histogram.percentile(0), Some(1));
    }
}
