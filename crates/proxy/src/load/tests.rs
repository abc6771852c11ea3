use std::time::{Duration, Instant};

use super::{App, Beat, Pace, Sink, Workload, keymap};

const PATIENCE: Duration = Duration::from_secs(10);

#[test]
fn application_and_sink_understand_each_other() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("sink");
    let sink = Sink::listen(&path).expect("listens");
    for workload in Workload::ALL {
        let mut app = App::connect(&path, workload).expect("connects");
        let frames = sink.accept(PATIENCE).expect("somebody comes");
        for _ in 0..5 {
            app.show().expect("shows");
            app.wait().expect("is asked for more");
            frames.commits.recv_timeout(PATIENCE).expect("a commit");
        }
        frames.ask();
        app.show().expect("shows");
        app.wait().expect("is asked for more");
        assert!(frames.pixels().expect("pixels") == app.shown().expect("read"), "{workload:?}");
    }
}

#[test]
fn a_display_shows_a_frame_for_each_refresh_and_keys_are_answered() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("sink");
    let beat = Beat::new(Instant::now(), 200.0);
    let sink = Sink::listen_at(&path, Pace::Display(beat)).expect("listens");
    let mut app = App::connect(&path, Workload::Cursor).expect("connects");
    let frames = sink.accept(PATIENCE).expect("somebody comes");
    let begin = Instant::now();
    for number in 1..=20 {
        app.show().expect("shows");
        app.wait().expect("is asked for more");
        let (commit, _) = frames.visible.recv_timeout(PATIENCE).expect("visible");
        assert_eq!(commit, number);
    }
    assert!(begin.elapsed() >= beat.period() * 19, "not more than one for each refresh");
    frames.press().expect("a keyboard");
    assert!(app.wait_key(PATIENCE).expect("lives"));
    assert!(!app.wait_key(Duration::ZERO).expect("lives"), "the key was let go of, not pressed again");
    frames.ask_for(app.frames());
    assert!(frames.pixels().expect("pixels") == app.shown().expect("read"));
}

#[test]
fn the_keymap_is_as_long_as_real_ones() {
    assert!((60_000..90_000).contains(&keymap().len()), "{}", keymap().len());
}
