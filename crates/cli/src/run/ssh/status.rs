//! What the user sees of a link that is lost, or of a program that is being sent: one line of the terminal, which goes
//! away; without a terminal, a line for each of the two that matter.
//!
//! Invariant: nothing but stderr is written, and nothing is left on the line.

use std::io::{self, IsTerminal, Write};

/// See the module.
#[derive(Debug)]
pub struct Status {
    terminal: bool,
    shown: bool,
}

impl Status {
    /// For our stderr.
    pub fn new() -> Self {
        Self { terminal: io::stderr().is_terminal(), shown: false }
    }

    /// Whether there is somebody to see a line that changes.
    pub fn is_live(&self) -> bool {
        self.terminal
    }

    /// Shows a line that will go away; only on a terminal.
    pub fn show(&mut self, text: &str) {
        if self.terminal {
            self.shown = true;
            // Whoever closed our stderr does not want to know.
            let _ = write!(io::stderr(), "\r\x1b[Kfarway: {}", crate::log::escaped(text));
            let _ = io::stderr().flush();
        }
    }

    /// Takes the line away.
    pub fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            let _ = write!(io::stderr(), "\r\x1b[K");
            let _ = io::stderr().flush();
        }
    }

    /// Says something that stays.
    pub fn say(&mut self, text: &str) {
        self.clear();
        // The terminal may be in raw mode.
        let end = if self.terminal { "\r\n" } else { "\n" };
        let _ = write!(io::stderr(), "farway: {}{end}", crate::log::escaped(text));
    }
}
