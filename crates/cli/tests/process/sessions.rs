//! Sessions through an ssh that is a script: listing and ending them, and what a doctor says.

use std::path::PathBuf;
use std::process::Command;

use rustix::process::{Pid, Signal};
use serde_json::Value;

use crate::support::{Ended, Running, Sandbox, wait_for};

/// Runs the last word as ssh would on this machine. The host `gone` cannot be reached, `slow` never answers, and `bare`
/// has nothing but a shell.
const SSH: &str = r#"#!/bin/sh
for word; do
    case $word in
        gone) echo "ssh: no $word" >&2; exit 255;;
        bare) bare="env PATH=${0%/*}/tools";;
        slow) echo waiting >&2; exec sleep 100;;
    esac
    last=$word
done
[ "$last" = -V ] && { echo OpenSSH_9.6p1 >&2; exit; }
exec setsid $bare /bin/sh -c "$last"
"#;

/// A machine whose sessions are nobody else's.
struct Far(Sandbox);

impl Far {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        sandbox.install("ssh", SSH.as_bytes());
        std::fs::create_dir(sandbox.path("home")).unwrap();
        std::fs::create_dir(sandbox.path("tools")).unwrap();
        std::os::unix::fs::symlink("/bin/sh", sandbox.path("tools/sh")).unwrap();
        Self(sandbox)
    }

    fn command(&self, args: &[&str]) -> Command {
        let ssh = self.0.path("ssh");
        let bin = ["--remote-bin", env!("CARGO_BIN_EXE_farway")];
        let bare = args.iter().any(|arg| arg.starts_with("bare"));
        let ssh = ["--ssh-bin", ssh.to_str().unwrap()];
        let mut command = self.0.farway(&[&ssh[..], if bare { &[] } else { &bin }, args].concat());
        command.env("HOME", self.0.path("home")).env("SHELL", "/bin/sh");
        command
    }

    fn run(&self, args: &[&str]) -> Ended {
        Running::start(&mut self.command(args)).end()
    }

    /// A session with a command that waits, and its name.
    fn session(&self, seconds: u32) -> (Running, String) {
        let line = format!("sleep {seconds}");
        let running = Running::start(&mut self.command(&["--grace", "30s", "ssh", "host", &line]));
        let id = wait_for("a session", || self.ids(&line).pop());
        (running, id)
    }

    /// Sessions with this command. Sessions of this user are shared by all tests, and by whoever else uses farway here.
    fn ids(&self, command: &str) -> Vec<String> {
        let ended = self.run(&["sessions", "--json"]).expect(0);
        let list: Value = serde_json::from_str(&ended.out).unwrap();
        let ours = list.as_array().unwrap().iter().filter(|entry| entry["command"] == command);
        ours.map(|entry| entry["id"].as_str().unwrap().to_string()).collect()
    }
}

/// Seconds that no other test sleeps for.
fn unique(test: u32) -> u32 {
    1_000_000 + test * 5_000_000 + std::process::id() % 4_194_304
}

fn socket(id: &str) -> PathBuf {
    let uid = rustix::process::getuid().as_raw();
    format!("/tmp/farway-{uid}/{id}.session").into()
}

#[test]
fn sessions_are_listed_and_ended() {
    let far = Far::new();
    let seconds = unique(1);
    let (mut running, id) = far.session(seconds);
    assert!(socket(&id).exists());
    let ended = far.run(&["sessions", "host"]).expect(0);
    assert_eq!(ended.err, "");
    let line = ended.out.lines().find(|line| line.starts_with(&id)).expect(&ended.out);
    assert!(line.contains(&format!("sleep {seconds}")) && line.contains("in use"), "{line}");
    assert!(ended.out.starts_with("ID "), "{ended:?}");
    let ended = far.run(&["kill", "host", &id]).expect(0);
    assert_eq!((&*ended.out, &*ended.err), (&*format!("the session {id} on host has been ended\n"), ""));
    running.end_with_stdin_open();
    wait_for("the end of the session", || (!socket(&id).exists()).then_some(()));
    assert_eq!(far.ids(&format!("sleep {seconds}")), [""; 0]);
    far.run(&["kill", "host", &id]).expect(255).says(&["host", &format!("there is no session {id}")]);
}

#[test]
fn a_machine_that_does_not_answer_hides_no_other() {
    let far = Far::new();
    let (mut running, id) = far.session(unique(2));
    let ended = far.run(&["sessions", "gone", "host"]).expect(255);
    assert!(ended.out.starts_with("HOST ") && ended.out.contains(&id), "{ended:?}");
    let lines: Vec<&str> = ended.err.lines().collect();
    assert!(lines.len() == 2 && lines[1].starts_with("farway: gone: "), "{ended:?}");
    let ended = far.run(&["sessions", "--json", "host", "gone"]).expect(255);
    let list: Value = serde_json::from_str(&ended.out).unwrap();
    let entry = list.as_array().unwrap().iter().find(|entry| entry["id"] == *id).unwrap();
    assert_eq!((&entry["host"], &entry["windows"]), (&"host".into(), &0.into()));
    far.run(&["kill", "host", &id]).expect(0);
    running.end_with_stdin_open();
    wait_for("the end of the session", || (!socket(&id).exists()).then_some(()));
}

#[test]
fn a_keeper_that_is_stopped_hides_nothing() {
    let far = Far::new();
    let (mut running, id) = far.session(unique(3));
    let (mut other, other_id) = far.session(unique(4));
    let keeper = keeper(&id);
    rustix::process::kill_process(keeper, Signal::STOP).unwrap();
    let list = far.run(&["sessions"]).expect(0).out;
    rustix::process::kill_process(keeper, Signal::CONT).unwrap();
    let line = |id: &str| list.lines().find(|line| line.starts_with(id)).expect(&list);
    assert!(line(&id).contains("(unknown)") && line(&id).contains("does not answer"), "{list}");
    assert!(line(&other_id).contains("in use"), "{list}");
    for (id, running) in [(&id, &mut running), (&other_id, &mut other)] {
        far.run(&["kill", "host", id]).expect(0);
        running.end_with_stdin_open();
        wait_for("the end of the session", || (!socket(id).exists()).then_some(()));
    }
}

/// The process that listens at a session's socket.
fn keeper(id: &str) -> Pid {
    let stream = std::os::unix::net::UnixStream::connect(socket(id)).unwrap();
    rustix::net::sockopt::socket_peercred(&stream).unwrap().pid
}

#[test]
fn without_farway_there_are_no_sessions() {
    let far = Far::new();
    for args in [&["sessions", "bare"][..], &["kill", "bare", "abcde"], &["attach", "bare"]] {
        let ended = far.run(args).expect(255);
        let line = ended.err.lines().last().unwrap_or_default();
        assert!(
            line.contains("there is no farway on bare, and so no sessions; install farway there"),
            "{ended:?}"
        );
    }
    // Nothing was sent.
    assert_eq!(std::fs::read_dir(far.0.path("home")).unwrap().count(), 0);
}

#[test]
fn a_key_press_ends_the_waiting() {
    let far = Far::new();
    for args in [&["sessions", "slow"][..], &["kill", "slow", "abcde"], &["doctor", "slow"]] {
        let mut running = Running::start(&mut far.command(args));
        assert_eq!(running.error_line(), "waiting\n");
        running.signal(Signal::INT);
        assert_eq!(running.end_with_stdin_open().expect(130).out, "", "{args:?}");
    }
}

/// Subjects and levels of a report.
fn levels(ended: &Ended, machine: &Value) -> Vec<(String, String)> {
    let list: Value = serde_json::from_str(&ended.out).unwrap();
    let entries = list.as_array().unwrap().iter().filter(|entry| entry["machine"] == *machine);
    let text = |value: &Value| value.as_str().unwrap().to_string();
    entries.map(|entry| (text(&entry["subject"]), text(&entry["level"]))).collect()
}

fn level<'a>(levels: &'a [(String, String)], subject: &str) -> Option<&'a str> {
    levels.iter().find(|(name, _)| name == subject).map(|(_, level)| &**level)
}

#[test]
fn a_doctor_looks_at_both_ends() {
    let far = Far::new();
    std::fs::set_permissions(far.0.path(""), std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let ended = far.run(&["doctor", "--json", "host"]).expect(0);
    assert_eq!(ended.err, "");
    let here = levels(&ended, &Value::Null);
    for subject in ["farway", "configuration", "compositor", "XDG_RUNTIME_DIR", "ssh", "open files"] {
        assert!(level(&here, subject).is_some_and(|level| level != "bad"), "{subject} in {here:?}");
    }
    let there = levels(&ended, &"host".into());
    for subject in ["ssh", "link", "farway", "place for sessions", "shell", "home", "cache folder", "GPU"] {
        assert!(level(&there, subject).is_some_and(|level| level != "bad"), "{subject} in {there:?}");
    }
    let ended = far.run(&["doctor"]).expect(0);
    assert!(ended.out.starts_with("this machine:\n  ok    farway: version"), "{ended:?}");
    assert!(ended.out.contains("OpenSSH 9.6") && !ended.out.contains("host:"), "{ended:?}");
}

#[test]
fn a_doctor_asks_the_compositor() {
    let far = Far::new();
    let mut view = far.0.farway(&["view", "--headless", "--", "sh", "-c", "echo $WAYLAND_DISPLAY; read end"]);
    let mut view = Running::start(&mut view);
    let display = view.line();
    let mut command = far.command(&["doctor", "--json"]);
    let ended = Running::start(command.env("WAYLAND_DISPLAY", &display)).end().expect(0);
    assert_eq!(level(&levels(&ended, &Value::Null), "compositor"), Some("ok"), "{ended:?}");
    assert!(ended.out.contains("all that windows need"), "{ended:?}");
    view.end().expect(1);
}

#[test]
fn a_doctor_says_what_is_wrong() {
    let far = Far::new();
    let ended = far.run(&["doctor", "--json", "gone"]).expect(1);
    assert_eq!(levels(&ended, &"gone".into()), [("ssh".to_string(), "bad".to_string())]);
    // Not even uname is there.
    let ended = far.run(&["doctor", "--json", "bare"]).expect(1);
    let there = levels(&ended, &"bare".into());
    assert_eq!((there.len(), level(&there, "ssh")), (2, Some("ok")), "{ended:?}");
    assert_eq!(level(&there, "farway"), Some("bad"), "{ended:?}");
    let mut command = far.command(&["--ssh-bin", "/nonexistent/ssh", "doctor", "host"]);
    let ended = Running::start(command.env("WAYLAND_DISPLAY", "missing-0")).end().expect(1);
    assert!(ended.out.contains("bad   ssh: cannot run /nonexistent/ssh"), "{ended:?}");
    assert!(ended.out.contains("bad   compositor: ") && ended.out.contains("missing-0"), "{ended:?}");
    // A broken configuration is a finding, not the end.
    std::fs::write(far.0.path("c.toml"), "compress = 5\n").unwrap();
    let ended = far.run(&["--config", "c.toml", "doctor"]).expect(1);
    assert!(ended.out.contains("bad   configuration: c.toml:1: `compress` needs"), "{ended:?}");
    std::fs::write(far.0.path("c.toml"), "compres = 'lz4'\n").unwrap();
    let ended = far.run(&["--config", "c.toml", "doctor"]).expect(0);
    assert!(ended.out.contains("note  configuration: ") && ended.out.contains("did you mean `compress`?"));
    assert_eq!(ended.err, "");
}
