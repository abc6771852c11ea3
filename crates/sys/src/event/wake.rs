//! Waking a thread that waits in a [`PollSet`](super::PollSet).
//!
//! What it is: an eventfd, or a pipe where there is none. What it is not: it carries no message; put that into a queue
//! first and wake then. Invariant: after [`Waker::wake`], the receiver's descriptor is readable until the next
//! [`WakeReceiver::drain`], and what was queued before the wake is visible after that drain.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::platform;

#[derive(Debug)]
struct Shared {
    read: OwnedFd,
    /// `None`: what is read is also what is written.
    write: Option<OwnedFd>,
    pending: AtomicBool,
}

/// The end that wakes; any number of clones on any threads.
#[derive(Clone, Debug)]
pub struct Waker(Arc<Shared>);

/// The end that is woken.
#[derive(Debug)]
pub struct WakeReceiver(Arc<Shared>);

/// A waker and its receiver.
///
/// # Errors
/// Too many open files.
pub fn waker() -> io::Result<(Waker, WakeReceiver)> {
    let (read, write) = platform::wake_pair()?;
    let shared = Arc::new(Shared { read, write, pending: AtomicBool::new(false) });
    Ok((Waker(Arc::clone(&shared)), WakeReceiver(shared)))
}

impl Waker {
    /// Makes the receiver's descriptor readable. Costs no system call while an earlier wake is not yet drained.
    pub fn wake(&self) {
        if self.0.pending.swap(true, Ordering::AcqRel) {
            return;
        }
        // An eventfd wants eight bytes. Neither it nor the pipe can be full: there is one write for each drain. The
        // reading end lives as long as we do, so there is no SIGPIPE.
        let one = 1_u64.to_ne_bytes();
        let target = self.0.write.as_ref().unwrap_or(&self.0.read);
        while rustix::io::write(target, &one) == Err(rustix::io::Errno::INTR) {}
    }
}

impl WakeReceiver {
    /// Makes the descriptor unreadable until the next wake. Look for work after this, not before.
    pub fn drain(&self) {
        let mut bytes = [0_u8; 64];
        while rustix::io::read(&self.0.read, &mut bytes) == Err(rustix::io::Errno::INTR) {}
        // After the read: a wake in between is not written but its work is seen by the caller, who looks for work
        // next. Before the read, its write could be swallowed and `pending` stay set for good.
        self.0.pending.swap(false, Ordering::AcqRel);
    }
}

impl AsFd for WakeReceiver {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.read.as_fd()
    }
}

#[cfg(test)]
mod tests;
