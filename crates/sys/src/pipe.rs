//! The two ends of a pipe that carries a selection: one that we made, and one that a local program gave us.
//!
//! Invariants: neither end ever blocks or raises SIGPIPE; the flags of an open file description that the program may
//! share with others, a shell perhaps, are never changed.

use std::io::{self, IoSlice};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use crate::net::stream::Endpoint;
use crate::net::{Received, Sent};
use crate::platform;

/// A pipe: the end to read and the end to write, both blocking and close-on-exec.
///
/// # Errors
/// Too many open files.
pub fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    platform::pipe()
}

/// The reading end of a pipe that we made.
#[derive(Debug)]
pub struct PipeReader {
    end: Endpoint,
}

impl PipeReader {
    /// Takes the reading end of a [`pipe`]. It becomes non-blocking, so it must be nobody else's.
    ///
    /// # Errors
    /// Its flags cannot be set.
    pub fn new(fd: OwnedFd) -> io::Result<Self> {
        Ok(Self { end: Endpoint::own(fd)? })
    }

    /// Reads into the front of `out`; [`Received::Closed`] once all writers are gone and everything was read.
    ///
    /// # Errors
    /// What `read` says.
    pub fn read(&mut self, out: &mut [u8]) -> io::Result<Received> {
        self.end.read_bytes(out)
    }
}

impl AsFd for PipeReader {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.end.as_fd()
    }
}

/// A writing end that a local program gave us: a pipe, but also a socket, a terminal, a regular file or a device.
#[derive(Debug)]
pub struct PipeWriter {
    end: Endpoint,
}

impl PipeWriter {
    /// Takes any descriptor. A pipe is opened anew where the system can, so that its own mode can be ours; the given
    /// descriptor is closed then. Wait on [`AsFd`], not on the number it had before.
    #[must_use]
    pub fn new(fd: OwnedFd) -> Self {
        Self { end: Endpoint::writing(fd) }
    }

    /// Writes from the front of `data`; [`Sent::Closed`] if nobody reads any more.
    ///
    /// # Errors
    /// What `write` says, such as no space for a regular file, or that the program gave an end for reading.
    pub fn write(&mut self, data: &[u8]) -> io::Result<Sent> {
        self.end.write(&[IoSlice::new(data)])
    }
}

impl AsFd for PipeWriter {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.end.as_fd()
    }
}

#[cfg(test)]
mod tests;
