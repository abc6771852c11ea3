//! There and back, whatever the bytes; and what becomes smaller.

use proptest::prelude::*;

use super::*;
use crate::pack::{Compression, Packer};

fn there(bytes: &[u8], row: usize) -> Vec<u8> {
    let mut out = vec![9];
    forward(bytes, row, &mut out, &mut Scratch::default());
    out.split_off(1)
}

fn back(transformed: &[u8], length: usize, row: usize) -> Result<Vec<u8>, PixelsError> {
    let mut out = vec![7; length];
    inverse(transformed, row, &mut out, &mut Scratch::default()).map(|()| out)
}

fn random(seed: &mut u32) -> u32 {
    *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    *seed >> 8
}

/// Smooth waves with noise of three bits in each channel.
fn grainy(width: usize, rows: usize) -> Vec<u8> {
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

/// Shapes with shading and soft edges; the channels go together, as they do in what is seen in daylight.
fn shaded(width: usize, rows: usize) -> Vec<u8> {
    let mut seed = 11;
    let mut bytes = Vec::new();
    for n in 0..width * rows {
        let (x, y) = ((n % width) as f32, (n / width) as f32);
        let far = ((x % 90.0 - 45.0).powi(2) + (y % 70.0 - 35.0).powi(2)).sqrt() - 30.0;
        let light = 90.0 + x / 9.0 + y / 7.0 + 60.0 * (-far).clamp(0.0, 1.5) / 1.5 + (x / 5.0).sin() * 6.0;
        let grain = (random(&mut seed) >> 4 & 3) as f32;
        let of = |share: f32, more: u32| (light * share + grain) as u8 + more as u8;
        bytes.extend([of(0.7, random(&mut seed) & 1), of(0.9, 0), of(0.8, random(&mut seed) & 1), 255]);
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

#[test]
fn photographs_become_much_smaller() {
    let (width, rows) = (640, 96);
    for photo in [grainy(width, rows), shaded(width, rows)] {
        assert_eq!(nature(&photo, width * 4), Nature::Smooth);
        let (mut plain, mut after) = (Vec::new(), Vec::new());
        let transformed = there(&photo, width * 4);
        Packer::new().pack(Compression::Zstd(3), &photo, &mut plain).expect("packs");
        Packer::new().pack_pixels(&transformed, &mut after).expect("packs");
        let (plain, count) = (plain.len(), after.len());
        println!("{} bytes, {plain} by zstd, {count} after the transform", photo.len());
        assert!(count * 16 < plain * 10, "{count} and {plain}");
        let mut packer = Packer::new();
        let unpacked = packer.unpack(Compression::Zstd(0), &after, transformed.len()).expect("unpacks");
        assert_eq!(back(unpacked, photo.len(), width * 4).as_deref(), Ok(&photo[..]));
    }
}

/// Each kind of content gets the mode that suits it.
#[test]
fn modes() {
    let mode = |bytes: Vec<u8>| there(&bytes, 2560).last().copied();
    assert_eq!(mode(grainy(640, GROUP)), Some(0));
    assert_eq!(mode(shaded(640, GROUP)), Some(3));
}

#[test]
fn natures() {
    let mut seed = 3;
    let noise: Vec<u8> = (0..64 * 64 * 4).map(|_| random(&mut seed) as u8).collect();
    assert_eq!(nature(&noise, 256), Nature::Noise);
    assert_eq!(nature(&text(128, 64), 512), Nature::Drawn);
    assert_eq!(nature(&[255; 4096], 64), Nature::Drawn);
    for (length, row) in [(0, 0), (3, 4), (4, 4), (64, 0), (64, 1 << 20), (64, usize::MAX)] {
        assert_eq!(nature(&vec![1; length], row), Nature::Drawn);
    }
}

#[test]
fn damaged() {
    let bytes = shaded(64, 40);
    let good = there(&bytes, 256);
    assert_eq!(good.len(), bytes.len() + 3);
    assert_eq!(back(&good, bytes.len(), 256), Ok(bytes.clone()));
    assert_eq!(back(&good[1..], bytes.len(), 256), Err(PixelsError::Length));
    assert_eq!(back(&good, bytes.len(), 512), Err(PixelsError::Length));
    assert_eq!(back(&[], bytes.len(), 256), Err(PixelsError::Length));
    let mut strange = good;
    *strange.last_mut().expect("a mode") = 4;
    assert_eq!(back(&strange, bytes.len(), 256), Err(PixelsError::Mode));
    assert_eq!(back(&[], 0, 0), Ok(vec![]));
    assert_eq!(there(&[1, 2, 3], usize::MAX), [1, 2, 3]);
}

/// What one group becomes without vectors.
fn plain(group: &[u8], above: Option<&[u8]>, stride: usize) -> (Vec<u8>, Mode) {
    let mut planes = vec![0; group.len()];
    let mode = split_plain(group, above, stride, (&mut planes, 0), &mut Scratch::default());
    (planes, mode)
}

proptest! {
    #[test]
    fn there_and_back(bytes in proptest::collection::vec(any::<u8>(), 0..3000), row in 0_usize..400) {
        prop_assert_eq!(back(&there(&bytes, row), bytes.len(), row), Ok(bytes));
    }

    /// Smooth parts, so that all modes are used and change.
    #[test]
    fn there_and_back_again(seed in any::<u32>(), width in 1_usize..30, rows in 0_usize..90, cut in 0_usize..9) {
        let mut seed = seed;
        let mut bytes = Vec::new();
        for n in 0..rows {
            let part = if random(&mut seed) & 1 == 0 { shaded(width, 1) } else { grainy(width, 1) };
            bytes.extend(part.iter().map(|it| it.wrapping_add(n as u8)));
        }
        bytes.truncate(bytes.len().saturating_sub(cut));
        prop_assert_eq!(back(&there(&bytes, width * 4), bytes.len(), width * 4), Ok(bytes));
    }

    /// Anything of the right length and with known modes is somebody's pixels; nothing else is.
    #[test]
    fn foreign(length in 0_usize..2000, row in 0_usize..300, seed in any::<u32>()) {
        let mut seed = seed;
        let mut bytes: Vec<u8> = (0..transformed(length, row)).map(|_| random(&mut seed) as u8).collect();
        bytes[length..].iter_mut().for_each(|mode| *mode &= 3);
        let pixels = back(&bytes, length, row);
        let mut out = vec![0; length];
        let (planes, modes) = bytes.split_at(length);
        let whole = length / 4 * 4;
        let done = join_plain::<[u8; 4]>(&planes[..whole], modes, width(row) * 4, &mut out[..whole], &mut Scratch::default());
        prop_assert_eq!(done, Ok(()));
        out[whole..].copy_from_slice(&planes[whole..]);
        prop_assert_eq!(pixels, Ok(out));
    }

    /// With and without vectors: the same bytes.
    #[test]
    fn vectors_agree(seed in any::<u32>(), width in 1_usize..100, rows in 1_usize..GROUP, first in any::<bool>()) {
        let mut seed = seed;
        let stride = width * 4;
        let bytes: Vec<u8> = (0..stride * (rows + 1)).map(|_| random(&mut seed) as u8).collect();
        let (above, group) = bytes.split_at(stride);
        let above = if first { None } else { Some(above) };
        let mut planes = vec![0; group.len()];
        let mode = split(group, above, stride, (&mut planes, 0), &mut Scratch::default());
        prop_assert_eq!((planes, mode), plain(group, above, stride));
    }

    /// The planes are those of the definition, one pixel at a time.
    #[test]
    fn as_defined(bytes in proptest::collection::vec(any::<u8>(), 0..5000), width in 1_usize..20) {
        let planes = there(&bytes, width * 4);
        let count = bytes.len() / 4;
        let mode = |n: usize| planes[bytes.len() + n / width / GROUP];
        // As the mode of pixel `at` has it.
        let of = |n: usize, c: usize, at: usize| {
            let (value, green) = (bytes[n * 4 + c], bytes[n * 4 + 1]);
            if c % 2 == 0 && mode(at) & 1 == 1 { value.wrapping_sub(green).wrapping_add(128) } else { value }
        };
        for n in 0..count {
            for c in 0..4 {
                let left = (n % width > 0).then(|| i32::from(of(n - 1, c, n)));
                let upper = (n >= width).then(|| i32::from(of(n - width, c, n)));
                let told = match (left, upper) {
                    (Some(a), Some(b)) if mode(n) & 2 == 0 => (a + b + 1) / 2,
                    (Some(a), Some(b)) => {
                        let corner = i32::from(of(n - width - 1, c, n));
                        let mut three = [a, b, a + b - corner];
                        three.sort_unstable();
                        three[1]
                    }
                    (one, other) => one.or(other).unwrap_or(0),
                };
                prop_assert_eq!(planes[c * count + n], of(n, c, n).wrapping_sub(told as u8));
            }
        }
    }
}
