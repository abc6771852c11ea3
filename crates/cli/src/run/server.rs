//! The end where applications run.
//!
//! Invariants: the display's socket listens before the command starts, and is gone once the command has ended; what
//! still runs then is served to its end. The exit code is the command's, whatever became of its windows.

pub mod command;
mod oneshot;

use std::os::fd::BorrowedFd;
use std::sync::Arc;

use farway_proxy::Settings;
use farway_proxy::transport::Dial;
use farway_sys::net::listen_unix;
use farway_sys::process::{exit_code, take_fd};
use rustix::process::Signal;

use super::door::Door;
use super::house::House;
use super::reaper::{Child, reap};
use super::signals::in_foreground;
use super::xwls::XDisplay;
use super::{RunError, dial};
use crate::plan::{Server, Shape};

const BACKLOG: i32 = 1024;

/// `sun_path` less its NUL: applications know no trick for longer ones.
const LIBWAYLAND_PATH_MAX: usize = 107;

/// Runs the command and serves its windows. Returns the exit code.
///
/// # Errors
/// See [`RunError`].
pub fn run(server: Server, settings: Settings) -> Result<u8, RunError> {
    if let Shape::Oneshot { inherited: Some(number) } = server.shape {
        // First of all: the number may otherwise be given to something that we open. The command shall not have it.
        drop(take_fd(number));
    }
    let mut house = House::new(settings)?;
    let code = match &server.shape {
        Shape::Oneshot { .. } => return oneshot::run(&mut house, &server),
        Shape::Multi { .. } => Multi::start(&mut house, &server).and_then(Multi::run),
    };
    if server.unlink {
        dial::unlink(&server.channel);
    }
    code
}

/// A command and any number of applications.
struct Multi<'a> {
    house: &'a mut House,
    door: Door,
    channel: Arc<dyn Dial>,
    command: Child,
    x: Option<XDisplay>,
    asked: Asked,
}

/// Whether somebody wants us to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    No,
    /// The command was told.
    Once,
}

impl<'a> Multi<'a> {
    fn start(house: &'a mut House, server: &Server) -> Result<Self, RunError> {
        let Shape::Multi { display, socket, xwls } = &server.shape else { return Err(RunError::Shape) };
        let len = socket.as_os_str().len();
        if len > LIBWAYLAND_PATH_MAX {
            tracing::warn!("{} is too long for most applications ({len} bytes)", socket.display());
        }
        let door = Door::new(listen_unix(socket, BACKLOG).map_err(RunError::Display)?);
        let x = match xwls {
            Some(wanted) => Some(XDisplay::new(display, wanted).map_err(RunError::X11)?),
            None => None,
        };
        let mut command = command::of(&server.command);
        command.env("WAYLAND_DISPLAY", display).env_remove("WAYLAND_SOCKET");
        if let Some(x) = &x {
            command.env("DISPLAY", x.name());
        }
        let command = command::start(&mut command, Vec::new())?;
        Ok(Self { house, door, channel: dial::channel(&server.channel), command, x, asked: Asked::No })
    }

    fn run(mut self) -> Result<u8, RunError> {
        loop {
            if let Some(status) = self.command.status() {
                self.door.close();
                self.x = None;
                if self.asked == Asked::Once {
                    self.house.wind_down()?;
                }
                if self.house.service.live() == 0 {
                    return Ok(code(exit_code(status)));
                }
            }
            if let Some(signal) = self.turn()? {
                self.door.close();
                self.x = None;
                self.house.wind_down()?;
                return Ok(code(128 + signal.as_raw()));
            }
        }
    }

    /// One wait and what follows from it; the signal that ends us at once, if one came.
    fn turn(&mut self) -> Result<Option<Signal>, RunError> {
        let timeout = self.door.timeout();
        let mut fds: Vec<BorrowedFd<'_>> = self.x.iter().flat_map(XDisplay::poll_fds).collect();
        let door_at = fds.len();
        fds.extend(self.door.poll_fd());
        let turn = self.house.turn(&fds, timeout)?;
        drop(fds);
        if turn.arrived.child {
            let helper = self.x.as_mut().and_then(XDisplay::helper);
            let mut known: Vec<&mut Child> = helper.into_iter().collect();
            known.push(&mut self.command);
            reap(&mut known);
        }
        if turn.ended {
            self.door.resume();
        }
        if turn.ready.get(door_at) == Some(&true) {
            self.admit();
        }
        if turn.ready.iter().take(door_at).any(|ready| *ready) {
            self.x.iter_mut().for_each(XDisplay::start_helper);
        }
        Ok(turn.arrived.ending.into_iter().find(|signal| pass_on(*signal, &self.command, &mut self.asked)))
    }

    fn admit(&mut self) {
        for application in self.door.take(usize::MAX) {
            if let Err(error) = self.house.service.serve_app(application, Arc::clone(&self.channel)) {
                self.door.complain(&error);
            }
        }
    }
}

/// Tells the command what we were told. True if that is no use any more: it has ended, or was told before.
fn pass_on(signal: Signal, command: &Child, asked: &mut Asked) -> bool {
    if command.status().is_some() {
        return true;
    }
    if signal == Signal::INT && in_foreground() {
        // It has the key press too, and may use it for something else than ending.
        return false;
    }
    if *asked == Asked::Once {
        return true;
    }
    *asked = Asked::Once;
    command.signal(signal);
    false
}

fn code(code: i32) -> u8 {
    u8::try_from(code).unwrap_or(super::OURS)
}
