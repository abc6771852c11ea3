//! A stream of bytes without descriptors: a socket, a pair of pipes, a terminal, a vsock connection.
//!
//! What it is: the channel to another machine, or any other byte pipe, read and written without ever blocking. What
//! it is not: it passes no descriptors. Invariant: `O_NONBLOCK` is set on no open file description that somebody else
//! may share. Sockets are asked per call not to wait. A pipe is opened anew where the system can do that, which gives
//! us a description of our own. Everything else is asked with `poll` and then moved in pieces that poll vouches for.

use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use bytes::{BufMut, BytesMut};
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fs::{FileType, OFlags};
use rustix::io::Errno;

use super::{Received, Sent};
use crate::platform;

/// How much of a pipe's room a positive answer of `poll` promises: `PIPE_BUF`, at least 512.
const PROMISED: usize = libc::PIPE_BUF;

/// The most that one call of a polled descriptor writes, in pieces of [`PROMISED`].
const POLLED_MOST: usize = 64 * 1024;

/// How one descriptor is used without blocking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// Calls carry `MSG_DONTWAIT`.
    Socket,
    /// The open file description is ours and non-blocking.
    Private,
    /// Shared and perhaps blocking: poll first, then a bounded piece.
    Polled,
    /// A regular file never waits in the sense of poll.
    File,
}

/// One descriptor with the manner in which it must be used.
#[derive(Debug)]
pub(crate) struct Endpoint {
    fd: OwnedFd,
    manner: Manner,
}

impl Endpoint {
    /// An endpoint that will only be read.
    pub(crate) fn reading(fd: OwnedFd) -> Self {
        Self::opened(fd, OFlags::RDONLY)
    }

    /// An endpoint that will only be written.
    pub(crate) fn writing(fd: OwnedFd) -> Self {
        Self::opened(fd, OFlags::WRONLY)
    }

    /// An endpoint of a pipe that we made ourselves: nobody else has this description.
    pub(crate) fn own(fd: OwnedFd) -> io::Result<Self> {
        rustix::fs::fcntl_setfl(&fd, rustix::fs::fcntl_getfl(&fd)? | OFlags::NONBLOCK)?;
        Ok(Self { fd, manner: Manner::Private })
    }

    /// An endpoint used in both directions.
    fn duplex(fd: OwnedFd) -> Self {
        let manner = manner(fd.as_fd());
        platform::prepare_socket(fd.as_fd());
        Self { fd, manner }
    }

    fn opened(fd: OwnedFd, access: OFlags) -> Self {
        let is_fifo =
            rustix::fs::fstat(&fd).is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Fifo);
        // Opening a pipe's wrong end would make us our own peer.
        let fits = rustix::fs::fcntl_getfl(&fd)
            .is_ok_and(|flags| flags & OFlags::RWMODE == access || flags & OFlags::RWMODE == OFlags::RDWR);
        if is_fifo && fits {
            if let Some(own) = platform::reopen(fd.as_fd(), access | OFlags::NONBLOCK) {
                return Self { fd: own, manner: Manner::Private };
            }
        }
        Self::duplex(fd)
    }

    /// Reads at most `room.len()` bytes into the front of `room`, which the result says are initialised.
    pub(crate) fn read(&self, room: &mut [MaybeUninit<u8>]) -> io::Result<Received> {
        if room.is_empty() {
            return Ok(Received::Empty);
        }
        if self.manner == Manner::Polled && !self.ready(PollFlags::IN)? {
            return Ok(Received::Empty);
        }
        loop {
            let count = match self.manner {
                Manner::Socket => {
                    let flags = rustix::net::RecvFlags::DONTWAIT;
                    rustix::net::recv(&self.fd, &mut *room, flags).map(|((read, _), _)| read.len())
                }
                _ => rustix::io::read(&self.fd, &mut *room).map(|(read, _)| read.len()),
            };
            return match count {
                Ok(0) => Ok(Received::Closed),
                Ok(count) => Ok(Received::Bytes(count)),
                Err(Errno::INTR) => continue,
                Err(Errno::AGAIN) => Ok(Received::Empty),
                // A terminal whose other side is gone says EIO.
                Err(Errno::CONNRESET | Errno::PIPE | Errno::IO) => Ok(Received::Closed),
                Err(error) => Err(error.into()),
            };
        }
    }

    /// Reads into memory that is initialised already.
    pub(crate) fn read_bytes(&self, out: &mut [u8]) -> io::Result<Received> {
        // SAFETY: initialised bytes may be seen as perhaps uninitialised ones, and `read` stores nothing else there.
        let room = unsafe { &mut *(std::ptr::from_mut(out) as *mut [MaybeUninit<u8>]) };
        self.read(room)
    }

    /// Writes from the front of `bytes`.
    pub(crate) fn write(&self, bytes: &[IoSlice<'_>]) -> io::Result<Sent> {
        let Some(first) = bytes.iter().find(|slice| !slice.is_empty()) else {
            return Ok(Sent::Bytes(0));
        };
        match self.manner {
            Manner::Socket => {
                let bytes = &bytes[..bytes.len().min(256)];
                let control = &mut rustix::net::SendAncillaryBuffer::default();
                retry(|| rustix::net::sendmsg(&self.fd, bytes, control, platform::SEND_FLAGS))
            }
            Manner::Private => without_sigpipe(|| {
                let bytes = &bytes[..bytes.len().min(256)];
                retry(|| rustix::io::writev(&self.fd, bytes))
            }),
            Manner::File => retry(|| rustix::io::write(&self.fd, first)),
            Manner::Polled => without_sigpipe(|| self.write_polled(first)),
        }
    }

    fn write_polled(&self, bytes: &[u8]) -> io::Result<Sent> {
        let mut done = 0;
        for piece in bytes[..bytes.len().min(POLLED_MOST)].chunks(PROMISED) {
            let sent = match self.ready(PollFlags::OUT)? {
                true => retry(|| rustix::io::write(&self.fd, piece))?,
                false => Sent::Full,
            };
            match sent {
                Sent::Bytes(count) => done += count,
                other if done == 0 => return Ok(other),
                _ => break,
            }
        }
        Ok(Sent::Bytes(done))
    }

    /// Whether poll says that the descriptor has something to say, an error or a hang-up included.
    fn ready(&self, event: PollFlags) -> io::Result<bool> {
        let mut set = [PollFd::new(&self.fd, event)];
        loop {
            return match rustix::event::poll(&mut set, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })) {
                Ok(count) => Ok(count > 0),
                Err(Errno::INTR) => continue,
                Err(error) => Err(error.into()),
            };
        }
    }
}

impl AsFd for Endpoint {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

fn manner(fd: BorrowedFd<'_>) -> Manner {
    match rustix::fs::fstat(fd).map(|stat| FileType::from_raw_mode(stat.st_mode)) {
        Ok(FileType::Socket) => Manner::Socket,
        Ok(FileType::RegularFile) => Manner::File,
        _ => Manner::Polled,
    }
}

fn retry(mut write: impl FnMut() -> rustix::io::Result<usize>) -> io::Result<Sent> {
    loop {
        return match write() {
            Ok(count) => Ok(Sent::Bytes(count)),
            Err(Errno::INTR) => continue,
            Err(Errno::AGAIN) => Ok(Sent::Full),
            Err(Errno::PIPE | Errno::CONNRESET | Errno::NOTCONN) => Ok(Sent::Closed),
            Err(error) => Err(error.into()),
        };
    }
}

/// Runs `write` so that a SIGPIPE it raises is never delivered: the signal is directed at the writing thread, which
/// blocks it meanwhile and takes it off afterwards. One that was pending before stays, it is not ours.
fn without_sigpipe(write: impl FnOnce() -> io::Result<Sent>) -> io::Result<Sent> {
    // SAFETY: `sigset_t` is plain data that the calls initialise before it is read; all pointers are to live locals.
    // Only the mask of this thread changes, and it is put back.
    unsafe {
        let mut pipe = std::mem::zeroed();
        let mut before = std::mem::zeroed();
        libc::sigemptyset(&mut pipe);
        libc::sigaddset(&mut pipe, libc::SIGPIPE);
        let masked = libc::pthread_sigmask(libc::SIG_BLOCK, &pipe, &mut before) == 0;
        let pending = || {
            let mut set = std::mem::zeroed();
            libc::sigpending(&mut set) == 0 && libc::sigismember(&set, libc::SIGPIPE) == 1
        };
        let foreign = pending();
        let result = write();
        if masked {
            if matches!(result, Ok(Sent::Closed)) && !foreign && pending() {
                platform::consume_sigpipe();
            }
            libc::pthread_sigmask(libc::SIG_SETMASK, &before, std::ptr::null_mut());
        }
        result
    }
}

/// A byte stream over one descriptor, or over one for each direction.
#[derive(Debug)]
pub struct ByteStream {
    read: Endpoint,
    /// `None`: the reading descriptor serves both directions.
    write: Option<Endpoint>,
}

impl From<OwnedFd> for ByteStream {
    fn from(fd: OwnedFd) -> Self {
        Self { read: Endpoint::duplex(fd), write: None }
    }
}

impl ByteStream {
    /// A stream that reads one descriptor and writes another. Where the system can, a pipe is opened anew and the
    /// given descriptor closed.
    #[must_use]
    pub fn pair(read: OwnedFd, write: OwnedFd) -> Self {
        Self { read: Endpoint::reading(read), write: Some(Endpoint::writing(write)) }
    }

    /// Two connected streams.
    ///
    /// # Errors
    /// Those of `socketpair`.
    pub fn connected() -> io::Result<(Self, Self)> {
        let (one, other) = platform::socket_pair()?;
        Ok((Self::from(one), Self::from(other)))
    }

    /// Asks for a queue on the way out of so many bytes at least; the system may give less, and pipes have their own.
    pub fn lengthen(&self, bytes: usize) {
        let fd = self.writer().fd.as_fd();
        if rustix::net::sockopt::socket_send_buffer_size(fd).is_ok_and(|now| now < bytes) {
            let _ = rustix::net::sockopt::set_socket_send_buffer_size(fd, bytes);
        }
    }

    /// Appends at most `max` bytes to `buf`, without zeroing it first.
    ///
    /// # Errors
    /// What the system call says, other than would-block and the ways of saying that the peer is gone.
    pub fn recv(&self, buf: &mut BytesMut, max: usize) -> io::Result<Received> {
        buf.reserve(max);
        let received = self.read.read(&mut buf.spare_capacity_mut()[..max])?;
        if let Received::Bytes(count) = received {
            // SAFETY: `read` has initialised this many bytes of the spare capacity.
            unsafe { buf.advance_mut(count) };
        }
        Ok(received)
    }

    /// Sends bytes from the front of `bytes`.
    ///
    /// # Errors
    /// What the system call says, other than would-block and the ways of saying that the peer is gone.
    pub fn send(&self, bytes: &[IoSlice<'_>]) -> io::Result<Sent> {
        self.writer().write(bytes)
    }

    /// The descriptor to wait on for readability.
    #[must_use]
    pub fn read_fd(&self) -> BorrowedFd<'_> {
        self.read.as_fd()
    }

    /// The descriptor to wait on for writability; the same as [`Self::read_fd`] for a duplex stream.
    #[must_use]
    pub fn write_fd(&self) -> BorrowedFd<'_> {
        self.writer().as_fd()
    }

    /// Whether both directions share one descriptor.
    #[must_use]
    pub fn is_duplex(&self) -> bool {
        self.write.is_none()
    }

    /// Tells the other side that no more will be sent: shuts a socket's direction down, closes a pipe's only when
    /// the stream is dropped.
    pub fn shutdown_write(&self) {
        let _ = rustix::net::shutdown(self.write_fd(), rustix::net::Shutdown::Write);
    }

    fn writer(&self) -> &Endpoint {
        self.write.as_ref().unwrap_or(&self.read)
    }
}

#[cfg(test)]
mod tests;
