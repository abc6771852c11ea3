//! An X11 desktop in memory: Xvfb with a window manager, to open native windows on. Not a model of one, and not a
//! place for X11 programs alone: what is tested is how `farway view` appears there. It needs Xvfb, openbox, xdotool,
//! xprop and xwininfo.
//!
//! Invariant: the window manager answers when [`Desktop::start`] returns; everything is gone when it is dropped.

use super::error::Doing;
use super::process::{Process, run};
use super::programs::need;
use super::wait::{self, DEADLINE};
use super::{Image, RealError, Sandbox};
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

/// The screen, as Xvfb wants it said.
const SCREEN: &str = "1024x768x24";

/// A window that is not mapped after this time is not going to be.
const PASSED_OVER: Duration = Duration::from_secs(2);

/// A window of the host, without its frame; pixels of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Native {
    /// The server's number for it.
    pub id: u32,
    /// Left edge.
    pub x: i32,
    /// Upper edge.
    pub y: i32,
    /// Width.
    pub width: i32,
    /// Height.
    pub height: i32,
    /// The window manager has no say in it.
    pub override_redirect: bool,
}

/// A running desktop.
#[derive(Debug)]
pub struct Desktop {
    // The order of the fields is that of dropping.
    manager: Process,
    server: Process,
    display: String,
    screen: PathBuf,
}

impl Desktop {
    /// Starts one on a free display.
    pub fn start(sandbox: &Sandbox) -> Result<Self, RealError> {
        Self::start_with(sandbox, &[])
    }

    /// Starts one whose server has these arguments, too.
    pub fn start_with(sandbox: &Sandbox, args: &[&str]) -> Result<Self, RealError> {
        let folder = sandbox.folder("xvfb")?;
        let answer = folder.join("display");
        let mut command = sandbox.command(need("Xvfb")?);
        command
            .args(["-displayfd", "1", "-nolisten", "tcp", "-noreset", "-screen", "0", SCREEN, "-fbdir"])
            .arg(&folder)
            .args(args);
        command.stdout(File::create(&answer).doing("create a file for the display's number")?);
        let mut server = sandbox.start("xvfb", command)?;
        let number = wait::until("Xvfb has a display", DEADLINE, || {
            server.check()?;
            let text = fs::read_to_string(&answer).doing("read the display's number")?;
            Ok(text.strip_suffix('\n').map(str::to_owned))
        })?;
        let display = format!(":{number}");
        let manager = Self::manage(sandbox, &display)?;
        let mut this = Self { manager, server, display, screen: folder.join("Xvfb_screen0") };
        wait::until("the window manager answers", DEADLINE, || {
            this.server.check()?;
            if this.manager.check().is_err() {
                // It has given up, which it does if the server is not quite ready.
                this.manager = Self::manage(sandbox, &this.display)?;
            }
            let name = this.ask(sandbox, "xprop", &["-root", "_NET_SUPPORTING_WM_CHECK"])?;
            Ok(name.contains("window id").then_some(()))
        })?;
        Ok(this)
    }

    fn manage(sandbox: &Sandbox, display: &str) -> Result<Process, RealError> {
        let mut command = sandbox.command(need("openbox")?);
        command.env("DISPLAY", display);
        sandbox.start("openbox", command)
    }

    /// An error when it has ended.
    pub fn check(&mut self) -> Result<(), RealError> {
        self.server.check()?;
        self.manager.check()
    }

    /// Tells a command of this desktop, and of no other.
    pub fn enter(&self, command: &mut Command) {
        command.env("DISPLAY", &self.display).env_remove("WAYLAND_DISPLAY");
    }

    /// Runs a program of the desktop; what it says.
    pub fn ask(&self, sandbox: &Sandbox, program: &str, args: &[&str]) -> Result<String, RealError> {
        let mut command = sandbox.command(need(program)?);
        command.args(args);
        self.enter(&mut command);
        Ok(String::from_utf8_lossy(&run(command)?).into_owned())
    }

    /// Waits for a window with this title.
    ///
    /// openbox now and then passes over the request to map a window: it stays as it was made, and is managed when it is
    /// mapped once more. So that is done here after a while.
    pub fn window(&mut self, sandbox: &Sandbox, title: &str) -> Result<Native, RealError> {
        let name = format!("^{title}$");
        let mut since = None;
        wait::until(&format!("there is a window `{title}`"), DEADLINE, || {
            self.check()?;
            // It fails as long as there is none.
            let found = self.ask(sandbox, "xdotool", &["search", "--name", &name]).unwrap_or_default();
            let Some(id) = found.lines().next().and_then(|line| line.parse().ok()) else { return Ok(None) };
            let native = self.geometry(sandbox, id);
            if native.is_none() && since.get_or_insert_with(Instant::now).elapsed() > PASSED_OVER {
                self.ask(sandbox, "xdotool", &["windowmap", &id.to_string()])?;
                since = None;
            }
            Ok(native)
        })
    }

    /// Waits until it has the keyboard.
    pub fn focused(&self, sandbox: &Sandbox, window: Native) -> Result<(), RealError> {
        wait::until("the window has the keyboard", DEADLINE, || {
            // It fails while nobody has it.
            let id = self.ask(sandbox, "xdotool", &["getwindowfocus"]).unwrap_or_default();
            Ok((id.trim().parse() == Ok(window.id)).then_some(()))
        })
    }

    /// Where a window is now; `None` if it is gone.
    pub fn geometry(&self, sandbox: &Sandbox, id: u32) -> Option<Native> {
        let text = self.ask(sandbox, "xwininfo", &["-id", &id.to_string()]).ok()?;
        let value = |name: &str| text.lines().find_map(|line| line.trim().strip_prefix(name)).map(str::trim);
        let number = |name: &str| value(name)?.parse::<i32>().ok();
        let native = Native {
            id,
            x: number("Absolute upper-left X:")?,
            y: number("Absolute upper-left Y:")?,
            width: number("Width:")?,
            height: number("Height:")?,
            override_redirect: value("Override Redirect State:")? == "yes",
        };
        (value("Map State:")? == "IsViewable").then_some(native)
    }

    /// The menus that are open: windows that say so by their type.
    pub fn menus(&self, sandbox: &Sandbox) -> Result<Vec<Native>, RealError> {
        let text = self.ask(sandbox, "xwininfo", &["-root", "-children"])?;
        let ids = text.lines().filter_map(|line| line.trim().strip_prefix("0x")?.split(' ').next());
        let mut menus = Vec::new();
        for id in ids.filter_map(|id| u32::from_str_radix(id, 16).ok()) {
            // A window may be gone by now.
            let args = ["-id", &id.to_string(), "_NET_WM_WINDOW_TYPE"];
            let kind = self.ask(sandbox, "xprop", &args).unwrap_or_default();
            if kind.contains("_NET_WM_WINDOW_TYPE_POPUP_MENU") {
                menus.extend(self.geometry(sandbox, id));
            }
        }
        Ok(menus)
    }

    /// What is on the screen now: the file that Xvfb draws into, which has the format of `xwd`.
    pub fn screenshot(&self) -> Result<Image, RealError> {
        let bytes = fs::read(&self.screen).doing("read the screen")?;
        from_xwd(&bytes).ok_or(RealError::Picture("xwd"))
    }
}

/// Reads a picture of 32 bits a pixel, the lowest byte first; the header is big-endian (`X11/XWDFile.h`).
fn from_xwd(bytes: &[u8]) -> Option<Image> {
    let word = |at: usize| {
        let four = bytes.get(4 * at..4 * at + 4)?;
        Some(u32::from_be_bytes(four.try_into().ok()?) as usize)
    };
    let (width, height, stride) = (word(4)?, word(5)?, word(12)?);
    if (word(7)?, word(11)?) != (0, 32) {
        return None;
    }
    // Header and name, then the colours of 12 bytes each.
    let start = word(0)?.checked_add(word(19)?.checked_mul(12)?)?;
    let rows = bytes.get(start..)?.chunks_exact(stride).take(height);
    let pixels = rows.filter_map(|row| row.get(..4 * width)).flat_map(|row| row.chunks_exact(4));
    let rgb = pixels.flat_map(|it| [it[2], it[1], it[0]]).collect();
    Image::new(width as u32, height as u32, rgb)
}
