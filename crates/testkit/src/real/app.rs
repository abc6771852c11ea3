//! An application under test. Not told whether a proxy is in between.
//!
//! Invariant: an application sees exactly one display, the one it was started for.

use super::process::Process;
use super::{RealError, Sandbox};
use std::path::Path;
use std::process::Command;

/// A running application; killed on drop.
#[derive(Debug)]
pub struct App(Process);

impl App {
    /// Starts `command` on `display`.
    pub fn start(sandbox: &Sandbox, display: &Path, mut command: Command) -> Result<Self, RealError> {
        let program = Path::new(command.get_program());
        let label = program.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        command.env("WAYLAND_DISPLAY", display);
        Ok(App(sandbox.start(&label, command)?))
    }

    /// The process, to watch, signal or read from.
    pub fn process(&mut self) -> &mut Process {
        &mut self.0
    }

    /// An error when it has ended.
    pub fn check(&mut self) -> Result<(), RealError> {
        self.0.check()
    }
}
