//! Damage: which bytes of a buffer may have changed since the peer last got them.
//!
//! What it is: pure arithmetic from `wl_surface` damage requests to byte intervals of a pool.
//! What it is not: it reads no pixels, compares nothing and knows no objects; the handlers feed it.
//! Invariant: the answer always covers what a correct client may have changed. Where a client errs or
//! a bound is hit the answer grows, up to the whole buffer, and never shrinks.

mod geometry;
mod history;
mod image;
mod intervals;
mod rect;

pub use geometry::{Source, Transform, UnknownTransform, Viewport};
pub use history::{BufferUse, Dirty, History, MAX_RECTS, SLOTS};
pub use image::{ImageError, ShmImage};
pub use intervals::{ALIGN, GAP, Interval, Intervals, MAX_INTERVALS};
pub use rect::Rect;
