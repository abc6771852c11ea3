//! 7.10: clocks.

use super::*;

const SECOND: i64 = 1_000_000_000;

fn feedback(role: Role, config: Config) -> Rig {
    let mut rig = Rig::new(role, config);
    rig.engine.state.objects.insert(ObjectId(8), by_name(b"wp_presentation").unwrap());
    rig.engine.state.objects.insert(ObjectId(9), by_name(b"wp_presentation_feedback").unwrap());
    rig
}

fn presented(seconds: u64, nanoseconds: u32) -> Builder {
    let it = event("wp_presentation_feedback", "presented", 9);
    it.uint((seconds >> 32) as u32).uint(seconds as u32).uint(nanoseconds).uint(16).uint(1).uint(2).uint(3)
}

fn clock(id: u32) -> Builder {
    event("wp_presentation", "clock_id", 8).uint(id)
}

/// Seconds, nanoseconds and the words behind them.
fn read(body: &[u8]) -> (u64, u32, Vec<u32>) {
    let words: Vec<u32> = body.chunks(4).map(|b| u32::from_le_bytes(b.try_into().unwrap())).collect();
    (u64::from(words[0]) << 32 | u64::from(words[1]), words[2], words[3..].to_vec())
}

/// T1, T8: sums are carried, also at a whole second and beyond 32 bits of seconds; times never go below zero.
#[test]
fn t1_t8_sums() {
    let cases = [
        (5, 999_999_999, 1, 6, 0),
        (5, 0, -1, 4, 999_999_999),
        (0, 5, -10 * SECOND, 0, 0),
        (11_000_000_000_000, 7, SECOND, 11_000_000_000_001, 7),
        (u64::from(u32::MAX), 999_999_999, 1, 1 << 32, 0),
    ];
    for (seconds, nanoseconds, offset, to_seconds, to_nanoseconds) in cases {
        let mut rig = feedback(Role::Display, Config::default());
        rig.now.monotonic_offset = offset;
        rig.local([clock(1)], 0).local([presented(seconds, nanoseconds)], 0);
        let body = rig.frames.last().and_then(Frame::body).unwrap()[Header::SIZE..].to_vec();
        assert_eq!(read(&body), (to_seconds, to_nanoseconds, vec![16, 1, 2, 3]));
        // And back.
        let mut rig = feedback(Role::App, Config::default());
        rig.now.monotonic_offset = -offset;
        rig.messages([(clock(1), 0), (presented(seconds, nanoseconds), 0)]);
        assert_eq!(read(&rig.local[1].2), (to_seconds, to_nanoseconds, vec![16, 1, 2, 3]));
    }
}

/// T2: a second is no nanosecond; and a time has an end.
#[test]
fn t2_not_a_time() {
    for (seconds, nanoseconds) in [(0, SECOND as u32), (0, u32::MAX), (u64::MAX, 999_999_999)] {
        let mut rig = feedback(Role::Display, Config::default());
        rig.now.monotonic_offset = i64::MAX;
        rig.local([clock(1)], 0);
        let result = rig.try_local([presented(seconds, nanoseconds)], 0);
        assert_eq!(result, fault(Party::Compositor, Reason::Timestamp));
    }
}

/// T3: a time before its clock is known is taken for a monotonic one, and noted.
#[test]
fn t3_no_clock_yet() {
    let mut rig = feedback(Role::Display, Config::default());
    rig.now = Now { monotonic_offset: 3 * SECOND, presentation_offset: 50 * SECOND, ..rig.now };
    rig.local([presented(1, 0)], 0);
    let body = rig.frames.last().and_then(Frame::body).unwrap()[Header::SIZE..].to_vec();
    assert_eq!(read(&body).0, 4);
    assert_eq!(rig.notes, [Note::NoClock]);
}

/// T4: the object that told the clock may be gone.
#[test]
fn t4_presentation_gone() {
    let mut rig = feedback(Role::App, Config::default());
    rig.messages([(clock(1), 0)]);
    rig.local([request("wp_presentation", "destroy", 8)], 0);
    rig.messages([(event("wl_display", "delete_id", 1).uint(8), 0), (presented(1, 0), 0)]);
    assert_eq!(rig.local.len(), 3);
}

/// T5: clocks have the numbers of Linux on the way, and those of the system at its ends; one for a connection.
#[test]
fn t5_clock_numbers() {
    let config = Config { clocks: vec![(4, 1)], ..Config::default() };
    let mut rig = feedback(Role::Display, config.clone());
    rig.local([clock(4)], 0);
    let body = rig.frames.last().and_then(Frame::body).unwrap()[Header::SIZE..].to_vec();
    assert_eq!(body, [1, 0, 0, 0]);
    assert_eq!(rig.engine.presentation_clock(), Some(4));
    assert_eq!(rig.try_local([clock(5)], 0), fault(Party::Compositor, Reason::ClockChanged));
    let mut rig = feedback(Role::App, config);
    rig.messages([(clock(1), 0), (clock(1), 0)]);
    assert_eq!(rig.local[0].2[..], [4, 0, 0, 0]);
    assert_eq!(rig.engine.presentation_clock(), Some(4));
}
