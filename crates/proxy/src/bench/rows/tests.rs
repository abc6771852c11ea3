//! Pixels through both halves' work, and what is no rows of pixels.

#![allow(clippy::single_range_in_vec_init)] // one interval is a list too

use farway_proto::Rid;
use farway_proto::Ticket;
use farway_proto::damage::Interval;
use farway_proto::engine::{Done, Job};
use proptest::prelude::*;

use super::*;
use crate::bench::{Coding, Costs, run};

const RID: Rid = Rid(1);
const SIZE: u64 = 512 * 256;

fn coding(rate: u64) -> Coding {
    Coding::soonest(Compression::Lz4(0), rate, Costs::default())
}

/// What a program draws.
fn draw(content: &Content, of: impl Fn(u64) -> u8) {
    let bytes: Vec<u8> = (0..SIZE).map(of).collect();
    content.region.write(0, &bytes).expect("heap memory");
}

/// Smooth, with a little noise.
fn smooth(n: u64) -> u8 {
    let (x, y) = (n / 4 % 128, n / 512);
    let noise = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 61;
    if n % 4 == 3 { 255 } else { (x + y / 2 + noise) as u8 }
}

fn send(from: &Content, intervals: &[Range<u64>], pitch: u32, rate: u64) -> Option<Update> {
    let intervals = intervals.iter().map(|it| Interval { start: it.start, end: it.end }).collect();
    let job = Job::Diff { ticket: Ticket(1), rid: RID, intervals, tail: false, pitch, copies: None };
    match run(job, from, None, coding(rate), &mut Tools::default()) {
        Done::Update(_, update) => update,
        other => panic!("{other:?}"),
    }
}

fn receive(to: &Content, update: Update) -> Done {
    run(Job::Apply { ticket: Ticket(2), rid: RID, update }, to, None, coding(0), &mut Tools::default())
}

fn bytes(content: &Content) -> Vec<u8> {
    let mut bytes = vec![0; SIZE as usize];
    content.region.read(0, &mut bytes).expect("heap memory");
    bytes
}

#[test]
fn photographs_travel_as_pixels() {
    let pane: Vec<Range<u64>> = (0..200).map(|row| row * 512 + 64..row * 512 + 448).collect();
    let cut = 4 * 37..SIZE - 4 * 11;
    for intervals in [vec![0..SIZE], vec![cut.start / 64 * 64..cut.end / 64 * 64], pane] {
        let [from, to] = [true, true].map(|mirrored| Content::heap(SIZE, mirrored).expect("memory"));
        draw(&from, smooth);
        let update = send(&from, &intervals, 512, 2_000_000).expect("something changed");
        assert!(matches!(update, Update::Pixels { .. }), "{update:?}");
        let all: u64 = intervals.iter().map(|it| it.end - it.start).sum();
        assert_eq!(update.unpacked(), all);
        assert!((update.payload().len() as u64) < all / 2, "{} of {all}", update.payload().len());
        assert!(matches!(receive(&to, update), Done::Applied(_)));
        let (sent, got) = (bytes(&from), bytes(&to));
        for it in intervals.iter().map(|it| it.start as usize..it.end as usize) {
            assert_eq!(sent[it.clone()], got[it]);
        }
        // Mirrors are as the files: nothing differs now.
        assert_eq!(send(&from, &intervals, 512, 2_000_000), None);
    }
}

/// Drawings, noise, changes that are few, strange rows and quick links.
#[test]
fn others_travel_as_changes() {
    let kind = |of: fn(u64) -> u8, pitch, rate| {
        let from = Content::heap(SIZE, true).expect("memory");
        draw(&from, of);
        send(&from, &[0..SIZE], pitch, rate).expect("something changed")
    };
    let drawn = |n: u64| if n / 64 % 7 == 0 { 1 } else { 255 };
    let noise = |n: u64| {
        let mixed = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        ((mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 40) as u8
    };
    assert!(matches!(kind(drawn, 512, 2_000_000), Update::Packed { coding: coding::ZSTD, .. }));
    // Nothing helps; but on another day a channel might have been still.
    assert!(kind(noise, 512, 2_000_000).payload().len() as u64 <= SIZE + 100);
    assert!(matches!(kind(smooth, 0, 2_000_000), Update::Packed { .. }));
    assert!(matches!(kind(smooth, 512, 4_000_000_000), Update::Packed { coding: coding::NONE, .. }));
    assert_eq!(Rows::of(&[0..64, 512..640], 512), None);
    assert_eq!(Rows::of(&[], 512), None);
    let from = Content::heap(SIZE, true).expect("memory");
    draw(&from, |n| if n % 4096 < 64 { smooth(n) } else { 0 });
    let few = send(&from, &[0..SIZE], 512, 2_000_000);
    assert!(matches!(few, Some(Update::Packed { .. })));
}

proptest! {
    /// Whatever a peer says, nothing is written beyond the file, and nothing panics.
    #[test]
    fn nonsense(
        words in proptest::array::uniform5(0_u32..5000),
        payload in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let [start, pitch, row, total, coding] = words;
        let content = Content::heap(4096, true).expect("memory");
        let update = Update::Pixels { start, pitch, row, total, coding: coding % 5, payload: payload.into() };
        prop_assert!(matches!(receive(&content, update), Done::Failed(_, JobError::Malformed)));
    }
}
