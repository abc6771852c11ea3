//! An X11 display for the command: a number of its own, and `xwayland-satellite` behind it once somebody comes.
//!
//! Not an X server, and no X11 is spoken here. Invariant: number, sockets and helper are given back when an
//! [`XDisplay`] is dropped. The helper is started once; if it ends, X11 is gone until the command ends.

use std::ffi::{OsStr, OsString};
use std::fs::{DirBuilder, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use farway_sys::net::{ListenError, UnixListening, listen_abstract, listen_unix};
use rustix::process::Signal;

use super::reaper::Child;
use crate::plan::Xwls;

const HELPER: &str = "xwayland-satellite";
const SOCKETS: &str = "/tmp/.X11-unix";

/// X servers have been seen with numbers in the thousands, never as many as this at once.
const NUMBERS: std::ops::Range<u32> = 0..512;

const BACKLOG: i32 = 128;

/// A display number, held.
#[derive(Debug)]
pub struct XDisplay {
    number: u32,
    /// The abstract one, where there is such a thing, and the file.
    listeners: Vec<UnixListening>,
    helper: Helper,
    wayland: OsString,
    rust_log: Option<&'static str>,
    // Last: the number is free only when the sockets are gone.
    _lock: Lock,
}

#[derive(Debug)]
enum Helper {
    Waiting,
    Started(Child),
    Failed,
}

/// `/tmp/.X<n>-lock`.
#[derive(Debug)]
struct Lock(PathBuf);

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

impl XDisplay {
    /// Takes the first free number. The helper's windows will go to the Wayland display `wayland`.
    ///
    /// # Errors
    /// No number is free, or `/tmp` cannot be written.
    pub fn new(wayland: &OsStr, wanted: &Xwls) -> io::Result<Self> {
        // X servers make this directory for everybody; whoever comes first does.
        match DirBuilder::new().mode(0o1777).create(SOCKETS) {
            Ok(()) => std::fs::set_permissions(SOCKETS, Permissions::from_mode(0o1777))?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        for number in NUMBERS {
            let Some(lock) = lock(number)? else { continue };
            let Some(listeners) = listen(number)? else { continue };
            let wayland = wayland.to_os_string();
            let rust_log = wanted.rust_log;
            return Ok(Self { number, listeners, helper: Helper::Waiting, wayland, rust_log, _lock: lock });
        }
        Err(io::ErrorKind::AddrInUse.into())
    }

    /// `DISPLAY` for the command.
    pub fn name(&self) -> String {
        format!(":{}", self.number)
    }

    /// What to poll: the sockets, until the helper has them.
    pub fn poll_fds(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let wait = matches!(self.helper, Helper::Waiting);
        self.listeners.iter().filter(move |_| wait).map(AsFd::as_fd)
    }

    /// The helper, if it was started.
    pub fn helper(&mut self) -> Option<&mut Child> {
        match &mut self.helper {
            Helper::Started(child) => Some(child),
            _ => None,
        }
    }

    /// Starts the helper; it accepts the connection that waits. A failure is told once, and X11 does not work.
    pub fn start_helper(&mut self) {
        self.helper = match self.spawn() {
            Ok(child) => Helper::Started(child),
            Err(error) => {
                tracing::error!("cannot run {HELPER} ({error}); X11 applications cannot be shown without it");
                // Refused is better than waiting for ever.
                self.listeners.clear();
                Helper::Failed
            }
        };
    }

    fn spawn(&self) -> io::Result<Child> {
        let fds = self.listeners.iter().map(|listener| listener.as_fd().try_clone_to_owned());
        let fds: Vec<OwnedFd> = fds.collect::<io::Result<_>>()?;
        let mut command = Command::new(HELPER);
        command.arg(self.name());
        for fd in &fds {
            command.arg("-listenfd").arg(fd.as_raw_fd().to_string());
        }
        command.env("WAYLAND_DISPLAY", &self.wayland).env_remove("WAYLAND_SOCKET");
        if let Some(level) = self.rust_log {
            command.env("RUST_LOG", level);
        }
        // Our stdout is the command's alone.
        command.stdin(Stdio::null()).stdout(io::stderr().as_fd().try_clone_to_owned()?);
        Child::start(&mut command, fds)
    }
}

impl Drop for XDisplay {
    fn drop(&mut self) {
        if let Helper::Started(child) = &self.helper {
            child.signal(Signal::TERM);
        }
    }
}

/// The lock of a number, in the form that X servers know; `None` if somebody has it.
fn lock(number: u32) -> io::Result<Option<Lock>> {
    let path = PathBuf::from(format!("/tmp/.X{number}-lock"));
    let mut options = OpenOptions::new();
    let mut file = match options.write(true).create_new(true).mode(0o444).open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(None),
        Err(error) => return Err(error),
    };
    let lock = Lock(path);
    writeln!(file, "{:>10}", std::process::id())?;
    Ok(Some(lock))
}

/// The sockets of a number; `None` if somebody has one of them.
fn listen(number: u32) -> io::Result<Option<Vec<UnixListening>>> {
    let path = Path::new(SOCKETS).join(format!("X{number}"));
    let mut listeners = Vec::new();
    match listen_abstract(path.as_os_str().as_encoded_bytes()) {
        Ok(listener) => listeners.push(listener),
        Err(error) if error.kind() == io::ErrorKind::Unsupported => {}
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Ok(None),
        Err(error) => return Err(error),
    }
    match listen_unix(&path, BACKLOG) {
        Ok(listener) => listeners.push(listener),
        Err(ListenError::Exists { .. }) => return Ok(None),
        Err(ListenError::Io { source, .. }) => return Err(source),
        Err(error) => return Err(io::Error::other(error)),
    }
    Ok(Some(listeners))
}
