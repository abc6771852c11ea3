//! `wl_touch`: fingers.
//!
//! Invariant: a finger speaks to the surface that it came down on until it goes up, wherever it is meanwhile.

use std::collections::BTreeSet;

use farway_proto::wayland::Fixed;

use super::place::{Place, sane};
use crate::client::Target;
use crate::compositor::Compositor;
use crate::dispatch::{Refusal, Request};
use crate::effect::{ClientId, WindowId};
use crate::input::Phase;
use crate::surface::SurfaceId;

/// Fingers that are looked at.
const FINGERS: usize = 32;

/// One that is down.
#[derive(Clone, Copy, Debug)]
struct Finger {
    id: i32,
    client: ClientId,
    /// `None`: the surface is gone.
    surface: Option<SurfaceId>,
    /// That it came down with.
    serial: u32,
    /// Where it is.
    place: Place,
}

#[derive(Debug, Default)]
pub(super) struct Touch {
    fingers: Vec<Finger>,
    /// All wl_touches.
    pub list: BTreeSet<Target>,
}

impl Touch {
    pub fn forget(&mut self, id: SurfaceId) {
        for finger in &mut self.fingers {
            finger.surface = finger.surface.filter(|it| *it != id);
        }
    }
}

pub(super) fn create(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let target = Target { client: request.client, id: request.new_id(0) };
    view.seat.touch.list.insert(target);
    Ok(())
}

impl Compositor {
    pub(super) fn touch_input(&mut self, id: i32, phase: Phase, place: Place) {
        match phase {
            Phase::Down => self.touch_down(id, place),
            Phase::Motion => self.touch_motion(id, place),
            Phase::Up => self.touch_up(id),
            Phase::Cancel => self.touch_cancel(),
        }
    }

    fn touches_of(&self, client: ClientId) -> Vec<Target> {
        self.seat.touch.list.iter().copied().filter(|it| it.client == client).collect()
    }

    fn finger(&self, id: i32) -> Option<Finger> {
        self.seat.touch.fingers.iter().copied().find(|it| it.id == id)
    }

    fn touch_down(&mut self, id: i32, place: Place) {
        let Some(place) = sane(place) else { return };
        if self.finger(id).is_some() || self.seat.touch.fingers.len() >= FINGERS {
            return;
        }
        let hit = self.hit(place);
        if self.press_dismisses(hit) {
            return;
        }
        let Some((surface, x, y)) = hit else { return };
        self.click(surface);
        let Some(target) = self.living(surface) else { return };
        let client = target.client;
        let (serial, time) = (self.input_serial(client), self.milliseconds());
        self.seat.touch.fingers.push(Finger { id, client, surface: Some(surface), serial, place });
        let (x, y) = (Fixed::from_f64(x), Fixed::from_f64(y));
        for touch in self.touches_of(client) {
            self.event(touch, "down", |it| {
                it.uint(serial).uint(time).object(target.id).int(id).fixed(x).fixed(y)
            });
            self.event(touch, "frame", |it| it);
        }
    }

    fn touch_motion(&mut self, id: i32, place: Place) {
        let (Some(place), Some(finger)) = (sane(place), self.finger(id)) else { return };
        for it in self.seat.touch.fingers.iter_mut().filter(|it| it.id == id) {
            it.place = place;
        }
        if self.drags(finger) {
            if let Some((_, x, y)) = self.spot(place) {
                self.continue_drag(x, y);
            }
            return;
        }
        let Some((x, y)) = finger.surface.and_then(|it| self.within(it, place)) else { return };
        let (time, x, y) = (self.milliseconds(), Fixed::from_f64(x), Fixed::from_f64(y));
        for touch in self.touches_of(finger.client) {
            self.event(touch, "motion", |it| it.uint(time).int(id).fixed(x).fixed(y));
            self.event(touch, "frame", |it| it);
        }
    }

    fn touch_up(&mut self, id: i32) {
        let Some(finger) = self.finger(id) else { return };
        self.seat.touch.fingers.retain(|it| it.id != id);
        if self.drags(finger) {
            self.end_drag();
        }
        let (serial, time) = (self.input_serial(finger.client), self.milliseconds());
        for touch in self.touches_of(finger.client) {
            self.event(touch, "up", |it| it.uint(serial).uint(time).int(id));
            self.event(touch, "frame", |it| it);
        }
    }

    /// Whether a finger moves or resizes its window.
    fn drags(&self, finger: Finger) -> bool {
        let window = finger.surface.and_then(|it| self.window_of(it)).map(|it| self.toplevel_of(it).0);
        self.seat.pointer.buttons.is_empty()
            && window.is_some()
            && window == self.desk.drag.map(|it| it.window)
    }

    /// Where the finger is that came down in a window with this serial.
    pub(super) fn touch_holds(&self, serial: u32, window: WindowId) -> Option<(f64, f64)> {
        let finger = self.seat.touch.fingers.iter().find(|it| it.serial == serial)?;
        let (toplevel, _) = self.toplevel_of(self.window_of(finger.surface?)?);
        let (_, x, y) = self.spot(finger.place)?;
        (toplevel == window).then_some((x, y))
    }

    /// All fingers are the host's from now on.
    pub(super) fn touch_cancel(&mut self) {
        let fingers = std::mem::take(&mut self.seat.touch.fingers);
        if fingers.iter().any(|it| self.drags(*it)) {
            self.end_drag();
        }
        let mut clients: Vec<ClientId> = fingers.into_iter().map(|it| it.client).collect();
        clients.sort_unstable();
        clients.dedup();
        for touch in clients.into_iter().flat_map(|it| self.touches_of(it)).collect::<Vec<_>>() {
            self.event(touch, "cancel", |it| it);
        }
    }
}
