//! What toplevels and popups have in common: configures, acknowledgements, being mapped.
//!
//! Invariant: a configure is sent only after the first commit, and each is remembered until it or a later one is
//! acknowledged.

use std::collections::VecDeque;

use farway_proto::wayland::ObjectId;

use super::popup::Popup;
use super::toplevel::Toplevel;
use crate::client::Target;
use crate::compositor::Compositor;
use crate::config::Show;
use crate::dispatch::Refusal;
use crate::effect::{CanvasId, Effect, WindowChange, WindowId, WindowKind};
use crate::geometry::{Point, Rect, Size};
use crate::surface::{Role, SurfaceId};

/// Configures that a client may leave without an answer before it gets no new ones.
const UNANSWERED: usize = 64;

/// Errors of `xdg_surface`.
pub(crate) mod code {
    pub const NOT_CONSTRUCTED: u32 = 1;
    pub const ALREADY_CONSTRUCTED: u32 = 2;
    pub const UNCONFIGURED_BUFFER: u32 = 3;
    pub const INVALID_SERIAL: u32 = 4;
    pub const INVALID_SIZE: u32 = 5;
    pub const DEFUNCT_ROLE_OBJECT: u32 = 6;
}

/// A toplevel or a popup.
#[derive(Debug)]
pub(crate) struct Window {
    pub surface: SurfaceId,
    /// Its xdg_surface.
    pub xdg: Target,
    /// Its xdg_toplevel or xdg_popup.
    pub object: Target,
    pub kind: Kind,
    /// The part of the surface that counts as the window, as it is now.
    pub geometry: Rect,
    /// The same as the client has set it.
    pub set_geometry: Option<Rect>,
    /// To be set by the next commit.
    pub next_geometry: Option<Rect>,
    /// Serials of configures that were not acknowledged, the oldest first.
    pub unanswered: VecDeque<u32>,
    /// The last serial that was given up when the window was unmapped: its answer may still be on its way.
    pub given_up: u32,
    /// A configure was acknowledged.
    pub configured: bool,
    /// The first commit has come.
    pub begun: bool,
    /// It has content and is seen.
    pub mapped: bool,
    /// A configure is to be sent.
    pub configure: bool,
    /// Left upper corner of its geometry: of a toplevel in the space of all outputs, of a popup relative to its
    /// parent's geometry.
    pub at: Point,
    /// Scale that the host has given to its canvas, in 120ths; 0: that of the output.
    pub scale: u32,
}

/// The two kinds of windows.
#[derive(Debug)]
pub(crate) enum Kind {
    Toplevel(Toplevel),
    Popup(Popup),
}

impl Window {
    pub fn new(surface: SurfaceId, xdg: Target, object: ObjectId, kind: Kind) -> Self {
        Self {
            surface,
            xdg,
            object: Target { client: xdg.client, id: object },
            kind,
            geometry: Rect::default(),
            set_geometry: None,
            next_geometry: None,
            unanswered: VecDeque::new(),
            given_up: 0,
            configured: false,
            begun: false,
            mapped: false,
            configure: false,
            at: Point::default(),
            scale: 0,
        }
    }

    pub fn toplevel(&self) -> Option<&Toplevel> {
        match &self.kind {
            Kind::Toplevel(toplevel) => Some(toplevel),
            Kind::Popup(_) => None,
        }
    }

    pub fn popup(&self) -> Option<&Popup> {
        match &self.kind {
            Kind::Popup(popup) => Some(popup),
            Kind::Toplevel(_) => None,
        }
    }
}

impl Compositor {
    /// Whether a window's surface may be committed as it is pending.
    pub(crate) fn check_window_commit(&self, id: SurfaceId) -> Result<(), Refusal> {
        let Some(surface) = self.surfaces.get(&id) else { return Ok(()) };
        let attaches = matches!(surface.pending.attached, Some(Some(_)));
        let Some(xdg) = surface.xdg else { return Ok(()) };
        let refuse = |code, text: &'static str| Refusal { object: xdg, code, text: text.into() };
        match surface.role {
            Role::Window(window) => {
                let configured = self.windows.get(&window).is_some_and(|it| it.configured);
                if attaches && !configured {
                    let text = "a buffer was committed before a configure was acknowledged";
                    return Err(refuse(code::UNCONFIGURED_BUFFER, text));
                }
                Ok(())
            }
            _ => Err(refuse(code::NOT_CONSTRUCTED, "commit before get_toplevel or get_popup")),
        }
    }

    /// A window's surface was committed.
    pub(crate) fn window_commit(&mut self, id: WindowId) -> Result<(), Refusal> {
        let Some(window) = self.windows.get_mut(&id) else { return Ok(()) };
        let Some(surface) = self.surfaces.get_mut(&window.surface) else { return Ok(()) };
        surface.shown.offset = Point::default();
        let has_content = surface.shown.buffer.is_some();
        window.set_geometry = window.next_geometry.take().or(window.set_geometry);
        if let Kind::Toplevel(toplevel) = &mut window.kind {
            let before = (toplevel.min, toplevel.max);
            toplevel.commit(window.object)?;
            let (min, max) = (toplevel.min, toplevel.max);
            if window.mapped && before != (min, max) {
                self.effects
                    .push_back(Effect::Window { window: id, change: WindowChange::Limits { min, max } });
            }
        }
        if has_content {
            self.update_geometry(id);
            self.map(id);
        } else if self.windows.get(&id).is_some_and(|it| it.mapped) {
            self.unmap(id);
        } else if let Some(window) = self.windows.get_mut(&id).filter(|it| !it.begun) {
            window.begun = true;
            window.configure = true;
            self.begin(id);
        }
        Ok(())
    }

    /// The first commit: chooses where the window is to be.
    fn begin(&mut self, id: WindowId) {
        let Some(window) = self.windows.get(&id) else { return };
        let (surface, is_popup) = (window.surface, window.popup().is_some());
        let scale = self.likely_scale(surface);
        self.tell_scale(surface, scale);
        if is_popup {
            self.place_popup(id);
        }
    }

    /// A part of a window changed by itself: without a geometry that the client has set, the window may be larger now.
    pub(crate) fn refit(&mut self, part: SurfaceId) {
        let window = self.window_of(part);
        let Some((id, window)) = window.and_then(|id| Some((id, self.windows.get(&id)?))) else { return };
        if window.mapped && window.set_geometry.is_none() {
            self.update_geometry(id);
        }
    }

    /// Computes what counts as the window. Says so where its canvas changes.
    fn update_geometry(&mut self, id: WindowId) {
        let Some(window) = self.windows.get(&id) else { return };
        let bounds = self.bounds(window.surface, Point::default());
        let geometry = window.set_geometry.map_or(bounds, |set| set.intersect(bounds));
        if geometry == window.geometry {
            return;
        }
        let resized = geometry.size() != window.geometry.size();
        if let Some(window) = self.windows.get_mut(&id) {
            window.geometry = geometry;
        }
        if resized {
            self.settle_drag(id);
            self.tell_size(id);
            self.replace_popups(id);
        }
    }

    /// Tells the host of the size of a window's canvas.
    pub(crate) fn tell_size(&mut self, window: WindowId) {
        let Some(it) = self.windows.get(&window) else { return };
        let logical = it.geometry.size();
        let pixels = self.canvas_size(CanvasId::Window(window));
        self.tell(window, WindowChange::Resized { pixels, logical });
    }

    /// A surface with its subsurfaces.
    fn bounds(&self, id: SurfaceId, at: Point) -> Rect {
        let Some(surface) = self.surfaces.get(&id) else { return Rect::default() };
        let Some(size) = surface.shown.size() else { return Rect::default() };
        let own = size.rect().moved(at);
        let children = surface.stack.iter().filter(|it| **it != id);
        children.fold(own, |sum, child| {
            let place = self.surfaces.get(child).map(|it| it.position).unwrap_or_default();
            sum.around(self.bounds(*child, at.plus(place)))
        })
    }

    fn map(&mut self, id: WindowId) {
        let Some(window) = self.windows.get_mut(&id).filter(|it| !it.mapped) else { return };
        if window.popup().is_some_and(|it| it.done) {
            // Dismissed before it was seen.
            return;
        }
        window.mapped = true;
        let kind = match &window.kind {
            Kind::Toplevel(toplevel) => WindowKind::Toplevel { parent: toplevel.parent },
            Kind::Popup(popup) => WindowKind::Popup { parent: popup.parent, at: window.at },
        };
        let own_canvas = matches!(self.config.show, Show::Windows(_));
        if own_canvas {
            self.painter.set_window(CanvasId::Window(id), true);
        }
        self.tell(id, WindowChange::Opened(kind));
        if matches!(kind, WindowKind::Toplevel { .. }) {
            self.tell_toplevel(id);
            self.desk_add(id);
        }
        self.tell_size(id);
        self.painter.want(None);
    }

    /// A window is seen no more; it may begin anew.
    pub(crate) fn unmap(&mut self, id: WindowId) {
        let Some(window) = self.windows.get_mut(&id) else { return };
        let was_mapped = std::mem::replace(&mut window.mapped, false);
        // The host heard of it when it was dismissed.
        let was_dismissed = window.popup().is_some_and(|it| it.done);
        (window.begun, window.configured, window.configure) = (false, false, false);
        window.given_up = window.unanswered.back().copied().unwrap_or(window.given_up);
        window.unanswered.clear();
        (window.set_geometry, window.next_geometry) = (None, None);
        window.geometry = Rect::default();
        if let Kind::Toplevel(toplevel) = &mut window.kind {
            toplevel.unmapped();
        }
        self.desk_remove(id);
        if was_mapped {
            if !was_dismissed {
                self.tell(id, WindowChange::Closed);
            }
            self.painter.set_window(CanvasId::Window(id), false);
            self.painter.want(None);
        }
    }

    /// The role's object is gone, and with it the window.
    pub(crate) fn window_gone(&mut self, id: WindowId) {
        self.dismiss_children(id);
        self.unmap(id);
        let Some(window) = self.windows.remove(&id) else { return };
        self.orphan(id);
        if let Some(surface) = self.surfaces.get_mut(&window.surface) {
            surface.role = Role::FormerWindow;
        }
    }

    /// An xdg_surface is gone. Its role's object should have been before; a client that ends abruptly is no reason to
    /// keep anything.
    pub(crate) fn xdg_surface_gone(&mut self, id: SurfaceId) {
        let Some(surface) = self.surfaces.get_mut(&id) else { return };
        surface.xdg = None;
        if let Role::Window(window) = surface.role {
            self.window_gone(window);
        }
    }

    /// Sends the configures that are wanted.
    pub(crate) fn settle_configures(&mut self) {
        let wanted = |(id, it): (&WindowId, &Window)| {
            (it.configure && it.begun && it.unanswered.len() < UNANSWERED).then_some(*id)
        };
        let list: Vec<WindowId> = self.windows.iter().filter_map(wanted).collect();
        for id in list {
            let Some(window) = self.windows.get_mut(&id) else { continue };
            window.configure = false;
            let xdg = window.xdg;
            match window.kind {
                Kind::Toplevel(_) => self.configure_toplevel(id),
                Kind::Popup(_) => self.configure_popup(id),
            }
            let serial = self.serial();
            if let Some(window) = self.windows.get_mut(&id) {
                window.unanswered.push_back(serial);
            }
            self.event(xdg, "configure", |it| it.uint(serial));
        }
    }

    /// A configure shall go out before anything else happens.
    pub(crate) fn want_configure(&mut self, id: WindowId) {
        if let Some(window) = self.windows.get_mut(&id) {
            window.configure = true;
        }
    }

    pub(crate) fn tell(&mut self, window: WindowId, change: WindowChange) {
        self.effects.push_back(Effect::Window { window, change });
    }

    /// The size of a window's geometry; nothing before it is mapped.
    pub(crate) fn window_size(&self, id: WindowId) -> Size {
        self.windows.get(&id).map(|it| it.geometry.size()).unwrap_or_default()
    }
}
