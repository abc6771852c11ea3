//! The present link: a byte stream, what came over it, and what is on its way into it.
//!
//! Not how much may be on the link: the session says. Invariant: little is queued here, so that what is urgent does not
//! wait behind what was urgent before: the less, the slower the link.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use farway_proto::Instant;
use farway_proto::session::Session;
use farway_sys::event::{Interest, PollSet};
use farway_sys::net::{ByteStream, Flush, Received};

use crate::queue::Queue;

/// Bytes read in one turn: what the processor's cache holds until it is written to the ports.
const READ: usize = 128 << 10;

/// Bytes taken from the session at a time, while the stream is full after little.
const AHEAD_LEAST: usize = 32 << 10;

/// The same where the stream takes whatever there is.
const AHEAD_MOST: usize = 128 << 10;

/// The least, on a link that is slow itself...
const AHEAD_SLOW: u64 = 8 << 10;

/// ...where it takes this part of a second to carry what is taken.
const AHEAD_SHARE: u64 = 250;

/// See the module.
#[derive(Debug)]
pub(super) struct Link {
    stream: ByteStream,
    /// What came and was not understood yet.
    pub input: BytesMut,
    out: Queue,
    taken: VecDeque<Bytes>,
    /// Bytes to be taken from the session at a time.
    ahead: usize,
    read_at: Option<usize>,
}

impl Link {
    /// A link over which `early` has come, and over which `first` is to go.
    pub fn new(stream: ByteStream, early: &[u8], first: Bytes) -> Self {
        let (input, mut out, taken) = (BytesMut::from(early), Queue::default(), VecDeque::new());
        out.push(first);
        Self { stream, input, out, taken, ahead: AHEAD_LEAST, read_at: None }
    }

    /// What to wait for; `more`: the session has something to send.
    pub fn prepare(&mut self, polls: &mut PollSet, more: bool) {
        let writable = more || !self.out.is_empty();
        if self.stream.is_duplex() {
            self.read_at = Some(polls.add(self.stream.read_fd(), Interest { readable: true, writable }));
            return;
        }
        self.read_at = Some(polls.add(self.stream.read_fd(), Interest::READ));
        if writable {
            polls.add(self.stream.write_fd(), Interest::WRITE);
        }
    }

    /// Whether the stream takes nothing more for now.
    pub fn is_full(&self) -> bool {
        !self.out.is_empty()
    }

    /// Whether something came, the end included.
    pub fn is_readable(&self, polls: &PollSet) -> bool {
        let ready = self.read_at.map(|at| polls.ready(at)).unwrap_or_default();
        ready.readable || ready.hangup || ready.error
    }

    /// Reads what came. False if that was the end.
    pub fn read(&mut self) -> bool {
        match self.stream.recv(&mut self.input, READ) {
            Ok(Received::Bytes(_) | Received::Empty) => true,
            Ok(Received::Closed) => false,
            Err(error) => {
                tracing::debug!("link: {error}");
                false
            }
        }
    }

    /// Sends what the session has until the stream is full. False if nobody reads it.
    pub fn flush(&mut self, session: &mut Session, now: Instant) -> bool {
        let mut sent = 0;
        let carried = session.link_rate().map_or(AHEAD_MOST as u64, |rate| rate / AHEAD_SHARE);
        let most = carried.clamp(AHEAD_SLOW, AHEAD_MOST as u64) as usize;
        loop {
            let before = self.out.len();
            let result = self.out.flush(&self.stream);
            sent += before - self.out.len();
            match result {
                Ok(Flush::Done) => {}
                Ok(Flush::Full) => {
                    // As much as it took now it may take the next time.
                    self.ahead = sent.clamp(AHEAD_LEAST, AHEAD_MOST);
                    return true;
                }
                Ok(Flush::Closed) => return false,
                Err(error) => {
                    tracing::debug!("link: {error}");
                    return false;
                }
            }
            if !session.has_output(now)
                || session.take_output(now, self.ahead.min(most), &mut self.taken) == 0
            {
                // It would have taken more.
                self.ahead = self.ahead.max(2 * sent).min(AHEAD_MOST);
                return true;
            }
            self.taken.drain(..).for_each(|bytes| self.out.push(bytes));
        }
    }
}
