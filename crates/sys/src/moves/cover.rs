//! From distances to rectangles: tiles whose samples are the same over there grow together, and their edges are
//! followed to the pixel.

use std::ops::Range;

use super::survey::{BAND, COLUMN, SAMPLE, Survey, Tile, WORTH};
use super::votes::{self, Shift};
use super::{Image, MAX_RECTS, Rect};
use crate::mem::{Region, RegionError};

/// Changed tiles that a rectangle must have.
const LEAST: usize = 2;

/// So many tiles are few that all are so many times as many.
const FEW: usize = 8;

/// Unchanged edges that a block grows over, one after the other.
const IDLE: usize = 4;

/// A rectangle of the image that is in the source, so far away.
#[derive(Debug)]
struct Found {
    x: Range<usize>,
    y: Range<usize>,
    shift: Shift,
}

/// Tiles, from the first to one past the last.
#[derive(Clone, Debug)]
struct Block {
    bands: Range<usize>,
    columns: Range<usize>,
}

impl Block {
    /// The tiles beside it, on the right, below, on the left, above. Beyond the first they start at the end of numbers.
    fn edge(&self, side: usize) -> Self {
        let Self { bands, columns } = self.clone();
        match side {
            0 => Self { columns: columns.end..columns.end + 1, bands },
            1 => Self { bands: bands.end..bands.end + 1, columns },
            2 => Self { columns: columns.start.wrapping_sub(1)..columns.start, bands },
            _ => Self { bands: bands.start.wrapping_sub(1)..bands.start, columns },
        }
    }

    /// The smallest block that has both.
    fn with(&self, other: &Self) -> Self {
        let hull = |a: &Range<usize>, b: &Range<usize>| a.start.min(b.start)..a.end.max(b.end);
        Self { bands: hull(&self.bands, &other.bands), columns: hull(&self.columns, &other.columns) }
    }
}

/// See the module.
#[derive(Debug)]
pub(super) struct Cover<'a> {
    survey: &'a Survey<'a>,
    tiles: Vec<Tile>,
    region: &'a Region,
    source: &'a [u8],
    /// Source and image are the same place.
    in_place: bool,
    line: &'a mut Vec<u8>,
    /// The distance that is looked at, and whether a tile's samples are the same over there, once looked at.
    shift: Option<Shift>,
    known: Vec<Option<bool>>,
    found: Vec<Found>,
}

impl<'a> Cover<'a> {
    pub fn new(
        survey: &'a Survey<'a>,
        region: &'a Region,
        source: &'a [u8],
        in_place: bool,
        line: &'a mut Vec<u8>,
    ) -> Self {
        let tiles = survey.tiles.to_vec();
        let (known, found) = (Vec::new(), Vec::new());
        Self { survey, tiles, region, source, in_place, line, shift: None, known, found }
    }

    /// Finds what has gone so many bytes far, if that is about all. Things mostly go on as they did.
    pub fn go_on(&mut self, distance: i64) -> Result<bool, RegionError> {
        let all = self.survey.count(Tile::Changed);
        let Some(shift) = self.shift_of(distance) else { return Ok(false) };
        let explained = self.explains(shift, all);
        if explained {
            self.take(shift)?;
            if !self.in_place {
                self.take(Shift::default())?;
            }
        }
        Ok(explained)
    }

    /// Finds what can be found.
    pub fn search(&mut self, buffers: &mut votes::Buffers) -> Result<(), RegionError> {
        let all = self.survey.count(Tile::Changed);
        let mut shifts = votes::vertical(self.survey, self.source, buffers);
        if !self.in_place && !shifts.contains(&Shift::default()) {
            shifts.push(Shift::default());
        }
        for shift in shifts {
            self.take(shift)?;
        }
        let left = self.changed();
        if left >= WORTH && left * FEW >= all {
            for shift in votes::horizontal(self.survey, &self.tiles, self.source, buffers) {
                self.take(shift)?;
            }
        }
        Ok(())
    }

    /// A distance in bytes as one in rows and bytes of a row.
    fn shift_of(&self, distance: i64) -> Option<Shift> {
        let (distance, stride) = (isize::try_from(distance).ok()?, self.survey.image.stride as isize);
        let y = distance.checked_add(stride / 2)?.div_euclid(stride);
        let x = distance.checked_sub(y.checked_mul(stride)?)?;
        (x % self.survey.image.pixel as isize == 0).then_some(Shift { x, y })
    }

    /// At least half of all changed tiles would have come from there, and hardly one from elsewhere, but for those whose
    /// place is beyond the edges.
    fn explains(&mut self, shift: Shift, all: usize) -> bool {
        self.begin(shift);
        let (mut known, mut strange) = (0, 0);
        for band in 0..self.survey.bands {
            for column in 0..self.survey.columns {
                if self.tile(band, column) != Tile::Changed {
                    continue;
                }
                let x = self.survey.column(column);
                if self.matches(band, column, shift) {
                    known += 1;
                } else if self.there(self.survey.row(band), &x, shift).is_some() {
                    strange += 1;
                    if strange * FEW > all {
                        return false;
                    }
                }
            }
        }
        known >= WORTH && known * 2 >= all
    }

    /// From now on this distance is looked at.
    fn begin(&mut self, shift: Shift) {
        if self.shift.replace(shift) != Some(shift) {
            self.known.clear();
            self.known.resize(self.tiles.len(), None);
        }
    }

    fn changed(&self) -> usize {
        self.tiles.iter().filter(|tile| **tile == Tile::Changed).count()
    }

    /// Covers what has moved by this distance.
    fn take(&mut self, shift: Shift) -> Result<(), RegionError> {
        self.begin(shift);
        for band in 0..self.survey.bands {
            for column in 0..self.survey.columns {
                if self.found.len() == MAX_RECTS {
                    return Ok(());
                }
                if self.tile(band, column) != Tile::Changed || !self.matches(band, column, shift) {
                    continue;
                }
                let block = self.grow(band, column, shift);
                let tiles = block.bands.clone().flat_map(|b| block.columns.clone().map(move |c| (b, c)));
                let changed = tiles.clone().filter(|it| self.tile(it.0, it.1) == Tile::Changed).count();
                if changed < LEAST {
                    continue;
                }
                for (band, column) in tiles {
                    self.tiles[band * self.survey.columns + column] = Tile::Found;
                }
                self.settle(&block, shift)?;
            }
        }
        Ok(())
    }

    fn tile(&self, band: usize, column: usize) -> Tile {
        self.tiles[band * self.survey.columns + column]
    }

    /// Where these bytes are in the source, if it has such a place.
    fn there(&self, y: usize, x: &Range<usize>, shift: Shift) -> Option<Range<usize>> {
        let image = &self.survey.image;
        let y = y.checked_add_signed(shift.y).filter(|y| (*y as u64) < image.rows)?;
        let start = x.start.checked_add_signed(shift.x)?;
        let end = x.end.checked_add_signed(shift.x).filter(|end| *end as u64 <= image.row)?;
        Some(self.survey.at(y, &(start..end)))
    }

    fn matches(&mut self, band: usize, column: usize, shift: Shift) -> bool {
        let at = band * self.survey.columns + column;
        if let Some(known) = self.known[at] {
            return known;
        }
        let x = self.survey.column(column);
        let same = (0..self.survey.lines).all(|n| {
            let there = self.there(self.survey.row(band) + n, &x, shift);
            there.is_some_and(|there| *self.survey.sample(band, n, &x) == self.source[there])
        });
        self.known[at] = Some(same);
        same
    }

    /// The largest block around a tile that grows by whole edges. A few may have nothing to offer themselves, if there
    /// is something behind them.
    fn grow(&mut self, band: usize, column: usize, shift: Shift) -> Block {
        let mut block = Block { bands: band..band + 1, columns: column..column + 1 };
        let mut useful = block.clone();
        let mut idle = [0; 4];
        loop {
            let mut grew = false;
            // One step in each direction by turns.
            for (side, idle) in idle.iter_mut().enumerate() {
                let edge = block.edge(side);
                let Some(changed) = self.is_open(&edge, shift) else { continue };
                *idle = if changed { 0 } else { *idle + 1 };
                if *idle > IDLE {
                    continue;
                }
                block = block.with(&edge);
                grew = true;
                if changed {
                    useful = useful.with(&edge);
                }
            }
            if !grew {
                return useful;
            }
        }
    }

    /// Whether a tile of the edge has changed; `None` if one is not the same over there, or none of ours.
    fn is_open(&mut self, edge: &Block, shift: Shift) -> Option<bool> {
        if edge.bands.start >= self.survey.bands || edge.columns.start >= self.survey.columns {
            return None;
        }
        let mut changed = false;
        for band in edge.bands.clone() {
            for column in edge.columns.clone() {
                let tile = self.tile(band, column);
                changed |= tile == Tile::Changed;
                let open = matches!(tile, Tile::Changed | Tile::Same);
                if !open || !self.matches(band, column, shift) {
                    return None;
                }
            }
        }
        Some(changed)
    }

    /// Follows the edges of a block to the pixel, and notes what of it is within the damage.
    fn settle(&mut self, block: &Block, shift: Shift) -> Result<(), RegionError> {
        let last = self.survey.column(block.columns.end - 1).end;
        let mut x = self.survey.column(block.columns.start).start..last;
        x = self.widen(block, x, shift);
        let (mut top, mut end) =
            (self.survey.row(block.bands.start), self.survey.row(block.bands.end - 1) + self.survey.lines);
        let highest = top.saturating_sub(BAND * 3 / 2).max(self.survey.y.start);
        let lowest = (end + BAND * 2).min(self.survey.y.end);
        while top > highest && self.is_same_row(top - 1, &x, shift)? {
            top -= 1;
        }
        while end < lowest && self.is_same_row(end, &x, shift)? {
            end += 1;
        }
        let mut start = top;
        for y in top..=end {
            if y < end && self.survey.covers(y, &x) {
                continue;
            }
            if y >= start + SAMPLE && self.found.len() < MAX_RECTS {
                self.found.push(Found { x: x.clone(), y: start..y, shift });
            }
            start = y + 1;
        }
        Ok(())
    }

    /// Moves the left and right edges outward as long as all samples are the same.
    fn widen(&self, block: &Block, x: Range<usize>, shift: Shift) -> Range<usize> {
        let pixel = self.survey.image.pixel as usize;
        let room = COLUMN * pixel;
        let shortest = |x: Range<usize>, common: fn(&[u8], &[u8]) -> usize| {
            let lines = block.bands.clone().flat_map(|band| (0..self.survey.lines).map(move |n| (band, n)));
            let mut least = x.len();
            for (band, n) in lines {
                let y = self.survey.row(band) + n;
                let there = self.there(y, &x, shift).filter(|_| self.survey.covers(y, &x));
                let same = there.map(|it| common(self.survey.sample(band, n, &x), &self.source[it]));
                least = least.min(same.unwrap_or(0));
            }
            least / pixel * pixel
        };
        let left = x.start.saturating_sub(room).max(self.survey.x.start);
        let left = left.max((-shift.x.min(0)) as usize).min(x.start)..x.start;
        let right = (x.end + room).min(self.survey.x.end);
        let right = right.min((self.survey.image.row as usize).saturating_sub(shift.x.max(0) as usize));
        let before =
            shortest(left, |a, b| a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count());
        let behind =
            shortest(x.end..right.max(x.end), |a, b| a.iter().zip(b).take_while(|(a, b)| a == b).count());
        x.start - before..x.end + behind
    }

    fn is_same_row(&mut self, y: usize, x: &Range<usize>, shift: Shift) -> Result<bool, RegionError> {
        let Some(there) = self.there(y, x, shift) else { return Ok(false) };
        let image = &self.survey.image;
        self.line.resize(x.len(), 0);
        self.region.read(image.offset + y as u64 * image.stride + x.start as u64, self.line)?;
        Ok(**self.line == self.source[there])
    }

    /// What was found, in an order in which little is overwritten before it is read.
    pub fn finish(mut self, source_offset: u64) -> Vec<Rect> {
        let down = |it: &Found| (it.shift.y, it.shift.x) < (0, 0);
        if self.in_place {
            self.found.sort_by_key(|it| match down(it) {
                true => (0, usize::MAX - it.y.start, usize::MAX - it.x.start),
                false => (1, it.y.start, it.x.start),
            });
        }
        let Image { offset, stride, .. } = self.survey.image;
        let rect = |it: &Found| {
            let from = it.y.start.checked_add_signed(it.shift.y)? as u64 * stride;
            Some(Rect {
                dst: offset + it.y.start as u64 * stride + it.x.start as u64,
                src: source_offset + from + it.x.start.checked_add_signed(it.shift.x)? as u64,
                row: it.x.len() as u64,
                rows: it.y.len() as u64,
                dst_pitch: stride,
                src_pitch: stride,
            })
        };
        self.found.iter().filter_map(rect).collect()
    }
}
