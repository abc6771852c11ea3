use super::{ALIGN, GAP, Interval, Intervals, MAX_INTERVALS};
use proptest::prelude::*;

/// The size of the space of the brute force model, in blocks.
const BLOCKS: usize = 100;

fn iv(start: u64, end: u64) -> Interval {
    Interval { start, end }
}

/// One flag per block; a hole of a single block is smaller than the gap and filled.
fn brute(input: &[Interval]) -> Vec<Interval> {
    let mut blocks = [false; BLOCKS];
    for i in input.iter().filter(|i| !i.is_empty()) {
        let first = (i.start / ALIGN) as usize;
        blocks[first..i.end.div_ceil(ALIGN) as usize].fill(true);
    }
    let filled: Vec<bool> = (0..BLOCKS)
        .map(|b| blocks[b] || (b > 0 && blocks[b - 1] && blocks.get(b + 1).copied().unwrap_or(false)))
        .collect();
    let mut out: Vec<Interval> = Vec::new();
    for b in (0..BLOCKS).filter(|b| filled[*b]) {
        let at = b as u64 * ALIGN;
        match out.last_mut() {
            Some(last) if last.end == at => last.end += ALIGN,
            _ => out.push(iv(at, at + ALIGN)),
        }
    }
    out
}

fn some_intervals() -> impl Strategy<Value = Vec<Interval>> {
    let top = BLOCKS as u64 * ALIGN;
    let one = (0..top, prop_oneof![0..4u64, 0..200u64, 0..2000u64]);
    prop::collection::vec(one.prop_map(move |(start, len)| iv(start, (start + len).min(top))), 0..24)
}

fn collect(input: &[Interval]) -> Intervals {
    let mut out = Intervals::new();
    input.iter().for_each(|i| out.add(*i));
    out
}

proptest! {
    #[test]
    fn adding_equals_brute_force(input in some_intervals()) {
        let set = collect(&input);
        prop_assert_eq!(set.as_slice(), &brute(&input)[..]);
        prop_assert_eq!(set.total(), set.as_slice().iter().map(Interval::len).sum::<u64>());
        prop_assert_eq!(set.is_empty(), input.iter().all(Interval::is_empty));
        for pair in set.as_slice().windows(2) {
            prop_assert!(pair[0].end + GAP <= pair[1].start);
        }
    }

    #[test]
    fn merging_equals_brute_force(a in some_intervals(), b in some_intervals()) {
        let mut set = collect(&a);
        set.merge(&collect(&b));
        prop_assert_eq!(set.as_slice(), &brute(&[a, b].concat())[..]);
    }

    #[test]
    fn clipping_keeps_what_is_below(input in some_intervals(), end in 0..7000u64) {
        let mut set = collect(&input);
        set.clip(end);
        let expected: Vec<Interval> = brute(&input)
            .into_iter()
            .map(|i| iv(i.start, i.end.min(end)))
            .filter(|i| !i.is_empty())
            .collect();
        prop_assert_eq!(set.as_slice(), &expected[..]);
    }

    #[test]
    fn splitting_keeps_every_byte(input in some_intervals(), blocks in 1..40u64, end in 0..7000u64) {
        let mut set = collect(&input);
        set.clip(end);
        let max = blocks * ALIGN;
        let parts = set.split(max);
        prop_assert_eq!(parts.len() as u64, set.total().div_ceil(max));
        let sizes: Vec<u64> = parts.iter().map(|p| p.iter().map(Interval::len).sum()).collect();
        if let (Some(least), Some(most)) = (sizes.iter().min(), sizes.iter().max()) {
            prop_assert!(*least > 0 && *most <= max);
            prop_assert!(most - least < 2 * ALIGN);
        }
        // Glued together again, the parts are the set.
        let mut glued: Vec<Interval> = Vec::new();
        for part in parts.concat() {
            prop_assert!(part.start % ALIGN == 0 && !part.is_empty());
            match glued.last_mut() {
                Some(last) if last.end == part.start => last.end = part.end,
                _ => glued.push(part),
            }
        }
        prop_assert_eq!(&glued[..], set.as_slice());
    }

    #[test]
    fn no_input_panics(input in prop::collection::vec(any::<(u64, u64)>(), 0..20), end: u64) {
        let mut set = Intervals::new();
        for (start, end) in input {
            set.add(iv(start, end));
            set.add(iv(start, u64::MAX));
        }
        let copy = set.clone();
        set.merge(&copy);
        prop_assert_eq!(&set, &copy);
        let _ = (set.total(), set.split(u64::MAX));
        set.clip(end);
    }
}

#[test]
fn the_gap_is_exact() {
    let mut set = collect(&[iv(0, 1), iv(128, 129)]);
    assert_eq!(set.as_slice(), [iv(0, 192)]);
    set.add(iv(192 + 128, 192 + 129));
    assert_eq!(set.as_slice(), [iv(0, 192), iv(320, 384)]);
    set.add(iv(255, 256));
    assert_eq!(set.as_slice(), [iv(0, 384)]);
    set.clear();
    assert!(set.is_empty() && set.split(64).is_empty());
}

#[test]
fn the_number_is_bounded_and_nothing_is_lost() {
    let mut set = Intervals::new();
    let all = MAX_INTERVALS as u64 * 3;
    (0..all).for_each(|i| set.add(iv(i * 1024, i * 1024 + 1)));
    assert!(set.as_slice().len() <= MAX_INTERVALS);
    let list = set.as_slice();
    for i in 0..all {
        let holder = list.partition_point(|x| x.end <= i * 1024);
        assert!(list[holder].start <= i * 1024);
    }
    assert!(list.windows(2).all(|p| p[0].end + GAP <= p[1].start));
}
