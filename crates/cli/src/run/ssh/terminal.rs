//! Our own terminal, standing in for the command's.
//!
//! Invariant: it is in raw mode only while the session has a link: whoever waits for one can press Ctrl-C.

use std::ffi::OsStr;
use std::io::{self, IsTerminal};

use farway_proto::session::words;
use farway_sys::pty;
use farway_sys::terminal::RawMode;

/// See the module.
#[derive(Debug)]
pub struct Terminal {
    words: Option<words::Terminal>,
    raw: Option<RawMode>,
}

/// Whether standard input is a terminal.
pub fn is_input() -> bool {
    io::stdin().is_terminal()
}

/// Rows and columns of the terminal that we are at.
pub fn size() -> Option<words::Size> {
    let size = pty::size(io::stdin()).or_else(|_| pty::size(io::stdout())).ok()?;
    Some(words::Size { rows: size.rows, columns: size.columns })
}

impl Terminal {
    /// `wanted`: the command gets one. `term` is our own `TERM`.
    pub fn new(wanted: bool, term: Option<&OsStr>) -> Self {
        let kind = term.and_then(OsStr::to_str).unwrap_or("dumb").to_string();
        let modes = pty::modes(io::stdin()).unwrap_or_default();
        let size = size().unwrap_or(words::Size { rows: 24, columns: 80 });
        Self { words: wanted.then_some(words::Terminal { kind, size, modes }), raw: None }
    }

    /// What the other end must know of it.
    pub fn words(&self) -> Option<words::Terminal> {
        self.words.clone()
    }

    /// The session has a link, and the command a terminal.
    pub fn take(&mut self) {
        let result = match &mut self.raw {
            Some(raw) => raw.resume(),
            None if is_input() => RawMode::enter(io::stdin()).map(|raw| self.raw = Some(raw)),
            None => Ok(()),
        };
        if let Err(error) = result {
            tracing::debug!("no raw mode: {error}");
        }
    }

    /// It has none for now, or it is over.
    pub fn give_back(&mut self) {
        if let Some(Err(error)) = self.raw.as_mut().map(RawMode::pause) {
            tracing::debug!("terminal: {error}");
        }
    }
}
