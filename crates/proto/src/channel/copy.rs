//! Rectangles of bytes that are copied instead of sent. Not the frame around them: see [`super::Frame`].
//!
//! Invariant: a rectangle that [`CopyRect::fits`] can be copied, whole, in some order of its rows.

use bytes::{BufMut, BytesMut};

/// A rectangle of bytes to copy. All in bytes but `rows`.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub struct CopyRect {
    /// Where the first row goes to.
    pub dst: u32,
    /// Where it comes from.
    pub src: u32,
    /// Length of a row.
    pub row: u32,
    /// How many rows.
    pub rows: u32,
    /// From one row to the next, where they go to.
    pub dst_pitch: u32,
    /// From one row to the next, where they come from.
    pub src_pitch: u32,
}

impl CopyRect {
    /// Bytes on the wire.
    pub const SIZE: usize = 24;

    pub(super) fn put(&self, out: &mut BytesMut) {
        let Self { dst, src, row, rows, dst_pitch, src_pitch } = *self;
        [dst, src, row, rows, dst_pitch, src_pitch].into_iter().for_each(|word| out.put_u32_le(word));
    }

    pub(super) fn parse(bytes: &[u8]) -> Self {
        let mut words = bytes.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        let mut next = || words.next().unwrap_or(0);
        Self { dst: next(), src: next(), row: next(), rows: next(), dst_pitch: next(), src_pitch: next() }
    }

    /// Bytes that are copied.
    pub fn bytes(&self) -> u64 {
        u64::from(self.row) * u64::from(self.rows)
    }

    /// One past the last byte of rows that begin at `start`; `None` if there are none or they overlap.
    fn end(&self, start: u32, pitch: u32) -> Option<u64> {
        let before = u64::from(self.rows.checked_sub(1)?);
        if self.row == 0 || (before > 0 && pitch < self.row) {
            return None;
        }
        Some(u64::from(start) + before * u64::from(pitch) + u64::from(self.row))
    }

    /// True if it fits files of these sizes. Within one file, rows that lie across each other need equal pitches.
    pub fn fits(&self, target: u64, source: u64, same_file: bool) -> bool {
        let ends = (self.end(self.dst, self.dst_pitch), self.end(self.src, self.src_pitch));
        let (Some(to), Some(from)) = ends else { return false };
        let apart = to <= u64::from(self.src) || from <= u64::from(self.dst);
        to <= target && from <= source && (!same_file || apart || self.dst_pitch == self.src_pitch)
    }
}
