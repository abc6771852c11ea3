//! Our private copy of what the twin of a file holds on the other side.
//!
//! Invariants: it starts as zeros, like the twin; parts never written take no memory; at any time a byte belongs to
//! at most one [`MirrorSlice`], or to any number of [`MirrorView`]s, so jobs on several threads can work on different
//! ranges, and read the same ones.

use std::io;
use std::ops::{Deref, DerefMut, Range};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::pages::Pages;

/// Granularity of the record of which parts were ever lent out for writing, in bytes; whole pages everywhere.
const BLOCK: usize = 64 * 1024;

/// A private copy of a shared file.
#[derive(Debug)]
pub struct Mirror {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    pages: Pages,
    live: Vec<Live>,
    /// One bit for each [`BLOCK`]: what must be copied if the system cannot enlarge a mapping.
    touched: Vec<u64>,
}

/// A range that is lent out.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Live {
    range: Range<usize>,
    shared: bool,
}

/// Why a range cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MirrorError {
    /// Beyond the end.
    #[error("bytes {start}..{end} are beyond the {size} bytes of the mirror")]
    OutOfRange {
        /// First byte that was asked for.
        start: u64,
        /// One past the last.
        end: u64,
        /// Bytes of the mirror.
        size: u64,
    },
    /// Some of it is in use by somebody else.
    #[error("the range is in use by another job")]
    Overlap,
}

impl State {
    /// Lends out a range.
    fn lend(&mut self, range: Range<u64>, shared: bool) -> Result<(*mut u8, Live), MirrorError> {
        let size = self.pages.len() as u64;
        let (start, end) = (range.start, range.end);
        let wrong = MirrorError::OutOfRange { start, end, size };
        if start > end || end > size {
            return Err(wrong);
        }
        let (Ok(start), Ok(end)) = (usize::try_from(start), usize::try_from(end)) else { return Err(wrong) };
        let live = Live { range: start..end, shared };
        if start < end {
            let meets = |other: &Live| other.range.start < end && start < other.range.end;
            if self.live.iter().any(|other| meets(other) && !(shared && other.shared)) {
                return Err(MirrorError::Overlap);
            }
            self.live.push(live.clone());
        }
        // SAFETY: `start` is at most the length of the block.
        Ok((unsafe { self.pages.as_ptr().add(start) }, live))
    }

    /// Takes back what was lent out.
    fn take_back(&mut self, lent: &Live) {
        if let Some(index) = self.live.iter().position(|live| live == lent) {
            self.live.swap_remove(index);
        }
    }

    /// These blocks will be written to.
    fn touch(&mut self, blocks: Range<usize>) {
        let mut fresh = blocks.end..blocks.end;
        for block in blocks {
            let (word, bit) = (&mut self.touched[block / 64], 1 << (block % 64));
            if *word & bit == 0 {
                *word |= bit;
                fresh = fresh.start.min(block)..block + 1;
            }
        }
        // With what is between two of them: it does no harm there.
        self.pages.populate(fresh.start * BLOCK..fresh.end * BLOCK);
    }
}

impl Mirror {
    /// A mirror of `size` zero bytes.
    ///
    /// # Errors
    /// No address space.
    pub fn new(size: u64) -> io::Result<Self> {
        let pages = Pages::new(fitting(size)?)?;
        let touched = vec![0; words(pages.len())];
        Ok(Self { state: Mutex::new(State { pages, live: Vec::new(), touched }) })
    }

    /// Bytes of the mirror.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.state().pages.len() as u64
    }

    /// Whether it has no byte.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Enlarges the mirror; the content stays, the new part is zero. The same size is no change.
    ///
    /// # Errors
    /// `InvalidInput` for a smaller size, `ResourceBusy` while a slice or a view is in use, otherwise no address space.
    pub fn grow(&self, size: u64) -> io::Result<()> {
        let size = fitting(size)?;
        let mut state = self.state();
        let State { pages, live, touched } = &mut *state;
        if size < pages.len() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        if !live.is_empty() {
            return Err(io::ErrorKind::ResourceBusy.into());
        }
        let blocks =
            (0..pages.len().div_ceil(BLOCK)).filter(|block| touched[block / 64] >> (block % 64) & 1 == 1);
        pages.grow(size, blocks.map(|block| block * BLOCK..(block + 1) * BLOCK))?;
        touched.resize(words(size), 0);
        Ok(())
    }

    /// Exclusive access to `range`.
    ///
    /// # Errors
    /// See [`MirrorError`].
    pub fn lock(&self, range: Range<u64>) -> Result<MirrorSlice<'_>, MirrorError> {
        let mut state = self.state();
        let (ptr, live) = state.lend(range, false)?;
        if !live.range.is_empty() {
            state.touch(live.range.start / BLOCK..live.range.end.div_ceil(BLOCK));
        }
        Ok(MirrorSlice { mirror: self, ptr, live })
    }

    /// `range`, for reading, as others may do too.
    ///
    /// # Errors
    /// See [`MirrorError`].
    pub fn view(&self, range: Range<u64>) -> Result<MirrorView<'_>, MirrorError> {
        let (ptr, live) = self.state().lend(range, true)?;
        Ok(MirrorView { mirror: self, ptr, live })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn fitting(size: u64) -> io::Result<usize> {
    let size = usize::try_from(size).ok().filter(|&size| size <= isize::MAX as usize);
    size.ok_or_else(|| io::ErrorKind::OutOfMemory.into())
}

fn words(size: usize) -> usize {
    size.div_ceil(BLOCK).div_ceil(64)
}

/// A range of a mirror that nobody else has. Dereferences to its bytes.
#[derive(Debug)]
pub struct MirrorSlice<'a> {
    mirror: &'a Mirror,
    ptr: *mut u8,
    live: Live,
}

// SAFETY: it is an exclusive borrow of bytes, like `&mut [u8]`.
unsafe impl Send for MirrorSlice<'_> {}
// SAFETY: a shared one gives `&[u8]` only.
unsafe impl Sync for MirrorSlice<'_> {}

impl Deref for MirrorSlice<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: the range lies in the block, which does not move while a range is recorded as live, and no other
        // slice or view overlaps it.
        unsafe { std::slice::from_raw_parts(self.ptr, self.live.range.len()) }
    }
}

impl DerefMut for MirrorSlice<'_> {
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: as in `deref`; `&mut self` makes this the only access.
        unsafe { std::slice::from_raw_parts_mut(self.ptr, self.live.range.len()) }
    }
}

impl Drop for MirrorSlice<'_> {
    fn drop(&mut self) {
        self.mirror.state().take_back(&self.live);
    }
}

/// A range of a mirror that nobody writes meanwhile. Dereferences to its bytes.
#[derive(Debug)]
pub struct MirrorView<'a> {
    mirror: &'a Mirror,
    ptr: *const u8,
    live: Live,
}

// SAFETY: it is a shared borrow of bytes, like `&[u8]`.
unsafe impl Send for MirrorView<'_> {}
// SAFETY: as above.
unsafe impl Sync for MirrorView<'_> {}

impl Deref for MirrorView<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: as for a slice: the block does not move, and no slice overlaps what is recorded as shared.
        unsafe { std::slice::from_raw_parts(self.ptr, self.live.range.len()) }
    }
}

impl Drop for MirrorView<'_> {
    fn drop(&mut self) {
        self.mirror.state().take_back(&self.live);
    }
}

#[cfg(test)]
mod tests;
