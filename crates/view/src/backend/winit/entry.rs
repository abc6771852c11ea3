//! What is known of one window, before and while the host shows it.
//!
//! Invariant: the compositor's wishes are kept here; [`Native`] knows what the host was told.

use winit::dpi::{PhysicalPosition, PhysicalSize};
use winit::window::{Fullscreen, Window, WindowAttributes, WindowLevel};

use super::fit::Fit;
use super::native::{Native, limit};
use super::sheet::Shared;
use crate::effect::WindowKind;
use crate::geometry::{Point, Rect, Size};

/// See the module.
pub(super) struct Entry {
    pub kind: WindowKind,
    pub sheet: Shared,
    pub title: String,
    pub app_id: String,
    pub min: Size,
    pub max: Size,
    pub frame: bool,
    pub maximized: bool,
    pub fullscreen: bool,
    pub minimized: bool,
    /// Of the canvas.
    pub pixels: Size,
    pub fit: Fit,
    /// Physical pixels per logical one, in 120ths; of a popup, that of its toplevel.
    pub scale: u32,
    /// Where its popups may be, as the compositor was told.
    pub room: Rect,
    pub native: Option<Native>,
}

impl Entry {
    pub fn new(kind: WindowKind, sheet: Shared, scale: u32) -> Self {
        Self {
            kind,
            sheet,
            title: String::new(),
            app_id: String::new(),
            min: Size::default(),
            max: Size::default(),
            frame: false,
            maximized: false,
            fullscreen: false,
            minimized: false,
            pixels: Size::default(),
            fit: Fit::default(),
            scale,
            room: Rect::default(),
            native: None,
        }
    }

    pub fn is_toplevel(&self) -> bool {
        matches!(self.kind, WindowKind::Toplevel { .. })
    }

    /// The client draws with another size: its window gets it, if the host is not about to decide otherwise.
    pub fn resize_native(&mut self, wish: Option<Size>) {
        let popup = !self.is_toplevel();
        let held = self.maximized || self.fullscreen;
        let Some(native) = &mut self.native else { return };
        if (popup || wish.is_some()) && !held {
            native.request_size(self.pixels);
        }
    }

    /// How the native window is to begin. `at` is where a popup is on the desktop.
    pub fn attributes(&self, at: Option<Point>) -> WindowAttributes {
        let title = if self.title.is_empty() { &self.app_id } else { &self.title };
        let size = PhysicalSize::new(self.pixels.width.max(1) as u32, self.pixels.height.max(1) as u32);
        let attributes = Window::default_attributes().with_title(title).with_inner_size(size);
        if !self.is_toplevel() {
            let at = at.unwrap_or_default();
            let attributes = attributes
                .with_position(PhysicalPosition::new(at.x, at.y))
                .with_decorations(false)
                .with_resizable(false)
                .with_active(false);
            return popup(attributes);
        }
        let mut attributes = attributes
            .with_decorations(self.frame)
            .with_maximized(self.maximized)
            .with_fullscreen(self.fullscreen.then_some(Fullscreen::Borderless(None)));
        attributes.min_inner_size = limit(self.min, self.scale, 0).map(Into::into);
        attributes.max_inner_size = limit(self.max, self.scale, i32::MAX).map(Into::into);
        named(attributes, &self.app_id)
    }
}

#[cfg(all(unix, not(target_vendor = "apple"), not(target_os = "android")))]
fn named(attributes: WindowAttributes, app_id: &str) -> WindowAttributes {
    use winit::platform::x11::WindowAttributesExtX11;
    // Part of the property's format: strings end with a zero.
    let name = if app_id.is_empty() { "farway".into() } else { app_id.replace('\0', "") };
    attributes.with_name(name.clone(), name)
}

#[cfg(not(all(unix, not(target_vendor = "apple"), not(target_os = "android"))))]
fn named(attributes: WindowAttributes, _app_id: &str) -> WindowAttributes {
    attributes
}

#[cfg(all(unix, not(target_vendor = "apple"), not(target_os = "android")))]
fn popup(attributes: WindowAttributes) -> WindowAttributes {
    use winit::platform::x11::{WindowAttributesExtX11, WindowType};
    // No window manager touches these, so they do not need to be above anything.
    let types = vec![WindowType::PopupMenu];
    attributes.with_override_redirect(true).with_x11_window_type(types).with_window_level(WindowLevel::Normal)
}

#[cfg(not(all(unix, not(target_vendor = "apple"), not(target_os = "android"))))]
fn popup(attributes: WindowAttributes) -> WindowAttributes {
    attributes.with_window_level(WindowLevel::AlwaysOnTop)
}
