//! The end where windows are seen.
//!
//! Invariant: the channel's socket is there when [`run`] starts to wait, for its owner only, and gone when it returns.

use std::io;
use std::path::Path;
use std::sync::Arc;

use farway_proxy::Settings;
use farway_proxy::roles::secctx::{self, Context};
use farway_proxy::transport::{Dial, Once, UnixPath};
use farway_sys::net::{listen_unix, vsock};
use farway_sys::process::take_fd;

use super::door::Door;
use super::house::House;
use super::reaper::reap;
use super::view::home::Home;
use super::view::{control, stage};
use super::{RunError, dial};
use crate::plan::view::{Place, Screen};
use crate::plan::{Channel, Client, Compositor};

/// What the kernel keeps for us at most; larger values are cut by it.
const BACKLOG: i32 = 1024;

/// Serves channels until a signal, or with oneshot the end of the first. Returns the exit code.
///
/// # Errors
/// See [`RunError`].
pub fn run(client: Client, settings: Settings) -> Result<u8, RunError> {
    // First of all: an inherited number may otherwise be given to something that we open.
    let inherited = match client.compositor {
        Compositor::Inherited(number) => {
            Some(take_fd(number).map_err(|source| RunError::Inherited { number, source })?)
        }
        Compositor::Path(_) | Compositor::Own(..) => None,
    };
    super::room_for_connections();
    let mut house = House::new(settings)?;
    if let Compositor::Own(place, screen) = &client.compositor {
        return with_own(house, place, screen, &client);
    }
    let (compositor, _context) = match (inherited, &client.compositor) {
        (None, Compositor::Path(path)) => compositor(path, &client)?,
        (Some(fd), _) => (Arc::new(Once::new(fd, "the inherited connection")) as Arc<dyn Dial>, None),
        (None, Compositor::Own(..)) => return Err(RunError::Shape),
        (None, Compositor::Inherited(number)) => {
            let source = io::ErrorKind::NotFound.into();
            return Err(RunError::Inherited { number: *number, source });
        }
    };
    let mut door = listen(&client)?;
    serve(&mut house, &mut door, &compositor, client.oneshot)
}

/// Shows windows with a compositor of our own, which local programs may use too.
fn with_own(mut house: House, place: &Place, screen: &Screen, client: &Client) -> Result<u8, RunError> {
    let home = Home::new(place)?;
    let (listener, ring) = (home.listen()?, house.ring());
    stage::with(screen, Some(listener), ring, move |stage| {
        control::listen(home.listen_control()?, stage.handle.clone())?;
        let mut door = listen(client)?;
        let compositor: Arc<dyn Dial> = Arc::new(stage.clone());
        serve(&mut house, &mut door, &compositor, client.oneshot)
    })
}

/// How connections to the compositor are had, and what must live as long as they.
fn compositor(path: &Path, client: &Client) -> Result<(Arc<dyn Dial>, Option<Context>), RunError> {
    let no = |source| RunError::NoCompositor { path: path.into(), source };
    // To look is enough: a connection that says nothing would only puzzle the compositor.
    if !dial::is_socket(path).map_err(no)? {
        return Err(no(io::Error::from(io::ErrorKind::InvalidInput)));
    }
    let dial = |path: &Path| Arc::new(UnixPath(path.into())) as Arc<dyn Dial>;
    let Some(wanted) = &client.secctx else { return Ok((dial(path), None)) };
    let names = secctx::Names { app_id: &wanted.app_id, instance_id: &wanted.instance_id };
    let context = secctx::create(&*dial(path), &wanted.socket, names).map_err(RunError::Secctx)?;
    Ok((dial(&wanted.socket), Some(context)))
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
