//! What was measured.
//!
//! Pure. Invariant: a figure that was not measured is not there.

use serde_json::{Map, Value, json};

use super::chain::Program;
use crate::args::bench::Task;
use crate::args::bench::link::Link;

/// The figures of one measurement.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// Frames that became visible in a second.
    pub fps: Option<f64>,
    /// Milliseconds: half of them took no longer.
    pub median: Option<f64>,
    /// Milliseconds: of a hundred, 99 took no longer.
    pub p99: Option<f64>,
    /// Milliseconds of p99 above the shortest.
    pub spread: Option<f64>,
    /// Bytes on the link towards the display for each frame.
    pub bytes: Option<f64>,
    /// Milliseconds of CPU for each frame, both halves together.
    pub cpu: Option<f64>,
    /// Memory that nobody else shares, in KiB, both halves together.
    pub kib: Option<f64>,
    /// Processes, both halves together.
    pub processes: Option<f64>,
}

impl Figures {
    /// From times in milliseconds.
    pub fn of_times(mut times: Vec<f64>) -> Self {
        times.sort_by(f64::total_cmp);
        let at = |share: usize| times.get(times.len() * share / 100).copied();
        let spread = at(99).zip(times.first()).map(|(p99, least)| p99 - least);
        Self { median: at(50), p99: at(99), spread, ..Self::default() }
    }

    /// All figures and their names, in their order in tables.
    pub fn named(&self) -> [(&'static str, Option<f64>); 8] {
        [
            ("fps", self.fps),
            ("median_ms", self.median),
            ("p99_ms", self.p99),
            ("p99_above_min_ms", self.spread),
            ("bytes_per_frame", self.bytes),
            ("cpu_ms_per_frame", self.cpu),
            ("private_kib", self.kib),
            ("processes", self.processes),
        ]
    }

    /// Ours by theirs, where both are known.
    pub fn ratios(&self, other: &Self) -> [(&'static str, Option<f64>); 8] {
        let (ours, theirs) = (self.named(), other.named());
        std::array::from_fn(|n| {
            let ratio = ours[n].1.zip(theirs[n].1).map(|(one, other)| one / other);
            (ours[n].0, ratio.filter(|ratio| ratio.is_finite()))
        })
    }
}

/// One line of the table.
#[derive(Clone, Debug)]
pub struct Row {
    /// Name of the link.
    pub link: String,
    /// What was measured.
    pub task: Task,
    /// Name of the program.
    pub program: String,
    /// The figures.
    pub figures: Figures,
}

impl Row {
    /// Of one measurement.
    pub fn new(link: &Link, task: Task, program: &Program, figures: Figures) -> Self {
        Self { link: link.name.clone(), task, program: program.name.clone(), figures }
    }
}

/// Figures as an object; those that are not known are left out.
pub fn object(figures: [(&'static str, Option<f64>); 8]) -> Value {
    let round = |value: f64| json!((value * 1e4).round() / 1e4);
    let known = figures.into_iter().filter_map(|(name, value)| Some((name.to_string(), round(value?))));
    Value::Object(known.collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests;
