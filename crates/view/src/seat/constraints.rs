//! `zwp_pointer_constraints_v1`: pointers that stay where they are, or within a region.
//!
//! Invariant: one constraint at most is active, and only while its surface has the pointer and its client the
//! keyboard; a surface has one at most that can ever be active again.

use farway_proto::wayland::ObjectId;

use super::place::Place;
use super::relative::pointer_arg;
use crate::client::{Data, Target};
use crate::compositor::Compositor;
use crate::config::Show;
use crate::dispatch::{Refusal, Request, code as display};
use crate::effect::{Confinement, Effect};
use crate::geometry::{Area, Point, Rect};
use crate::surface::SurfaceId;

/// `zwp_pointer_constraints_v1.error.already_constrained`.
const ALREADY_CONSTRAINED: u32 = 1;
/// `zwp_pointer_constraints_v1.lifetime.persistent`.
const PERSISTENT: u32 = 2;
/// Pairs of rectangles of a region and of an input region that are looked at.
const PIECES: usize = 256;
/// The smallest distance that Wayland knows.
const STEP: f64 = 1.0 / 256.0;

/// All constraints, and what the host was told of them.
#[derive(Debug, Default)]
pub(super) struct List {
    all: Vec<Constraint>,
    told: Option<Confinement>,
}

impl List {
    /// Whether the surface has a constraint that is active or may become so.
    pub fn has_one(&self, surface: Option<SurfaceId>) -> bool {
        self.all.iter().any(|it| Some(it.surface) == surface && !it.spent)
    }
}

#[derive(Debug)]
struct Constraint {
    object: Target,
    pointer: Target,
    surface: SurfaceId,
    locks: bool,
    persistent: bool,
    active: bool,
    /// It was active once and will not be again.
    spent: bool,
    /// `None`: all of the surface.
    region: Option<Area>,
    next_region: Option<Option<Area>>,
    /// Where the client draws a pointer of its own.
    hint: Option<(f64, f64)>,
    next_hint: Option<(f64, f64)>,
}

pub(super) fn lock(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    create(view, request, true)
}

pub(super) fn confine(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    create(view, request, false)
}

fn create(view: &mut Compositor, request: &Request<'_>, locks: bool) -> Result<(), Refusal> {
    let surface = view.surface_arg(request, 1)?;
    let pointer = pointer_arg(view, request, 2)?;
    let region = region_arg(view, request, 3)?;
    if view.seat.constraints.has_one(Some(surface)) {
        return Err(request.refuse(ALREADY_CONSTRAINED, "the surface has a constraint already"));
    }
    let all = view.seat.constraints.all.iter();
    if all.filter(|it| it.object.client == request.client).count() >= super::EXTRAS {
        return Err(request.refuse_limit("too many constraints of pointers"));
    }
    let object = Target { client: request.client, id: request.new_id(0) };
    view.set_data(request.client, object.id, Data::For(pointer.id));
    view.seat.constraints.all.push(Constraint {
        object,
        pointer,
        surface,
        locks,
        persistent: request.uint(4) == PERSISTENT,
        active: false,
        spent: false,
        region,
        next_region: None,
        hint: None,
        next_hint: None,
    });
    Ok(())
}

/// A region argument: none, or a copy of it.
fn region_arg(view: &Compositor, request: &Request<'_>, at: usize) -> Result<Option<Area>, Refusal> {
    let Some(id) = request.object(at) else { return Ok(None) };
    match view.data(Target { client: request.client, id }) {
        Some(Data::Region(area)) => Ok(Some(area.clone())),
        _ => Err(request.refuse_at(ObjectId(1), display::INVALID_OBJECT, "not a wl_region")),
    }
}

fn spoken_to<'a>(view: &'a mut Compositor, request: &Request<'_>) -> Option<&'a mut Constraint> {
    let target = request.target();
    view.seat.constraints.all.iter_mut().find(|it| it.object == target)
}

pub(super) fn set_region(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let region = region_arg(view, request, 0)?;
    if let Some(constraint) = spoken_to(view, request) {
        constraint.next_region = Some(region);
    }
    Ok(())
}

pub(super) fn set_hint(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let hint = (request.fixed(0), request.fixed(1));
    if let Some(constraint) = spoken_to(view, request) {
        constraint.next_hint = Some(hint);
    }
    Ok(())
}

/// The point of the area that is nearest; `None` if it is empty.
fn nearest(area: &Area, (x, y): (f64, f64)) -> Option<(f64, f64)> {
    let into = |rect: &Rect| {
        let clamp = |it: f64, low: i32, high: i32| it.clamp(low.into(), f64::from(high) - STEP);
        (clamp(x, rect.x, rect.right()), clamp(y, rect.y, rect.bottom()))
    };
    let distance = |it: &(f64, f64)| (it.0 - x).powi(2) + (it.1 - y).powi(2);
    area.rects().iter().map(into).min_by(|one, other| distance(one).total_cmp(&distance(other)))
}

impl Compositor {
    fn active_constraint(&self) -> Option<&Constraint> {
        self.seat.constraints.all.iter().find(|it| it.active)
    }

    /// Whether the pointer does not move.
    pub(super) fn is_locked(&self) -> bool {
        self.active_constraint().is_some_and(|it| it.locks)
    }

    /// Where a constraint holds: its region within what of the surface takes input.
    fn constrained_area(&self, constraint: &Constraint) -> Option<Area> {
        let shown = &self.surfaces.get(&constraint.surface)?.shown;
        let bounds = shown.size()?.rect();
        let mut area = constraint.region.clone().unwrap_or_else(|| bounds.into());
        area.clip(bounds);
        // Regions that are too intricate for this hold as they are.
        let input = shown.input.as_ref().filter(|it| it.rects().len() * area.rects().len() <= PIECES);
        if let Some(input) = input {
            let mut both = Area::default();
            for one in area.rects() {
                input.rects().iter().for_each(|other| both.add(one.intersect(*other)));
            }
            area = both;
        }
        Some(area)
    }

    /// The place, or the nearest one where the pointer may be.
    pub(super) fn confine_place(&self, place: Place) -> Place {
        let confined = || {
            let constraint = self.active_constraint().filter(|it| !it.locks)?;
            let (x, y) = self.within(constraint.surface, place)?;
            let (x, y) = nearest(&self.constrained_area(constraint)?, (x, y))?;
            self.place_of(constraint.surface, x, y, place.0)
        };
        confined().unwrap_or(place)
    }

    /// Ends and begins constraints, and tells the host what holds now.
    pub(super) fn settle_constraint(&mut self) {
        let focus = self.seat.pointer.focus;
        let (client, keyboard) = (self.pointer_client(), self.focus_client());
        let has = |it: &Constraint| focus == Some(it.surface) && client.is_some() && client == keyboard;
        let over = self.seat.constraints.all.iter().position(|it| it.active && !has(it));
        if let Some(at) = over {
            self.deactivate(at);
        }
        if self.active_constraint().is_none() {
            let fits = |it: &Constraint| !it.spent && has(it) && self.is_inside(it);
            let next = self.seat.constraints.all.iter().position(fits);
            if let Some(constraint) = next.and_then(|at| self.seat.constraints.all.get_mut(at)) {
                constraint.active = true;
                let (object, name) =
                    (constraint.object, if constraint.locks { "locked" } else { "confined" });
                self.event(object, name, |it| it);
            }
        }
        let now = self.active_constraint().and_then(|it| {
            let window = self.toplevel_of(self.window_of(it.surface)?).0;
            Some(if it.locks { Confinement::Locked(window) } else { Confinement::Confined(window) })
        });
        if std::mem::replace(&mut self.seat.constraints.told, now) != now {
            self.effects.push_back(Effect::Confine(now));
        }
    }

    /// Whether the pointer is where the constraint holds.
    fn is_inside(&self, constraint: &Constraint) -> bool {
        let alive = self.seat.pointer.list.contains(&constraint.pointer);
        let at = self.seat.pointer.place.and_then(|it| self.within(constraint.surface, it));
        let Some((x, y)) = at.filter(|_| alive) else { return false };
        let point = Point::new(x.floor() as i32, y.floor() as i32);
        self.constrained_area(constraint).is_some_and(|it| it.has(point))
    }

    fn deactivate(&mut self, at: usize) {
        let Some(constraint) = self.seat.constraints.all.get_mut(at) else { return };
        constraint.active = false;
        constraint.spent = !constraint.persistent;
        let (object, name) = (constraint.object, if constraint.locks { "unlocked" } else { "unconfined" });
        let (surface, hint) = (constraint.surface, constraint.hint.take());
        self.event(object, name, |it| it);
        self.apply_hint(surface, hint);
    }

    /// The pointer goes to where the client drew it while it was locked.
    fn apply_hint(&mut self, surface: SurfaceId, hint: Option<(f64, f64)>) {
        let size = self.surfaces.get(&surface).and_then(|it| it.shown.size());
        let (Some((x, y)), Some(size)) = (hint, size) else { return };
        let point = Point::new(x.floor() as i32, y.floor() as i32);
        // A host that shows the windows has a pointer of its own, which it does not let us move.
        let ours = matches!(self.config.show, Show::Outputs(_)) && size.rect().has(point);
        let on = self.seat.pointer.place.filter(|_| ours).map(|it| it.0);
        if let Some(place) = on.and_then(|on| self.place_of(surface, x, y, on)) {
            self.seat.pointer.place = Some(place);
        }
    }

    /// A surface was committed: what was set for its constraints holds from now on.
    pub(crate) fn constraints_commit(&mut self, id: SurfaceId) {
        for constraint in self.seat.constraints.all.iter_mut().filter(|it| it.surface == id) {
            if let Some(region) = constraint.next_region.take() {
                constraint.region = region;
            }
            constraint.hint = constraint.next_hint.take().or(constraint.hint);
        }
        // A region may have been taken away from under a pointer that is confined to it.
        if self.active_constraint().is_some_and(|it| it.surface == id) {
            self.seat.pointer.place = self.seat.pointer.place.map(|it| self.confine_place(it));
        }
    }

    /// A constraint's object is gone, or the pointer's that it was made for.
    pub(super) fn constraint_gone(&mut self, target: Target) {
        let ended = |it: &Constraint| it.active && (it.object == target || it.pointer == target);
        if let Some(at) = self.seat.constraints.all.iter().position(ended) {
            self.deactivate(at);
        }
        self.seat.constraints.all.retain(|it| it.object != target);
        for constraint in self.seat.constraints.all.iter_mut().filter(|it| it.pointer == target) {
            constraint.spent = true;
        }
    }

    /// A surface is about to be gone: its constraints are defunct.
    pub(super) fn constraints_forget(&mut self, id: SurfaceId) {
        for constraint in self.seat.constraints.all.iter_mut().filter(|it| it.surface == id) {
            (constraint.active, constraint.spent, constraint.hint) = (false, true, None);
        }
    }
}
