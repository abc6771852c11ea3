//! Where things are in a window of any size.
//!
//! Invariant: no rectangle lies outside the window; in a small window some are empty.

use super::super::picture::Rect;

const MARGIN: i32 = 20;
const GAP: i32 = 16;
const HEADER: i32 = 56;

/// The places of all parts.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Name and figures.
    pub header: Rect,
    /// Outer edges of the three panels.
    pub panels: [Rect; 3],
    /// The text.
    pub prose: Rect,
    /// The animation.
    pub wheel: Rect,
    /// Chart and typing.
    pub desk: Rect,
}

impl Layout {
    /// Divides a window.
    pub fn of(window: Rect) -> Self {
        let inner = Rect::new(MARGIN, HEADER, window.w - 2 * MARGIN, window.h - HEADER - MARGIN);
        let left = Rect::new(inner.x, inner.y, (inner.w - GAP) * 54 / 100, inner.h);
        let right = Rect::new(left.right() + GAP, inner.y, inner.w - left.w - GAP, inner.h);
        // The desk has a fixed height as long as there is room for both.
        let low = 196.min(right.h / 2);
        let top = Rect::new(right.x, right.y, right.w, right.h - low - GAP);
        let bottom = Rect::new(right.x, top.bottom() + GAP, right.w, low);
        let within = |rect: Rect, by: i32| rect.inset(by).intersect(window);
        Self {
            header: Rect::new(0, 0, window.w, HEADER).intersect(window),
            panels: [left, top, bottom].map(|panel| panel.intersect(window)),
            prose: within(left, 12),
            wheel: within(top, 4),
            desk: within(bottom, 16),
        }
    }
}
