//! `xdg_popup`: menus and tooltips.
//!
//! Invariant: a popup has a parent as long as it is mapped; when the parent goes, so does it.

use farway_proto::wayland::ObjectId;

use super::positioner::{self, Positioner};
use super::shell;
use super::window::{Kind, Window, code};
use crate::client::{Data, Target};
use crate::compositor::Compositor;
use crate::config::Show;
use crate::dispatch::{Refusal, Request};
use crate::effect::{CanvasId, WindowChange, WindowId};
use crate::geometry::{Point, Rect};
use crate::surface::Role;

/// Errors of `xdg_wm_base` that popups meet.
mod base {
    pub const NOT_THE_TOPMOST_POPUP: u32 = 2;
    pub const INVALID_POPUP_PARENT: u32 = 3;
}

/// `xdg_popup.error.invalid_grab`.
const INVALID_GRAB: u32 = 0;

/// What is special about a popup.
#[derive(Debug)]
pub(crate) struct Popup {
    pub parent: WindowId,
    pub positioner: Positioner,
    /// Place and size that it was given, relative to the parent's geometry.
    pub given: Rect,
    /// It takes all input of its client until the user clicks elsewhere.
    pub grab: bool,
    /// `popup_done` was sent.
    pub done: bool,
    /// Token of a reposition that the next configure answers.
    pub token: Option<u32>,
}

pub(super) fn create(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let Some(surface) = shell::surface_of(view, request.target()) else { return Ok(()) };
    let positioner = positioner::argument(view, request, 2)?;
    let parent = request.object(1).and_then(|id| {
        let parent = shell::surface_of(view, Target { client: request.client, id })?;
        match view.surfaces.get(&parent)?.role {
            Role::Window(window) => Some(window),
            _ => None,
        }
    });
    let Some(parent) = parent else {
        let object = view.surfaces.get(&surface).map_or(ObjectId(1), |it| it.base);
        return Err(request.refuse_at(object, base::INVALID_POPUP_PARENT, "a popup needs a parent"));
    };
    let (mut depth, mut at) = (0, parent);
    while let Some(popup) = view.windows.get(&at).and_then(Window::popup) {
        (depth, at) = (depth + 1, popup.parent);
    }
    if depth >= view.config.limits.depth {
        return Err(request.refuse_limit("popups are nested too deeply"));
    }
    let id = WindowId(view.number());
    if matches!(view.surfaces.get(&surface).map(|it| it.role), Some(Role::Window(_)))
        || !view.take_role(surface, Role::Window(id))
    {
        return Err(request.refuse(code::ALREADY_CONSTRUCTED, "the xdg_surface has a role already"));
    }
    let object = request.new_id(0);
    let popup = Popup { parent, positioner, given: Rect::default(), grab: false, done: false, token: None };
    view.windows.insert(id, Window::new(surface, request.target(), object, Kind::Popup(popup)));
    view.set_data(request.client, object, Data::Popup(id));
    // The user may have dismissed the parent while the client opened a submenu.
    if view.windows.get(&parent).and_then(Window::popup).is_some_and(|it| it.done) {
        view.dismiss(id);
    }
    Ok(())
}

fn spoken_to<'a>(view: &'a mut Compositor, request: &Request<'_>) -> Option<(WindowId, &'a mut Popup)> {
    let Some(Data::Popup(id)) = view.data(request.target()) else { return None };
    let id = *id;
    Some((id, view.popup_mut(id)?))
}

pub(super) fn destroy(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let Some((id, _)) = spoken_to(view, request) else { return Ok(()) };
    if view.children(id).next().is_some() {
        let surface = view.windows.get(&id).and_then(|it| view.surfaces.get(&it.surface));
        let object = surface.map_or(ObjectId(1), |it| it.base);
        let text = "a popup was destroyed that has another on top of it";
        return Err(request.refuse_at(object, base::NOT_THE_TOPMOST_POPUP, text));
    }
    Ok(())
}

pub(super) fn grab(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    // Who has neither the keyboard nor been clicked gets a popup, but not everybody's keys.
    let rightful = view.has_attention(request.client, request.uint(1));
    let Some((id, popup)) = spoken_to(view, request) else { return Ok(()) };
    popup.grab = rightful;
    if view.windows.get(&id).is_some_and(|it| it.mapped) {
        return Err(request.refuse(INVALID_GRAB, "a popup that is mapped cannot grab"));
    }
    Ok(())
}

pub(super) fn reposition(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let positioner = positioner::argument(view, request, 0)?;
    let token = request.uint(1);
    let Some((id, popup)) = spoken_to(view, request) else { return Ok(()) };
    popup.positioner = positioner;
    popup.token = Some(token);
    view.place_popup(id);
    Ok(())
}

impl Compositor {
    fn popup_mut(&mut self, id: WindowId) -> Option<&mut Popup> {
        match &mut self.windows.get_mut(&id)?.kind {
            Kind::Popup(popup) => Some(popup),
            Kind::Toplevel(_) => None,
        }
    }

    /// The popups of a window, the oldest first.
    pub(crate) fn children(&self, of: WindowId) -> impl Iterator<Item = WindowId> {
        let all = self.windows.iter();
        all.filter(move |(_, it)| it.popup().is_some_and(|popup| popup.parent == of && !popup.done))
            .map(|(id, _)| *id)
    }

    /// Finds the place of a popup and asks for a configure.
    pub(super) fn place_popup(&mut self, id: WindowId) {
        let Some(popup) = self.windows.get(&id).and_then(Window::popup) else { return };
        let room = self.popup_room(popup.parent);
        let given = popup.positioner.place(room);
        if let Some(popup) = self.popup_mut(id) {
            popup.given = given;
        }
        if let Some(window) = self.windows.get_mut(&id) {
            let moved = window.at != given.origin();
            window.at = given.origin();
            let mapped = window.mapped;
            if mapped && moved {
                self.tell(id, WindowChange::Moved(given.origin()));
                self.painter.want(None);
            }
        }
        self.want_configure(id);
    }

    /// Where popups of a window may be, relative to its geometry.
    fn popup_room(&self, parent: WindowId) -> Rect {
        let (toplevel, at) = self.toplevel_of(parent);
        match &self.config.show {
            Show::Outputs(_) => {
                let place = self.windows.get(&toplevel).map(|it| it.at).unwrap_or_default().plus(at);
                self.output_rect_at(place).moved(Point::default().minus(place))
            }
            Show::Windows(_) => {
                self.desk.room(toplevel, self.window_size(toplevel)).moved(Point::default().minus(at))
            }
        }
    }

    /// The toplevel that a window stands on, and where the window's geometry begins in the toplevel's.
    pub(crate) fn toplevel_of(&self, mut id: WindowId) -> (WindowId, Point) {
        let mut at = Point::default();
        while let Some(popup) = self.windows.get(&id).and_then(Window::popup) {
            at = at.plus(popup.given.origin());
            id = popup.parent;
        }
        (id, at)
    }

    pub(super) fn configure_popup(&mut self, id: WindowId) {
        let Some(window) = self.windows.get(&id) else { return };
        let object = window.object;
        let Some(popup) = self.popup_mut(id) else { return };
        let (given, token) = (popup.given, popup.token.take());
        if let Some(token) = token {
            self.event(object, "repositioned", |it| it.uint(token));
        }
        let Rect { x, y, width, height } = given;
        self.event(object, "configure", |it| it.int(x).int(y).int(width).int(height));
    }

    /// Ends a popup and everything above it: the client is told to destroy them.
    pub(crate) fn dismiss(&mut self, id: WindowId) {
        self.dismiss_children(id);
        let Some(window) = self.windows.get(&id) else { return };
        let object = window.object;
        let Some(popup) = self.popup_mut(id) else { return };
        if !std::mem::replace(&mut popup.done, true) {
            self.event(object, "popup_done", |it| it);
            if self.windows.get(&id).is_some_and(|it| it.mapped) {
                self.tell(id, WindowChange::Closed);
                self.painter.set_window(CanvasId::Window(id), false);
                self.painter.want(None);
            }
        }
    }

    /// Ends the popups of a window.
    pub(crate) fn dismiss_children(&mut self, of: WindowId) {
        let children: Vec<WindowId> = self.children(of).collect();
        children.into_iter().rev().for_each(|it| self.dismiss(it));
    }

    /// A toplevel was moved or resized: popups that react find their place anew.
    pub(crate) fn replace_popups(&mut self, of: WindowId) {
        let children: Vec<WindowId> = self.children(of).collect();
        for id in children {
            if self.windows.get(&id).and_then(Window::popup).is_some_and(|it| it.positioner.reactive) {
                self.place_popup(id);
            }
        }
    }
}
