//! Signals as something to poll.
//!
//! Not what they mean to a run. Invariants: a handler only sets a flag and writes one byte to a pipe; a signal that
//! whoever started us wanted ignored (`nohup`, a shell's background) stays ignored.

use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::process::Signal;
use signal_hook::{flag, low_level::pipe};

/// Signals that ask us to end. SIGPIPE is ignored by Rust's runtime, and set back for children.
const ENDING: [Signal; 3] = [Signal::INT, Signal::TERM, Signal::HUP];

/// Our signal handlers.
#[derive(Debug)]
pub struct Signals {
    pipe: UnixStream,
    ending: Vec<(Signal, Arc<AtomicBool>)>,
    child: Arc<AtomicBool>,
    window: Arc<AtomicBool>,
}

/// What has come since the last look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrived {
    /// Signals that ask us to end.
    pub ending: Vec<Signal>,
    /// Some child has ended.
    pub child: bool,
    /// Our terminal has another size.
    pub window: bool,
}

impl Signals {
    /// Takes over SIGINT, SIGTERM, SIGHUP (unless they are ignored), SIGCHLD and SIGWINCH, for the life of the process.
    ///
    /// # Errors
    /// Too many open files.
    pub fn new() -> io::Result<Self> {
        let (pipe, mut write) = UnixStream::pair()?;
        pipe.set_nonblocking(true)?;
        let ignored = ignored();
        let watch = |signal: Signal| {
            let seen = Arc::new(AtomicBool::new(false));
            // Handlers run in this order, so the flag is set when the pipe wakes us.
            flag::register(signal.as_raw(), Arc::clone(&seen))?;
            pipe::register(signal.as_raw(), write.try_clone()?)?;
            Ok::<_, io::Error>(seen)
        };
        let wanted = |signal: &Signal| ignored & 1_u64 << (signal.as_raw() - 1) == 0;
        let ending = ENDING.into_iter().filter(wanted);
        let ending = ending.map(|signal| Ok((signal, watch(signal)?))).collect::<io::Result<_>>()?;
        let child = watch(Signal::CHILD)?;
        let window = watch(Signal::WINCH)?;
        // Children that we got with the process may have ended before we looked.
        child.store(true, Ordering::SeqCst);
        write.write_all(&[0])?;
        Ok(Self { pipe, ending, child, window })
    }

    /// What came since the last call.
    pub fn take(&self) -> Arrived {
        let mut bytes = [0; 64];
        // To its end: one byte that is left would wake us once more, which does no harm.
        while matches!((&self.pipe).read(&mut bytes), Ok(count) if count == bytes.len()) {}
        let came = |flag: &AtomicBool| flag.swap(false, Ordering::SeqCst);
        Arrived {
            ending: self.ending.iter().filter(|(_, flag)| came(flag)).map(|(signal, _)| *signal).collect(),
            child: came(&self.child),
            window: came(&self.window),
        }
    }
}

impl AsFd for Signals {
    /// Readable when something came.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.pipe.as_fd()
    }
}

/// The mask of signals that were ignored when we started. Only Linux tells without unsafe code; elsewhere none.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

/// Whether a terminal's keys (Ctrl-C) go to our process group, and so to the command without our help.
pub fn in_foreground() -> bool {
    let group = farway_sys::process::group();
    let stdin = rustix::termios::tcgetpgrp(io::stdin());
    let stderr = rustix::termios::tcgetpgrp(io::stderr());
    group.is_some_and(|group| stdin == Ok(group) || stderr == Ok(group))
}
