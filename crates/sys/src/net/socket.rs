//! A stream socket that carries descriptors beside its bytes.
//!
//! What it is: `sendmsg` and `recvmsg`, each call exactly one of the kernel's. What it is not: a queue, see
//! [`scm::Outbox`](super::scm::Outbox). Invariant: nothing here blocks or raises SIGPIPE, and the status flags of the
//! descriptor are never touched, because its open file description may be shared with somebody else.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::os::unix::net::UnixStream;

use bytes::{BufMut, BytesMut};
use rustix::io::{Errno, FdFlags};
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage};

use super::{Received, Sent};
use crate::platform;

/// The most descriptors that one call may send: what libwayland sends and expects.
pub const SEND_FDS_MAX: usize = 28;

/// The most descriptors that one call can receive: `SCM_MAX_FD` of Linux.
pub const RECV_FDS_MAX: usize = 253;

/// `IOV_MAX` is 1024 everywhere; far fewer slices are useful in one call.
const SLICES_MAX: usize = 256;

/// A connected stream socket of which every call is non-blocking.
#[derive(Debug)]
pub struct Socket {
    fd: OwnedFd,
}

/// Why nothing could be received.
#[derive(Debug, thiserror::Error)]
pub enum RecvError {
    /// Descriptors were lost: more came than can be taken, or this process has too many open. What arrived was
    /// closed; the stream cannot be used any more, because descriptors belong to messages by their order.
    #[error("descriptors sent along with the data were lost (too many at once, or too many open files)")]
    FdsTruncated,
    /// The system call failed.
    #[error("cannot receive from the socket")]
    Io(#[from] io::Error),
}

impl From<OwnedFd> for Socket {
    fn from(fd: OwnedFd) -> Self {
        platform::prepare_socket(fd.as_fd());
        Self { fd }
    }
}

impl From<UnixStream> for Socket {
    fn from(stream: UnixStream) -> Self {
        Self::from(OwnedFd::from(stream))
    }
}

impl From<Socket> for OwnedFd {
    fn from(socket: Socket) -> Self {
        socket.fd
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

impl Socket {
    /// Two connected sockets.
    ///
    /// # Errors
    /// Those of `socketpair`, mostly too many open files.
    pub fn pair() -> io::Result<(Self, Self)> {
        let (one, other) = platform::socket_pair()?;
        Ok((Self::from(one), Self::from(other)))
    }

    /// Appends at most `max` bytes to `buf` (growing its capacity, never zeroing it) and the descriptors that came
    /// with them, all close-on-exec, to `fds`. One system call.
    ///
    /// # Errors
    /// [`RecvError::FdsTruncated`] if descriptors were lost; otherwise what `recvmsg` says. A reset connection is
    /// [`Received::Closed`], not an error.
    pub fn recv(
        &self,
        buf: &mut BytesMut,
        max: usize,
        fds: &mut VecDeque<OwnedFd>,
    ) -> Result<Received, RecvError> {
        self.recv_within(buf, max, fds, RECV_FDS_MAX)
    }

    fn recv_within(
        &self,
        buf: &mut BytesMut,
        max: usize,
        fds: &mut VecDeque<OwnedFd>,
        most_fds: usize,
    ) -> Result<Received, RecvError> {
        if max == 0 {
            return Ok(Received::Empty);
        }
        buf.reserve(max);
        let mut control = ControlBuffer([0; CONTROL_SIZE]);
        let room = &mut buf.spare_capacity_mut()[..max];
        let message = match receive(self.fd.as_fd(), room, &mut control, most_fds) {
            Ok(message) => message,
            Err(Errno::AGAIN) => return Ok(Received::Empty),
            Err(Errno::CONNRESET | Errno::PIPE) => return Ok(Received::Closed),
            Err(error) => return Err(RecvError::Io(error.into())),
        };
        let arrived = message.take_fds(&control)?;
        if message.truncated {
            return Err(RecvError::FdsTruncated);
        }
        if message.bytes == 0 {
            return Ok(Received::Closed);
        }
        fds.extend(arrived);
        // SAFETY: the kernel has initialised this many bytes of the spare capacity.
        unsafe { buf.advance_mut(message.bytes) };
        Ok(Received::Bytes(message.bytes))
    }

    /// Sends bytes from the front of `bytes` together with all of `fds`, in one `sendmsg`. If any byte was taken
    /// then so were all descriptors.
    ///
    /// # Errors
    /// `InvalidInput` for more than [`SEND_FDS_MAX`] descriptors, or descriptors without a byte; otherwise what
    /// `sendmsg` says. A peer that is gone is [`Sent::Closed`], not an error.
    pub fn send(&self, bytes: &[IoSlice<'_>], fds: &[BorrowedFd<'_>]) -> io::Result<Sent> {
        let bytes = &bytes[..bytes.len().min(SLICES_MAX)];
        let nothing = bytes.iter().all(|slice| slice.is_empty());
        if fds.len() > SEND_FDS_MAX || (nothing && !fds.is_empty()) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        if nothing {
            return Ok(Sent::Bytes(0));
        }
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(SEND_FDS_MAX))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        if !fds.is_empty() && !control.push(SendAncillaryMessage::ScmRights(fds)) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        loop {
            return match rustix::net::sendmsg(&self.fd, bytes, &mut control, platform::SEND_FLAGS) {
                Ok(count) => Ok(Sent::Bytes(count)),
                Err(Errno::INTR) => continue,
                Err(Errno::AGAIN) => Ok(Sent::Full),
                Err(Errno::PIPE | Errno::CONNRESET | Errno::NOTCONN) => Ok(Sent::Closed),
                Err(error) => Err(error.into()),
            };
        }
    }

    /// Ends both directions: the other side reads what is on its way and then the end. Errors mean that this had
    /// happened already.
    pub fn shutdown(&self) {
        let _ = rustix::net::shutdown(&self.fd, rustix::net::Shutdown::Both);
    }

    /// Ends the sending direction only.
    pub fn shutdown_write(&self) {
        let _ = rustix::net::shutdown(&self.fd, rustix::net::Shutdown::Write);
    }

    /// Asks for kernel buffers of so many bytes in each direction; the system may give less.
    pub fn set_buffers(&self, bytes: usize) {
        let _ = rustix::net::sockopt::set_socket_send_buffer_size(&self.fd, bytes);
        let _ = rustix::net::sockopt::set_socket_recv_buffer_size(&self.fd, bytes);
    }

    /// The user id of the process at the other end; `None` where the system does not tell.
    ///
    /// # Errors
    /// The descriptor is no local socket.
    pub fn peer_uid(&self) -> io::Result<Option<u32>> {
        platform::peer_uid(self.as_fd())
    }
}

/// Room for [`RECV_FDS_MAX`] descriptors and their header; `CMSG_SPACE` is at most this on all our systems.
const CONTROL_SIZE: usize = 64 + RECV_FDS_MAX * size_of::<libc::c_int>();

/// Control data must be aligned as a `cmsghdr`, which 8 is for all our systems.
#[repr(C, align(8))]
struct ControlBuffer([u8; CONTROL_SIZE]);

/// What `recvmsg` left behind.
struct Message {
    bytes: usize,
    control: usize,
    truncated: bool,
}

/// One `recvmsg`, repeated only after a signal.
fn receive(
    socket: BorrowedFd<'_>,
    room: &mut [MaybeUninit<u8>],
    control: &mut ControlBuffer,
    most_fds: usize,
) -> Result<Message, Errno> {
    let payload = (most_fds.min(RECV_FDS_MAX) * size_of::<libc::c_int>()) as libc::c_uint;
    // SAFETY: pure arithmetic.
    let space = unsafe { libc::CMSG_SPACE(payload) } as usize;
    let mut slice = libc::iovec { iov_base: room.as_mut_ptr().cast(), iov_len: room.len() };
    // SAFETY: all-zero bytes are a valid `msghdr`: no name, no data, no control.
    let mut header: libc::msghdr = unsafe { std::mem::zeroed() };
    loop {
        header.msg_iov = &mut slice;
        header.msg_iovlen = 1;
        header.msg_control = control.0.as_mut_ptr().cast();
        header.msg_controllen = space.min(CONTROL_SIZE) as _;
        // SAFETY: the header points at one live `iovec` over `room`, whose bytes need not be initialised since the
        // kernel only writes them, and at the live control buffer, each with its true length.
        let count = unsafe {
            libc::recvmsg(socket.as_raw_fd(), &mut header, libc::MSG_DONTWAIT | platform::RECEIVE_CLOEXEC)
        };
        if count >= 0 {
            let truncated = header.msg_flags & libc::MSG_CTRUNC != 0;
            return Ok(Message { bytes: count as usize, control: header.msg_controllen as usize, truncated });
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(Errno::from_io_error(&error).unwrap_or(Errno::IO));
        }
    }
}

impl Message {
    /// Takes possession of every descriptor that the control data speaks of.
    fn take_fds(&self, control: &ControlBuffer) -> io::Result<Vec<OwnedFd>> {
        let mut fds = Vec::new();
        if self.control == 0 {
            return Ok(fds);
        }
        // SAFETY: all-zero bytes are a valid `msghdr`.
        let mut header: libc::msghdr = unsafe { std::mem::zeroed() };
        header.msg_control = control.0.as_ptr().cast_mut().cast();
        header.msg_controllen = self.control.min(CONTROL_SIZE) as _;
        // SAFETY: the control buffer is aligned for `cmsghdr`, and the kernel wrote `msg_controllen` valid bytes into
        // it; the platform's macros stay within them. The descriptors in it were just made for this process and
        // nobody else knows them.
        unsafe {
            let mut next = libc::CMSG_FIRSTHDR(&header);
            while !next.is_null() {
                if (*next).cmsg_level == libc::SOL_SOCKET && (*next).cmsg_type == libc::SCM_RIGHTS {
                    let data = libc::CMSG_DATA(next);
                    let start = data as usize - header.msg_control as usize;
                    let head = data as usize - next as usize;
                    let len = ((*next).cmsg_len as usize).saturating_sub(head);
                    // After truncation the header may claim more than was written.
                    let len = len.min((header.msg_controllen as usize).saturating_sub(start));
                    for index in 0..len / size_of::<libc::c_int>() {
                        let raw = data.cast::<libc::c_int>().add(index).read_unaligned();
                        if raw >= 0 {
                            fds.push(OwnedFd::from_raw_fd(raw));
                        }
                    }
                }
                next = libc::CMSG_NXTHDR(&header, next);
            }
        }
        if platform::RECEIVE_CLOEXEC == 0 {
            for fd in &fds {
                rustix::io::fcntl_setfd(fd, FdFlags::CLOEXEC)?;
            }
        }
        Ok(fds)
    }
}

#[cfg(test)]
mod tests;
