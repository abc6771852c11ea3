#![allow(clippy::single_range_in_vec_init)] // one interval is the usual case

use std::ops::Range;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::diff::{PIECE, Scratch, diff};
use crate::mem::{Mirror, Region, SharedFile};
use crate::testing::Rng;

/// What a kernel makes of the step from `old` to `new`: output, fields, mirror.
fn made(
    kernel: Kernel,
    old: &[u8],
    new: &Region,
    intervals: &[Range<u64>],
) -> (Vec<u8>, crate::diff::DiffOutput, Vec<u8>) {
    let mirror = Mirror::new(old.len() as u64).unwrap();
    mirror.lock(0..mirror.len()).unwrap().copy_from_slice(old);
    // Not at the start of the output, and not at one of its words.
    let mut out = vec![7; 5];
    let fields = diff(new, &mirror, intervals, true, &mut out, &mut Scratch::with(kernel)).unwrap();
    let mirror = mirror.lock(0..mirror.len()).unwrap().to_vec();
    (out, fields, mirror)
}

/// All three backings with these bytes: heap, mapped where files can be, and by position.
fn regions(bytes: &[u8]) -> [Region; 3] {
    let size = bytes.len() as u64;
    let own = SharedFile::create(size, None).unwrap();
    let dir = crate::testing::TempDir::new();
    let path = dir.path().join("pool");
    std::fs::write(&path, bytes).unwrap();
    let plain = std::fs::File::options().read(true).write(true).open(path).unwrap();
    let regions = [
        Region::heap(bytes.len()),
        Region::of_shared(&own).unwrap(),
        Region::adopt(plain.into(), size).unwrap(),
    ];
    for region in &regions[..2] {
        region.write(0, bytes).unwrap();
    }
    regions
}

fn agree(old: &[u8], new: &[u8], intervals: &[Range<u64>]) {
    let regions = regions(new);
    let expected = made(Kernel::SCALAR, old, &regions[0], intervals);
    for kernel in Kernel::available() {
        for (backing, region) in regions.iter().enumerate() {
            let got = made(kernel, old, region, intervals);
            assert!(got == expected, "{kernel:?}, backing {backing}, {intervals:?}: {:?}", got.1);
        }
    }
}

/// Ordered intervals between these places, words that are left out by turns.
fn intervals(mut places: Vec<u64>, size: u64) -> Vec<Range<u64>> {
    places.iter_mut().for_each(|place| *place = (*place * 4).min(size));
    places.sort_unstable();
    places.chunks_exact(2).map(|pair| pair[0] / 4 * 4..pair[1]).collect()
}

/// A change of so many words from a place on, of which all or only some differ.
#[derive(Clone, Debug)]
struct Edit {
    at: usize,
    words: usize,
    sparse: bool,
}

fn edits(size: usize) -> impl Strategy<Value = Vec<Edit>> {
    let words = prop_oneof![3 => 1_usize..3, 2 => 3_usize..40, 1 => 40_usize..2000];
    let edit = (0..size, words, any::<bool>()).prop_map(|(at, words, sparse)| Edit { at, words, sparse });
    vec(edit, 0..24)
}

fn edited(old: &[u8], edits: &[Edit], seed: u64) -> Vec<u8> {
    let (mut new, mut rng) = (old.to_vec(), Rng(seed));
    for edit in edits {
        let from = edit.at.min(new.len());
        let end = (from + edit.words * 4).min(new.len());
        for byte in &mut new[from..end] {
            // One bit of one byte is a change as well.
            if !edit.sparse || rng.below(40) == 0 {
                *byte ^= 1 << rng.below(8);
            }
        }
    }
    new
}

proptest! {
    #[test]
    fn kernels_agree(
        seed in any::<u64>(),
        size in prop_oneof![0_usize..600, 600_usize..12_000, 3 * PIECE - 100..3 * PIECE + 100],
        changes in edits(3 * PIECE),
        places in vec(0_u64..3000, 0..10),
        everything in any::<bool>(),
    ) {
        let old = Rng(seed).bytes(size);
        let changes: Vec<_> = changes.into_iter().map(|edit| Edit { at: edit.at % (size + 1), ..edit }).collect();
        let new = edited(&old, &changes, seed);
        let all = vec![0..size as u64];
        agree(&old, &new, &if everything { all } else { intervals(places, size as u64) });
    }
}

#[test]
fn runs_that_cross_the_borders_of_pieces() {
    let size = 5 * PIECE + 1000;
    let old = vec![0; size];
    for before in [4, 60, 64, 68, 72] {
        for after in [0, 4, 60, 64, 68] {
            let mut new = old.clone();
            for border in [PIECE, 2 * PIECE, 5 * PIECE] {
                new[border - before] = 1;
                new[border + after] = 2;
            }
            agree(&old, &new, &[0..size as u64 - 60]);
        }
    }
}

#[test]
fn any_two_words() {
    // All ways in which two changes can lie in four blocks: in one run, in two, at borders.
    let (size, words) = (256, 64);
    let old = Rng(5).bytes(size);
    for first in 0..words {
        for second in first..words {
            let mut new = old.clone();
            new[first * 4 + first % 4] ^= 0x80;
            new[second * 4 + second % 4] ^= 1;
            let region = Region::heap(size);
            region.write(0, &new).unwrap();
            let expected = made(Kernel::SCALAR, &old, &region, &[0..size as u64]);
            for kernel in Kernel::available() {
                assert!(made(kernel, &old, &region, &[0..size as u64]) == expected, "{first} {second}");
            }
        }
    }
}

#[test]
fn long_runs_agree() {
    let old = Rng(9).bytes(40 * PIECE + 64);
    let mut new = Rng(10).bytes(old.len());
    agree(&old, &new, &[0..old.len() as u64]);
    // With holes of all lengths, of which the shorter ones do not end a run.
    let mut at = 100;
    for hole in (4..400).step_by(4) {
        new[at..at + hole].copy_from_slice(&old[at..at + hole]);
        at += hole + 1500;
    }
    agree(&old, &new, &[0..old.len() as u64]);
    agree(&old, &new, &[4..40_004, 40_064..old.len() as u64 - 28]);
}

#[test]
fn the_reference_is_always_there() {
    let names: Vec<_> = Kernel::available().map(Kernel::name).collect();
    assert_eq!(names.last(), Some(&"scalar"));
    assert_eq!(Kernel::best().name(), names[0]);
    let vectors = cfg!(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri)));
    assert!(!vectors || names.len() > 1);
}
