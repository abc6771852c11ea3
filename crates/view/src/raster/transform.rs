//! The eight ways in which a client may have turned a picture.
//!
//! Invariant: [`Transform::to_buffer`] maps the pixels of the upright picture one to one onto those of the buffer.

#[cfg(test)]
mod tests;

use crate::geometry::{Point, Size};

/// What a client did to its picture before it stored it (`wl_output.transform`): perhaps mirrored it left to right,
/// then turned it counter-clockwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Transform {
    /// Nothing.
    #[default]
    Normal,
    /// Turned by 90 degrees.
    R90,
    /// Turned by 180 degrees.
    R180,
    /// Turned by 270 degrees.
    R270,
    /// Mirrored.
    Flipped,
    /// Mirrored, then turned by 90 degrees.
    Flipped90,
    /// Mirrored, then turned by 180 degrees.
    Flipped180,
    /// Mirrored, then turned by 270 degrees.
    Flipped270,
}

impl Transform {
    /// All of them, in the order of their wire values.
    pub const ALL: [Self; 8] = [
        Self::Normal,
        Self::R90,
        Self::R180,
        Self::R270,
        Self::Flipped,
        Self::Flipped90,
        Self::Flipped180,
        Self::Flipped270,
    ];

    /// From the value of `wl_output.transform`.
    #[must_use]
    pub fn from_wire(value: u32) -> Option<Self> {
        usize::try_from(value).ok().and_then(|index| Self::ALL.get(index)).copied()
    }

    /// The value of `wl_output.transform`.
    #[must_use]
    pub const fn wire(self) -> u32 {
        self as u32
    }

    /// Whether width and height change places.
    #[must_use]
    pub const fn swaps_axes(self) -> bool {
        matches!(self, Self::R90 | Self::R270 | Self::Flipped90 | Self::Flipped270)
    }

    /// The size of the upright picture from the size of the buffer, or the other way round.
    #[must_use]
    pub const fn size(self, of: Size) -> Size {
        if self.swaps_axes() { Size::new(of.height, of.width) } else { of }
    }

    /// Where a pixel of the upright picture, which is of size `upright`, is in the buffer.
    #[must_use]
    pub const fn to_buffer(self, upright: Size, at: Point) -> Point {
        let (x, y) = (at.x, at.y);
        let left = upright.width.saturating_sub(1).saturating_sub(x);
        let up = upright.height.saturating_sub(1).saturating_sub(y);
        match self {
            Self::Normal => Point::new(x, y),
            Self::R90 => Point::new(y, left),
            Self::R180 => Point::new(left, up),
            Self::R270 => Point::new(up, x),
            Self::Flipped => Point::new(left, y),
            Self::Flipped90 => Point::new(y, x),
            Self::Flipped180 => Point::new(x, up),
            Self::Flipped270 => Point::new(up, left),
        }
    }
}
