#![allow(clippy::single_range_in_vec_init)] // one interval is the usual case

use super::*;
use crate::mem::SharedFile;
use crate::testing::Rng;

/// Both sides of one replicated file.
struct Pair {
    region: Region,
    mirror: Mirror,
    twin: Region,
    twin_mirror: Mirror,
}

fn content(region: &Region) -> Vec<u8> {
    let mut bytes = vec![0; region.len() as usize];
    region.read(0, &mut bytes).unwrap();
    bytes
}

impl Pair {
    fn new(size: u64) -> Self {
        Self {
            region: Region::heap(size as usize),
            mirror: Mirror::new(size).unwrap(),
            twin: Region::heap(size as usize),
            twin_mirror: Mirror::new(size).unwrap(),
        }
    }

    /// Transfers the differences in `intervals` and returns the segments.
    fn transfer(&self, intervals: &[Range<u64>], tail: bool) -> Vec<(Range<usize>, Vec<u8>)> {
        let mut out = b"before".to_vec();
        let fields =
            diff(&self.region, &self.mirror, intervals, tail, &mut out, &mut Scratch::new()).unwrap();
        let payload = &out[6..];
        assert_eq!(payload.len(), (fields.diff_size + fields.ntrailing) as usize);
        let (diff_size, ntrailing) = (fields.diff_size as usize, fields.ntrailing as usize);
        apply_diff(&self.twin, Some(&self.twin_mirror), payload, diff_size, ntrailing).unwrap();
        assert!(*self.mirror.lock(0..self.mirror.len()).unwrap() == content(&self.twin)[..]);
        assert!(*self.twin_mirror.lock(0..self.mirror.len()).unwrap() == content(&self.twin)[..]);
        let (mut runs, mut at) = (Vec::new(), 0);
        let word = |at: usize| u32::from_le_bytes(payload[at..at + 4].try_into().unwrap()) as usize;
        while at < diff_size {
            let range = word(at) * 4..word(at + 4) * 4;
            let len = range.len();
            runs.push((range, payload[at + 8..at + 8 + len].to_vec()));
            at += 8 + len;
        }
        runs
    }
}

/// What the rules say about runs, found word by word.
fn expected(old: &[u8], new: &[u8], interval: Range<usize>) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for at in interval.step_by(4) {
        if old[at..at + 4] != new[at..at + 4] {
            match runs.last_mut() {
                Some(run) if at - run.end <= GAP => run.end = at + 4,
                _ => runs.push(at..at + 4),
            }
        }
    }
    runs
}

#[test]
fn round_trips_with_exact_runs() {
    let mut rng = Rng(11);
    for size in [4_usize, 39, 256, 17_777, 65_537] {
        let body = size - size % BLOCK;
        for gap in [2, 4, 15, 17, 33, 100, 5000, 262_144] {
            let pair = Pair::new(size as u64);
            for round in 0..3 {
                let (before, mut after) = (content(&pair.region), content(&pair.region));
                let mut at = rng.below(gap * 4);
                while at < size {
                    let end = (at + 1 + rng.below(gap * 4)).min(size);
                    rng.fill(&mut after[at..end]);
                    at = end + 1 + rng.below(gap * 4);
                }
                if round == 1 {
                    after[size - 1] ^= 1;
                }
                pair.region.write(0, &after).unwrap();
                let intervals: Vec<_> = match round {
                    0 => vec![0..size as u64],
                    // Shards, as given to several workers; and pieces with holes between them.
                    _ => (0..body).step_by(8192).map(|at| at as u64..(at + 8192).min(body) as u64).collect(),
                };
                let runs = pair.transfer(&intervals, true);
                assert!(content(&pair.twin) == after);
                let ranges: Vec<_> = intervals
                    .iter()
                    .flat_map(|part| {
                        let (start, end) = (part.start as usize, (part.end as usize).min(body));
                        expected(&before, &after, start..end.max(start))
                    })
                    .collect();
                assert_eq!(runs.iter().map(|run| run.0.clone()).collect::<Vec<_>>(), ranges, "{size} {gap}");
                for (range, bytes) in runs {
                    assert!(bytes == after[range]);
                }
            }
        }
    }
}

#[test]
fn runs_that_cross_pieces() {
    // Changes just before and after the borders of the pieces that are read, with gaps around the limit.
    for before in [4, 8, 60, 64, 68, 72, 128] {
        for after in [0, 4, 60, 64, 68] {
            let size = 4 * PIECE;
            let pair = Pair::new(size as u64);
            let mut new = vec![0; size];
            for border in [PIECE, 2 * PIECE] {
                new[border - before] = 1;
                new[border + after] = 2;
            }
            pair.region.write(0, &new).unwrap();
            let runs = pair.transfer(&[0..size as u64], false);
            let ranges: Vec<_> = runs.into_iter().map(|run| run.0).collect();
            assert_eq!(ranges, expected(&vec![0; size], &new, 0..size), "{before} {after}");
        }
    }
}

#[test]
fn every_word_of_a_block() {
    for word in 0..64 {
        let pair = Pair::new(256);
        pair.region.write(word * 4 + word % 4, &[1]).unwrap();
        let runs = pair.transfer(&[0..256], true);
        assert_eq!(runs.len(), 1);
        assert_eq!(runs[0].0, word as usize * 4..word as usize * 4 + 4);
    }
}

#[test]
fn nothing_changed_gives_nothing() {
    let pair = Pair::new(65_537);
    let mut out = Vec::new();
    let fields = diff(&pair.region, &pair.mirror, &[0..65_537], true, &mut out, &mut Scratch::new()).unwrap();
    assert!(fields.is_empty() && out.is_empty());
}

#[test]
fn the_worst_case_stays_small() {
    let size = 1 << 18;
    let pair = Pair::new(size);
    let mut out = Vec::new();
    for at in (0..size).step_by(72) {
        pair.region.write(at, &[1]).unwrap();
    }
    diff(&pair.region, &pair.mirror, &[0..size], true, &mut out, &mut Scratch::new()).unwrap();
    assert_eq!(out.len() as u64, size.div_ceil(72) * 12);
    out.clear();
    let pair = Pair::new(size);
    pair.region.write(0, &vec![1; size as usize]).unwrap();
    diff(&pair.region, &pair.mirror, &[0..size], true, &mut out, &mut Scratch::new()).unwrap();
    assert_eq!(out.len() as u64, size + 8);
}

#[test]
fn the_tail() {
    let pair = Pair::new(65);
    pair.region.write(64, &[9]).unwrap();
    assert!(pair.transfer(&[0..65], false).is_empty());
    assert_eq!(content(&pair.twin)[64], 0);
    assert!(pair.transfer(&[0..0], true).is_empty());
    assert_eq!(content(&pair.twin)[64], 9);
    let tiny = Pair::new(3);
    tiny.region.write(0, &[1, 2, 3]).unwrap();
    tiny.transfer(&[0..3], true);
    assert_eq!(content(&tiny.twin), [1, 2, 3]);
    let empty = Pair::new(0);
    assert!(empty.transfer(&[0..0], true).is_empty());
}

#[test]
fn unchanged_parts_outside_are_not_looked_at() {
    let pair = Pair::new(1024);
    pair.region.write(0, &[1; 1024]).unwrap();
    let runs = pair.transfer(&[64..128, 512..576], false);
    assert_eq!(runs.iter().map(|run| run.0.clone()).collect::<Vec<_>>(), [64..128, 512..576]);
}

#[test]
fn bad_intervals() {
    let pair = Pair::new(101);
    let mut out = vec![1];
    #[allow(clippy::reversed_empty_ranges)]
    for interval in [1..64, 0..63, 0..102, 0..104, 64..0, 0..u64::MAX, u64::MAX - 3..u64::MAX] {
        let result = diff(&pair.region, &pair.mirror, &[interval], false, &mut out, &mut Scratch::new());
        assert!(matches!(result, Err(DiffError::Interval { size: 101, .. })));
    }
    assert_eq!(out, [1]);
    let short = Mirror::new(64).unwrap();
    pair.region.write(0, &[1; 64]).unwrap();
    let result = diff(&pair.region, &short, &[0..64], true, &mut out, &mut Scratch::new());
    assert!(matches!(result, Err(DiffError::Mirror(_))));
    assert_eq!(out, [1]);
}

#[test]
fn a_scribbling_writer_cannot_make_the_sides_differ() {
    Kernel::available().for_each(scribble);
}

fn scribble(kernel: Kernel) {
    let size = 200_000;
    let file = SharedFile::create(size, None).unwrap();
    let mine = Region::of_shared(&file).unwrap();
    let theirs = Region::adopt(file.share().unwrap(), size).unwrap();
    let (mirror, twin) = (Mirror::new(size).unwrap(), Region::heap(size as usize));
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut rng = Rng(21);
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                let at = rng.below(size as usize - 600);
                let len = rng.below(600);
                theirs.write(at as u64, &rng.bytes(len)).unwrap();
            }
        });
        let (mut out, mut scratch) = (Vec::new(), Scratch::with(kernel));
        for _ in 0..25 {
            out.clear();
            let fields = diff(&mine, &mirror, &[0..size], true, &mut out, &mut scratch).unwrap();
            apply_diff(&twin, None, &out, fields.diff_size as usize, fields.ntrailing as usize).unwrap();
            assert!(*mirror.lock(0..size).unwrap() == content(&twin)[..]);
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    let mut out = Vec::new();
    let fields = diff(&mine, &mirror, &[0..size], true, &mut out, &mut Scratch::with(kernel)).unwrap();
    apply_diff(&twin, None, &out, fields.diff_size as usize, fields.ntrailing as usize).unwrap();
    assert!(content(&twin) == content(&theirs));
}

fn segment(start: u32, end: u32, bytes: &[u8]) -> Vec<u8> {
    [&start.to_le_bytes()[..], &end.to_le_bytes(), bytes].concat()
}

#[test]
fn malformed_diffs_write_nothing() {
    let good = segment(0, 1, &[1; 4]);
    let with = |more: &[u8]| [&good[..], more].concat();
    let size = 101;
    for (payload, ntrailing) in [
        (with(&segment(5, 5, &[])), 0),
        (with(&segment(6, 5, &[])), 0),
        (with(&segment(24, 26, &[1; 8])), 0),
        (with(&segment(0, u32::MAX, &[1; 8])), 0),
        (with(&segment(u32::MAX, 0, &[1; 8])), 0),
        (with(&segment(1, 4, &[1; 8])), 0),
        (with(&[1, 0, 0, 0]), 0),
        (with(&[1, 0, 0]), 0),
        (with(&[1; 102]), 102),
        (with(&[1; 5]), 3),
    ] {
        let (region, mirror) = (Region::heap(size), Mirror::new(size as u64).unwrap());
        let diff_size = payload.len() - ntrailing;
        assert!(apply_diff(&region, Some(&mirror), &payload, diff_size, ntrailing).is_err(), "{payload:?}");
        assert!(content(&region).iter().all(|&byte| byte == 0));
        assert!(mirror.lock(0..size as u64).unwrap().iter().all(|&byte| byte == 0));
    }
    let region = Region::heap(size);
    for (diff_size, ntrailing) in [(good.len() + 4, 0), (good.len(), 1), (usize::MAX, 2), (0, 0)] {
        assert!(matches!(
            apply_diff(&region, None, &good, diff_size, ntrailing),
            Err(ApplyError::Length { .. })
        ));
    }
}

#[test]
fn any_layout_is_applied() {
    let region = Region::heap(101);
    // Descending, overlapping, touching the last whole word, with a tail of any length over them.
    let payload =
        [segment(24, 25, &[4; 4]), segment(2, 4, &[2; 8]), segment(3, 5, &[3; 8]), vec![9; 3]].concat();
    let range = apply_diff(&region, None, &payload, payload.len() - 3, 3).unwrap();
    assert_eq!(range, 8..101);
    let bytes = content(&region);
    assert_eq!(bytes[8..20], [2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3]);
    assert_eq!(bytes[96..], [4, 4, 9, 9, 9]);
    assert_eq!(apply_diff(&region, None, &[], 0, 0).unwrap(), 0..0);
    assert_eq!(touched(&payload, payload.len() - 3, 3, 101).unwrap(), 8..101);
}

#[test]
fn random_payloads_never_panic() {
    let (mut rng, region, mirror) = (Rng(31), Region::heap(1000), Mirror::new(1000).unwrap());
    for _ in 0..2000 {
        let len = rng.below(200);
        let mut payload = rng.bytes(len);
        for word in payload.chunks_exact_mut(4) {
            // Small numbers reach further into the code.
            word[1] = 0;
            word[2..].fill(0);
        }
        let tail = rng.below(len + 1);
        let _ = apply_diff(&region, Some(&mirror), &payload, len - tail, tail);
    }
}

#[test]
fn fills() {
    let (region, mirror) = (Region::heap(1000), Mirror::new(1000).unwrap());
    apply_fill(&region, Some(&mirror), 333, &[5; 123]).unwrap();
    assert_eq!(content(&region)[332..334], [0, 5]);
    assert_eq!(mirror.lock(455..457).unwrap()[..], [5, 0]);
    apply_fill(&region, None, 1000, &[]).unwrap();
    apply_fill(&region, None, 0, &[1; 1000]).unwrap();
    for (start, len) in [(1000, 1), (0, 1001), (u64::MAX, 1), (999, 2)] {
        let result = apply_fill(&region, None, start, &vec![2; len]);
        assert!(matches!(result, Err(ApplyError::Range { size: 1000, .. })));
    }
    assert!(content(&region).iter().all(|&byte| byte == 1));
}
