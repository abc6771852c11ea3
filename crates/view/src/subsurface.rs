//! `wl_subcompositor` and `wl_subsurface`: surfaces as parts of others.
//!
//! Invariant: a tree of surfaces has no cycle and is no deeper than [`Limits::depth`](crate::config::Limits).

use crate::client::{Data, Target};
use crate::compositor::Compositor;
use crate::dispatch::{Refusal, Request, Rule};
use crate::geometry::Point;
use crate::surface::{Role, SurfaceId};

#[cfg(test)]
mod tests;

pub(crate) const RULES: &[Rule] = &[
    ("wl_subcompositor", "get_subsurface", get_subsurface),
    ("wl_subsurface", "set_position", set_position),
    ("wl_subsurface", "place_above", |view, request| place(view, request, 1)),
    ("wl_subsurface", "place_below", |view, request| place(view, request, 0)),
    ("wl_subsurface", "set_sync", |view, request| set_sync(view, request, true)),
    ("wl_subsurface", "set_desync", |view, request| set_sync(view, request, false)),
];

/// Errors of `wl_subcompositor`, and of `wl_subsurface`.
mod code {
    pub const BAD_SURFACE: u32 = 0;
    pub const BAD_PARENT: u32 = 1;
}

fn get_subsurface(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let id = view.surface_arg(request, 1)?;
    let parent = view.surface_arg(request, 2)?;
    if view.root_of(parent) == id {
        return Err(request.refuse(code::BAD_PARENT, "a surface cannot be inside of itself"));
    }
    let (mut depth, mut at) = (0, parent);
    while let Some(next) = view.surfaces.get(&at).and_then(|it| it.parent) {
        (depth, at) = (depth + 1, next);
    }
    if depth + view.height_of(id) >= view.config.limits.depth {
        return Err(request.refuse_limit("subsurfaces are nested too deeply"));
    }
    let has_object = view.surfaces.get(&id).is_some_and(|it| it.parent.is_some());
    if has_object || !view.take_role(id, Role::Subsurface) {
        return Err(request.refuse(code::BAD_SURFACE, "the surface has a role already"));
    }
    if let Some(surface) = view.surfaces.get_mut(&id) {
        surface.parent = Some(parent);
        surface.sync = true;
        surface.position = Point::default();
    }
    if let Some(surface) = view.surfaces.get_mut(&parent) {
        surface.next_stack().push(id);
    }
    view.set_data(request.client, request.new_id(0), Data::Subsurface(id));
    Ok(())
}

/// The surface of the object that is spoken to, and its parent while it has one.
fn spoken_to(view: &Compositor, target: Target) -> Option<(SurfaceId, SurfaceId)> {
    let Some(Data::Subsurface(id)) = view.data(target) else { return None };
    Some((*id, view.surfaces.get(id)?.parent?))
}

fn set_position(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let position = Point::new(request.int(0), request.int(1));
    let Some((id, parent)) = spoken_to(view, request.target()) else { return Ok(()) };
    if let Some(parent) = view.surfaces.get_mut(&parent) {
        parent.pending.positions.retain(|(child, _)| *child != id);
        parent.pending.positions.push((id, position));
    }
    Ok(())
}

fn place(view: &mut Compositor, request: &mut Request<'_>, after: usize) -> Result<(), Refusal> {
    let sibling = view.surface_arg(request, 0)?;
    let Some((id, parent)) = spoken_to(view, request.target()) else { return Ok(()) };
    let Some(surface) = view.surfaces.get_mut(&parent) else { return Ok(()) };
    let stack = surface.next_stack();
    stack.retain(|it| *it != id);
    let at = stack.iter().position(|it| *it == sibling).filter(|_| sibling != id);
    let Some(at) = at else {
        return Err(request.refuse(code::BAD_SURFACE, "neither a sibling nor the parent"));
    };
    stack.insert(at + after, id);
    Ok(())
}

fn set_sync(view: &mut Compositor, request: &mut Request<'_>, sync: bool) -> Result<(), Refusal> {
    let Some((id, _)) = spoken_to(view, request.target()) else { return Ok(()) };
    if let Some(surface) = view.surfaces.get_mut(&id) {
        surface.sync = sync;
    }
    if !view.is_synchronised(id) {
        view.apply_tree(id);
    }
    Ok(())
}

impl Compositor {
    /// How deeply subsurfaces are nested below a surface, those included that wait for a commit.
    fn height_of(&self, id: SurfaceId) -> usize {
        let Some(surface) = self.surfaces.get(&id) else { return 0 };
        let below = surface.latest_stack().iter().filter(|it| **it != id);
        below.map(|it| self.height_of(*it) + 1).max().unwrap_or(0)
    }

    /// A subsurface object is gone: the surface is seen no more.
    pub(crate) fn subsurface_gone(&mut self, id: SurfaceId) {
        self.touch(id);
        let Some(surface) = self.surfaces.get_mut(&id) else { return };
        surface.sync = false;
        let parent = surface.parent.take();
        if let Some(parent) = parent.and_then(|parent| self.surfaces.get_mut(&parent)) {
            parent.forget_child(id);
        }
    }
}
