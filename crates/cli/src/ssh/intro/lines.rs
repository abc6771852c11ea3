//! Finds in the far side's bytes what is meant for us.
//!
//! Not its meaning. Invariant: at most [`BANNER_MAX`] bytes are kept and skipped, however they come, and each is
//! looked at a bounded number of times.

use super::{BANNER_MAX, MAGIC};

/// The magic less its version.
const HEAD: &[u8] = MAGIC.split_at(7).0;
/// What our own first flight begins with.
const OURS: &[u8] = b"farway>1";
/// What a line for us begins with.
const MARK: &[u8] = b"farway:";

/// Something for us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// The magic, with the digit of its version.
    Version(u8),
    /// A line for us, without the mark.
    Word(String),
    /// Our own words.
    Echo,
    /// More than anybody should print.
    Flood,
}

/// Bytes that came, and how far they were looked at.
#[derive(Debug, Default)]
pub struct Lines {
    held: Vec<u8>,
    /// Before this there is no end of a line, and no magic begins more than its length before.
    seen: usize,
    /// Bytes of lines that were not for us.
    skipped: usize,
    last: Vec<u8>,
}

impl Lines {
    /// Adds bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.held.extend_from_slice(bytes);
    }

    /// The next thing that is for us.
    pub fn next(&mut self) -> Option<Found> {
        loop {
            let from = self.seen.saturating_sub(MAGIC.len() - 1);
            let end = self.held[self.seen..].iter().position(|byte| *byte == b'\n').map(|at| at + self.seen);
            let upto = end.unwrap_or(self.held.len());
            if let Some(found) = self.magic(from, upto) {
                return Some(found);
            }
            let Some(end) = end else {
                self.seen = self.held.len();
                return (self.skipped + self.seen > BANNER_MAX).then_some(Found::Flood);
            };
            let rest = self.held.split_off(end + 1);
            let mut line = std::mem::replace(&mut self.held, rest);
            self.seen = 0;
            self.skipped += line.len();
            while line.last().is_some_and(u8::is_ascii_whitespace) {
                line.pop();
            }
            if let Some(word) = line.strip_prefix(MARK) {
                self.skipped = 0;
                return Some(Found::Word(String::from_utf8_lossy(word).into_owned()));
            }
            if !line.is_empty() {
                self.last = line;
            }
            if self.skipped > BANNER_MAX {
                return Some(Found::Flood);
            }
        }
    }

    /// A magic within the line, which may have no end yet. A partial one at the end is left for later.
    fn magic(&mut self, from: usize, upto: usize) -> Option<Found> {
        let line = &self.held[from..upto];
        for (at, bytes) in line.windows(MAGIC.len()).enumerate() {
            if bytes == OURS {
                return Some(Found::Echo);
            }
            if bytes.starts_with(HEAD) && bytes[HEAD.len()].is_ascii_digit() {
                let version = bytes[HEAD.len()];
                self.held.drain(..from + at + MAGIC.len());
                self.seen = 0;
                return Some(Found::Version(version));
            }
        }
        None
    }

    /// Everything that has not been looked at.
    pub fn take_rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.held)
    }

    /// The last line that was not for us and not empty, whole or not.
    pub fn last(&self) -> Option<String> {
        let tail = self.held.trim_ascii();
        let line = if tail.is_empty() { &self.last } else { tail };
        let line = &line[..line.len().min(BANNER_MAX)];
        (!line.is_empty()).then(|| String::from_utf8_lossy(line).into_owned())
    }
}
