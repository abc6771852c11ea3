//! A look at the damaged part of an image: samples of its rows, and where they differ from the mirror.
//!
//! The part is cut into bands of [`BAND`] rows, of which [`SAMPLE`] are read, or one, and into columns; a tile is where
//! a band and a column cross. Invariant: a survey reads each sampled byte of shared memory once.

use std::ops::Range;

use super::Image;
use crate::mem::{Region, RegionError};

/// Rows of a band.
pub(super) const BAND: usize = 16;
/// Rows of a band that are looked at, one below the other, to find out how far things have moved.
pub(super) const SAMPLE: usize = 4;
/// Rows of a band before these.
const BEFORE: usize = 6;
/// Pixels of a column.
pub(super) const COLUMN: usize = 64;
/// Tiles that must have changed for a search to pay.
pub(super) const WORTH: usize = 4;

/// What is known of a tile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Tile {
    /// Not, or not wholly, within the damage.
    #[default]
    Outside,
    /// As in the mirror.
    Same,
    /// Unlike the mirror.
    Changed,
    /// In a rectangle that was found.
    Found,
}

/// Memory that is used again.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    samples: Vec<u8>,
    tiles: Vec<Tile>,
}

/// The damage of an image.
#[derive(Clone, Copy, Debug)]
struct Damage<'a> {
    ranges: &'a [Range<u64>],
    offset: u64,
    stride: u64,
}

impl Damage<'_> {
    fn covers(&self, y: usize, x: &Range<usize>) -> bool {
        let row = self.offset + y as u64 * self.stride;
        let (start, end) = (row + x.start as u64, row + x.end as u64);
        let next = self.ranges.partition_point(|range| range.start <= start);
        next > 0 && self.ranges[next - 1].end >= end
    }
}

/// See the module. Rows are counted from the image's first, bytes from the beginning of a row.
#[derive(Debug)]
pub(super) struct Survey<'a> {
    pub image: Image,
    /// The image as the twin has it.
    pub own: &'a [u8],
    damage: Damage<'a>,
    /// Bytes of the rows that are looked at.
    pub x: Range<usize>,
    pub y: Range<usize>,
    pub bands: usize,
    pub columns: usize,
    /// Rows of a band that are looked at.
    pub lines: usize,
    samples: &'a [u8],
    pub tiles: &'a mut [Tile],
}

impl<'a> Survey<'a> {
    /// `None` if too little has changed for copies to pay.
    pub fn make(
        region: &Region,
        own: &'a [u8],
        image: &Image,
        damage: &'a [Range<u64>],
        lines: usize,
        buffers: &'a mut Buffers,
    ) -> Result<Option<Self>, RegionError> {
        let Some((x, y)) = bounds(image, damage) else { return Ok(None) };
        let bands = (y.len() + BAND).saturating_sub(BEFORE + SAMPLE) / BAND;
        let columns = x.len().div_ceil(COLUMN * image.pixel as usize);
        if bands * columns < WORTH {
            return Ok(None);
        }
        buffers.samples.resize(bands * lines * x.len(), 0);
        for (n, line) in buffers.samples.chunks_exact_mut(x.len()).enumerate() {
            let row = y.start + n / lines * BAND + BEFORE + n % lines;
            region.read(image.offset + row as u64 * image.stride + x.start as u64, line)?;
        }
        buffers.tiles.clear();
        buffers.tiles.resize(bands * columns, Tile::Outside);
        let damage = Damage { ranges: damage, offset: image.offset, stride: image.stride };
        let (samples, tiles) = (&buffers.samples[..], &mut buffers.tiles[..]);
        let mut survey = Self { image: *image, own, damage, x, y, bands, columns, lines, samples, tiles };
        let changed = survey.compare();
        Ok((changed >= WORTH).then_some(survey))
    }

    /// Fills in the tiles; returns how many changed.
    fn compare(&mut self) -> usize {
        let mut changed = 0;
        for band in 0..self.bands {
            for column in 0..self.columns {
                let x = self.column(column);
                let rows = self.row(band)..self.row(band) + self.lines;
                if !rows.clone().all(|y| self.damage.covers(y, &x)) {
                    continue;
                }
                let same =
                    rows.enumerate().all(|(n, y)| *self.sample(band, n, &x) == self.own[self.at(y, &x)]);
                changed += usize::from(!same);
                self.tiles[band * self.columns + column] = if same { Tile::Same } else { Tile::Changed };
            }
        }
        changed
    }

    /// Tiles of this state.
    pub fn count(&self, state: Tile) -> usize {
        self.tiles.iter().filter(|tile| **tile == state).count()
    }

    pub fn tile(&self, band: usize, column: usize) -> Tile {
        self.tiles[band * self.columns + column]
    }

    /// The first sampled row of a band.
    pub fn row(&self, band: usize) -> usize {
        self.y.start + band * BAND + BEFORE
    }

    /// The bytes of a column within a row.
    pub fn column(&self, column: usize) -> Range<usize> {
        let width = COLUMN * self.image.pixel as usize;
        let start = self.x.start + column * width;
        start..self.x.end.min(start + width)
    }

    /// Bytes of the `n`th sampled row of a band, as they are now.
    pub fn sample(&self, band: usize, n: usize, x: &Range<usize>) -> &'a [u8] {
        let line = (band * self.lines + n) * self.x.len();
        &self.samples[line + x.start - self.x.start..line + x.end - self.x.start]
    }

    /// Where bytes of a row are within the image.
    pub fn at(&self, y: usize, x: &Range<usize>) -> Range<usize> {
        let row = y * self.image.stride as usize;
        row + x.start..row + x.end
    }

    /// These bytes may be copied to: they are compared afterwards.
    pub fn covers(&self, y: usize, x: &Range<usize>) -> bool {
        self.damage.covers(y, x)
    }
}

/// The bytes of rows, and the rows, that hold all damage of an image.
fn bounds(image: &Image, damage: &[Range<u64>]) -> Option<(Range<usize>, Range<usize>)> {
    let extent = image.extent()?;
    let (mut x, mut y) = (image.row..0, image.rows..0);
    for range in damage {
        let (start, end) = (range.start.max(extent.start), range.end.min(extent.end));
        if start >= end {
            continue;
        }
        let (start, last) = (start - extent.start, end - extent.start - 1);
        let (first, bottom) = (start / image.stride.max(1), last / image.stride.max(1));
        let (left, right) = match first == bottom {
            true => (start % image.stride, last % image.stride + 1),
            false => (0, image.row),
        };
        (x.start, x.end) = (x.start.min(left), x.end.max(right.min(image.row)));
        (y.start, y.end) = (y.start.min(first), y.end.max(bottom + 1));
    }
    // Damage is rounded outward: a pixel that is not all in it is not damaged.
    let x = x.start.next_multiple_of(image.pixel)..x.end / image.pixel * image.pixel;
    let (x, y) = (x.start as usize..x.end as usize, y.start as usize..y.end as usize);
    (!x.is_empty() && !y.is_empty()).then_some((x, y))
}
