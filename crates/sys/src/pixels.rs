//! Pixels made easier to compress, and back: a reversible transform ahead of the compressors.
//!
//! What it is: for rows of 32-bit pixels, blue and red become their differences from green, each channel the difference
//! from the mean of its left and its upper neighbour, and the channels stand one after the other. What is left of a
//! photograph are small numbers of one kind; a channel that does not change costs nothing. What it is not: it compresses
//! nothing and knows no formats; bytes that are no pixels come back all the same. Invariant: [`inverse`] of
//! [`forward`] is what was there, on every machine.

mod kernel;

/// Bytes of a pixel.
pub const PIXEL: usize = 4;

/// What the transform would make of some rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// Mostly equal neighbours, as in text and drawings: other compressors find more in it.
    Drawn,
    /// Neighbours differ by little, as in photographs.
    Smooth,
    /// Neighbours have nothing to do with each other: nothing helps.
    Noise,
}

/// Pixels of a sample.
const SAMPLE: usize = 2048;
/// Of a drawing at least one in so many pixels is as foretold.
const DRAWN: usize = 3;
/// The mean of a channel's difference, from which on it is noise.
const NOISE: usize = 40;

/// Looks at a sample of `bytes`, rows of `row` bytes.
#[must_use]
pub fn nature(bytes: &[u8], row: usize) -> Nature {
    let pixels = bytes.len() / PIXEL;
    let width = (row / PIXEL).max(1);
    if pixels <= width + 1 {
        return Nature::Drawn;
    }
    let step = ((pixels - width) / SAMPLE).max(1);
    // Not in step with the columns.
    let step = if step > 1 { step | 1 } else { step };
    let at = |n: usize| kernel::differences(kernel::pixel(bytes, n));
    let (mut same, mut sum, mut count) = (0, 0, 0);
    for n in (width + 1..pixels).step_by(step) {
        let left = kernel::less(at(n), kernel::mean(at(n - 1), at(n - width)));
        same += usize::from(left == 0);
        sum +=
            left.to_le_bytes()[..3].iter().map(|it| usize::from((*it as i8).unsigned_abs())).sum::<usize>();
        count += 1;
    }
    if same * DRAWN >= count {
        Nature::Drawn
    } else if sum >= NOISE * 3 * count {
        Nature::Noise
    } else {
        Nature::Smooth
    }
}

/// Memory that calls on one thread share.
#[derive(Debug, Default)]
pub struct Scratch {
    rows: [Vec<u32>; 2],
}

/// Appends the transform of `bytes`, rows of `row` bytes of which the last may be short, to `out`. What is behind the
/// last whole pixel stays as it is, at the end.
pub fn forward(bytes: &[u8], row: usize, out: &mut Vec<u8>, scratch: &mut Scratch) {
    let start = out.len();
    out.resize(start + bytes.len(), 0);
    let whole = bytes.len() / PIXEL * PIXEL;
    let planes = &mut out[start..];
    planes[whole..].copy_from_slice(&bytes[whole..]);
    let width = (row / PIXEL).max(1);
    let [above, line] = &mut scratch.rows;
    for (n, pixels) in bytes[..whole].chunks(width * PIXEL).enumerate() {
        line.clear();
        line.extend(pixels.chunks_exact(PIXEL).map(|it| kernel::differences(kernel::pixel(it, 0))));
        let upper = if n == 0 { None } else { Some(&above[..]) };
        kernel::split(upper, line, &mut planes[..whole], n * width);
        std::mem::swap(above, line);
    }
}

/// Undoes [`forward`]: `planes` is what it appended, and `out`, of the same length, becomes what it was given.
pub fn inverse(planes: &[u8], row: usize, out: &mut [u8], scratch: &mut Scratch) {
    let length = planes.len().min(out.len());
    let (planes, out) = (&planes[..length], &mut out[..length]);
    let whole = length / PIXEL * PIXEL;
    out[whole..].copy_from_slice(&planes[whole..]);
    let width = (row / PIXEL).max(1);
    let [above, line] = &mut scratch.rows;
    for (n, pixels) in out[..whole].chunks_mut(width * PIXEL).enumerate() {
        let count = pixels.len() / PIXEL;
        kernel::gather(&planes[..whole], n * width, count, line);
        let upper = if n == 0 { None } else { Some(&above[..]) };
        kernel::restore(upper, line);
        for (pixel, value) in pixels.chunks_exact_mut(PIXEL).zip(line.iter()) {
            pixel.copy_from_slice(&kernel::channels(*value).to_le_bytes());
        }
        std::mem::swap(above, line);
    }
}

#[cfg(test)]
mod tests;
