//! There and back, whatever the bytes; and what becomes smaller.

use proptest::prelude::*;

use super::*;
use crate::pack::{Compression, Packer};

fn there(bytes: &[u8], row: usize) -> Vec<u8> {
    let mut out = vec![9];
    forward(bytes, row, &mut out, &mut Scratch::default());
    out.split_off(1)
}

fn back(planes: &[u8], row: usize) -> Vec<u8> {
    let mut out = vec![7; planes.len()];
    inverse(planes, row, &mut out, &mut Scratch::default());
    out
}

fn random(seed: &mut u32) -> u32 {
    *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    *seed >> 8
}

/// Smooth waves with noise of three bits in each channel, as photographs are.
fn photo(width: usize, rows: usize) -> Vec<u8> {
    let mut seed = 7;
    let mut bytes = Vec::new();
    for y in 0..rows {
        for x in 0..width {
            let noise = random(&mut seed);
            let wave =
                |scale: f32| ((x as f32 / scale).sin() + (y as f32 / scale / 1.3).cos()) * 50.0 + 110.0;
            let of = |n: u32, scale| (wave(scale) as u8).wrapping_add((noise >> (3 * n) & 7) as u8);
            bytes.extend([of(0, 91.0), of(1, 47.0), of(2, 133.0), 255]);
        }
    }
    bytes
}

/// Lines of letters on white.
fn text(width: usize, rows: usize) -> Vec<u8> {
    let glyph = |x: usize, y: usize| (x / 8 * 37 + y / 16 * 11 + (x % 8) * (y % 16)) % 5 == 0 && y % 16 > 3;
    (0..width * rows)
        .flat_map(|n| if glyph(n % width, n / width) { [20, 20, 20, 255] } else { [255; 4] })
        .collect()
}

fn packed(compression: Compression, bytes: &[u8]) -> usize {
    let mut out = Vec::new();
    Packer::new().pack(compression, bytes, &mut out).expect("packs");
    out.len()
}

#[test]
fn photographs_become_much_smaller() {
    let (width, rows) = (640, 96);
    let photo = photo(width, rows);
    assert_eq!(nature(&photo, width * 4), Nature::Smooth);
    let plain = packed(Compression::Zstd(3), &photo);
    let after = packed(Compression::Zstd(1), &there(&photo, width * 4));
    println!("{} bytes, {plain} by zstd, {after} after the transform", photo.len());
    assert!(after * 16 < plain * 10, "{after} and {plain}");
}

#[test]
fn natures() {
    let mut seed = 3;
    let noise: Vec<u8> = (0..64 * 64 * 4).map(|_| random(&mut seed) as u8).collect();
    assert_eq!(nature(&noise, 256), Nature::Noise);
    assert_eq!(nature(&text(128, 64), 512), Nature::Drawn);
    assert_eq!(nature(&[255; 4096], 64), Nature::Drawn);
    for (length, row) in [(0, 0), (3, 4), (4, 4), (64, 0), (64, 1 << 20)] {
        assert_eq!(nature(&vec![1; length], row), Nature::Drawn);
    }
}

#[test]
fn words_and_vectors_agree() {
    let mut seed = 5;
    for length in [0, 1, 2, 7, 8, 33, 1000] {
        let mut words =
            || (0..length).map(|_| random(&mut seed) ^ random(&mut seed) << 13).collect::<Vec<u32>>();
        let (above, line) = (words(), words());
        let (mut plain, mut vector) = (line.clone(), line);
        kernel::restore_plain(&above, &mut plain, 0x1234_5678);
        #[cfg(target_arch = "x86_64")]
        kernel::restore_sse2(&above, &mut vector, 0x1234_5678);
        #[cfg(not(target_arch = "x86_64"))]
        kernel::restore_plain(&above, &mut vector, 0x1234_5678);
        assert_eq!(plain, vector);
    }
}

proptest! {
    #[test]
    fn there_and_back(bytes in proptest::collection::vec(any::<u8>(), 0..3000), row in 0_usize..400) {
        prop_assert_eq!(back(&there(&bytes, row), row), bytes);
    }

    /// The planes are those of the definition, one pixel at a time.
    #[test]
    fn as_defined(bytes in proptest::collection::vec(any::<u8>(), 0..1500), width in 1_usize..40) {
        let planes = there(&bytes, width * 4);
        let count = bytes.len() / 4;
        let channel = |n: usize, c: usize| {
            let (value, green) = (bytes[n * 4 + c], bytes[n * 4 + 1]);
            if c % 2 == 0 { value.wrapping_sub(green) } else { value }
        };
        // The last channel is no colour.
        let of = |n: usize, c: usize| if c == 3 { bytes[n * 4 + 3] } else { channel(n, c) };
        for n in 0..count {
            for c in 0..4 {
                let left = (n % width > 0).then(|| of(n - 1, c));
                let upper = (n >= width).then(|| of(n - width, c));
                let expected = match (left, upper) {
                    (Some(a), Some(b)) => ((u16::from(a) + u16::from(b)).div_ceil(2)) as u8,
                    (one, other) => one.or(other).unwrap_or(0),
                };
                prop_assert_eq!(planes[c * count + n], of(n, c).wrapping_sub(expected));
            }
        }
    }
}
