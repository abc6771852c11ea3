//! Load for measuring: an application that draws as toolkits do, and a compositor that counts what it is shown. Both
//! speak raw Wayland over sockets, so that nothing but what is between them costs anything worth counting.
//!
//! Not a test of correctness, but whoever measures can compare the pixels of a frame at both ends. Invariants: both
//! are correct peers. The application draws into released buffers only, and uses an id again only after its
//! `delete_id`; the compositor answers each callback once, and holds a buffer until it shows another.

mod app;
mod canvas;
mod keymap;
mod sink;

pub use app::App;
pub use canvas::{HEIGHT, WIDTH, Workload, page};
pub use keymap::keymap;
pub use sink::{Frames, Pace, Sink, beat::Beat};

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use farway_proto::wayland::{Builder, Form, Header, ObjectId, Stream};
use farway_sys::event::{Interest, PollSet};
use farway_sys::net::{Flush, Outbox, Received, Socket};

#[cfg(test)]
mod tests;

/// One end of a Wayland connection, with blocking writes.
#[derive(Debug)]
struct Wire {
    socket: Socket,
    stream: Stream,
    fds: VecDeque<OwnedFd>,
    input: BytesMut,
}

/// What one read gave.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
enum Filled {
    Some,
    Nothing,
    End,
}

impl Wire {
    fn new(socket: Socket) -> Self {
        Self { socket, stream: Stream::new(Form::Program), fds: VecDeque::new(), input: BytesMut::new() }
    }

    /// The next message of those that were read.
    fn take(&mut self) -> io::Result<Option<(Header, Bytes)>> {
        self.stream.next().map_err(io::Error::other)
    }

    /// Reads what is there.
    fn fill(&mut self) -> io::Result<Filled> {
        self.input.clear();
        match self.socket.recv(&mut self.input, 64 << 10, &mut self.fds).map_err(io::Error::other)? {
            Received::Bytes(_) => {
                self.stream.push(&self.input);
                Ok(Filled::Some)
            }
            Received::Closed => Ok(Filled::End),
            Received::Empty => Ok(Filled::Nothing),
        }
    }

    /// The next message; `None` at the end of the stream.
    fn next(&mut self, patience: Duration) -> io::Result<Option<(Header, Bytes)>> {
        let until = Instant::now() + patience;
        loop {
            if let Some(message) = self.take()? {
                return Ok(Some(message));
            }
            match self.fill()? {
                Filled::Some => {}
                Filled::End => return Ok(None),
                Filled::Nothing => {
                    let left = until.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Err(io::ErrorKind::TimedOut.into());
                    }
                    let mut polls = PollSet::new();
                    polls.add(self.socket.as_fd(), Interest::READ);
                    polls.wait(Some(left))?;
                }
            }
        }
    }

    /// Writes everything.
    fn send(&self, bytes: Vec<u8>, fds: Vec<Arc<OwnedFd>>) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        let mut out = Outbox::new();
        out.push(bytes.into(), fds);
        loop {
            match out.flush(&self.socket)? {
                Flush::Done => return Ok(()),
                Flush::Closed => return Err(io::ErrorKind::BrokenPipe.into()),
                Flush::Full => {
                    let mut polls = PollSet::new();
                    polls.add(self.socket.as_fd(), Interest::WRITE);
                    polls.wait(None)?;
                }
            }
        }
    }
}

fn message(object: u32, opcode: u16) -> Builder {
    Builder::new(ObjectId(object), opcode)
}

fn finish(builder: Builder) -> Vec<u8> {
    builder.finish(Form::Program, 0).expect("our messages are short")
}

/// A generator whose numbers are the same in every run (SplitMix64).
#[derive(Clone, Debug)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }
}

fn mix(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
