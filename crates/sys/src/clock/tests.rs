use super::*;

#[test]
fn time_goes_on() {
    let before = monotonic();
    assert!(before > 0 && monotonic() >= before);
}

#[test]
fn numbers_translate_both_ways() {
    assert_eq!(canonical_clock(0), Some(0));
    assert_eq!(local_clock(1).and_then(canonical_clock), Some(1));
    assert_eq!(canonical_clock(77), None);
    assert_eq!(local_clock(77), None);
    assert_eq!(ClockId::from_local(77), None);
    assert_eq!(ClockId::from_local(u32::MAX), None);
    let monotonic = ClockId::from_canonical(1).unwrap();
    assert_eq!(monotonic.canonical(), Some(1));
    assert_eq!(Some(monotonic), ClockId::from_local(monotonic.local()));
}

#[test]
fn offsets() {
    let real = ClockId::from_canonical(0).unwrap();
    assert!(offset_to_realtime(real).abs() < 50_000_000);
    let clock = ClockId::from_canonical(1).unwrap();
    let offset = i128::from(offset_to_realtime(clock));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as i128;
    assert!((i128::from(monotonic()) + offset - now).abs() < 1_000_000_000);
}
