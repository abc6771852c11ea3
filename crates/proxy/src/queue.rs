//! Bytes on their way into a stream, sent from where they are.
//!
//! Invariant: bytes leave in the order of `push`.

use std::collections::VecDeque;
use std::io::{self, IoSlice};

use bytes::Bytes;
use farway_sys::net::{ByteStream, Flush, Sent};

/// Slices for one call.
const SLICES: usize = 64;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    chunks: VecDeque<Bytes>,
    len: usize,
}

impl Queue {
    /// Puts bytes at the end.
    pub fn push(&mut self, bytes: Bytes) {
        if !bytes.is_empty() {
            self.len += bytes.len();
            self.chunks.push_back(bytes);
        }
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
