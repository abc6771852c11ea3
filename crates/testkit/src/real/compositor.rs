//! Headless compositors, drawn by software. Not a model of one: these are Debian's own programs.
//!
//! Invariant: a [`Compositor`] answers requests and shows an empty screen of one known colour when its constructor
//! returns, and is gone when it is dropped.

pub mod sway;
pub mod weston;

use super::error::Doing;
use super::input::Hand;
use super::process::{Process, run};
use super::wait::{self, DEADLINE};
use super::wire::Wire;
use super::{Image, RealError, Sandbox};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Size of the screen in pixels.
pub const SCREEN: (u32, u32) = (800, 600);

/// The empty screen's colour, one that no program of the tests draws.
pub const BACKGROUND: [u8; 3] = [0x20, 0x30, 0x40];

/// Which compositor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// wlroots: many protocols, server-side decorations, no animation; windows float at their own size.
    Sway,
    /// The reference compositor: client-side decorations, no seat when headless.
    Weston,
}

impl Kind {
    /// The program's name.
    pub fn program(self) -> &'static str {
        match self {
            Kind::Sway => "sway",
            Kind::Weston => "weston",
        }
    }
}

/// A running compositor.
#[derive(Debug)]
pub struct Compositor {
    kind: Kind,
    process: Process,
    display: PathBuf,
    shots: PathBuf,
    blank: Image,
    hand: Option<Hand>,
}

impl Compositor {
    /// Starts one and waits until it answers and its screen is empty.
    pub fn start(sandbox: &Sandbox, kind: Kind) -> Result<Self, RealError> {
        let dir = sandbox.folder_of_compositor("compositor")?;
        let command = match kind {
            Kind::Sway => sway::command(sandbox, &dir)?,
            Kind::Weston => weston::command(sandbox, &dir)?,
        };
        let mut process = sandbox.start(kind.program(), command)?;
        let display = wait::until(&format!("{} answers", kind.program()), DEADLINE, || {
            process.check()?;
            let socket = wayland_socket(&dir);
            Ok(socket.filter(|s| Wire::connect(s, Duration::from_secs(10)).is_ok()))
        })?;
        let (width, height) = SCREEN;
        let rgb = BACKGROUND.repeat((width * height) as usize);
        let blank = Image::new(width, height, rgb).ok_or(RealError::Picture("blank"))?;
        let shots = sandbox.folder("shots")?;
        let mut this = Compositor { kind, process, display, shots, blank, hand: None };
        if kind == Kind::Sway {
            this.hand = Some(Hand::new(sandbox, &this.display, SCREEN)?);
        }
        wait::until("the screen is empty", DEADLINE, || {
            this.check()?;
            Ok(this.screenshot(sandbox).ok().filter(|shot| shot.difference(&this.blank, 0).is_none()))
        })?;
        Ok(this)
    }

    /// Which one it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The absolute path of its socket: the value for `WAYLAND_DISPLAY`.
    pub fn display(&self) -> &Path {
        &self.display
    }

    /// The empty screen.
    pub fn blank(&self) -> &Image {
        &self.blank
    }

    /// An error when it has ended.
    pub fn check(&mut self) -> Result<(), RealError> {
        self.process.check()
    }

    /// What is on the screen now, without the pointer's picture.
    pub fn screenshot(&self, sandbox: &Sandbox) -> Result<Image, RealError> {
        self.screenshot_via(sandbox, &self.display)
    }

    /// As [`Compositor::screenshot`], with the tool connected to another socket: a proxy's.
    pub fn screenshot_via(&self, sandbox: &Sandbox, display: &Path) -> Result<Image, RealError> {
        match self.kind {
            Kind::Sway => sway::screenshot(sandbox, display),
            Kind::Weston => weston::screenshot(sandbox, display, &self.shots),
        }
    }

    /// The pointer and keyboard; weston has none when headless.
    pub fn hand(&mut self) -> Result<&mut Hand, RealError> {
        self.hand.as_mut().ok_or(RealError::NoGlobal("virtual pointer"))
    }

    /// Gives sway a command, such as `resize set 300 200`.
    pub fn tell(&self, sandbox: &Sandbox, message: &str) -> Result<(), RealError> {
        let mut command = sandbox.command(super::programs::need("swaymsg")?);
        let dir = self.display.parent().unwrap_or(Path::new("/"));
        command.arg("-s").arg(sway::ipc(dir)).arg("--").arg(message);
        run(command).map(drop)
    }
}

/// The Wayland socket in a compositor's runtime folder.
fn wayland_socket(dir: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(dir).ok()?.flatten();
    let is_socket = |name: &str| name.starts_with("wayland-") && !name.ends_with(".lock");
    entries.map(|e| e.path()).find(|p| p.file_name().is_some_and(|n| is_socket(&n.to_string_lossy())))
}

/// A command for a compositor whose folder is `dir`, as a user it agrees to run as.
fn command_in(sandbox: &Sandbox, program: &str, dir: &Path) -> Result<Command, RealError> {
    let mut command = sandbox.command(super::programs::need(program)?);
    command.env("XDG_RUNTIME_DIR", dir).env("HOME", dir).env("XDG_CONFIG_HOME", dir);
    command
        .env("XDG_CACHE_HOME", dir)
        .env("XDG_DATA_HOME", dir)
        .env_remove("FONTCONFIG_FILE")
        .current_dir(dir);
    if super::sandbox::is_root() {
        command.uid(super::sandbox::NOBODY).gid(super::sandbox::NOBODY);
    }
    Ok(command)
}

/// Writes a settings file that the compositor can read.
fn write_settings(path: &Path, text: &str) -> Result<(), RealError> {
    std::fs::write(path, text).doing(format!("write {}", path.display()))
}
