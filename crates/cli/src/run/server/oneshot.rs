//! A command with one Wayland connection, which it inherits.
//!
//! Invariant: no socket file is made, and no name exists by which another program could find us.

use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::Arc;

use farway_proxy::transport::Dial;
use farway_sys::net::Socket;
use farway_sys::process::exit_code;
use rustix::process::Signal;

use super::{Asked, code, command, pass_on};
use crate::plan::Server;
use crate::run::dial::{self, Attempt};
use crate::run::house::House;
use crate::run::reaper::{Child, reap};
use crate::run::{OURS, RunError};

/// Runs the command.
///
/// # Errors
/// See [`RunError`].
pub fn run(house: &mut House, server: &Server) -> Result<u8, RunError> {
    let (ours, theirs) = Socket::pair()?;
    let theirs = OwnedFd::from(theirs);
    let mut line = command::of(&server.command);
    line.env("WAYLAND_SOCKET", theirs.as_raw_fd().to_string()).env_remove("WAYLAND_DISPLAY");
    let mut command = command::start(&mut line, vec![theirs]).inspect_err(|_| {
        if server.unlink {
            dial::unlink(&server.channel);
        }
    })?;
    let channel = Arc::new(Attempt::new(&server.channel, server.unlink));
    house.service.serve_app(ours.into(), Arc::clone(&channel) as Arc<dyn Dial>)?;
    wait(house, &mut command, &channel)
}

fn wait(house: &mut House, command: &mut Child, channel: &Attempt) -> Result<u8, RunError> {
    let mut asked = Asked::No;
    loop {
        if channel.has_failed() && house.service.live() == 0 {
            // Its display is gone for good. The connection's thread has said why.
            command.signal(Signal::HUP);
            return Ok(OURS);
        }
        if let Some(status) = command.status() {
            if asked == Asked::Once {
                house.wind_down()?;
            }
            if house.service.live() == 0 {
                return Ok(code(exit_code(status)));
            }
        }
        let turn = house.turn(&[], None)?;
        if turn.arrived.child {
            reap(&mut [&mut *command]);
        }
        for signal in turn.arrived.ending {
            if pass_on(signal, command, &mut asked) {
                house.wind_down()?;
                return Ok(code(128 + signal.as_raw()));
            }
        }
    }
}
