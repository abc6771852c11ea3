//! A compositor of our own as a program: its sockets, its command, its end.
//!
//! Invariants: the Wayland socket listens before the command starts; both sockets and the lock are gone afterwards;
//! without a command it lasts until a signal, with one until that has ended and nobody is connected any more.

use std::ffi::OsString;
use std::sync::PoisonError;

use farway_proxy::Settings;
use farway_sys::process::exit_code;
use rustix::process::Signal;

use super::RunError;
use super::house::House;
use super::reaper::{Child, reap};
use super::server::command;
use crate::plan::CommandLine;
use crate::plan::view::View;
pub use ask::AskError;
use home::Home;
use stage::Stage;

mod ask;
pub mod control;
pub mod home;
pub mod stage;
mod wire;

/// Runs a compositor, or asks one. Returns the exit code.
///
/// # Errors
/// See [`RunError`].
pub fn run(view: View, settings: Settings) -> Result<u8, RunError> {
    if let Some(ask) = &view.ask {
        return Ok(ask::ask(&view.place, ask)?);
    }
    let house = House::new(settings)?;
    super::room_for_connections();
    let home = Home::new(&view.place)?;
    let (listener, control) = home.listen_both()?;
    let ring = house.ring();
    let command = view.command;
    stage::with(&view.screen, Some(listener), ring, move |stage| {
        control::listen(control, stage.handle.clone())?;
        live(house, &home, stage, command.as_ref())
    })
}

/// The variables by which programs find the compositor.
pub fn environment(home: &Home) -> Vec<(&'static str, OsString)> {
    let mut list = vec![("WAYLAND_DISPLAY", home.display()), ("XDG_SESSION_TYPE", "wayland".into())];
    if let Some(directory) = home.own_directory() {
        list.push(("XDG_RUNTIME_DIR", directory.into()));
    }
    list
}

fn live(mut house: House, home: &Home, stage: &Stage, line: Option<&CommandLine>) -> Result<u8, RunError> {
    let mut child = match line {
        None => {
            eprintln!("farway: showing Wayland programs that run with {}", home.hint());
            None
        }
        Some(line) => {
            let mut command = command::of(line);
            command.envs(environment(home)).env_remove("WAYLAND_SOCKET");
            Some(command::start(&mut command, Vec::new())?)
        }
    };
    let mut asked = false;
    loop {
        let clients = *stage.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(status) = child.as_ref().and_then(Child::status) {
            if clients == 0 || asked {
                return Ok(u8::try_from(exit_code(status)).unwrap_or(super::OURS));
            }
        }
        if stage.is_over() {
            return Ok(0);
        }
        let turn = house.turn(&[], None)?;
        if turn.arrived.child {
            reap(&mut child.iter_mut().collect::<Vec<_>>());
        }
        for signal in turn.arrived.ending {
            match &child {
                Some(child) if child.status().is_none() && !asked => pass_on(child, signal, &mut asked),
                _ => return Ok(128 + u8::try_from(signal.as_raw()).unwrap_or(0)),
            }
        }
    }
}

/// The command is told first; it may have something to save.
fn pass_on(child: &Child, signal: Signal, asked: &mut bool) {
    if signal == Signal::INT && super::signals::in_foreground() {
        // It has the key press too.
        return;
    }
    *asked = true;
    child.signal(signal);
}
