//! Frames on their way to the other half. Small ones are gathered, large bodies are sent from where they are.
//!
//! Invariant: bytes leave in the order of `push`.

use std::io;

use bytes::{BufMut, BytesMut};
use farway_proto::channel::Frame;
use farway_sys::net::{ByteStream, Flush};

use crate::queue::Queue;

/// Bodies up to this size are copied: cheaper than a slice of their own.
const COPIED: usize = 2048;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct ChannelOutbox {
    queue: Queue,
    gathering: BytesMut,
}

impl ChannelOutbox {
    /// Queues a frame.
    pub fn push(&mut self, frame: &Frame) {
        frame.put_head(&mut self.gathering);
        if let Some(body) = frame.body() {
            if body.len() <= COPIED {
                self.gathering.put_slice(body);
            } else {
                self.close_gathering();
                self.queue.push(body.clone());
            }
        }
        self.gathering.put_bytes(0, frame.padding());
    }

    /// Queues bytes that are no frame.
    pub fn push_raw(&mut self, bytes: &[u8]) {
        self.gathering.put_slice(bytes);
    }

    fn close_gathering(&mut self) {
        if !self.gathering.is_empty() {
            self.queue.push(self.gathering.split().freeze());
        }
    }

    /// Bytes queued.
    pub fn len(&self) -> usize {
        self.queue.len() + self.gathering.len()
    }

    /// Forgets everything: nobody reads it any more.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Gives back memory that nothing needs.
    pub fn rest(&mut self) {
        if self.len() == 0 {
            self.clear();
        }
    }

    /// Sends until the queue is empty or the stream full.
    pub fn flush(&mut self, stream: &ByteStream) -> io::Result<Flush> {
        self.close_gathering();
        self.queue.flush(stream)
    }
}
