//! The command of a session, and everything that it starts.
//!
//! Not its windows, and not what goes over its streams. Invariants: whatever the command leaves behind is ours to see
//! and to end, where the system allows that; nothing is signalled by a number that may meanwhile be another's.

mod ending;
mod shell;

use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::time::Instant;

use farway_proto::session::words;
use farway_sys::pipe::pipe;
use farway_sys::process::{Session, SpawnOptions, adopt_orphans, descendants, exit_code, session_of};
use farway_sys::pty;
use rustix::process::{Pid, Signal};

use crate::run::reaper::{self, Child};
use crate::run::{OURS, RunError};
use ending::{Ending, living};

/// What is to be run.
#[derive(Debug, Default)]
pub struct Wanted {
    /// For the user's shell; without one, the shell itself, as after a login.
    pub command: Option<Vec<u8>>,
    /// It gets a terminal.
    pub terminal: Option<words::Terminal>,
    /// The user's shell, unless `env` says otherwise.
    pub shell: OsString,
    /// The user's home, unless `env` says otherwise.
    pub home: Option<PathBuf>,
    /// Added to our own environment.
    pub env: Vec<(OsString, OsString)>,
    /// Taken from our own environment before.
    pub unset: Vec<OsString>,
    /// Descriptors that it has open under their present numbers.
    pub inherit: Vec<OwnedFd>,
}

/// The ends of its streams that are ours. All are close-on-exec, and in blocking mode.
#[derive(Debug)]
pub enum Streams {
    /// Without a terminal.
    Pipes {
        /// To write.
        stdin: OwnedFd,
        /// To read.
        stdout: OwnedFd,
        /// To read.
        stderr: OwnedFd,
    },
    /// The master of its terminal, to read and write. Reading it fails with EIO at its end, see [`pty::is_end`].
    Terminal(OwnedFd),
}

/// A command that was started, and whatever it started in turn.
#[derive(Debug)]
pub struct Stage {
    command: Child,
    /// Another handle on the master.
    terminal: Option<OwnedFd>,
    ending: Ending,
    /// Whom [`Self::end`] has told, where the system does not tell who our descendants are.
    groups: Vec<Pid>,
}

impl Stage {
    /// Starts it, in a session of its own and in the user's home. This process adopts its orphans from now on.
    ///
    /// To be called on a thread that lasts as long as this process: its end is a SIGHUP for the command.
    ///
    /// # Errors
    /// [`RunError::Command`] if the shell cannot be run, [`RunError::System`] for a lack of descriptors or terminals.
    pub fn start(wanted: Wanted) -> Result<(Self, Streams), RunError> {
        if let Err(error) = adopt_orphans() {
            tracing::debug!("what the command leaves behind cannot be ended: {error}");
        }
        let mut command = shell::command(&wanted);
        let (session, terminal, streams) = match &wanted.terminal {
            Some(terminal) => {
                let pty = open_terminal(terminal)?;
                command.env("TERM", &terminal.kind).env("SSH_TTY", &pty.name);
                let handle = pty.master.try_clone()?;
                (Session::Terminal(pty.terminal), Some(handle), Streams::Terminal(pty.master))
            }
            None => {
                let ((theirs_in, stdin), (stdout, theirs_out), (stderr, theirs_err)) =
                    (pipe()?, pipe()?, pipe()?);
                command.stdin(theirs_in).stdout(theirs_out).stderr(theirs_err);
                (Session::Own, None, Streams::Pipes { stdin, stdout, stderr })
            }
        };
        let orphaned = Some(Signal::HUP);
        let options = SpawnOptions { inherit: wanted.inherit, session, orphaned, ..SpawnOptions::default() };
        let command = Child::start(&mut command, options)
            .map_err(|source| RunError::Command { program: command.get_program().into(), source })?;
        Ok((Self { command, terminal, ending: Ending::default(), groups: Vec::new() }, streams))
    }

    /// Sends a signal, by its name without SIG, to the processes of the command's own group. Nothing happens for a
    /// name that RFC 4254 (section 6.9) does not have, nor after the command has ended.
    pub fn signal(&self, name: &str) {
        let Some(signal) = by_name(name) else {
            tracing::debug!("no signal for the command: {name:?}");
            return;
        };
        if self.command.status().is_none() {
            ending::signal_group(self.command.pid(), signal);
        }
    }

    /// Tells those at the terminal that it has another size.
    pub fn resize(&self, size: words::Size) {
        let size = pty::Size { rows: size.rows, columns: size.columns };
        if let Some(Err(error)) = self.terminal.as_ref().map(|terminal| pty::set_size(terminal, size)) {
            tracing::debug!("cannot resize the terminal: {error}");
        }
    }

    /// To be called when a child has ended (SIGCHLD): waits for all that have, the command, the `others` that this
    /// process started, and adopted ones.
    pub fn reap<'a>(&'a mut self, others: impl IntoIterator<Item = &'a mut Child>) {
        let mut known: Vec<&mut Child> = others.into_iter().collect();
        known.push(&mut self.command);
        reaper::reap(&mut known);
    }

    /// The exit code of the command, once [`Self::reap`] has seen it end: 128 and the signal's number if it was one.
    pub fn status(&self) -> Option<u8> {
        self.command.status().map(|status| u8::try_from(exit_code(status)).unwrap_or(OURS))
    }

    /// Whether nothing of it lives any more; `besides` are children of this process that do not count, with all that is
    /// theirs. Where the system does not tell who our descendants are, only the command's own group counts. When the
    /// last process ends, that is a SIGCHLD, so there is no need to ask without one.
    pub fn is_empty(&self, besides: &[Pid]) -> bool {
        self.command.status().is_some()
            && match descendants() {
                Some(all) => living(&all, besides).is_empty(),
                None => !ending::group_lives(self.command.pid()),
            }
    }

    /// Begins to end it all: every process below this one gets SIGHUP and SIGTERM, and is woken up if it was stopped.
    /// What lives after two seconds is killed, by [`Self::on_timeout`]. A second call changes nothing.
    pub fn end(&mut self, now: Instant) {
        if self.ending.begin(now) {
            // At once: a terminal whose session has ended has no foreground.
            self.groups = self.known_groups();
            for signal in [Signal::HUP, Signal::TERM, Signal::CONT] {
                ending::signal_all(&self.groups, signal);
            }
        }
    }

    /// Tells those that are still in the command's own session that it is over, and nobody else.
    pub fn hang_up(&self) {
        let session = self.command.pid();
        for one in descendants().unwrap_or_default() {
            if session_of(one.pid).is_ok_and(|its| its == Some(session)) {
                ending::signal_one(one.pid, Signal::HUP);
                ending::signal_one(one.pid, Signal::CONT);
            }
        }
    }

    /// When [`Self::on_timeout`] is due next; never before [`Self::end`].
    pub fn deadline(&self) -> Option<Instant> {
        self.ending.deadline()
    }

    /// Kills what lives, if it is time to. Some last attempts follow, as processes may have been born meanwhile.
    pub fn on_timeout(&mut self, now: Instant) {
        if self.ending.is_due(now) {
            ending::signal_all(&self.groups, Signal::KILL);
            self.ending.again(now);
        }
    }

    /// Whether what lives cannot be killed: it was tried for seconds. So it is another user's, or the kernel does not
    /// let it go.
    pub fn has_given_up(&self) -> bool {
        self.ending.has_given_up()
    }

    /// Groups of processes that are known to be the command's: its own, and the one in the terminal's foreground.
    fn known_groups(&self) -> Vec<Pid> {
        let own = self.command.pid();
        let front = self.terminal.as_ref().and_then(|terminal| rustix::termios::tcgetpgrp(terminal).ok());
        let front = front.filter(|front| *front != own);
        // Once the command has ended, its number is its group's as long as anybody is in it.
        let own = Some(own).filter(|_| self.command.status().is_none() || ending::group_lives(own));
        own.into_iter().chain(front).collect()
    }
}

fn open_terminal(wanted: &words::Terminal) -> Result<pty::Pty, RunError> {
    let pty = pty::open()?;
    let size = pty::Size { rows: wanted.size.rows, columns: wanted.size.columns };
    pty::set_size(&pty.terminal, size)?;
    // Modes as they are by default are better than no session; some kernels' stand-ins know no modes.
    if let Err(error) = pty::set_modes(&pty.terminal, &wanted.modes) {
        tracing::debug!("the terminal's modes are not as they are here: {error}");
    }
    Ok(pty)
}

/// The signals that ssh can send.
fn by_name(name: &str) -> Option<Signal> {
    Some(match name {
        "ABRT" => Signal::ABORT,
        "ALRM" => Signal::ALARM,
        "FPE" => Signal::FPE,
        "HUP" => Signal::HUP,
        "ILL" => Signal::ILL,
        "INT" => Signal::INT,
        "KILL" => Signal::KILL,
        "PIPE" => Signal::PIPE,
        "QUIT" => Signal::QUIT,
        "SEGV" => Signal::SEGV,
        "TERM" => Signal::TERM,
        "USR1" => Signal::USR1,
        "USR2" => Signal::USR2,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
