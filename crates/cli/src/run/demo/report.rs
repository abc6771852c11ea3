//! What the demo says: a line while it runs, a small table at its end.
//!
//! Pure: figures in, text out; whoever calls it prints. Invariant: no figure is said that was not measured.

use std::fmt::{self, Display};
use std::time::Duration;

/// Totals at one moment of a run.
#[derive(Copy, Clone, Debug, Default, Eq, PartialEq)]
pub struct Snapshot {
    /// Since the start.
    pub at: Duration,
    /// Frames shown.
    pub frames: u64,
    /// Bytes that went over the link towards the screen.
    pub up: u64,
    /// Bytes that came back.
    pub down: u64,
}

/// Everything about a run that has ended.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Figures {
    /// What the link was like, in words; empty if there was none.
    pub link: String,
    /// Totals at the end.
    pub total: Snapshot,
    /// From start to first frame.
    pub first_frame: Option<Duration>,
    /// Half of the frames took no longer than this from commit to frame callback.
    pub p50: Option<Duration>,
    /// Of a hundred frames, 99 took no longer.
    pub p99: Option<Duration>,
    /// What became of the pixels, if it was counted.
    pub pixels: Option<Pixels>,
}

/// Bytes of pixels on their way through farway, in total.
#[derive(Copy, Clone, Debug, Default, Eq, PartialEq)]
pub struct Pixels {
    /// Said by the application to have changed.
    pub damaged: u64,
    /// Left by the comparison with what the other side has. `None`: not counted.
    pub differing: Option<u64>,
    /// Left by compression.
    pub sent: u64,
}

/// A number of bytes with three digits and a unit.
struct Bytes(f64);

impl Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"];
        let (mut value, mut unit) = (self.0, 0);
        // What would be printed as 1000 already reads better in the next unit.
        while value >= 999.5 && unit + 1 < units.len() {
            value /= 1024.0;
            unit += 1;
        }
        let digits = if unit == 0 || value >= 99.95 { 0 } else { 1 };
        write!(f, "{value:.digits$} {}", units[unit])
    }
}

/// A duration in milliseconds.
fn millis(time: Duration) -> String {
    let value = time.as_secs_f64() * 1e3;
    if value < 9.95 { format!("{value:.1} ms") } else { format!("{value:.0} ms") }
}

/// `part` of `whole` that is not there any more, in percent. Never says 100 when something is left.
fn saved(whole: u64, part: u64) -> Option<String> {
    let left = part as f64 / (whole > 0).then_some(whole)? as f64;
    let percent = (1.0 - left) * 100.0;
    let percent = if part > 0 { percent.min(99.9) } else { percent };
    Some(format!("{percent:.1} %"))
}

fn per(total: u64, count: u64) -> Option<f64> {
    (count > 0).then(|| total as f64 / count as f64)
}

/// One line on what happened between two moments; `latency` is that of the last frame.
pub fn status(before: &Snapshot, now: &Snapshot, latency: Option<Duration>) -> String {
    let seconds = now.at.saturating_sub(before.at).as_secs_f64();
    let frames = now.frames.saturating_sub(before.frames);
    let bytes = now.up.saturating_sub(before.up);
    let mut parts = Vec::new();
    if seconds > 0.0 {
        parts.push(format!("{:.0} frames/s", frames as f64 / seconds));
    }
    parts.extend(latency.map(|latency| format!("latency {}", millis(latency))));
    parts.extend(per(bytes, frames).map(|bytes| format!("{} per frame", Bytes(bytes))));
    if seconds > 0.0 {
        parts.push(format!("{:.1} Mbit/s", bytes as f64 * 8.0 / seconds / 1e6));
    }
    parts.join("  ")
}

/// The line that is written over and over. Says nothing where there is no terminal.
#[derive(Copy, Clone, Debug)]
pub struct LiveLine {
    /// Columns of the terminal; `None`: it is none.
    columns: Option<usize>,
    written: bool,
}

impl LiveLine {
    /// A line on a terminal of so many columns; `None` if output goes elsewhere.
    pub fn new(columns: Option<usize>) -> Self {
        Self { columns, written: false }
    }

    /// What to write so that `text` is seen instead of the text before.
    pub fn show(&mut self, text: &str) -> String {
        // The last column stays empty: some terminals go to the next line when it is written to.
        let Some(room) = self.columns.map(|columns| columns.saturating_sub(1)) else { return String::new() };
        self.written = true;
        let seen: String = text.chars().filter(|letter| !letter.is_control()).take(room).collect();
        format!("\r{seen}\x1b[K")
    }

    /// What to write so that nothing of it is left.
    pub fn end(&mut self) -> &'static str {
        if std::mem::take(&mut self.written) { "\r\x1b[K" } else { "" }
    }
}

/// The table at the end, with a line break after each row.
pub fn table(figures: &Figures) -> String {
    let Figures { total, pixels, .. } = figures;
    let seconds = total.at.as_secs_f64();
    let mut rows: Vec<(&str, String)> = Vec::new();
    if !figures.link.is_empty() {
        rows.push(("link", figures.link.clone()));
    }
    let mut frames = format!("{} in {seconds:.1} s", total.frames);
    if seconds > 0.0 {
        frames += &format!(", {:.1} per second", total.frames as f64 / seconds);
    }
    rows.push(("frames", frames));
    rows.extend(figures.first_frame.map(|time| ("first frame", format!("after {}", millis(time)))));
    if let (Some(p50), Some(p99)) = (figures.p50, figures.p99) {
        rows.push(("latency", format!("p50 {}, p99 {}", millis(p50), millis(p99))));
    }
    if let Some(bytes) = per(total.up, total.frames) {
        let all = Bytes(total.up as f64);
        rows.push((
            "sent per frame",
            format!("{} ({all} in all, {} back)", Bytes(bytes), Bytes(total.down as f64)),
        ));
    }
    if let Some(pixels) = pixels {
        if let Some(bytes) = per(pixels.damaged, total.frames) {
            rows.push(("damage per frame", format!("{} of pixels", Bytes(bytes))));
        }
        if let Some(differing) = pixels.differing {
            rows.extend(saved(pixels.damaged, differing).map(|part| ("saved by diff", part)));
            rows.extend(saved(differing, pixels.sent).map(|part| ("saved by packing", part)));
        } else {
            rows.extend(saved(pixels.damaged, pixels.sent).map(|part| ("saved in all", part)));
        }
    }
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    rows.iter().map(|(name, value)| format!("{name:<width$}  {value}\n")).collect()
}

/// The figures as one JSON object and a line break. Times are in milliseconds; what was not measured is left out.
pub fn json(figures: &Figures) -> String {
    let millis = |time: Option<Duration>| time.map(|it| it.as_secs_f64() * 1e3);
    let Figures { total, pixels, .. } = figures;
    let all = [
        ("link", (!figures.link.is_empty()).then(|| figures.link.clone().into())),
        ("seconds", Some(total.at.as_secs_f64().into())),
        ("frames", Some(total.frames.into())),
        ("sent_bytes", Some(total.up.into())),
        ("returned_bytes", Some(total.down.into())),
        ("first_frame_ms", millis(figures.first_frame).map(Into::into)),
        ("latency_p50_ms", millis(figures.p50).map(Into::into)),
        ("latency_p99_ms", millis(figures.p99).map(Into::into)),
        ("damaged_bytes", pixels.filter(|it| it.damaged > 0).map(|it| it.damaged.into())),
        ("differing_bytes", pixels.and_then(|it| it.differing).map(Into::into)),
        ("packed_bytes", pixels.map(|it| it.sent.into())),
    ];
    let known = all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let object: serde_json::Map<String, serde_json::Value> = known.collect();
    format!("{}\n", serde_json::Value::from(object))
}

#[cfg(test)]
mod tests;
