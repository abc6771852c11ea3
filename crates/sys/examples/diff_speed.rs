//! How fast the diff kernel is on this machine, beside plain `memcmp` and `memcpy` over the same memory. Run it with
//! `cargo run --release -p farway-sys --example diff_speed`.

use std::hint::black_box;
use std::time::Instant;

use farway_sys::diff::{Scratch, apply_diff, diff};
use farway_sys::mem::{Mirror, Region, SharedFile};
use farway_sys::pack::{Compression, Packer};

fn measure(name: &str, bytes: usize, mut work: impl FnMut()) {
    work();
    let mut best = f64::MAX;
    for _ in 0..7 {
        let start = Instant::now();
        work();
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!("{name:45} {:7.2} GB/s", bytes as f64 / best / 1e9);
}

fn shared(size: usize, memory: &str) {
    let file = SharedFile::create(size as u64, None).expect("a file");
    let region = Region::of_shared(&file).expect("its memory");
    let mirror = Mirror::new(size as u64).expect("a mirror");
    let (mut out, mut scratch) = (Vec::with_capacity(2 * size), Scratch::new());
    let all = 0..size as u64;
    let mut pattern: Vec<u8> = (0..size).map(|at| (at / 7) as u8).collect();
    let mut run = |out: &mut Vec<u8>| {
        out.clear();
        diff(&region, &mirror, std::slice::from_ref(&all), true, out, &mut scratch).expect("a diff")
    };
    region.write(0, &pattern).expect("written");
    run(&mut out);
    measure(&format!("{memory}: diff, unchanged"), size, || assert!(run(&mut out).is_empty()));
    for (name, step) in [("all changed", 1), ("a byte in 256 changed", 256), ("a byte in 4096 changed", 4096)]
    {
        let mut flip = || {
            pattern.iter_mut().step_by(step).for_each(|byte| *byte ^= 0x55);
            region.write(0, &pattern).expect("written");
        };
        let mut best = f64::MAX;
        for _ in 0..7 {
            flip();
            let start = Instant::now();
            black_box(run(&mut out));
            best = best.min(start.elapsed().as_secs_f64());
        }
        println!("{:45} {:7.2} GB/s", format!("{memory}: diff, {name}"), size as f64 / best / 1e9);
    }
    let twin = Region::heap(size);
    pattern.iter_mut().for_each(|byte| *byte ^= 0x55);
    region.write(0, &pattern).expect("written");
    let fields = run(&mut out);
    measure(&format!("{memory}: apply, all changed"), size, || {
        apply_diff(&twin, None, &out, fields.diff_size as usize, fields.ntrailing as usize).expect("applied");
    });
}

fn main() {
    for (size, memory) in [(256 << 10, "256 KiB"), (64 << 20, "64 MiB")] {
        let (one, mut other) = (vec![1_u8; size], vec![1_u8; size]);
        measure(&format!("{memory}: memcmp"), size, || assert!(black_box(&one[..]) == black_box(&other[..])));
        measure(&format!("{memory}: memcpy"), size, || {
            black_box(&mut other[..]).copy_from_slice(black_box(&one))
        });
        shared(size, memory);
    }
    let text: Vec<u8> = (0..262_144_u32).map(|at| (at.wrapping_mul(at) >> 13) as u8).collect();
    let (mut packer, mut out) = (Packer::new(), Vec::new());
    for compression in [Compression::Lz4(0), Compression::Lz4(9), Compression::Zstd(0)] {
        measure(&format!("pack, {compression}"), text.len(), || {
            out.clear();
            packer.pack(compression, &text, &mut out).expect("packed");
        });
        measure(&format!("unpack, {compression}"), text.len(), || {
            packer.unpack(compression, &out, text.len()).expect("unpacked");
        });
    }
}
