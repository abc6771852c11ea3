//! `wl_surface.commit`: what was requested becomes what is shown.
//!
//! Invariant: a surface and its synchronised subsurfaces change in one step; every buffer that is replaced is given
//! back, once.

use farway_proto::wayland::ObjectId;

use super::{Role, State, SurfaceId, code};
use crate::compositor::Compositor;
use crate::dispatch::{Refusal, Request};

#[cfg(test)]
mod tests;

pub(super) fn request(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let Some(id) = view.surface_id(request.target()) else { return Ok(()) };
    view.check_commit(id, request)?;
    view.check_window_commit(id)?;
    let synchronised = view.is_synchronised(id);
    let Some(surface) = view.surfaces.get_mut(&id) else { return Ok(()) };
    let state = std::mem::take(&mut surface.pending);
    state.attached.iter().flatten().for_each(|buffer| buffer.hold());
    if synchronised {
        let client = surface.client();
        let (unseen, discarded) = surface.cached.fold(state);
        unseen.iter().for_each(|buffer| view.release(buffer));
        view.discard(client, Vec::new(), discarded);
        return Ok(());
    }
    // What waited for the parent before the surface was set free goes first.
    view.apply_cached(id);
    view.apply(id, state);
    view.apply_children(id);
    view.after_commit(id)
}

impl Compositor {
    /// What can be said of a commit before it happens.
    fn check_commit(&self, id: SurfaceId, request: &Request<'_>) -> Result<(), Refusal> {
        let Some(surface) = self.surfaces.get(&id) else { return Ok(()) };
        let (pending, cached, shown) = (&surface.pending, &surface.cached, &surface.shown);
        let attached = pending.attached.as_ref().or(cached.attached.as_ref());
        let buffer = attached.map_or(shown.buffer.as_ref(), Option::as_ref);
        let scale = pending.scale.or(cached.scale).unwrap_or(shown.scale);
        let transform = pending.transform.or(cached.transform).unwrap_or(shown.transform);
        let Some(size) = buffer.map(|it| super::turned(it.size, transform)) else { return Ok(()) };
        let uneven = size.width % scale != 0 || size.height % scale != 0;
        // Cursors are excused, as in other compositors: themes have sizes that no scale fits.
        if uneven && surface.role != Role::Cursor && request.version >= 6 {
            let text = format!("a buffer of {}x{} with scale {scale}", size.width, size.height);
            return Err(request.refuse(code::INVALID_SIZE, text));
        }
        let whole = (f64::from(size.width) / f64::from(scale), f64::from(size.height) / f64::from(scale));
        crate::viewport::check(surface, whole)
    }

    /// Whether a surface, or one of its parents, is a subsurface that follows its parent.
    pub(crate) fn is_synchronised(&self, mut id: SurfaceId) -> bool {
        while let Some(surface) = self.surfaces.get(&id) {
            let Some(parent) = surface.parent else { return false };
            if surface.sync {
                return true;
            }
            id = parent;
        }
        false
    }

    /// Applies what waited for the parent, without the subsurfaces.
    fn apply_cached(&mut self, id: SurfaceId) {
        let Some(surface) = self.surfaces.get_mut(&id).filter(|it| !it.cached.is_nothing()) else { return };
        let state = std::mem::take(&mut surface.cached);
        self.apply(id, state);
    }

    /// Applies what waited in a subsurface, and in everything below it: whatever is inside of a synchronised one is
    /// synchronised too.
    pub(crate) fn apply_tree(&mut self, id: SurfaceId) {
        self.apply_cached(id);
        for child in self.subsurfaces(id) {
            self.apply_tree(child);
        }
    }

    fn subsurfaces(&self, id: SurfaceId) -> Vec<SurfaceId> {
        let stack = self.surfaces.get(&id).map(|it| it.stack.as_slice()).unwrap_or_default();
        stack.iter().copied().filter(|it| *it != id).collect()
    }

    fn apply(&mut self, id: SurfaceId, state: State) {
        let (client, replaced) = {
            let Some(surface) = self.surfaces.get_mut(&id) else { return };
            let shown = &mut surface.shown;
            let before = (shown.size(), shown.crop(), shown.transform);
            let mut replaced = None;
            let attached = state.attached.is_some();
            if let Some(buffer) = state.attached {
                replaced = std::mem::replace(&mut shown.buffer, buffer);
            }
            shown.scale = state.scale.unwrap_or(shown.scale);
            shown.transform = state.transform.unwrap_or(shown.transform);
            shown.source = state.source.unwrap_or(shown.source);
            shown.destination = state.destination.unwrap_or(shown.destination);
            let opaque_is_new = state.opaque.is_some();
            shown.opaque = state.opaque.unwrap_or_else(|| std::mem::take(&mut shown.opaque));
            if let Some(input) = state.input {
                shown.input = input;
            }
            shown.offset = shown.offset.plus(state.offset);
            let everything = before != (shown.size(), shown.crop(), shown.transform);
            if opaque_is_new || everything {
                shown.all_opaque = shown.size().is_some_and(|size| shown.opaque.covers(size.rect()));
            }
            shown.note_damage(everything, &state.damage, &state.buffer_damage);
            shown.callbacks.extend(state.callbacks);
            let mut discarded = Vec::new();
            if attached {
                discarded = std::mem::take(&mut shown.feedbacks);
            }
            shown.feedbacks.extend(state.feedbacks);
            if let Some(stack) = state.stack {
                surface.stack = stack;
            }
            (surface.target.client, (replaced, discarded))
        };
        replaced.0.iter().for_each(|buffer| self.release(buffer));
        self.discard(client, Vec::new(), replaced.1);
        for (child, position) in state.positions {
            if let Some(child) = self.surfaces.get_mut(&child) {
                child.position = position;
            }
        }
        self.constraints_commit(id);
        self.touch(id);
    }

    /// Synchronised subsurfaces follow. Others have nothing that waits.
    fn apply_children(&mut self, id: SurfaceId) {
        for child in self.subsurfaces(id) {
            if self.surfaces.get(&child).is_some_and(|it| it.sync) {
                self.apply_tree(child);
            }
        }
    }

    /// The role's own part of a commit.
    fn after_commit(&mut self, id: SurfaceId) -> Result<(), Refusal> {
        let Some(surface) = self.surfaces.get_mut(&id) else { return Ok(()) };
        match surface.role {
            Role::Window(window) => self.window_commit(window),
            Role::Subsurface => {
                self.refit(id);
                Ok(())
            }
            role @ (Role::Cursor | Role::DragIcon) => {
                let by = std::mem::take(&mut surface.shown.offset);
                match role {
                    Role::DragIcon => self.drag_icon_commit(id, by),
                    _ => self.cursor_commit(id, by),
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The scale of a surface as its client should know it changed: tells it.
    pub(crate) fn tell_scale(&mut self, id: SurfaceId, scale: u32) {
        let Some(surface) = self.surfaces.get_mut(&id) else { return };
        if surface.told_scale == scale || scale == 0 {
            return;
        }
        surface.told_scale = scale;
        let (target, fractional) = (surface.target, surface.fractional);
        let whole = scale.div_ceil(120) as i32;
        self.event(target, "preferred_buffer_scale", |it| it.int(whole));
        if let Some(fractional) = fractional {
            self.event(fractional, "preferred_scale", |it| it.uint(scale));
        }
    }

    /// Enters and leaves outputs, so that clients know on which they are.
    pub(crate) fn tell_outputs(&mut self, id: SurfaceId, outputs: &[usize]) {
        let Some(surface) = self.surfaces.get_mut(&id) else { return };
        if surface.entered == outputs {
            return;
        }
        let before = std::mem::replace(&mut surface.entered, outputs.to_vec());
        let target = surface.target;
        for (list, other, name) in [(outputs, &before[..], "enter"), (&before[..], outputs, "leave")] {
            for output in list.iter().filter(|it| !other.contains(it)) {
                for bound in self.outputs_bound(target.client, *output) {
                    let bound: ObjectId = bound;
                    self.event(target, name, |it| it.object(bound));
                }
            }
        }
    }
}
