//! What each coding makes of text, drawings and photographs, and what it costs on this machine. Run it with
//! `cargo run --release -p farway-sys --example pixel_speed [WIDTH FILE…]`, where files hold rows of 32-bit pixels.

use std::time::Instant;

use farway_sys::pack::{Compression, Packer};
use farway_sys::pixels::{self, Scratch};

const WIDTH: usize = 1280;
const HEIGHT: usize = 720;
/// Bytes of a job.
const JOB: usize = 256 << 10;

fn mix(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

fn draw(of: impl Fn(usize, usize, u64) -> [u8; 3]) -> Vec<u8> {
    let pixel = |n: usize| {
        let [b, g, r] = of(n % WIDTH, n / WIDTH, mix(n as u64 + 1));
        [b, g, r, 255]
    };
    (0..WIDTH * HEIGHT).flat_map(pixel).collect()
}

/// Lines of words in a font of 64 characters.
fn text(x: usize, y: usize, _: u64) -> [u8; 3] {
    let (line, row, column) = (y / 20, y % 20, x.saturating_sub(16) / 8);
    let word = mix((line as u64) << 32 | column as u64);
    let glyph = mix(word % 64 + 1000);
    let bit = (row / 2 * 7 + x % 8) % 64;
    let inked = word % 6 != 0 && column < 110 && (2..14).contains(&row) && x % 8 < 7 && glyph >> bit & 1 == 1;
    [if inked { 20 } else { 255 }; 3]
}

/// Panels with shaded headings, frames and text.
fn panels(x: usize, y: usize, _: u64) -> [u8; 3] {
    let (px, py) = (x % 320, y % 240);
    if px < 2 || py < 2 {
        return [90, 80, 70];
    }
    if py < 26 {
        return [230 - py as u8 * 2, 180 - py as u8 * 2, 120 - py as u8];
    }
    let [ink, ..] = text(x, y, 0);
    if px < 200 && ink < 128 { [40, 40, 40] } else { [246, 244, 242] }
}

/// Smooth waves with three bits of noise in each channel, as the benchmark's photographs.
fn grainy(x: usize, y: usize, noise: u64) -> [u8; 3] {
    let wave = |scale: f32| ((x as f32 / scale).sin() + (y as f32 / scale / 1.3).cos()) * 50.0 + 110.0;
    let of = |n: u32, scale| (wave(scale) as u8).wrapping_add((noise >> (8 * n) & 7) as u8);
    [of(0, 91.0), of(1, 47.0), of(2, 133.0)]
}

/// Shapes with shading, soft edges and a fine pattern, in a light of one colour, with a little noise.
fn shaded(x: usize, y: usize, noise: u64) -> [u8; 3] {
    let (fx, fy) = (x as f32, y as f32);
    let far = ((fx % 190.0 - 95.0).powi(2) + (fy % 150.0 - 75.0).powi(2)).sqrt() - 60.0;
    let edge = 60.0 * (-far).clamp(0.0, 2.0) / 2.0;
    let pattern = (fx / 5.0).sin() * 6.0 + (fy / 7.0 + fx / 11.0).cos() * 5.0;
    let light = 70.0 + fx / 25.0 + fy / 20.0 + edge + pattern + (noise & 3) as f32;
    [0.7, 0.9, 0.8].map(|share| (light * share) as u8).map(|it| it + (noise >> 40 & 1) as u8)
}

/// Best of some runs over all jobs: bytes, and nanoseconds for each byte that goes in.
fn measure(content: &[u8], row: usize, mut work: impl FnMut(&[u8]) -> usize) -> (usize, f64) {
    let mut best = f64::MAX;
    let mut size = 0;
    for _ in 0..5 {
        let start = Instant::now();
        size = content.chunks((JOB / row).max(1) * row).map(&mut work).sum();
        best = best.min(start.elapsed().as_secs_f64());
    }
    (size, best * 1e9 / content.len() as f64)
}

fn say(content: &[u8], name: &str, (size, pack): (usize, f64), unpack: f64) {
    let share = size as f64 * 100.0 / content.len() as f64;
    println!("  {name:28} {share:6.2} % {pack:6.2} ns/byte, back {unpack:6.2}");
}

fn table(name: &str, content: &[u8], row: usize) {
    let (mut nature, mut scratch, mut packer) = (None, Scratch::default(), Packer::new());
    let looked = measure(content, row, |job| {
        nature = Some(pixels::nature(job, row));
        0
    });
    println!("{name}: {} bytes, {nature:?} ({:.2} ns/byte to see)", content.len(), looked.1);
    for way in ["lz4=0", "zstd=-5", "zstd=-1", "zstd=1", "zstd=3", "zstd=6", "zstd=9"] {
        let Ok(way) = way.parse::<Compression>() else { continue };
        let mut out = Vec::new();
        let packed = measure(content, row, |job| {
            out.clear();
            packer.pack(way, job, &mut out).expect("packs");
            out.len()
        });
        let mut jobs = Vec::new();
        measure(content, row, |job| {
            out.clear();
            packer.pack(way, job, &mut out).expect("packs");
            jobs.push((out.clone(), job.len()));
            0
        });
        let mut next = jobs.iter();
        let back = measure(content, row, |_| {
            let Some((packed, exact)) = next.next() else { return 0 };
            packer.unpack(way, packed, *exact).expect("unpacks").len()
        });
        say(content, &way.to_string(), packed, back.1);
    }
    let mut planes = Vec::new();
    let (_, forward) = measure(content, row, |job| {
        planes.clear();
        pixels::forward(job, row, &mut planes, &mut scratch);
        0
    });
    let mut out = vec![0; content.len()];
    planes.clear();
    pixels::forward(content, row, &mut planes, &mut scratch);
    let start = Instant::now();
    pixels::inverse(&planes, row, &mut out, &mut scratch).expect("pixels");
    let back = start.elapsed().as_secs_f64() * 1e9 / content.len() as f64;
    assert!(out == content);
    say(content, "transform alone", (planes.len(), forward), back);
    predicted(content, row, &mut packer);
}

fn predicted(content: &[u8], row: usize, packer: &mut Packer) {
    let (mut scratch, mut planes, mut packed) = (Scratch::default(), Vec::new(), Vec::new());
    let mut jobs = Vec::new();
    let all = measure(content, row, |job| {
        planes.clear();
        packed.clear();
        pixels::forward(job, row, &mut planes, &mut scratch);
        packer.pack_pixels(&planes, &mut packed).expect("packs");
        jobs.push((packed.clone(), job.len()));
        packed.len()
    });
    let mut out = vec![0; JOB.max(row)];
    let mut next = jobs.iter();
    let back = measure(content, row, |_| {
        let Some((packed, length)) = next.next() else { return 0 };
        let exact = pixels::transformed(*length, row);
        let planes = packer.unpack(Compression::Zstd(0), packed, exact).expect("unpacks");
        pixels::inverse(planes, row, &mut out[..*length], &mut scratch).expect("pixels");
        0
    });
    say(content, "predicted pixels", all, back.1);
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    if let Some(width) = arguments.next() {
        let row = width.parse::<usize>().expect("a width in pixels") * 4;
        for file in arguments {
            table(&file, &std::fs::read(&file).expect("a readable file"), row);
        }
        return;
    }
    table("text", &draw(text), WIDTH * 4);
    table("panels", &draw(panels), WIDTH * 4);
    table("grainy photograph", &draw(grainy), WIDTH * 4);
    table("shaded picture", &draw(shaded), WIDTH * 4);
    table("noise", &draw(|_, _, noise| [noise as u8, (noise >> 8) as u8, (noise >> 16) as u8]), WIDTH * 4);
}
