//! Where things are for input: points of canvases, of the space behind them, and of surfaces.
//!
//! Invariant: points of different spaces are never compared. On outputs there is one space, that of all outputs; where
//! the host shows the windows, each toplevel with its popups is a space of its own.

use crate::compositor::Compositor;
use crate::config::Show;
use crate::effect::{CanvasId, ClientId, WindowId};
use crate::geometry::Point;
use crate::surface::SurfaceId;
use crate::xdg::window::Window;

/// A point of a canvas, in logical pixels.
pub(super) type Place = (CanvasId, f64, f64);

/// A point of a surface.
pub(super) type Hit = (SurfaceId, f64, f64);

/// A space: that of all outputs, or that of a toplevel.
type Space = Option<WindowId>;

/// Beyond this nothing is; Wayland's numbers end at 2²³.
const FARTHEST: f64 = 1_000_000.0;

/// A place that can be calculated with.
pub(super) fn sane((canvas, x, y): Place) -> Option<Place> {
    let limit = |it: f64| it.is_finite().then(|| it.clamp(-FARTHEST, FARTHEST));
    Some((canvas, limit(x)?, limit(y)?))
}

impl Compositor {
    /// A point of a canvas in its space; `None` if there is no such canvas.
    pub(super) fn spot(&self, (canvas, x, y): Place) -> Option<(Space, f64, f64)> {
        let (space, origin) = match canvas {
            CanvasId::Output(at) => (None, self.outputs.get(at)?.at),
            CanvasId::Window(id) => {
                self.windows.get(&id).filter(|it| it.mapped)?;
                self.window_spot(id)?
            }
        };
        Some((space, x + f64::from(origin.x), y + f64::from(origin.y)))
    }

    /// Where the geometry of a window begins.
    fn window_spot(&self, id: WindowId) -> Option<(Space, Point)> {
        let (toplevel, at) = self.toplevel_of(id);
        match self.config.show {
            Show::Outputs(_) => Some((None, self.windows.get(&toplevel)?.at.plus(at))),
            Show::Windows(_) => Some((Some(toplevel), at)),
        }
    }

    /// Where a surface begins; `None` if it is not part of a window that is mapped.
    fn surface_spot(&self, id: SurfaceId) -> Option<(Space, Point)> {
        let (mut at, mut root) = (Point::default(), id);
        while let Some((surface, parent)) = self.surfaces.get(&root).and_then(|it| Some((it, it.parent?))) {
            at = at.plus(surface.position);
            root = parent;
        }
        let window = self.window_of(root)?;
        let geometry = self.windows.get(&window).filter(|it| it.mapped)?.geometry;
        let (space, origin) = self.window_spot(window)?;
        Some((space, origin.minus(geometry.origin()).plus(at)))
    }

    /// A point of a canvas as a point of a surface, which may be outside of it; `None` if they are in different
    /// spaces.
    pub(super) fn within(&self, surface: SurfaceId, place: Place) -> Option<(f64, f64)> {
        let ((space, x, y), (other, origin)) = (self.spot(place)?, self.surface_spot(surface)?);
        (space == other).then(|| (x - f64::from(origin.x), y - f64::from(origin.y)))
    }

    /// A point of a surface as a point of the canvas `on`, or of the output that has it.
    pub(super) fn place_of(&self, surface: SurfaceId, x: f64, y: f64, on: CanvasId) -> Option<Place> {
        let (space, origin) = self.surface_spot(surface)?;
        let (x, y) = (x + f64::from(origin.x), y + f64::from(origin.y));
        let point = Point::new(x.floor() as i32, y.floor() as i32);
        let output = self.outputs.iter().position(|it| it.rect().has(point));
        let canvas = match (space, output) {
            (None, Some(at)) => CanvasId::Output(at),
            _ => on,
        };
        let (other, left, top) = self.spot((canvas, 0.0, 0.0))?;
        (space == other).then_some((canvas, x - left, y - top))
    }

    /// Where the pointer is, in the space of all outputs or of a toplevel.
    pub(crate) fn pointer_spot(&self) -> Option<(f64, f64)> {
        let (_, x, y) = self.spot(self.seat.pointer.place?)?;
        Some((x, y))
    }

    /// The surface that input at a place is for, whatever grabs there are.
    pub(super) fn hit(&self, place: Place) -> Option<Hit> {
        let hit = self.surface_at(place.0, place.1, place.2)?;
        let window = self.windows.get(&self.window_of(hit.0)?)?;
        // One that was dismissed is not to be seen, but its client may not know yet.
        window.popup().is_none_or(|it| !it.done).then_some(hit)
    }

    /// The popup that has all input of its client: the newest that grabs.
    pub(super) fn grabbing_popup(&self) -> Option<WindowId> {
        let grabs = |it: &Window| it.mapped && it.popup().is_some_and(|popup| popup.grab && !popup.done);
        self.windows.iter().rev().find(|(_, it)| grabs(it)).map(|(id, _)| *id)
    }

    /// The client of a surface.
    pub(super) fn client_of(&self, id: SurfaceId) -> Option<ClientId> {
        Some(self.surfaces.get(&id)?.client())
    }

    /// The client of the popup that grabs.
    pub(super) fn grabbing_client(&self) -> Option<ClientId> {
        let popup = self.grabbing_popup()?;
        Some(self.windows.get(&popup)?.object.client)
    }

    /// A button or a finger goes down there: true if that only ends popups that grab.
    pub(super) fn press_dismisses(&mut self, hit: Option<Hit>) -> bool {
        let Some(client) = self.grabbing_client() else { return false };
        if hit.and_then(|it| self.client_of(it.0)) == Some(client) {
            return false;
        }
        self.dismiss_grabs();
        true
    }

    /// Ends all popups that grab, and those above them.
    pub(super) fn dismiss_grabs(&mut self) {
        // Each round ends one at least.
        while let Some(mut lowest) = self.grabbing_popup() {
            let mut at = lowest;
            while let Some(popup) = self.windows.get(&at).and_then(Window::popup) {
                if popup.grab && !popup.done {
                    lowest = at;
                }
                at = popup.parent;
            }
            self.dismiss(lowest);
        }
    }
}
