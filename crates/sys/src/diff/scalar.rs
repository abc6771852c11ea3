//! The comparing kernel in plain Rust, in shapes that compilers turn into vector code: the reference for all others.
//!
//! It finds changed 64-byte blocks, trims their ends to exact words and joins them into runs. Invariant: bytes that
//! it appends to the output and bytes that it stores in the mirror are the same.

use super::{BLOCK, GAP};

/// Bytes that are compared before looking at single blocks.
const STRIDE: usize = 4 * BLOCK;

/// The runs of one interval, fed piece by piece. Positions are bytes from the start of the interval.
pub(super) struct Runs {
    /// Word number, in the file, of the interval's first word.
    first_word: u32,
    open: Option<Run>,
}

/// A run that may still grow.
struct Run {
    /// Where in the output its header is.
    header: usize,
    start: usize,
    /// One past its last changed byte.
    end: usize,
    /// Up to here its bytes are in the output and the mirror.
    copied: usize,
}

impl Runs {
    /// For an interval whose first word has this number in the file.
    pub(super) fn new(first_word: u32) -> Self {
        Self { first_word, open: None }
    }

    /// Compares `new` with `old[at..]` and brings the latter up to date. Pieces follow one another without gaps.
    pub(super) fn piece(&mut self, new: &[u8], old: &mut [u8], at: usize, out: &mut Vec<u8>) {
        let len = new.len();
        let mut position = 0;
        while position < len {
            position += unchanged(&new[position..], &old[at + position..at + len]);
            if position >= len {
                break;
            }
            let end = (position + BLOCK).min(len);
            let (first, last) = ends(&new[position..end], &old[at + position..at + end]);
            let (first, last) = (at + position + first, at + position + last);
            match &mut self.open {
                Some(run) if first - run.end <= GAP => run.end = last,
                _ => {
                    self.copy(new, old, at, out);
                    self.finish(out);
                    let header = out.len();
                    out.extend_from_slice(&[0; 8]);
                    self.open = Some(Run { header, start: first, end: last, copied: first });
                }
            }
            position = end;
        }
        self.copy(new, old, at, out);
    }

    /// Moves what the open run covers of this piece into the output and the mirror.
    fn copy(&mut self, new: &[u8], old: &mut [u8], at: usize, out: &mut Vec<u8>) {
        let Some(run) = &mut self.open else { return };
        // A gap that reaches back into an earlier piece was equal there, so the mirror has its bytes.
        if run.copied < at && at < run.end {
            out.extend_from_slice(&old[run.copied..at]);
            run.copied = at;
        }
        if run.copied < run.end {
            let bytes = &new[run.copied - at..run.end - at];
            out.extend_from_slice(bytes);
            old[run.copied..run.end].copy_from_slice(bytes);
            run.copied = run.end;
        }
    }

    /// Closes the open run: fills its header in.
    pub(super) fn finish(&mut self, out: &mut [u8]) {
        let Some(run) = self.open.take() else { return };
        let word = |position: usize| self.first_word + (position / 4) as u32;
        out[run.header..][..4].copy_from_slice(&word(run.start).to_le_bytes());
        out[run.header + 4..][..4].copy_from_slice(&word(run.end).to_le_bytes());
    }
}

/// How many bytes at the front of both are equal, in whole blocks; all of them if the rest is equal.
fn unchanged(new: &[u8], old: &[u8]) -> usize {
    // Changes come together: look at one block before going on to many.
    let first = new.len().min(BLOCK);
    if differs(&new[..first], &old[..first]) {
        return 0;
    }
    let mut equal = first;
    for (new, old) in new[first..].chunks_exact(STRIDE).zip(old[first..].chunks_exact(STRIDE)) {
        if differs(new, old) {
            break;
        }
        equal += STRIDE;
    }
    for (new, old) in new[equal..].chunks(BLOCK).zip(old[equal..].chunks(BLOCK)) {
        if differs(new, old) {
            break;
        }
        equal += new.len();
    }
    equal
}

/// Without branches inside, so that it becomes a few vector instructions.
#[inline]
fn differs(new: &[u8], old: &[u8]) -> bool {
    let (new_words, old_words) = (new.chunks_exact(8), old.chunks_exact(8));
    let rest = new_words.remainder() != old_words.remainder();
    words(new_words).zip(words(old_words)).fold(u64::from(rest), |sum, (new, old)| sum | (new ^ old)) != 0
}

fn words(chunks: std::slice::ChunksExact<'_, u8>) -> impl Iterator<Item = u64> {
    chunks.map(|chunk| {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(chunk);
        u64::from_ne_bytes(bytes)
    })
}

/// The first and one past the last byte of the changed words. There is a change, and the length is a multiple of 4.
pub(super) fn ends(new: &[u8], old: &[u8]) -> (usize, usize) {
    let differs = |at: &usize| {
        // Of constant length, so no call is made for it.
        let word = |bytes: &[u8]| [bytes[*at], bytes[*at + 1], bytes[*at + 2], bytes[*at + 3]];
        word(new) != word(old)
    };
    let first = (0..new.len()).step_by(4).find(differs).unwrap_or(0);
    let last = (0..new.len()).step_by(4).rfind(differs).unwrap_or(0);
    (first, last + 4)
}
