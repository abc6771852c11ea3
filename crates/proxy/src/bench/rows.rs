//! Rows of pixels that travel transformed: where they are in a file, from which intervals they come, and back.
//!
//! Not the transform: see [`farway_sys::pixels`]. Invariant: what is sent is what the mirror has, and what arrives is
//! written only after all of it was unpacked.

use std::ops::Range;

use farway_proto::channel::{Update, coding};
use farway_proto::engine::JobError;
use farway_sys::diff;
use farway_sys::mem::Mirror;
use farway_sys::pack::Compression;
use farway_sys::pixels::{self, Nature};

use super::work::{Tools, of_apply, trimmed};
use crate::store::Content;

/// Below so many bytes the transform gains nothing.
const LEAST: u64 = 16 << 10;

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rows {
    /// First byte.
    start: u64,
    /// Bytes from row to row.
    pitch: u64,
    /// Bytes of a row.
    row: u64,
    /// Bytes of all rows.
    total: u64,
}

impl Rows {
    /// The intervals as rows that are `pitch` bytes apart, if they are.
    pub fn of(intervals: &[Range<u64>], pitch: u32) -> Option<Self> {
        let pitch = u64::from(pitch);
        let first = intervals.first()?;
        let row = first.end - first.start;
        let total: u64 = intervals.iter().map(|it| it.end - it.start).sum();
        if pitch == 0 || total < LEAST || total % 4 != 0 {
            return None;
        }
        if intervals.len() == 1 {
            return Some(Self { start: first.start, pitch, row: pitch, total });
        }
        let regular = intervals.windows(2).all(|it| it[1].start - it[0].start == pitch);
        let equal = intervals.iter().all(|it| it.end - it.start == row);
        (regular && equal && row <= pitch).then_some(Self { start: first.start, pitch, row, total })
    }

    /// As an update says it. The engine has looked whether they are in the file.
    pub fn parse(start: u32, pitch: u32, row: u32, name: u32) -> Option<Self> {
        let [start, pitch, row] = [start, pitch, row].map(u64::from);
        (name == coding::PREDICTED && row > 0 && row <= pitch).then_some(Self { start, pitch, row, total: 0 })
    }

    /// Where each row is.
    fn pieces(&self) -> impl Iterator<Item = Range<u64>> {
        let Self { start, pitch, row, total } = *self;
        (0..total.div_ceil(row)).map(move |n| {
            let at = start + n * pitch;
            at..at + row.min(total - n * row)
        })
    }

    /// The update, if the pixels are of the kind that it pays for, and what they are like. Leaves the changes in `tools`
    /// as they are otherwise.
    pub fn predict(&self, mirror: &Mirror, tools: &mut Tools) -> Result<(Option<Update>, Nature), JobError> {
        let row = self.row as usize;
        let planes = std::mem::take(&mut tools.planes);
        let result = self.transform(mirror, row, planes, tools);
        let (planes, nature) = result?;
        if nature != Nature::Smooth {
            tools.planes = planes;
            return Ok((None, nature));
        }
        let mut packed = Vec::new();
        let result = tools.packer.pack_pixels(&planes, &mut packed);
        tools.planes = planes;
        result.map_err(|_| JobError::Machine)?;
        let words = [self.start, self.pitch, self.row, self.total].map(u32::try_from);
        let [Ok(start), Ok(pitch), Ok(row), Ok(total)] = words else { return Ok((None, nature)) };
        let payload = trimmed(packed);
        Ok((Some(Update::Pixels { start, pitch, row, total, coding: coding::PREDICTED, payload }), nature))
    }

    fn transform(
        &self,
        mirror: &Mirror,
        row: usize,
        mut planes: Vec<u8>,
        tools: &mut Tools,
    ) -> Result<(Vec<u8>, Nature), JobError> {
        planes.clear();
        let machine = |_| JobError::Machine;
        if self.row == self.pitch {
            let content = mirror.lock(self.start..self.start + self.total).map_err(machine)?;
            let nature = pixels::nature(&content, row);
            if nature == Nature::Smooth {
                pixels::forward(&content, row, &mut planes, &mut tools.pixels);
            }
            return Ok((planes, nature));
        }
        let mut content = Vec::with_capacity(self.total as usize);
        for piece in self.pieces() {
            content.extend_from_slice(&mirror.lock(piece).map_err(machine)?);
        }
        let nature = pixels::nature(&content, row);
        if nature == Nature::Smooth {
            pixels::forward(&content, row, &mut planes, &mut tools.pixels);
        }
        Ok((planes, nature))
    }

    /// Writes what has arrived.
    pub fn restore(mut self, update: &Update, content: &Content, tools: &mut Tools) -> Result<(), JobError> {
        self.total = update.unpacked();
        let exact = usize::try_from(self.total).map_err(|_| JobError::Malformed)?;
        let row = usize::try_from(self.row).map_err(|_| JobError::Malformed)?;
        let transformed = pixels::transformed(exact, row);
        let data = tools.packer.unpack(Compression::Zstd(0), update.payload(), transformed);
        let data = data.map_err(|_| JobError::Malformed)?;
        let mut out = std::mem::take(&mut tools.raw);
        out.clear();
        out.resize(exact, 0);
        if pixels::inverse(data, row, &mut out, &mut tools.pixels).is_err() {
            return Err(JobError::Malformed);
        }
        let mut rest = &out[..];
        let mut result = Ok(());
        let whole = self.start..self.start + self.total;
        let pieces: Vec<_> = if self.row == self.pitch { vec![whole] } else { self.pieces().collect() };
        for piece in pieces {
            let (bytes, behind) = rest.split_at((piece.end - piece.start) as usize);
            rest = behind;
            result = diff::apply_fill(&content.region, content.mirror.as_ref(), piece.start, bytes);
            if result.is_err() {
                break;
            }
        }
        tools.raw = out;
        result.map_err(|error| of_apply(&error))
    }
}

#[cfg(test)]
mod tests;
