//! FreeBSD: the portable path, with the newer calls that it shares with Linux.

pub(crate) use super::portable::*;

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{MemfdFlags, SealFlags};
use rustix::net::{AddressFamily, SendFlags, SocketFlags, SocketType};
use rustix::pipe::PipeFlags;
use rustix::termios::{InputModes, SpecialCodeIndex};

pub(crate) const RECEIVE_CLOEXEC: libc::c_int = libc::MSG_CMSG_CLOEXEC;
pub(crate) const SEND_FLAGS: SendFlags = SendFlags::DONTWAIT.union(SendFlags::NOSIGNAL);

/// Here 4 is the monotonic clock, and 1 is something else altogether (portability notes, 1.10).
pub(crate) const CLOCKS: &[(u32, u32)] = &[(0, 0), (4, 1)];

pub(crate) const CONTROL_CHARACTERS: &[(u8, SpecialCodeIndex)] =
    &[(11, SpecialCodeIndex::VDSUSP), (17, SpecialCodeIndex::VSTATUS)];
pub(crate) const INPUT_MODES: &[(u8, InputModes)] = &[];

pub(crate) fn stream_socket(family: AddressFamily) -> io::Result<OwnedFd> {
    Ok(rustix::net::socket_with(family, SocketType::STREAM, SocketFlags::CLOEXEC, None)?)
}

pub(crate) fn socket_pair() -> io::Result<(OwnedFd, OwnedFd)> {
    let (family, kind) = (AddressFamily::UNIX, SocketType::STREAM);
    Ok(rustix::net::socketpair(family, kind, SocketFlags::CLOEXEC, None)?)
}

pub(crate) fn accept(listener: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    // `accept4` does not hand on the listener's non-blocking mode.
    Ok(rustix::net::accept_with(listener, SocketFlags::CLOEXEC)?)
}

pub(crate) fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(rustix::pipe::pipe_with(PipeFlags::CLOEXEC)?)
}

pub(crate) fn prepare_socket(_socket: BorrowedFd<'_>) {}

/// A memfd (since 13), or an unlinked file where there is none.
pub(crate) fn anonymous_file(directory: Option<&Path>) -> io::Result<OwnedFd> {
    rustix::fs::memfd_create("farway", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)
        .or_else(|_| super::portable::anonymous_file(directory).map_err(|_| rustix::io::Errno::NOSYS))
        .map_err(Into::into)
}

pub(crate) fn seal_shrink(file: BorrowedFd<'_>) {
    let _ = rustix::fs::fcntl_add_seals(file, SealFlags::SHRINK);
}

pub(crate) fn cannot_shrink(file: BorrowedFd<'_>) -> bool {
    rustix::fs::fcntl_get_seals(file).is_ok_and(|seals| seals.contains(SealFlags::SHRINK))
}

pub(crate) fn peer_uid(socket: BorrowedFd<'_>) -> io::Result<Option<u32>> {
    let (mut uid, mut gid) = (0, 0);
    // SAFETY: both pointers are to live locals of the right types.
    let result = unsafe { libc::getpeereid(socket.as_raw_fd(), &mut uid, &mut gid) };
    if result == 0 { Ok(Some(uid)) } else { Err(io::Error::last_os_error()) }
}
