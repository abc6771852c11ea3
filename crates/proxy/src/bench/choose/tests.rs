//! What is chosen when.

use proptest::prelude::*;

use super::*;

/// A megabit per second, in bytes.
const MEGABIT: u64 = 125_000;
const JOB: (u64, Option<u64>) = (256 << 10, Some(256 << 10));

fn at(rate: u64, class: Class) -> Way {
    Costs::default().soonest(rate, class, JOB)
}

#[test]
fn the_slower_the_link_the_more_is_done() {
    assert_eq!(at(MEGABIT, Class::Drawn), Way::Hardest);
    assert_eq!(at(20 * MEGABIT, Class::Drawn), Way::Hard);
    assert_eq!(at(50 * MEGABIT, Class::Drawn), Way::Thorough);
    assert_eq!(at(100 * MEGABIT, Class::Drawn), Way::Quick);
    assert_eq!(at(1000 * MEGABIT, Class::Drawn), Way::Lz4);
    assert_eq!(at(20_000 * MEGABIT, Class::Drawn), Way::None);
    for class in [Class::Smooth, Class::Noise] {
        for rate in [0, MEGABIT, 20 * MEGABIT, 100 * MEGABIT, 1000 * MEGABIT] {
            assert_eq!(at(rate, class), Way::Predicted, "{rate} {class:?}");
        }
        assert_eq!(at(10_000 * MEGABIT, class), Way::None);
    }
}

#[test]
fn rows_that_changed_in_part() {
    let costs = Costs::default();
    assert_eq!(costs.soonest(100 * MEGABIT, Class::Smooth, (200_000, Some(256_000))), Way::Predicted);
    assert_eq!(costs.soonest(100 * MEGABIT, Class::Smooth, (60_000, Some(256_000))), Way::Quick);
    assert_ne!(costs.soonest(100 * MEGABIT, Class::Smooth, (256_000, None)), Way::Predicted);
}

fn sample(class: Class, way: Way, percent: u64, nanos: u64) -> Sample {
    Sample { class, way, before: 1_000_000, after: percent * 10_000, nanos }
}

#[test]
fn a_slow_machine_does_less() {
    let mut costs = Costs::default();
    for _ in 0..40 {
        costs.learn(sample(Class::Drawn, Way::Quick, 3, 10_000_000));
    }
    let way = |costs: &Costs, rate| costs.soonest(rate, Class::Drawn, JOB);
    assert_eq!(way(&costs, 50 * MEGABIT), Way::Lz4);
    assert_eq!(way(&costs, MEGABIT), Way::Hard);
    // It was only busy.
    for _ in 0..40 {
        costs.learn(sample(Class::Drawn, Way::Lz4, 7, 470_000));
        costs.learn(sample(Class::Drawn, Way::Quick, 3, 1_050_000));
    }
    assert_eq!(way(&costs, 50 * MEGABIT), Way::Thorough);
}

#[test]
fn content_that_resists_is_left_alone() {
    let mut costs = Costs::default();
    let link = 500 * MEGABIT;
    assert_eq!(costs.soonest(link, Class::Noise, JOB), Way::Predicted);
    for _ in 0..40 {
        costs.learn(sample(Class::Noise, Way::Predicted, 100, 1_200_000));
    }
    assert_eq!(costs.soonest(link, Class::Noise, JOB), Way::None);
    // The other classes are as they were.
    assert_eq!(costs.soonest(link, Class::Smooth, JOB), Way::Predicted);
}

#[test]
fn samples_that_cannot_be() {
    let mut costs = Costs::default();
    for (before, after, nanos) in [(0, 0, 0), (1, u64::MAX, u64::MAX), (u64::MAX, 0, 0), (1, 0, 1)] {
        for way in Way::ALL {
            costs.learn(Sample { class: Class::Drawn, way, before, after, nanos });
        }
    }
    for rate in [0, 1, u64::MAX] {
        let _ = costs.soonest(rate, Class::Drawn, (u64::MAX, Some(u64::MAX)));
    }
}

proptest! {
    /// Whatever was learnt, a slower link never makes more bytes of anything.
    #[test]
    fn order(
        samples in proptest::collection::vec((0..3_usize, 0..WAYS, 0..200_u64, 0..20_000_000_u64), 0..30),
        rate in 1..1_000_000_000_u64,
        slower in 1..100_u64,
    ) {
        let mut costs = Costs::default();
        let classes = [Class::Drawn, Class::Smooth, Class::Noise];
        for (class, way, percent, nanos) in samples {
            costs.learn(sample(classes[class], Way::ALL[way], percent, nanos));
        }
        for class in classes {
            let share = |rate| TABLE[class as usize][costs.soonest(rate, class, JOB) as usize].share.min(WHOLE);
            prop_assert!(share(rate / slower) <= share(rate));
        }
    }
}

/// To begin costs more than a few bytes are worth, unless the link is very slow.
#[test]
fn little_is_packed_quickly() {
    let costs = Costs::default();
    let way = |rate, bytes| costs.soonest(rate, Class::Drawn, (bytes, None));
    assert!(way(100 * MEGABIT, 300) <= Way::Lz4);
    assert!(way(20 * MEGABIT, 8000) > Way::Lz4);
}
