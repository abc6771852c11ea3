//! Apple systems (all of the vendor's): the portable path, and their own ways for SIGPIPE and credentials.

pub(crate) use super::portable::*;

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

use rustix::net::SendFlags;
use rustix::termios::{InputModes, SpecialCodeIndex};

pub(crate) const SEND_FLAGS: SendFlags = SendFlags::DONTWAIT;

/// Here 6 is the monotonic clock, 4 the raw one and 8 the one that stops during sleep (portability notes, 1.10).
pub(crate) const CLOCKS: &[(u32, u32)] = &[(0, 0), (6, 1), (4, 4)];

pub(crate) const CONTROL_CHARACTERS: &[(u8, SpecialCodeIndex)] =
    &[(11, SpecialCodeIndex::VDSUSP), (17, SpecialCodeIndex::VSTATUS)];
pub(crate) const INPUT_MODES: &[(u8, InputModes)] = &[(42, InputModes::IUTF8)];

pub(crate) fn prepare_socket(socket: BorrowedFd<'_>) {
    // Fails on what is no socket, and on one whose other end has gone: then there is nothing to write to either.
    let _ = rustix::net::sockopt::set_socket_nosigpipe(socket, true);
}

pub(crate) fn peer_uid(socket: BorrowedFd<'_>) -> io::Result<Option<u32>> {
    let (mut uid, mut gid) = (0, 0);
    // SAFETY: both pointers are to live locals of the right types.
    let result = unsafe { libc::getpeereid(socket.as_raw_fd(), &mut uid, &mut gid) };
    if result == 0 { Ok(Some(uid)) } else { Err(io::Error::last_os_error()) }
}
