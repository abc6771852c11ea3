//! Received content: checked completely, then written.

use std::ops::Range;

use crate::mem::{Mirror, MirrorError, Region, RegionError};

/// Why received content cannot be applied.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The payload is not as long as its two length fields say, or the first is no multiple of 4.
    #[error("the payload has {have} bytes, its fields say {diff_size} and {ntrailing}")]
    Length {
        /// Bytes of the payload.
        have: usize,
        /// Bytes of segments, as announced.
        diff_size: usize,
        /// Bytes of tail, as announced.
        ntrailing: usize,
    },
    /// A segment runs backwards, is empty or lies beyond the end of the file.
    #[error("the segment of words {start}..{end} does not fit a file of {size} bytes")]
    Segment {
        /// First word.
        start: u32,
        /// One past the last word.
        end: u32,
        /// Bytes of the file.
        size: u64,
    },
    /// The segments end inside one.
    #[error("a segment is cut off")]
    Truncated,
    /// The tail is longer than the file, or content lies beyond its end.
    #[error("bytes {start}..{end} do not fit a file of {size} bytes")]
    Range {
        /// First byte.
        start: u64,
        /// One past the last byte.
        end: u64,
        /// Bytes of the file.
        size: u64,
    },
    /// The local memory cannot be written.
    #[error(transparent)]
    Region(#[from] RegionError),
    /// The mirror has another size, or is in use.
    #[error(transparent)]
    Mirror(#[from] MirrorError),
}

/// Calls `each` with the position and bytes of every segment and of the tail. Checks as it goes.
fn walk<'a>(
    payload: &'a [u8],
    diff_size: usize,
    ntrailing: usize,
    size: u64,
    mut each: impl FnMut(u64, &'a [u8]) -> Result<(), ApplyError>,
) -> Result<(), ApplyError> {
    if diff_size.checked_add(ntrailing) != Some(payload.len()) || diff_size % 4 != 0 {
        return Err(ApplyError::Length { have: payload.len(), diff_size, ntrailing });
    }
    let (mut segments, tail) = payload.split_at(diff_size);
    while let Some((header, rest)) = segments.split_at_checked(8) {
        let word =
            |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        let (start, end) = (word(0), word(4));
        if start >= end || u64::from(end) > size / 4 {
            return Err(ApplyError::Segment { start, end, size });
        }
        let len = u64::from(end - start) * 4;
        let cut = usize::try_from(len).ok().and_then(|len| rest.split_at_checked(len));
        let (data, rest) = cut.ok_or(ApplyError::Truncated)?;
        each(u64::from(start) * 4, data)?;
        segments = rest;
    }
    if !segments.is_empty() {
        return Err(ApplyError::Truncated);
    }
    let Some(start) = size.checked_sub(tail.len() as u64) else {
        return Err(ApplyError::Range { start: 0, end: tail.len() as u64, size });
    };
    if !tail.is_empty() {
        each(start, tail)?;
    }
    Ok(())
}

/// The smallest range of bytes that holds everything a diff would write to a file of `size` bytes; empty for none.
///
/// # Errors
/// The diff is malformed; see [`ApplyError`].
pub fn touched(
    payload: &[u8],
    diff_size: usize,
    ntrailing: usize,
    size: u64,
) -> Result<Range<u64>, ApplyError> {
    let mut all: Option<Range<u64>> = None;
    walk(payload, diff_size, ntrailing, size, |start, data| {
        let end = start + data.len() as u64;
        all = Some(match all.take() {
            Some(range) => range.start.min(start)..range.end.max(end),
            None => start..end,
        });
        Ok(())
    })?;
    Ok(all.unwrap_or(0..0))
}

/// Writes a received, decompressed diff into `region` and into `mirror` if there is one. Returns the range from the
/// first to the last byte written. Segments may come in any order and may overlap; later ones win.
///
/// # Errors
/// If the diff is malformed then nothing was written; if memory cannot be written then some may have been.
pub fn apply_diff(
    region: &Region,
    mirror: Option<&Mirror>,
    payload: &[u8],
    diff_size: usize,
    ntrailing: usize,
) -> Result<Range<u64>, ApplyError> {
    let size = region.len();
    let range = touched(payload, diff_size, ntrailing, size)?;
    let mut copy = mirror.map(|mirror| mirror.lock(range.clone())).transpose()?;
    let mut target = region.writer();
    walk(payload, diff_size, ntrailing, size, |start, data| {
        target.write(start, data)?;
        if let Some(copy) = &mut copy {
            let from = (start - range.start) as usize;
            copy[from..from + data.len()].copy_from_slice(data);
        }
        Ok(())
    })?;
    Ok(range)
}

/// Writes received, decompressed content into `region`, and into `mirror` if there is one, from byte `start` on.
///
/// # Errors
/// [`ApplyError::Range`] if it does not fit, and then nothing was written.
pub fn apply_fill(
    region: &Region,
    mirror: Option<&Mirror>,
    start: u64,
    data: &[u8],
) -> Result<(), ApplyError> {
    let (size, len) = (region.len(), data.len() as u64);
    let Some(end) = start.checked_add(len).filter(|&end| end <= size) else {
        return Err(ApplyError::Range { start, end: start.saturating_add(len), size });
    };
    let copy = mirror.map(|mirror| mirror.lock(start..end)).transpose()?;
    region.write(start, data)?;
    if let Some(mut copy) = copy {
        copy.copy_from_slice(data);
    }
    Ok(())
}
