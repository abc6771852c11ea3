//! Who draws the frames of windows: `zxdg_decoration_manager_v1` and the older protocol of KDE.
//!
//! Invariant: the configuration decides, the same for all windows; wishes of clients are answered with it. A client
//! that speaks neither protocol draws its frames itself.

use farway_proto::wayland::ObjectId;

use crate::client::{Data, Target};
use crate::compositor::Compositor;
use crate::dispatch::{Refusal, Request, Rule, code as display};
use crate::effect::{WindowChange, WindowId};
use crate::surface::SurfaceId;
use crate::xdg::window::Window;

#[cfg(test)]
mod tests;

pub(crate) const RULES: &[Rule] = &[
    ("zxdg_decoration_manager_v1", "get_toplevel_decoration", create),
    ("zxdg_toplevel_decoration_v1", "set_mode", set_mode),
    ("zxdg_toplevel_decoration_v1", "unset_mode", unset_mode),
    ("xdg_toplevel", "destroy", toplevel_destroy),
    ("org_kde_kwin_server_decoration_manager", "create", kde_create),
    ("org_kde_kwin_server_decoration", "request_mode", kde_request),
];

/// Errors of `zxdg_toplevel_decoration_v1`.
mod code {
    pub const UNCONFIGURED_BUFFER: u32 = 0;
    pub const ALREADY_CONSTRUCTED: u32 = 1;
    pub const ORPHANED: u32 = 2;
    pub const INVALID_MODE: u32 = 3;
}

/// Both protocols: the client draws the frame; the compositor does.
const CLIENT: u32 = 1;
const SERVER: u32 = 2;

pub(crate) fn bound(view: &mut Compositor, target: Target) {
    let mode = view.frame_mode();
    view.event(target, "default_mode", |it| it.uint(mode));
}

fn create(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let decoration = request.new_id(0);
    let toplevel = Target { client: request.client, id: request.object(1).unwrap_or(ObjectId::NULL) };
    let window = match (view.data(toplevel), view.object(toplevel).map(|it| it.interface.name)) {
        (Some(Data::Toplevel(window)), Some("xdg_toplevel")) => *window,
        _ => return Err(request.refuse_at(ObjectId(1), display::INVALID_OBJECT, "not an xdg_toplevel")),
    };
    // The protocol minds any buffer. We mind none that could be committed: windows that get frames late are no harm.
    let attached = view.windows.get(&window).filter(|it| !it.configured).is_some_and(|it| {
        let surface = view.surfaces.get(&it.surface);
        surface.is_some_and(|it| matches!(it.pending.attached, Some(Some(_))))
    });
    if attached {
        let text = "a buffer was attached before the first configure";
        return Err(request.refuse_at(decoration, code::UNCONFIGURED_BUFFER, text));
    }
    let Some(toplevel) = view.toplevel_mut(window) else { return Ok(()) };
    if toplevel.decoration.is_some() {
        let text = "the toplevel has a decoration already";
        return Err(request.refuse_at(decoration, code::ALREADY_CONSTRUCTED, text));
    }
    toplevel.decoration = Some(decoration);
    view.set_data(request.client, decoration, Data::Toplevel(window));
    view.want_configure(window);
    Ok(())
}

/// The toplevel of the decoration that is spoken to gets a configure with the mode.
fn answer(view: &mut Compositor, request: &Request<'_>) {
    if let Some(Data::Toplevel(window)) = view.data(request.target()).cloned() {
        view.want_configure(window);
    }
}

fn set_mode(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let mode = request.uint(0);
    if !matches!(mode, CLIENT | SERVER) {
        return Err(request.refuse(code::INVALID_MODE, format!("invalid mode {mode}")));
    }
    answer(view, request);
    Ok(())
}

fn unset_mode(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    answer(view, request);
    Ok(())
}

fn toplevel_destroy(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let Some(Data::Toplevel(window)) = view.data(request.target()) else { return Ok(()) };
    match view.windows.get(window).and_then(Window::toplevel).and_then(|it| it.decoration) {
        Some(decoration) => {
            let text = "the toplevel was destroyed before its decoration";
            Err(request.refuse_at(decoration, code::ORPHANED, text))
        }
        None => Ok(()),
    }
}

fn kde_create(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let surface = view.surface_arg(request, 1)?;
    let target = Target { client: request.client, id: request.new_id(0) };
    view.set_data(request.client, target.id, Data::OfSurface(surface));
    view.kde_frames.insert(surface, (target, false));
    let mode = view.frame_mode();
    view.event(target, "mode", |it| it.uint(mode));
    if let Some(window) = view.window_of(surface) {
        view.settle_frame(window);
    }
    Ok(())
}

/// Who wants to draw its own frame may: GTK asks again and again until it is told so.
fn kde_request(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let wanted = request.uint(0);
    let mode = if wanted == SERVER { view.frame_mode() } else { wanted };
    view.event(request.target(), "mode", |it| it.uint(mode));
    let Some(Data::OfSurface(surface)) = view.data(request.target()) else { return Ok(()) };
    let surface = *surface;
    if let Some(frame) = view.kde_frames.get_mut(&surface).filter(|it| it.0.id == request.id) {
        frame.1 = wanted != SERVER;
    }
    if let Some(window) = view.window_of(surface) {
        view.settle_frame(window);
    }
    Ok(())
}

impl Compositor {
    fn frame_mode(&self) -> u32 {
        if self.config.server_frames { SERVER } else { CLIENT }
    }

    /// Part of a toplevel's configure.
    pub(crate) fn configure_decoration(&mut self, id: WindowId) {
        self.settle_frame(id);
        let Some(window) = self.windows.get(&id) else { return };
        let client = window.object.client;
        if let Some(decoration) = window.toplevel().and_then(|it| it.decoration) {
            let mode = self.frame_mode();
            self.event(Target { client, id: decoration }, "configure", |it| it.uint(mode));
        }
    }

    /// Finds out whether a window has a frame that its client does not draw. Tells the host if that changed.
    fn settle_frame(&mut self, id: WindowId) {
        let Some(window) = self.windows.get(&id) else { return };
        let (mapped, surface) = (window.mapped, window.surface);
        let kde = self.kde_frames.get(&surface).map(|it| it.1);
        let server = self.config.server_frames && kde != Some(true);
        let Some(toplevel) = self.toplevel_mut(id) else { return };
        let frame = (kde.is_some() || toplevel.decoration.is_some()).then_some(server);
        let old = std::mem::replace(&mut toplevel.server_frame, frame);
        let drawn = |it: Option<bool>| it == Some(true);
        if mapped && drawn(old) != drawn(frame) {
            self.tell(id, WindowChange::Frame(drawn(frame)));
        }
    }

    /// A decoration is gone: the client draws the frame again.
    pub(crate) fn decoration_gone(&mut self, id: WindowId, target: Target) {
        if let Some(toplevel) = self.toplevel_mut(id).filter(|it| it.decoration == Some(target.id)) {
            toplevel.decoration = None;
            self.settle_frame(id);
        }
    }

    /// A decoration of KDE is gone.
    pub(crate) fn kde_frame_gone(&mut self, id: SurfaceId, target: Target) {
        if self.kde_frames.get(&id).is_some_and(|it| it.0 == target) {
            self.kde_frames.remove(&id);
            if let Some(window) = self.window_of(id) {
                self.settle_frame(window);
            }
        }
    }
}
