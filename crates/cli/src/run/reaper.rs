//! Children: those that we started, and those that became ours because their parent died.
//!
//! Invariant: every child that ends is waited for, here and nowhere else. So the handles of the standard library are
//! not used, and a process id is ours to signal until its end was seen here.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus};

use farway_sys::process::{SpawnOptions, spawn};
use rustix::process::{Pid, Signal, WaitOptions};

/// A child that we started.
#[derive(Debug)]
pub struct Child {
    pid: Pid,
    status: Option<ExitStatus>,
}

impl Child {
    /// Starts a program: with the descriptors that it inherits, or with more that is special.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(command: &mut Command, options: impl Into<SpawnOptions>) -> io::Result<Self> {
        tracing::debug!("starting {}", Path::new(command.get_program()).display());
        let child = spawn(command, options)?;
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        pid.map(|pid| Self { pid, status: None }).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    /// Its number, which is its own until it is known to have ended.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// How it ended, if it has.
    pub fn status(&self) -> Option<ExitStatus> {
        self.status
    }

    /// Sends it a signal, unless it has ended.
    pub fn signal(&self, signal: Signal) {
        if self.status.is_none() {
            // Another user's program (sudo) may refuse.
            if let Err(error) = rustix::process::kill_process(self.pid, signal) {
                tracing::debug!("cannot signal process {}: {error}", self.pid);
            }
        }
    }
}

/// Waits, without blocking, for all children that have ended, and notes it in `known`.
pub fn reap(known: &mut [&mut Child]) {
    // An error means that there are no children.
    while let Ok(Some((pid, status))) = rustix::process::wait(WaitOptions::NOHANG) {
        let status = ExitStatus::from_raw(status.as_raw());
        tracing::debug!("process {pid} ended: {status}");
        if let Some(child) = known.iter_mut().find(|child| child.pid == pid) {
            child.status = Some(status);
        }
    }
}
