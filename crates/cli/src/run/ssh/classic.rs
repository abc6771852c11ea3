//! The way without a session: ssh forwards a socket, and each application has a channel through it.
//!
//! For far halves that are a waypipe, and for vsock. Invariant: our socket listens before ssh starts, and is gone when
//! ssh has ended and the last window is closed.

use std::ffi::{OsStr, OsString};
use std::process::Command;
use std::sync::Arc;

use farway_proxy::transport::Dial;
use farway_sys::process::SpawnOptions;
use rustix::process::Signal;

use crate::plan::far::Ssh;
use crate::run::RunError;
use crate::run::client::{self, BACKLOG};
use crate::run::house::House;
use crate::run::reaper::Child;
use crate::ssh::intro::Fallback;
use crate::ssh::words::{self, Words};

/// Runs the command that way. Returns ssh's exit code.
///
/// # Errors
/// See [`RunError`].
pub fn run(
    house: &mut House,
    compositor: &Arc<dyn Dial>,
    plan: &Ssh,
    words: &Words,
    fallback: Option<Fallback>,
) -> Result<u8, RunError> {
    if let Some(fallback) = &fallback {
        eprintln!(
            "farway: {} on {} knows no sessions, so this one ends with its link ({})",
            fallback.bin,
            words.name,
            crate::log::escaped(&crate::log::line(&fallback.why))
        );
    }
    let mut door = client::listen(&plan.classic.channel, BACKLOG)?;
    let mut options = plan.classic.options.clone();
    if let (None, Some(fallback)) = (&plan.reach.remote_bin, fallback) {
        options.remote_bin = fallback.bin.into();
    }
    let mut ssh = start(&plan.reach.ssh, words::classic(words, &options))?;
    client::serve(house, &mut door, compositor, plan.shown.oneshot, Some(&mut ssh))
}

fn start(program: &OsStr, line: Vec<OsString>) -> Result<Child, RunError> {
    let mut command = Command::new(program);
    command.args(line);
    command.env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET");
    let options = SpawnOptions { orphaned: Some(Signal::TERM), ..SpawnOptions::default() };
    Child::start(&mut command, options)
        .map_err(|source| RunError::Command { program: program.into(), source })
}
