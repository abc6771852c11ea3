//! The end where windows are seen.
//!
//! Invariant: the channel's socket is there when [`run`] starts to wait, for its owner only, and gone when it returns.

use std::sync::Arc;

use farway_proxy::Settings;
use farway_proxy::transport::Dial;
use farway_sys::net::{listen_unix, vsock};

use super::RunError;
use super::door::Door;
use super::house::House;
use super::reaper::reap;
use super::screen::{self, Inherited};
use crate::plan::{Channel, Client};

/// What the kernel keeps for us at most; larger values are cut by it.
const BACKLOG: i32 = 1024;

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
        let mut door = listen(&client)?;
        serve(&mut house, &mut door, compositor, client.oneshot)
    })
}

fn listen(client: &Client) -> Result<Door, RunError> {
    let backlog = if client.oneshot { 1 } else { BACKLOG };
    Ok(match &client.channel {
        Channel::Unix(path) => Door::new(listen_unix(path, backlog).map_err(RunError::Channel)?),
        Channel::Vsock(address) => {
            let port = address.port;
            Door::new(vsock::listen(port).map_err(|source| RunError::Vsock { port, source })?)
        }
    })
}

fn serve(
    house: &mut House,
    door: &mut Door,
    compositor: &Arc<dyn Dial>,
    oneshot: bool,
) -> Result<u8, RunError> {
    let mut served = false;
    loop {
        if oneshot && served && house.service.live() == 0 {
            return Ok(0);
        }
        let timeout = door.timeout();
        let fds: Vec<_> = door.poll_fd().into_iter().collect();
        let turn = house.turn(&fds, timeout)?;
        if let Some(signal) = turn.arrived.ending.first() {
            door.close();
            house.wind_down()?;
            return Ok(128 + u8::try_from(signal.as_raw()).unwrap_or(0));
        }
        if turn.arrived.child {
            reap(&mut []);
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
