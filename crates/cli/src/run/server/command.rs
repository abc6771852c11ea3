//! Starting the user's command.

use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::plan::CommandLine;
use crate::run::RunError;
use crate::run::reaper::Child;

/// The command with our environment and standard streams.
pub fn of(line: &CommandLine) -> Command {
    let mut command = Command::new(&line.program);
    command.args(&line.args);
    if let Some(name) = &line.arg0 {
        command.arg0(name);
    }
    command
}

/// Starts it, with `fds` inherited.
///
/// # Errors
/// [`RunError::Command`].
pub fn start(command: &mut Command, fds: Vec<OwnedFd>) -> Result<Child, RunError> {
    let child = Child::start(command, fds)
        .map_err(|source| RunError::Command { program: command.get_program().into(), source })?;
    // The command keeps the limit that it was meant to have.
    crate::run::room_for_connections();
    Ok(child)
}
