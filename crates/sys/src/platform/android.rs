//! Android: the kernel of Linux under a stricter house. What differs from `linux.rs` is here.

pub(crate) use super::linux::*;

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

/// A memfd, or an unlinked file in `directory` (the application's cache folder) where the sandbox refuses memfds.
pub(crate) fn anonymous_file(directory: Option<&Path>) -> io::Result<OwnedFd> {
    match super::linux::anonymous_file(None) {
        Ok(file) => Ok(file),
        Err(refused) => match directory {
            Some(directory) => super::unlinked_file(directory),
            None => Err(refused),
        },
    }
}

/// The bindings lack `sigtimedwait` here. A SIGPIPE of a write is directed at the writing thread, which has it blocked
/// and found it pending, so this does not wait.
pub(crate) fn consume_sigpipe() {
    // SAFETY: `sigset_t` is plain data that `sigemptyset` initialises; all pointers are to live locals.
    unsafe {
        let mut set = std::mem::zeroed();
        let mut signal = 0;
        libc::sigemptyset(&mut set);
        libc::sigaddset(&mut set, libc::SIGPIPE);
        libc::sigwait(&set, &mut signal);
    }
}

/// The bindings lack `mremap` here, so a mirror that grows is copied, as far as it was ever written.
///
/// # Safety
/// None is needed: it does nothing.
pub(crate) unsafe fn remap(
    _address: *mut libc::c_void,
    _old: usize,
    _new: usize,
) -> Option<io::Result<*mut libc::c_void>> {
    None
}
