//! Asks a compositor for what it tells every new application, over a connection that stays to hear of changes.
//!
//! Not the asking itself: see [`farway_proto::preview::scout`]. Invariant: after [`Scout::ask`], nothing here blocks.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use farway_proto::preview::Preview;
use farway_proto::preview::scout;
pub use farway_proto::preview::scout::State;
use farway_sys::event::{Interest, PollSet};
use farway_sys::net::{Received, Sent, Socket};

use crate::settings::canonical_clocks;
use crate::transport::Dial;

/// See the module.
#[derive(Debug)]
pub struct Scout {
    socket: Socket,
    asks: scout::Scout,
}

impl Scout {
    /// Begins to ask. Nothing if the compositor cannot be asked beside its work.
    pub fn begin(compositor: &dyn Dial) -> Option<Self> {
        if !compositor.is_repeatable() {
            return None;
        }
        let socket = Socket::from(compositor.dial().ok()?);
        let mut it = Self { socket, asks: scout::Scout::new(canonical_clocks()) };
        it.turn().ok()?;
        Some(it)
    }

    /// Asks, for `patience` at most. Nothing if the compositor cannot be asked, or has not answered in time.
    pub fn ask(compositor: &dyn Dial, patience: Duration) -> Option<Self> {
        let until = Instant::now() + patience;
        let mut it = Self::begin(compositor)?;
        let mut polls = PollSet::new();
        while it.asks.state() == State::Asking {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            polls.clear();
            polls.add(it.as_fd(), Interest::READ);
            polls.wait(Some(left)).ok()?;
            it.turn().ok()?;
        }
        it.preview().is_some().then_some(it)
    }

    /// What the compositor tells, as far as it is known to be true.
    pub fn preview(&self) -> Option<&Preview> {
        self.asks.preview()
    }

    /// Hears what the compositor has said.
    pub fn hear(&mut self) -> State {
        match self.turn() {
            Ok(()) => self.asks.state(),
            Err(_) => State::Stale,
        }
    }

    fn turn(&mut self) -> io::Result<()> {
        let mut bytes = BytesMut::new();
        // Nothing that was asked for comes with one.
        let mut fds = VecDeque::new();
        while self.asks.state() != State::Stale {
            let output = self.asks.take_output();
            // A few hundred bytes on a socket that holds more: one that has no room is not worth waiting for.
            if self.socket.send(&[IoSlice::new(&output)], &[])? != Sent::Bytes(output.len()) {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            bytes.clear();
            match self.socket.recv(&mut bytes, 16 << 10, &mut fds).map_err(io::Error::other)? {
                Received::Bytes(_) => self.asks.on_bytes(&bytes),
                Received::Empty => return Ok(()),
                Received::Closed => self.asks.on_closed(),
            }
            fds.clear();
        }
        Ok(())
    }
}

impl AsFd for Scout {
    /// Readable when the compositor has said something.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

#[cfg(test)]
mod tests;
