//! Where toplevels are, which is above which, and what becomes of them when somebody wants them larger.
//!
//! What it is: the least that makes windows usable on outputs of our own, and the host's wishes where the host shows
//! the windows. What it is not: a window manager with a policy of its own. Invariant: each mapped toplevel is in the
//! stack once.

use std::collections::{BTreeMap, BTreeSet};

use crate::compositor::Compositor;
use crate::config::Show;
use crate::effect::{CanvasId, Edges, WindowChange, WindowId};
use crate::geometry::{Point, Rect, Size};
use crate::raster::Canvas;
use crate::surface::SurfaceId;
use crate::xdg::window::Window;

#[cfg(test)]
mod tests;

/// Distance from a window to the next that has to cover it.
const CASCADE: i32 = 32;

/// Windows that are looked at to find a free place.
const NEIGHBOURS: usize = 16;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    /// Toplevels that are mapped, the lowest first.
    pub stack: Vec<WindowId>,
    /// Where popups may be, relative to a window's canvas, as hosts say.
    rooms: BTreeMap<WindowId, Rect>,
    pub drag: Option<Drag>,
}

/// The user moves or resizes a window with the pointer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drag {
    pub window: WindowId,
    /// `None`: it is moved.
    pub edges: Option<Edges>,
    /// The pointer at the beginning, in the space of all outputs.
    pub from: (f64, f64),
    /// The window at the beginning.
    pub rect: Rect,
}

impl Desk {
    /// Where popups of a window may be: what the host said, else a generous guess.
    pub fn room(&self, window: WindowId, size: Size) -> Rect {
        let margin = 4096;
        let guess = Rect::new(-margin, -margin, size.width + 2 * margin, size.height + 2 * margin);
        self.rooms.get(&window).copied().unwrap_or(guess)
    }
}

impl Compositor {
    /// Mapped windows with their place in the space of all outputs, in drawing order.
    pub(crate) fn desk_order(&self) -> Vec<(WindowId, Point)> {
        let mut popups: BTreeMap<WindowId, Vec<WindowId>> = BTreeMap::new();
        for (id, window) in self.windows.iter().filter(|(_, it)| it.mapped) {
            if let Some(popup) = window.popup().filter(|it| !it.done) {
                popups.entry(popup.parent).or_default().push(*id);
            }
        }
        let mut order = Vec::new();
        for id in &self.desk.stack {
            let Some(window) = self.windows.get(id) else { continue };
            if window.toplevel().is_some_and(|it| !it.minimized) {
                self.push_with_popups(*id, window.at, &popups, &mut order);
            }
        }
        order
    }

    fn push_with_popups(
        &self,
        id: WindowId,
        at: Point,
        popups: &BTreeMap<WindowId, Vec<WindowId>>,
        order: &mut Vec<(WindowId, Point)>,
    ) {
        order.push((id, at));
        for child in popups.get(&id).into_iter().flatten() {
            if let Some(popup) = self.windows.get(child) {
                self.push_with_popups(*child, at.plus(popup.at), popups, order);
            }
        }
    }

    /// A toplevel is seen for the first time.
    pub(crate) fn desk_add(&mut self, id: WindowId) {
        let size = self.window_size(id);
        let window = self.windows.get(&id).and_then(Window::toplevel);
        let fixed = window.is_some_and(|it| it.maximized || it.fullscreen);
        let parent = window.and_then(|it| it.parent).and_then(|parent| self.windows.get(&parent));
        let parent = parent.map(|it| it.geometry.size().rect().moved(it.at));
        let at = self.free_place(size, parent);
        if let Some(window) = self.windows.get_mut(&id).filter(|_| !fixed) {
            window.at = at;
        }
        self.desk.stack.push(id);
        self.raise(id);
    }

    /// Where a new window covers the least of others, as near to the middle as possible. A dialogue is in the middle
    /// of its parent.
    fn free_place(&self, size: Size, parent: Option<Rect>) -> Point {
        let first = || self.outputs.first().map(|it| it.rect()).unwrap_or_default();
        let screen = parent.map_or_else(first, |it| self.output_rect_at(it.origin()));
        // However large it says it is, numbers stay small enough to calculate with.
        let size = Size::new(size.width.min(Canvas::MAX_SIDE), size.height.min(Canvas::MAX_SIDE));
        let last = Point::new(screen.right() - size.width, screen.bottom() - size.height);
        let centred = |around: Rect| {
            let x = around.x.saturating_add((around.width - size.width) / 2);
            let y = around.y.saturating_add((around.height - size.height) / 2);
            Point::new(x.min(last.x).max(screen.x), y.min(last.y).max(screen.y))
        };
        if let Some(parent) = parent {
            return centred(parent);
        }
        let place = |id: &WindowId| self.windows.get(id).map(|it| it.geometry.size().rect().moved(it.at));
        let others: Vec<Rect> = self.desk.stack.iter().rev().take(NEIGHBOURS).filter_map(place).collect();
        let middle = centred(screen);
        let (mut columns, mut rows) = (vec![middle.x], vec![middle.y]);
        for other in &others {
            let step = CASCADE;
            columns.extend([
                other.right(),
                other.x.saturating_sub(size.width),
                other.x,
                other.x.saturating_add(step),
            ]);
            rows.extend([
                other.bottom(),
                other.y.saturating_sub(size.height),
                other.y,
                other.y.saturating_add(step),
            ]);
        }
        let inside =
            |at: &Point| at.x == middle.x && at.y == middle.y || screen.covers(size.rect().moved(*at));
        let all = columns.iter().flat_map(|x| rows.iter().map(|y| Point::new(*x, *y))).filter(inside);
        let cost = |at: &Point| {
            let rect = size.rect().moved(*at);
            let area = |it: Rect| i64::from(it.width) * i64::from(it.height);
            let covered: i64 = others.iter().map(|other| area(rect.intersect(*other))).sum();
            let away = |it: i32, middle: i32| i64::from(it.abs_diff(middle));
            (covered, away(at.x, middle.x) + away(at.y, middle.y), at.y, at.x)
        };
        all.min_by_key(cost).unwrap_or(middle)
    }

    pub(crate) fn desk_remove(&mut self, id: WindowId) {
        self.desk.stack.retain(|it| *it != id);
        self.desk.rooms.remove(&id);
        if self.desk.drag.is_some_and(|it| it.window == id) {
            self.desk.drag = None;
        }
        self.seat_forgets_window(id);
    }

    /// Brings a toplevel and its dialogues to the top.
    pub(crate) fn raise(&mut self, id: WindowId) {
        if !self.desk.stack.contains(&id) {
            return;
        }
        let mut dialogues: BTreeMap<WindowId, Vec<WindowId>> = BTreeMap::new();
        for it in &self.desk.stack {
            if let Some(parent) = self.windows.get(it).and_then(Window::toplevel).and_then(|it| it.parent) {
                dialogues.entry(parent).or_default().push(*it);
            }
        }
        // Not by recursion: a client can make a chain of thousands.
        let (mut family, mut rest) = (Vec::new(), vec![id]);
        while let Some(next) = rest.pop() {
            family.push(next);
            rest.extend(dialogues.remove(&next).into_iter().flatten().rev());
        }
        let moved: BTreeSet<WindowId> = family.iter().copied().collect();
        self.desk.stack.retain(|it| !moved.contains(it));
        self.desk.stack.extend(family);
        self.painter.want(None);
    }

    /// The output that has a point, else the first.
    pub(crate) fn output_rect_at(&self, point: Point) -> Rect {
        let all = || self.outputs.iter().map(|it| it.rect());
        all().find(|it| it.has(point)).or_else(|| all().next()).unwrap_or_default()
    }

    /// The largest size that makes sense for a window.
    pub(crate) fn room_for(&self, id: WindowId) -> Size {
        let at = self.windows.get(&id).map(|it| it.at).unwrap_or_default();
        self.output_rect_at(at).size()
    }

    /// The scale of a canvas in 120ths.
    pub(crate) fn canvas_scale(&self, canvas: CanvasId) -> u32 {
        let first = || self.outputs.first().map_or(120, |it| it.config.scale);
        match canvas {
            CanvasId::Output(at) => self.outputs.get(at).map_or(120, |it| it.config.scale),
            CanvasId::Window(id) => match self.windows.get(&self.toplevel_of(id).0) {
                Some(window) if window.scale > 0 => window.scale,
                _ => first(),
            },
        }
    }

    /// Size of a canvas in physical pixels.
    pub(crate) fn canvas_size(&self, canvas: CanvasId) -> Size {
        match canvas {
            CanvasId::Output(at) => self.outputs.get(at).map(|it| it.config.size).unwrap_or_default(),
            CanvasId::Window(id) => {
                let size =
                    crate::scene::physical(self.window_size(id).rect(), self.canvas_scale(canvas)).size();
                Size::new(size.width.min(Canvas::MAX_SIDE), size.height.min(Canvas::MAX_SIDE))
            }
        }
    }

    /// The scale that a surface will probably be shown with.
    pub(crate) fn likely_scale(&self, surface: SurfaceId) -> u32 {
        match self.window_of(surface) {
            Some(window) => match self.config.show {
                Show::Windows(_) => self.canvas_scale(CanvasId::Window(window)),
                Show::Outputs(_) => self.canvas_scale(CanvasId::Output(self.output_of(window))),
            },
            None => self.canvas_scale(CanvasId::Output(0)),
        }
    }

    /// The output that a window is on.
    fn output_of(&self, window: WindowId) -> usize {
        let (toplevel, at) = self.toplevel_of(window);
        let place = self.windows.get(&toplevel).map(|it| it.at).unwrap_or_default().plus(at);
        self.outputs.iter().position(|it| it.rect().has(place)).unwrap_or(0)
    }

    /// Surfaces above all windows: what is dragged.
    pub(crate) fn overlays(&self) -> Vec<(SurfaceId, Point)> {
        self.seat_overlays()
    }

    /// After a refresh: every surface knows its outputs and its scale.
    pub(crate) fn tell_places(&mut self, canvas: CanvasId, items: &[crate::scene::Item]) {
        let scale = self.canvas_scale(canvas);
        for item in items {
            let outputs: Vec<usize> = match canvas {
                CanvasId::Window(_) => vec![0],
                CanvasId::Output(at) => {
                    let origin = self.outputs.get(at).map(|it| it.at).unwrap_or_default();
                    let place = item.at.moved(origin);
                    let on = |it: &crate::output::Output| !it.rect().intersect(place).is_empty();
                    (0..self.outputs.len()).filter(|at| self.outputs.get(*at).is_some_and(on)).collect()
                }
            };
            self.tell_outputs(item.surface, &outputs);
            let main = outputs.first().is_none_or(|first| canvas == CanvasId::Output(*first));
            if main || matches!(canvas, CanvasId::Window(_)) {
                self.tell_scale(item.surface, scale);
            }
        }
    }

    /// Outputs have new sizes or scales.
    pub(crate) fn outputs_changed(&mut self) {
        let list: Vec<WindowId> = self.desk.stack.clone();
        for id in list {
            let Some(toplevel) = self.windows.get(&id).and_then(Window::toplevel) else { continue };
            let (maximized, fullscreen) = (toplevel.maximized, toplevel.fullscreen);
            if maximized || fullscreen {
                self.fill_output(id, None);
            }
        }
        self.painter.want(None);
    }

    /// Gives a window all of an output.
    fn fill_output(&mut self, id: WindowId, output: Option<usize>) {
        if matches!(self.config.show, Show::Windows(_)) {
            return;
        }
        let current = self.output_of(id);
        let rect = self.outputs.get(output.unwrap_or(current)).map(|it| it.rect()).unwrap_or_default();
        if let Some(window) = self.windows.get_mut(&id) {
            window.at = rect.origin();
        }
        if let Some(toplevel) = self.toplevel_mut(id) {
            toplevel.wanted = rect.size();
        }
        self.want_configure(id);
        self.painter.want(None);
    }

    /// Goes back to where the window was.
    fn restore(&mut self, id: WindowId) {
        let Some(toplevel) = self.toplevel_mut(id) else { return };
        let rect = toplevel.restore.take();
        toplevel.wanted = rect.map(|it| it.size()).unwrap_or_default();
        if let (Some(window), Some(rect)) = (self.windows.get_mut(&id), rect) {
            window.at = rect.origin();
        }
        self.want_configure(id);
        self.painter.want(None);
    }

    fn remember(&mut self, id: WindowId) {
        let Some(window) = self.windows.get(&id) else { return };
        let rect = window.geometry.size().rect().moved(window.at);
        if let Some(toplevel) = self.toplevel_mut(id) {
            if toplevel.restore.is_none() && !rect.is_empty() {
                toplevel.restore = Some(rect);
            }
        }
    }

    /// A client or the host wants a window maximised, or not any more.
    pub fn set_maximized(&mut self, id: WindowId, on: bool) {
        let Some(toplevel) = self.toplevel_mut(id) else { return };
        let (changed, fullscreen) = (toplevel.maximized != on, toplevel.fullscreen);
        if on && !fullscreen {
            self.remember(id);
        }
        if let Some(toplevel) = self.toplevel_mut(id) {
            toplevel.maximized = on;
        }
        self.want_configure(id);
        if changed && !fullscreen {
            if on { self.fill_output(id, None) } else { self.restore(id) }
        }
        self.tell_state(id, changed, WindowChange::Maximize(on));
    }

    /// A client or the host wants a window to have a whole screen, or not any more.
    pub fn set_fullscreen(&mut self, id: WindowId, on: bool, output: Option<usize>) {
        let Some(toplevel) = self.toplevel_mut(id) else { return };
        let (changed, maximized) = (toplevel.fullscreen != on, toplevel.maximized);
        if on && !maximized {
            self.remember(id);
        }
        if let Some(toplevel) = self.toplevel_mut(id) {
            toplevel.fullscreen = on;
        }
        self.want_configure(id);
        if on || maximized {
            self.fill_output(id, output);
        } else if changed {
            self.restore(id);
        }
        self.tell_state(id, changed, WindowChange::Fullscreen(on));
    }

    fn tell_state(&mut self, id: WindowId, changed: bool, change: WindowChange) {
        if changed && self.windows.get(&id).is_some_and(|it| it.mapped) {
            self.tell(id, change);
        }
    }

    /// A client or the host puts a window out of sight, or back.
    pub fn set_minimized(&mut self, id: WindowId, on: bool) {
        let Some(toplevel) = self.toplevel_mut(id) else { return };
        let changed = std::mem::replace(&mut toplevel.minimized, on) != on;
        if on {
            self.dismiss_children(id);
            self.tell_state(id, changed, WindowChange::Minimize);
        } else {
            self.raise(id);
        }
        self.painter.want(None);
    }

    /// Asks a toplevel to have this size (logical pixels); an empty one: as it likes.
    pub fn resize(&mut self, id: WindowId, size: Size) {
        let Some(toplevel) = self.toplevel_mut(id) else { return };
        if toplevel.wanted != size {
            toplevel.wanted = size;
            self.want_configure(id);
        }
        self.settle();
    }

    /// Asks a toplevel to close, or ends a popup.
    pub fn close(&mut self, id: WindowId) {
        let Some(window) = self.windows.get(&id) else { return };
        let object = window.object;
        match window.toplevel() {
            Some(_) => self.event(object, "close", |it| it),
            None => self.dismiss(id),
        }
        self.settle();
    }

    /// The host shows a window with this scale (120ths).
    pub fn set_scale(&mut self, id: WindowId, scale: u32) {
        let Some(window) = self.windows.get_mut(&id) else { return };
        if window.scale == scale {
            return;
        }
        window.scale = scale;
        let surface = window.surface;
        self.tell_scale(surface, scale);
        self.tell_size(id);
        self.painter.want(None);
        self.settle();
    }

    /// Where popups of a window may be, in logical pixels relative to its canvas: the host's screen.
    pub fn set_room(&mut self, id: WindowId, room: Rect) {
        if self.windows.contains_key(&id) {
            self.desk.rooms.insert(id, room);
        }
    }

    /// Begins to move or resize a window, if the user holds a button down in it.
    pub(crate) fn start_drag(&mut self, id: WindowId, serial: u32, edges: Option<Edges>) {
        let Some(from) = self.seat_holds(serial, id) else { return };
        let Some(window) = self.windows.get(&id) else { return };
        let rect = window.geometry.size().rect().moved(window.at);
        if matches!(self.config.show, Show::Windows(_)) {
            let change = edges.map_or(WindowChange::Drag, WindowChange::DragEdges);
            self.tell(id, change);
            self.seat_lets_go();
            return;
        }
        self.desk.drag = Some(Drag { window: id, edges, from, rect });
        if let Some(toplevel) = self.toplevel_mut(id).filter(|_| edges.is_some()) {
            toplevel.resizing = true;
        }
        self.want_configure(id);
    }

    /// The pointer moved while a window is dragged.
    pub(crate) fn continue_drag(&mut self, x: f64, y: f64) {
        let Some(drag) = self.desk.drag else { return };
        let (dx, dy) = ((x - drag.from.0).round() as i32, (y - drag.from.1).round() as i32);
        let Some(edges) = drag.edges else {
            if let Some(window) = self.windows.get_mut(&drag.window) {
                window.at = drag.rect.origin().plus(Point::new(dx, dy));
            }
            self.painter.want(None);
            return;
        };
        let change = |low: bool, high: bool, by: i32| match (low, high) {
            (true, _) => -by,
            (_, true) => by,
            _ => 0,
        };
        let width = drag.rect.width.saturating_add(change(edges.left, edges.right, dx));
        let height = drag.rect.height.saturating_add(change(edges.top, edges.bottom, dy));
        let Some(toplevel) = self.toplevel_mut(drag.window) else { return };
        let size = toplevel.limited(Size::new(width, height));
        if toplevel.wanted != size {
            toplevel.wanted = size;
            self.want_configure(drag.window);
        }
    }

    /// The button was let go.
    pub(crate) fn end_drag(&mut self) {
        let Some(drag) = self.desk.drag.take() else { return };
        if let Some(toplevel) = self.toplevel_mut(drag.window) {
            toplevel.resizing = false;
        }
        self.want_configure(drag.window);
    }

    /// A window that is resized at its left or upper edge keeps the opposite one where it is.
    pub(crate) fn settle_drag(&mut self, id: WindowId) {
        let Some(drag) = self.desk.drag.filter(|it| it.window == id) else { return };
        let size = self.window_size(id);
        let (Some(edges), Some(window)) = (drag.edges, self.windows.get_mut(&id)) else { return };
        if edges.left {
            window.at.x = drag.rect.right().saturating_sub(size.width);
        }
        if edges.top {
            window.at.y = drag.rect.bottom().saturating_sub(size.height);
        }
    }
}
