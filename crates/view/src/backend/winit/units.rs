//! Between the host's physical pixels and the compositor's logical ones.
//!
//! Invariant: a size that went to the host and came back is the same.

use crate::geometry::{Point, Rect, Size};

/// A factor of the host in 120ths; never below one.
pub(super) fn scale(factor: f64) -> u32 {
    (factor.clamp(1.0, 16.0) * 120.0).round() as u32
}

/// Physical pixels of logical ones.
pub(super) fn physical(logical: Size, scale: u32) -> Size {
    crate::scene::physical(logical.rect(), scale).size()
}

/// Logical pixels of physical ones, to the nearest; at least one.
pub(super) fn logical(pixels: Size, scale: u32) -> Size {
    let one = |pixels: i32| divided(pixels, scale).max(1);
    Size::new(one(pixels.width), one(pixels.height))
}

/// A distance in logical pixels, to the nearest.
fn divided(pixels: i32, scale: u32) -> i32 {
    (f64::from(pixels) * 120.0 / f64::from(scale.max(1))).round() as i32
}

/// Where something on a canvas is on the host's desktop. `inner` is the canvas' left upper corner there.
pub(super) fn place(inner: Point, at: Point, scale: u32) -> Point {
    let one = |at: i32| (f64::from(at) * f64::from(scale) / 120.0).round() as i32;
    inner.plus(Point::new(one(at.x), one(at.y)))
}

/// A monitor as seen from a canvas whose left upper corner is at `inner` on the host's desktop: logical pixels.
pub(super) fn room(monitor: Rect, inner: Point, scale: u32) -> Rect {
    let here = monitor.moved(Point::default().minus(inner));
    Rect::from_edges(
        divided(here.x, scale),
        divided(here.y, scale),
        divided(here.right(), scale),
        divided(here.bottom(), scale),
    )
}

#[cfg(test)]
mod tests;
