use std::time::Duration;

use super::super::profile::Jitter;
use super::*;

const MS: u64 = 1_000_000;

fn lane(text: &str) -> Lane {
    Lane::new(&text.parse().unwrap())
}

/// Everything that comes out until nothing is on its way, with the times.
fn drain(lane: &mut Lane) -> Vec<(u64, Bytes)> {
    let mut out = Vec::new();
    while let Some(at) = lane.next_ready() {
        if at > 0 {
            assert_eq!(lane.pop(at - 1), None, "nothing comes early");
        }
        match lane.pop(at) {
            Some(bytes) => out.push((at, bytes)),
            None => break,
        }
    }
    out
}

#[test]
fn a_byte_takes_half_a_round_trip() {
    let mut lane = lane("80ms,unlimited");
    assert_eq!(lane.push(5 * MS, b"hello"), 5);
    assert_eq!(lane.next_ready(), Some(45 * MS));
    assert_eq!(drain(&mut lane), [(45 * MS, Bytes::from_static(b"hello"))]);
    assert_eq!((lane.next_ready(), lane.held()), (None, 0));
}

#[test]
fn the_rate_is_kept_exactly() {
    // 8 Mbit/s is a byte each microsecond; the rate does not divide the pieces evenly in the second case.
    for (rate, wanted) in [("8Mbit", 200_000_000_u64), ("7Mbit", 228_571_428)] {
        let mut lane = lane(&format!("rtt=0,rate={rate},buffer=1MiB"));
        assert_eq!(lane.push(0, &[7; 200_000]), 200_000);
        let out = drain(&mut lane);
        assert_eq!(out.iter().map(|(_, bytes)| bytes.len()).sum::<usize>(), 200_000);
        assert_eq!(out.last().unwrap().0, wanted, "{rate}");
        for pair in out.windows(2) {
            let gap = pair[1].0 - pair[0].0;
            assert!(gap > 0 && gap <= 2 * MS, "smooth: {gap}");
        }
    }
}

#[test]
fn an_idle_link_saves_nothing_up() {
    let mut lane = lane("rtt=0,rate=8Mbit");
    lane.push(0, &[0; 1000]);
    drain(&mut lane);
    lane.push(1000 * MS, &[0; 1000]);
    assert_eq!(drain(&mut lane).last().unwrap().0, 1001 * MS);
}

#[test]
fn a_full_buffer_makes_the_sender_wait() {
    let mut lane = lane("rtt=80ms,rate=8Mbit,buffer=3000");
    assert_eq!(lane.push(0, &[1; 5000]), 3000);
    assert_eq!((lane.room(0), lane.push(0, b"x")), (0, 0));
    // The first piece leaves after 1.5 ms, long before it arrives.
    let next = lane.next_room(0).unwrap();
    assert_eq!(next, 1_500_000);
    assert_eq!(lane.room(next - 1), 0);
    assert_eq!(lane.room(next), 1500);
    assert_eq!(lane.next_room(next), None);
    assert_eq!(lane.push(next, &[2; 2000]), 1500);
}

#[test]
fn a_receiver_who_does_not_take_stops_the_sender_at_last() {
    for text in ["rtt=80ms,rate=8Mbit,buffer=3000", "80ms,unlimited"] {
        let mut lane = lane(text);
        let (mut now, mut pushed) = (0, 0);
        for _ in 0..40_000 {
            pushed += lane.push(now, &[0; 4096]);
            now += MS;
        }
        assert_eq!(pushed, lane.held());
        assert!(pushed <= UNLIMITED_WINDOW, "{text}: {pushed}");
        assert_eq!((lane.room(now), lane.next_room(now)), (0, None), "only taking helps");
        assert!(lane.pop(now).is_some());
        assert!(lane.room(now) > 0);
    }
}

#[test]
fn the_end_comes_last() {
    let mut lane = lane("rtt=80ms,rate=8Mbit");
    lane.push(0, &[0; 1000]);
    lane.finish(0);
    assert_eq!(lane.room(0), 0);
    assert_eq!(lane.push(0, b"late"), 0);
    assert!(!lane.is_finished(41 * MS));
    assert_eq!(lane.pop(41 * MS).unwrap().len(), 1000);
    assert!(!lane.is_finished(41 * MS - 1));
    assert_eq!(lane.next_ready(), Some(41 * MS));
    assert!(lane.is_finished(41 * MS));
}

#[test]
fn jitter_delays_within_bounds_keeps_order_and_repeats() {
    let profile = LinkProfile {
        rtt: Duration::from_millis(20),
        jitter: Some(Jitter { most: Duration::from_millis(5), seed: 42 }),
        ..LinkProfile::default()
    };
    let run = |profile: &LinkProfile| {
        let mut lane = Lane::new(profile);
        for n in 0..200_u64 {
            lane.push(n * MS, &n.to_le_bytes());
        }
        drain(&mut lane)
    };
    let out = run(&profile);
    assert_eq!(out.len(), 200);
    let mut distinct = std::collections::BTreeSet::new();
    for (n, (at, bytes)) in (0_u64..).zip(&out) {
        assert_eq!(bytes[..], n.to_le_bytes());
        let late = at - n * MS - 10 * MS;
        assert!(late <= 5 * MS, "{late}");
        distinct.insert(late);
    }
    assert!(distinct.len() > 50, "it varies");
    assert_eq!(out, run(&profile));
    assert_ne!(out, run(&profile.for_connection(1)));
}
