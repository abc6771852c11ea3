//! The copying, on either half. Within one file a rectangle is copied as if all of it were read first.

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

/// Copies between two files' bytes. The rectangle must fit.
pub(super) fn between(to: &mut [u8], to_base: u64, from: &[u8], from_base: u64, rect: &Rect) {
    let row = rect.row as usize;
    for (target, source) in order(rect) {
        let (target, source) = ((target - to_base) as usize, (source - from_base) as usize);
        to[target..target + row].copy_from_slice(&from[source..source + row]);
    }
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
