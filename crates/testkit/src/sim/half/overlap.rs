//! Which bytes of a mirror a job locks. Jobs that may run at the same time must not share any, unless all only read them.

use farway_proto::channel::{CopyRect, Update, coding};
use farway_proto::engine::{Copies, Job};
use farway_proxy::store::Content;
use farway_sys::diff;
use farway_sys::pack::{Compression, Packer};

/// Bytes (start, end) of the mirror of a job's file.
#[derive(Debug, Default)]
pub struct Spans {
    writes: Vec<(u64, u64)>,
    reads: Vec<(u64, u64)>,
}

impl Spans {
    /// What a job locks; nothing without a mirror.
    pub fn of(job: &Job, content: &Content, compression: Compression) -> Self {
        if content.mirror.is_none() {
            return Self::default();
        }
        let reads = match job {
            Job::Diff { copies: Some(copies @ Copies { source: None, .. }), .. } => {
                let from = |it: &CopyRect| (it.src, it.src + (it.rows - 1) * it.src_pitch + it.row);
                copies.rects.iter().map(from).map(|it| (it.0.into(), it.1.into())).collect()
            }
            _ => Vec::new(),
        };
        Self { writes: writes(job, content, compression), reads }
    }

    /// True if these jobs must not run at the same time, or one not even alone.
    pub fn meets(&self, other: &Self) -> bool {
        any(&self.writes, &other.writes) || any(&self.writes, &other.reads) || any(&self.reads, &other.writes)
    }

    /// True if the job writes what it reads from elsewhere.
    pub fn meets_itself(&self) -> bool {
        any(&self.writes, &self.reads)
    }
}

fn writes(job: &Job, content: &Content, compression: Compression) -> Vec<(u64, u64)> {
    let size = content.region.len();
    match job {
        Job::Diff { intervals, tail, .. } => {
            let mut spans: Vec<_> = intervals.iter().map(|i| (i.start, i.end)).collect();
            if *tail {
                spans.push((size / diff::BLOCK as u64 * diff::BLOCK as u64, size));
            }
            spans
        }
        Job::Fill { range, .. } => vec![(range.start, range.end)],
        // Whatever it finds: nobody else may use the file.
        Job::Move { .. } => vec![(0, size)],
        Job::Apply { update: Update::Copy { .. }, .. } => vec![(0, size)],
        Job::Apply { .. } => written(job, content, compression).into_iter().collect(),
    }
}

/// A byte that an update is likely to change, if it will write any.
pub fn target(job: &Job, content: &Content, compression: Compression) -> Option<u64> {
    let (first, end) = written(job, content, compression)?;
    Some(match job {
        // Rows are wider than what has changed, so that it is in the midst of them.
        Job::Apply { update: Update::Pixels { pitch, row, .. }, .. } => {
            let [pitch, row] = [pitch, row].map(|it| u64::from(*it));
            first + (end - first) / pitch.max(1) / 2 * pitch + row.min(end - first) / 2
        }
        _ => first,
    })
}

/// The bytes that an update will write, from the first to the last.
pub fn written(job: &Job, content: &Content, compression: Compression) -> Option<(u64, u64)> {
    match job {
        Job::Apply { update: Update::Fill { start, end, .. }, .. } => {
            Some((u64::from(*start), u64::from(*end)))
        }
        Job::Apply { update: update @ Update::Diff { diff_size, ntrailing, .. }, .. } => {
            changed(update, compression, *diff_size, *ntrailing, content)
        }
        Job::Apply { update: update @ Update::Packed { coding, diff_size, ntrailing, .. }, .. } => {
            changed(update, named(*coding), *diff_size, *ntrailing, content)
        }
        Job::Apply { update: Update::Pixels { start, pitch, row, total, .. }, .. } => {
            let [start, pitch, row, total] = [start, pitch, row, total].map(|it| u64::from(*it));
            let last = total.saturating_sub(1) / row.max(1);
            Some((start, start + last * pitch + (total - last * row)))
        }
        Job::Apply { update: Update::Named { size, .. }, .. } => Some((0, u64::from(*size))),
        Job::Apply { update: update @ Update::Copy { .. }, .. } => {
            let first = update.rects().next()?;
            Some((u64::from(first.dst), u64::from(first.dst) + u64::from(first.row)))
        }
        Job::Diff { .. } | Job::Fill { .. } | Job::Move { .. } => None,
    }
}

/// From the first to the last byte that a diff changes.
fn changed(
    update: &Update,
    way: Compression,
    size: u32,
    trailing: u32,
    content: &Content,
) -> Option<(u64, u64)> {
    let (segments, tail) = (size as usize, trailing as usize);
    let mut packer = Packer::new();
    let raw = packer.unpack(way, update.payload(), segments + tail).ok()?;
    let range = diff::touched(raw, segments, tail, content.region.len()).ok()?;
    Some((range.start, range.end))
}

/// What unpacks an update that names its coding.
fn named(name: u32) -> Compression {
    match name {
        coding::NONE => Compression::None,
        coding::LZ4 => Compression::Lz4(0),
        _ => Compression::Zstd(0),
    }
}

/// True if a span shares a byte with another.
fn any(spans: &[(u64, u64)], others: &[(u64, u64)]) -> bool {
    others.iter().any(|other| spans.iter().any(|span| span.0 < other.1 && other.0 < span.1))
}
