//! `xdg_wm_base` and `xdg_surface`.

use super::window::code;
use crate::client::{Data, Target};
use crate::compositor::Compositor;
use crate::dispatch::{Refusal, Request};
use crate::effect::WindowId;
use crate::geometry::Rect;
use crate::surface::{Role, Surface, SurfaceId};

/// Errors of `xdg_wm_base`.
mod base {
    pub const ROLE: u32 = 0;
    pub const DEFUNCT_SURFACES: u32 = 1;
    pub const INVALID_SURFACE_STATE: u32 = 4;
}

pub(super) fn destroy_base(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let base = request.target();
    let of_it = |it: &Surface| it.client() == base.client && it.xdg.is_some() && it.base == base.id;
    if view.surfaces.values().any(of_it) {
        return Err(request.refuse(base::DEFUNCT_SURFACES, "xdg_surfaces still exist"));
    }
    Ok(())
}

pub(super) fn get_xdg_surface(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let id = view.surface_arg(request, 1)?;
    let Some(surface) = view.surfaces.get_mut(&id) else { return Ok(()) };
    if surface.xdg.is_some() || !matches!(surface.role, Role::None | Role::FormerWindow) {
        return Err(request.refuse(base::ROLE, "the surface has a role already"));
    }
    let attached = surface.pending.attached.as_ref().is_some_and(Option::is_some);
    if attached || surface.shown.buffer.is_some() {
        let text = "the surface has a buffer already";
        return Err(request.refuse(base::INVALID_SURFACE_STATE, text));
    }
    (surface.xdg, surface.base) = (Some(request.new_id(0)), request.id);
    view.set_data(request.client, request.new_id(0), Data::XdgSurface(id));
    Ok(())
}

/// The surface of the xdg_surface that is spoken to.
pub(super) fn surface_of(view: &Compositor, target: Target) -> Option<SurfaceId> {
    match view.data(target)? {
        Data::XdgSurface(id) => Some(*id),
        _ => None,
    }
}

/// The window of the xdg_surface that is spoken to, if it is one by now.
pub(super) fn window_of(view: &Compositor, request: &Request<'_>) -> Result<WindowId, Refusal> {
    let surface = surface_of(view, request.target()).and_then(|id| view.surfaces.get(&id));
    match surface.map(|it| it.role) {
        Some(Role::Window(window)) => Ok(window),
        _ => Err(request.refuse(code::NOT_CONSTRUCTED, "get_toplevel or get_popup must come first")),
    }
}

pub(super) fn destroy(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    match window_of(view, request) {
        Ok(_) => Err(request.refuse(code::DEFUNCT_ROLE_OBJECT, "the role's object still exists")),
        Err(_) => Ok(()),
    }
}

pub(super) fn set_window_geometry(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let window = window_of(view, request)?;
    let rect: Rect = crate::surface::rect(request, 0);
    if rect.is_empty() {
        let text = format!("invalid window geometry {}x{}", rect.width, rect.height);
        return Err(request.refuse(code::INVALID_SIZE, text));
    }
    if let Some(window) = view.windows.get_mut(&window) {
        window.next_geometry = Some(rect);
    }
    Ok(())
}

pub(super) fn ack_configure(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let window = window_of(view, request)?;
    let serial = request.uint(0);
    let Some(window) = view.windows.get_mut(&window) else { return Ok(()) };
    let Some(at) = window.unanswered.iter().position(|it| *it == serial) else {
        // One that was sent before the window was unmapped may still be on its way back.
        if serial <= window.given_up {
            return Ok(());
        }
        return Err(request.refuse(code::INVALID_SERIAL, format!("no configure has the serial {serial}")));
    };
    window.unanswered.drain(..=at);
    window.configured = true;
    Ok(())
}
