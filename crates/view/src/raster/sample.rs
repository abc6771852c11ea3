//! Fills rows of the canvas from a picture that is turned, scaled, or both.
//!
//! What it is: three ways of weighing pixels, from the cheapest to the most general. Invariant: a row does not depend
//! on the tile in which it is drawn.

#[cfg(test)]
mod tests;

use super::axis::{Axis, Kernel, Taps};
use super::blend::{mix, mix_each};
use super::transform::Transform;
use crate::geometry::{Point, Rect, Size};

/// Pixels of a buffer, seen as the upright picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    pixels: &'a [u32],
    /// Of pixel 0,0 of the upright picture, which need not be among the pixels.
    base: i64,
    right: i64,
    down: i64,
}

impl<'a> View<'a> {
    /// Pixels of part `part` of a buffer without gaps; `upright` is the size of the whole picture when upright.
    pub fn new(pixels: &'a [u32], part: Rect, upright: Size, transform: Transform) -> Self {
        let index = |x, y| {
            let at = transform.to_buffer(upright, Point::new(x, y));
            let (x, y) = (i64::from(at.x) - i64::from(part.x), i64::from(at.y) - i64::from(part.y));
            y * i64::from(part.width) + x
        };
        let base = index(0, 0);
        // Beyond a picture of one column or row no pixel is asked for, so it need not be right there.
        Self { pixels, base, right: index(1, 0) - base, down: index(0, 1) - base }
    }

    /// `width` pixels of the upright picture from `x`, `y` on; `aside` holds them if they are not in one piece.
    fn line<'b>(&self, x: i32, y: i32, width: usize, aside: &'b mut Vec<u32>) -> &'b [u32]
    where
        'a: 'b,
    {
        let first = self.base + i64::from(y) * self.down + i64::from(x) * self.right;
        if self.right == 1 {
            let piece =
                usize::try_from(first).ok().and_then(|at| self.pixels.get(at..at.checked_add(width)?));
            return piece.unwrap_or(&[]);
        }
        aside.clear();
        let mut at = first;
        aside.extend((0..width).map(|_| {
            let pixel = usize::try_from(at).ok().and_then(|at| self.pixels.get(at));
            at += self.right;
            pixel.copied().unwrap_or(0)
        }));
        aside
    }
}

/// Buffers that are used again.
#[derive(Debug, Default)]
pub(super) struct Sampler {
    aside: Vec<u32>,
    out: Vec<u32>,
    /// For what `firsts`, `seconds` and `weights`, or `taps`, were worked out.
    columns: Option<Columns>,
    firsts: Vec<u32>,
    seconds: Vec<u32>,
    weights: Vec<u16>,
    first: Vec<u32>,
    second: Vec<u32>,
    /// Two rows of the picture, stretched to the canvas's pixels.
    upper: Stretched,
    lower: Stretched,
    taps: Taps,
    row_taps: Taps,
    /// The four channels of a pixel of the picture, 16 bits each.
    sums: Vec<u64>,
}

/// Columns of the canvas and how they are sampled.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Columns {
    axis: Axis,
    x: i32,
    width: i32,
    origin: i32,
    weighed: bool,
}

#[derive(Debug, Default)]
struct Stretched {
    of: Option<i32>,
    row: Vec<u32>,
}

/// What is to be filled, and from where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Job<'a> {
    pub view: View<'a>,
    pub x: Axis,
    pub y: Axis,
    /// Pixels of the canvas.
    pub tile: Rect,
    /// Pixels of the upright picture that may be used.
    pub from: Rect,
}

impl Sampler {
    /// Calls `emit` with each row of the tile.
    pub fn run(&mut self, job: &Job<'_>, emit: impl FnMut(i32, &[u32])) {
        match (job.x.kernel, job.y.kernel) {
            (Kernel::Nearest, Kernel::Nearest) => self.nearest(job, emit),
            (Kernel::Mean, _) | (_, Kernel::Mean) => self.weighed(job, emit),
            _ => self.linear(job, emit),
        }
    }

    /// Works out the places of the columns, unless the tile before had the same.
    fn place(&mut self, job: &Job<'_>, weighed: bool) {
        let Job { x: axis, tile: Rect { x, width, .. }, from: Rect { x: origin, .. }, .. } = *job;
        let columns = Some(Columns { axis, x, width, origin, weighed });
        if self.columns == columns {
            return;
        }
        self.columns = columns;
        if weighed {
            axis.taps(x, width, origin, &mut self.taps);
            return;
        }
        self.firsts.clear();
        self.seconds.clear();
        self.weights.clear();
        for x in x..x.saturating_add(width) {
            let (first, second, weight) = axis.pair(x);
            self.firsts.push((first - origin) as u32);
            self.seconds.push((second - origin) as u32);
            self.weights.extend([weight; 4]);
        }
    }

    fn nearest(&mut self, job: &Job<'_>, mut emit: impl FnMut(i32, &[u32])) {
        let Job { view, tile, from, .. } = *job;
        self.place(job, false);
        self.out.resize(tile.width as usize, 0);
        let mut last = None;
        for y in tile.y..tile.bottom() {
            let row = job.y.span(y).0;
            if last != Some(row) {
                let line = view.line(from.x, row, from.width as usize, &mut self.aside);
                pick(&mut self.out, line, &self.firsts);
                last = Some(row);
            }
            emit(y, &self.out);
        }
    }

    fn linear(&mut self, job: &Job<'_>, mut emit: impl FnMut(i32, &[u32])) {
        let Job { tile, .. } = *job;
        self.place(job, false);
        let width = tile.width as usize;
        for row in
            [&mut self.out, &mut self.first, &mut self.second, &mut self.upper.row, &mut self.lower.row]
        {
            row.resize(width, 0);
        }
        (self.upper.of, self.lower.of) = (None, None);
        for y in tile.y..tile.bottom() {
            let (above, below, weight) = job.y.pair(y);
            if self.lower.of == Some(above) {
                std::mem::swap(&mut self.upper, &mut self.lower);
            }
            self.stretch(job, above, true);
            if weight == 0 || above == below {
                emit(y, &self.upper.row);
                continue;
            }
            self.stretch(job, below, false);
            mix(&mut self.out, &self.upper.row, &self.lower.row, weight);
            emit(y, &self.out);
        }
    }

    /// Makes row `y` of the picture the upper or the lower of the stretched ones.
    fn stretch(&mut self, job: &Job<'_>, y: i32, upper: bool) {
        let to = if upper { &mut self.upper } else { &mut self.lower };
        if to.of == Some(y) {
            return;
        }
        let line = job.view.line(job.from.x, y, job.from.width as usize, &mut self.aside);
        pick(&mut self.first, line, &self.firsts);
        if job.x.kernel == Kernel::Nearest {
            to.row.copy_from_slice(&self.first);
        } else {
            pick(&mut self.second, line, &self.seconds);
            mix_each(&mut to.row, &self.first, &self.second, &self.weights);
        }
        to.of = Some(y);
    }

    fn weighed(&mut self, job: &Job<'_>, mut emit: impl FnMut(i32, &[u32])) {
        let Job { view, tile, from, .. } = *job;
        self.place(job, true);
        job.y.taps(tile.y, tile.height, from.y, &mut self.row_taps);
        self.out.resize(tile.width as usize, 0);
        let mut weights = self.row_taps.weights.iter();
        for (y, (first, count)) in (tile.y..).zip(&self.row_taps.spans) {
            self.sums.clear();
            self.sums.resize(from.width as usize, 0);
            let lanes: &mut [u16] = bytemuck::cast_slice_mut(&mut self.sums);
            for (row, weight) in (*first..first + count).zip(weights.by_ref()) {
                let line = view.line(from.x, from.y + row as i32, from.width as usize, &mut self.aside);
                add(lanes, line, *weight);
            }
            lanes.iter_mut().for_each(|lane| *lane = lane.wrapping_add(128) >> 8);
            gather(&mut self.out, &self.sums, &self.taps);
            emit(y, &self.out);
        }
    }
}

/// The pixels of a line at the given places.
fn pick(out: &mut [u32], line: &[u32], places: &[u32]) {
    for (out, place) in out.iter_mut().zip(places) {
        *out = line.get(*place as usize).copied().unwrap_or(0);
    }
}

/// Adds the channels of a line, weighed. No sum gets beyond 255 * 256.
fn add(sums: &mut [u16], line: &[u32], weight: u16) {
    let bytes: &[u8] = bytemuck::cast_slice(line);
    for (sum, byte) in sums.iter_mut().zip(bytes) {
        *sum = sum.wrapping_add(u16::from(*byte).wrapping_mul(weight));
    }
}

/// The weighed sums of means, as pixels. A channel stays within its 16 bits.
fn gather(out: &mut [u32], means: &[u64], taps: &Taps) {
    let mut weights = taps.weights.as_slice();
    for (out, (first, count)) in out.iter_mut().zip(&taps.spans) {
        let (now, later) = weights.split_at((*count).min(weights.len()));
        weights = later;
        let means = means.get(*first..).unwrap_or(&[]);
        let total = means.iter().zip(now).fold(0x0080_0080_0080_0080, |total: u64, (mean, weight)| {
            total.wrapping_add(mean.wrapping_mul(u64::from(*weight)))
        });
        let apart = (total >> 8) & 0x00ff_00ff_00ff_00ff;
        let pairs = apart | (apart >> 8);
        *out = (pairs & 0xffff) as u32 | ((pairs >> 16) & 0xffff_0000) as u32;
    }
}
