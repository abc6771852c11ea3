//! A session whose link breaks all the time, while a command counts and an application animates: every byte and every
//! frame is accounted for. `FARWAY_SOAK_SECONDS` makes it long; the default only shows that it works.

use farway_proxy::load::{App, Sink, Workload};
use farway_testkit::need;
use farway_testkit::real::RealError;
use farway_testkit::real::ssh::{Cut, Far, Relay, Scene, Stdio, farway_ssh};
use farway_testkit::real::wait::{self, DEADLINE};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Says where applications go, and then counts until its input ends.
const COMMAND: &str =
    "echo $WAYLAND_DISPLAY; while :; do i=$((i+1)); echo $i; sleep 0.01; done & cat >/dev/null; kill $!";

fn seconds() -> u64 {
    std::env::var("FARWAY_SOAK_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(8)
}

fn io_error(error: io::Error) -> RealError {
    RealError::Refused(error.to_string())
}

/// Numbers from 1, one a line, none missing and none twice; the last of them.
fn last_of(text: &str) -> usize {
    let mut last = 0;
    for line in text.lines() {
        last += 1;
        assert_eq!(line, last.to_string());
    }
    last
}

/// Shows frames until it is told to stop, each after the answer to the one before.
fn animate(mut app: App, stop: &AtomicBool, count: &AtomicU64) -> io::Result<App> {
    while !stop.load(Ordering::Relaxed) {
        app.show()?;
        app.wait()?;
        count.fetch_add(1, Ordering::Relaxed);
    }
    Ok(app)
}

#[test]
fn frames_and_bytes_survive_a_link_that_breaks_every_second() -> Result<(), RealError> {
    need!("sshd", "ssh", "unshare");
    let mut scene = Scene::with("ssh_soak", Far::with_farway(), &[])?;
    let display = scene.sandbox.folder("sink")?.join("wayland-sink");
    let sink = Sink::listen(&display).map_err(io_error)?;
    let relay = Relay::start(scene.server.port(), Duration::from_millis(5))?;
    let mut words = scene.server.client().through(&relay)?.openssh();
    words.push(COMMAND.into());
    let mut talk = farway_ssh(&scene.sandbox, Some(&display), Stdio::Pipes, &[], &words)?;
    let name = wait::until("the display's name", DEADLINE, || {
        Ok(talk.text().split_once('\n').map(|(name, _)| name.to_owned()))
    })?;
    let far_display = scene.server.machine().runtime().join(name);
    let connecting = std::thread::spawn(move || App::connect(&far_display, Workload::Scroll));
    let shown = sink.accept(DEADLINE).map_err(io_error)?;
    let app = connecting.join().expect("no panic").map_err(io_error)?;
    let (stop, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let (its_stop, its_count) = (Arc::clone(&stop), Arc::clone(&count));
    let animation = std::thread::spawn(move || animate(app, &its_stop, &its_count));

    let mut rng = SmallRng::seed_from_u64(seconds());
    let end = Instant::now() + Duration::from_secs(seconds());
    let mut cuts = 0;
    while Instant::now() < end {
        // A second on average, and always after something has moved.
        let pause = Duration::from_millis(rng.random_range(100..1900));
        let (until, before) = (Instant::now() + pause, count.load(Ordering::Relaxed));
        wait::until("frames go on", DEADLINE, || {
            let moved = count.load(Ordering::Relaxed) > before;
            Ok((Instant::now() >= until && moved).then_some(()))
        })?;
        relay.cut_after(rng.random_range(0..50_000), Cut::Reset);
        relay.wait("the link is cut", |traffic| traffic.open == 0)?;
        relay.heal();
        cuts += 1;
    }
    stop.store(true, Ordering::Relaxed);
    let mut app = animation.join().expect("no panic").map_err(io_error)?;
    // All that was shown was seen, and what is seen last is what was shown last.
    let frames = count.load(Ordering::Relaxed);
    // Some may still be on their way: their callbacks were answered ahead.
    shown.ask_for(frames + 1);
    app.show().and_then(|_| app.wait()).map_err(io_error)?;
    assert!(shown.pixels().map_err(io_error)? == app.shown().map_err(io_error)?, "other pixels");
    assert_eq!(shown.commits.try_iter().count() as u64, frames + 1);
    drop(app);
    talk.close_input();
    let status = talk.finish()?;
    let text = talk.text();
    let lines = last_of(text.split_once('\n').map_or("", |(_, rest)| rest));
    println!("{cuts} cuts, {frames} frames, {lines} lines; {status}");
    assert!(cuts > 0 && lines > 100);
    scene.expect_nothing_left()
}
