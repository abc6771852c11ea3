use super::*;

fn axis(start: f64, len: f64, picture: i32, to: i32, to_len: i32) -> Axis {
    Axis::new(start, len, picture, to, to_len).expect("something to be seen")
}

#[test]
fn whole_factors_repeat_pixels() {
    let twice = axis(1.0, 3.0, 10, -4, 6);
    assert_eq!(twice.kernel, Kernel::Nearest);
    let firsts: Vec<i32> = (-4..2).map(|at| twice.span(at).0).collect();
    assert_eq!(firsts, [1, 1, 2, 2, 3, 3]);
    assert_eq!(axis(0.5, 3.0, 10, 0, 6).kernel, Kernel::Nearest);
    assert_eq!(axis(0.5, 3.0, 10, 0, 3).kernel, Kernel::Linear);
    assert_eq!(axis(0.0, 2.0, 2, 0, 3).kernel, Kernel::Linear);
    assert_eq!(axis(0.0, 4.0, 4, 0, 2).kernel, Kernel::Mean);
}

#[test]
fn linear_weights_are_the_distances() {
    let axis = axis(0.0, 2.0, 2, 0, 4 + 1);
    // The centres lie at 0.2, 0.6, 1.0, 1.4 and 1.8.
    let pairs: Vec<_> = (0..5).map(|at| axis.pair(at)).collect();
    assert_eq!(pairs, [(0, 0, 179), (0, 1, 26), (0, 1, 128), (0, 1, 230), (1, 1, 77)]);
}

#[test]
fn means_weigh_what_is_covered() {
    let mut taps = Taps::default();
    axis(0.0, 5.0, 5, 0, 2).taps(0, 2, 0, &mut taps);
    assert_eq!(taps.spans, [(0, 3), (2, 3)]);
    assert_eq!(taps.weights, [102, 103, 51, 51, 103, 102]);
}

#[test]
fn nonsense_shows_nothing_and_what_is_outside_shows_the_edge() {
    for (start, len) in [(f64::NAN, 1.0), (0.0, f64::INFINITY), (0.0, 0.0), (0.0, -1.0), (f64::INFINITY, 1.0)]
    {
        assert!(Axis::new(start, len, 10, 0, 10).is_none());
    }
    assert!(Axis::new(0.0, 1.0, 0, 0, 10).is_none());
    assert!(Axis::new(0.0, 1.0, 10, 0, 0).is_none());
    for (start, len, edge) in [(-1e300, 7.0, 0), (1e300, 7.0, 9), (50.0, 1e9, 9), (-50.0, 3.3, 0)] {
        let axis = axis(start, len, 10, i32::MIN, i32::MAX);
        assert_eq!(axis.span(i32::MIN), (edge, edge));
        assert_eq!(axis.span(i32::MAX), (edge, edge));
        let mut taps = Taps::default();
        axis.taps(0, 2, 0, &mut taps);
        assert_eq!(taps.spans.len(), 2);
    }
}
