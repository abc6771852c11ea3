//! Drag and drop between clients.
//!
//! What it is: the drag from its start to the drop, and who is told. What it is not: the pointer, which the seat
//! moves. Invariant: there is one drag at most; it ends with a drop or is cancelled, and the source learns which.

use farway_proto::wayland::{Fixed, ObjectId};

use super::offer::{Dragged, Offer, Purpose};
use super::source::{SourceRef, action};
use super::{code, source_arg};
use crate::client::Target;
use crate::compositor::Compositor;
use crate::dispatch::{Refusal, Request, code as display};
use crate::effect::{ClientId, SelectionKind};
use crate::geometry::Point;
use crate::seat::focus::Grab;
use crate::surface::{Role, SurfaceId};

#[cfg(test)]
mod tests;

/// Something that is dragged right now.
#[derive(Debug)]
pub(crate) struct Drag {
    /// Who started it.
    client: ClientId,
    /// Where the content is; `None`: within the client only, which knows.
    source: Option<SourceRef>,
    icon: Option<SurfaceId>,
    /// Left upper corner of the icon relative to the pointer.
    icon_at: Point,
    over: Option<SurfaceId>,
    /// Number of this stay over a surface; offers know it.
    visit: u32,
    /// Offers of this stay.
    offers: Vec<Target>,
}

impl Drag {
    pub fn new(client: ClientId, source: Option<SourceRef>, icon: Option<SurfaceId>) -> Self {
        let offers = Vec::new();
        Self { client, source, icon, icon_at: Point::default(), over: None, visit: 0, offers }
    }

    /// Whether this stay over a surface goes on.
    pub fn is_at(&self, visit: u32) -> bool {
        self.over.is_some() && self.visit == visit
    }
}

pub(super) fn start(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let source = source_arg(view, request, 0)?;
    let origin = view.surface_arg(request, 1)?;
    let icon = request.object(2).map(|_| view.surface_arg(request, 2)).transpose()?;
    if let Some(used) = source.and_then(|it| view.source(it)) {
        if used.primary {
            let text = "a source of another kind";
            return Err(request.refuse_at(ObjectId(1), display::INVALID_OBJECT, text));
        }
        if used.used {
            return Err(request.refuse(code::USED_SOURCE, "the source was used already"));
        }
    }
    if icon.is_some_and(|icon| !view.take_role(icon, Role::DragIcon)) {
        return Err(request.refuse(code::ROLE, "the icon has another role"));
    }
    // With a button only: what a finger drags would never be dropped. A menu counts as what it stands on.
    let toplevel = |it: SurfaceId| Some(view.toplevel_of(view.window_of(it)?).0);
    let pressed = view.button_grab().filter(|it| it.1 == request.uint(3)).and_then(|it| toplevel(it.0));
    let held = pressed.is_some() && pressed == toplevel(origin);
    let drag = Drag::new(request.client, source, icon);
    if held {
        view.drag_start(drag)
    } else {
        view.drag_refuse(&drag)
    }
    Ok(())
}

impl Compositor {
    /// Whether something is dragged: the pointer belongs to the drag then.
    #[cfg(test)]
    pub(crate) fn drag_active(&self) -> bool {
        self.exchange.drag.is_some()
    }

    /// Begins a drag. The first one wins.
    pub(crate) fn drag_start(&mut self, drag: Drag) {
        if self.exchange.drag.is_some() {
            return self.drag_refuse(&drag);
        }
        if let Some(source) = drag.source.and_then(|it| self.source_mut(it)) {
            source.used = true;
        }
        self.exchange.drag = Some(drag);
        self.seat.grab = Grab::Dnd;
        self.painter.want(None);
    }

    fn drag_refuse(&mut self, drag: &Drag) {
        if let Some(source) = drag.source.filter(|it| self.source(*it).is_some()) {
            self.drag_failed(source.target);
        }
    }

    /// Tells a source; older ones know the event only from selections.
    pub(super) fn drag_failed(&mut self, source: Target) {
        if self.object(source).is_some_and(|it| it.version >= 3) {
            self.event(source, "cancelled", |it| it);
        }
    }

    /// The pointer is over this surface now, at this place within it, or over none.
    pub(crate) fn drag_motion(&mut self, surface: Option<(SurfaceId, f64, f64)>) {
        let Some(drag) = &self.exchange.drag else { return };
        // Without a source only the client itself takes part.
        let takes = |id: SurfaceId| {
            let client = self.surfaces.get(&id).map(|it| it.client());
            client.is_some_and(|it| drag.source.is_some() || it == drag.client)
        };
        let surface = surface.filter(|it| takes(it.0));
        self.painter.want(None);
        let drag = self.exchange.drag.as_ref();
        if drag.and_then(|it| it.over) != surface.map(|it| it.0) {
            self.drag_leave();
            if let Some((surface, x, y)) = surface {
                self.drag_enter(surface, x, y);
            }
        } else if let Some((surface, x, y)) = surface {
            let time = self.milliseconds();
            for device in self.drag_devices(surface) {
                self.event(device, "motion", |it| {
                    it.uint(time).fixed(Fixed::from_f64(x)).fixed(Fixed::from_f64(y))
                });
            }
        }
    }

    fn drag_devices(&self, surface: SurfaceId) -> Vec<Target> {
        let Some(surface) = self.surfaces.get(&surface) else { return Vec::new() };
        self.exchange.devices(SelectionKind::Clipboard, surface.client())
    }

    fn drag_enter(&mut self, surface: SurfaceId, x: f64, y: f64) {
        let (visit, serial) = (self.number(), self.serial());
        let Some(object) = self.surfaces.get(&surface).map(|it| it.target.id) else { return };
        let Some(drag) = &mut self.exchange.drag else { return };
        (drag.over, drag.visit) = (Some(surface), visit);
        let source = drag.source.and_then(|name| Some((name, self.source(name)?.clone())));
        for device in self.drag_devices(surface) {
            let mut offer = None;
            if let Some((name, source)) = &source {
                let purpose = Purpose::Drag(Dragged::new(*name, visit));
                let made = Offer { number: name.number, purpose };
                offer = self.make_offer(SelectionKind::Clipboard, device, made, &source.types);
                let Some(id) = offer else { continue };
                let target = Target { id, ..device };
                let actions = source.actions.unwrap_or(action::COPY);
                self.event(target, "source_actions", |it| it.uint(actions));
                if let Some(drag) = &mut self.exchange.drag {
                    drag.offers.push(target);
                }
                self.negotiate(target);
            }
            self.event(device, "enter", |it| {
                let it = it.uint(serial).object(object).fixed(Fixed::from_f64(x)).fixed(Fixed::from_f64(y));
                it.object(offer.unwrap_or(ObjectId::NULL))
            });
        }
    }

    fn drag_leave(&mut self) {
        let Some(drag) = &mut self.exchange.drag else { return };
        drag.offers.clear();
        let (source, Some(over)) = (drag.source, drag.over.take()) else { return };
        for device in self.drag_devices(over) {
            self.event(device, "leave", |it| it);
        }
        if let Some(source) = source.filter(|it| self.source(*it).is_some()) {
            self.event(source.target, "target", |it| it.null_str());
        }
    }

    /// The button was let go: what is dragged falls where the pointer is, if it is wanted there.
    pub(crate) fn drag_drop(&mut self) {
        let Some(drag) = &self.exchange.drag else { return };
        let (source, over, offers) = (drag.source, drag.over, drag.offers.clone());
        let Some(over) = over else { return self.drag_cancel() };
        let mut wanted = source.is_none();
        for offer in offers {
            if let Some(dragged) = self.dragged_mut(offer).filter(|it| it.accepted && it.action != 0) {
                dragged.dropped = true;
                wanted = true;
            }
        }
        if !wanted {
            return self.drag_cancel();
        }
        for device in self.drag_devices(over) {
            self.event(device, "drop", |it| it);
        }
        if let Some(source) = source {
            self.event(source.target, "dnd_drop_performed", |it| it);
        }
        self.drag_end();
    }

    /// Nothing becomes of the drag.
    pub(crate) fn drag_cancel(&mut self) {
        self.drag_leave();
        if let Some(drag) = self.drag_end() {
            self.drag_refuse(&drag);
        }
    }

    fn drag_end(&mut self) -> Option<Drag> {
        self.seat.grab = Grab::None;
        self.painter.want(None);
        self.exchange.drag.take()
    }

    /// What follows the pointer, which is here.
    pub(crate) fn drag_overlay(&self, pointer: Point) -> Option<(SurfaceId, Point)> {
        let drag = self.exchange.drag.as_ref()?;
        Some((drag.icon?, pointer.plus(drag.icon_at)))
    }

    /// An icon was committed with this offset.
    pub(crate) fn drag_icon_commit(&mut self, id: SurfaceId, by: Point) {
        if let Some(drag) = self.exchange.drag.as_mut().filter(|it| it.icon == Some(id)) {
            drag.icon_at = drag.icon_at.plus(by);
            self.painter.want(None);
        }
    }

    pub(super) fn drag_forgets_source(&mut self, number: u32) {
        let of_it = |it: &Drag| it.source.is_some_and(|source| source.number == number);
        if self.exchange.drag.as_ref().is_some_and(of_it) {
            self.drag_leave();
            self.drag_end();
        }
    }

    /// A client has no device any more and cannot go on with a drag of its own.
    pub(super) fn drag_forgets_client(&mut self, client: ClientId) {
        if self.exchange.drag.as_ref().is_some_and(|it| it.source.is_none() && it.client == client) {
            self.drag_cancel();
        }
    }

    pub(crate) fn drag_forgets_surface(&mut self, id: SurfaceId) {
        if self.exchange.drag.as_ref().is_some_and(|it| it.over == Some(id)) {
            self.drag_leave();
        }
        if let Some(drag) = self.exchange.drag.as_mut().filter(|it| it.icon == Some(id)) {
            drag.icon = None;
        }
    }
}
