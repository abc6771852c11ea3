//! Pseudo terminals: a terminal for a command, and a master for whoever stands for its keyboard and screen.
//!
//! Not what goes over the master, and not the terminal that we were started at (`terminal`). Invariants: a terminal
//! that is opened here never becomes the controlling terminal of this process; both ends are blocking and
//! close-on-exec.

mod modes;

use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use rustix::termios::Winsize;

pub use modes::{Mode, modes, set_modes};

use crate::platform;

/// Rows and columns, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// From top to bottom.
    pub rows: u16,
    /// From left to right.
    pub columns: u16,
}

/// A new pseudo terminal.
#[derive(Debug)]
pub struct Pty {
    /// What is written here was typed; what is read was shown. Where nobody has the terminal any more, a read fails
    /// with what [`is_end`] knows (or finds the end of the file) after everything was read.
    pub master: OwnedFd,
    /// For the command. As long as we have it, the master sees no end.
    pub terminal: OwnedFd,
    /// The terminal's path, as `tty` prints it.
    pub name: PathBuf,
}

/// Opens a pseudo terminal.
///
/// # Errors
/// There are no more, or the system has none.
pub fn open() -> io::Result<Pty> {
    let (master, terminal) = platform::open_terminal()?;
    let name = rustix::pty::ptsname(&master, Vec::new())?;
    Ok(Pty { master, terminal, name: OsStr::from_bytes(name.as_bytes()).into() })
}

/// Whether reading a master failed because nobody has the terminal any more, which is the end of its stream.
#[must_use]
pub fn is_end(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::EIO)
}

/// The size of a terminal, or of the one that belongs to a master.
///
/// # Errors
/// It is no terminal.
pub fn size(terminal: impl AsFd) -> io::Result<Size> {
    let size = rustix::termios::tcgetwinsize(terminal)?;
    Ok(Size { rows: size.ws_row, columns: size.ws_col })
}

/// Changes the size of a terminal, by itself or by its master. If it was another one, those who are in its foreground
/// get SIGWINCH.
///
/// # Errors
/// It is no terminal, or nobody has it any more.
pub fn set_size(terminal: impl AsFd, size: Size) -> io::Result<()> {
    let size = Winsize { ws_row: size.rows, ws_col: size.columns, ws_xpixel: 0, ws_ypixel: 0 };
    Ok(rustix::termios::tcsetwinsize(terminal, size)?)
}

#[cfg(test)]
mod tests;
