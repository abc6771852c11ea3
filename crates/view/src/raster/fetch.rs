//! Reads rectangles of pictures out of shared memory, converted to our pixels.
//!
//! What it is: the choice of how many bytes to ask for at once, since each read can be a system call. Invariant:
//! scratch memory stays below [`CHUNK`] bytes, or one row of the rectangle where that is longer; after an error the
//! pixels are old, new, or a valid mixture.

#[cfg(test)]
mod tests;

use farway_sys::mem::RegionError;

use super::blend::force_opaque;
use super::format::Layout;
use crate::descriptor::Memory;
use crate::geometry::Rect;

/// Bytes that are read at once: enough to make a system call cheap, few enough to stay in the cache.
const CHUNK: usize = 64 * 1024;
/// Bytes of a row from which on a read of its own costs less than another copy.
const LONG_ROW: usize = 2048;

/// A picture in shared memory, and how to look at it.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub memory: &'a dyn Memory,
    pub layout: Layout,
    /// Alpha is ignored: all pixels become opaque.
    pub opaque: bool,
}

impl Reader<'_> {
    /// Fills `out`, whose rows begin `pitch` pixels apart, with `rect`, which must be within the picture.
    pub fn fetch(
        &self,
        rect: Rect,
        out: &mut [u32],
        pitch: usize,
        bytes: &mut Vec<u8>,
    ) -> Result<(), RegionError> {
        let rect = rect.intersect(self.layout.size.rect());
        if rect.is_empty() {
            return Ok(());
        }
        let width = rect.width as usize;
        let row = width * self.layout.format.bytes_per_pixel();
        let stride = self.layout.stride as usize;
        // The gaps are read along only if they are small.
        let many = if stride <= row.saturating_mul(2) { (CHUNK / stride.max(1)).max(1) } else { 1 };
        let gapless = stride == row && pitch == width;
        if self.layout.format.is_native() && (gapless || many == 1 || row >= LONG_ROW) {
            self.direct(rect, out, pitch, if gapless { many } else { 1 })
        } else {
            self.converted(rect, out, pitch, many, bytes)
        }
    }

    /// Reads into place: whole rows together only where neither side has gaps.
    fn direct(&self, rect: Rect, out: &mut [u32], pitch: usize, many: usize) -> Result<(), RegionError> {
        let width = rect.width as usize;
        let opaque = self.opaque || !self.layout.format.has_alpha();
        let (mut y, mut rest) = (rect.y, out);
        while y < rect.bottom() {
            let rows = many.min((rect.bottom() - y) as usize);
            let (now, later) = rest.split_at_mut((rows * pitch).min(rest.len()));
            let pixels = if rows == 1 { now.get_mut(..width).unwrap_or(&mut []) } else { now };
            let result = self.memory.read(self.offset(rect.x, y), bytemuck::cast_slice_mut(pixels));
            if cfg!(target_endian = "big") {
                pixels.iter_mut().for_each(|pixel| *pixel = u32::from_le(*pixel));
            }
            // Also after an error, since a part may have been read.
            if opaque {
                force_opaque(pixels);
            }
            result?;
            y += rows as i32;
            rest = later;
        }
        Ok(())
    }

    /// Reads some rows aside, and converts them.
    fn converted(
        &self,
        rect: Rect,
        out: &mut [u32],
        pitch: usize,
        many: usize,
        bytes: &mut Vec<u8>,
    ) -> Result<(), RegionError> {
        let width = rect.width as usize;
        let row = width * self.layout.format.bytes_per_pixel();
        let stride = self.layout.stride as usize;
        let mut out_rows = out.chunks_mut(pitch.max(1));
        let mut y = rect.y;
        while y < rect.bottom() {
            let rows = many.min((rect.bottom() - y) as usize);
            let len = (rows - 1) * stride + row;
            if bytes.len() < len {
                bytes.resize(len, 0);
            }
            let bytes = &mut bytes[..len];
            self.memory.read(self.offset(rect.x, y), bytes)?;
            for (index, to) in (0..rows).zip(out_rows.by_ref()) {
                let to = to.get_mut(..width).unwrap_or(&mut []);
                self.layout.format.convert(&bytes[index * stride..][..row], to);
                if self.opaque {
                    force_opaque(to);
                }
            }
            y += rows as i32;
        }
        Ok(())
    }

    /// Of a pixel within the picture.
    fn offset(&self, x: i32, y: i32) -> u64 {
        let row = u64::from(y.unsigned_abs()) * u64::from(self.layout.stride);
        let column = u64::from(x.unsigned_abs()) * self.layout.format.bytes_per_pixel() as u64;
        self.layout.offset.saturating_add(row + column)
    }
}
