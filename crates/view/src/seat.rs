//! `wl_seat`: the keyboard, the pointer and the touch screen of the user.

use crate::client::Target;
use crate::compositor::Compositor;
use crate::config::Config;
use crate::dispatch::Rule;
use crate::effect::{ClientId, WindowId};
use crate::geometry::Point;
use crate::surface::SurfaceId;

pub(crate) const RULES: &[Rule] = &[];

/// See the module.
#[derive(Debug)]
pub(crate) struct Seat {}

impl Seat {
    pub fn new(_config: &Config) -> Self {
        Self {}
    }
}

pub(crate) fn bound(view: &mut Compositor, target: Target) {
    view.event(target, "capabilities", |it| it.uint(0));
    view.event(target, "name", |it| it.str(b"seat0"));
}

impl Compositor {
    /// Finds out who has the keyboard now, and tells the old and the new one.
    pub(crate) fn settle_focus(&mut self) {
        self.settle_configures();
    }

    pub(crate) fn seat_gone(&mut self, _target: Target) {}

    pub(crate) fn seat_forgets_surface(&mut self, _id: SurfaceId) {}

    pub(crate) fn seat_forgets_window(&mut self, _id: WindowId) {}

    /// Whether a client got this serial just now, with something that the user did.
    pub(crate) fn serial_is_recent(&self, _client: ClientId, _serial: u32) -> bool {
        false
    }

    /// A surface with the role of a cursor or of something dragged was committed with this offset.
    pub(crate) fn cursor_commit(&mut self, _id: SurfaceId, _by: Point) {}

    /// Surfaces above all windows, in the space of all outputs.
    pub(crate) fn seat_overlays(&self) -> Vec<(SurfaceId, Point)> {
        Vec::new()
    }

    /// Whether the serial is of a button that is held down in this window: where the pointer is.
    pub(crate) fn seat_holds(&self, _serial: u32, _window: WindowId) -> Option<(f64, f64)> {
        None
    }

    /// The host has taken the pointer over while a button was down.
    pub(crate) fn seat_lets_go(&mut self) {}
}
