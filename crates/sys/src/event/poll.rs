//! A set of descriptors to wait for, filled anew for each turn without allocation.
//!
//! What it is: `poll`, which every system has and which takes regular files too. What it is not: a registry; nothing
//! is remembered from turn to turn. Invariant: waiting never ends before the timeout has passed without a reason.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::time::Duration;

use crate::platform;

/// What to wait for. A hang-up or error is reported in any case, so a descriptor that shall not wake the waiter must
/// be left out of the set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Interest {
    /// Data, a connection, or the end of the stream can be read.
    pub readable: bool,
    /// Something can be written.
    pub writable: bool,
}

impl Interest {
    /// Only to read.
    pub const READ: Self = Self { readable: true, writable: false };
    /// Only to write.
    pub const WRITE: Self = Self { readable: false, writable: true };
}

/// What a descriptor is ready for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ready {
    /// Reading will not block: data, or the end.
    pub readable: bool,
    /// Writing will not block.
    pub writable: bool,
    /// The other end is gone. Data may still be there to read; without `readable` there is none.
    pub hangup: bool,
    /// An error is pending, the reader of a pipe is gone, or the descriptor is not open.
    pub error: bool,
}

impl Ready {
    /// Whether there is anything at all.
    #[must_use]
    pub fn any(self) -> bool {
        self.readable || self.writable || self.hangup || self.error
    }
}

/// Descriptors for one wait.
#[derive(Default)]
pub struct PollSet {
    set: Vec<libc::pollfd>,
}

impl std::fmt::Debug for PollSet {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_list().entries(self.set.iter().map(|entry| entry.fd)).finish()
    }
}

impl PollSet {
    /// An empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Empties the set; its memory stays for the next turn.
    pub fn clear(&mut self) {
        self.set.clear();
    }

    /// How many descriptors are in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.set.len()
    }

    /// Whether there is no descriptor in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// Adds a descriptor and returns its index for [`Self::ready`]. The caller keeps it open until the wait is over;
    /// one that is closed before is reported as an error, or confused with another that got its number.
    pub fn add(&mut self, fd: BorrowedFd<'_>, interest: Interest) -> usize {
        let mut events = 0;
        if interest.readable {
            events |= libc::POLLIN;
        }
        if interest.writable {
            events |= libc::POLLOUT;
        }
        self.set.push(libc::pollfd { fd: fd.as_raw_fd(), events, revents: 0 });
        self.set.len() - 1
    }

    /// Waits until something is ready, at most for `timeout` (rounded up to what the system can; zero does not wait,
    /// `None` waits for ever). Returns how many descriptors are ready; a signal ends the wait with 0.
    ///
    /// # Errors
    /// What `poll` says: out of memory, or too many descriptors.
    pub fn wait(&mut self, timeout: Option<Duration>) -> io::Result<usize> {
        match platform::poll(&mut self.set, timeout) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                self.set.iter_mut().for_each(|entry| entry.revents = 0);
                Ok(0)
            }
            result => result,
        }
    }

    /// What the last wait found for the descriptor at `index`; nothing for an index that does not exist.
    #[must_use]
    pub fn ready(&self, index: usize) -> Ready {
        let found = self.set.get(index).map_or(0, |entry| entry.revents);
        Ready {
            readable: found & libc::POLLIN != 0,
            writable: found & libc::POLLOUT != 0,
            hangup: found & libc::POLLHUP != 0,
            error: found & (libc::POLLERR | libc::POLLNVAL) != 0,
        }
    }
}

#[cfg(test)]
mod tests;
