//! What somebody outside may know: windows, and whether anything moves.

use crate::compositor::Compositor;
use crate::effect::WindowId;
use crate::geometry::Rect;
use crate::xdg::window::{Kind, Window};

/// A window that is seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowInfo {
    /// Which one.
    pub id: WindowId,
    /// The window that a popup stands on, or that a dialogue belongs to.
    pub parent: Option<WindowId>,
    /// Its title; empty for popups.
    pub title: String,
    /// Name of its desktop entry; empty for popups.
    pub app_id: String,
    /// Its geometry, in the space of all outputs (logical pixels).
    pub rect: Rect,
    /// It has the keyboard.
    pub focused: bool,
}

impl Compositor {
    /// All windows that are seen, in drawing order.
    #[must_use]
    pub fn window_list(&self) -> Vec<WindowInfo> {
        self.desk_order()
            .into_iter()
            .filter_map(|(id, at)| Some(self.info(id, self.windows.get(&id)?, at)))
            .collect()
    }

    fn info(&self, id: WindowId, window: &Window, at: crate::geometry::Point) -> WindowInfo {
        let (parent, title, app_id) = match &window.kind {
            Kind::Toplevel(it) => (it.parent, it.title.clone(), it.app_id.clone()),
            Kind::Popup(it) => (Some(it.parent), String::new(), String::new()),
        };
        let rect = window.geometry.size().rect().moved(at);
        let focused = window.toplevel().is_some_and(|it| it.activated);
        WindowInfo { id, parent, title, app_id, rect, focused }
    }

    /// Whether nobody is connected, and nothing is left of those who were.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.clients.is_empty() && self.surfaces.is_empty() && self.windows.is_empty()
    }

    /// Counts the refreshes that drew something, on all canvases since the beginning.
    #[must_use]
    pub fn drawn(&self) -> u64 {
        self.painter.drawn
    }
}
