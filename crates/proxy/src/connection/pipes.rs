//! The clipboard's pipes: our ends of them, and bytes on their way into a local program.
//!
//! Not flow control over the channel: the wire has none, so what was sent is queued here and the engine stops
//! reading the channel when too much is. Invariant: a pipe's bytes leave in order, and its end is closed only
//! behind the last of them.

use std::collections::{BTreeMap, VecDeque};

use bytes::{Buf, Bytes, BytesMut};
use farway_proto::Rid;
use farway_proto::engine::PipeEvent;
use farway_sys::event::{Interest, PollSet};
use farway_sys::net::{Received, Sent};
use farway_sys::pipe::{PipeReader, PipeWriter};

/// Bytes read from a pipe at once, and so the most in one frame.
const READ: usize = 32 << 10;

/// As much as a pipe holds, unless its owner is privileged.
const PIPE_CAPACITY: usize = 1 << 20;

/// Our ends.
#[derive(Debug, Default)]
pub struct Pipes {
    readers: BTreeMap<Rid, PipeReader>,
    writers: BTreeMap<Rid, Writer>,
    polled: Vec<(Rid, bool, usize)>,
}

#[derive(Debug)]
struct Writer {
    pipe: PipeWriter,
    queue: VecDeque<Bytes>,
    finishing: bool,
}

impl Pipes {
    /// We read from this end.
    pub fn read_from(&mut self, rid: Rid, pipe: PipeReader) {
        self.readers.insert(rid, pipe);
    }

    /// We write into this end.
    pub fn write_to(&mut self, rid: Rid, pipe: PipeWriter) {
        self.writers.insert(rid, Writer { pipe, queue: VecDeque::new(), finishing: false });
    }

    /// Queues bytes for a writer.
    pub fn write(&mut self, rid: Rid, bytes: Bytes) {
        if let Some(writer) = self.writers.get_mut(&rid) {
            writer.queue.push_back(bytes);
        }
    }

    /// Closes a writer once its queue is empty.
    pub fn finish(&mut self, rid: Rid) {
        if let Some(writer) = self.writers.get_mut(&rid) {
            writer.finishing = true;
            if writer.queue.is_empty() {
                self.writers.remove(&rid);
            }
        }
    }

    /// Closes everything of this id now.
    pub fn close(&mut self, rid: Rid) {
        self.readers.remove(&rid);
        self.writers.remove(&rid);
    }

    /// No reader is left, and writers only live until their queues are empty.
    pub fn finish_all(&mut self) {
        self.readers.clear();
        self.writers.retain(|_, writer| !writer.queue.is_empty());
        self.writers.values_mut().for_each(|writer| writer.finishing = true);
    }

    /// True if bytes wait for a local program.
    pub fn is_writing(&self) -> bool {
        self.writers.values().any(|writer| !writer.queue.is_empty())
    }

    /// Adds all ends to a poll set. Readers only if `read`.
    pub fn poll(&mut self, polls: &mut PollSet, read: bool) {
        use std::os::fd::AsFd;
        self.polled.clear();
        for (rid, reader) in self.readers.iter().filter(|_| read) {
            let at = polls.add(reader.as_fd(), Interest { readable: true, writable: false });
            self.polled.push((*rid, true, at));
        }
        for (rid, writer) in &self.writers {
            let writable = !writer.queue.is_empty();
            let at = polls.add(writer.pipe.as_fd(), Interest { readable: false, writable });
            self.polled.push((*rid, false, at));
        }
    }

    /// Moves bytes at the ends that the last poll found ready.
    pub fn turn(&mut self, polls: &PollSet, events: &mut Vec<(Rid, PipeEvent)>) {
        for (rid, reads, at) in std::mem::take(&mut self.polled) {
            let ready = polls.ready(at);
            if reads && ready.any() {
                self.read_once(rid, events);
            } else if !reads && ready.writable {
                self.write_queue(rid, events);
            } else if !reads && (ready.error || ready.hangup) {
                // Gone at once: it would be found ready for ever.
                self.writers.remove(&rid);
                events.push((rid, PipeEvent::Broken));
            }
        }
    }

    /// Reads what is there, from all readers: their programs may be about to leave. No more than a pipe can hold:
    /// somebody else may go on writing.
    pub fn drain_readers(&mut self, events: &mut Vec<(Rid, PipeEvent)>) {
        let rids: Vec<Rid> = self.readers.keys().copied().collect();
        for rid in rids {
            for _ in 0..PIPE_CAPACITY / READ {
                if !self.read_once(rid, events) {
                    break;
                }
            }
        }
    }

    /// True if there may be more.
    fn read_once(&mut self, rid: Rid, events: &mut Vec<(Rid, PipeEvent)>) -> bool {
        let Some(reader) = self.readers.get_mut(&rid) else { return false };
        let mut buffer = BytesMut::zeroed(READ);
        match reader.read(&mut buffer) {
            Ok(Received::Bytes(count)) => {
                buffer.truncate(count);
                events.push((rid, PipeEvent::Data(buffer.freeze())));
                true
            }
            Ok(Received::Empty) => false,
            Ok(Received::Closed) | Err(_) => {
                self.readers.remove(&rid);
                events.push((rid, PipeEvent::Eof));
                false
            }
        }
    }

    fn write_queue(&mut self, rid: Rid, events: &mut Vec<(Rid, PipeEvent)>) {
        let Some(writer) = self.writers.get_mut(&rid) else { return };
        let mut written = 0;
        let mut broken = false;
        while let Some(front) = writer.queue.front_mut() {
            match writer.pipe.write(front) {
                Ok(Sent::Bytes(count)) => {
                    written += count as u64;
                    front.advance(count);
                    if front.is_empty() {
                        writer.queue.pop_front();
                    }
                }
                Ok(Sent::Full) => break,
                Ok(Sent::Closed) | Err(_) => {
                    broken = true;
                    break;
                }
            }
        }
        let done = writer.finishing && writer.queue.is_empty();
        if written > 0 {
            events.push((rid, PipeEvent::Written(written)));
        }
        if broken {
            events.push((rid, PipeEvent::Broken));
        }
        if done || broken {
            self.writers.remove(&rid);
        }
    }
}

#[cfg(test)]
mod tests;
