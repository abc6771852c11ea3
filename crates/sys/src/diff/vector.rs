//! The comparing kernel over vector registers: the walk over blocks and runs, for every processor.
//!
//! What it is: the search for blocks that differ, and what becomes of them. What it is not: it knows no instructions;
//! what is done to a block is the processor's part, a [`Vector`]. It gives the same bytes as the kernel in plain Rust.
//!
//! Invariants: the search only says where to look again. A block in which it finds something is then loaded once, and
//! the same registers are compared, stored in the mirror and appended to the output; what the output has not got that
//! way comes from the mirror, which is private. No reference to the bytes that others write is made.

use super::{BLOCK, GAP, scalar};
use crate::mem::SharedBytes;

/// Room that is made in the output at a time for blocks that all differ.
const ROOM: usize = 4096;

/// What a processor does to bytes. `new` may change at any time, `old` is private.
pub(super) trait Vector {
    /// Bytes that are compared at once while nothing differs; whole blocks.
    const STRIDE: usize;

    /// Bits of a mask for each word.
    const BITS: u32;

    /// Whether [`Self::STRIDE`] bytes are equal.
    ///
    /// # Safety
    /// The processor is of this kind, and the bytes are readable.
    unsafe fn equal(new: *const u8, old: *const u8) -> bool;

    /// Whether the bytes of a block are equal.
    ///
    /// # Safety
    /// As above.
    unsafe fn equal_block(new: *const u8, old: *const u8) -> bool;

    /// Loads a block once. If it differs stores it in `old` and, if wanted, in `out`. Gives the mask of the words that
    /// differ, the first in its lowest bits.
    ///
    /// # Safety
    /// As above; the bytes at `old` and `out` are also writable.
    unsafe fn take(new: *const u8, old: *mut u8, out: Option<*mut u8>) -> u64;
}

/// The runs of one interval, fed piece by piece. Positions are bytes from the start of the interval.
#[derive(Debug)]
pub(super) struct Runs {
    /// Word number, in the file, of the interval's first word.
    first_word: u32,
    open: Option<Run>,
}

/// A run that may still grow.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// Where in the output its header is.
    header: usize,
    start: usize,
    /// One past its last changed byte.
    end: usize,
    /// Up to here its bytes are in the output; beyond `end` after a whole block.
    copied: usize,
}

impl Runs {
    /// For an interval whose first word has this number in the file.
    pub(super) fn new(first_word: u32) -> Self {
        Self { first_word, open: None }
    }

    /// Compares `new` with `old[at..]` and brings the latter up to date. Pieces follow one another without gaps; all
    /// but the last are whole blocks.
    ///
    /// # Safety
    /// The processor is of the kind `V`.
    #[inline(always)]
    pub(super) unsafe fn piece<V: Vector>(
        &mut self,
        new: SharedBytes<'_>,
        old: &mut [u8],
        at: usize,
        out: &mut Vec<u8>,
    ) {
        let old = &mut old[..at + new.len()];
        let whole = new.len() - new.len() % BLOCK;
        let mut position = 0;
        loop {
            // SAFETY: `position` is at most `whole`, within both.
            position += unsafe {
                let (new, old) = (new.as_ptr().add(position), old.as_ptr().add(at + position));
                unchanged::<V>(new, old, whole - position)
            };
            if position >= whole {
                break;
            }
            // SAFETY: a whole block is left at `position`.
            position = unsafe { self.changed::<V>(new, old, at, position, whole, out) };
        }
        if whole < new.len() {
            self.rest(new, old, at, whole, out);
        }
        self.fill(old, None, out);
    }

    /// Looks at the block at `position` again, and takes it over if it differs still; with a run that it continues, all
    /// that follow too as long as they differ. Gives the position behind.
    ///
    /// # Safety
    /// As for [`Self::piece`]; `position` is less than `whole`, and both are whole blocks within `new`; `old` reaches as
    /// far.
    #[inline(always)]
    unsafe fn changed<V: Vector>(
        &mut self,
        new: SharedBytes<'_>,
        old: &mut [u8],
        at: usize,
        mut position: usize,
        whole: usize,
        out: &mut Vec<u8>,
    ) -> usize {
        debug_assert!(position < whole && whole <= new.len() && at + whole <= old.len());
        let Some(mut run) = self.open.filter(|run| at + position - run.end <= GAP) else {
            // SAFETY: the block at `position` is within both.
            let mask =
                unsafe { V::take(new.as_ptr().add(position), old.as_mut_ptr().add(at + position), None) };
            self.join::<V>(mask, at + position, old, out);
            return position + BLOCK;
        };
        self.fill(old, Some(at + position), out);
        out.reserve(ROOM.min(whole - position));
        let stop = position + ROOM.min(whole - position);
        let (from, to) = (new.as_ptr(), old.as_mut_ptr());
        let begin = position;
        let behind = out.len();
        let put = out.as_mut_ptr().wrapping_add(behind);
        let mut last = 0;
        while position < stop {
            // SAFETY: `stop` is at most `whole`, and there is room for as many bytes behind the output.
            last = unsafe {
                let put = put.add(position - begin);
                V::take(from.add(position), to.add(at + position), Some(put))
            };
            // Most often the whole block differs; then it continues the run, which reaches to here or nearly so.
            if last != all_of::<V>() {
                if last == 0 || at + position + first_of::<V>(last) - run.end > GAP {
                    break;
                }
                run.end = at + position + end_of::<V>(last);
            } else {
                run.end = at + position + BLOCK;
            }
            position += BLOCK;
        }
        run.copied = at + position;
        // SAFETY: so many bytes were just written there, whole blocks within the room.
        unsafe { out.set_len(behind + (position - begin)) };
        self.open = Some(run);
        if position == stop {
            return stop;
        }
        self.join::<V>(last, at + position, old, out);
        position + BLOCK
    }

    /// What is behind the last whole block.
    fn rest(&mut self, new: SharedBytes<'_>, old: &mut [u8], at: usize, position: usize, out: &mut Vec<u8>) {
        let mut block = [0; BLOCK];
        let bytes = &mut block[..new.len() - position];
        new.read(position, bytes);
        let target = &mut old[at + position..];
        if *bytes != *target {
            let (first, last) = scalar::ends(bytes, target);
            target.copy_from_slice(bytes);
            self.extend(at + position + first, at + position + last, old, out);
        }
    }

    /// Adds the words of a mask, of the block at `position`, to the open run or a new one.
    #[inline(always)]
    fn join<V: Vector>(&mut self, mask: u64, position: usize, old: &[u8], out: &mut Vec<u8>) {
        if mask != 0 {
            self.extend(position + first_of::<V>(mask), position + end_of::<V>(mask), old, out);
        }
    }

    /// Adds a change, which the mirror has already, to the open run or a new one.
    fn extend(&mut self, first: usize, end: usize, old: &[u8], out: &mut Vec<u8>) {
        match &mut self.open {
            Some(run) if first - run.end <= GAP => run.end = end,
            _ => {
                self.fill(old, None, out);
                self.finish(out);
                self.open = Some(Run { header: out.len(), start: first, end, copied: first });
                out.extend_from_slice(&[0; 8]);
            }
        }
    }

    /// Appends what the output lacks of the open run, up to its end or further. The mirror has it.
    #[inline(always)]
    fn fill(&mut self, old: &[u8], until: Option<usize>, out: &mut Vec<u8>) {
        let Some(run) = &mut self.open else { return };
        let until = until.unwrap_or(run.end);
        if run.copied < until {
            out.extend_from_slice(&old[run.copied..until]);
            run.copied = until;
        }
    }

    /// Closes the open run, all of which is in the output: fills its header in, and takes away what is behind its end.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        let Some(run) = self.open.take() else { return };
        let word = |position: usize| self.first_word + (position / 4) as u32;
        out.truncate(run.header + 8 + (run.end - run.start));
        out[run.header..][..4].copy_from_slice(&word(run.start).to_le_bytes());
        out[run.header + 4..][..4].copy_from_slice(&word(run.end).to_le_bytes());
    }
}

/// The mask of a block in which all words differ.
#[inline(always)]
fn all_of<V: Vector>() -> u64 {
    u64::MAX >> (u64::BITS - V::BITS * (BLOCK / 4) as u32)
}

/// The first byte of the changed words of a block.
#[inline(always)]
fn first_of<V: Vector>(mask: u64) -> usize {
    (mask.trailing_zeros() / V::BITS) as usize * 4
}

/// One past the last byte of the changed words of a block.
#[inline(always)]
fn end_of<V: Vector>(mask: u64) -> usize {
    ((u64::BITS - 1 - mask.leading_zeros()) / V::BITS) as usize * 4 + 4
}

/// How many bytes at the front of both are equal, in whole blocks, or were a moment ago.
///
/// # Safety
/// The processor is of the kind `V`; `len` bytes, whole blocks, are readable on both sides.
#[inline(always)]
unsafe fn unchanged<V: Vector>(new: *const u8, old: *const u8, len: usize) -> usize {
    let mut equal = 0;
    // SAFETY: never beyond `len`.
    unsafe {
        // Changes come together: look at one block before going on to many.
        if len == 0 || !V::equal_block(new, old) {
            return 0;
        }
        equal += BLOCK;
        while len - equal >= V::STRIDE && V::equal(new.add(equal), old.add(equal)) {
            equal += V::STRIDE;
        }
        while equal < len && V::equal_block(new.add(equal), old.add(equal)) {
            equal += BLOCK;
        }
    }
    equal
}

#[cfg(test)]
mod tests;
