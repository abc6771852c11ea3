//! A window of the host and what is drawn into it.
//!
//! Invariant: only what changed is copied and shown, unless the host has forgotten what it showed.

use std::rc::Rc;

use winit::dpi::{PhysicalPosition, PhysicalSize};
use winit::window::Window;

use super::present::{Pane, PresentError, Screen};
use super::sheet::{History, Shared};
use super::units;
use crate::geometry::{Point, Rect, Size};

/// See the module.
pub(super) struct Native {
    pub window: Rc<Window>,
    pane: Pane,
    sheet: Shared,
    history: History,
    pub title: String,
    pub limits: (Size, Size),
    /// States that the host was last seen to have given it. What it was asked for takes its time.
    pub maximized: bool,
    pub fullscreen: bool,
    pub minimized: bool,
}

impl Native {
    pub fn new(screen: &Screen, window: Window, sheet: Shared) -> Result<Self, PresentError> {
        let window = Rc::new(window);
        let pane = Pane::new(screen, &window)?;
        Ok(Self {
            window,
            pane,
            sheet,
            history: History::default(),
            title: String::new(),
            limits: (Size::default(), Size::default()),
            maximized: false,
            fullscreen: false,
            minimized: false,
        })
    }

    /// Physical pixels.
    pub fn size(&self) -> Size {
        let size = self.window.inner_size();
        Size::new(size.width.min(32_767) as i32, size.height.min(32_767) as i32)
    }

    /// Shows what the sheet has; all of it if the host has `forgotten` what it showed.
    pub fn draw(&mut self, background: u32, forgotten: bool) {
        if let Err(error) = self.try_draw(background, forgotten) {
            tracing::debug!("cannot draw into a window: {error}");
            // Taken all the same: nobody would tell of the next change otherwise.
            drop(self.sheet.lock().take_fresh());
            self.history.forget();
        }
    }

    fn try_draw(&mut self, background: u32, forgotten: bool) -> Result<(), PresentError> {
        let size = self.size();
        if size.is_empty() {
            return Ok(());
        }
        let Self { window, pane, sheet, history, .. } = self;
        pane.show(size, |pixels, age| {
            let wanted = {
                let mut sheet = sheet.lock();
                let wanted = history.wanted(size, age, sheet.take_fresh());
                for rect in wanted.rects() {
                    sheet.draw(pixels, size.width as usize, *rect, background);
                }
                wanted
            };
            window.pre_present_notify();
            if forgotten { vec![size.rect()] } else { wanted.rects().to_vec() }
        })
    }

    pub fn request_size(&self, size: Size) {
        let size = PhysicalSize::new(size.width.max(1) as u32, size.height.max(1) as u32);
        let _ = self.window.request_inner_size(size);
    }

    pub fn set_limits(&mut self, (min, max): (Size, Size), scale: u32) {
        self.limits = (min, max);
        self.window.set_min_inner_size(limit(min, scale, 0));
        self.window.set_max_inner_size(limit(max, scale, i32::MAX));
    }

    pub fn move_to(&self, at: Point) {
        self.window.set_outer_position(PhysicalPosition::new(at.x, at.y));
    }

    /// The canvas' left upper corner on the host's desktop.
    pub fn inner(&self) -> Option<Point> {
        let at = self.window.inner_position().ok()?;
        Some(Point::new(at.x, at.y))
    }

    /// The monitor that it is on, on the host's desktop.
    pub fn monitor(&self) -> Option<Rect> {
        let monitor = self.window.current_monitor()?;
        let (at, size) = (monitor.position(), monitor.size());
        let side = |side: u32| i32::try_from(side).unwrap_or(i32::MAX);
        let rect = Rect::new(at.x, at.y, side(size.width), side(size.height));
        (!rect.is_empty()).then_some(rect)
    }

    /// Whether the host's input method may be used.
    pub fn allow_text(&self, allowed: bool) {
        self.window.set_ime_allowed(allowed);
    }

    /// Where the text's cursor is, in physical pixels of the window.
    pub fn text_area(&self, at: Point, size: Size) {
        let size = PhysicalSize::new(size.width.max(1) as u32, size.height.max(1) as u32);
        self.window.set_ime_cursor_area(PhysicalPosition::new(at.x, at.y), size);
    }
}

/// A client's limit of its size in the host's pixels. A side of zero has none: it becomes `free`.
pub(super) fn limit(size: Size, scale: u32, free: i32) -> Option<PhysicalSize<u32>> {
    if size.width <= 0 && size.height <= 0 {
        return None;
    }
    let pixels = units::physical(size, scale);
    // Hosts count sides in 16 bits.
    let side = |client: i32, pixels: i32| if client > 0 { pixels } else { free }.clamp(0, 32_767) as u32;
    Some(PhysicalSize::new(side(size.width, pixels.width), side(size.height, pixels.height)))
}
