use super::*;

#[test]
fn refreshes_come_after_now_and_at_most_a_period_later() {
    let origin = Instant::now();
    let beat = Beat::new(origin, 60.0);
    for micros in [0, 1, 16_665, 16_667, 16_668, 1_000_000, 3_600_000_123] {
        let now = origin + Duration::from_micros(micros);
        let next = beat.after(now);
        assert!(next > now && next <= now + beat.period(), "at {micros}");
        assert_eq!(beat.after(next), next + beat.period());
    }
}
