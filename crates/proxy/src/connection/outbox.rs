//! Frames on their way to the other half. Small ones are gathered, large bodies are sent from where they are.
//!
//! Invariant: bytes leave in the order of `push`.

use std::collections::VecDeque;
use std::io::{self, IoSlice};

use bytes::{BufMut, Bytes, BytesMut};
use farway_proto::channel::Frame;
use farway_sys::net::{ByteStream, Flush, Sent};

/// Bodies up to this size are copied: cheaper than a slice of their own.
const COPIED: usize = 2048;
/// Slices for one call.
const SLICES: usize = 64;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct ChannelOutbox {
    chunks: VecDeque<Bytes>,
    gathering: BytesMut,
    len: usize,
}

impl ChannelOutbox {
    /// Queues a frame.
    pub fn push(&mut self, frame: &Frame) {
        self.len += frame.wire_len();
        frame.put_head(&mut self.gathering);
        if let Some(body) = frame.body() {
            if body.len() <= COPIED {
                self.gathering.put_slice(body);
            } else {
                self.close_gathering();
                self.chunks.push_back(body.clone());
            }
        }
        self.gathering.put_bytes(0, frame.padding());
    }

    /// Queues bytes that are no frame.
    pub fn push_raw(&mut self, bytes: &[u8]) {
        self.len += bytes.len();
        self.gathering.put_slice(bytes);
    }

    fn close_gathering(&mut self) {
        if !self.gathering.is_empty() {
            self.chunks.push_back(self.gathering.split().freeze());
        }
    }

    /// Bytes queued.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Forgets everything: nobody reads it any more.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Sends until the queue is empty or the stream full.
    pub fn flush(&mut self, stream: &ByteStream) -> io::Result<Flush> {
        self.close_gathering();
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
