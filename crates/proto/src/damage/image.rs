//! A buffer in a shared memory pool, and the bytes of its pixels.
//!
//! What it is: the parameters of `wl_shm_pool.create_buffer`, checked, and the way from damaged pixels to
//! byte intervals (specification 2.4). It also serves for the linear image that stands for a dmabuf.
//! What it is not: it holds no memory and does not know the object.
//! Invariant: the bytes of every damaged pixel are in the intervals. Finding them costs little more than
//! comparing them would: when damage is too tangled, the tangle is taken as one run.

use super::history::Dirty;
use super::intervals::{GAP, Interval, Intervals};
use super::rect::Rect;
use crate::format;
use thiserror::Error;

/// Bytes of a cluster that pay for one step of cutting it. A step takes nanoseconds, so this keeps the cutting
/// cheaper than comparing the bytes.
const BYTES_PER_STEP: u64 = 64;

/// Steps that are free of the cost guard: keeps small tangles exact.
const FREE_STEPS: u64 = 4096;

/// The parameters of `wl_shm_pool.create_buffer`, as received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShmImage {
    /// Byte offset of the first pixel in the pool.
    pub offset: i32,
    /// Width in pixels.
    pub width: i32,
    /// Height in pixels.
    pub height: i32,
    /// Bytes from one row to the next, in the first plane.
    pub stride: i32,
    /// `wl_shm.format` code.
    pub format: u32,
}

/// Why a compositor would refuse the buffer.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ImageError {
    /// Width or height is not positive.
    #[error("buffer size {width}x{height} is not positive")]
    NonPositiveSize {
        /// As received.
        width: i32,
        /// As received.
        height: i32,
    },
    /// The offset is negative.
    #[error("buffer offset {0} is negative")]
    NegativeOffset(i32),
    /// The stride is negative. Zero is allowed.
    #[error("buffer stride {0} is negative")]
    NegativeStride(i32),
    /// The image does not fit into the pool, or its size overflows.
    #[error("buffer does not fit into its pool of {pool_size} bytes")]
    OutOfPool {
        /// Size of the pool.
        pool_size: u64,
    },
}

impl ShmImage {
    /// Checks the parameters against the pool. For an unknown format the needed size is unknown, so only
    /// the signs are checked.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check(&self, pool_size: u64) -> Result<(), ImageError> {
        let Self { width, height, .. } = *self;
        if width <= 0 || height <= 0 {
            return Err(ImageError::NonPositiveSize { width, height });
        }
        let start = u64::try_from(self.offset).map_err(|_| ImageError::NegativeOffset(self.offset))?;
        if self.stride < 0 {
            return Err(ImageError::NegativeStride(self.stride));
        }
        if let Some(layout) = format::layout(self.format) {
            let end = layout.extent(width, height, self.stride).and_then(|e| e.checked_add(start));
            if end.is_none_or(|end| end > pool_size) {
                return Err(ImageError::OutOfPool { pool_size });
            }
        }
        Ok(())
    }

    /// All bytes of the image. For an unknown format or an overflow: from the offset to the end of the
    /// pool. Never empty, even for an offset past the end.
    #[must_use]
    pub fn extent(&self, pool_size: u64) -> Interval {
        let start = self.start();
        let layout = format::layout(self.format);
        let known = layout.and_then(|l| l.extent(self.width, self.height, self.stride));
        match known.and_then(|e| start.checked_add(e)) {
            Some(end) => Interval { start, end },
            None => {
                let start = start.min(pool_size.saturating_sub(1));
                Interval { start, end: pool_size.max(start + 1) }
            }
        }
    }

    /// Bytes from one row of 32-bit pixels to the next; nothing if it has other pixels.
    #[must_use]
    pub fn pixel_pitch(&self) -> Option<u32> {
        let bytes = format::layout(self.format)?.bytes_per_pixel()?;
        u32::try_from(self.stride).ok().filter(|pitch| bytes == 4 && pitch % 4 == 0 && *pitch > 0)
    }

    /// The bytes of the dirty pixels, as aligned intervals. The last one may run past the image by the
    /// alignment; clip the sum of all damage to the size of the resource before use.
    #[must_use]
    pub fn intervals(&self, dirty: &Dirty, pool_size: u64) -> Intervals {
        let mut out = Intervals::new();
        match dirty {
            Dirty::Nothing => {}
            Dirty::Whole => out.add(self.extent(pool_size)),
            Dirty::Rects(rects) => match self.raster(pool_size) {
                Some(raster) => raster.add_rects(rects, &mut out),
                None if rects.iter().all(Rect::is_empty) => {}
                None => out.add(self.extent(pool_size)),
            },
        }
        out
    }

    fn start(&self) -> u64 {
        u64::try_from(self.offset).unwrap_or(0)
    }

    /// The image as rows of whole pixels, if it is one.
    fn raster(&self, pool_size: u64) -> Option<Raster> {
        let bpp = u64::from(format::layout(self.format)?.bytes_per_pixel()?);
        let (start, stride) = (self.start(), u64::try_from(self.stride).ok()?);
        // Rows outside the pool do not exist, whatever the image claims.
        let rows = pool_size
            .saturating_sub(start)
            .checked_div(stride)
            .map_or(i64::MAX, |rows| i64::try_from(rows).unwrap_or(i64::MAX).saturating_add(1));
        let mut bounds = Rect::from_size(0, 0, self.width, self.height);
        bounds.y1 = bounds.y1.min(rows);
        Some(Raster { start, stride, bpp, bounds })
    }
}

/// An image of whole pixels in rows.
struct Raster {
    start: u64,
    stride: u64,
    bpp: u64,
    bounds: Rect,
}

/// Bytes `from..to` of each of some rows, relative to the row.
type Span = (u64, u64);

impl Raster {
    fn add_rects(&self, rects: &[Rect], out: &mut Intervals) {
        let clip = |r: &Rect| Some(r.intersect(&self.bounds)).filter(|r| !r.is_empty());
        if let [only] = rects {
            // The common case: somebody typed a character.
            clip(only).into_iter().for_each(|r| self.add_band(r.y0, r.y1, &[self.span(&r)], out));
            return;
        }
        let mut rects: Vec<Rect> = rects.iter().filter_map(clip).collect();
        rects.sort_unstable_by_key(|r| (r.y0, r.x0));
        if self.stride < self.span(&self.bounds).1 {
            // Rows overlap: bands would not come out in order, and be more than the bytes pay for.
            rects.iter().for_each(|r| out.add(self.run(r)));
            return;
        }
        let mut rest = &rects[..];
        while let Some(first) = rest.first() {
            // A cluster is a sequence of rectangles without a free row between them.
            let (mut bottom, mut len) = (first.y1, 1);
            while let Some(next) = rest.get(len).filter(|next| next.y0 < bottom) {
                bottom = bottom.max(next.y1);
                len += 1;
            }
            let (cluster, behind) = rest.split_at(len);
            rest = behind;
            match cluster {
                [only] => self.add_band(only.y0, only.y1, &[self.span(only)], out),
                _ => self.add_cluster(cluster, bottom, out),
            }
        }
    }

    /// Cuts overlapping rectangles, sorted by their top, into bands of equal rows and adds the bands from
    /// top to bottom. When that costs more than the bytes pay for, the rest becomes one run.
    fn add_cluster(&self, rects: &[Rect], bottom: i64, out: &mut Intervals) {
        let mut edges: Vec<i64> = rects.iter().flat_map(|r| [r.y0, r.y1]).collect();
        edges.sort_unstable();
        edges.dedup();
        let rows = bottom.abs_diff(rects[0].y0);
        let mut budget = (rows.saturating_mul(self.stride) / BYTES_PER_STEP).saturating_add(FREE_STEPS);
        let mut waiting = rects;
        let mut active: Vec<Rect> = Vec::new();
        let mut spans: Vec<Span> = Vec::new();
        for edge in edges.windows(2) {
            let (top, end) = (edge[0], edge[1]);
            let starting = waiting.partition_point(|r| r.y0 <= top);
            active.retain(|r| r.y1 > top);
            active.extend_from_slice(&waiting[..starting]);
            waiting = &waiting[starting..];
            let work = active.len() as u64;
            if budget < work {
                let left = active.iter().chain(waiting).copied().reduce(|a, b| a.hull(&b));
                left.into_iter().for_each(|r| out.add(self.run(&Rect { y0: top, ..r })));
                return;
            }
            budget -= work;
            // Two sorted runs: the stable sort merges them in linear time.
            active.sort_by_key(|r| r.x0);
            spans.clear();
            for span in active.iter().map(|r| self.span(r)) {
                match spans.last_mut() {
                    Some(last) if span.0 < last.1 + GAP => last.1 = last.1.max(span.1),
                    _ => spans.push(span),
                }
            }
            self.add_band(top, end, &spans, out);
        }
    }

    /// Adds the same spans of the rows `top..end`.
    fn add_band(&self, top: i64, end: i64, spans: &[Span], out: &mut Intervals) {
        let (top, end) = (top.unsigned_abs(), end.unsigned_abs());
        if let [(from, to)] = *spans {
            if to - from + GAP > self.stride {
                let (first, last) = (self.row(top), self.row(end.saturating_sub(1)));
                return out.add(Interval { start: first + from, end: last + to });
            }
        }
        out.expect_more((end - top).saturating_mul(spans.len() as u64));
        for y in top..end {
            let row = self.row(y);
            spans.iter().for_each(|(from, to)| out.add(Interval { start: row + from, end: row + to }));
        }
    }

    /// The bytes from the first to the last pixel of a clipped rectangle.
    fn run(&self, r: &Rect) -> Interval {
        let (from, to) = self.span(r);
        let (top, last) = (r.y0.unsigned_abs(), r.y1.unsigned_abs().saturating_sub(1));
        Interval { start: self.row(top) + from, end: self.row(last) + to }
    }

    /// Below 2^63: both factors and the offset are below 2^31.
    fn row(&self, y: u64) -> u64 {
        self.start + y * self.stride
    }

    /// Clipped edges are not negative and below 2^31.
    fn span(&self, r: &Rect) -> Span {
        (r.x0.unsigned_abs() * self.bpp, r.x1.unsigned_abs() * self.bpp)
    }
}

#[cfg(test)]
mod tests;
