//! `--xwls` with a helper that only says how it was called.

use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::support::{Running, Sandbox, mode, wait_for};

const HELPER: &str = "#!/bin/sh
echo noise
echo \"$@|$WAYLAND_DISPLAY|$RUST_LOG\" >called.new && mv called.new called
exec sleep 1000
";

/// Display numbers are the machine's; a number that one test gives back would be taken by the next.
fn alone() -> MutexGuard<'static, ()> {
    static NUMBERS: Mutex<()> = Mutex::new(());
    NUMBERS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn start(sandbox: &Sandbox) -> (Running, u32) {
    let script = "echo \"$DISPLAY\"; read x; exit 3";
    let mut command = sandbox.farway(&["--xwls", "--display", "d", "server", "sh", "-c", script]);
    let own = std::env::var("PATH").unwrap();
    let mut running = Running::start(command.env("PATH", format!("{}:{own}", sandbox.path("bin").display())));
    let display = running.line();
    let number = display.strip_prefix(':').and_then(|number| number.parse().ok());
    (running, number.unwrap_or_else(|| panic!("DISPLAY is {display}")))
}

#[test]
fn a_display_number_is_held_and_given_back() {
    let _alone = alone();
    let sandbox = Sandbox::new();
    let (running, number) = start(&sandbox);
    let (lock, socket) = (format!("/tmp/.X{number}-lock"), format!("/tmp/.X11-unix/X{number}"));
    assert_eq!(std::fs::read_to_string(&lock).unwrap(), format!("{:>10}\n", running.pid()));
    assert_eq!(mode(Path::new(&lock)), 0o444);
    assert!(Path::new(&socket).exists());
    running.end().expect(3);
    assert!(!Path::new(&lock).exists() && !Path::new(&socket).exists());
}

/// X programs need a name that is no path, which not every system has.
#[test]
#[cfg_attr(farway_portable, ignore = "needs what only some systems have")]
fn the_helper_starts_with_the_first_connection_and_ends_with_the_command() {
    let _alone = alone();
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path("bin")).unwrap();
    sandbox.install("bin/xwayland-satellite", HELPER.as_bytes());
    let (running, number) = start(&sandbox);
    assert!(!sandbox.path("called").exists());
    let _x = UnixStream::connect(format!("/tmp/.X11-unix/X{number}")).unwrap();
    let called = wait_for("the helper", || std::fs::read_to_string(sandbox.path("called")).ok());
    let (args, rest) = called.trim_end().split_once('|').unwrap();
    assert_eq!(rest, "d|error");
    let words: Vec<&str> = args.split(' ').collect();
    assert_eq!((words[0], words[1], words[3]), (&*format!(":{number}"), "-listenfd", "-listenfd"));
    assert!(words[2].parse::<u32>().is_ok() && words[4].parse::<u32>().is_ok() && words.len() == 5);
    let ended = running.end().expect(3);
    assert_eq!(ended.out, "", "stdout is the command's");
    assert_eq!(ended.err, "noise\n");
}

#[test]
fn without_a_helper_x11_is_refused() {
    let _alone = alone();
    let sandbox = Sandbox::new();
    let (running, number) = start(&sandbox);
    let x = UnixStream::connect(format!("/tmp/.X11-unix/X{number}")).unwrap();
    // Closed with the listener.
    wait_for("the end", || std::io::Read::read(&mut &x, &mut [0]).ok());
    running.end().expect(3).says(&["cannot run xwayland-satellite"]);
}
