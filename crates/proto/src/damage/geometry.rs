//! The mapping between surface coordinates and buffer pixels.
//!
//! What it is: buffer scale, buffer transform and viewport as arithmetic on rectangles (specification 2.3).
//! What it is not: it keeps no history and does not clip to anything but the surface and the buffer.
//! Invariant: every conversion rounds outward. A mapping that no correct client sets up has no
//! conversion at all, so that the caller falls back to the whole buffer.

use super::rect::Rect;
use thiserror::Error;

/// `wl_output.transform`, as used by `wl_surface.set_buffer_transform`. Angles are counter-clockwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Transform {
    /// 0: none.
    #[default]
    Normal,
    /// 1: 90 degrees.
    R90,
    /// 2: 180 degrees.
    R180,
    /// 3: 270 degrees.
    R270,
    /// 4: flipped around the vertical axis.
    Flipped,
    /// 5: flipped, then 90 degrees.
    Flipped90,
    /// 6: flipped, then 180 degrees.
    Flipped180,
    /// 7: flipped, then 270 degrees.
    Flipped270,
}

/// The protocol's value is not one of the eight transforms.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("{0} is not a transform")]
pub struct UnknownTransform(pub i32);

impl TryFrom<i32> for Transform {
    type Error = UnknownTransform;

    fn try_from(value: i32) -> Result<Self, UnknownTransform> {
        Ok(match value {
            0 => Self::Normal,
            1 => Self::R90,
            2 => Self::R180,
            3 => Self::R270,
            4 => Self::Flipped,
            5 => Self::Flipped90,
            6 => Self::Flipped180,
            7 => Self::Flipped270,
            _ => return Err(UnknownTransform(value)),
        })
    }
}

impl Transform {
    /// True if width and height change places.
    #[must_use]
    pub fn swaps(self) -> bool {
        matches!(self, Self::R90 | Self::R270 | Self::Flipped90 | Self::Flipped270)
    }

    fn inverse(self) -> Self {
        match self {
            Self::R90 => Self::R270,
            Self::R270 => Self::R90,
            other => other,
        }
    }

    /// Maps a box of an image of `w` x `h` into the transformed image. Corners map by the table of the
    /// specification; low and high edges change places where a minus sign appears.
    fn apply(self, r: Rect, w: i64, h: i64) -> Rect {
        let (mirror_x, mirror_y) = ((w - r.x1, w - r.x0), (h - r.y1, h - r.y0));
        let (x, y) = ((r.x0, r.x1), (r.y0, r.y1));
        let (x, y) = match self {
            Self::Normal => (x, y),
            Self::R90 => (y, mirror_x),
            Self::R180 => (mirror_x, mirror_y),
            Self::R270 => (mirror_y, x),
            Self::Flipped => (mirror_x, y),
            Self::Flipped90 => (y, x),
            Self::Flipped180 => (x, mirror_y),
            Self::Flipped270 => (mirror_y, mirror_x),
        };
        Rect { x0: x.0, y0: y.0, x1: x.1, y1: y.1 }
    }
}

/// The source rectangle of a viewport: x, y, width, height as raw signed 24.8 fixed point numbers.
pub type Source = (i32, i32, i32, i32);

/// The state of a `wp_viewport`. Raw protocol values, "unset" already turned into `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Viewport {
    /// Crop, in surface coordinates before scaling.
    pub source: Option<Source>,
    /// Size of the surface.
    pub destination: Option<(i32, i32)>,
}

/// Everything that decides which surface point shows which pixel of a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Geometry {
    pub scale: i32,
    pub transform: Transform,
    pub viewport: Viewport,
    pub width: i32,
    pub height: i32,
}

/// A usable [`Geometry`], worked out. All numbers are positive and below 2^31, except that a source may lie
/// anywhere and is scaled by 256.
#[derive(Debug)]
pub(super) struct Mapping {
    transform: Transform,
    scale: i64,
    /// The buffer in pixels.
    buffer: (i64, i64),
    /// The buffer after transform and scale, the space a viewport source is measured in.
    turned: (i64, i64),
    surface: (i64, i64),
    /// Source as (x, width) and (y, height) in 1/256, if a viewport is set.
    view: Option<(Axis, Axis)>,
}

/// One axis of a viewport: surface `0..surface` shows `at..at + len` (in 1/256) of the turned buffer.
#[derive(Clone, Copy, Debug)]
struct Axis {
    at: i128,
    len: i128,
    surface: i128,
}

impl Axis {
    /// Surface to turned buffer, outward. The products need more than 64 bits.
    fn forward(&self, low: i64, high: i64) -> (i64, i64) {
        let unit = self.surface * 256;
        let edge = |v: i64| self.at * self.surface + i128::from(v) * self.len;
        (clamp(edge(low).div_euclid(unit)), clamp(-(-edge(high)).div_euclid(unit)))
    }

    /// Turned buffer to surface, outward.
    fn backward(&self, low: i64, high: i64) -> (i64, i64) {
        let edge = |v: i64| (i128::from(v) * 256 - self.at) * self.surface;
        (clamp(edge(low).div_euclid(self.len)), clamp(-(-edge(high)).div_euclid(self.len)))
    }
}

/// Results are clipped to a surface or buffer next, so limits far outside of both lose nothing.
fn clamp(v: i128) -> i64 {
    v.clamp(i128::from(i32::MIN) * 4, i128::from(i32::MAX) * 4) as i64
}

impl Geometry {
    /// The mapping, or `None` if a client error leaves it undefined: a scale, buffer or viewport that is
    /// not positive, or a buffer that is not a multiple of its scale.
    pub fn mapping(&self) -> Option<Mapping> {
        let (scale, width, height) = (i64::from(self.scale), i64::from(self.width), i64::from(self.height));
        if scale <= 0 || width <= 0 || height <= 0 || width % scale != 0 || height % scale != 0 {
            return None;
        }
        let (w, h) = (width / scale, height / scale);
        let turned = if self.transform.swaps() { (h, w) } else { (w, h) };
        let Viewport { source, destination } = self.viewport;
        let source = match source {
            Some((x, y, w, h)) => (i64::from(x), i64::from(y), i64::from(w), i64::from(h)),
            None => (0, 0, turned.0 * 256, turned.1 * 256),
        };
        // A fractional size without a destination is a client error; round up and go on.
        let surface = match destination {
            Some((w, h)) => (i64::from(w), i64::from(h)),
            None => ((source.2 + 255) / 256, (source.3 + 255) / 256),
        };
        if surface.0 <= 0 || surface.1 <= 0 || source.2 <= 0 || source.3 <= 0 {
            return None;
        }
        let axis = |at: i64, len: i64, surface: i64| Axis {
            at: at.into(),
            len: len.into(),
            surface: surface.into(),
        };
        let view = (self.viewport != Viewport::default())
            .then(|| (axis(source.0, source.2, surface.0), axis(source.1, source.3, surface.1)));
        Some(Mapping { transform: self.transform, scale, buffer: (width, height), turned, surface, view })
    }
}

impl Mapping {
    /// The size of the surface in surface coordinates.
    pub fn surface_size(&self) -> (i64, i64) {
        self.surface
    }

    /// The buffer pixels that a box of the surface shows, rounded outward and clipped to the buffer.
    pub fn to_buffer(&self, r: &Rect) -> Rect {
        let mut r = r.intersect(&from_origin(self.surface));
        if r.is_empty() {
            return Rect::default();
        }
        if let Some((x, y)) = &self.view {
            (r.x0, r.x1) = x.forward(r.x0, r.x1);
            (r.y0, r.y1) = y.forward(r.y0, r.y1);
            r = r.intersect(&from_origin(self.turned));
        }
        let s = self.scale;
        let scaled = Rect { x0: r.x0 * s, y0: r.y0 * s, x1: r.x1 * s, y1: r.y1 * s };
        self.transform.apply(scaled, self.turned.0 * s, self.turned.1 * s)
    }

    /// The box of the surface that shows some pixels of the buffer, rounded outward and clipped to the
    /// surface.
    pub fn to_surface(&self, r: &Rect) -> Rect {
        let r = r.intersect(&from_origin(self.buffer));
        if r.is_empty() {
            return Rect::default();
        }
        let r = self.transform.inverse().apply(r, self.buffer.0, self.buffer.1);
        let (low, high) = (|v: i64| v / self.scale, |v: i64| (v + self.scale - 1) / self.scale);
        let mut r = Rect { x0: low(r.x0), y0: low(r.y0), x1: high(r.x1), y1: high(r.y1) };
        if let Some((x, y)) = &self.view {
            (r.x0, r.x1) = x.backward(r.x0, r.x1);
            (r.y0, r.y1) = y.backward(r.y0, r.y1);
        }
        r.intersect(&from_origin(self.surface))
    }
}

fn from_origin((w, h): (i64, i64)) -> Rect {
    Rect { x0: 0, y0: 0, x1: w, y1: h }
}

#[cfg(test)]
mod tests;
