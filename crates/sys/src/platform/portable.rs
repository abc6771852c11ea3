//! What any POSIX system of our kind can do, for the systems whose own file says nothing better.
//!
//! Close-on-exec is set by a second call here, so a `fork` on another thread at that very moment may leak a
//! descriptor; whoever spawns processes does so through `process::spawn` and accepts that.

use std::ffi::OsStr;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::OFlags;
use rustix::io::FdFlags;
use rustix::mm::MapFlags;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};
use rustix::process::{Pid, Signal};
use rustix::pty::OpenptFlags;

use super::chosen::prepare_socket;
use crate::process::Descendant;

pub(crate) const RECEIVE_CLOEXEC: libc::c_int = 0;
pub(crate) const SPARSE_MAP: MapFlags = MapFlags::PRIVATE;
/// `sun_path` has 104 bytes on Apple systems and FreeBSD.
pub(crate) const SOCKET_PATH_LIMIT: usize = 103;
pub(crate) const VSOCK: Option<AddressFamily> = None;

fn close_on_exec(fd: OwnedFd) -> io::Result<OwnedFd> {
    rustix::io::fcntl_setfd(&fd, FdFlags::CLOEXEC)?;
    Ok(fd)
}

pub(crate) fn stream_socket(family: AddressFamily) -> io::Result<OwnedFd> {
    let socket = close_on_exec(rustix::net::socket(family, SocketType::STREAM, None)?)?;
    prepare_socket(std::os::fd::AsFd::as_fd(&socket));
    Ok(socket)
}

pub(crate) fn socket_pair() -> io::Result<(OwnedFd, OwnedFd)> {
    let (family, kind) = (AddressFamily::UNIX, SocketType::STREAM);
    let (one, other) = rustix::net::socketpair(family, kind, SocketFlags::empty(), None)?;
    Ok((close_on_exec(one)?, close_on_exec(other)?))
}

pub(crate) fn accept(listener: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    let socket = close_on_exec(rustix::net::accept(listener)?)?;
    // BSDs hand on the listener's mode. The description is new, so nobody else sees the change.
    let flags = rustix::fs::fcntl_getfl(&socket)?;
    rustix::fs::fcntl_setfl(&socket, flags - OFlags::NONBLOCK)?;
    Ok(socket)
}

pub(crate) fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let (read, write) = rustix::pipe::pipe()?;
    Ok((close_on_exec(read)?, close_on_exec(write)?))
}

pub(crate) fn wake_pair() -> io::Result<(OwnedFd, Option<OwnedFd>)> {
    let (read, write) = pipe()?;
    for end in [&read, &write] {
        // Status flags and descriptor flags are two namespaces: close-on-exec was set above, by its own call.
        rustix::fs::fcntl_setfl(end, rustix::fs::fcntl_getfl(end)? | OFlags::NONBLOCK)?;
    }
    Ok((read, Some(write)))
}

pub(crate) fn consume_sigpipe() {
    // There is no `sigtimedwait` everywhere. A SIGPIPE of a write is directed at the writing thread, which has
    // it blocked and found it pending, so this does not wait.
    // SAFETY: `sigset_t` is plain data that `sigemptyset` initialises; all pointers are to live locals.
    unsafe {
        let mut set = std::mem::zeroed();
        let mut signal = 0;
        libc::sigemptyset(&mut set);
        libc::sigaddset(&mut set, libc::SIGPIPE);
        libc::sigwait(&set, &mut signal);
    }
}

pub(crate) fn anonymous_file(directory: Option<&Path>) -> io::Result<OwnedFd> {
    match directory {
        Some(directory) => super::unlinked_file(directory),
        None => super::unlinked_file(&std::env::temp_dir()),
    }
}

pub(crate) fn seal_shrink(_file: BorrowedFd<'_>) {}

pub(crate) fn cannot_shrink(_file: BorrowedFd<'_>) -> bool {
    false
}

pub(crate) fn reopen(_file: BorrowedFd<'_>, _flags: OFlags) -> Option<OwnedFd> {
    None
}

/// # Safety
/// None is needed: it does nothing.
pub(crate) unsafe fn remap(
    _address: *mut libc::c_void,
    _old: usize,
    _new: usize,
) -> Option<io::Result<*mut libc::c_void>> {
    None
}

/// # Safety
/// None is needed: it does nothing.
pub(crate) unsafe fn prefer_small_pages(_address: *mut libc::c_void, _len: usize) {}

/// # Safety
/// None is needed: it does nothing.
pub(crate) unsafe fn populate(_address: *mut libc::c_void, _len: usize) {}

pub(crate) fn trim_heap() {}

pub(crate) fn keep_large_apart(_size: usize) {}

pub(crate) fn trim_stack() {}

pub(crate) fn cpu_time(_process: Pid) -> io::Result<Duration> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(crate) fn short_path(_directory: BorrowedFd<'_>, _name: &OsStr) -> Option<PathBuf> {
    None
}

pub(crate) fn abstract_address(_name: &[u8]) -> io::Result<SocketAddrUnix> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(crate) fn vsock_connect(_socket: BorrowedFd<'_>, _cid: u32, _port: u32, _host: bool) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(crate) fn vsock_bind(_socket: BorrowedFd<'_>, _port: u32) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(crate) fn poll(set: &mut [libc::pollfd], timeout: Option<Duration>) -> io::Result<usize> {
    let milliseconds = match timeout {
        None => -1,
        Some(timeout) => timeout.as_nanos().div_ceil(1_000_000).try_into().unwrap_or(i32::MAX),
    };
    // SAFETY: `set` is a live slice of `pollfd` of the given length.
    let count = unsafe { libc::poll(set.as_mut_ptr(), set.len() as libc::nfds_t, milliseconds) };
    if count < 0 { Err(io::Error::last_os_error()) } else { Ok(count as usize) }
}

pub(crate) fn adopt_orphans() -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(crate) fn descendants() -> Option<Vec<Descendant>> {
    None
}

pub(crate) fn signal_when_orphaned(_signal: Signal) -> io::Result<()> {
    Ok(())
}

pub(crate) fn open_terminal() -> io::Result<(OwnedFd, OwnedFd)> {
    let master = close_on_exec(rustix::pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?)?;
    rustix::pty::grantpt(&master)?;
    rustix::pty::unlockpt(&master)?;
    let terminal = super::terminal_by_name(&master)?;
    Ok((master, terminal))
}
