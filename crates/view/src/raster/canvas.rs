//! A picture in our own memory.
//!
//! Large ones begin at a page of memory, since files are read into them: where a page is copied to 16 bytes behind the
//! start of another, which is where allocators put large blocks, some processors need five times as long.
//! Invariant: there are exactly `width * height` pixels, and neither side is negative or beyond [`Canvas::MAX_SIDE`].

#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::geometry::{Rect, Size};

/// Physical pixels of an output or window: premultiplied `0xAARRGGBB`, row after row without gaps.
#[derive(Debug, Default)]
pub struct Canvas {
    size: Size,
    /// The pixels begin at `start`.
    store: Vec<u32>,
    start: usize,
}

/// Bytes of a page.
const PAGE: usize = 4096;
/// Pixels from which on the waste of a page does not matter.
const LARGE: usize = 32 * 1024;

impl Clone for Canvas {
    fn clone(&self) -> Self {
        let mut canvas = Self::new(self.size);
        canvas.pixels_mut().copy_from_slice(self.pixels());
        canvas
    }
}

impl PartialEq for Canvas {
    fn eq(&self, other: &Self) -> bool {
        self.size == other.size && self.pixels() == other.pixels()
    }
}

impl Eq for Canvas {}

/// Why a canvas could not be written as PNG: it has no pixel, for instance.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the picture as PNG")]
pub struct PngError(#[from] png::EncodingError);

impl Canvas {
    /// Pixels that either side can have; larger sizes are cut.
    pub const MAX_SIDE: i32 = 16384;

    /// A canvas without anything on it: all of it is transparent.
    #[must_use]
    pub fn new(size: Size) -> Self {
        let mut canvas = Self::default();
        canvas.resize(size);
        canvas
    }

    /// A canvas with these pixels; `None` if there are not just enough of them, or too many for a side.
    #[must_use]
    pub fn from_pixels(size: Size, pixels: Vec<u32>) -> Option<Self> {
        (limited(size) == size && count(size) == pixels.len()).then_some(Self {
            size,
            store: pixels,
            start: 0,
        })
    }

    /// Pixels across and down.
    #[must_use]
    pub const fn size(&self) -> Size {
        self.size
    }

    /// All pixels, row after row.
    #[must_use]
    pub fn pixels(&self) -> &[u32] {
        self.store.get(self.start..).unwrap_or(&[])
    }

    /// All pixels, row after row, to be changed.
    pub fn pixels_mut(&mut self) -> &mut [u32] {
        self.store.get_mut(self.start..).unwrap_or(&mut [])
    }

    /// One row of pixels; none if there is no such row.
    #[must_use]
    pub fn row(&self, y: i32) -> &[u32] {
        self.pixels().get(self.span(0, self.size.width, y)).unwrap_or(&[])
    }

    /// One pixel, if it is on the canvas.
    #[must_use]
    pub fn pixel(&self, x: i32, y: i32) -> Option<u32> {
        self.row(y).get(usize::try_from(x).ok()?).copied()
    }

    /// Gives it another size, and makes all of it transparent.
    pub fn resize(&mut self, size: Size) {
        self.size = limited(size);
        let count = count(self.size);
        let spare = if count >= LARGE { PAGE / size_of::<u32>() } else { 0 };
        self.store.clear();
        self.store.reserve(count + spare);
        // As many pixels as lie before the next page, if that is known.
        self.start = Some(self.store.as_ptr().align_offset(PAGE)).filter(|at| *at <= spare).unwrap_or(0);
        self.store.resize(self.start + count, 0);
    }

    /// Sets all pixels of a rectangle to a premultiplied colour.
    pub fn fill(&mut self, rect: Rect, color: u32) {
        let rect = rect.intersect(self.size.rect());
        for y in rect.y..rect.bottom() {
            self.part_mut(rect.x, rect.width, y).fill(color);
        }
    }

    /// A copy of a part. What is outside of this canvas is transparent.
    #[must_use]
    pub fn crop(&self, rect: Rect) -> Self {
        let mut part = Self::new(rect.size());
        let inside = rect.intersect(self.size.rect());
        for y in inside.y..inside.bottom() {
            let from = self.pixels().get(self.span(inside.x, inside.width, y)).unwrap_or(&[]);
            let to = part.part_mut(inside.x - rect.x, inside.width, y - rect.y);
            to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
        }
        part
    }

    /// How many pixels differ, in any channel. A pixel that only one of the two has differs.
    #[must_use]
    pub fn diff(&self, other: &Self) -> usize {
        let both = self.size.rect().intersect(other.size.rect());
        let common = |y| {
            let (ours, theirs) = (self.row(y), other.row(y));
            ours.iter().zip(theirs).filter(|(ours, theirs)| ours != theirs).count()
        };
        let differ: usize = (both.y..both.bottom()).map(common).sum();
        differ + self.pixels().len() + other.pixels().len() - 2 * count(both.size())
    }

    /// The picture as PNG file: quickly packed, opaque RGB, or RGBA if `alpha` is asked for.
    ///
    /// # Errors
    /// The canvas has no pixel.
    pub fn to_png(&self, alpha: bool) -> Result<Vec<u8>, PngError> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.size.width as u32, self.size.height as u32);
        encoder.set_color(if alpha { png::ColorType::Rgba } else { png::ColorType::Rgb });
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        let mut writer = encoder.write_header()?;
        let mut bytes = Vec::with_capacity(self.pixels().len() * if alpha { 4 } else { 3 });
        for pixel in self.pixels() {
            let [a, r, g, b] = pixel.to_be_bytes();
            if alpha {
                bytes.extend([divide(r, a), divide(g, a), divide(b, a), a]);
            } else {
                bytes.extend([r, g, b]);
            }
        }
        writer.write_image_data(&bytes)?;
        writer.finish()?;
        Ok(file)
    }

    /// A part of a row. It must be on the canvas; what is not is left out.
    pub(super) fn part_mut(&mut self, x: i32, width: i32, y: i32) -> &mut [u32] {
        let span = self.span(x, width, y);
        self.pixels_mut().get_mut(span).unwrap_or(&mut [])
    }

    /// All pixels from the first of a rectangle to its last, which includes what is beside it.
    pub(super) fn slab_mut(&mut self, rect: Rect) -> &mut [u32] {
        let first = self.span(rect.x, rect.width, rect.y);
        let last = self.span(rect.x, rect.width, rect.bottom() - 1);
        self.pixels_mut().get_mut(first.start..last.end).unwrap_or(&mut [])
    }

    /// Where a part of a row is among the pixels.
    fn span(&self, x: i32, width: i32, y: i32) -> Range<usize> {
        let inside = Rect::new(x, y, width, 1).intersect(self.size.rect());
        let start = inside.y as usize * self.size.width as usize + inside.x as usize;
        start..start + inside.width as usize
    }
}

fn limited(size: Size) -> Size {
    Size::new(size.width.clamp(0, Canvas::MAX_SIDE), size.height.clamp(0, Canvas::MAX_SIDE))
}

/// Pixels of a limited size.
fn count(size: Size) -> usize {
    size.width as usize * size.height as usize
}

/// A channel before it was multiplied by its alpha.
fn divide(channel: u8, alpha: u8) -> u8 {
    let (channel, alpha) = (u32::from(channel), u32::from(alpha));
    (channel * 255 + alpha / 2).checked_div(alpha).unwrap_or(0).min(255) as u8
}
