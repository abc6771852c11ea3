//! The way without a session: ssh forwards a socket, and each application has a channel through it.
//!
//! For far halves that are a waypipe, and for vsock. Invariant: our socket listens before ssh starts, and is gone when
//! ssh has ended and the last window is closed.

use std::ffi::OsString;
use std::process::Command;
use std::sync::Arc;

use farway_proxy::transport::Dial;
use farway_sys::net::{listen_unix, vsock};
use farway_sys::process::{SpawnOptions, exit_code};
use rustix::process::Signal;

use crate::plan::Channel;
use crate::plan::far::Ssh;
use crate::run::door::Door;
use crate::run::house::House;
use crate::run::reaper::{Child, reap};
use crate::run::{OURS, RunError};
use crate::ssh::intro::Fallback;
use crate::ssh::words::Words;

const BACKLOG: i32 = 1024;

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
    let channel = &plan.classic.channel;
    let mut door = match channel {
        Channel::Unix(path) => Door::new(listen_unix(path, BACKLOG).map_err(RunError::Channel)?),
        Channel::Vsock(address) => {
            let port = address.port;
            Door::new(vsock::listen(port).map_err(|source| RunError::Vsock { port, source })?)
        }
    };
    let bin = match (&plan.reach.remote_bin, fallback) {
        (Some(bin), _) => bin.clone(),
        (None, Some(fallback)) => fallback.bin.into(),
        (None, None) => "waypipe".into(),
    };
    let mut ssh = start(plan, words, bin)?;
    serve(house, &mut door, compositor, &mut ssh, plan.shown.oneshot)
}

fn start(plan: &Ssh, words: &Words, bin: OsString) -> Result<Child, RunError> {
    let mut command = Command::new(&plan.reach.ssh);
    command.args(line(plan, words, bin));
    command.env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET");
    let options = SpawnOptions { orphaned: Some(Signal::TERM), ..SpawnOptions::default() };
    Child::start(&mut command, options)
        .map_err(|source| RunError::Command { program: plan.reach.ssh.clone(), source })
}

/// All words for ssh (section 13.5 of the channel notes).
fn line(plan: &Ssh, words: &Words, bin: OsString) -> Vec<OsString> {
    let mut line: Vec<OsString> = Vec::new();
    let shell = words.rest.is_empty();
    if shell {
        line.push("-t".into());
    }
    if let (Some(server), Channel::Unix(client)) = (&plan.classic.forward, &plan.classic.channel) {
        let mut route = server.clone().into_os_string();
        route.push(":");
        route.push(client);
        line.extend(["-R".into(), route]);
    }
    line.extend(words.typed.iter().cloned());
    line.extend([OsString::from("--"), bin]);
    if shell {
        line.push("--login-shell".into());
    }
    line.extend(plan.classic.options.iter().cloned());
    line.push("server".into());
    line.extend(words.rest.iter().cloned());
    line
}

fn serve(
    house: &mut House,
    door: &mut Door,
    compositor: &Arc<dyn Dial>,
    ssh: &mut Child,
    oneshot: bool,
) -> Result<u8, RunError> {
    loop {
        if let Some(status) = ssh.status() {
            door.close();
            if house.service.live() == 0 {
                return Ok(u8::try_from(exit_code(status)).unwrap_or(OURS));
            }
        }
        let timeout = door.timeout();
        let fds: Vec<_> = door.poll_fd().into_iter().collect();
        let turn = house.turn(&fds, timeout)?;
        if turn.arrived.child {
            reap(&mut [&mut *ssh]);
        }
        if let Some(signal) = turn.arrived.ending.first() {
            door.close();
            ssh.signal(*signal);
            house.wind_down()?;
            return Ok(u8::try_from(128 + signal.as_raw()).unwrap_or(OURS));
        }
        if turn.ended {
            door.resume();
        }
        if turn.ready.contains(&true) {
            for channel in door.take(if oneshot { 1 } else { usize::MAX }) {
                if oneshot {
                    door.close();
                }
                if let Err(error) = house.service.serve_display(channel, Arc::clone(compositor)) {
                    door.complain(&error);
                }
            }
        }
    }
}
