//! `wl_seat`: the keyboard, the pointer and the touch screen of the user.
//!
//! What it is: the way of [`Input`] to the clients that shall have it. What it is not: key repeat, which is the
//! clients' business, and drawing of cursors, which is the host's. Invariant: a client learns of nothing that happens
//! outside of its own surfaces, and every press that it was told of is followed by a release or by a leave.

mod axis;
mod constraints;
mod cursor;
pub(crate) mod focus;
mod keyboard;
mod place;
mod pointer;
mod relative;
#[cfg(test)]
mod tests;
mod touch;
mod typing;

use std::collections::{BTreeMap, VecDeque};

use crate::client::Target;
use crate::compositor::Compositor;
use crate::config::Config;
use crate::dispatch::Rule;
use crate::effect::{ClientId, WindowId};
use crate::geometry::Point;
use crate::input::Input;
use crate::surface::{Role, SurfaceId};

pub(crate) use focus::Grab;

/// Serials of input that are remembered for each client.
const SERIALS: usize = 64;

/// Relative pointers of one client, and constraints: nobody needs more, and all of them are looked at often.
const EXTRAS: usize = 256;

/// `wl_seat.capability`: pointer, keyboard, touch.
const CAPABILITIES: u32 = 1 | 2 | 4;

pub(crate) const RULES: &[Rule] = &[
    ("wl_seat", "get_pointer", pointer::create),
    ("wl_seat", "get_keyboard", keyboard::create),
    ("wl_seat", "get_touch", touch::create),
    ("wl_pointer", "set_cursor", cursor::set),
    ("wp_cursor_shape_manager_v1", "get_pointer", cursor::get_pointer),
    ("wp_cursor_shape_manager_v1", "get_tablet_tool_v2", cursor::get_tablet_tool),
    ("wp_cursor_shape_device_v1", "set_shape", cursor::set_shape),
    ("zwp_relative_pointer_manager_v1", "get_relative_pointer", relative::create),
    ("zwp_pointer_constraints_v1", "lock_pointer", constraints::lock),
    ("zwp_pointer_constraints_v1", "confine_pointer", constraints::confine),
    ("zwp_locked_pointer_v1", "set_cursor_position_hint", constraints::set_hint),
    ("zwp_locked_pointer_v1", "set_region", constraints::set_region),
    ("zwp_confined_pointer_v1", "set_region", constraints::set_region),
];

/// See the module.
#[derive(Debug)]
pub(crate) struct Seat {
    keyboard: keyboard::Keyboard,
    pointer: pointer::Pointer,
    touch: touch::Touch,
    cursor: cursor::State,
    focus: focus::State,
    relative: relative::List,
    constraints: constraints::List,
    /// Who has the pointer, if it is not what is under it.
    pub grab: Grab,
    /// Serials of the last input that each client was told of, the newest last.
    serials: BTreeMap<ClientId, VecDeque<u32>>,
}

impl Seat {
    pub fn new(config: &Config) -> Self {
        Self {
            keyboard: keyboard::Keyboard::new(config),
            pointer: pointer::Pointer::default(),
            touch: touch::Touch::default(),
            cursor: cursor::State::default(),
            focus: focus::State::default(),
            relative: relative::List::default(),
            constraints: constraints::List::default(),
            grab: Grab::None,
            serials: BTreeMap::new(),
        }
    }
}

pub(crate) fn bound(view: &mut Compositor, target: Target) {
    view.event(target, "capabilities", |it| it.uint(CAPABILITIES));
    view.event(target, "name", |it| it.str(b"seat0"));
}

impl Compositor {
    /// The user did something; `now` is in nanoseconds of the monotonic clock. What makes no sense is left out.
    pub fn on_input(&mut self, now: u64, input: Input) {
        self.now = self.now.max(now);
        match input {
            Input::Motion { canvas, x, y } => self.pointer_motion(canvas, x, y),
            Input::Relative { dx, dy } => self.relative_motion(dx, dy),
            Input::Leave => self.pointer_leave(),
            Input::Button { code, pressed } => self.pointer_button(code, pressed),
            Input::Axis(axis) => self.pointer_axis(&axis),
            Input::Key { code, pressed } => self.keyboard_key(code, pressed),
            Input::Commit(text) => {
                if !self.text_commit(&text) {
                    // What the keyboard has no keys for is lost on who listens to keys only.
                    let _ = self.type_text(now, &text);
                }
            }
            Input::Preedit(text, cursor) => drop(self.text_preedit(&text, cursor)),
            Input::Focus(window) => self.host_focus(window),
            Input::Touch { id, phase, canvas, x, y } => self.touch_input(id, phase, (canvas, x, y)),
        }
        self.settle();
    }

    /// Finds out who has the keyboard and the pointer now, and tells the old and the new one.
    pub(crate) fn settle_focus(&mut self) {
        self.settle_keyboard();
        self.settle_pointer();
        self.settle_constraint();
        self.settle_cursor();
        self.settle_configures();
    }

    /// A new serial for input that a client is told of.
    fn input_serial(&mut self, client: ClientId) -> u32 {
        let serial = self.serial();
        if !self.seat.serials.contains_key(&client) {
            let clients = &self.clients;
            self.seat.serials.retain(|id, _| clients.contains_key(id));
        }
        let list = self.seat.serials.entry(client).or_default();
        list.push_back(serial);
        if list.len() > SERIALS {
            list.pop_front();
        }
        serial
    }

    /// Whether a serial is of one of the last inputs that the client was told of: what a request that needs the
    /// user's doing must bring along.
    pub(crate) fn serial_is_recent(&self, client: ClientId, serial: u32) -> bool {
        self.seat.serials.get(&client).is_some_and(|list| list.contains(&serial))
    }

    /// One of the seat's objects is gone.
    pub(crate) fn seat_gone(&mut self, target: Target) {
        self.constraint_gone(target);
        let seat = &mut self.seat;
        for list in [&mut seat.keyboard.list, &mut seat.pointer.list, &mut seat.touch.list] {
            list.remove(&target);
        }
        seat.relative.forget(target);
    }

    /// A surface is about to be gone; its object is gone already.
    pub(crate) fn seat_forgets_surface(&mut self, id: SurfaceId) {
        if self.seat.keyboard.focus == Some(id) {
            self.give_keyboard(None);
        }
        self.constraints_forget(id);
        self.pointer_forgets(id);
        self.seat.touch.forget(id);
        self.cursor_forgets(id);
    }

    /// A window is seen no more.
    pub(crate) fn seat_forgets_window(&mut self, id: WindowId) {
        self.seat.focus.forget(id);
        if self.seat.pointer.held.and_then(|it| self.window_of(it.surface)) == Some(id) {
            self.seat.pointer.let_go();
        }
    }

    /// A surface with the role of a cursor or of something dragged was committed with this offset.
    pub(crate) fn cursor_commit(&mut self, id: SurfaceId, by: Point) {
        match self.surfaces.get(&id).map(|it| it.role) {
            Some(Role::DragIcon) => self.drag_icon_commit(id, by),
            _ => self.cursor_changed(id, by),
        }
    }

    /// Surfaces above all windows, in the space of all outputs.
    pub(crate) fn seat_overlays(&self) -> Vec<(SurfaceId, Point)> {
        let spot = self.pointer_spot().map(|(x, y)| Point::new(x.floor() as i32, y.floor() as i32));
        spot.and_then(|spot| self.drag_overlay(spot)).into_iter().collect()
    }

    /// Whether the serial is of a button or a finger that is held down in this window: where it is.
    pub(crate) fn seat_holds(&self, serial: u32, window: WindowId) -> Option<(f64, f64)> {
        let Some(held) = self.seat.pointer.held.filter(|it| it.serial == serial) else {
            return self.touch_holds(serial, window);
        };
        let (toplevel, _) = self.toplevel_of(self.window_of(held.surface)?);
        if toplevel == window { self.pointer_spot() } else { None }
    }

    /// The host has taken the pointer over while a button was down, or the fingers.
    pub(crate) fn seat_lets_go(&mut self) {
        self.touch_cancel();
        self.seat.pointer.let_go();
        self.seat.pointer.buttons.clear();
        self.seat.pointer.place = None;
        if std::mem::replace(&mut self.seat.grab, Grab::None) == Grab::Dnd {
            self.drag_cancel();
        }
    }
}
