//! `xdg_toplevel`: windows on their own.
//!
//! Invariant: the client learns of every change of its size and state by a configure, and the host of every wish of
//! the client.

use farway_proto::wayland::ObjectId;

use super::shell;
use super::window::{Kind, Window, code};
use crate::client::{Data, Target};
use crate::compositor::Compositor;
use crate::config::Show;
use crate::dispatch::{Refusal, Request, code as display};
use crate::effect::{Edges, WindowChange, WindowId};
use crate::geometry::{Rect, Size};
use crate::surface::Role;

/// Errors of `xdg_toplevel`.
mod error {
    pub const INVALID_RESIZE_EDGE: u32 = 0;
    pub const INVALID_PARENT: u32 = 1;
    pub const INVALID_SIZE: u32 = 2;
}

/// `xdg_toplevel.state`.
mod state {
    pub const MAXIMIZED: u32 = 1;
    pub const FULLSCREEN: u32 = 2;
    pub const RESIZING: u32 = 3;
    pub const ACTIVATED: u32 = 4;
}

/// What is special about a toplevel.
#[derive(Debug, Default)]
pub(crate) struct Toplevel {
    pub title: String,
    pub app_id: String,
    pub parent: Option<WindowId>,
    /// Size that it is asked to have; empty: as it likes.
    pub wanted: Size,
    pub maximized: bool,
    pub fullscreen: bool,
    pub minimized: bool,
    pub resizing: bool,
    pub activated: bool,
    /// Where it was before it was maximised or fullscreen.
    pub restore: Option<Rect>,
    pub min: Size,
    pub max: Size,
    next_min: Option<Size>,
    next_max: Option<Size>,
    /// Whether somebody else than the client draws its frame; `None`: not spoken of.
    pub server_frame: Option<bool>,
    /// Its zxdg_toplevel_decoration_v1.
    pub decoration: Option<ObjectId>,
    told: bool,
}

impl Toplevel {
    /// Applies the double-buffered part.
    pub fn commit(&mut self, object: Target) -> Result<(), Refusal> {
        self.min = self.next_min.take().unwrap_or(self.min);
        self.max = self.next_max.take().unwrap_or(self.max);
        let crossed = |min: i32, max: i32| max > 0 && min > max;
        if crossed(self.min.width, self.max.width) || crossed(self.min.height, self.max.height) {
            let text = "the smallest size is larger than the largest".into();
            return Err(Refusal { object: object.id, code: error::INVALID_SIZE, text });
        }
        Ok(())
    }

    /// The window is to begin anew.
    pub fn unmapped(&mut self) {
        let kept = (std::mem::take(&mut self.title), std::mem::take(&mut self.app_id), self.decoration);
        *self = Self { parent: self.parent, server_frame: self.server_frame, ..Self::default() };
        (self.title, self.app_id, self.decoration) = kept;
    }

    /// A size within the client's limits.
    pub fn limited(&self, size: Size) -> Size {
        let limit = |value: i32, min: i32, max: i32| {
            let value = value.max(min).max(1);
            if max > 0 { value.min(max) } else { value }
        };
        Size::new(
            limit(size.width, self.min.width, self.max.width),
            limit(size.height, self.min.height, self.max.height),
        )
    }

    fn states(&self) -> Vec<u8> {
        let all = [
            (self.maximized, state::MAXIMIZED),
            (self.fullscreen, state::FULLSCREEN),
            (self.resizing, state::RESIZING),
            (self.activated, state::ACTIVATED),
        ];
        all.into_iter().filter(|it| it.0).flat_map(|it| it.1.to_le_bytes()).collect()
    }
}

pub(super) fn create(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let Some(surface) = shell::surface_of(view, request.target()) else { return Ok(()) };
    let id = WindowId(view.number());
    if matches!(view.surfaces.get(&surface).map(|it| it.role), Some(Role::Window(_)))
        || !view.take_role(surface, Role::Window(id))
    {
        return Err(request.refuse(code::ALREADY_CONSTRUCTED, "the xdg_surface has a role already"));
    }
    let object = request.new_id(0);
    let window = Window::new(surface, request.target(), object, Kind::Toplevel(Toplevel::default()));
    view.windows.insert(id, window);
    view.set_data(request.client, object, Data::Toplevel(id));
    Ok(())
}

/// The toplevel that is spoken to.
fn spoken_to<'a>(view: &'a mut Compositor, request: &Request<'_>) -> Option<(WindowId, &'a mut Toplevel)> {
    let Some(Data::Toplevel(id)) = view.data(request.target()) else { return None };
    let id = *id;
    match &mut view.windows.get_mut(&id)?.kind {
        Kind::Toplevel(toplevel) => Some((id, toplevel)),
        Kind::Popup(_) => None,
    }
}

impl Compositor {
    /// The toplevel behind a window.
    pub(crate) fn toplevel_mut(&mut self, id: WindowId) -> Option<&mut Toplevel> {
        match &mut self.windows.get_mut(&id)?.kind {
            Kind::Toplevel(toplevel) => Some(toplevel),
            Kind::Popup(_) => None,
        }
    }

    pub(super) fn configure_toplevel(&mut self, id: WindowId) {
        let bounds = self.room_for(id);
        let Some(window) = self.windows.get(&id) else { return };
        let (object, first) = (window.object, window.toplevel().is_some_and(|it| !it.told));
        let Some(toplevel) = self.toplevel_mut(id) else { return };
        toplevel.told = true;
        let (size, states) = (toplevel.wanted, toplevel.states());
        if first {
            // Maximise, fullscreen, minimise where the host has a way back; no window menu.
            let able: &[u32] =
                if matches!(self.config.show, Show::Windows(_)) { &[2, 3, 4] } else { &[2, 3] };
            let able: Vec<u8> = able.iter().flat_map(|it| it.to_le_bytes()).collect();
            self.event(object, "wm_capabilities", |it| it.array(&able));
            self.event(object, "configure_bounds", |it| it.int(bounds.width).int(bounds.height));
        }
        self.configure_decoration(id);
        self.event(object, "configure", |it| it.int(size.width).int(size.height).array(&states));
    }

    /// Tells the host what it should know of a window that was opened.
    pub(super) fn tell_toplevel(&mut self, id: WindowId) {
        let Some(toplevel) = self.windows.get(&id).and_then(Window::toplevel) else { return };
        let (title, app_id) = (toplevel.title.clone(), toplevel.app_id.clone());
        let (min, max, frame) = (toplevel.min, toplevel.max, toplevel.server_frame == Some(true));
        let (maximized, fullscreen) = (toplevel.maximized, toplevel.fullscreen);
        self.tell(id, WindowChange::Title(title));
        self.tell(id, WindowChange::AppId(app_id));
        self.tell(id, WindowChange::Limits { min, max });
        self.tell(id, WindowChange::Frame(frame));
        if maximized {
            self.tell(id, WindowChange::Maximize(true));
        }
        if fullscreen {
            self.tell(id, WindowChange::Fullscreen(true));
        }
    }

    /// A window is gone: its dialogues belong to its own parent now.
    pub(super) fn orphan(&mut self, gone: WindowId) {
        for window in self.windows.values_mut() {
            if let Kind::Toplevel(toplevel) = &mut window.kind {
                toplevel.parent = toplevel.parent.filter(|it| *it != gone);
            }
        }
    }

    /// Whether a window is mapped, for what concerns only windows that are seen.
    fn is_mapped(&self, id: WindowId) -> bool {
        self.windows.get(&id).is_some_and(|it| it.mapped)
    }
}

pub(super) fn set_parent(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let parent = match request.object(0) {
        None => None,
        Some(id) => match view.data(Target { client: request.client, id }) {
            Some(Data::Toplevel(id)) => Some(*id),
            _ => return Err(request.refuse_at(ObjectId(1), display::INVALID_OBJECT, "not an xdg_toplevel")),
        },
    };
    let Some((id, _)) = spoken_to(view, request) else { return Ok(()) };
    let mut above = parent;
    while let Some(at) = above {
        if at == id {
            let text = "a window cannot be a child of itself";
            return Err(request.refuse(error::INVALID_PARENT, text));
        }
        above = view.windows.get(&at).and_then(Window::toplevel).and_then(|it| it.parent);
    }
    if let Some(toplevel) = view.toplevel_mut(id) {
        toplevel.parent = parent;
    }
    Ok(())
}

fn text(view: &Compositor, request: &Request<'_>) -> String {
    let mut text = request.text(0).unwrap_or_default();
    let most = (0..=view.config.limits.text).rev().find(|at| text.is_char_boundary(*at));
    text.truncate(most.unwrap_or(0));
    text
}

pub(super) fn set_title(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let title = text(view, request);
    let Some((id, toplevel)) = spoken_to(view, request) else { return Ok(()) };
    toplevel.title.clone_from(&title);
    if view.is_mapped(id) {
        view.tell(id, WindowChange::Title(title));
    }
    Ok(())
}

pub(super) fn set_app_id(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let app_id = text(view, request);
    let Some((id, toplevel)) = spoken_to(view, request) else { return Ok(()) };
    toplevel.app_id.clone_from(&app_id);
    if view.is_mapped(id) {
        view.tell(id, WindowChange::AppId(app_id));
    }
    Ok(())
}

fn size_arg(request: &Request<'_>) -> Result<Size, Refusal> {
    let size = Size::new(request.int(0), request.int(1));
    if size.width < 0 || size.height < 0 {
        return Err(request.refuse(error::INVALID_SIZE, "a negative size"));
    }
    Ok(size)
}

pub(super) fn set_max_size(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let size = size_arg(request)?;
    if let Some((_, toplevel)) = spoken_to(view, request) {
        toplevel.next_max = Some(size);
    }
    Ok(())
}

pub(super) fn set_min_size(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let size = size_arg(request)?;
    if let Some((_, toplevel)) = spoken_to(view, request) {
        toplevel.next_min = Some(size);
    }
    Ok(())
}

pub(super) fn maximize(view: &mut Compositor, request: &mut Request<'_>, on: bool) -> Result<(), Refusal> {
    let Some((id, _)) = spoken_to(view, request) else { return Ok(()) };
    view.set_maximized(id, on);
    Ok(())
}

pub(super) fn fullscreen(view: &mut Compositor, request: &mut Request<'_>, on: bool) -> Result<(), Refusal> {
    let output = match request.args.is_empty() {
        true => None,
        false => match request.object(0).map(|id| view.data(Target { client: request.client, id })) {
            Some(Some(Data::Output(at))) => Some(*at),
            _ => None,
        },
    };
    let Some((id, _)) = spoken_to(view, request) else { return Ok(()) };
    view.set_fullscreen(id, on, output);
    Ok(())
}

pub(super) fn minimize(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let Some((id, _)) = spoken_to(view, request) else { return Ok(()) };
    // On outputs of ours there is nothing by which the user could get it back.
    if matches!(view.config.show, Show::Windows(_)) {
        view.set_minimized(id, true);
    }
    Ok(())
}

pub(super) fn drag(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let serial = request.uint(1);
    let Some((id, _)) = spoken_to(view, request) else { return Ok(()) };
    view.start_drag(id, serial, None);
    Ok(())
}

pub(super) fn drag_edges(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let (serial, bits) = (request.uint(1), request.uint(2));
    if !matches!(bits, 0..=2 | 4..=6 | 8..=10) {
        return Err(request.refuse(error::INVALID_RESIZE_EDGE, format!("invalid edges {bits}")));
    }
    let Some((id, _)) = spoken_to(view, request) else { return Ok(()) };
    let has = |bit: u32| bits & bit != 0;
    let edges = Edges { top: has(1), bottom: has(2), left: has(4), right: has(8) };
    view.start_drag(id, serial, Some(edges));
    Ok(())
}
