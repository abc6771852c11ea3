//! Headless compositors, drawn by software. Not a model of one: these are Debian's own programs.
//!
//! Invariant: a [`Compositor`] answers requests and shows an empty screen of one known colour when its constructor
//! returns, and is gone when it is dropped.

pub mod sway;
pub mod view;
pub mod weston;

use super::error::Doing;
use super::input::Hand;
use super::process::{Process, run};
use super::wait::{self, DEADLINE};
use super::wire::Wire;
use super::{Image, RealError, Sandbox};
use serde_json::json;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Size of the screen in pixels.
pub const SCREEN: (u32, u32) = (800, 600);

/// The empty screen's colour, one that no program of the tests draws.
pub const BACKGROUND: [u8; 3] = [0x20, 0x30, 0x40];

/// How far the pointer's picture reaches at most, in pixels. It is part of pictures: renderers without planes draw it.
const CURSOR: u32 = 32;

/// Which compositor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// wlroots: many protocols, server-side decorations, no animation; windows float at their own size.
    Sway,
    /// The reference compositor: client-side decorations, no seat when headless.
    Weston,
    /// farway's own: everything that it has is tested here with the programs that need it.
    View,
}

impl Kind {
    /// The program's name.
    pub fn program(self) -> &'static str {
        match self {
            Kind::Sway => "sway",
            Kind::Weston => "weston",
            Kind::View => "farway",
        }
    }

    /// The colour of its empty screen.
    fn background(self) -> [u8; 3] {
        match self {
            Kind::Sway | Kind::Weston => BACKGROUND,
            Kind::View => [0x2e, 0x34, 0x40],
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
        Self::start_with(sandbox, kind, &[])
    }

    /// As [`Compositor::start`], with further options for [`Kind::View`].
    pub fn start_with(sandbox: &Sandbox, kind: Kind, options: &[&str]) -> Result<Self, RealError> {
        let dir = sandbox.folder_of_compositor("compositor")?;
        let command = match kind {
            Kind::Sway => sway::command(sandbox, &dir)?,
            Kind::Weston => weston::command(sandbox, &dir)?,
            Kind::View => view::command(sandbox, &dir, options)?,
        };
        let mut process = sandbox.start(kind.program(), command)?;
        let display = wait::until(&format!("{} answers", kind.program()), DEADLINE, || {
            process.check()?;
            let socket = wayland_socket(&dir);
            Ok(socket.filter(|s| Wire::connect(s, Duration::from_secs(10)).is_ok()))
        })?;
        let shots = sandbox.folder("shots")?;
        let empty = plain(kind.background()).ok_or(RealError::Picture("blank"))?;
        let mut this = Compositor { kind, process, display, shots, blank: empty, hand: None };
        this.hand = match kind {
            Kind::Sway => Some(Hand::new(sandbox, &this.display, SCREEN)?),
            Kind::View => Some(Hand::of_view(&this.display)),
            Kind::Weston => None,
        };
        if let Some(hand) = &mut this.hand {
            hand.point(SCREEN.0 - 1, SCREEN.1 - 1)?;
        }
        this.wait_until_empty(sandbox)?;
        Ok(this)
    }

    /// Waits for the bare background, but for the pointer in the corner, and remembers that picture.
    fn wait_until_empty(&mut self, sandbox: &Sandbox) -> Result<(), RealError> {
        let mut last = None;
        let mut previous = None;
        let empty = wait::until("the screen is empty", DEADLINE, || {
            self.check()?;
            let shot = self.screenshot(sandbox)?;
            last = shot.window(&self.blank);
            let bare = last.is_none_or(|r| r.x + CURSOR >= SCREEN.0 && r.y + CURSOR >= SCREEN.1);
            let still = previous.replace(shot.clone()) == Some(shot.clone());
            Ok((bare && still).then_some(shot))
        });
        let kind = self.kind.program();
        self.blank = empty.inspect_err(|_| eprintln!("{kind}: not empty within {last:?}"))?;
        Ok(())
    }

    /// Which one it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The absolute path of its socket: the value for `WAYLAND_DISPLAY`.
    pub fn display(&self) -> &Path {
        &self.display
    }

    /// The empty screen: the background, with the pointer in the lower right corner if there is one.
    pub fn blank(&self) -> &Image {
        &self.blank
    }

    /// An error when it has ended.
    pub fn check(&mut self) -> Result<(), RealError> {
        self.process.check()
    }

    /// What is on the screen now.
    pub fn screenshot(&self, sandbox: &Sandbox) -> Result<Image, RealError> {
        self.screenshot_via(sandbox, &self.display)
    }

    /// As [`Compositor::screenshot`], with the tool connected to another socket: a proxy's.
    pub fn screenshot_via(&self, sandbox: &Sandbox, display: &Path) -> Result<Image, RealError> {
        match self.kind {
            Kind::Sway => sway::screenshot(sandbox, display),
            Kind::Weston => weston::screenshot(sandbox, display, &self.shots),
            Kind::View => view::screenshot(&self.display),
        }
    }

    /// The pointer and keyboard; weston has none when headless.
    pub fn hand(&mut self) -> Result<&mut Hand, RealError> {
        self.hand.as_mut().ok_or(RealError::NoGlobal("virtual pointer"))
    }

    /// Gives the newest window this size.
    pub fn resize(&self, sandbox: &Sandbox, width: u32, height: u32) -> Result<(), RealError> {
        if self.kind != Kind::View {
            return self.tell(sandbox, &format!("resize set width {width} px height {height} px"));
        }
        let windows = view::windows(&self.display)?;
        let newest = windows.iter().rfind(|it| it.parent.is_none()).ok_or(RealError::Answer("no window"))?;
        let question = json!({ "do": "resize", "window": newest.id, "width": width, "height": height });
        view::ask(&self.display, &question).map(drop)
    }

    /// The windows, as [`Kind::View`] tells of them.
    pub fn windows(&self) -> Result<Vec<view::Shown>, RealError> {
        view::windows(&self.display)
    }

    /// Gives sway a command, such as `resize set 300 200`.
    pub fn tell(&self, sandbox: &Sandbox, message: &str) -> Result<(), RealError> {
        let mut command = sandbox.command(super::programs::need("swaymsg")?);
        let dir = self.display.parent().unwrap_or(Path::new("/"));
        command.arg("-s").arg(sway::ipc(dir)).arg("--").arg(message);
        run(command).map(drop)
    }
}

fn plain(color: [u8; 3]) -> Option<Image> {
    let (width, height) = SCREEN;
    Image::new(width, height, color.repeat((width * height) as usize))
}

/// The Wayland socket in a compositor's runtime folder.
fn wayland_socket(dir: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(dir).ok()?.flatten();
    let is_socket = |name: &str| name.starts_with("wayland-") && !name.contains('.');
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
