//! Counts frames and times them: for the report, for other threads, and for the window's own figures.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::super::picture::Rect;
use super::super::scene::state::State;
use super::super::stats::{Histogram, SampleReport, SampleStats};

/// How often the figures in the window change.
const FIGURES: Duration = Duration::from_millis(500);
/// How often the chart gets a column.
const COLUMN: Duration = Duration::from_millis(100);

/// See the module.
#[derive(Debug)]
pub struct Meter {
    start: Instant,
    stats: Arc<SampleStats>,
    latencies: Histogram,
    first_frame: Option<Duration>,
    /// Since when, frames since then, and the sum of their latencies.
    figures: (Instant, u32, Duration),
    /// Since when, and the longest latency since then.
    column: (Instant, Duration),
}

impl Meter {
    pub fn new(start: Instant) -> Self {
        Self {
            start,
            stats: Arc::default(),
            latencies: Histogram::default(),
            first_frame: None,
            figures: (start, 0, Duration::ZERO),
            column: (start, Duration::ZERO),
        }
    }

    pub fn stats(&self) -> Arc<SampleStats> {
        Arc::clone(&self.stats)
    }

    /// A frame was committed.
    pub fn committed(&self, damage: &[Rect]) {
        self.stats.frame(damage.iter().map(|rect| rect.w as u64 * rect.h as u64 * 4).sum());
    }

    /// The frame that was committed then was shown now.
    pub fn answered(&mut self, committed: Instant, state: &mut State) {
        let now = Instant::now();
        let latency = now.saturating_duration_since(committed);
        let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        self.latencies.add(micros);
        self.stats.answered(micros);
        if self.first_frame.is_none() {
            self.first_frame = Some(now.saturating_duration_since(self.start));
            self.figures.0 = now;
        }
        let (since, frames, sum) = &mut self.figures;
        (*frames, *sum) = (*frames + 1, *sum + latency);
        let passed = now.saturating_duration_since(*since);
        if passed >= FIGURES {
            state.rate = Some(*frames as f32 / passed.as_secs_f32());
            state.latency = Some(*sum / *frames);
            self.figures = (now, 0, Duration::ZERO);
        }
        let (since, longest) = &mut self.column;
        *longest = latency.max(*longest);
        if now.saturating_duration_since(*since) >= COLUMN {
            state.shown(*longest);
            self.column = (now, Duration::ZERO);
        }
    }

    /// The end.
    pub fn report(self) -> SampleReport {
        SampleReport {
            frames: self.stats.frames(),
            latencies: self.latencies,
            first_frame: self.first_frame,
            damaged: self.stats.damaged(),
            ran: self.start.elapsed(),
        }
    }
}
