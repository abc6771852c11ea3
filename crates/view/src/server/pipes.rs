//! Clipboards on their way between clients and the host, through pipes.
//!
//! Invariant: no transfer holds more than [`MOST`] bytes, none blocks, and one that stands still for long is given up.

use std::collections::VecDeque;
use std::os::fd::AsFd;
use std::sync::Arc;

use farway_sys::clock::monotonic;
use farway_sys::event::{Interest, PollSet};
use farway_sys::net::{Received, Sent};
use farway_sys::pipe::{PipeReader, PipeWriter, pipe};

use crate::compositor::Compositor;
use crate::descriptor::Descriptor;
use crate::effect::SelectionKind;

/// Bytes of one transfer.
const MOST: usize = 64 << 20;

/// Transfers at once in each direction; the oldest gives way.
const TRANSFERS: usize = 16;

/// Nanoseconds after which a transfer that does not move is given up.
const PATIENCE: u64 = 30_000_000_000;

/// What a client had on a clipboard.
pub(super) struct Content {
    pub selection: SelectionKind,
    pub mime: String,
    pub bytes: Vec<u8>,
}

struct Reading {
    pipe: PipeReader,
    content: Content,
    moved: u64,
}

struct Writing {
    pipe: PipeWriter,
    content: Arc<[u8]>,
    done: usize,
    moved: u64,
}

/// All transfers.
#[derive(Default)]
pub(super) struct Pipes {
    readings: VecDeque<Reading>,
    writings: VecDeque<Writing>,
}

impl Pipes {
    /// Writes to a client, and closes.
    pub fn feed(&mut self, to: Descriptor, content: Arc<[u8]>) {
        let Descriptor::Fd(fd) = to else { return };
        self.writings.push_back(Writing { pipe: PipeWriter::new(fd), content, done: 0, moved: monotonic() });
        if self.writings.len() > TRANSFERS {
            self.writings.pop_front();
        }
    }

    /// Asks a client for what it has.
    pub fn fetch(&mut self, compositor: &mut Compositor, selection: SelectionKind, mime: String) {
        let Ok((read, write)) = pipe() else { return };
        let Ok(pipe) = PipeReader::new(read) else { return };
        if compositor.fetch(selection, &mime, Descriptor::Fd(write)) {
            // What was asked for before is outdated.
            self.readings.retain(|it| it.content.selection != selection);
            let content = Content { selection, mime, bytes: Vec::new() };
            self.readings.push_back(Reading { pipe, content, moved: monotonic() });
        }
    }

    pub fn add_to(&self, poll: &mut PollSet) {
        for reading in &self.readings {
            poll.add(reading.pipe.as_fd(), Interest::READ);
        }
        for writing in &self.writings {
            poll.add(writing.pipe.as_fd(), Interest::WRITE);
        }
    }

    /// Moves what is ready, from position `first` of the set on; gives what is complete.
    pub fn turn(&mut self, poll: &PollSet, first: usize) -> Vec<Content> {
        let now = monotonic();
        let mut complete = Vec::new();
        let mut at = first;
        let readings = self.readings.drain(..).collect::<Vec<_>>();
        for mut reading in readings {
            let ready = poll.ready(at).any();
            at += 1;
            let over = ready && reading.step(now);
            if over {
                complete.push(reading.content);
            } else if now < reading.moved.saturating_add(PATIENCE) {
                self.readings.push_back(reading);
            }
        }
        self.writings.retain_mut(|writing| {
            let ready = poll.ready(at).any();
            at += 1;
            !(ready && writing.step(now)) && now < writing.moved.saturating_add(PATIENCE)
        });
        complete
    }
}

impl Reading {
    /// True when everything was read.
    fn step(&mut self, now: u64) -> bool {
        let mut bytes = [0; 16 << 10];
        loop {
            match self.pipe.read(&mut bytes) {
                Ok(Received::Bytes(count)) => {
                    self.moved = now;
                    self.content.bytes.extend_from_slice(&bytes[..count]);
                    if self.content.bytes.len() > MOST {
                        return true;
                    }
                }
                Ok(Received::Empty) => return false,
                Ok(Received::Closed) | Err(_) => return true,
            }
        }
    }
}

impl Writing {
    /// True when everything was written, or nobody wants it.
    fn step(&mut self, now: u64) -> bool {
        while self.done < self.content.len() {
            match self.pipe.write(&self.content[self.done..]) {
                Ok(Sent::Bytes(count)) => {
                    self.done += count;
                    self.moved = now;
                }
                Ok(Sent::Full) => return false,
                Ok(Sent::Closed) | Err(_) => return true,
            }
        }
        true
    }
}
