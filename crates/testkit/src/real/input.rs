//! A hand at the screen: a virtual pointer, and keys through `wtype`. Not part of any application under test.
//!
//! Invariant: both devices exist before the first application starts and until the end, so the seat's capabilities
//! never change while one runs. (A keyboard that appears only for a key press loses it: the application has not
//! asked for it yet.)

use super::process::{self, Process};
use super::wire::Wire;
use super::{RealError, Sandbox};
use std::path::{Path, PathBuf};
use std::time::Duration;

const LEFT: u32 = 0x110; // BTN_LEFT of linux/input-event-codes.h

/// Pointer and keyboard of a wlroots compositor.
#[derive(Debug)]
pub struct Hand {
    wire: Wire,
    pointer: u32,
    time: u32,
    size: (u32, u32),
    display: PathBuf,
    _keyboard: Option<Process>,
}

impl Hand {
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
        Ok(Hand { wire, pointer, time: 0, size, display: display.to_owned(), _keyboard: keyboard })
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
