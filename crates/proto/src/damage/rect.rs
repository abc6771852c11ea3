//! Rectangles with half-open edges.
//!
//! What it is: plain integer boxes, wide enough that no sum of two protocol integers overflows.
//! What it is not: a region; a set of rectangles is a list.
//! Invariant: no operation overflows, whatever the edges are.

/// A box of pixels: `x0 <= x < x1`, `y0 <= y < y1`. Empty when an upper edge is not above its lower edge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rect {
    /// Left edge, inside.
    pub x0: i64,
    /// Top edge, inside.
    pub y0: i64,
    /// Right edge, outside.
    pub x1: i64,
    /// Bottom edge, outside.
    pub y1: i64,
}

impl Rect {
    /// The rectangle of a damage request. Widths up to `i32::MAX` at any origin are exact; a size that is
    /// not positive gives an empty rectangle.
    #[must_use]
    pub fn from_size(x: i32, y: i32, w: i32, h: i32) -> Self {
        let (x, y) = (i64::from(x), i64::from(y));
        Self { x0: x, y0: y, x1: x + i64::from(w.max(0)), y1: y + i64::from(h.max(0)) }
    }

    /// True if it holds no pixel.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.x1 <= self.x0 || self.y1 <= self.y0
    }

    /// The common part; empty if there is none.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        Self {
            x0: self.x0.max(other.x0),
            y0: self.y0.max(other.y0),
            x1: self.x1.min(other.x1),
            y1: self.y1.min(other.y1),
        }
    }

    /// The smallest rectangle that holds both. Both must be non-empty for the result to be tight.
    #[must_use]
    pub fn hull(&self, other: &Self) -> Self {
        Self {
            x0: self.x0.min(other.x0),
            y0: self.y0.min(other.y0),
            x1: self.x1.max(other.x1),
            y1: self.y1.max(other.y1),
        }
    }

    /// True if every pixel of `other` is also in `self`, for a non-empty `other`.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        self.x0 <= other.x0 && self.y0 <= other.y0 && self.x1 >= other.x1 && self.y1 >= other.y1
    }

    /// Number of pixels, saturating.
    #[must_use]
    pub fn area(&self) -> u64 {
        if self.is_empty() {
            return 0;
        }
        self.x1.abs_diff(self.x0).saturating_mul(self.y1.abs_diff(self.y0))
    }
}

#[cfg(test)]
mod tests;
