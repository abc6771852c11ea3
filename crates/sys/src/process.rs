//! Child processes with descriptors, sessions and terminals, inherited descriptors, and the signals of a thread.
//!
//! For the command line only; libraries in an application start no process. Invariant: nothing but the named
//! descriptors and the standard ones reaches a child, and the parent's own descriptors stay close-on-exec.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::fs::FileType;
use rustix::io::FdFlags;
use rustix::process::{Pid, Signal};

use crate::platform;

/// How a child is started, beyond what its [`Command`] says. The default is an ordinary child.
#[derive(Debug, Default)]
pub struct SpawnOptions {
    /// Descriptors that it has open under their present numbers. The parent's copies are closed.
    pub inherit: Vec<OwnedFd>,
    /// Whose session it belongs to.
    pub session: Session,
    /// Signals that it ignores from the start; a program may of course change that.
    pub ignore: Vec<Signal>,
    /// The signal that it gets when the *thread* that started it ends, where the system has this; programs with other
    /// rights than ours never get it.
    pub orphaned: Option<Signal>,
}

impl From<Vec<OwnedFd>> for SpawnOptions {
    fn from(inherit: Vec<OwnedFd>) -> Self {
        Self { inherit, ..Self::default() }
    }
}

/// The session of a child. One that leads its own has the default action for every signal, whatever we ignore, as
/// after a login.
#[derive(Debug, Default)]
pub enum Session {
    /// Ours.
    #[default]
    Ours,
    /// One of its own, without a terminal.
    Own,
    /// One of its own on this terminal, which also becomes its three standard streams, whatever the command says.
    Terminal(OwnedFd),
}

/// Starts `command` with no signal blocked and the default action for SIGPIPE. A `command` is to be started only once
/// this way: the descriptors are gone afterwards, and a second start fails.
///
/// # Errors
/// The program cannot be started.
pub fn spawn(command: &mut Command, options: impl Into<SpawnOptions>) -> io::Result<Child> {
    let SpawnOptions { inherit, session, ignore, orphaned } = options.into();
    let at_terminal = matches!(session, Session::Terminal(_));
    let birth = Birth {
        inherit: inherit.iter().map(AsRawFd::as_raw_fd).collect(),
        leads: !matches!(session, Session::Ours),
        at_terminal,
        ignore: ignore.into_iter().map(Signal::as_raw).collect(),
        orphaned: orphaned.map(|signal| (signal, rustix::process::getpid())),
    };
    if let Session::Terminal(terminal) = session {
        command.stdin(terminal.try_clone()?).stdout(terminal.try_clone()?).stderr(terminal);
    }
    let used = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&used);
    let prepare = move || match seen.load(Ordering::Relaxed) {
        true => Err(io::Error::from_raw_os_error(libc::EBADF)),
        false => birth.prepare(),
    };
    // SAFETY: `prepare` makes only async-signal-safe calls, and does not allocate (errors are made of numbers).
    unsafe { command.pre_exec(prepare) };
    let child = command.spawn();
    used.store(true, Ordering::Relaxed);
    drop(inherit);
    if at_terminal {
        // A terminal ends for its master when nobody has it, not even the command's description.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    }
    child
}

/// Our process group; none if it was made outside of our pid namespace, where it has no number for us.
pub fn group() -> Option<Pid> {
    // SAFETY: the call takes nothing and touches no memory. Not rustix's: that takes 0 for a process.
    Pid::from_raw(unsafe { libc::getpgrp() })
}

/// The session that `pid` is in; none if it was made outside of our pid namespace.
///
/// # Errors
/// There is no such process, or we may not know.
pub fn session_of(pid: Pid) -> io::Result<Option<Pid>> {
    // SAFETY: a plain number; the call touches no memory. Not rustix's: that takes 0 for a process.
    match unsafe { libc::getsid(pid.as_raw_pid()) } {
        number if number < 0 => Err(io::Error::last_os_error()),
        number => Ok(Pid::from_raw(number)),
    }
}

/// What a child does between its birth and its program.
struct Birth {
    inherit: Vec<RawFd>,
    leads: bool,
    at_terminal: bool,
    ignore: Vec<libc::c_int>,
    orphaned: Option<(Signal, Pid)>,
}

/// The last of the signals that every system has: the first ones are 1 to 31 everywhere.
const LAST_SIGNAL: libc::c_int = 31;

impl Birth {
    /// Runs in the child: only system calls, no allocation. The descriptors are open: `spawn` holds them until the
    /// child has started.
    fn prepare(&self) -> io::Result<()> {
        for &number in &self.inherit {
            // SAFETY: a plain number; the call touches no memory.
            if unsafe { libc::fcntl(number, libc::F_SETFD, 0) } < 0 {
                return Err(io::Error::last_os_error());
            }
        }
        if self.leads {
            rustix::process::setsid()?;
        }
        if self.at_terminal {
            // The standard streams are in place already.
            rustix::process::ioctl_tiocsctty(rustix::stdio::stdin())?;
        }
        if let Some((signal, parent)) = self.orphaned {
            platform::signal_when_orphaned(signal)?;
            if rustix::process::getppid() != Some(parent) {
                // Too late to be told.
                return Err(io::Error::from_raw_os_error(libc::ESRCH));
            }
        }
        // SAFETY: only async-signal-safe calls, on plain numbers and a live local that `sigemptyset` initialises.
        // Those that cannot be set (SIGKILL) are refused, which changes nothing.
        unsafe {
            for signal in 1..=LAST_SIGNAL {
                if self.leads || signal == libc::SIGPIPE {
                    libc::signal(signal, libc::SIG_DFL);
                }
            }
            for &signal in &self.ignore {
                libc::signal(signal, libc::SIG_IGN);
            }
            let mut none = std::mem::zeroed();
            libc::sigemptyset(&mut none);
            libc::pthread_sigmask(libc::SIG_SETMASK, &none, std::ptr::null_mut());
        }
        Ok(())
    }
}

/// Makes this process the new parent of whatever below it loses its parent, so that nothing that it started can get
/// away. It then has to wait for these, too.
///
/// # Errors
/// `Unsupported` where the system has no such thing.
pub fn adopt_orphans() -> io::Result<()> {
    platform::adopt_orphans()
}

/// A living process below this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descendant {
    /// Its number.
    pub pid: Pid,
    /// The number of its parent: this process or another descendant.
    pub parent: Pid,
}

/// All living processes below this one, parents before their children; those that have ended and wait to be waited
/// for do not live. `None` if the system does not tell. Processes may come and go while one looks, so whoever wants to
/// end them all looks again until there are none.
#[must_use]
pub fn descendants() -> Option<Vec<Descendant>> {
    platform::descendants()
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

/// The processor time that a process has used, of all its threads, but not of its children.
///
/// # Errors
/// There is no such process, or the system does not tell.
pub fn cpu_time(process: Pid) -> io::Result<Duration> {
    platform::cpu_time(process)
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
