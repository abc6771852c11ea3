//! The comparing kernel in plain Rust, in shapes that compilers turn into vector code.
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
    let mut equal = 0;
    for (new, old) in new.chunks_exact(STRIDE).zip(old.chunks_exact(STRIDE)) {
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
    let (new_words, new_rest) = new.as_chunks_8();
    let (old_words, old_rest) = old.as_chunks_8();
    let words = new_words.zip(old_words).fold(0, |sum, (new, old)| sum | (new ^ old));
    words != 0 || new_rest != old_rest
}

/// Slices as 64-bit words and the rest; the standard library's own way is younger than our oldest compiler.
trait Words {
    fn as_chunks_8(&self) -> (impl Iterator<Item = u64>, &[u8]);
}

impl Words for [u8] {
    #[inline]
    fn as_chunks_8(&self) -> (impl Iterator<Item = u64>, &[u8]) {
        let chunks = self.chunks_exact(8);
        let rest = chunks.remainder();
        let word = |chunk: &[u8]| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(chunk);
            u64::from_ne_bytes(bytes)
        };
        (chunks.map(word), rest)
    }
}

/// The first and one past the last byte of the changed words. There is a change, and the length is a multiple of 4.
fn ends(new: &[u8], old: &[u8]) -> (usize, usize) {
    let changed = |(new, old): (&[u8], &[u8])| new != old;
    let words = || new.chunks_exact(4).zip(old.chunks_exact(4));
    let first = words().position(changed).unwrap_or(0);
    let last = words().rposition(changed).unwrap_or(0);
    (first * 4, (last + 1) * 4)
}
