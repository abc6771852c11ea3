//! What a connection does when nothing happens: it gives back the memory that only work needs.
//!
//! Not when that is: see [`crate::pulse`]. Invariant: nothing that is under way is touched.

use std::sync::Arc;

use bytes::BytesMut;

use super::Connection;
use crate::bench::Tools;
use crate::pulse::{Heart, Pulse};

/// See the module.
#[derive(Debug)]
pub(super) struct Rest<'a> {
    pulse: &'a Pulse,
    heart: Arc<Heart>,
}

impl<'a> Rest<'a> {
    /// At rest, until something happens.
    pub fn new(pulse: &'a Pulse, heart: Arc<Heart>) -> Self {
        Self { pulse, heart }
    }

    /// Something has happened.
    pub fn stir(&mut self) {
        self.heart.stir();
        if self.heart.take_quiet() {
            self.pulse.watch(&self.heart);
        }
    }
}

impl Connection<'_> {
    /// Rests if it is time. True if it does.
    pub(super) fn rest(&mut self, input: &mut BytesMut) -> bool {
        if !self.rest.heart.is_quiet() {
            return false;
        }
        *input = BytesMut::new();
        self.deframer.rest();
        self.channel_out.rest();
        // Those of a job that is away are with the worker.
        self.tools = Tools::timed();
        self.engine.rest();
        self.jobs.shrink_to_fit();
        true
    }
}
