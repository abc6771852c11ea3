//! `wl_compositor`, `wl_surface` and `wl_region`: what a surface is.
//!
//! What it is: the requests, the double-buffered state and what is shown now. What it is not: the moment when one
//! becomes the other ([`commit`]), and how it looks on a screen ([`paint`](crate::paint)). Invariant: a surface has at
//! most one role in its life, and its parents are never its children.

use std::sync::Arc;

use farway_proto::wayland::ObjectId;

use crate::client::{Data, Target};
use crate::compositor::Compositor;
use crate::dispatch::{Refusal, Request, Rule, code as display};
use crate::effect::{ClientId, WindowId};
use crate::geometry::{Area, Point, Rect, Size};
use crate::raster::Transform;
use crate::shm::Buffer;

pub(crate) mod commit;
pub(crate) mod state;

pub(crate) use state::{Crop, Shown, State};

pub(crate) const RULES: &[Rule] = &[
    ("wl_compositor", "create_surface", create_surface),
    ("wl_compositor", "create_region", create_region),
    ("wl_region", "add", |view, request| region(view, request, Area::add)),
    ("wl_region", "subtract", |view, request| region(view, request, Area::subtract)),
    ("wl_surface", "destroy", destroy),
    ("wl_surface", "attach", attach),
    ("wl_surface", "damage", damage),
    ("wl_surface", "damage_buffer", damage_buffer),
    ("wl_surface", "frame", frame),
    ("wl_surface", "set_opaque_region", set_opaque_region),
    ("wl_surface", "set_input_region", set_input_region),
    ("wl_surface", "set_buffer_transform", set_buffer_transform),
    ("wl_surface", "set_buffer_scale", set_buffer_scale),
    ("wl_surface", "offset", offset),
    ("wl_surface", "commit", commit::request),
];

/// Rectangles that one region may have before it becomes coarse.
const REGION_RECTS: usize = 1024;

/// Errors of `wl_surface`.
pub(crate) mod code {
    pub const INVALID_SCALE: u32 = 0;
    pub const INVALID_TRANSFORM: u32 = 1;
    pub const INVALID_SIZE: u32 = 2;
    pub const INVALID_OFFSET: u32 = 3;
    pub const DEFUNCT_ROLE_OBJECT: u32 = 4;
}

/// A surface; never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SurfaceId(pub u32);

/// What a surface is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    None,
    Subsurface,
    /// A toplevel or a popup.
    Window(WindowId),
    /// It was one, and may become one again.
    FormerWindow,
    Cursor,
    DragIcon,
}

#[derive(Debug)]
pub(crate) struct Surface {
    pub target: Target,
    pub role: Role,
    /// Requested since the last commit.
    pub pending: State,
    /// Committed, but waiting for the parent's commit.
    pub cached: State,
    /// What is seen.
    pub shown: Shown,
    /// Parent, for subsurfaces.
    pub parent: Option<SurfaceId>,
    /// Follows its parent's commits, if it is a subsurface.
    pub sync: bool,
    /// Position within the parent.
    pub position: Point,
    /// Itself and its subsurfaces, from the lowest to the highest.
    pub stack: Vec<SurfaceId>,
    /// The xdg_surface object, if it has one.
    pub xdg: Option<ObjectId>,
    /// The xdg_wm_base that the xdg_surface was made with.
    pub base: ObjectId,
    pub viewport: Option<Target>,
    pub fractional: Option<Target>,
    /// Scale that the client was told, in 120ths; 0: none.
    pub told_scale: u32,
    /// Outputs that it has entered.
    pub entered: Vec<usize>,
}

impl Surface {
    pub fn client(&self) -> ClientId {
        self.target.client
    }
}

impl Compositor {
    /// The surface behind an object.
    pub(crate) fn surface_id(&self, target: Target) -> Option<SurfaceId> {
        match self.data(target)? {
            Data::Surface(id) => Some(*id),
            _ => None,
        }
    }

    /// The surface that argument `at` names.
    pub(crate) fn surface_arg(&self, request: &Request<'_>, at: usize) -> Result<SurfaceId, Refusal> {
        let id = request.object(at).unwrap_or(ObjectId(0));
        let found = self.surface_id(Target { client: request.client, id });
        found.ok_or_else(|| request.refuse_at(ObjectId(1), display::INVALID_OBJECT, "not a wl_surface"))
    }

    /// Gives a surface a role; false if it has another.
    pub(crate) fn take_role(&mut self, id: SurfaceId, role: Role) -> bool {
        let Some(surface) = self.surfaces.get_mut(&id) else { return false };
        let fits = match (surface.role, role) {
            (Role::None, _) | (Role::FormerWindow, Role::Window(_)) => true,
            (Role::Window(_), _) | (_, Role::Window(_)) => false,
            (old, new) => old == new,
        };
        if fits {
            surface.role = role;
        }
        fits
    }

    /// The surface at the top of a tree of subsurfaces.
    pub(crate) fn root_of(&self, mut id: SurfaceId) -> SurfaceId {
        while let Some(parent) = self.surfaces.get(&id).and_then(|it| it.parent) {
            id = parent;
        }
        id
    }

    /// The window that a surface is part of.
    pub(crate) fn window_of(&self, id: SurfaceId) -> Option<WindowId> {
        match self.surfaces.get(&self.root_of(id))?.role {
            Role::Window(window) => Some(window),
            _ => None,
        }
    }

    /// A surface's object is gone, and with it the surface.
    pub(crate) fn surface_gone(&mut self, id: SurfaceId) {
        self.touch(id);
        if let Some(Role::Window(window)) = self.surfaces.get(&id).map(|it| it.role) {
            // Its role's object should have gone first. Nobody can see the window any more in any case.
            self.dismiss_children(window);
            self.unmap(window);
        }
        self.seat_forgets_surface(id);
        self.drag_forgets_surface(id);
        self.text_forgets_surface(id);
        self.kde_frames.remove(&id);
        let Some(surface) = self.surfaces.remove(&id) else { return };
        if let Some(client) = self.clients.get_mut(&surface.client()) {
            client.surfaces = client.surfaces.saturating_sub(1);
        }
        for child in &surface.stack {
            if let Some(child) = self.surfaces.get_mut(child) {
                child.parent = None;
            }
        }
        if let Some(parent) = surface.parent.and_then(|parent| self.surfaces.get_mut(&parent)) {
            parent.forget_child(id);
        }
        let State { callbacks, feedbacks, attached, .. } = surface.pending;
        // What was attached but never committed is not in use.
        drop(attached);
        self.discard(surface.target.client, callbacks, feedbacks);
        let cached = surface.cached;
        cached.attached.flatten().iter().for_each(|buffer| self.release(buffer));
        self.discard(surface.target.client, cached.callbacks, cached.feedbacks);
        surface.shown.buffer.iter().for_each(|buffer| self.release(buffer));
        self.discard(surface.target.client, surface.shown.callbacks, surface.shown.feedbacks);
    }

    /// A region's object is gone; who used it has a copy.
    pub(crate) fn region_gone(&mut self, target: Target) {
        if let Some(client) = self.clients.get_mut(&target.client) {
            client.regions = client.regions.saturating_sub(1);
        }
    }

    /// Ends callbacks that can not be answered any more.
    pub(crate) fn discard(&mut self, client: ClientId, callbacks: Vec<ObjectId>, feedbacks: Vec<ObjectId>) {
        for id in callbacks {
            self.remove(Target { client, id });
        }
        for id in feedbacks {
            self.event(Target { client, id }, "discarded", |it| it);
        }
    }
}

impl Surface {
    /// Itself and its subsurfaces in the order that was requested last, committed or not.
    pub fn latest_stack(&self) -> &[SurfaceId] {
        self.pending.stack.as_ref().or(self.cached.stack.as_ref()).unwrap_or(&self.stack)
    }

    /// The same, to be changed by the next commit.
    pub fn next_stack(&mut self) -> &mut Vec<SurfaceId> {
        let before = self.cached.stack.as_ref().unwrap_or(&self.stack);
        self.pending.stack.get_or_insert_with(|| before.clone())
    }

    /// A subsurface does not belong to this surface any more.
    pub fn forget_child(&mut self, id: SurfaceId) {
        self.stack.retain(|it| *it != id);
        for state in [&mut self.pending, &mut self.cached] {
            state.positions.retain(|(child, _)| *child != id);
            if let Some(stack) = &mut state.stack {
                stack.retain(|it| *it != id);
            }
        }
    }
}

fn create_surface(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let id = SurfaceId(view.number());
    let most = view.config.limits.surfaces;
    let Some(client) = view.clients.get_mut(&request.client) else { return Ok(()) };
    client.surfaces += 1;
    if client.surfaces > most {
        return Err(request.refuse_limit("too many surfaces"));
    }
    let target = Target { client: request.client, id: request.new_id(0) };
    let surface = Surface {
        target,
        role: Role::None,
        pending: State::default(),
        cached: State::default(),
        shown: Shown::default(),
        parent: None,
        sync: false,
        position: Point::default(),
        stack: vec![id],
        xdg: None,
        base: ObjectId::NULL,
        viewport: None,
        fractional: None,
        told_scale: 0,
        entered: Vec::new(),
    };
    view.surfaces.insert(id, surface);
    view.set_data(request.client, target.id, Data::Surface(id));
    Ok(())
}

fn create_region(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let most = view.config.limits.surfaces;
    let Some(client) = view.clients.get_mut(&request.client) else { return Ok(()) };
    client.regions += 1;
    if client.regions > most {
        return Err(request.refuse_limit("too many regions"));
    }
    view.set_data(request.client, request.new_id(0), Data::Region(Area::default()));
    Ok(())
}

fn region(view: &mut Compositor, request: &Request<'_>, change: fn(&mut Area, Rect)) -> Result<(), Refusal> {
    let rect = rect(request, 0);
    if let Some(Data::Region(area)) = view.data_mut(request.target()) {
        change(area, rect);
        area.simplify(REGION_RECTS);
    }
    Ok(())
}

/// Four arguments from `at` on.
pub(crate) fn rect(request: &Request<'_>, at: usize) -> Rect {
    Rect::new(request.int(at), request.int(at + 1), request.int(at + 2), request.int(at + 3))
}

fn destroy(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let surface = view.surface_id(request.target()).and_then(|id| view.surfaces.get(&id));
    let defunct = surface.is_some_and(|it| it.xdg.is_some());
    // Compositors differ in whether they mind; toolkits of several years get the order wrong at exit.
    if defunct && request.version >= 6 {
        return Err(request.refuse(code::DEFUNCT_ROLE_OBJECT, "the surface's role object still exists"));
    }
    Ok(())
}

/// The state that requests of a surface change.
fn pending<'a>(view: &'a mut Compositor, request: &Request<'_>) -> Option<&'a mut State> {
    let id = view.surface_id(request.target())?;
    Some(&mut view.surfaces.get_mut(&id)?.pending)
}

fn attach(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let buffer: Option<Arc<Buffer>> = match request.object(0) {
        None => None,
        Some(id) => match view.data(Target { client: request.client, id }) {
            Some(Data::Buffer(buffer)) => Some(Arc::clone(buffer)),
            _ => return Err(request.refuse_at(ObjectId(1), display::INVALID_OBJECT, "not a wl_buffer")),
        },
    };
    let by = Point::new(request.int(1), request.int(2));
    if request.version >= 5 && by != Point::default() {
        return Err(request.refuse(code::INVALID_OFFSET, "attach with an offset: use wl_surface.offset"));
    }
    if let Some(state) = pending(view, request) {
        state.attached = Some(buffer);
        state.offset = state.offset.plus(by);
    }
    Ok(())
}

fn offset(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let by = Point::new(request.int(0), request.int(1));
    if let Some(state) = pending(view, request) {
        state.offset = by;
    }
    Ok(())
}

fn damage(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let rect = rect(request, 0);
    if let Some(state) = pending(view, request) {
        state.damage.add(rect);
        state.damage.simplify(state::DAMAGE_RECTS);
    }
    Ok(())
}

fn damage_buffer(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let rect = rect(request, 0);
    if let Some(state) = pending(view, request) {
        state.buffer_damage.add(rect);
        state.buffer_damage.simplify(state::DAMAGE_RECTS);
    }
    Ok(())
}

fn frame(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let most = view.config.limits.pending;
    let callback = request.new_id(0);
    let Some(id) = view.surface_id(request.target()) else { return Ok(()) };
    let Some(surface) = view.surfaces.get_mut(&id) else { return Ok(()) };
    let waiting = surface.shown.callbacks.len() + surface.cached.callbacks.len();
    surface.pending.callbacks.push(callback);
    if waiting + surface.pending.callbacks.len() > most {
        return Err(request.refuse_limit("too many frame callbacks"));
    }
    Ok(())
}

/// A region argument: none, or a copy of it.
fn region_arg(view: &Compositor, request: &Request<'_>) -> Result<Option<Area>, Refusal> {
    let Some(id) = request.object(0) else { return Ok(None) };
    match view.data(Target { client: request.client, id }) {
        Some(Data::Region(area)) => Ok(Some(area.clone())),
        _ => Err(request.refuse_at(ObjectId(1), display::INVALID_OBJECT, "not a wl_region")),
    }
}

fn set_opaque_region(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let area = region_arg(view, request)?;
    if let Some(state) = pending(view, request) {
        state.opaque = Some(area.unwrap_or_default());
    }
    Ok(())
}

fn set_input_region(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let area = region_arg(view, request)?;
    if let Some(state) = pending(view, request) {
        state.input = Some(area);
    }
    Ok(())
}

fn set_buffer_transform(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let Some(transform) = Transform::from_wire(request.int(0) as u32) else {
        return Err(request.refuse(code::INVALID_TRANSFORM, format!("invalid transform {}", request.int(0))));
    };
    if let Some(state) = pending(view, request) {
        state.transform = Some(transform);
    }
    Ok(())
}

fn set_buffer_scale(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let scale = request.int(0);
    if scale < 1 {
        return Err(request.refuse(code::INVALID_SCALE, format!("invalid scale {scale}")));
    }
    if let Some(state) = pending(view, request) {
        state.scale = Some(scale);
    }
    Ok(())
}

/// The size in the surface's own orientation and pixels of the buffer.
pub(crate) fn turned(size: Size, transform: Transform) -> Size {
    if transform.swaps_axes() { Size::new(size.height, size.width) } else { size }
}
