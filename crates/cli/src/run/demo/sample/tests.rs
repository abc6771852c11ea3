mod compositor;

use std::os::unix::net::UnixListener;

use farway_proto::wayland::Fixed;

use super::stats::Histogram;
use super::*;
use compositor::Compositor;

#[test]
fn nobody_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let error = Sample::connect(&folder.path().join("wayland-0")).unwrap_err();
    assert!(matches!(error, SampleError::Connect { .. }), "{error}");
}

/// Starts the sample against a compositor that `serve` plays; returns how it ended.
fn run(serve: impl FnOnce(&mut Compositor)) -> Result<SampleReport, SampleError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wayland-0");
    let listener = UnixListener::bind(&path).unwrap();
    let client = std::thread::spawn(move || {
        let (_waker, stop) = farway_sys::event::waker().unwrap();
        Sample::connect(&path)?.run(&stop)
    });
    let mut compositor = Compositor::accept(&listener);
    serve(&mut compositor);
    drop(compositor);
    client.join().unwrap()
}

/// Brings the window up: its title is set, and one frame is there.
fn first_frame(compositor: &mut Compositor) {
    assert!(compositor.serve(|seen| !seen.title.is_empty()));
    compositor.configure(0, 0, 7);
    assert!(compositor.serve(|seen| seen.frames == 1));
}

#[test]
fn frames_follow_callbacks_and_sizes_are_followed() {
    let report = run(|compositor| {
        first_frame(compositor);
        assert_eq!(compositor.seen.title, "farway demo");
        assert_eq!(compositor.seen.bound["xdg_wm_base"], 3);
        assert_eq!(
            (&compositor.seen.sizes[..], &compositor.seen.acked[..]),
            (&[(960, 600); 3][..], &[7][..])
        );
        for frame in 2..6 {
            compositor.shown();
            assert!(compositor.serve(|seen| seen.frames == frame));
        }
        // No frame comes before the last one was shown.
        for serial in 0..3 {
            compositor.tell("xdg_wm_base", "ping", |it| it.uint(serial));
            assert!(compositor.serve(|seen| seen.pongs.len() > serial as usize));
        }
        assert_eq!((compositor.seen.frames, &compositor.seen.pongs[..]), (5, &[0, 1, 2][..]));
        // A new size is shown at once.
        compositor.configure(400, 300, 8);
        assert!(compositor.serve(|seen| seen.frames == 6));
        assert_eq!((compositor.seen.sizes[3], compositor.seen.acked[1]), ((400, 300), 8));
        for frame in 7..10 {
            compositor.shown();
            assert!(compositor.serve(|seen| seen.frames == frame));
        }
        // Those of the old size are gone, the one that was on the screen then too.
        assert_eq!(compositor.seen.destroyed, 3);
        compositor.tell("xdg_toplevel", "close", |it| it);
        assert!(!compositor.serve(|_| false));
    });
    let report = report.unwrap();
    assert_eq!((report.frames, report.latencies.count()), (9, 7));
    assert!(report.first_frame.is_some() && report.damaged >= 960 * 600 * 4 + 400 * 300 * 4);
}

#[test]
fn input_of_any_kind_is_taken() {
    let report = run(|compositor| {
        compositor.serve(|seen| seen.bound.contains_key("wl_seat"));
        compositor.tell("wl_seat", "capabilities", |it| it.uint(7));
        first_frame(compositor);
        compositor.tell("wl_keyboard", "modifiers", |it| it.uint(1).uint(1).uint(0).uint(0).uint(0));
        compositor.tell("wl_keyboard", "key", |it| it.uint(2).uint(0).uint(35).uint(1));
        let at = Fixed(300 * 256);
        let surface = farway_proto::wayland::ObjectId(1);
        compositor.tell("wl_pointer", "enter", |it| it.uint(3).object(surface).fixed(at).fixed(at));
        compositor.tell("wl_pointer", "button", |it| it.uint(4).uint(0).uint(0x110).uint(1));
        compositor
            .tell("wl_pointer", "motion", |it| it.uint(0).fixed(Fixed(i32::MIN)).fixed(Fixed(i32::MAX)));
        compositor.shown();
        assert!(compositor.serve(|seen| seen.frames == 2));
        compositor.tell("wl_pointer", "leave", |it| it.uint(5).object(surface));
        compositor.shown();
        assert!(compositor.serve(|seen| seen.frames == 3));
        compositor.tell("xdg_toplevel", "close", |it| it);
        assert!(!compositor.serve(|_| false));
    });
    assert_eq!(report.unwrap().frames, 3);
}

#[test]
fn an_error_of_the_compositor_is_told() {
    let error = run(|compositor| {
        first_frame(compositor);
        let surface = farway_proto::wayland::ObjectId(1);
        compositor.tell("wl_display", "error", |it| it.object(surface).uint(3).str(b"no"));
        assert!(!compositor.serve(|_| false));
    });
    assert_eq!(error.unwrap_err().to_string(), "the compositor reports error 3 of wl_display #1: no");
    let error = run(first_frame);
    assert!(matches!(error, Err(SampleError::Gone)));
}

/// Against a compositor whose socket `FARWAY_DEMO_DISPLAY` names, for `FARWAY_DEMO_SECONDS`.
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
