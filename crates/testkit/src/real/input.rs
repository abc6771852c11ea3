//! A hand at the screen: a virtual pointer, and keys through `wtype`. Not part of any application under test.
//!
//! Invariant: both devices exist before the first application starts and until the end, so the seat's capabilities
//! never change while one runs. (A keyboard that appears only for a key press loses it: the application has not
//! asked for it yet.)

use super::compositor::view;
use super::process::{self, Process};
use super::wire::Wire;
use super::{RealError, Sandbox};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::Duration;

const LEFT: u32 = 0x110; // BTN_LEFT of linux/input-event-codes.h

/// A pointer and a keyboard.
#[derive(Debug)]
pub enum Hand {
    /// Virtual devices of a wlroots compositor.
    Devices(Devices),
    /// farway's own compositor, by its socket.
    View(PathBuf),
}

impl Hand {
    /// Adds virtual devices to a compositor.
    pub fn new(sandbox: &Sandbox, display: &Path, size: (u32, u32)) -> Result<Self, RealError> {
        Devices::new(sandbox, display, size).map(Self::Devices)
    }

    /// The hand of farway's own compositor.
    pub fn of_view(display: &Path) -> Self {
        Self::View(display.to_owned())
    }

    /// Moves to (x, y) in pixels and clicks the left button.
    pub fn click(&mut self, x: u32, y: u32) -> Result<(), RealError> {
        match self {
            Self::Devices(devices) => devices.click(x, y),
            Self::View(display) => {
                let question = json!({ "do": "click", "x": x, "y": y, "button": LEFT, "count": 1 });
                view::ask(display, &question).map(drop)
            }
        }
    }

    /// Moves to (x, y) in pixels.
    pub fn point(&mut self, x: u32, y: u32) -> Result<(), RealError> {
        match self {
            Self::Devices(devices) => devices.point(x, y),
            Self::View(display) => {
                let question = json!({ "do": "click", "x": x, "y": y, "button": LEFT, "count": 0 });
                view::ask(display, &question).map(drop)
            }
        }
    }

    /// Types `text` into the focused window.
    pub fn write(&mut self, sandbox: &Sandbox, text: &str) -> Result<(), RealError> {
        match self {
            Self::Devices(devices) => devices.write(sandbox, text),
            Self::View(display) => view::ask(display, &json!({ "do": "type", "text": text })).map(drop),
        }
    }
}

/// Pointer and keyboard of a wlroots compositor.
#[derive(Debug)]
pub struct Devices {
    wire: Wire,
    pointer: u32,
    time: u32,
    size: (u32, u32),
    display: PathBuf,
    _keyboard: Option<Process>,
}

impl Devices {
    /// Adds a pointer, and a keyboard if `wtype` is installed, to the first seat of a screen of `size`.
    pub fn new(sandbox: &Sandbox, display: &Path, size: (u32, u32)) -> Result<Self, RealError> {
        let mut wire = Wire::connect(display, Duration::from_secs(10))?;
        let seat = wire.bind("wl_seat", 1)?;
        let manager = wire.bind("zwlr_virtual_pointer_manager_v1", 1)?;
        let pointer = wire.id();
        wire.send(manager, 0, &[seat, pointer])?; // create_virtual_pointer
        wire.round_trip()?;
        let keyboard = match super::programs::find("wtype") {
            None => None,
            // Sleeping before its only key, it is nothing but a keyboard that is there.
            Some(wtype) => {
                let mut command = sandbox.command(wtype);
                command.env("WAYLAND_DISPLAY", display).args(["-s", "100000000", "-k", "Shift_L"]);
                Some(sandbox.start("keyboard", command)?)
            }
        };
        Ok(Devices { wire, pointer, time: 0, size, display: display.to_owned(), _keyboard: keyboard })
    }

    /// Moves to (x, y) in pixels and clicks the left button.
    pub fn click(&mut self, x: u32, y: u32) -> Result<(), RealError> {
        self.point(x, y)?;
        for state in [1, 0] {
            self.time += 10;
            self.wire.send(self.pointer, 2, &[self.time, LEFT, state])?; // button
            self.wire.send(self.pointer, 4, &[])?; // frame
            self.wire.round_trip()?;
        }
        Ok(())
    }

    /// Moves to (x, y) in pixels.
    pub fn point(&mut self, x: u32, y: u32) -> Result<(), RealError> {
        self.time += 10;
        let (width, height) = self.size;
        self.wire.send(self.pointer, 1, &[self.time, x, y, width, height])?; // motion_absolute
        self.wire.send(self.pointer, 4, &[])?; // frame
        self.wire.round_trip()
    }

    /// Types `text` into the focused window.
    pub fn write(&mut self, sandbox: &Sandbox, text: &str) -> Result<(), RealError> {
        let wtype = super::programs::need("wtype")?;
        let mut command = sandbox.command(wtype);
        command.env("WAYLAND_DISPLAY", &self.display).args(["-d", "5", "--", text]);
        process::run(command).map(drop)
    }
}
