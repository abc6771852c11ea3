use super::*;

#[test]
fn nobody_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let error = Sample::connect(&folder.path().join("wayland-0")).unwrap_err();
    assert!(matches!(error, SampleError::Connect { .. }), "{error}");
}

/// Against a compositor whose socket `FARWAY_DEMO_DISPLAY` names, for a while.
#[test]
#[ignore = "needs a compositor: FARWAY_DEMO_DISPLAY=/path/of/wayland-1"]
fn against_a_real_compositor() {
    let Some(display) = std::env::var_os("FARWAY_DEMO_DISPLAY") else { return };
    let sample = Sample::connect(Path::new(&display)).unwrap();
    let (waker, stop) = farway_sys::event::waker().unwrap();
    let running = std::thread::spawn(move || sample.run(&stop));
    let seconds = std::env::var("FARWAY_DEMO_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(3);
    std::thread::sleep(std::time::Duration::from_secs(seconds));
    waker.wake();
    let report = running.join().unwrap().unwrap();
    println!("{:?}", SampleReport { latencies: Histogram::default(), ..report.clone() });
    println!("p50 {:?} p99 {:?}", report.latencies.percentile(50), report.latencies.percentile(99));
    assert!(report.frames > 10);
}
