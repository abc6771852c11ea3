//! Arithmetic on rows of premultiplied pixels.
//!
//! What it is: loops over bytes that compilers turn into vector instructions. Invariant: `over` is exact, each
//! channel being the nearest byte; channels above their alpha saturate and never reach their neighbours.

#[cfg(test)]
mod tests;

use super::format::OPAQUE;

/// Pixels that are looked at together.
const BLOCK: usize = 16;

/// Makes all pixels opaque; their colours stay.
pub(super) fn force_opaque(row: &mut [u32]) {
    row.iter_mut().for_each(|pixel| *pixel |= OPAQUE);
}

/// Puts `from` on `to`: as it is if it is `opaque`, whatever its alpha says, else with its alpha.
pub(super) fn put(to: &mut [u32], from: &[u32], opaque: bool) {
    if opaque {
        to.iter_mut().zip(from).for_each(|(to, from)| *to = from | OPAQUE);
    } else {
        over(to, from);
    }
}

/// Puts `from` over `to`.
pub(super) fn over(to: &mut [u32], from: &[u32]) {
    let mut to_blocks = to.chunks_exact_mut(BLOCK);
    let mut from_blocks = from.chunks_exact(BLOCK);
    for (to, from) in to_blocks.by_ref().zip(from_blocks.by_ref()) {
        // Most of a window is opaque, and most of its shadow's surroundings is empty.
        let all = from.iter().fold(u32::MAX, |all, pixel| all & pixel);
        if all >= OPAQUE {
            to.copy_from_slice(from);
            continue;
        }
        if from.iter().fold(0, |any, pixel| any | pixel) != 0 {
            let (Ok(to), Ok(from)) = (to.try_into(), from.try_into()) else { continue };
            over_block(to, from);
        }
    }
    for (to, from) in to_blocks.into_remainder().iter_mut().zip(from_blocks.remainder()) {
        *to = over_pixel(*to, *from);
    }
}

/// Puts one colour over all of a row.
pub(super) fn over_with(to: &mut [u32], color: u32) {
    let from = [color; BLOCK];
    to.chunks_mut(BLOCK).for_each(|to| over(to, &from[..to.len()]));
}

/// `value / 255`, rounded to the nearest; exact for products of two bytes.
const fn div255(value: u16) -> u8 {
    let value = value + 128;
    ((value + (value >> 8)) >> 8) as u8
}

fn over_block(to: &mut [u32; BLOCK], from: &[u32; BLOCK]) {
    // What shows through, in each of the four bytes of a pixel.
    let through = from.map(|pixel| {
        let through = (pixel >> 24) ^ 0xff;
        let twice = through | (through << 8);
        twice | (twice << 16)
    });
    let through: &[u8; BLOCK * 4] = bytemuck::cast_ref(&through);
    let from: &[u8; BLOCK * 4] = bytemuck::cast_ref(from);
    let to: &mut [u8; BLOCK * 4] = bytemuck::cast_mut(to);
    for ((to, from), through) in to.iter_mut().zip(from).zip(through) {
        *to = from.saturating_add(div255(u16::from(*to) * u16::from(*through)));
    }
}

/// One pixel over another.
pub(super) fn over_pixel(to: u32, from: u32) -> u32 {
    let through = u16::from(0xff - from.to_be_bytes()[0]);
    let (to, from) = (to.to_be_bytes(), from.to_be_bytes());
    let channel = |at: usize| from[at].saturating_add(div255(u16::from(to[at]) * through));
    u32::from_be_bytes([channel(0), channel(1), channel(2), channel(3)])
}

/// Each channel of `out` is the mean of `first` and `second`, the latter with `weight` of 256 parts.
pub(super) fn mix(out: &mut [u32], first: &[u32], second: &[u32], weight: u16) {
    let out: &mut [u8] = bytemuck::cast_slice_mut(out);
    let (first, second): (&[u8], &[u8]) = (bytemuck::cast_slice(first), bytemuck::cast_slice(second));
    let rest = 256 - weight.min(256);
    let weight = 256 - rest;
    for ((out, first), second) in out.iter_mut().zip(first).zip(second) {
        *out = ((u16::from(*first) * rest + u16::from(*second) * weight + 128) >> 8) as u8;
    }
}

/// Like [`mix`], with a weight for each byte. All are at most 256.
pub(super) fn mix_each(out: &mut [u32], first: &[u32], second: &[u32], weights: &[u16]) {
    let out: &mut [u8] = bytemuck::cast_slice_mut(out);
    let (first, second): (&[u8], &[u8]) = (bytemuck::cast_slice(first), bytemuck::cast_slice(second));
    for (((out, first), second), weight) in out.iter_mut().zip(first).zip(second).zip(weights) {
        let rest = 256u16.wrapping_sub(*weight);
        let sum = u16::from(*first).wrapping_mul(rest).wrapping_add(u16::from(*second).wrapping_mul(*weight));
        *out = (sum.wrapping_add(128) >> 8) as u8;
    }
}
