//! What a connection does when nothing happens: it gives back the memory that only work needs, and sleeps.
//!
//! Invariants: nothing that is under way is touched; a connection at rest has no timer.

use bytes::BytesMut;
use farway_sys::mem::heap;

use super::Connection;
use crate::bench::{QUIET, Tools};

/// When to give back what. The times are of [`farway_sys::clock::monotonic`].
#[derive(Debug, Default)]
pub(super) struct Rest {
    /// When something is to be done.
    at: Option<u64>,
    /// Our buffers are free since then, and the heap is to give them back.
    freed: Option<u64>,
}

impl Rest {
    /// Something has happened.
    pub fn stir(&mut self, now: u64) {
        *self = Self { at: Some(now + QUIET.as_nanos() as u64), freed: None };
    }

    /// When to wake up for it.
    pub fn at(&self) -> Option<u64> {
        self.at
    }
}

impl Connection<'_> {
    /// Rests if it is time.
    pub(super) fn rest(&mut self, now: u64, input: &mut BytesMut) {
        if self.rest.at.is_none_or(|at| now < at) {
            return;
        }
        let freed = *self.rest.freed.get_or_insert(now);
        if freed == now {
            *input = BytesMut::new();
            self.deframer.rest();
            self.channel_out.rest();
            // Those of a job that is away are with the worker.
            self.tools = Tools::timed();
        }
        self.rest.at = heap::give_back(freed, now);
    }
}
