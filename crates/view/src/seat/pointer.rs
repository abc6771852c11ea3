//! `wl_pointer`: where the pointer is, whom it speaks to, and its buttons.
//!
//! Invariant: while a button is down that a client was told of, the pointer speaks to the surface where it went down,
//! wherever it is; a release is told only to who was told of the press.

use std::collections::BTreeSet;

use farway_proto::wayland::{Builder, Fixed};

use super::Grab;
use super::place::{Hit, Place, sane};
use crate::client::Target;
use crate::compositor::Compositor;
use crate::dispatch::{Refusal, Request};
use crate::effect::{CanvasId, ClientId};
use crate::surface::SurfaceId;

/// Buttons that are down at once; more are not looked at.
const BUTTONS: usize = 32;

/// The surface that a button went down in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    pub surface: SurfaceId,
    /// Of the first press.
    pub serial: u32,
}

/// A button that is down.
#[derive(Clone, Copy, Debug)]
pub(super) struct Button {
    code: u32,
    /// The client under `held` was told of it.
    told: bool,
}

#[derive(Debug, Default)]
pub(super) struct Pointer {
    /// Where it is; `None`: on no canvas.
    pub place: Option<Place>,
    pub buttons: Vec<Button>,
    pub held: Option<Held>,
    pub focus: Option<SurfaceId>,
    /// The serial that the focus was told with.
    pub entered: u32,
    /// The position that the focus was told.
    at: (Fixed, Fixed),
    /// What the dragged data was last said to be above.
    above: Option<Hit>,
    /// 120ths of a notch that the wheels turned beyond whole ones: vertical, horizontal.
    pub turned: [i32; 2],
    /// All wl_pointers.
    pub list: BTreeSet<Target>,
}

impl Pointer {
    /// Ends the implicit grab: nobody is told of the buttons that are still down.
    pub fn let_go(&mut self) {
        self.held = None;
        self.buttons.iter_mut().for_each(|it| it.told = false);
    }
}

pub(super) fn create(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let target = Target { client: request.client, id: request.new_id(0) };
    view.seat.pointer.list.insert(target);
    let surface = view.seat.pointer.focus.and_then(|it| view.living(it));
    if let Some(surface) = surface.filter(|it| it.client == request.client) {
        let (serial, (x, y)) = (view.seat.pointer.entered, view.seat.pointer.at);
        view.event(target, "enter", |it| it.uint(serial).object(surface.id).fixed(x).fixed(y));
        view.event(target, "frame", |it| it);
    }
    Ok(())
}

impl Compositor {
    pub(super) fn pointers_of(&self, client: ClientId) -> Vec<Target> {
        self.seat.pointer.list.iter().copied().filter(|it| it.client == client).collect()
    }

    /// The client that the pointer speaks to.
    pub(super) fn pointer_client(&self) -> Option<ClientId> {
        self.client_of(self.seat.pointer.focus?)
    }

    /// The surface that a button was pressed in and is held down, and the serial of the press.
    pub(crate) fn button_grab(&self) -> Option<(SurfaceId, u32)> {
        self.seat.pointer.held.map(|it| (it.surface, it.serial))
    }

    fn tell_pointers(&mut self, client: ClientId, name: &str, build: impl Fn(Builder) -> Builder) {
        for pointer in self.pointers_of(client) {
            self.event(pointer, name, &build);
        }
    }

    pub(super) fn pointer_frame(&mut self, client: ClientId) {
        self.tell_pointers(client, "frame", |it| it);
    }

    pub(super) fn pointer_motion(&mut self, canvas: CanvasId, x: f64, y: f64) {
        let Some(place) = sane((canvas, x, y)).filter(|_| !self.is_locked()) else { return };
        self.seat.pointer.place = Some(self.confine_place(place));
        if self.desk.drag.is_some() {
            if let Some((x, y)) = self.pointer_spot() {
                self.continue_drag(x, y);
            }
        }
    }

    pub(super) fn pointer_leave(&mut self) {
        self.seat.pointer.place = None;
    }

    pub(super) fn pointer_button(&mut self, code: u32, pressed: bool) {
        if pressed { self.press(code) } else { self.release_button(code) }
    }

    fn press(&mut self, code: u32) {
        let pointer = &self.seat.pointer;
        if pointer.buttons.len() >= BUTTONS || pointer.buttons.iter().any(|it| it.code == code) {
            return;
        }
        let told = self.deliver_press(code);
        self.seat.pointer.buttons.push(Button { code, told });
    }

    /// Whether a client was told of the press.
    fn deliver_press(&mut self, code: u32) -> bool {
        if self.seat.grab != Grab::None || self.desk.drag.is_some() {
            return false;
        }
        if self.seat.pointer.held.is_none() {
            let under = self.seat.pointer.place.and_then(|it| self.hit(it));
            if self.press_dismisses(under) {
                return false;
            }
            // Windows may have changed since the pointer moved.
            self.settle_pointer();
            if let Some(surface) = self.seat.pointer.focus {
                self.click(surface);
            }
        }
        let Some((surface, client)) = self.seat.pointer.focus.and_then(|it| Some((it, self.client_of(it)?)))
        else {
            return false;
        };
        let serial = self.send_button(client, code, true);
        self.seat.pointer.held.get_or_insert(Held { surface, serial });
        true
    }

    fn release_button(&mut self, code: u32) {
        let pointer = &mut self.seat.pointer;
        let Some(at) = pointer.buttons.iter().position(|it| it.code == code) else { return };
        let button = pointer.buttons.remove(at);
        let (none_down, none_told) = (pointer.buttons.is_empty(), !pointer.buttons.iter().any(|it| it.told));
        let client = pointer.held.filter(|_| button.told).and_then(|it| self.client_of(it.surface));
        if let Some(client) = client {
            self.send_button(client, code, false);
        }
        if none_told {
            self.seat.pointer.held = None;
        }
        if none_down {
            self.end_drag();
            if std::mem::replace(&mut self.seat.grab, Grab::None) == Grab::Dnd {
                self.drag_drop();
            }
        }
    }

    /// The serial that was sent along.
    fn send_button(&mut self, client: ClientId, code: u32, pressed: bool) -> u32 {
        let (serial, time) = (self.input_serial(client), self.milliseconds());
        let state = u32::from(pressed);
        self.tell_pointers(client, "button", |it| it.uint(serial).uint(time).uint(code).uint(state));
        self.pointer_frame(client);
        serial
    }

    /// Finds out what the pointer is over, and tells the old and the new surface.
    pub(super) fn settle_pointer(&mut self) {
        if self.desk.drag.is_some() {
            self.seat.pointer.let_go();
            self.point_at(None);
            return;
        }
        let place = self.seat.pointer.place;
        if self.seat.grab == Grab::Dnd {
            self.seat.pointer.let_go();
            self.point_at(None);
            let above = place.and_then(|it| self.hit(it));
            if self.seat.pointer.above != above {
                self.seat.pointer.above = above;
                self.drag_motion(above);
            }
            return;
        }
        self.seat.pointer.above = None;
        if let Some(held) = self.seat.pointer.held {
            // Outside of what can be compared the pointer is where it was last.
            if let Some((x, y)) = place.and_then(|it| self.within(held.surface, it)) {
                self.point_at(Some((held.surface, x, y)));
            }
            return;
        }
        let grabbing = self.grabbing_client();
        let allowed = |it: &Hit| grabbing.is_none() || grabbing == self.client_of(it.0);
        let hit = place.and_then(|it| self.hit(it)).filter(allowed);
        self.point_at(hit);
    }

    /// The pointer speaks to this surface from now on, and is there within it.
    fn point_at(&mut self, new: Option<Hit>) {
        let old = self.seat.pointer.focus;
        let at = new.map_or((Fixed(0), Fixed(0)), |it| (Fixed::from_f64(it.1), Fixed::from_f64(it.2)));
        if old == new.map(|it| it.0) {
            let moved = old.is_some() && self.seat.pointer.at != at && !self.is_locked();
            if let Some(client) = self.pointer_client().filter(|_| moved) {
                self.seat.pointer.at = at;
                let time = self.milliseconds();
                self.tell_pointers(client, "motion", |it| it.uint(time).fixed(at.0).fixed(at.1));
                self.pointer_frame(client);
            }
            return;
        }
        let new_client = new.and_then(|it| self.client_of(it.0));
        self.leave_pointer(new_client);
        let Some((surface, client)) = new.and_then(|it| Some((it.0, new_client?))) else { return };
        let serial = self.input_serial(client);
        let pointer = &mut self.seat.pointer;
        (pointer.focus, pointer.entered, pointer.at) = (Some(surface), serial, at);
        if let Some(surface) = self.living(surface) {
            let id = surface.id;
            self.tell_pointers(client, "enter", |it| it.uint(serial).object(id).fixed(at.0).fixed(at.1));
        }
        self.pointer_frame(client);
    }

    fn leave_pointer(&mut self, next: Option<ClientId>) {
        let Some(old) = self.seat.pointer.focus.take() else { return };
        let client = self.client_of(old);
        if client != next {
            self.cursor_left();
        }
        if let Some(surface) = self.living(old) {
            let serial = self.serial();
            self.tell_pointers(surface.client, "leave", |it| it.uint(serial).object(surface.id));
            // One frame holds both for a client whose surfaces are neighbours.
            if client != next {
                self.pointer_frame(surface.client);
            }
        }
    }

    /// A surface is about to be gone.
    pub(super) fn pointer_forgets(&mut self, id: SurfaceId) {
        let pointer = &mut self.seat.pointer;
        let above = pointer.above.filter(|it| it.0 != id);
        if std::mem::replace(&mut pointer.above, above) != above {
            self.drag_motion(None);
        }
        let pointer = &mut self.seat.pointer;
        if pointer.held.is_some_and(|it| it.surface == id) {
            pointer.let_go();
        }
        if pointer.focus == Some(id) {
            self.leave_pointer(None);
        }
    }
}
