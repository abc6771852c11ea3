//! Keyboard and pointer: from events to the scene's state.

use std::time::Duration;

use farway_proto::wayland::{Args, Fixed};

use super::super::SampleError;
use super::super::keys::meaning;
use super::super::scene::state::State;
use super::super::wire::{Event, Object, Wire};
use super::setup::Globals;

/// Bits of `wl_seat.capability`.
const POINTER: u32 = 1;
const KEYBOARD: u32 = 2;
/// Bits of the modifiers in every keymap that there is.
const SHIFT: u32 = 1;
const CAPS: u32 = 2;
/// `wp_cursor_shape_device_v1.shape.default`.
const ARROW: u32 = 1;

/// What a seat has given us. See the module.
#[derive(Debug, Default)]
pub struct Input {
    pointer: Option<Object>,
    keyboard: Option<Object>,
    shape: Option<Object>,
    shift: bool,
    caps: bool,
    buttons: u32,
}

fn pixels(fixed: Fixed) -> f32 {
    fixed.0 as f32 / 256.0
}

impl Input {
    /// Takes an event of a seat, or of what it gave us; nothing else.
    pub fn handle(
        &mut self,
        event: &Event,
        args: &Args<'_>,
        wire: &mut Wire,
        globals: &Globals,
        state: &mut State,
        now: Duration,
    ) -> Result<(), SampleError> {
        match (event.object.interface.name, event.signature.name) {
            ("wl_seat", "capabilities") => self.equip(event.object, args.uint(0)?, wire, globals)?,
            ("wl_keyboard", "modifiers") => {
                let (depressed, latched, locked) = (args.uint(1)?, args.uint(2)?, args.uint(3)?);
                self.shift = (depressed | latched) & SHIFT != 0;
                self.caps = locked & CAPS != 0;
            }
            ("wl_keyboard", "key") if args.uint(3)? != 0 => {
                state.press(meaning(args.uint(2)?, self.shift, self.caps), now);
            }
            ("wl_pointer", "enter") => {
                state.pointer = Some((pixels(args.fixed(2)?), pixels(args.fixed(3)?)));
                if let Some(shape) = self.shape {
                    let serial = args.uint(0)?;
                    wire.call(shape, "set_shape", |it| it.uint(serial).uint(ARROW))?;
                }
            }
            ("wl_pointer", "motion") => {
                state.pointer = Some((pixels(args.fixed(1)?), pixels(args.fixed(2)?)));
            }
            ("wl_pointer", "leave") => {
                state.pointer = None;
                self.buttons = 0;
                state.pressed = false;
            }
            ("wl_pointer", "button") => {
                if args.uint(3)? == 0 {
                    self.buttons = self.buttons.saturating_sub(1);
                } else {
                    self.buttons = self.buttons.saturating_add(1);
                    state.click(now);
                }
                state.pressed = self.buttons > 0;
            }
            _ => {}
        }
        Ok(())
    }

    /// Takes pointer and keyboard when the seat has them; once, from whichever seat.
    fn equip(
        &mut self,
        seat: Object,
        capabilities: u32,
        wire: &mut Wire,
        globals: &Globals,
    ) -> Result<(), SampleError> {
        if capabilities & POINTER != 0 && self.pointer.is_none() {
            let pointer = wire.create("wl_pointer")?;
            wire.call(seat, "get_pointer", |it| it.new_id(pointer.id))?;
            self.pointer = Some(pointer);
            if let Some(manager) = globals.cursor_shape {
                let shape = wire.create("wp_cursor_shape_device_v1")?;
                wire.call(manager, "get_pointer", |it| it.new_id(shape.id).object(pointer.id))?;
                self.shape = Some(shape);
            }
        }
        if capabilities & KEYBOARD != 0 && self.keyboard.is_none() {
            let keyboard = wire.create("wl_keyboard")?;
            wire.call(seat, "get_keyboard", |it| it.new_id(keyboard.id))?;
            self.keyboard = Some(keyboard);
        }
        Ok(())
    }
}
