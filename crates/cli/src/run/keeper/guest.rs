//! The applications of a session: where they come in, and what the command is told of that.
//!
//! Invariant: the display's socket listens before the command starts.

use std::ffi::OsString;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::sync::Arc;

use farway_proto::session::words::Start;
use farway_proxy::roles::Service;
use farway_proxy::session::Inlet;
use farway_sys::net::{Socket, listen_unix};

use super::stage::Wanted;
use super::{dial, owned};
use crate::plan::view::Place;
use crate::plan::{Xwls, far};
use crate::run::RunError;
use crate::run::door::Door;
use crate::run::reaper::Child;
use crate::run::view::home::private;
use crate::run::xwls::XDisplay;

const BACKLOG: i32 = 1024;

/// Applications, and how they come.
#[derive(Debug)]
pub struct Guests {
    /// Where they knock.
    pub door: Door,
    /// The socket for it.
    pub display: Option<PathBuf>,
    place: Place,
    x: Option<XDisplay>,
}

/// What the command is told.
#[derive(Debug, Default)]
pub struct Environment {
    set: Vec<(OsString, OsString)>,
    unset: Vec<OsString>,
    inherit: Vec<OwnedFd>,
}

impl Environment {
    /// What is to be run, with all of this.
    pub fn wanted(self, start: &Start) -> Wanted {
        let more = start.env.iter().map(|(name, value)| (name.into(), value.into()));
        Wanted {
            command: start.command.clone(),
            terminal: start.terminal.clone(),
            env: more.chain(self.set).collect(),
            unset: self.unset,
            inherit: self.inherit,
        }
    }
}

/// The display's name for the command, and its socket.
fn display(plan: &far::Keeper, start: &Start) -> (OsString, PathBuf) {
    let directory = &plan.place.directory;
    let name = match &start.display {
        Some(name) => OsString::from_vec(name.clone()),
        None => format!("wayland-{}", plan.tag).into(),
    };
    let path = directory.join(&name);
    // Without XDG_RUNTIME_DIR, applications know only whole paths.
    if plan.place.own { (path.clone().into(), path) } else { (name, path) }
}

impl Guests {
    /// Opens the door, or brings the one application in.
    ///
    /// # Errors
    /// The display cannot be made.
    pub fn new(
        plan: &far::Keeper,
        start: &Start,
        service: &Arc<Service>,
        inlet: &Arc<Inlet>,
    ) -> Result<(Self, Environment), RunError> {
        let mut environment = Environment::default();
        if start.oneshot {
            let (ours, theirs) = Socket::pair()?;
            let theirs = owned(theirs);
            environment.set.push(("WAYLAND_SOCKET".into(), theirs.as_raw_fd().to_string().into()));
            environment.unset.push("WAYLAND_DISPLAY".into());
            environment.inherit.push(theirs);
            service.serve_app(owned(ours), dial(inlet))?;
            return Ok((
                Self { door: Door::closed(), display: None, place: plan.place.clone(), x: None },
                environment,
            ));
        }
        private(&plan.place)
            .map_err(|source| RunError::Home { path: plan.place.directory.clone(), source })?;
        let (name, path) = display(plan, start);
        let door = Door::new(listen_unix(&path, BACKLOG).map_err(RunError::Display)?);
        environment.set.push(("WAYLAND_DISPLAY".into(), name.clone()));
        environment.unset.push("WAYLAND_SOCKET".into());
        let x = match start.xwls {
            true => Some(XDisplay::new(&name, &xwls(start)).map_err(RunError::X11)?),
            false => None,
        };
        if let Some(x) = &x {
            environment.set.push(("DISPLAY".into(), x.name().into()));
        }
        Ok((Self { door, display: Some(path), place: plan.place.clone(), x }, environment))
    }

    /// Makes the display's socket anew if it was removed: `XDG_RUNTIME_DIR` goes away with the user's last login, which
    /// may have been the link, and comes back empty with the next one.
    pub fn renew(&mut self) {
        let Some(path) = self.display.as_ref().filter(|path| path.symlink_metadata().is_err()) else {
            return;
        };
        if let Err(error) = private(&self.place) {
            return tracing::warn!("{}: {error}", self.place.directory.display());
        }
        match listen_unix(path, BACKLOG) {
            Ok(listener) => self.door = Door::new(listener),
            Err(error) => tracing::warn!("new applications have no display: {error}"),
        }
    }

    /// Serves those who knock.
    pub fn admit(&mut self, service: &Arc<Service>, inlet: &Arc<Inlet>) {
        for application in self.door.take(usize::MAX) {
            if let Err(error) = service.serve_app(application, dial(inlet)) {
                self.door.complain(&error);
            }
        }
    }

    /// What to poll for X11 applications.
    pub fn x_fds(&self) -> Vec<BorrowedFd<'_>> {
        self.x.iter().flat_map(XDisplay::poll_fds).collect()
    }

    /// One of them has come.
    pub fn start_x(&mut self) {
        self.x.iter_mut().for_each(XDisplay::start_helper);
    }

    /// The helper for X11, if it runs.
    pub fn helper(&mut self) -> Option<&mut Child> {
        self.x.as_mut().and_then(XDisplay::helper)
    }

    /// The command has ended. The helper for X11 would keep the session alive for ever; applications do not come
    /// back to it either.
    pub fn command_ended(&mut self) {
        self.x = None;
    }

    /// Lets nobody in any more.
    pub fn close(&mut self) {
        self.door.close();
        self.display = None;
        self.x = None;
    }
}

fn xwls(start: &Start) -> Xwls {
    let set = std::env::var_os("RUST_LOG").is_some();
    let level = if start.debug { "debug" } else { "error" };
    Xwls { rust_log: (!set).then_some(level) }
}
