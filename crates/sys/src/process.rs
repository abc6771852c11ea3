//! Child processes that inherit descriptors, inherited descriptors, and the signals of a thread.
//!
//! For the command line only; libraries in an application start no process. Invariant: nothing but the named
//! descriptors and the standard ones reaches a child, and the parent's own descriptors stay close-on-exec.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::FileType;
use rustix::io::FdFlags;

/// Starts `command` with the descriptors of `inherit` open under their present numbers, the default action for
/// SIGPIPE and no signal blocked. The parent's copies are closed. A `command` is to be started only once this way:
/// the descriptors are gone afterwards, and a second start fails.
///
/// # Errors
/// The program cannot be started.
pub fn spawn(command: &mut Command, inherit: Vec<OwnedFd>) -> io::Result<Child> {
    let numbers: Vec<RawFd> = inherit.iter().map(AsRawFd::as_raw_fd).collect();
    let used = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&used);
    let prepare = move || {
        if seen.load(Ordering::Relaxed) {
            return Err(io::Error::from_raw_os_error(libc::EBADF));
        }
        // SAFETY: only async-signal-safe calls, on plain numbers and live locals. The descriptors are open: `spawn`
        // holds them until the child has started.
        unsafe {
            for &number in &numbers {
                if libc::fcntl(number, libc::F_SETFD, 0) < 0 {
                    return Err(io::Error::last_os_error());
                }
            }
            libc::signal(libc::SIGPIPE, libc::SIG_DFL);
            let mut none = std::mem::zeroed();
            libc::sigemptyset(&mut none);
            libc::pthread_sigmask(libc::SIG_SETMASK, &none, std::ptr::null_mut());
        }
        Ok(())
    };
    // SAFETY: the closure makes only async-signal-safe calls, and does not allocate (errors are made of numbers).
    unsafe { command.pre_exec(prepare) };
    let child = command.spawn();
    used.store(true, Ordering::Relaxed);
    drop(inherit);
    child
}

/// Lets this process open as many descriptors as the system's administrator allows; often the limit at start is 1024,
/// for the sake of programs that use `select`. Children inherit it: to be called after they were started.
///
/// # Errors
/// The limit cannot be changed; the old one holds.
pub fn raise_descriptor_limit() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current == maximum {
        return Ok(());
    }
    Ok(setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })?)
}

/// The exit code that a shell would report: the child's own, or 128 and the number of the signal that ended it.
#[must_use]
pub fn exit_code(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0))
}

/// Takes possession of an inherited socket, such as the one that `WAYLAND_SOCKET` names, and makes it close-on-exec.
/// To be called once for a number, early, while this program has opened nothing under it.
///
/// # Errors
/// `InvalidInput` for a negative number or no socket; otherwise the descriptor is not open.
pub fn take_fd(number: i32) -> io::Result<OwnedFd> {
    if number < 0 {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    // SAFETY: all-zero bytes are a valid `stat`, and the pointer is to a live one.
    let (result, stat) = unsafe {
        let mut stat: libc::stat = std::mem::zeroed();
        (libc::fstat(number, &mut stat), stat)
    };
    if result != 0 {
        return Err(io::Error::last_os_error());
    }
    if FileType::from_raw_mode(stat.st_mode as _) != FileType::Socket {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    // SAFETY: it is open; that nobody else in this process owns it is what the caller was asked to ensure.
    let fd = unsafe { OwnedFd::from_raw_fd(number) };
    rustix::io::fcntl_setfd(&fd, FdFlags::CLOEXEC)?;
    Ok(fd)
}

/// Blocks every signal in this thread that may be delivered to any thread, so that the host's handlers never run on
/// it. Those that a fault raises are left.
pub fn block_async_signals_in_this_thread() {
    // SAFETY: `sigset_t` is plain data that `sigfillset` initialises; pointers are to a live local or null.
    unsafe {
        let mut set = std::mem::zeroed();
        libc::sigfillset(&mut set);
        for fault in [
            libc::SIGSEGV,
            libc::SIGBUS,
            libc::SIGFPE,
            libc::SIGILL,
            libc::SIGTRAP,
            libc::SIGSYS,
            libc::SIGABRT,
        ] {
            libc::sigdelset(&mut set, fault);
        }
        libc::pthread_sigmask(libc::SIG_BLOCK, &set, std::ptr::null_mut());
    }
}

#[cfg(test)]
mod tests;
