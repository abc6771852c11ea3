//! A compositor of our own as a process, and the demo: sockets, questions, the end.

use rustix::process::Signal;

use crate::support::{Ended, Running, Sandbox, mode, wait_for};

fn start(sandbox: &Sandbox, args: &[&str]) -> Running {
    Running::start(&mut sandbox.farway(args))
}

/// Waits until a compositor answers.
fn answers(sandbox: &Sandbox, name: &str) {
    let args = ["view", "windows", "--json", "--display", name];
    let ended = wait_for(name, || Some(sandbox.run(&args)).filter(|it| it.code == Some(0)));
    assert_eq!(ended.out.trim(), "[]");
}

/// Width and height in the header of a PNG file.
fn png_size(bytes: &[u8]) -> (u32, u32) {
    assert!(bytes.starts_with(b"\x89PNG"));
    let word = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    (word(16), word(20))
}

#[test]
fn a_compositor_is_there_until_it_is_told_to_end() {
    let sandbox = Sandbox::new();
    let mut one = start(&sandbox, &["view", "--headless", "--size", "320x200"]);
    assert!(one.error_line().contains("WAYLAND_DISPLAY=farway-0"));
    answers(&sandbox, "farway-0");
    assert_eq!(sandbox.names(), ["farway-0", "farway-0.control", "farway-0.lock"]);
    for name in sandbox.names() {
        assert_eq!(mode(&sandbox.path(&name)), 0o600, "{name}");
    }
    // The next one has the next name, and then a question must say whom it is for.
    let mut two = start(&sandbox, &["view", "--headless"]);
    answers(&sandbox, "farway-1");
    sandbox.run(&["view", "windows"]).expect(255).says(&["farway-0, farway-1", "--display"]);
    two.signal(Signal::TERM);
    two.end_with_stdin_open().expect(143);
    sandbox.run(&["view", "screenshot", "shot.png"]).expect(0);
    assert_eq!(png_size(&std::fs::read(sandbox.path("shot.png")).unwrap()), (320, 200));
    one.signal(Signal::INT);
    one.end_with_stdin_open().expect(130);
    assert_eq!(sandbox.names(), ["shot.png"]);
}

#[test]
fn what_was_killed_leaves_nothing_in_the_way() {
    let sandbox = Sandbox::new();
    let mut one = start(&sandbox, &["view", "--headless", "--display", "mine"]);
    answers(&sandbox, "mine");
    sandbox
        .run(&["view", "--headless", "--display", "mine"])
        .expect(255)
        .says(&["exists already", "--display"]);
    one.signal(Signal::KILL);
    let _ = one.end_with_stdin_open();
    sandbox.run(&["view", "windows"]).expect(255).says(&["no `farway view` is running"]);
    let mut two = start(&sandbox, &["view", "--headless", "--display", "mine"]);
    answers(&sandbox, "mine");
    two.signal(Signal::TERM);
    two.end_with_stdin_open().expect(143);
    assert_eq!(sandbox.names(), [""; 0]);
}

#[test]
fn a_command_decides_the_end_and_the_code() {
    let sandbox = Sandbox::new();
    let line = "test -S \"$XDG_RUNTIME_DIR/$WAYLAND_DISPLAY\" && exit 7";
    sandbox.run(&["view", "--headless", "--", "sh", "-c", line]).expect(7);
    sandbox.run(&["view", "--headless", "--", "/does/not/exist"]).expect(127).says(&["/does/not/exist"]);
    assert_eq!(sandbox.names(), [""; 0]);
}

#[test]
fn nonsense_is_refused() {
    let sandbox = Sandbox::new();
    let usages: [&[&str]; 7] = [
        &["view", "--size", "0x5"],
        &["view", "--scale", "nan"],
        &["view", "--refresh", "0"],
        &["view", "screenshot"],
        &["view", "foot"],
        &["demo", "--rtt", "soon"],
        &["demo", "--rate", "-3Mbit"],
    ];
    for usage in usages {
        assert_eq!(sandbox.run(usage).code, Some(2), "{usage:?}");
    }
    sandbox.run(&["view", "--headless", "--keyboard", "klingon"]).expect(255).says(&["klingon"]);
    let mut running = start(&sandbox, &["view", "--headless"]);
    answers(&sandbox, "farway-0");
    sandbox.run(&["view", "key", "ctrl+nonsense"]).expect(255).says(&["nonsense"]);
    sandbox.run(&["view", "type", "日"]).expect(255).says(&["no way to type"]);
    sandbox.run(&["view", "close", "99"]).expect(255).says(&["no window 99"]);
    sandbox.run(&["view", "screenshot", "x", "--output", "5"]).expect(255).says(&["no screen 5"]);
    sandbox.run(&["view", "clipboard"]).expect(255).says(&["no text"]);
    running.signal(Signal::TERM);
    running.end_with_stdin_open().expect(143);
}

#[test]
fn a_client_brings_its_compositor_where_there_is_none() {
    let sandbox = Sandbox::new();
    let mut running = start(&sandbox, &["-s", "c", "client"]);
    assert!(running.error_line().contains("--view"));
    drop(sandbox.connect("c"));
    answers(&sandbox, "farway-0");
    running.signal(Signal::TERM);
    running.end_with_stdin_open().expect(143);
    assert_eq!(sandbox.names(), [""; 0]);
}

#[test]
fn the_demo_shows_something_and_leaves_a_picture() {
    let sandbox = Sandbox::new();
    let number_in = |ended: &Ended, name: &str| {
        let rest = ended.out.split(&format!("\"{name}\":")).nth(1).expect(name);
        rest.split([',', '}']).next().unwrap().parse::<f64>().expect(name)
    };
    // As long as it takes for some frames: on a machine that is busy, much longer than a frame.
    let frames = |seconds: &&str| {
        let args =
            ["demo", "--headless", "--seconds", seconds, "--rtt", "4ms", "--rate", "unlimited", "--json"];
        let ended = sandbox.run(&args).expect(0);
        (number_in(&ended, "frames") >= 2.0).then_some(ended)
    };
    let ended = ["2", "8", "20"].iter().find_map(frames).expect("some frames");
    let number = |name: &str| number_in(&ended, name);
    assert!(number("sent_bytes") > 1000.0, "{ended:?}");
    assert!(number("packed_bytes") < number("differing_bytes"), "{ended:?}");
    assert!(number("differing_bytes") <= number("damaged_bytes"), "{ended:?}");
    let picture = std::fs::read(sandbox.path("farway-demo.png")).unwrap();
    assert_eq!(png_size(&picture), (1280, 720));
    // An empty screen would be a few hundred bytes.
    assert!(picture.len() > 10_000);
    assert_eq!(sandbox.names(), ["farway-demo.png"]);
}
