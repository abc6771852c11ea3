//! How fast the diff kernels are on this machine, beside `memcmp` and `memcpy` over the same memory. Run it with
//! `cargo run --release -p farway-sys --example diff_speed [ROUNDS]`.
//!
//! Everything is measured in turns, round after round, and medians are shown, so that other work on the machine meets
//! all alike. A kernel's comparison goes over a mapped file and its mirror, in jobs of 256 KiB whose output is used
//! again, as the program does it; "whole" is one job with an output as large as the frame. `copy` is `memcpy` from
//! the mapping to a buffer as large as the frame, `jobs` the same to one of 256 KiB that is used again.

use std::hint::black_box;
use std::time::Instant;

use farway_sys::diff::{Kernel, Scratch, apply_diff, diff};
use farway_sys::mem::{Mirror, Region, SharedFile};
use rustix::mm::{MapFlags, ProtFlags};

/// Bytes of a job.
const JOB: usize = 256 << 10;

/// What changes from round to round.
#[derive(Clone, Copy)]
enum Change {
    Nothing,
    All,
    Lines,
    Words,
}

const CHANGES: [(Change, &str); 4] = [
    (Change::Nothing, "unchanged"),
    (Change::All, "all changed"),
    (Change::Lines, "every 16th line"),
    (Change::Words, "a word in 1 KiB"),
];

/// A file, its mirror, and a second look at the file.
struct Bench {
    size: usize,
    line: usize,
    region: Region,
    mirror: Mirror,
    mapped: *const u8,
    content: Vec<u8>,
    /// Where copies go: at the start of a page, as unaligned ones are slow on some processors.
    frame: Mirror,
}

impl Bench {
    fn new(size: usize, line: usize) -> Self {
        let file = SharedFile::create(size as u64, None).expect("a file");
        let (flags, protection) = (MapFlags::SHARED, ProtFlags::READ);
        // SAFETY: a new mapping at an address of the kernel's choice disturbs nothing.
        let mapped = unsafe { rustix::mm::mmap(std::ptr::null_mut(), size, protection, flags, &file, 0) };
        let region = Region::of_shared(&file).expect("its memory");
        let mirror = Mirror::new(size as u64).expect("a mirror");
        let frame = Mirror::new(2 * size as u64).expect("memory");
        frame.lock(0..2 * size as u64).expect("all of it").fill(1);
        let content: Vec<u8> = (0..size).map(|at| (at / 7) as u8).collect();
        region.write(0, &content).expect("written");
        mirror.lock(0..size as u64).expect("all of it").copy_from_slice(&content);
        let mapped = mapped.expect("mapped").cast::<u8>();
        Self { size, line, region, mirror, mapped, content, frame }
    }

    /// What the file has, for `memcmp` and `memcpy` alone.
    fn bytes(&self) -> &[u8] {
        // SAFETY: mapped for the life of the program, and nobody writes while it is compared or copied.
        unsafe { std::slice::from_raw_parts(self.mapped, self.size) }
    }

    fn change(&mut self, change: Change) {
        let line = self.line;
        match change {
            Change::Nothing => {}
            Change::All => self.content.iter_mut().for_each(|byte| *byte ^= 0x55),
            Change::Lines => {
                self.content.chunks_mut(line).step_by(16).flatten().for_each(|byte| *byte ^= 0x55);
            }
            Change::Words => self.content.iter_mut().skip(77).step_by(1024).for_each(|byte| *byte ^= 0x55),
        }
        self.region.write(0, &self.content).expect("written");
    }

    fn compare(&self, job: usize, out: &mut Vec<u8>, scratch: &mut Scratch) {
        for start in (0..self.size).step_by(job) {
            out.clear();
            let part = start as u64..(start + job).min(self.size) as u64;
            let part = std::slice::from_ref(&part);
            black_box(diff(&self.region, &self.mirror, part, true, out, scratch).expect("a diff"));
        }
    }
}

/// Seconds that `work` takes.
fn timed(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Shows a line: the speed, and its ratio to others.
fn show(name: &str, bytes: usize, time: f64, others: &[(&str, f64)]) {
    let ratios: Vec<_> =
        others.iter().map(|(name, other)| format!("{:5.2} x {name}", other / time)).collect();
    println!("  {name:28} {:7.2} GB/s   {}", bytes as f64 / time / 1e9, ratios.join("  "));
}

fn kernels(bench: &mut Bench, rounds: usize) {
    let size = bench.size;
    let mut scratches: Vec<_> =
        Kernel::available().map(|kernel| (kernel.name(), Scratch::with(kernel))).collect();
    for (change, title) in CHANGES {
        println!(" {title}");
        let (mut out, mut whole) = (Vec::with_capacity(JOB + 4096), Vec::with_capacity(size + 4096));
        let mut times = vec![Vec::new(); 3 + 2 * scratches.len()];
        for _ in 0..rounds {
            bench.change(change);
            let locked = bench.mirror.lock(0..size as u64).expect("all of it");
            if matches!(change, Change::Nothing) {
                times[0].push(timed(|| assert!(black_box(bench.bytes()) == black_box(&locked[..]))));
            }
            drop(locked);
            let mut frame = bench.frame.lock(0..size as u64).expect("all of it");
            times[1].push(timed(|| black_box(&mut frame[..]).copy_from_slice(black_box(bench.bytes()))));
            times[2].push(timed(|| {
                for bytes in bench.bytes().chunks(JOB) {
                    black_box(&mut frame[..bytes.len()]).copy_from_slice(black_box(bytes));
                }
            }));
            drop(frame);
            // The mirror must have all, so that each has the same to find.
            bench.compare(JOB, &mut out, &mut scratches[0].1);
            for (n, (_, scratch)) in scratches.iter_mut().enumerate() {
                bench.change(change);
                times[3 + 2 * n].push(timed(|| bench.compare(JOB, &mut out, scratch)));
                bench.change(change);
                times[4 + 2 * n].push(timed(|| bench.compare(size, &mut whole, scratch)));
            }
        }
        let medians: Vec<f64> =
            times.iter_mut().map(|times| if times.is_empty() { 0.0 } else { median(times) }).collect();
        let mut others = vec![("copy", medians[1]), ("jobs", medians[2])];
        if matches!(change, Change::Nothing) {
            others.insert(0, ("memcmp", medians[0]));
        }
        for (name, time) in others.clone() {
            show(name, size, time, &[]);
        }
        for (n, (name, _)) in scratches.iter().enumerate() {
            show(name, size, medians[3 + 2 * n], &others);
            show(&format!("{name}, whole"), size, medians[4 + 2 * n], &others);
        }
    }
}

/// Applying what the kernels make, to a mapped twin without a mirror.
fn applying(bench: &mut Bench, rounds: usize) {
    let size = bench.size;
    let twin = SharedFile::create(size as u64, None).expect("a file");
    let twin = Region::of_shared(&twin).expect("its memory");
    let (mut out, mut scratch) = (Vec::with_capacity(size + 4096), Scratch::new());
    let all = 0..size as u64;
    for (change, title) in &CHANGES[1..] {
        bench.change(*change);
        out.clear();
        let all = std::slice::from_ref(&all);
        let fields = diff(&bench.region, &bench.mirror, all, true, &mut out, &mut scratch).expect("a diff");
        let (segments, tail) = (fields.diff_size as usize, fields.ntrailing as usize);
        let (mut copies, mut times) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            let mut frame = bench.frame.lock(0..out.len() as u64).expect("room");
            let to = &mut frame[..];
            copies.push(timed(|| black_box(to).copy_from_slice(black_box(&out))));
            times.push(timed(|| {
                black_box(apply_diff(&twin, None, &out, segments, tail).expect("applied"));
            }));
        }
        show(&format!("apply, {title}"), out.len(), median(&mut times), &[("copy", median(&mut copies))]);
    }
}

/// Many short intervals, as of a narrow window that changes: what each costs beside its bytes.
fn rows(rounds: usize) {
    let (width, pitch, count) = (64_u64, 5120_u64, 720_u64);
    let bench = Bench::new((pitch * count) as usize, pitch as usize);
    let intervals: Vec<_> = (0..count).map(|row| row * pitch..row * pitch + width).collect();
    let (mut out, mut scratch) = (Vec::new(), Scratch::new());
    let mut times: Vec<f64> = (0..rounds)
        .map(|_| {
            timed(|| drop(diff(&bench.region, &bench.mirror, &intervals, false, &mut out, &mut scratch)))
        })
        .collect();
    println!("an unchanged interval of 64 bytes: {:.0} ns", median(&mut times) / count as f64 * 1e9);
}

fn main() {
    let rounds = std::env::args().nth(1).map_or(15, |it| it.parse().expect("a number of rounds"));
    for (size, line, title) in [
        (128 << 10, 1024, "128 KiB"),
        (4 << 20, 4096, "4 MiB"),
        (1280 * 720 * 4, 1280 * 4, "1280x720x4"),
        (3840 * 2160 * 4, 3840 * 4, "3840x2160x4"),
    ] {
        println!("{title}");
        let mut bench = Bench::new(size, line);
        kernels(&mut bench, rounds);
        applying(&mut bench, rounds);
    }
    rows(rounds);
}
