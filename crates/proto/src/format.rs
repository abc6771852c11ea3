//! Memory layout of the pixel formats of `wl_shm` and dmabuf.
//!
//! What it is: bytes per texel and subsampling per plane, for buffers whose planes lie one after another.
//! What it is not: it says nothing of colours, channel order or tiling modifiers.
//! Invariant: a format is listed only if its linear layout is known; everything else is `None`, and the
//! caller must then treat the buffer as opaque.

mod table;

/// One plane of a linear image.
///
/// A texel block is the smallest unit that starts on a byte; it spans `block_width` x `block_height`
/// samples of this plane. A sample stands for `sub_x` x `sub_y` pixels of the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plane {
    /// Bytes per texel block.
    pub bytes: u8,
    /// Samples per block, horizontally.
    pub block_width: u8,
    /// Samples per block, vertically.
    pub block_height: u8,
    /// Pixels per sample, horizontally.
    pub sub_x: u8,
    /// Pixels per sample, vertically.
    pub sub_y: u8,
}

/// The planes of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    planes: &'static [Plane],
}

/// The layout of a `wl_shm.format` code: 0 and 1 are `ARGB8888` and `XRGB8888`, all others are the fourcc
/// codes of the kernel's `drm_fourcc.h`. `None` for codes that are unknown or have no linear layout.
#[must_use]
pub fn layout(format: u32) -> Option<&'static Layout> {
    let format = match format {
        0 => table::fourcc(*b"AR24"),
        1 => table::fourcc(*b"XR24"),
        other => other,
    };
    // About 150 codes, the common ones first.
    table::TABLE.iter().find(|(_, codes)| codes.iter().any(|c| table::fourcc(**c) == format)).map(|(l, _)| l)
}

impl Layout {
    /// The planes, first to last.
    #[must_use]
    pub fn planes(&self) -> &'static [Plane] {
        self.planes
    }

    /// Bytes per pixel of a format with a single plane where each pixel has its own whole bytes.
    #[must_use]
    pub fn bytes_per_pixel(&self) -> Option<u32> {
        match self.planes {
            [p] if (p.block_width, p.block_height, p.sub_x, p.sub_y) == (1, 1, 1, 1) => Some(p.bytes.into()),
            _ => None,
        }
    }

    /// Bytes from the first to the last byte of an image, all planes, with `stride` bytes per row of the
    /// first plane. Rows of the other planes are as long as theirs holds as many pixels; planes follow one
    /// another directly. A stride of 0 puts all rows at one place. `None` if an argument is out of range
    /// (size not positive, stride negative) or the sum overflows.
    #[must_use]
    pub fn extent(&self, width: i32, height: i32, stride: i32) -> Option<u64> {
        if width <= 0 || height <= 0 {
            return None;
        }
        let (width, height) = (u64::try_from(width).ok()?, u64::try_from(height).ok()?);
        let stride0 = u64::try_from(stride).ok()?;
        let first = self.planes.first()?;
        let (mut start, mut end) = (0u64, 0u64);
        for plane in self.planes {
            let (bytes, block_width) = (u64::from(plane.bytes), u64::from(plane.block_width));
            let rows = height.div_ceil(plane.sub_y.into()).div_ceil(plane.block_height.into());
            let row = width.div_ceil(plane.sub_x.into()).div_ceil(block_width).checked_mul(bytes)?;
            let pixels = stride0.checked_mul(u64::from(first.block_width) * bytes)?;
            let stride = pixels.div_ceil(u64::from(first.bytes) * u64::from(plane.sub_x) * block_width);
            let last_row = start.checked_add(stride.checked_mul(rows.checked_sub(1)?)?)?;
            end = end.max(last_row.checked_add(row)?);
            start = start.checked_add(stride.checked_mul(rows)?.max(row))?;
        }
        Some(end)
    }
}

#[cfg(test)]
mod tests;
