//! Rows of pixels that travel transformed: where they are in a file, from which intervals they come, and back.
//!
//! Not the transform: see [`farway_sys::pixels`]. Invariant: what is sent is what the mirror has, and what arrives is
//! written only after all of it was unpacked.

use std::ops::Range;

use farway_proto::channel::{Update, coding};
use farway_proto::engine::JobError;
use farway_sys::diff;
use farway_sys::mem::{Mirror, MirrorSlice};
use farway_sys::pack::Compression;
use farway_sys::pixels;

use super::choose::{Class, Way};
use super::work::{Tools, of_apply};
use crate::store::Content;

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
        if pitch == 0 || total % 4 != 0 {
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

    /// All rows. `memory` is used if they are not one after the other.
    pub fn collect<'a>(&self, mirror: &'a Mirror, mut memory: Vec<u8>) -> Result<Collected<'a>, JobError> {
        let machine = |_| JobError::Machine;
        if self.row == self.pitch {
            let whole = mirror.lock(self.start..self.start + self.total).map_err(machine)?;
            return Ok(Collected { whole: Some(whole), memory });
        }
        memory.clear();
        for piece in self.pieces() {
            memory.extend_from_slice(&mirror.lock(piece).map_err(machine)?);
        }
        Ok(Collected { whole: None, memory })
    }

    /// What they are like.
    pub fn class(&self, content: &Collected) -> Class {
        Some(pixels::nature(content.bytes(), self.row as usize)).into()
    }

    /// The update; nothing if it cannot be said in one.
    pub fn predict(
        &self,
        content: &Collected,
        class: Class,
        tools: &mut Tools,
    ) -> Result<Option<Update>, JobError> {
        let words = [self.start, self.pitch, self.row, self.total].map(u32::try_from);
        let [Ok(start), Ok(pitch), Ok(row), Ok(total)] = words else { return Ok(None) };
        let payload = tools.measured(class, Way::Predicted, |tools| {
            let Tools { packer, pixels, planes, spare, .. } = tools;
            let (bytes, mut packed) = (content.bytes(), spare.take());
            planes.clear();
            pixels::forward(bytes, row as usize, planes, pixels);
            packer.pack_pixels(planes, &mut packed).map_err(|_| JobError::Machine)?;
            Ok((bytes.len(), spare.lend(packed)))
        })?;
        Ok(Some(Update::Pixels { start, pitch, row, total, coding: coding::PREDICTED, payload }))
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
        // Not cleared before: all of it is written.
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

/// Rows one after the other.
#[derive(Debug)]
pub struct Collected<'a> {
    whole: Option<MirrorSlice<'a>>,
    memory: Vec<u8>,
}

impl Collected<'_> {
    fn bytes(&self) -> &[u8] {
        self.whole.as_deref().unwrap_or(&self.memory)
    }

    /// The memory, to be used again.
    pub fn into_memory(self) -> Vec<u8> {
        self.memory
    }
}

#[cfg(test)]
mod tests;
