//! The terminal that we were started at, when a command elsewhere is to have it.
//!
//! Not the terminal of that command (`pty`). Invariant: the modes that were found are set again, whichever way the
//! guard goes, short of a process that is killed.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use rustix::termios::{InputModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// A terminal in raw mode: every key is a byte to read, at once, unseen, and without a signal; what is written is shown
/// as it is, so a line ends with `\r\n`. Ends with [`RawMode::pause`] or when dropped.
///
/// Whoever is not in the terminal's foreground is stopped by the system (SIGTTOU) when changing its modes, as is any
/// program.
pub struct RawMode {
    terminal: OwnedFd,
    /// What to go back to; nothing while paused.
    before: Option<Termios>,
}

impl std::fmt::Debug for RawMode {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("RawMode").field("active", &self.before.is_some()).finish_non_exhaustive()
    }
}

impl RawMode {
    /// Begins. What was typed before stays to be read.
    ///
    /// # Errors
    /// It is no terminal.
    pub fn enter(terminal: impl AsFd) -> io::Result<Self> {
        let terminal = terminal.as_fd().try_clone_to_owned()?;
        let mut mode = Self { terminal, before: None };
        mode.resume()?;
        Ok(mode)
    }

    /// Gives the terminal back as it was found, such as before stopping ourselves.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn pause(&mut self) -> io::Result<()> {
        match self.before.take() {
            Some(before) => Ok(tcsetattr(&self.terminal, OptionalActions::Now, &before)?),
            None => Ok(()),
        }
    }

    /// Goes on after a pause. The modes of now are those to go back to: whoever had the terminal may have changed them.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn resume(&mut self) -> io::Result<()> {
        if self.before.is_some() {
            return Ok(());
        }
        let before = tcgetattr(&self.terminal)?;
        let mut raw = before.clone();
        raw.make_raw();
        raw.input_modes.insert(InputModes::IGNPAR);
        tcsetattr(&self.terminal, OptionalActions::Now, &raw)?;
        self.before = Some(before);
        Ok(())
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        // A terminal that is gone needs no modes.
        let _ = self.pause();
    }
}

#[cfg(test)]
mod tests;
