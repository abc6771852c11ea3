//! The end where windows are seen.
//!
//! Invariant: the channel's socket is there when [`run`] starts to wait, for its owner only, and gone when it returns.

use std::sync::Arc;

use farway_proxy::Settings;
use farway_proxy::transport::Dial;
use farway_sys::net::{listen_unix, vsock};
use farway_sys::process::exit_code;

use super::door::Door;
use super::house::House;
use super::reaper::{Child, reap};
use super::screen::{self, Inherited};
use super::{OURS, RunError};
use crate::plan::{Channel, Client};

/// What the kernel keeps for us at most; larger values are cut by it.
pub const BACKLOG: i32 = 1024;

/// Serves channels until a signal, or with oneshot the end of the first. Returns the exit code.
///
/// # Errors
/// See [`RunError`].
pub fn run(client: Client, settings: Settings) -> Result<u8, RunError> {
    let inherited = Inherited::take(&client.compositor)?;
    super::room_for_connections();
    let mut house = House::new(settings)?;
    let ring = house.ring();
    screen::with(&client.compositor, client.secctx.as_ref(), inherited, ring, |compositor| {
        let mut door = listen(&client.channel, if client.oneshot { 1 } else { BACKLOG })?;
        serve(&mut house, &mut door, compositor, client.oneshot, None)
    })
}

/// The door through which channels come.
///
/// # Errors
/// The socket cannot be made.
pub fn listen(channel: &Channel, backlog: i32) -> Result<Door, RunError> {
    Ok(match channel {
        Channel::Unix(path) => Door::new(listen_unix(path, backlog).map_err(RunError::Channel)?),
        Channel::Vsock(address) => {
            let port = address.port;
            Door::new(vsock::listen(port).map_err(|source| RunError::Vsock { port, source })?)
        }
    })
}

/// Serves channels until a signal comes. With `oneshot` there is one of them. With `ssh`, which brings them, its end is
/// the end once the last window is closed, and its exit code is ours; without it, oneshot ends with its channel.
///
/// # Errors
/// What `poll` says.
pub fn serve(
    house: &mut House,
    door: &mut Door,
    compositor: &Arc<dyn Dial>,
    oneshot: bool,
    mut ssh: Option<&mut Child>,
) -> Result<u8, RunError> {
    let mut served = false;
    loop {
        let over = match &ssh {
            Some(ssh) => ssh.status().map(|status| u8::try_from(exit_code(status)).unwrap_or(OURS)),
            None => (oneshot && served).then_some(0),
        };
        if let Some(code) = over {
            door.close();
            if house.service.live() == 0 {
                return Ok(code);
            }
        }
        let timeout = door.timeout();
        let fds: Vec<_> = door.poll_fd().into_iter().collect();
        let turn = house.turn(&fds, timeout)?;
        if turn.arrived.child {
            reap(&mut ssh.as_deref_mut().into_iter().collect::<Vec<_>>());
        }
        if let Some(signal) = turn.arrived.ending.first() {
            door.close();
            ssh.iter().for_each(|ssh| ssh.signal(*signal));
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
                    served = true;
                }
                if let Err(error) = house.service.serve_display(channel, Arc::clone(compositor)) {
                    door.complain(&error);
                }
            }
        }
    }
}
