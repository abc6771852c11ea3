//! `wp_viewporter` and `wp_fractional_scale_v1`: surfaces whose size is not that of their buffer.
//!
//! Invariant: a surface never shows what is outside of its buffer.

use crate::client::Data;
use crate::compositor::Compositor;
use crate::dispatch::{Refusal, Request, Rule};
use crate::geometry::Size;
use crate::surface::{Surface, SurfaceId};

pub(crate) const RULES: &[Rule] = &[
    ("wp_viewporter", "get_viewport", get_viewport),
    ("wp_viewport", "set_source", set_source),
    ("wp_viewport", "set_destination", set_destination),
    ("wp_fractional_scale_manager_v1", "get_fractional_scale", get_fractional_scale),
];

/// Errors of `wp_viewport`.
mod code {
    pub const BAD_VALUE: u32 = 0;
    pub const BAD_SIZE: u32 = 1;
    pub const OUT_OF_BUFFER: u32 = 2;
    pub const NO_SURFACE: u32 = 3;
}

/// Both managers: the surface has such an object already.
const EXISTS: u32 = 0;

fn get_viewport(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let id = view.surface_arg(request, 1)?;
    let target = crate::client::Target { client: request.client, id: request.new_id(0) };
    let Some(surface) = view.surfaces.get_mut(&id) else { return Ok(()) };
    if surface.viewport.replace(target).is_some() {
        return Err(request.refuse(EXISTS, "the surface has a viewport already"));
    }
    view.set_data(request.client, target.id, Data::OfSurface(id));
    Ok(())
}

fn spoken_to<'a>(view: &'a mut Compositor, request: &Request<'_>) -> Result<&'a mut Surface, Refusal> {
    let id = match view.data(request.target()) {
        Some(Data::OfSurface(id)) => *id,
        _ => SurfaceId(0),
    };
    let refusal = || request.refuse(code::NO_SURFACE, "the surface was destroyed");
    view.surfaces.get_mut(&id).ok_or_else(refusal)
}

fn set_source(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let crop = (request.fixed(0), request.fixed(1), request.fixed(2), request.fixed(3));
    let surface = spoken_to(view, request)?;
    let (x, y, width, height) = crop;
    if crop == (-1.0, -1.0, -1.0, -1.0) {
        surface.pending.source = Some(None);
    } else if x < 0.0 || y < 0.0 || width <= 0.0 || height <= 0.0 {
        return Err(request.refuse(code::BAD_VALUE, format!("bad source {x},{y} {width}x{height}")));
    } else {
        surface.pending.source = Some(Some(crop));
    }
    Ok(())
}

fn set_destination(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let size = Size::new(request.int(0), request.int(1));
    let most = view.config.limits.extent;
    let surface = spoken_to(view, request)?;
    if size == Size::new(-1, -1) {
        surface.pending.destination = Some(None);
    } else if size.is_empty() {
        let text = format!("bad destination {}x{}", size.width, size.height);
        return Err(request.refuse(code::BAD_VALUE, text));
    } else if size.width > most || size.height > most {
        return Err(request.refuse_limit("the destination is too large"));
    } else {
        surface.pending.destination = Some(Some(size));
    }
    Ok(())
}

/// Whether what a commit would show lies within its buffer, of which `whole` is the size in surface pixels.
pub(crate) fn check(surface: &Surface, whole: (f64, f64)) -> Result<(), Refusal> {
    let Some(viewport) = surface.viewport else { return Ok(()) };
    let refuse = |code, text: &'static str| Refusal { object: viewport.id, code, text: text.into() };
    let (pending, cached, shown) = (&surface.pending, &surface.cached, &surface.shown);
    let source = pending.source.or(cached.source).unwrap_or(shown.source);
    let Some((x, y, width, height)) = source else { return Ok(()) };
    let destination = pending.destination.or(cached.destination).unwrap_or(shown.destination);
    if destination.is_none() && (width.fract() != 0.0 || height.fract() != 0.0) {
        return Err(refuse(code::BAD_SIZE, "a source of fractional size needs a destination"));
    }
    if x + width > whole.0 || y + height > whole.1 {
        return Err(refuse(code::OUT_OF_BUFFER, "the source is outside of the buffer"));
    }
    Ok(())
}

fn get_fractional_scale(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let id = view.surface_arg(request, 1)?;
    let target = crate::client::Target { client: request.client, id: request.new_id(0) };
    let guess = view.likely_scale(id);
    let Some(surface) = view.surfaces.get_mut(&id) else { return Ok(()) };
    if surface.fractional.replace(target).is_some() {
        return Err(request.refuse(EXISTS, "the surface has a fractional scale already"));
    }
    surface.told_scale = guess;
    view.set_data(request.client, target.id, Data::OfSurface(id));
    view.event(target, "preferred_scale", |it| it.uint(guess));
    Ok(())
}

impl Compositor {
    /// A viewport is gone: from the next commit on the surface has the size of its buffer.
    pub(crate) fn viewport_gone(&mut self, id: SurfaceId) {
        if let Some(surface) = self.surfaces.get_mut(&id) {
            surface.viewport = None;
            surface.pending.source = Some(None);
            surface.pending.destination = Some(None);
        }
    }

    /// A fractional scale object is gone.
    pub(crate) fn fractional_gone(&mut self, id: SurfaceId) {
        if let Some(surface) = self.surfaces.get_mut(&id) {
            surface.fractional = None;
        }
    }
}
