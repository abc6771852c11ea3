//! Ending all that lives below this process: when it is time to, and whom it concerns.
//!
//! Invariant: only descendants and groups of descendants are signalled, never our own group.

use std::time::{Duration, Instant};

use farway_sys::process::{Descendant, descendants};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process, kill_process_group, test_kill_process_group};

/// How long everybody has to end in peace.
const PATIENCE: Duration = Duration::from_secs(2);

/// Between two attempts to kill.
const AGAIN: Duration = Duration::from_millis(50);

/// Attempts to kill: five seconds.
const ATTEMPTS: u32 = 100;

/// How far it has come.
#[derive(Debug, Default)]
pub enum Ending {
    /// Nobody wants it.
    #[default]
    No,
    /// Everybody was told, or killed.
    Since {
        /// Kill then.
        due: Instant,
        /// So many attempts are left.
        attempts: u32,
    },
    /// It is no use.
    GivenUp,
}

impl Ending {
    /// Begins, unless it has begun.
    pub fn begin(&mut self, now: Instant) -> bool {
        let begins = matches!(self, Self::No);
        if begins {
            *self = Self::Since { due: now + PATIENCE, attempts: ATTEMPTS };
        }
        begins
    }

    /// When the next attempt is due.
    pub fn deadline(&self) -> Option<Instant> {
        match self {
            Self::Since { due, .. } => Some(*due),
            Self::No | Self::GivenUp => None,
        }
    }

    /// Whether it is time for it.
    pub fn is_due(&self, now: Instant) -> bool {
        self.deadline().is_some_and(|due| due <= now)
    }

    /// There was an attempt.
    pub fn again(&mut self, now: Instant) {
        *self = match self {
            Self::Since { attempts: 2.., .. } => Self::Since { due: now + AGAIN, attempts: self.left() - 1 },
            _ => Self::GivenUp,
        };
    }

    /// Whether all attempts are over.
    pub fn has_given_up(&self) -> bool {
        matches!(self, Self::GivenUp)
    }

    fn left(&self) -> u32 {
        match self {
            Self::Since { attempts, .. } => *attempts,
            Self::No | Self::GivenUp => 0,
        }
    }
}

/// Those of `all`, which has parents before their children, that do not descend from one of `besides`.
pub fn living(all: &[Descendant], besides: &[Pid]) -> Vec<Pid> {
    let mut besides = besides.to_vec();
    let mut found = Vec::new();
    for one in all {
        if besides.contains(&one.pid) || besides.contains(&one.parent) {
            besides.push(one.pid);
        } else {
            found.push(one.pid);
        }
    }
    found
}

/// Sends a signal to every living process below this one, or to `groups` where the system does not tell who they are.
pub fn signal_all(groups: &[Pid], signal: Signal) {
    match descendants() {
        Some(all) => {
            for pid in living(&all, &[]) {
                note(pid, kill_process(pid, signal));
            }
        }
        None => groups.iter().for_each(|group| signal_group(*group, signal)),
    }
}

/// Sends a signal to one process.
pub fn signal_one(pid: Pid, signal: Signal) {
    note(pid, kill_process(pid, signal));
}

/// Sends a signal to a group of processes.
pub fn signal_group(group: Pid, signal: Signal) {
    if Some(group) != farway_sys::process::group() {
        note(group, kill_process_group(group, signal));
    }
}

/// Whether anybody is in the group.
pub fn group_lives(group: Pid) -> bool {
    test_kill_process_group(group) != Err(Errno::SRCH)
}

fn note(pid: Pid, result: Result<(), Errno>) {
    // Whoever has ended meanwhile is as we want it.
    if let Err(error) = result.or_else(|error| if error == Errno::SRCH { Ok(()) } else { Err(error) }) {
        tracing::debug!("cannot signal process {pid}: {error}");
    }
}
