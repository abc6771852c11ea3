//! Draws pictures on canvases, with the CPU.
//!
//! What it is: conversion, turning, scaling and blending of clients' pixels ([`Raster::draw`]). What it is not: a
//! scene; who draws what where is decided above. Invariants: only pixels within the clip, the target and the canvas
//! change; scratch memory is bounded whatever a client claims about its picture; the result does not depend on the
//! path that was taken, so pixels that go 1:1 through the fast path equal those of the general one.

mod axis;
mod blend;
mod canvas;
mod fetch;
mod format;
mod sample;
mod transform;

#[cfg(test)]
mod tests;

use farway_sys::mem::RegionError;

pub use canvas::{Canvas, PngError};
pub use format::{Format, Layout};
pub use transform::Transform;

use crate::descriptor::Memory;
use crate::geometry::{Point, Rect, Size};
use axis::Axis;
use fetch::Reader;
use format::OPAQUE;
use sample::{Job, Sampler, View};

/// Pixels of a picture that are held at once while it is scaled or turned. They fit into the cache.
const TILE: i64 = 64 * 1024;

/// Where pixels come from.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// A client's memory.
    Shared {
        /// The memory of its pool.
        memory: &'a dyn Memory,
        /// Where in it.
        layout: Layout,
    },
    /// One premultiplied colour, `0xAARRGGBB`.
    Solid(u32),
    /// Our own premultiplied `0xAARRGGBB`, row after row without gaps.
    Pixels {
        /// As many as the size says.
        pixels: &'a [u32],
        /// Pixels across and down.
        size: Size,
    },
}

/// One picture to be drawn.
#[derive(Clone, Copy, Debug)]
pub struct Draw<'a> {
    /// What is shown.
    pub source: Source<'a>,
    /// The part that is shown (x, y, width, height), in pixels of the buffer after the transform was undone. What
    /// lies outside of the picture repeats its edge.
    pub crop: (f64, f64, f64, f64),
    /// How the picture was turned before it was stored.
    pub transform: Transform,
    /// Where it goes, in pixels of the canvas.
    pub to: Rect,
    /// Whether its alpha is ignored.
    pub opaque: bool,
}

impl<'a> Draw<'a> {
    /// All of a picture at its own size, with its upper left corner at a place.
    #[must_use]
    pub fn whole(source: Source<'a>, size: Size, at: Point) -> Self {
        Self {
            source,
            crop: (0.0, 0.0, size.width.into(), size.height.into()),
            transform: Transform::Normal,
            to: size.rect().moved(at),
            opaque: false,
        }
    }

    /// Where the canvas's pixel 0,0 is in the picture, if pixels are only moved.
    fn moved(&self, size: Size) -> Option<Point> {
        let (x, y, width, height) = self.crop;
        let same = self.transform == Transform::Normal
            && width == f64::from(self.to.width)
            && height == f64::from(self.to.height)
            && x.fract() == 0.0
            && y.fract() == 0.0;
        let (x, y) = (x as i32, y as i32);
        let shown = Rect::new(x, y, self.to.width, self.to.height);
        let by = Point::new(x, y).minus(self.to.origin());
        // Saturation shows where the way back does not lead to the start.
        (same && size.rect().covers(shown) && self.to.origin().plus(by) == shown.origin()).then_some(by)
    }
}

/// A picture with pixels of its own, whatever holds them.
#[derive(Clone, Copy)]
enum Picture<'a> {
    Shared(Reader<'a>),
    Pixels { pixels: &'a [u32], size: Size },
}

impl Picture<'_> {
    const fn size(&self) -> Size {
        match self {
            Self::Shared(reader) => reader.layout.size,
            Self::Pixels { size, .. } => *size,
        }
    }
}

/// Draws, and keeps the memory that it needs for that.
#[derive(Debug, Default)]
pub struct Raster {
    bytes: Vec<u8>,
    pixels: Vec<u32>,
    sampler: Sampler,
}

impl Raster {
    /// One without any memory yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Draws where one of the `clip` rectangles, `draw.to` and the canvas overlap. The rectangles must not overlap
    /// each other, since what is translucent would be seen twice there.
    ///
    /// # Errors
    /// The memory is shorter than its layout says, or was cut short meanwhile. Pixels that could be read have been
    /// drawn then, all others are as they were.
    pub fn draw(&mut self, canvas: &mut Canvas, draw: &Draw<'_>, clip: &[Rect]) -> Result<(), RegionError> {
        let (picture, opaque) = match draw.source {
            Source::Solid(color) => {
                solid(canvas, draw, clip, color);
                return Ok(());
            }
            Source::Shared { memory, layout } => {
                let opaque = draw.opaque || !layout.format.has_alpha();
                (Picture::Shared(Reader { memory, layout, opaque }), opaque)
            }
            Source::Pixels { pixels, size } => {
                enough(pixels, size)?;
                (Picture::Pixels { pixels, size }, draw.opaque)
            }
        };
        let by = draw.moved(picture.size());
        for part in parts(canvas, draw, clip) {
            match by {
                Some(by) => self.plain(canvas, &picture, opaque, part, by)?,
                None => self.general(canvas, &picture, opaque, part, draw)?,
            }
        }
        Ok(())
    }

    /// Draws `part` of the canvas with pixels that are at `by` from there in the picture.
    fn plain(
        &mut self,
        canvas: &mut Canvas,
        picture: &Picture<'_>,
        opaque: bool,
        part: Rect,
        by: Point,
    ) -> Result<(), RegionError> {
        let from = part.moved(by);
        let width = part.width as usize;
        match picture {
            Picture::Shared(reader) if opaque => {
                let pitch = canvas.size().width as usize;
                reader.fetch(from, canvas.slab_mut(part), pitch, &mut self.bytes)
            }
            Picture::Shared(reader) => {
                let many = (TILE / i64::from(part.width)).clamp(1, part.height.into()) as i32;
                self.pixels.resize((width * many as usize).max(self.pixels.len()), 0);
                let mut y = part.y;
                while y < part.bottom() {
                    let rows = many.min(part.bottom() - y);
                    let from = Rect::new(from.x, y.saturating_add(by.y), part.width, rows);
                    reader.fetch(from, &mut self.pixels, width, &mut self.bytes)?;
                    for (y, row) in (y..y + rows).zip(self.pixels.chunks_exact(width)) {
                        blend::over(canvas.part_mut(part.x, part.width, y), row);
                    }
                    y += rows;
                }
                Ok(())
            }
            Picture::Pixels { pixels, size } => {
                for y in 0..part.height {
                    let start = (from.y + y) as usize * size.width as usize + from.x as usize;
                    let row = pixels.get(start..start + width).unwrap_or(&[]);
                    blend::put(canvas.part_mut(part.x, part.width, part.y + y), row, opaque);
                }
                Ok(())
            }
        }
    }

    /// Draws `part` of the canvas with pixels that are turned, scaled or both.
    fn general(
        &mut self,
        canvas: &mut Canvas,
        picture: &Picture<'_>,
        opaque: bool,
        part: Rect,
        draw: &Draw<'_>,
    ) -> Result<(), RegionError> {
        let upright = draw.transform.size(picture.size());
        let (x, y, width, height) = draw.crop;
        let x = Axis::new(x, width, upright.width, draw.to.x, draw.to.width);
        let y = Axis::new(y, height, upright.height, draw.to.y, draw.to.height);
        let (Some(x), Some(y)) = (x, y) else { return Ok(()) };
        tiles(part, (x, y), draw.transform.swaps_axes(), &mut |tile, x, y| {
            let from = footprint(tile, &x, &y);
            let (pixels, held) = match picture {
                Picture::Pixels { pixels, size } => (*pixels, size.rect()),
                Picture::Shared(reader) => {
                    let held = turned(from, upright, draw.transform);
                    let width = held.width as usize;
                    let count = width * held.height as usize;
                    self.pixels.resize(count.max(self.pixels.len()), 0);
                    reader.fetch(held, &mut self.pixels[..count], width, &mut self.bytes)?;
                    (&self.pixels[..count], held)
                }
            };
            let view = View::new(pixels, held, upright, draw.transform);
            self.sampler.run(&Job { view, x, y, tile, from }, |y, row| {
                blend::put(canvas.part_mut(tile.x, tile.width, y), row, opaque);
            });
            Ok(())
        })
    }
}

/// The parts of the canvas that are drawn on.
fn parts<'a>(canvas: &Canvas, draw: &Draw<'_>, clip: &'a [Rect]) -> impl Iterator<Item = Rect> + use<'a> {
    let most = draw.to.intersect(canvas.size().rect());
    clip.iter().map(move |it| it.intersect(most)).filter(|it| !it.is_empty())
}

fn solid(canvas: &mut Canvas, draw: &Draw<'_>, clip: &[Rect], color: u32) {
    let color = if draw.opaque { color | OPAQUE } else { color };
    for part in parts(canvas, draw, clip) {
        if color >= OPAQUE {
            canvas.fill(part, color);
        } else {
            for y in part.y..part.bottom() {
                blend::over_with(canvas.part_mut(part.x, part.width, y), color);
            }
        }
    }
}

/// Whether there are as many pixels as the size says.
fn enough(pixels: &[u32], size: Size) -> Result<(), RegionError> {
    let count = u64::from(size.width.max(0).unsigned_abs()) * u64::from(size.height.max(0).unsigned_abs());
    if count <= pixels.len() as u64 {
        return Ok(());
    }
    Err(RegionError::OutOfRange { offset: 0, len: count.saturating_mul(4), size: pixels.len() as u64 * 4 })
}

/// The pixels of the upright picture that are needed for a tile.
fn footprint(tile: Rect, x: &Axis, y: &Axis) -> Rect {
    let ((left, _), (_, right)) = (x.span(tile.x), x.span(tile.right() - 1));
    let ((top, _), (_, bottom)) = (y.span(tile.y), y.span(tile.bottom() - 1));
    Rect::from_edges(left, top, right.saturating_add(1), bottom.saturating_add(1))
}

/// A part of the upright picture, where it is in the buffer.
fn turned(part: Rect, upright: Size, transform: Transform) -> Rect {
    let first = transform.to_buffer(upright, part.origin());
    let last = transform.to_buffer(upright, Point::new(part.right() - 1, part.bottom() - 1));
    Rect::from_edges(
        first.x.min(last.x),
        first.y.min(last.y),
        first.x.max(last.x).saturating_add(1),
        first.y.max(last.y).saturating_add(1),
    )
}

/// Calls `each` with pieces of `part` that need [`TILE`] pixels of the picture at most. Rows of the buffer are cut
/// only if one of them alone is too long.
fn tiles(
    part: Rect,
    (x, y): (Axis, Axis),
    swapped: bool,
    each: &mut impl FnMut(Rect, Axis, Axis) -> Result<(), RegionError>,
) -> Result<(), RegionError> {
    let from = footprint(part, &x, &y);
    if i64::from(from.width) * i64::from(from.height) <= TILE {
        return each(part, x, y);
    }
    let (wide, high) = (part.width > 1, part.height > 1);
    if !wide && !high {
        // More pixels than can be seen in one: the one in the middle must do.
        return each(part, x.nearest(), y.nearest());
    }
    let (first, second) = if high && !(swapped && wide) {
        let middle = part.y + part.height / 2;
        (
            Rect::from_edges(part.x, part.y, part.right(), middle),
            Rect::from_edges(part.x, middle, part.right(), part.bottom()),
        )
    } else {
        let middle = part.x + part.width / 2;
        (
            Rect::from_edges(part.x, part.y, middle, part.bottom()),
            Rect::from_edges(middle, part.y, part.right(), part.bottom()),
        )
    };
    tiles(first, (x, y), swapped, each)?;
    tiles(second, (x, y), swapped, each)
}
