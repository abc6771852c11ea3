use super::*;

#[test]
fn times_give_order_statistics() {
    let figures = Figures::of_times((0..200).rev().map(f64::from).collect());
    assert_eq!((figures.median, figures.p99, figures.spread), (Some(100.0), Some(198.0), Some(198.0)));
    assert_eq!(Figures::of_times(Vec::new()), Figures::default());
}

#[test]
fn ratios_are_of_what_both_have() {
    let ours = Figures { fps: Some(60.0), bytes: Some(10.0), cpu: Some(1.0), ..Figures::default() };
    let theirs = Figures { fps: Some(20.0), median: Some(3.0), cpu: Some(0.0), ..Figures::default() };
    assert_eq!(object(ours.ratios(&theirs)), json!({ "fps": 3.0 }));
    assert_eq!(
        object(ours.named()),
        json!({ "fps": 60.0, "bytes_per_frame": 10.0, "cpu_ms_per_frame": 1.0 })
    );
}
