//! What the command finds in its environment, and what is wrong in ours.

use std::os::unix::net::UnixListener;

use crate::support::{Running, Sandbox, mode};

const SHOW: &str = "echo \"$WAYLAND_DISPLAY|$WAYLAND_SOCKET|$XDG_SESSION_TYPE|$DISPLAY|$OTHER\"";

#[test]
fn multi_sets_the_display_and_nothing_else() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.farway(&["--display", "far-1", "server", "sh", "-c", SHOW]);
    command.env("WAYLAND_DISPLAY", "wayland-9").env("OTHER", "kept").env("XDG_SESSION_TYPE", "tty");
    assert_eq!(Running::start(&mut command).end().expect(0).out, "far-1||tty||kept\n");
}

#[test]
fn a_display_without_a_name_gets_one() {
    let sandbox = Sandbox::new();
    let name = |_| sandbox.run(&["server", "sh", "-c", SHOW]).expect(0).out;
    let names: Vec<String> = (0..3).map(name).collect();
    for name in &names {
        let tag = name.strip_prefix("wayland-").and_then(|name| name.strip_suffix("||||\n")).unwrap();
        assert!(tag.len() == 10 && tag.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{name}");
    }
    assert!(names[0] != names[1] && names[1] != names[2]);
}

#[test]
fn an_absolute_display_needs_no_runtime_dir() {
    let sandbox = Sandbox::new();
    let path = sandbox.path("abs");
    let mut command = sandbox.farway(&["--display", path.to_str().unwrap(), "server", "sh", "-c", SHOW]);
    command.env_remove("XDG_RUNTIME_DIR");
    assert_eq!(Running::start(&mut command).end().expect(0).out, format!("{}||||\n", path.display()));
}

#[test]
fn oneshot_gives_a_descriptor_and_removes_the_display() {
    let sandbox = Sandbox::new();
    let _client = UnixListener::bind(sandbox.path("c")).unwrap();
    let script = "test -S /proc/self/fd/$WAYLAND_SOCKET && echo socket; echo \"$WAYLAND_DISPLAY.\"";
    for with in [&["-o"][..], &[]] {
        let mut command = sandbox.farway(&[with, &["-s", "c", "server", "sh", "-c", script]].concat());
        command.env("WAYLAND_DISPLAY", "wayland-9");
        // Its presence alone asks for a single connection.
        if with.is_empty() {
            command.env("WAYLAND_SOCKET", "33x");
        }
        command.env_remove("XDG_RUNTIME_DIR");
        let mut running = Running::start(&mut command);
        assert_eq!(running.line(), "socket");
        assert_eq!(running.line(), ".");
        // Whoever accepts and closes ends the connection; the command has ended by itself.
        drop(_client.accept().unwrap());
        assert_eq!(running.end().code, Some(0));
    }
}

/// Of our descriptors, the command gets the standard ones and its connection.
#[test]
fn no_descriptor_leaks_into_the_command() {
    let sandbox = Sandbox::new();
    let list = "for f in /proc/self/fd/*; do test -e \"$f\" && echo \"${f##*/}\"; done";
    let count = |args: &[&str]| {
        let bare = sandbox.run(args).out;
        bare.lines().filter(|line| line.parse::<u32>().is_ok_and(|fd| fd > 2)).count()
    };
    let mut bare = std::process::Command::new("sh");
    sandbox.prepare(&mut bare);
    let bare = Running::start(bare.args(["-c", list])).end().out;
    let own = bare.lines().filter(|line| line.parse::<u32>().is_ok_and(|fd| fd > 2)).count();
    assert_eq!(count(&["server", "sh", "-c", list]), own);
}

#[test]
fn a_bad_inherited_connection_of_a_client() {
    let sandbox = Sandbox::new();
    for bad in ["33x", "0x21", "99999999999999999999", "-1", "", "2", "x"] {
        let mut command = sandbox.farway(&["client"]);
        command.env("WAYLAND_SOCKET", bad).env("WAYLAND_DISPLAY", "wayland-0");
        Running::start(&mut command).end().expect(255).says(&["WAYLAND_SOCKET", bad, "unset WAYLAND_SOCKET"]);
    }
    let mut command = sandbox.farway(&["client"]);
    Running::start(command.env("WAYLAND_SOCKET", "931")).end().expect(255).says(&["931", "not an open"]);
    assert_eq!(sandbox.names(), [""; 0]);
}

/// An open descriptor that is no socket.
#[test]
fn an_inherited_file_is_no_connection() {
    let sandbox = Sandbox::new();
    let mut command = std::process::Command::new("sh");
    sandbox.prepare(&mut command);
    command.args([
        "-c",
        "exec 7</dev/null; WAYLAND_SOCKET=7 exec \"$0\" client",
        env!("CARGO_BIN_EXE_farway"),
    ]);
    Running::start(&mut command).end().expect(255).says(&["WAYLAND_SOCKET (7)"]);
}

#[test]
fn missing_and_wrong_variables() {
    let sandbox = Sandbox::new();
    let run = |mode: &str, runtime: Option<&str>, display: Option<&str>| {
        let mut command = sandbox.farway(&[mode]);
        command.env_remove("XDG_RUNTIME_DIR");
        runtime.map(|value| command.env("XDG_RUNTIME_DIR", value));
        display.map(|value| command.env("WAYLAND_DISPLAY", value));
        Running::start(&mut command).end().expect(255)
    };
    let ended = run("client", Some("/no/such"), None);
    let (note, error) = ended.err.split_once('\n').expect("two lines");
    assert!(note.contains("WAYLAND_DISPLAY is not set"), "{ended:?}");
    assert!(error.contains("cannot use the directory /no/such"), "{ended:?}");
    run("client", None, Some("wayland-0")).says(&["XDG_RUNTIME_DIR is not set", "wayland-0"]);
    run("client", Some("relative"), Some("wayland-0")).says(&["relative", "no absolute path"]);
    run("client", Some("/no/such"), Some("w")).says(&["no compositor at /no/such/w", "WAYLAND_DISPLAY"]);
    run("client", None, Some("/dev/null")).says(&["no compositor at /dev/null"]);
    run("client", Some("/run"), Some(&"w".repeat(108))).says(&["too long", "108"]);
    run("server", None, None).says(&["XDG_RUNTIME_DIR is not set"]);
    run("server", Some(""), None).says(&["XDG_RUNTIME_DIR is not set"]);
    run("server", Some("/no/such"), None).says(&["cannot make the Wayland display", "/no/such"]);
}

#[test]
fn the_log_filter_may_be_wrong() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.farway(&["server", "true"]);
    let ended = Running::start(command.env("FARWAY_LOG", "farway=loud=x")).end().expect(0);
    assert!(ended.err.contains("FARWAY_LOG") && ended.err.lines().count() == 1, "{ended:?}");
}

#[test]
fn the_display_is_for_its_owner_and_there_before_the_command() {
    let sandbox = Sandbox::new();
    let script = "test -S \"$XDG_RUNTIME_DIR/$WAYLAND_DISPLAY\" && echo there; read x";
    let mut running = Running::start(&mut sandbox.farway(&["--display", "d", "server", "sh", "-c", script]));
    assert_eq!(running.line(), "there");
    assert_eq!(mode(&sandbox.path("d")), 0o600);
    assert_eq!(sandbox.names(), ["d"]);
    running.end();
    assert_eq!(sandbox.names(), [""; 0]);
}
