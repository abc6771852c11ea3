//! What the compositor's half tells the host's half, and what becomes of it.
//!
//! Invariant: a window's events come between its `Opened` and its `Closed`; others are left out.

use winit::event_loop::ActiveEventLoop;
use winit::window::{CursorGrabMode, Fullscreen, ResizeDirection};

use super::app::App;
use super::entry::Entry;
use super::sheet::Shared;
use super::units;
use crate::effect::{Confinement, Cursor, Edges, WindowChange, WindowId, WindowKind};
use crate::geometry::{Point, Rect};

/// See the module.
#[derive(Debug)]
pub(super) enum Event {
    /// A window is to be shown, with the pixels of this sheet.
    Opened(WindowId, WindowKind, Shared),
    /// A window is gone.
    Closed(WindowId),
    /// A window has changed.
    Changed(WindowId, WindowChange),
    /// There is something new on a window's sheet.
    Drawn(WindowId),
    /// The pointer looks like this.
    Cursor(Cursor),
    /// The pointer is held, or let go.
    Confine(Option<Confinement>),
    /// A client wants text.
    TextInput(Option<(WindowId, Rect)>),
    /// It is over.
    Quit,
}

impl App<'_> {
    pub(super) fn on_user(&mut self, event_loop: &ActiveEventLoop, event: Event) {
        match event {
            Event::Opened(id, kind, sheet) => {
                self.entries.insert(id, Entry::new(kind, sheet, self.scale_for(kind)));
            }
            Event::Closed(id) => self.closed(event_loop, id),
            Event::Changed(id, change) => self.changed(event_loop, id, change),
            Event::Drawn(id) => {
                let background = self.options.background;
                let native = self.entries.get_mut(&id).and_then(|it| it.native.as_mut());
                native.into_iter().for_each(|it| it.draw(background, false));
            }
            Event::Cursor(cursor) => {
                self.cursor = cursor;
                self.show_cursor(event_loop);
            }
            Event::Confine(confinement) => self.confine(confinement),
            Event::TextInput(place) => self.text_input(place),
            Event::Quit => event_loop.exit(),
        }
    }

    fn closed(&mut self, event_loop: &ActiveEventLoop, id: WindowId) {
        let Some(entry) = self.entries.remove(&id) else { return };
        self.natives.retain(|_, it| *it != id);
        self.focus = self.focus.filter(|it| *it != id);
        self.told = self.told.filter(|it| *it != id);
        self.pointer.leave(id).into_iter().for_each(|it| self.tell(it));
        if self.confined.is_some_and(|it| confined_window(it) == id) {
            self.confined = None;
        }
        let last = !self.entries.values().any(Entry::is_toplevel);
        if entry.is_toplevel() && last && self.options.until_empty {
            event_loop.exit();
        }
    }

    fn changed(&mut self, event_loop: &ActiveEventLoop, id: WindowId, change: WindowChange) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        match change {
            WindowChange::Opened(_) | WindowChange::Closed => {}
            WindowChange::Title(title) => entry.title = title,
            WindowChange::AppId(app_id) => entry.app_id = app_id,
            WindowChange::Limits { min, max } => (entry.min, entry.max) = (min, max),
            WindowChange::Frame(frame) => entry.frame = frame,
            WindowChange::Resized { pixels, logical } => {
                entry.pixels = pixels;
                let wish = entry.fit.client(logical);
                if entry.native.is_none() {
                    return self.open(event_loop, id);
                }
                return entry.resize_native(wish);
            }
            WindowChange::Moved(at) => {
                if let WindowKind::Popup { at: place, .. } = &mut entry.kind {
                    *place = at;
                }
                return self.place_popups(id);
            }
            WindowChange::Maximize(on) => entry.maximized = on,
            WindowChange::Fullscreen(on) => entry.fullscreen = on,
            WindowChange::Minimize => return entry.minimize(),
            WindowChange::Drag => return self.drag(id, None),
            WindowChange::DragEdges(edges) => return self.drag(id, Some(edges)),
            WindowChange::Activate => {
                return entry.native.iter().for_each(|it| it.window.focus_window());
            }
        }
        entry.apply();
    }

    /// The user drags a window or its edges: from now on that is the host's matter.
    fn drag(&mut self, id: WindowId, edges: Option<Edges>) {
        let Some(native) = self.entries.get(&id).and_then(|it| it.native.as_ref()) else { return };
        let done = match edges {
            None => native.window.drag_window(),
            Some(edges) => match direction(edges) {
                Some(direction) => native.window.drag_resize_window(direction),
                None => return,
            },
        };
        match done {
            Ok(()) => {
                let released: Vec<_> = self.pointer.taken().collect();
                released.into_iter().for_each(|it| self.tell(it));
            }
            Err(error) => tracing::debug!("the host does not drag windows: {error}"),
        }
    }

    fn confine(&mut self, confinement: Option<Confinement>) {
        let window = |app: &Self, it: Confinement| {
            let entry = app.entries.get(&confined_window(it))?;
            Some(std::rc::Rc::clone(&entry.native.as_ref()?.window))
        };
        if let Some(old) = self.confined.take().and_then(|it| window(self, it)) {
            let _ = old.set_cursor_grab(CursorGrabMode::None);
        }
        let Some((wanted, new)) = confinement.and_then(|it| Some((it, window(self, it)?))) else { return };
        let held = match wanted {
            // X11 cannot lock; there, motion within the window is not told while it should be.
            Confinement::Locked(_) => new
                .set_cursor_grab(CursorGrabMode::Locked)
                .or_else(|_| new.set_cursor_grab(CursorGrabMode::Confined)),
            Confinement::Confined(_) => new.set_cursor_grab(CursorGrabMode::Confined),
        };
        if let Err(error) = held {
            tracing::debug!("the host does not hold the pointer: {error}");
        }
        self.confined = confinement;
    }

    /// The toplevel has the host's keyboard, so it is where text goes.
    fn text_input(&mut self, place: Option<(WindowId, Rect)>) {
        let root = place.map(|it| self.root(it.0));
        for (id, entry) in &self.entries {
            if let (Some(native), true) = (&entry.native, root != Some(*id) && entry.is_toplevel()) {
                native.allow_text(false);
            }
        }
        let Some((window, rect)) = place else { return };
        let (root, by) = self.offset(window);
        let Some(entry) = self.entries.get_mut(&root) else { return };
        let scale = entry.scale;
        if let Some(native) = &entry.native {
            native.allow_text(true);
            let at = units::place(Point::default(), rect.origin().plus(by), scale);
            native.text_area(at, units::physical(rect.size(), scale));
        }
    }
}

/// The window that holds the pointer.
pub(super) fn confined_window(confinement: Confinement) -> WindowId {
    match confinement {
        Confinement::Locked(window) | Confinement::Confined(window) => window,
    }
}

/// No direction if no edge is dragged.
fn direction(edges: Edges) -> Option<ResizeDirection> {
    Some(match (edges.top, edges.bottom, edges.left, edges.right) {
        (true, _, true, _) => ResizeDirection::NorthWest,
        (true, _, _, true) => ResizeDirection::NorthEast,
        (true, ..) => ResizeDirection::North,
        (_, true, true, _) => ResizeDirection::SouthWest,
        (_, true, _, true) => ResizeDirection::SouthEast,
        (_, true, ..) => ResizeDirection::South,
        (_, _, true, _) => ResizeDirection::West,
        (.., true) => ResizeDirection::East,
        _ => return None,
    })
}

impl Entry {
    /// Makes the native window be what the client wants.
    fn apply(&mut self) {
        let Some(native) = &mut self.native else { return };
        let window = &native.window;
        let title = if self.title.is_empty() { &self.app_id } else { &self.title };
        if native.title != *title {
            window.set_title(title);
            native.title.clone_from(title);
        }
        if native.limits != (self.min, self.max) {
            native.set_limits((self.min, self.max), self.scale);
        }
        let window = &native.window;
        if window.is_decorated() != self.frame {
            window.set_decorations(self.frame);
        }
        if window.is_maximized() != self.maximized {
            window.set_maximized(self.maximized);
        }
        if window.fullscreen().is_some() != self.fullscreen {
            window.set_fullscreen(self.fullscreen.then_some(Fullscreen::Borderless(None)));
        }
    }

    fn minimize(&mut self) {
        self.minimized = true;
        let native = self.native.iter().filter(|it| it.window.is_minimized() != Some(true));
        native.for_each(|it| it.window.set_minimized(true));
    }
}
