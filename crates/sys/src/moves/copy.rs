//! The copying, on either half. Within one file a rectangle is copied as if all of it were read first.

use std::ops::Range;

use super::{MoveError, Rect};
use crate::mem::{Mirror, MirrorView, Region};

/// A file's memory, and its mirror if there is one.
#[derive(Clone, Copy, Debug)]
pub struct Memory<'a> {
    /// What the local program sees.
    pub region: &'a Region,
    /// What the twin holds.
    pub mirror: Option<&'a Mirror>,
}

/// The rows of a rectangle, in an order in which each is read before it is overwritten; starts of (target, source).
fn order(rect: &Rect) -> impl Iterator<Item = (u64, u64)> + use<> {
    let Rect { dst, src, rows, dst_pitch, src_pitch, .. } = *rect;
    (0..rows).map(move |n| {
        let n = if dst > src { rows - 1 - n } else { n };
        (dst + n * dst_pitch, src + n * src_pitch)
    })
}

/// Copies within bytes of which the first is byte `base` of their file. The rectangle must fit.
pub(super) fn within(bytes: &mut [u8], base: u64, rect: &Rect) {
    let row = rect.row as usize;
    for (to, from) in order(rect) {
        let (to, from) = ((to - base) as usize, (from - base) as usize);
        bytes.copy_within(from..from + row, to);
    }
}

/// Makes copies within a mirror, in order, wherever their rectangles are.
///
/// # Errors
/// [`MoveError::Range`] if a rectangle does not fit, or [`MoveError::Mirror`].
pub fn carry(mirror: &Mirror, rects: &[Rect]) -> Result<(), MoveError> {
    for rect in rects {
        let (to, from) = ends(mirror, mirror, rect, true)?;
        let hull = from.start.min(to.start)..from.end.max(to.end);
        within(&mut mirror.lock(hull.clone())?, hull.start, rect);
    }
    Ok(())
}

/// Copies that are made piece by piece, whoever makes which piece: what they come from is held, and not written.
#[derive(Debug)]
pub struct Copies<'a>(Vec<Held<'a>>);

/// A rectangle, and the bytes of its source from `base` on.
#[derive(Debug)]
struct Held<'a> {
    rect: Rect,
    base: u64,
    from: MirrorView<'a>,
}

impl<'a> Copies<'a> {
    /// What goes to `range` of a mirror. It comes from `source`, or from where none of these copies goes.
    ///
    /// # Errors
    /// [`MoveError::Range`] if a rectangle does not fit, or [`MoveError::Mirror`].
    pub fn of(
        mirror: &'a Mirror,
        source: Option<&'a Mirror>,
        rects: &[Rect],
        range: &Range<u64>,
    ) -> Result<Self, MoveError> {
        let from_mirror = source.unwrap_or(mirror);
        let mut held = Vec::new();
        for rect in rects {
            let (to, from) = ends(mirror, from_mirror, rect, source.is_none())?;
            let (start, end) = (to.start.max(range.start), to.end.min(range.end));
            if start < end {
                let lines = lines(rect, start..end);
                let base = rect.src + lines.start * rect.src_pitch;
                let last = rect.src + (lines.end - 1) * rect.src_pitch + rect.row;
                held.push(Held { rect: *rect, base, from: from_mirror.view(base..last.min(from.end))? });
            }
        }
        Ok(Self(held))
    }

    /// Makes the part that goes to `bytes`, which begin at `start` of the mirror. They must be within the range.
    pub(crate) fn make(&self, start: u64, bytes: &mut [u8]) {
        let end = start + bytes.len() as u64;
        for Held { rect, base, from } in &self.0 {
            let Some(to) = rect.target().filter(|to| to.start < end && start < to.end) else { continue };
            for n in lines(rect, to.start.max(start)..to.end.min(end)) {
                let line = rect.dst + n * rect.dst_pitch;
                let (left, right) = (line.max(start), (line + rect.row).min(end));
                // A range may end between two lines.
                if left < right {
                    let at = (rect.src + n * rect.src_pitch + (left - line) - base) as usize;
                    let to = (left - start) as usize..(right - start) as usize;
                    bytes[to.clone()].copy_from_slice(&from[at..at + to.len()]);
                }
            }
        }
    }
}

/// The rows of a rectangle that go to a range, which is not empty and lies between the first and the last of them.
fn lines(rect: &Rect, range: Range<u64>) -> Range<u64> {
    // A single row may be longer than its pitch.
    let line = |at: u64| (at - rect.dst).checked_div(rect.dst_pitch).unwrap_or(0).min(rect.rows - 1);
    line(range.start)..line(range.end - 1) + 1
}

/// The bytes that a rectangle has in its target and its source.
fn ends(
    to: &Mirror,
    from: &Mirror,
    rect: &Rect,
    same_file: bool,
) -> Result<(Range<u64>, Range<u64>), MoveError> {
    let fits = rect.fits(to.len(), from.len(), same_file);
    let both = rect.target().zip(rect.source());
    both.filter(|_| fits).ok_or(MoveError::Range)
}

/// Does what the other half did to its mirrors: copies the rectangles, in order, from `source` to `target`, or within
/// `target`. What is read comes from a mirror where there is one: that is what the other half knows.
///
/// # Errors
/// [`MoveError::Range`] if any rectangle does not fit, and then nothing was written.
pub fn apply(target: Memory<'_>, source: Option<Memory<'_>>, rects: &[Rect]) -> Result<(), MoveError> {
    let from = source.unwrap_or(target);
    let (size, from_size) = (target.region.len(), from.region.len());
    if !rects.iter().all(|rect| rect.fits(size, from_size, source.is_none())) {
        return Err(MoveError::Range);
    }
    let mut line = Vec::new();
    for rect in rects {
        line.resize(usize::try_from(rect.row).map_err(|_| MoveError::Range)?, 0);
        for (to, at) in order(rect) {
            match from.mirror {
                Some(mirror) => line.copy_from_slice(&mirror.lock(at..at + rect.row)?),
                None => from.region.read(at, &mut line)?,
            }
            target.region.write(to, &line)?;
            if let Some(mirror) = target.mirror {
                mirror.lock(to..to + rect.row)?.copy_from_slice(&line);
            }
        }
    }
    Ok(())
}
