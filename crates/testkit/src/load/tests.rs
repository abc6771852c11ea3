use std::time::Duration;

use super::{App, Sink, Workload};

#[test]
fn application_and_sink_understand_each_other() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("sink");
    let sink = Sink::listen(&path).expect("listens");
    for workload in [Workload::Typing, Workload::Scroll, Workload::Noise, Workload::Photo] {
        let to = path.clone();
        let connecting = std::thread::spawn(move || App::connect(&to, workload).expect("connects"));
        let frames = sink.accept(Duration::from_secs(5)).expect("somebody comes");
        let mut app = connecting.join().expect("no panic");
        for _ in 0..5 {
            app.show().expect("shows");
            app.wait().expect("is asked for more");
            frames.commits.recv_timeout(Duration::from_secs(5)).expect("a commit");
        }
        frames.ask();
        app.show().expect("shows");
        app.wait().expect("is asked for more");
        assert!(frames.pixels().expect("pixels") == app.shown().expect("read"));
    }
}
