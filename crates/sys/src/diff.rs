//! Differences between a shared file and its mirror, and their application on the other side.
//!
//! What it is: the kernels and the layout of `BufferDiff` (channel notes, 5.6). What it is not: it compresses nothing
//! and frames nothing. Invariants: each byte that goes to the mirror and the output comes from one read of shared
//! memory, and goes to both, so a program that writes meanwhile cannot make mirror and twin differ; a block that was
//! found equal once is not looked at again; nothing is written anywhere before a received diff has been checked
//! completely.
//!
//! Kernels over vector registers compare shared memory where it is, and load again, once, what looks changed. The one in
//! plain Rust compares private copies of cache-sized pieces, for plain Rust must not look at memory that others write;
//! so do all where a file can only be read by position.

use std::ops::Range;

use crate::mem::{Mirror, MirrorError, Region, RegionError, RegionReader};
use crate::moves::Copies;

mod apply;
mod kernel;
#[cfg(all(target_arch = "aarch64", target_endian = "little", not(miri)))]
mod neon;
mod scalar;
#[allow(dead_code)] // where there are no vectors
mod vector;
#[cfg(all(target_arch = "x86_64", target_pointer_width = "64", not(miri)))]
mod x86;

pub use apply::{ApplyError, apply_diff, apply_fill, touched};
pub use kernel::Kernel;

/// Blocks that are compared at once, and the size below which the end of a file counts as its tail.
pub const BLOCK: usize = 64;

/// A run of changes ends when more than so many bytes are unchanged.
pub const GAP: usize = 64;

/// How much is copied at a time, out of shared memory or within mirrors: stays within the first two cache levels.
const PIECE: usize = 16 * 1024;

/// The two length fields of a diff message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DiffOutput {
    /// Bytes of segments.
    pub diff_size: u32,
    /// Bytes of tail after them.
    pub ntrailing: u32,
}

impl DiffOutput {
    /// Whether nothing has changed: then no message is sent at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.diff_size == 0 && self.ntrailing == 0
    }
}

/// Memory that calls on one thread share.
#[derive(Debug)]
pub struct Scratch {
    /// Empty until needed.
    piece: Box<[u8]>,
    kernel: Kernel,
}

impl Default for Scratch {
    fn default() -> Self {
        Self::with(Kernel::best())
    }
}

impl Scratch {
    /// Fresh scratch memory, for the fastest kernel.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Fresh scratch memory, for this kernel. All give the same bytes; for tests and for measuring.
    #[must_use]
    pub fn with(kernel: Kernel) -> Self {
        Self { piece: Box::default(), kernel }
    }
}

/// Why no difference could be made.
#[derive(Debug, thiserror::Error)]
pub enum DiffError {
    /// An interval is not made of whole 32-bit words, runs backwards or lies beyond the end.
    #[error("the interval {start}..{end} does not fit a file of {size} bytes")]
    Interval {
        /// First byte.
        start: u64,
        /// One past the last.
        end: u64,
        /// Bytes of the file.
        size: u64,
    },
    /// The output would not fit into the 32 bits of its length field, or word numbers into theirs.
    #[error("the difference is too large for one message")]
    TooLarge,
    /// The shared memory cannot be read.
    #[error(transparent)]
    Region(#[from] RegionError),
    /// The mirror has another size, or is in use.
    #[error(transparent)]
    Mirror(#[from] MirrorError),
}

/// Compares `region` with `mirror` within `intervals` and brings the mirror up to date. Appends segments and, if
/// `tail` is set and the bytes after the last whole [`BLOCK`] of the file have changed, those bytes, to `out`.
///
/// Intervals are in bytes, in order, from a multiple of 4 to a multiple of 4 or the file's size. What they cover of
/// the tail is left to `tail`; they need not cover it.
///
/// # Errors
/// See [`DiffError`]. `out` is as before then, but the mirror may be partly updated: the twin is lost.
pub fn diff(
    region: &Region,
    mirror: &Mirror,
    intervals: &[Range<u64>],
    tail: bool,
    out: &mut Vec<u8>,
    scratch: &mut Scratch,
) -> Result<DiffOutput, DiffError> {
    diff_after(None, region, mirror, intervals, tail, out, scratch)
}

/// As [`diff`], after these copies were made in the mirror, as far as they go to the intervals.
///
/// # Errors
/// As for [`diff`].
pub fn diff_after(
    copies: Option<&Copies<'_>>,
    region: &Region,
    mirror: &Mirror,
    intervals: &[Range<u64>],
    tail: bool,
    out: &mut Vec<u8>,
    scratch: &mut Scratch,
) -> Result<DiffOutput, DiffError> {
    let before = out.len();
    let result = diff_into((region, mirror), copies, intervals, tail, out, scratch);
    if result.is_err() {
        out.truncate(before);
    }
    result
}

fn diff_into(
    (region, mirror): (&Region, &Mirror),
    copies: Option<&Copies<'_>>,
    intervals: &[Range<u64>],
    tail: bool,
    out: &mut Vec<u8>,
    scratch: &mut Scratch,
) -> Result<DiffOutput, DiffError> {
    let before = out.len();
    let region = &region.reader();
    let size = region.len();
    let body = size - size % BLOCK as u64;
    if body / 4 > u64::from(u32::MAX) {
        return Err(DiffError::TooLarge);
    }
    for interval in intervals {
        let (start, end) = (interval.start, interval.end);
        if start % 4 != 0 || (end % 4 != 0 && end != size) || start > end || end > size {
            return Err(DiffError::Interval { start, end, size });
        }
        if start < end.min(body) {
            diff_interval((region, mirror), copies, start..end.min(body), out, scratch)?;
        }
    }
    let diff_size = u32::try_from(out.len() - before).map_err(|_| DiffError::TooLarge)?;
    let ntrailing = if tail && body < size { diff_tail(region, mirror, body..size, out)? } else { 0 };
    Ok(DiffOutput { diff_size, ntrailing })
}

fn diff_interval(
    (region, mirror): (&RegionReader<'_>, &Mirror),
    copies: Option<&Copies<'_>>,
    interval: Range<u64>,
    out: &mut Vec<u8>,
    scratch: &mut Scratch,
) -> Result<(), DiffError> {
    let mut old = mirror.lock(interval.clone())?;
    // The check of `body` makes every word number fit.
    let mut runs = scratch.kernel.runs((interval.start / 4) as u32);
    let in_place = runs.in_place() && region.in_place(interval.start, old.len())?.is_some();
    if !in_place && scratch.piece.is_empty() {
        scratch.piece = vec![0; PIECE].into_boxed_slice();
    }
    let most = if in_place && copies.is_none() { old.len() } else { PIECE };
    let mut done = 0;
    while done < old.len() {
        let (start, len) = (interval.start + done as u64, (old.len() - done).min(most));
        if let Some(copies) = copies {
            copies.make(start, &mut old[done..done + len]);
        }
        match region.in_place(start, len)?.filter(|_| in_place) {
            Some(new) => runs.shared(new, &mut old, done, out),
            None => {
                let piece = &mut scratch.piece[..len];
                region.read(start, piece)?;
                runs.private(piece, &mut old, done, out);
            }
        }
        done += len;
    }
    runs.finish(out);
    Ok(())
}

fn diff_tail(
    region: &RegionReader<'_>,
    mirror: &Mirror,
    range: Range<u64>,
    out: &mut Vec<u8>,
) -> Result<u32, DiffError> {
    let mut old = mirror.lock(range.clone())?;
    let mut new = [0; BLOCK];
    let new = &mut new[..old.len()];
    region.read(range.start, new)?;
    if *new == *old {
        return Ok(0);
    }
    old.copy_from_slice(new);
    out.extend_from_slice(new);
    Ok(new.len() as u32)
}

#[cfg(test)]
mod tests;
