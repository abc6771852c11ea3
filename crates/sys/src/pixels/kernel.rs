//! The arithmetic of the transform: four channels in a word, each modulo 256.
//!
//! What has no dependency from pixel to pixel is written so that compilers make vector code of it, and compiled twice,
//! the second time for AVX2; where each pixel needs the one before, the machine's own mean of bytes is used. Invariant:
//! every way gives the same bytes as the plain words below.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{_mm_add_epi8, _mm_avg_epu8, _mm_cvtsi32_si128, _mm_cvtsi128_si32};

/// The highest bits of all channels, and the others.
const HIGH: u32 = 0x8080_8080;
const LOW: u32 = 0x7f7f_7f7f;

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
    less(pixel, green(pixel))
}

/// Undoes [`differences`].
#[inline(always)]
pub fn channels(pixel: u32) -> u32 {
    more(pixel, green(pixel))
}

/// Writes what is left of a line of pixels into the four planes, from place `at` on.
pub fn split(above: Option<&[u32]>, line: &[u32], planes: &mut [u8], at: usize) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the machine has AVX2.
        return unsafe { split_avx2(above, line, planes, at) };
    }
    split_plain(above, line, planes, at);
}

/// The same code, compiled for AVX2.
///
/// # Safety
/// The machine must have AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn split_avx2(above: Option<&[u32]>, line: &[u32], planes: &mut [u8], at: usize) {
    split_plain(above, line, planes, at);
}

#[inline(always)]
fn split_plain(above: Option<&[u32]>, line: &[u32], planes: &mut [u8], at: usize) {
    let Some(&first) = line.first() else { return };
    let plane = planes.len() / 4;
    let (zero, rest) = planes.split_at_mut(plane);
    let (one, rest) = rest.split_at_mut(plane);
    let (two, three) = rest.split_at_mut(plane);
    let end = at + line.len();
    let mut out = [&mut zero[at..end], &mut one[at..end], &mut two[at..end], &mut three[at..end]];
    let corner = less(first, above.and_then(|above| above.first()).copied().unwrap_or(0));
    let mut put = |n: usize, left: u32| {
        let [a, b, c, d] = left.to_le_bytes();
        (out[0][n], out[1][n], out[2][n], out[3][n]) = (a, b, c, d);
    };
    put(0, corner);
    let (before, here) = (&line[..line.len() - 1], &line[1..]);
    match above {
        Some(above) => {
            let above = &above[1..=here.len()];
            for (n, ((before, here), above)) in before.iter().zip(here).zip(above).enumerate() {
                put(n + 1, less(*here, mean(*before, *above)));
            }
        }
        None => {
            for (n, (before, here)) in before.iter().zip(here).enumerate() {
                put(n + 1, less(*here, *before));
            }
        }
    }
}

/// Collects `count` pixels from the four planes, from place `at` on.
pub fn gather(planes: &[u8], at: usize, count: usize, line: &mut Vec<u32>) {
    let plane = planes.len() / 4;
    let part = |n: usize| &planes[n * plane + at..n * plane + at + count];
    let colours = part(0).iter().zip(part(1)).zip(part(2).iter().zip(part(3)));
    line.clear();
    line.extend(colours.map(|((a, b), (c, d))| u32::from_le_bytes([*a, *b, *c, *d])));
}

/// Undoes what [`split`] did to a line.
pub fn restore(above: Option<&[u32]>, line: &mut [u32]) {
    let Some(first) = line.first_mut() else { return };
    *first = more(*first, above.and_then(|above| above.first()).copied().unwrap_or(0));
    let mut before = *first;
    let Some(above) = above else {
        for pixel in &mut line[1..] {
            before = more(*pixel, before);
            *pixel = before;
        }
        return;
    };
    #[cfg(target_arch = "x86_64")]
    restore_sse2(&above[1..], &mut line[1..], before);
    #[cfg(not(target_arch = "x86_64"))]
    restore_plain(&above[1..], &mut line[1..], before);
}

#[cfg(any(test, not(target_arch = "x86_64")))]
pub fn restore_plain(above: &[u32], line: &mut [u32], mut before: u32) {
    for (pixel, above) in line.iter_mut().zip(above) {
        before = more(*pixel, mean(before, *above));
        *pixel = before;
    }
}

/// Two instructions from one pixel to the next, where words need nine.
#[cfg(target_arch = "x86_64")]
pub fn restore_sse2(above: &[u32], line: &mut [u32], before: u32) {
    // SAFETY: SSE2 belongs to x86-64, and these work on registers alone.
    unsafe {
        let mut before = _mm_cvtsi32_si128(before as i32);
        for (pixel, above) in line.iter_mut().zip(above) {
            let above = _mm_cvtsi32_si128(*above as i32);
            let left = _mm_cvtsi32_si128(*pixel as i32);
            before = _mm_add_epi8(left, _mm_avg_epu8(before, above));
            *pixel = _mm_cvtsi128_si32(before) as u32;
        }
    }
}
