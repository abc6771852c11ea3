//! The copying, on either half. Within one file a rectangle is copied as if all of it were read first.

use std::ops::Range;

use super::{MoveError, Rect};
use crate::mem::{Mirror, Region};

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

/// Makes the part of copies that goes to `range` of a mirror. They come from `source`, or from where nobody copies to.
///
/// # Errors
/// [`MoveError::Range`] if a rectangle does not fit, or [`MoveError::Mirror`].
pub fn carry_part(
    mirror: &Mirror,
    source: Option<&Mirror>,
    rects: &[Rect],
    range: &Range<u64>,
) -> Result<(), MoveError> {
    let from_mirror = source.unwrap_or(mirror);
    for rect in rects {
        let (to, from) = ends(mirror, from_mirror, rect, source.is_none())?;
        let (start, end) = (to.start.max(range.start), to.end.min(range.end));
        if start >= end {
            continue;
        }
        let Rect { dst, src, row, rows, dst_pitch, src_pitch } = *rect;
        // A single one may be longer than its pitch.
        let line = |at: u64| at.checked_div(dst_pitch).unwrap_or(0).min(rows - 1);
        let (first, last) = (line(start - dst), line(end - 1 - dst));
        let from = src + first * src_pitch..(src + last * src_pitch + row).min(from.end);
        let (mut target, view) = (mirror.lock(start..end)?, from_mirror.view(from.clone())?);
        for n in first..=last {
            let (left, right) = ((dst + n * dst_pitch).max(start), (dst + n * dst_pitch + row).min(end));
            // The range may end between two rows.
            if left < right {
                let at = (src + n * src_pitch + (left - dst - n * dst_pitch) - from.start) as usize;
                let (to, len) = ((left - start) as usize, (right - left) as usize);
                target[to..to + len].copy_from_slice(&view[at..at + len]);
            }
        }
    }
    Ok(())
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
