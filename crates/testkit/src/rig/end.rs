//! Waiting at several sockets at once.
//!
//! Not an event loop: a test asks for one condition at a time. Invariant: while one end is waited for, all others go
//! on sending and receiving, so that no full socket buffer can block the proxies between them.

use std::collections::VecDeque;
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::time::Timespec;

use super::RigError;

/// Generous, since a loaded machine is slow and a met condition ends the wait at once.
pub const DEADLINE: Duration = Duration::from_secs(15);

/// One socket that the test holds.
pub trait End {
    /// Sends and receives all that is possible now.
    ///
    /// # Errors
    /// The bytes received are not what they must be, or the system refused.
    fn turn(&mut self) -> Result<(), RigError>;
    /// What to wait for, and for what; `None` when the other side is gone.
    fn interest(&self) -> Option<(BorrowedFd<'_>, PollFlags)>;
}

/// No end at all, for waits at a single one.
impl End for () {
    fn turn(&mut self) -> Result<(), RigError> {
        Ok(())
    }

    fn interest(&self) -> Option<(BorrowedFd<'_>, PollFlags)> {
        None
    }
}

/// Serves both ends until `check` gives a value.
///
/// # Errors
/// [`RigError::Timeout`] after [`DEADLINE`], [`RigError::Closed`] when nothing can come any more, or the error of an
/// end or of `check`.
pub fn wait<A: End, B: End, T>(
    a: &mut A,
    b: &mut B,
    what: &str,
    mut check: impl FnMut(&mut A, &mut B) -> Result<Option<T>, RigError>,
) -> Result<T, RigError> {
    let deadline = Instant::now() + DEADLINE;
    loop {
        a.turn()?;
        b.turn()?;
        if let Some(value) = check(a, b)? {
            return Ok(value);
        }
        let interests: Vec<_> = [a.interest(), b.interest()].into_iter().flatten().collect();
        if interests.is_empty() {
            return Err(RigError::Closed(what.to_owned()));
        }
        if !ready(&interests, deadline)? {
            return Err(RigError::Timeout(what.to_owned()));
        }
    }
}

/// Waits until one of them is ready; false when the deadline passed.
///
/// # Errors
/// What `poll` says.
pub fn ready(interests: &[(BorrowedFd<'_>, PollFlags)], deadline: Instant) -> Result<bool, RigError> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Ok(false);
    }
    let mut fds: Vec<_> = interests.iter().map(|(fd, flags)| PollFd::from_borrowed_fd(*fd, *flags)).collect();
    let limit = Timespec { tv_sec: left.as_secs() as i64, tv_nsec: left.subsec_nanos().into() };
    match poll(&mut fds, Some(&limit)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(true),
        Err(error) => Err(std::io::Error::from(error).into()),
    }
}

/// The first entry of an inbox that is wanted; those before it are dropped.
pub fn skip_to<T>(inbox: &mut VecDeque<T>, wanted: impl Fn(&T) -> bool) -> Option<T> {
    while let Some(entry) = inbox.pop_front() {
        if wanted(&entry) {
            return Some(entry);
        }
    }
    None
}
