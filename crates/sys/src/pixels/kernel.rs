//! Lines of pixels taken apart: channels, what was foretold of them, and what is left.
//!
//! Not the way back: see the module beside. Everything here is written so that compilers make vector code of it, and
//! compiled twice, the second time for AVX2. Invariant: both give the same bytes, as they are the same words.

use super::{CHANNELS, Mode};

/// The highest bits of all channels, and the others.
const HIGH: u32 = 0x8080_8080;
const LOW: u32 = 0x7f7f_7f7f;
/// A difference of nothing is in the middle, so that small ones of both signs are neighbours.
const MIDDLE: u32 = 0x0080_0080;

/// A pixel of some bytes.
#[inline(always)]
pub fn pixel(bytes: &[u8], n: usize) -> u32 {
    bytes.get(n * 4..).and_then(<[u8]>::first_chunk).map_or(0, |it| u32::from_le_bytes(*it))
}

/// `a - b` in each channel.
#[inline(always)]
pub fn less(a: u32, b: u32) -> u32 {
    ((a | HIGH) - (b & LOW)) ^ ((a ^ !b) & HIGH)
}

/// `a + b` in each channel.
#[inline(always)]
pub fn more(a: u32, b: u32) -> u32 {
    ((a & LOW) + (b & LOW)) ^ ((a ^ b) & HIGH)
}

/// The mean of both in each channel, rounded up.
#[inline(always)]
pub fn mean(a: u32, b: u32) -> u32 {
    (a | b) - (((a ^ b) >> 1) & LOW)
}

/// The second channel in the places of the first and the third.
#[inline(always)]
fn green(pixel: u32) -> u32 {
    let green = (pixel >> 8) & 0xff;
    green | green << 16
}

/// Blue and red as differences from green.
#[inline(always)]
pub fn differences(pixel: u32) -> u32 {
    less(pixel, green(pixel)) ^ MIDDLE
}

/// Undoes [`differences`].
#[inline(always)]
pub fn channels(pixel: u32) -> u32 {
    more(pixel ^ MIDDLE, green(pixel))
}

/// A line of pixels, one channel after the other.
pub type Line = [Vec<u8>; CHANNELS];

/// Takes a line of pixels apart.
#[inline(always)]
pub fn load(pixels: &[u8], mode: Mode, words: &mut Vec<u32>, line: &mut Line) {
    let whole = pixels.chunks_exact(4).map(|it| pixel(it, 0));
    words.clear();
    match mode.differences() {
        true => words.extend(whole.map(differences)),
        false => words.extend(whole),
    }
    for (n, channel) in line.iter_mut().enumerate() {
        channel.clear();
        channel.extend(words.iter().map(|it| (it >> (8 * n)) as u8));
    }
}

/// What is left of a channel of a line, beside what its neighbours foretell.
#[inline(always)]
pub fn leave(mode: Mode, above: Option<&[u8]>, line: &[u8], out: &mut [u8]) {
    let (Some(first), Some(left)) = (line.first(), out.first_mut()) else { return };
    *left = first.wrapping_sub(above.and_then(|above| above.first()).copied().unwrap_or(0));
    let (before, here, out) = (&line[..line.len() - 1], &line[1..], &mut out[1..line.len()]);
    let Some(above) = above else {
        for ((out, here), a) in out.iter_mut().zip(here).zip(before) {
            *out = here.wrapping_sub(*a);
        }
        return;
    };
    let (corner, upper) = (&above[..here.len()], &above[1..=here.len()]);
    if mode.gradient() {
        for ((((out, here), a), b), c) in out.iter_mut().zip(here).zip(before).zip(upper).zip(corner) {
            let (least, most) = (*a.min(b), *a.max(b));
            let told = a.wrapping_add(*b).wrapping_sub((*c).max(least).min(most));
            *out = here.wrapping_sub(told);
        }
    } else {
        for (((out, here), a), b) in out.iter_mut().zip(here).zip(before).zip(upper) {
            *out = here.wrapping_sub((u16::from(*a) + u16::from(*b)).div_ceil(2) as u8);
        }
    }
}

/// How far what is left is from nothing, all in all.
#[inline(always)]
pub fn weight(left: &[u8]) -> u32 {
    left.iter().map(|it| u32::from((*it as i8).unsigned_abs())).sum()
}
