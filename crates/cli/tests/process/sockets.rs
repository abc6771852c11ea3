//! Socket files: names, and that they are gone after every way of ending.

use std::os::unix::net::UnixListener;

use rustix::process::Signal;

use crate::support::{Running, Sandbox};

const SIGNALS: [(Signal, i32); 3] = [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)];

/// A signal to us is passed on, and the command's answer is our answer.
#[test]
fn a_server_that_is_told_to_end_tells_its_command() {
    for (signal, code) in SIGNALS {
        let sandbox = Sandbox::new();
        // exec: a shell would wait for its child before it dies.
        let mut running = Running::start(&mut sandbox.farway(&["server", "sh", "-c", "echo up; exec cat"]));
        assert_eq!(running.line(), "up");
        assert_eq!(sandbox.names().len(), 1);
        running.signal(signal);
        running.end_with_stdin_open().expect(code);
        assert_eq!(sandbox.names(), [""; 0], "{signal:?}");
    }
}

#[test]
fn a_command_may_answer_a_signal_with_its_own_code() {
    let sandbox = Sandbox::new();
    let script = "trap 'exit 9' TERM; echo up; read x";
    let mut running = Running::start(&mut sandbox.farway(&["server", "sh", "-c", script]));
    assert_eq!(running.line(), "up");
    running.signal(Signal::TERM);
    running.end_with_stdin_open().expect(9);
}

/// One that ignores it does not keep us for ever.
#[test]
fn a_second_signal_ends_a_server_at_once() {
    for oneshot in [false, true] {
        for (signal, code) in SIGNALS {
            let sandbox = Sandbox::new();
            let _client = UnixListener::bind(sandbox.path("c")).unwrap();
            let script =
                "trap 'echo heard' INT TERM HUP; echo up; until read x; do test -e off && exit; done";
            let mode: &[&str] = if oneshot { &["-o", "-s", "c"] } else { &["-s", "c"] };
            let mut command = sandbox.farway(&[mode, &["server", "sh", "-c", script]].concat());
            let mut running = Running::start(&mut command);
            assert_eq!(running.line(), "up");
            running.signal(signal);
            assert_eq!(running.line(), "heard");
            running.signal(signal);
            std::fs::write(sandbox.path("off"), "").unwrap();
            running.end_with_stdin_open().expect(code);
            assert_eq!(sandbox.names(), ["c", "off"], "{signal:?}");
        }
    }
}

#[test]
fn ignored_signals_stay_ignored() {
    let sandbox = Sandbox::new();
    let mut command = std::process::Command::new("sh");
    sandbox.prepare(&mut command);
    let script = "trap '' HUP INT; exec \"$0\" server sh -c 'echo up; read x; exit 3'";
    let mut running = Running::start(command.args(["-c", script, env!("CARGO_BIN_EXE_farway")]));
    assert_eq!(running.line(), "up");
    running.signal(Signal::HUP);
    running.signal(Signal::INT);
    running.end().expect(3);
}

#[test]
fn a_display_that_exists_is_left_alone() {
    let sandbox = Sandbox::new();
    let _other = UnixListener::bind(sandbox.path("d")).unwrap();
    let ended = sandbox.run(&["--display", "d", "server", "echo", "no"]).expect(255);
    assert_eq!(ended.out, "");
    ended.says(&["exists already", "--display"]);
    assert_eq!(sandbox.names(), ["d"]);
}

#[test]
fn the_channel_socket_is_removed_only_when_asked() {
    let sandbox = Sandbox::new();
    let channel = UnixListener::bind(sandbox.path("c")).unwrap();
    sandbox.run(&["-s", "c", "server", "true"]).expect(0);
    assert_eq!(sandbox.names(), ["c"]);
    sandbox.run(&["-s", "c", "--unlink-socket", "server", "true"]).expect(0);
    assert_eq!(sandbox.names(), [""; 0]);
    drop(channel);
    // Only sockets are removed.
    std::fs::write(sandbox.path("file"), "precious").unwrap();
    sandbox.run(&["-s", "file", "--unlink-socket", "server", "true"]).expect(0);
    sandbox.run(&["-s", "missing", "--unlink-socket", "server", "no-such-command"]).expect(127);
    assert_eq!(sandbox.names(), ["file"]);
}

#[test]
fn oneshot_removes_the_channel_socket_once_connected() {
    let sandbox = Sandbox::new();
    let channel = UnixListener::bind(sandbox.path("c")).unwrap();
    let args = ["-o", "-s", "c", "--unlink-socket", "server", "sh", "-c", "echo up; read x; exit 6"];
    let mut running = Running::start(&mut sandbox.farway(&args));
    assert_eq!(running.line(), "up");
    let stream = channel.accept().unwrap();
    crate::support::wait_for("the removal", || sandbox.names().is_empty().then_some(()));
    // What has the name now is somebody else's.
    let _next = UnixListener::bind(sandbox.path("c")).unwrap();
    drop(stream);
    running.end().expect(6);
    assert_eq!(sandbox.names(), ["c"]);
}

#[test]
fn oneshot_removes_the_channel_socket_although_there_was_no_connection() {
    let sandbox = Sandbox::new();
    let _channel = UnixListener::bind(sandbox.path("c")).unwrap();
    sandbox.run(&["-o", "-s", "c", "--unlink-socket", "server", "no-such-command"]).expect(127);
    assert_eq!(sandbox.names(), [""; 0]);
    drop(UnixListener::bind(sandbox.path("dead")).unwrap());
    sandbox.run(&["-o", "-s", "dead", "--unlink-socket", "server", "cat"]).expect(255);
    assert_eq!(sandbox.names(), [""; 0]);
}

/// Only where a socket can be reached through its open folder.
#[test]
#[cfg_attr(farway_portable, ignore = "needs what only some systems have")]
fn long_folders_do_not_matter() {
    let sandbox = Sandbox::new();
    let long = "d".repeat(120);
    let folder = sandbox.path(&long).join(&long);
    std::fs::create_dir_all(&folder).unwrap();
    let name = "n".repeat(80);
    let script = "test -S \"$XDG_RUNTIME_DIR/$WAYLAND_DISPLAY\" && echo there";
    let mut command = sandbox.farway(&["--display", &name, "server", "sh", "-c", script]);
    let ended = Running::start(command.env("XDG_RUNTIME_DIR", &folder)).end().expect(0);
    assert_eq!(ended.out, "there\n");
    // Applications have no such trick, so the user should know.
    ended.says(&["too long for most applications"]);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
}

/// Only where a socket can be reached through its open folder.
#[test]
#[cfg_attr(farway_portable, ignore = "needs what only some systems have")]
fn names_at_the_limit() {
    let sandbox = Sandbox::new();
    // The whole path, as far as applications can go.
    let room = 107 - sandbox.path("").to_str().unwrap().len();
    let ended = sandbox.run(&["--display", &"x".repeat(room), "server", "true"]).expect(0);
    assert_eq!(ended.err, "");
    let ended = sandbox.run(&["--display", &"x".repeat(108), "server", "true"]).expect(255);
    ended.says(&["too long (108 bytes, at most 107)"]);
    let ended = sandbox.run(&["--display", "missing/d", "server", "true"]).expect(255);
    ended.says(&["missing", "not a directory that exists"]);
    assert_eq!(sandbox.names(), [""; 0]);
}
