//! Content that is elsewhere already: scrolls and moved blocks, found and copied instead of sent.
//!
//! What it is: a search for rectangles of an image that equal other places of mirrors, and the copying: all at once, or,
//! where they are compared afterwards, piece by piece. What it is not: it is no comparison. The search looks at samples,
//! and may be wrong; whoever sends copies compares everything afterwards, as always ([`crate::diff`]), and that finds
//! what is wrong or missing.
//!
//! Invariants: shared memory has no influence on mirrors but by the choice of rectangles, so mirror and twin stay the
//! same whatever a program writes meanwhile; rectangles lie within the damage, which is compared afterwards; the work
//! is bounded by a few reads of the damage, and much less where nothing repeats.

use std::ops::Range;

use crate::mem::{Mirror, MirrorError, Region, RegionError};

mod copy;
mod cover;
mod survey;
mod votes;

pub use copy::{Copies, Memory, apply, carry};

use cover::Cover;
use survey::Survey;

/// Rectangles of one answer, at most.
pub const MAX_RECTS: usize = 32;

/// Images whose damage is larger are not searched, in bytes.
const MAX_AREA: u64 = 128 << 20;

/// A rectangle of bytes that are the same in two places. All in bytes but `rows`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rect {
    /// Where the first row goes to, in the target's file.
    pub dst: u64,
    /// Where the first row comes from, in the source's file.
    pub src: u64,
    /// Length of a row.
    pub row: u64,
    /// How many rows.
    pub rows: u64,
    /// From one row to the next in the target.
    pub dst_pitch: u64,
    /// From one row to the next in the source.
    pub src_pitch: u64,
}

impl Rect {
    /// Bytes that are copied; saturates.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.row.saturating_mul(self.rows)
    }

    /// From the first to the last byte that is written. `None` if it is empty, its rows overlap, or it overflows.
    #[must_use]
    pub fn target(&self) -> Option<Range<u64>> {
        span(self.dst, self.dst_pitch, self.row, self.rows)
    }

    /// From the first to the last byte that is read; `None` as for [`Self::target`].
    #[must_use]
    pub fn source(&self) -> Option<Range<u64>> {
        span(self.src, self.src_pitch, self.row, self.rows)
    }

    /// True if it fits files of these sizes. Within one file rows that lie across each other must have equal pitches:
    /// only then there is an order in which each row is read before it is overwritten.
    #[must_use]
    pub fn fits(&self, target_size: u64, source_size: u64, same_file: bool) -> bool {
        let (Some(to), Some(from)) = (self.target(), self.source()) else { return false };
        let apart = to.end <= from.start || from.end <= to.start;
        let ordered = !same_file || apart || self.dst_pitch == self.src_pitch;
        to.end <= target_size && from.end <= source_size && ordered
    }
}

fn span(start: u64, pitch: u64, row: u64, rows: u64) -> Option<Range<u64>> {
    let before = rows.checked_sub(1)?;
    if row == 0 || (before > 0 && pitch < row) {
        return None;
    }
    let end = start.checked_add(pitch.checked_mul(before)?)?.checked_add(row)?;
    Some(start..end)
}

/// Rows of whole pixels in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image {
    /// Its first byte.
    pub offset: u64,
    /// Bytes from one row to the next.
    pub stride: u64,
    /// Bytes of pixels in a row.
    pub row: u64,
    /// How many rows.
    pub rows: u64,
    /// Bytes of a pixel.
    pub pixel: u64,
}

impl Image {
    /// Its bytes, from the first to the last; `None` if it is no image of whole pixels.
    #[must_use]
    pub fn extent(&self) -> Option<Range<u64>> {
        if self.pixel == 0 || self.row % self.pixel != 0 || self.stride % self.pixel != 0 {
            return None;
        }
        span(self.offset, self.stride, self.row, self.rows)
    }
}

/// Where an image of the same size, stride and format may be seen, as it was.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The mirror of its file, if that is another file than the target's.
    pub mirror: Option<&'a Mirror>,
    /// Its first byte.
    pub offset: u64,
    /// How far things have likely moved, as they did last: bytes from a place in the image to where that was in this one.
    pub likely: Option<i64>,
}

/// Why nothing could be searched or copied.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// An image or a rectangle does not fit its file.
    #[error("a rectangle does not fit its file")]
    Range,
    /// The shared memory cannot be read or written.
    #[error(transparent)]
    Region(#[from] RegionError),
    /// The mirror has another size, or is in use.
    #[error(transparent)]
    Mirror(#[from] MirrorError),
}

/// Memory that calls on one thread share.
#[derive(Debug, Default)]
pub struct Scratch {
    survey: survey::Buffers,
    votes: votes::Buffers,
    line: Vec<u8>,
}

/// Looks in `source` for what is new in `image` within `damage` (byte ranges of the file, in order), and says what is to
/// be copied: in this order, on both halves.
///
/// # Errors
/// See [`MoveError`].
pub fn find(
    region: &Region,
    mirror: &Mirror,
    image: &Image,
    source: &Source<'_>,
    damage: &[Range<u64>],
    scratch: &mut Scratch,
) -> Result<Vec<Rect>, MoveError> {
    let extent = image.extent().ok_or(MoveError::Range)?;
    if extent.end > region.len() || extent.end - extent.start > MAX_AREA {
        return Err(MoveError::Range);
    }
    let mut room = extent.end - extent.start;
    let from = source.mirror.unwrap_or(mirror);
    let end = source.offset.checked_add(extent.end - extent.start).ok_or(MoveError::Range)?;
    let (own, other) = (mirror.view(extent)?, from.view(source.offset..end)?);
    let in_place = source.mirror.is_none() && source.offset == image.offset;
    let Scratch { survey: buffers, votes, line } = scratch;
    let mut rects = Vec::new();
    if let Some(distance) = source.likely {
        // One row of each band says enough of what is expected.
        if let Some(survey) = Survey::make(region, &own, image, damage, 1, buffers)? {
            let mut cover = Cover::new(&survey, region, &other, in_place, line);
            if cover.go_on(distance)? {
                rects = cover.finish(source.offset);
            }
        }
    }
    if rects.is_empty() {
        let survey = Survey::make(region, &own, image, damage, survey::SAMPLE, buffers)?;
        let Some(survey) = survey else { return Ok(rects) };
        let mut cover = Cover::new(&survey, region, &other, in_place, line);
        cover.search(votes)?;
        rects = cover.finish(source.offset);
    }
    rects.retain(|rect| rect.fits(mirror.len(), from.len(), source.mirror.is_none()));
    // They may overlap a little, but there is no more to copy than there is.
    rects.retain(|rect| room.checked_sub(rect.bytes()).map(|left| room = left).is_some());
    Ok(rects)
}

#[cfg(test)]
mod tests;
