//! Workloads for measuring: an application that draws as fast as it is asked to, and a compositor that asks as
//! fast as it can. Both speak raw Wayland over sockets, so that nothing but the proxies between them costs
//! anything worth counting.
//!
//! Not a test of correctness, but every run ends with a comparison of the last frame's pixels.

mod app;
mod processes;
mod sink;

pub use app::{App, HEIGHT, WIDTH, Workload, page};
pub use processes::{Pair, Usage};
pub use sink::{Frames, Sink};

use std::io;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use farway_proto::wayland::{Form, Header, Stream};
use farway_sys::event::{Interest, PollSet};
use farway_sys::net::{Received, Socket};

#[cfg(test)]
mod tests;

/// One end of a Wayland connection, with blocking reads.
#[derive(Debug)]
pub(crate) struct Wire {
    pub socket: Socket,
    stream: Stream,
    pub fds: std::collections::VecDeque<std::os::fd::OwnedFd>,
    input: BytesMut,
}

impl Wire {
    pub fn new(socket: Socket) -> Self {
        Self { socket, stream: Stream::new(Form::Program), fds: Default::default(), input: BytesMut::new() }
    }

    /// The next message; `None` at the end of the stream.
    pub fn next(&mut self, patience: Duration) -> io::Result<Option<(Header, bytes::Bytes)>> {
        let until = Instant::now() + patience;
        loop {
            if let Some(message) = self.stream.next().map_err(io::Error::other)? {
                return Ok(Some(message));
            }
            self.input.clear();
            match self.socket.recv(&mut self.input, 64 << 10, &mut self.fds).map_err(io::Error::other)? {
                Received::Bytes(_) => self.stream.push(&self.input),
                Received::Closed => return Ok(None),
                Received::Empty => {
                    let mut polls = PollSet::new();
                    polls.add(
                        std::os::fd::AsFd::as_fd(&self.socket),
                        Interest { readable: true, writable: false },
                    );
                    let left = until.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Err(io::ErrorKind::TimedOut.into());
                    }
                    polls.wait(Some(left))?;
                }
            }
        }
    }

    /// Writes everything.
    pub fn send(&self, bytes: Vec<u8>, fds: Vec<std::sync::Arc<std::os::fd::OwnedFd>>) -> io::Result<()> {
        let mut out = farway_sys::net::Outbox::new();
        out.push(bytes.into(), fds);
        loop {
            match out.flush(&self.socket)? {
                farway_sys::net::Flush::Done => return Ok(()),
                farway_sys::net::Flush::Closed => return Err(io::ErrorKind::BrokenPipe.into()),
                farway_sys::net::Flush::Full => {
                    let mut polls = PollSet::new();
                    polls.add(
                        std::os::fd::AsFd::as_fd(&self.socket),
                        Interest { readable: false, writable: true },
                    );
                    polls.wait(None)?;
                }
            }
        }
    }
}
