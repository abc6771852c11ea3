//! Pixels made easier to compress, and back: a reversible transform ahead of the compressors.
//!
//! What it is: rows of 32-bit pixels become differences from what their neighbours foretell, one channel after the
//! other. For each few rows what works best is chosen: whether blue and red become differences from green, and whether
//! the mean of the left and the upper neighbour foretells, or the gradient between the two and the one at the corner.
//! What is left of a photograph are small numbers of one kind; a channel that does not change costs nothing. What it is
//! not: it compresses nothing and knows no formats; bytes that are no pixels come back all the same. Invariant:
//! [`inverse`] of [`forward`] is what was there, on every machine.
//!
//! The form: the planes of the four channels, each with one byte for each pixel; what is behind the last whole pixel;
//! one byte for each [`GROUP`] of rows, how they are foretold: 1 says that blue and red are differences from green, plus
//! 128; 2 says that the gradient foretells, not the mean. The first row of all is foretold by its left neighbours, the
//! first pixel of a row by the one above.

mod kernel;
mod restore;

/// Bytes of a pixel.
pub const PIXEL: usize = 4;
/// Channels of a pixel.
const CHANNELS: usize = 4;
/// Rows with one mode.
pub const GROUP: usize = 16;

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
    let width = width(row);
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

/// How a group of rows is foretold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mode(u8);

impl Mode {
    const ALL: [Self; 4] = [Self(0), Self(1), Self(2), Self(3)];

    fn named(name: u8) -> Option<Self> {
        Self::ALL.get(usize::from(name)).copied()
    }

    /// Blue and red are differences from green.
    #[inline(always)]
    fn differences(self) -> bool {
        self.0 & 1 != 0
    }

    /// By the gradient, not by the mean.
    #[inline(always)]
    fn gradient(self) -> bool {
        self.0 & 2 != 0
    }
}

/// Why something is no transform of pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PixelsError {
    /// It has not the length that so many pixels have.
    #[error("the pixels are of another length than announced")]
    Length,
    /// A group of rows is foretold in a way that does not exist.
    #[error("the pixels are foretold in an unknown way")]
    Mode,
}

/// Memory that calls on one thread share.
#[derive(Debug, Default)]
pub struct Scratch {
    words: [Vec<u32>; 2],
    lines: [kernel::Line; 2],
    left: Vec<u8>,
}

/// Pixels in a row.
fn width(row: usize) -> usize {
    (row / PIXEL).max(1)
}

/// Bytes that [`forward`] makes of `length` bytes, rows of `row` bytes.
#[must_use]
pub fn transformed(length: usize, row: usize) -> usize {
    length + (length / PIXEL).div_ceil(width(row)).div_ceil(GROUP)
}

/// Appends the transform of `bytes`, rows of `row` bytes of which the last may be short, to `out`.
pub fn forward(bytes: &[u8], row: usize, out: &mut Vec<u8>, scratch: &mut Scratch) {
    let start = out.len();
    let whole = bytes.len() / PIXEL * PIXEL;
    out.reserve(transformed(bytes.len(), row));
    out.resize(start + whole, 0);
    out.extend_from_slice(&bytes[whole..]);
    let stride = width(row) * PIXEL;
    for (n, group) in bytes[..whole].chunks(stride.saturating_mul(GROUP)).enumerate() {
        let begin = n * stride * GROUP;
        let above = begin.checked_sub(stride).map(|above| &bytes[above..begin]);
        let mode = split(group, above, stride, (&mut out[start..start + whole], begin / PIXEL), scratch);
        out.push(mode.0);
    }
}

/// The planes of one group. The best code for the machine is chosen here.
fn split(
    group: &[u8],
    above: Option<&[u8]>,
    stride: usize,
    planes: (&mut [u8], usize),
    scratch: &mut Scratch,
) -> Mode {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the machine has AVX2.
        return unsafe { split_avx2(group, above, stride, planes, scratch) };
    }
    split_plain(group, above, stride, planes, scratch)
}

/// # Safety
/// The machine must have AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn split_avx2(
    group: &[u8],
    above: Option<&[u8]>,
    stride: usize,
    planes: (&mut [u8], usize),
    scratch: &mut Scratch,
) -> Mode {
    split_plain(group, above, stride, planes, scratch)
}

#[inline(always)]
fn split_plain(
    group: &[u8],
    above: Option<&[u8]>,
    stride: usize,
    (planes, mut at): (&mut [u8], usize),
    scratch: &mut Scratch,
) -> Mode {
    let mode = choose(group, stride, scratch);
    let Scratch { words: [words, _], lines: [upper, line], .. } = scratch;
    let plane = planes.len() / CHANNELS;
    let mut first = above.is_none();
    if let Some(above) = above {
        kernel::load(above, mode, words, upper);
    }
    for pixels in group.chunks(stride) {
        kernel::load(pixels, mode, words, line);
        let count = pixels.len() / PIXEL;
        for ((line, upper), plane) in line.iter().zip(upper.iter()).zip(planes.chunks_exact_mut(plane)) {
            let upper = if first { None } else { Some(&upper[..]) };
            kernel::leave(mode, upper, line, &mut plane[at..at + count]);
        }
        std::mem::swap(upper, line);
        at += count;
        first = false;
    }
    mode
}

/// The mode that leaves the least of a row in the middle.
#[inline(always)]
fn choose(group: &[u8], stride: usize, scratch: &mut Scratch) -> Mode {
    let mut rows = group.chunks_exact(stride);
    let Some(middle) = (rows.len() / 2).checked_sub(1) else { return Mode(3) };
    let (Some(above), Some(pixels)) = (rows.nth(middle), rows.next()) else { return Mode(3) };
    let Scratch { words: [words, _], lines: [upper, line], left } = scratch;
    left.clear();
    left.resize(stride / PIXEL, 0);
    let mut best = (u32::MAX, Mode(3));
    for differences in [0, 1] {
        kernel::load(above, Mode(differences), words, upper);
        kernel::load(pixels, Mode(differences), words, line);
        for gradient in [0, 2] {
            let mode = Mode(differences | gradient);
            let mut sum = 0_u32;
            for (line, upper) in line.iter().zip(upper.iter()) {
                kernel::leave(mode, Some(upper), line, left);
                sum = sum.saturating_add(kernel::weight(left));
            }
            if sum < best.0 {
                best = (sum, mode);
            }
        }
    }
    best.1
}

/// Undoes [`forward`]: `bytes` is what it appended, and `out` becomes what it was given.
///
/// # Errors
/// See [`PixelsError`]; what `out` holds is unspecified then.
pub fn inverse(bytes: &[u8], row: usize, out: &mut [u8], scratch: &mut Scratch) -> Result<(), PixelsError> {
    if bytes.len() != transformed(out.len(), row) {
        return Err(PixelsError::Length);
    }
    let (planes, modes) = bytes.split_at(out.len());
    let whole = out.len() / PIXEL * PIXEL;
    let (planes, rest) = planes.split_at(whole);
    let (out, end) = out.split_at_mut(whole);
    end.copy_from_slice(rest);
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the machine has AVX2.
        return unsafe { join_avx2(planes, modes, width(row) * PIXEL, out, scratch) };
    }
    join_plain::<restore::Here>(planes, modes, width(row) * PIXEL, out, scratch)
}

/// # Safety
/// The machine must have AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn join_avx2(
    planes: &[u8],
    modes: &[u8],
    stride: usize,
    out: &mut [u8],
    scratch: &mut Scratch,
) -> Result<(), PixelsError> {
    join_plain::<restore::Here>(planes, modes, stride, out, scratch)
}

#[inline(always)]
fn join_plain<L: restore::Lane>(
    planes: &[u8],
    modes: &[u8],
    stride: usize,
    out: &mut [u8],
    scratch: &mut Scratch,
) -> Result<(), PixelsError> {
    let [upper, line] = &mut scratch.words;
    let mut before = None;
    for (group, mode) in modes.iter().enumerate() {
        let mode = Mode::named(*mode).ok_or(PixelsError::Mode)?;
        if before.is_some_and(|before: Mode| before.differences() != mode.differences()) {
            let other = if mode.differences() { kernel::differences } else { kernel::channels };
            upper.iter_mut().for_each(|it| *it = other(*it));
        }
        before = Some(mode);
        let begin = group * stride * GROUP;
        let end = out.len().min(begin.saturating_add(stride.saturating_mul(GROUP)));
        for (n, pixels) in out[begin..end].chunks_mut(stride).enumerate() {
            restore::gather(planes, (begin + n * stride) / PIXEL, pixels.len() / PIXEL, line);
            let above = if begin + n == 0 { None } else { Some(&upper[..]) };
            restore::restore::<L>(mode, above, line);
            let pixels = pixels.chunks_exact_mut(PIXEL).zip(line.iter());
            match mode.differences() {
                true => {
                    pixels.for_each(|(out, it)| out.copy_from_slice(&kernel::channels(*it).to_le_bytes()))
                }
                false => pixels.for_each(|(out, it)| out.copy_from_slice(&it.to_le_bytes())),
            }
            std::mem::swap(upper, line);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
