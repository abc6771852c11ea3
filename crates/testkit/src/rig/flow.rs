//! Reading and writing pipes beside a test, each on a thread of its own.
//!
//! Invariant: it works whether or not a descriptor blocks: some proxies hand out non-blocking ones.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::mpsc::{Receiver, channel};
use std::time::Instant;

use rustix::event::PollFlags;
use rustix::io::Errno;

use super::end::ready;
use super::{DEADLINE, RigError};

/// The result of a thread that reads or writes.
pub type Flow<T> = Receiver<io::Result<T>>;

/// Waits for the end of a reader or writer, at most for [`DEADLINE`].
///
/// # Errors
/// [`RigError::Timeout`].
pub fn finished<T>(flow: &Flow<T>) -> Result<io::Result<T>, RigError> {
    flow.recv_timeout(DEADLINE).map_err(|_| RigError::Timeout("the end of a pipe".to_owned()))
}

/// Reads to the end, or `limit` bytes; then the descriptor is closed.
pub fn read_all(pipe: OwnedFd, limit: usize) -> Flow<Vec<u8>> {
    start(move || {
        let (mut bytes, mut part) = (Vec::new(), vec![0; 1 << 16]);
        while bytes.len() < limit {
            let room = part.len().min(limit - bytes.len());
            match step(&pipe, PollFlags::IN, || rustix::io::read(&pipe, &mut part[..room]))? {
                0 => break,
                n => bytes.extend_from_slice(&part[..n]),
            }
        }
        Ok(bytes)
    })
}

/// Writes all and closes.
pub fn write_all(pipe: OwnedFd, bytes: Vec<u8>) -> Flow<()> {
    start(move || write(&pipe, &bytes))
}

/// Writes the same bytes again and again until that fails, which it must before the deadline.
pub fn write_endlessly(pipe: OwnedFd, bytes: Vec<u8>) -> Flow<()> {
    start(move || {
        let end = Instant::now() + DEADLINE;
        while Instant::now() < end {
            write(&pipe, &bytes)?;
        }
        Ok(())
    })
}

fn write(pipe: &OwnedFd, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        let n = step(pipe, PollFlags::OUT, || rustix::io::write(pipe, bytes))?;
        bytes = &bytes[n..];
    }
    Ok(())
}

/// One call, repeated while it would block.
fn step(
    pipe: &OwnedFd,
    wanted: PollFlags,
    mut call: impl FnMut() -> Result<usize, Errno>,
) -> io::Result<usize> {
    let deadline = Instant::now() + DEADLINE;
    loop {
        match call() {
            Ok(n) => return Ok(n),
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => {
                if !ready(&[(pipe.as_fd(), wanted)], deadline).map_err(io::Error::other)? {
                    return Err(io::ErrorKind::TimedOut.into());
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn start<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Flow<T> {
    let (done, result) = channel();
    std::thread::spawn(move || {
        // Nobody waits any more after a failure.
        let _ = done.send(work());
    });
    result
}
