//! What the other half sees of a server's ways to end, and applications when there is no other half.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};

use farway_proto::channel::{Deframer, Frame};
use rustix::process::Signal;

use crate::support::{Running, Sandbox};

/// Everything up to the end of the stream: whether a greeting came, and the messages.
fn heard(mut stream: UnixStream) -> (usize, Vec<Frame>) {
    let mut bytes = Vec::new();
    // A reset is an end too.
    let _ = stream.read_to_end(&mut bytes);
    let (greeting, rest) = bytes.split_at(bytes.len().min(16));
    let mut deframer = Deframer::new();
    deframer.buffer().extend_from_slice(rest);
    let frames = std::iter::from_fn(|| deframer.next().unwrap()).collect();
    (greeting.len(), frames)
}

fn server(sandbox: &Sandbox) -> Running {
    let args = ["-s", "c", "--display", "d", "server", "sh", "-c", "echo up; read x"];
    let mut running = Running::start(&mut sandbox.farway(&args));
    assert_eq!(running.line(), "up");
    running
}

#[test]
fn an_application_that_leaves_is_a_deliberate_close() {
    let sandbox = Sandbox::new();
    let listener = UnixListener::bind(sandbox.path("c")).unwrap();
    let running = server(&sandbox);
    drop(sandbox.connect("d"));
    let (greeting, frames) = heard(listener.accept().unwrap().0);
    assert_eq!(greeting, 16);
    assert!(matches!(frames.last(), Some(Frame::Close { .. })), "{frames:?}");
    running.end();
}

#[test]
fn a_server_that_is_told_to_end_closes_deliberately() {
    let sandbox = Sandbox::new();
    let listener = UnixListener::bind(sandbox.path("c")).unwrap();
    let mut running = server(&sandbox);
    let application = sandbox.connect("d");
    let channel = listener.accept().unwrap().0;
    running.signal(Signal::TERM);
    let (_, frames) = heard(channel);
    assert!(matches!(frames.last(), Some(Frame::Close { .. })), "{frames:?}");
    running.end_with_stdin_open().expect(143);
    drop(application);
}

#[test]
fn a_server_that_is_killed_does_not() {
    let sandbox = Sandbox::new();
    let listener = UnixListener::bind(sandbox.path("c")).unwrap();
    let running = server(&sandbox);
    let application = sandbox.connect("d");
    let channel = listener.accept().unwrap().0;
    running.signal(Signal::KILL);
    let (_, frames) = heard(channel);
    assert!(!frames.iter().any(|frame| matches!(frame, Frame::Close { .. })), "{frames:?}");
    drop(application);
}

/// After the command, programs that it left behind are served to their end; new ones find nobody.
#[test]
fn applications_outlive_the_command() {
    let sandbox = Sandbox::new();
    let listener = UnixListener::bind(sandbox.path("c")).unwrap();
    let mut running = server(&sandbox);
    let mut application = sandbox.connect("d");
    let channel = listener.accept().unwrap().0;
    drop(running.stdin.take());
    crate::support::wait_for("the display's end", || sandbox.path("d").exists().then_some(()).xor(Some(())));
    // wl_display.sync(2)
    application.write_all(&[1, 0, 0, 0, 0, 0, 12, 0, 2, 0, 0, 0]).unwrap();
    drop(application);
    let (_, frames) = heard(channel);
    assert!(frames.iter().any(|frame| matches!(frame, Frame::Protocol { .. })), "{frames:?}");
    // `read` at the end of its input.
    running.end().expect(1);
}

#[test]
fn a_channel_that_cannot_be_reached_costs_one_application() {
    let sandbox = Sandbox::new();
    let running = server(&sandbox);
    let mut application = sandbox.connect("d");
    let mut last_words = Vec::new();
    application.read_to_end(&mut last_words).unwrap();
    assert!(String::from_utf8_lossy(&last_words).contains("cannot reach"));
    // The next may be luckier.
    let listener = UnixListener::bind(sandbox.path("c")).unwrap();
    drop(sandbox.connect("d"));
    assert_eq!(heard(listener.accept().unwrap().0).0, 16);
    running.end().expect(1).says(&["cannot reach", "c", "is `farway client` running there?"]);
}

#[test]
fn a_channel_that_cannot_be_reached_ends_a_oneshot_server() {
    let sandbox = Sandbox::new();
    let args = ["-o", "-s", "nobody", "server", "cat"];
    let mut running = Running::start(&mut sandbox.farway(&args));
    running.end_with_stdin_open().expect(255).says(&["cannot reach", "nobody"]);
}

/// Both halves and programs that say one thing each.
#[test]
fn from_an_application_to_a_compositor_and_back() {
    let sandbox = Sandbox::new();
    let (client, compositor) = sandbox.client(&["-s", "c", "client"]);
    drop(sandbox.connect("c"));
    let running = server(&sandbox);
    let mut application = sandbox.connect("d");
    let sync = [1, 0, 0, 0, 0, 0, 12, 0, 2, 0, 0, 0];
    application.write_all(&sync).unwrap();
    // The connection without a greeting may have come this far, or not.
    let mut shown = [0; 12];
    let mut screen = loop {
        let mut screen = compositor.accept().unwrap().0;
        if screen.read_exact(&mut shown).is_ok() {
            break screen;
        }
    };
    assert_eq!(shown, sync);
    let done = [2, 0, 0, 0, 0, 0, 12, 0, 7, 0, 0, 0];
    screen.write_all(&done).unwrap();
    let mut answer = [0; 12];
    application.read_exact(&mut answer).unwrap();
    assert_eq!(answer, done);
    drop(application);
    // The end of one is the end of the other.
    assert_eq!(screen.read(&mut shown).unwrap(), 0);
    running.end().expect(1);
    client.signal(Signal::TERM);
    client.end().expect(143);
}
