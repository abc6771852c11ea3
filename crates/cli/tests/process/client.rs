//! The process that shows windows: its socket and its end.

use std::io::{Read, Write};
use std::os::unix::net::UnixListener;

use rustix::process::Signal;

use crate::support::{Sandbox, mode, wait_for};

#[test]
fn a_client_runs_until_it_is_told_to_end() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let sandbox = Sandbox::new();
        let (mut running, _compositor) = sandbox.client(&["-s", "c", "client"]);
        drop(sandbox.connect("c"));
        assert_eq!(mode(&sandbox.path("c")), 0o600);
        // The second is served after the first has gone.
        let channel = sandbox.connect("c");
        running.signal(signal);
        let ended = running.end_with_stdin_open().expect(code);
        assert_eq!(ended.out, "");
        assert_eq!(sandbox.names(), ["wayland-0"], "{signal:?}");
        drop(channel);
    }
}

#[test]
fn a_socket_that_exists_is_left_alone() {
    let sandbox = Sandbox::new();
    let _other = UnixListener::bind(sandbox.path("c")).unwrap();
    let (running, _compositor) = sandbox.client(&["-s", "c", "client"]);
    running.end().expect(255).says(&["c exists already", "remove it", "--socket"]);
    assert_eq!(sandbox.names(), ["c", "wayland-0"]);
}

#[test]
fn oneshot_removes_its_socket_with_the_first_connection() {
    let sandbox = Sandbox::new();
    let (mut running, _compositor) = sandbox.client(&["-o", "-s", "c", "client"]);
    let channel = sandbox.connect("c");
    wait_for("the removal", || (sandbox.names() == ["wayland-0"]).then_some(()));
    drop(channel);
    running.end_with_stdin_open().expect(0);
}

#[test]
fn an_inherited_compositor_serves_one_connection() {
    let sandbox = Sandbox::new();
    let (ours, theirs) = std::os::unix::net::UnixStream::pair().unwrap();
    let mut command = std::process::Command::new("sh");
    sandbox.prepare(&mut command);
    // Descriptor 0 reaches the shell, which gives it the number that is announced.
    let script = "exec 9<&0 0</dev/null; WAYLAND_SOCKET=9 exec \"$0\" -s c client";
    command.args(["-c", script, env!("CARGO_BIN_EXE_farway")]).stdin(std::os::fd::OwnedFd::from(theirs));
    let mut running = crate::support::Running::start(&mut command);
    drop(command);
    let channel = sandbox.connect("c");
    wait_for("the removal", || sandbox.names().is_empty().then_some(()));
    drop(channel);
    running.end_with_stdin_open().expect(0);
    // Nobody else holds the other end.
    let mut rest = Vec::new();
    (&ours).read_to_end(&mut rest).unwrap();
}

#[test]
fn a_missing_folder_is_named() {
    let sandbox = Sandbox::new();
    let (running, _compositor) = sandbox.client(&["-s", "missing/c", "client"]);
    running.end().expect(255).says(&["missing", "not a directory that exists", "--socket"]);
}

/// Strangers at the socket cost them their connection and nobody else anything.
#[test]
fn nonsense_ends_only_its_connection() {
    let sandbox = Sandbox::new();
    let (mut running, _compositor) = sandbox.client(&["-s", "c", "client"]);
    let kept = sandbox.connect("c");
    let mut stranger = sandbox.connect("c");
    stranger.write_all(b"GET / HTTP/1.1\r\nHost: nobody\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    // A reset counts as an end.
    let _ = stranger.read_to_end(&mut answer);
    drop(sandbox.connect("c"));
    running.signal(Signal::TERM);
    running.end_with_stdin_open().expect(143);
    drop(kept);
}

/// A lack of descriptors is said once, costs no time while it lasts, and is over when connections end.
#[test]
fn a_lack_of_descriptors_passes() {
    let sandbox = Sandbox::new();
    let _compositor = UnixListener::bind(sandbox.path("wayland-0")).unwrap();
    let mut command = std::process::Command::new("sh");
    sandbox.prepare(&mut command);
    let script = "ulimit -n 32; exec \"$0\" -s c client";
    command.args(["-c", script, env!("CARGO_BIN_EXE_farway")]).env("WAYLAND_DISPLAY", "wayland-0");
    let mut running = crate::support::Running::start(&mut command);
    let many: Vec<_> = (0..40).map(|_| sandbox.connect("c")).collect();
    assert!(running.error_line().contains("cannot take a connection now"));
    let before = running.processor_ticks();
    // Longer than the pause between two attempts, which is what is tested.
    std::thread::sleep(std::time::Duration::from_millis(1200));
    assert!(running.processor_ticks() - before < 20, "it spins");
    drop(many);
    let mut late = sandbox.connect("c");
    late.write_all(b"something that is no greeting").unwrap();
    let _ = late.read_to_end(&mut Vec::new());
    running.signal(Signal::TERM);
    running.end_with_stdin_open().expect(143);
}
