//! What is behind one stream on this machine: a descriptor to read, one to write, or both.
//!
//! Not the stream. Invariants: what came is written in order, and then the end is passed on; a port whose program is
//! gone swallows what comes, so that nobody waits for it.

use std::io;

use bytes::Bytes;
use farway_sys::event::{Interest, PollSet};
use farway_sys::net::{ByteStream, Flush, Received};

use super::buffers::Buffers;
use crate::queue::Queue;

/// Bytes read in one turn.
pub(super) const READ: usize = 128 << 10;

/// See the module.
#[derive(Debug)]
pub struct Port {
    stream: Option<ByteStream>,
    reads: bool,
    /// Nothing is read for now.
    held: bool,
    writes: bool,
    out: Queue,
    /// Bytes that were swallowed.
    swallowed: usize,
    finished: bool,
    /// The end was passed on.
    shut: bool,
    only_writes: bool,
    /// Only writes, and its program takes nothing any more.
    refused: bool,
    /// Why nothing can be written, if it is not that nobody reads.
    error: Option<io::Error>,
    polled: Option<usize>,
}

impl Port {
    fn new(stream: Option<ByteStream>, reads: bool, writes: bool) -> Self {
        Self {
            stream,
            reads,
            held: false,
            writes,
            out: Queue::default(),
            swallowed: 0,
            finished: false,
            shut: false,
            only_writes: writes && !reads,
            refused: false,
            error: None,
            polled: None,
        }
    }

    /// A socket or terminal, both ways.
    #[must_use]
    pub fn duplex(stream: ByteStream) -> Self {
        Self::new(Some(stream), true, true)
    }

    /// Something to read. What comes from the other end is swallowed.
    #[must_use]
    pub fn source(stream: ByteStream) -> Self {
        Self::new(Some(stream), true, false)
    }

    /// Something to write.
    #[must_use]
    pub fn sink(stream: ByteStream) -> Self {
        Self::new(Some(stream), false, true).shared()
    }

    /// Its descriptor is also somebody else's: the end is not passed on but by closing ours.
    #[must_use]
    pub fn shared(mut self) -> Self {
        self.shut = true;
        self
    }

    /// A stream whose owner has not decided. What comes waits.
    pub(super) fn waiting() -> Self {
        Self::new(None, false, true)
    }

    /// Takes what came before there was a port.
    pub(super) fn inherit(&mut self, before: Self) {
        self.out = before.out;
        self.finished = before.finished;
    }

    pub(super) fn reads(&self) -> bool {
        self.reads
    }

    pub(super) fn stop_reading(&mut self) {
        self.reads = false;
    }

    pub(super) fn hold(&mut self, held: bool) {
        self.held = held;
    }

    /// Takes what came over the link, whose buffer [`Self::settle`] gives back.
    pub(super) fn push(&mut self, bytes: Bytes) {
        match self.writes {
            true => self.out.lend(bytes),
            false => self.swallowed += bytes.len(),
        }
    }

    /// Copies what came and cannot be written yet.
    pub(super) fn settle(&mut self) {
        self.out.settle();
    }

    pub(super) fn finish(&mut self) {
        self.finished = true;
    }

    /// Whether nothing more will come.
    pub(super) fn is_finished(&self) -> bool {
        self.finished
    }

    /// Whether everything that came was written.
    pub(super) fn is_flushed(&self) -> bool {
        self.out.is_empty()
    }

    /// Why nothing can be written, such as a full disk; told once.
    pub(super) fn take_error(&mut self) -> Option<io::Error> {
        self.error.take()
    }

    /// Whether its program takes nothing any more, which is all that it is for: the other end should know.
    pub(super) fn is_refused(&self) -> bool {
        self.refused
    }

    /// Whether nothing will move any more.
    pub(super) fn is_over(&self) -> bool {
        self.stream.is_some() && !self.reads && self.finished && self.out.is_empty()
    }

    pub(super) fn prepare(&mut self, polls: &mut PollSet, room: bool) {
        self.polled = None;
        let Some(stream) = &self.stream else { return };
        let readable = self.reads && !self.held && room;
        let writable = self.writes && !self.out.is_empty();
        if stream.is_duplex() {
            // A descriptor of which nothing is wanted stays out: its hang-up would be reported for ever.
            if readable || writable {
                let at = polls.add(stream.read_fd(), Interest { readable, writable });
                self.polled = Some(at).filter(|_| readable);
            }
            return;
        }
        if readable {
            self.polled = Some(polls.add(stream.read_fd(), Interest::READ));
        }
        if writable {
            polls.add(stream.write_fd(), Interest::WRITE);
        }
    }

    pub(super) fn is_readable(&self, polls: &PollSet) -> bool {
        self.polled.is_some_and(|at| {
            let ready = polls.ready(at);
            ready.readable || ready.hangup || ready.error
        })
    }

    /// What can be read, at most `room`; `None` at the end.
    pub(super) fn read(&mut self, buffers: &mut Buffers, room: usize) -> Option<Bytes> {
        let stream = self.stream.as_ref()?;
        match stream.recv(buffers.free(), READ.min(room)) {
            Ok(Received::Bytes(_)) => Some(buffers.take()),
            Ok(Received::Empty) => Some(Bytes::new()),
            Ok(Received::Closed) => {
                self.reads = false;
                None
            }
            Err(error) => {
                tracing::debug!("stream: {error}");
                self.reads = false;
                None
            }
        }
    }

    /// Writes what can be written; how many bytes the other end may send instead.
    pub(super) fn flush(&mut self) -> usize {
        let before = self.out.len();

        let swallowed = std::mem::take(&mut self.swallowed);
        let Some(stream) = &self.stream else { return 0 };
        if before > 0 {
            match self.out.flush(stream) {
                Ok(Flush::Done | Flush::Full) => {}
                Ok(Flush::Closed) => self.give_up(),
                Err(error) => {
                    self.error = Some(error);
                    self.give_up();
                }
            }
        }
        if self.finished && self.out.is_empty() && !self.shut {
            self.shut = true;
            self.stream.iter().for_each(ByteStream::shutdown_write);
        }
        before - self.out.len() + swallowed
    }

    /// Nobody takes what we write.
    fn give_up(&mut self) {
        self.out.clear();
        self.writes = false;
        self.refused = self.only_writes;
    }
}
