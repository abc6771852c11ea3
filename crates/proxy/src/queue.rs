//! Bytes on their way into a stream, sent from where they are.
//!
//! Invariants: bytes leave in the order of `push` and `lend`; behind `settle` nothing is kept of a lender's memory.

use std::collections::VecDeque;
use std::io::{self, IoSlice};

use bytes::{Bytes, BytesMut};
use farway_sys::net::{ByteStream, Flush, Sent};

/// Slices for one call.
const SLICES: usize = 64;

/// What was lent is joined with a piece before it that is no longer: else pieces of one byte would cost many times
/// their length.
const JOINED: usize = 4 << 10;

/// See the module.
#[derive(Debug, Default)]
pub struct Queue {
    chunks: VecDeque<Bytes>,
    len: usize,
    /// Bytes at the end whose memory is only lent.
    lent: usize,
}

impl Queue {
    /// Puts bytes at the end.
    pub fn push(&mut self, bytes: Bytes) {
        self.settle();
        if !bytes.is_empty() {
            self.len += bytes.len();
            self.chunks.push_back(bytes);
        }
    }

    /// Puts bytes at the end that are part of something larger, which is wanted back: [`Self::settle`] is to follow.
    pub fn lend(&mut self, bytes: Bytes) {
        if !bytes.is_empty() {
            self.len += bytes.len();
            self.lent += bytes.len();
            self.chunks.push_back(bytes);
        }
    }

    /// Copies what was lent and could not be sent.
    pub fn settle(&mut self) {
        if self.lent == 0 {
            return;
        }
        let mut first = self.chunks.len();
        let mut total = 0;
        while total < self.lent && first > 0 {
            first -= 1;
            total += self.chunks[first].len();
        }
        if first > 0 && self.chunks[first - 1].len() <= JOINED {
            first -= 1;
            total += self.chunks[first].len();
        }
        let mut own = BytesMut::with_capacity(total);
        self.chunks.drain(first..).for_each(|bytes| own.extend_from_slice(&bytes));
        self.chunks.push_back(own.freeze());
        self.lent = 0;
    }

    /// Bytes queued.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing is queued.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Forgets everything: nobody reads it any more.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Sends until the queue is empty or the stream full.
    ///
    /// # Errors
    /// What the stream says.
    pub fn flush(&mut self, stream: &ByteStream) -> io::Result<Flush> {
        while !self.chunks.is_empty() {
            let slices: Vec<IoSlice<'_>> = self.chunks.iter().take(SLICES).map(|c| IoSlice::new(c)).collect();
            match stream.send(&slices)? {
                Sent::Bytes(count) => self.advance(count),
                Sent::Full => return Ok(Flush::Full),
                Sent::Closed => {
                    self.clear();
                    return Ok(Flush::Closed);
                }
            }
        }
        Ok(Flush::Done)
    }

    fn advance(&mut self, mut count: usize) {
        self.len -= count;
        self.lent = self.lent.min(self.len);
        while let Some(front) = self.chunks.front_mut() {
            if count < front.len() {
                drop(front.split_to(count));
                return;
            }
            count -= front.len();
            self.chunks.pop_front();
        }
    }
}

#[cfg(test)]
mod tests;
