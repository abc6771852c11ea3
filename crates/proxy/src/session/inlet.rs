//! Channels for applications as streams of a session.
//!
//! Invariant: whoever dials has a connected stream at once, whether there is a link or not; the session's thread
//! finds the other end with [`Inlet::take`].

use std::fmt;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::Mutex;

use farway_sys::event::Waker;
use farway_sys::net::ByteStream;

use crate::transport::Dial;

/// See the module.
#[derive(Debug)]
pub struct Inlet {
    waiting: Mutex<Vec<ByteStream>>,
    ring: Waker,
}

impl Inlet {
    /// One that wakes the session's thread with `ring`.
    #[must_use]
    pub fn new(ring: Waker) -> Self {
        Self { waiting: Mutex::default(), ring }
    }

    /// The streams that were asked for since the last call.
    pub fn take(&self) -> Vec<ByteStream> {
        std::mem::take(&mut *crate::lock(&self.waiting))
    }
}

impl fmt::Display for Inlet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the session")
    }
}

impl Dial for Inlet {
    fn dial(&self) -> io::Result<OwnedFd> {
        let (ours, theirs) = farway_sys::net::Socket::pair()?;
        crate::lock(&self.waiting).push(ByteStream::from(OwnedFd::from(ours)));
        self.ring.wake();
        Ok(theirs.into())
    }
}
