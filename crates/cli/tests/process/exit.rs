//! Exit codes, and that stdout belongs to the command.

use std::io::Write;

use crate::support::{Running, Sandbox};

#[test]
fn the_code_is_that_of_the_command() {
    let sandbox = Sandbox::new();
    for (script, code) in [("true", 0), ("false", 1), ("exit 7", 7), ("exit 255", 255)] {
        let ended = sandbox.run(&["server", "--", "sh", "-c", script]).expect(code);
        assert_eq!((&*ended.out, &*ended.err), ("", ""), "{script}");
    }
}

#[test]
fn signals_of_the_command_are_added_to_128() {
    let sandbox = Sandbox::new();
    for (script, code) in [("kill -9 $$", 137), ("kill -TERM $$", 143), ("kill -PIPE $$", 141)] {
        sandbox.run(&["server", "sh", "-c", script]).expect(code);
    }
}

#[test]
fn commands_that_cannot_be_started() {
    let sandbox = Sandbox::new();
    for oneshot in [&[][..], &["-o"]] {
        let run = |command: &str| sandbox.run(&[oneshot, &["server", command]].concat());
        run("no-such-command-anywhere").expect(127).says(&["cannot run no-such-command-anywhere", "PATH"]);
        std::fs::write(sandbox.path("plain"), "x").unwrap();
        run("./plain").expect(126).says(&["cannot run ./plain", "ermission"]);
        std::fs::remove_file(sandbox.path("plain")).unwrap();
        assert_eq!(sandbox.names(), [""; 0]);
    }
}

#[test]
fn stdin_and_stdout_are_those_of_the_command() {
    let sandbox = Sandbox::new();
    let mut running = Running::start(&mut sandbox.farway(&["-d", "server", "sh", "-c", "cat; echo end >&2"]));
    running.stdin.as_mut().unwrap().write_all(b"through\n").unwrap();
    let ended = running.end().expect(0);
    assert_eq!(ended.out, "through\n");
    assert!(ended.err.lines().any(|line| line == "end"));
}

#[test]
fn usage_errors_are_2_and_go_to_stderr() {
    let sandbox = Sandbox::new();
    for args in [&["ssh"][..], &["recon"], &[], &["-c", "gzip", "client"], &["client", "-d"]] {
        let ended = sandbox.run(args).expect(2);
        assert_eq!(ended.out, "");
        assert!(!ended.err.is_empty());
    }
}

#[test]
fn version_and_help_go_to_stdout() {
    let sandbox = Sandbox::new();
    let ended = sandbox.run(&["--version"]).expect(0);
    let version = format!("farway {}\n", env!("CARGO_PKG_VERSION"));
    let features = "features:\n  lz4: true\n  zstd: true\n  dmabuf: false\n  video: false\n";
    assert_eq!(ended.out, version + features);
    assert_eq!(ended.err, "");
    let ended = sandbox.run(&["--help"]).expect(0);
    assert!(ended.out.contains("--compress") && ended.out.contains("server"));
}

#[test]
fn without_a_command_there_is_a_shell() {
    let sandbox = Sandbox::new();
    let shell = |args: &[&str]| {
        let mut command = sandbox.farway(args);
        let mut running = Running::start(command.env("SHELL", "/bin/sh"));
        running.stdin.as_mut().unwrap().write_all(b"echo \"$0\"; exit 5\n").unwrap();
        running.end().expect(5).out
    };
    assert_eq!(shell(&["server"]), "/bin/sh\n");
    assert_eq!(shell(&["--login-shell", "server", "--"]).trim_end(), "-sh");
}

#[test]
fn notes_on_options_without_effect() {
    let sandbox = Sandbox::new();
    let ended = sandbox.run(&["--video=h264", "server", "true"]).expect(0);
    ended.says(&["no GPU support yet", "--video"]);
    let ended = sandbox.run(&["--drm-node", "/dev/dri/renderD128", "server", "true"]).expect(0);
    ended.says(&["no GPU support yet", "--drm-node"]);
    assert_eq!(sandbox.run(&["--no-gpu", "--video=none", "server", "true"]).expect(0).err, "");
}

#[test]
fn the_program_may_be_replaced_while_it_runs() {
    let sandbox = Sandbox::new();
    let copy = sandbox.path("copy");
    sandbox.install("copy", &std::fs::read(env!("CARGO_BIN_EXE_farway")).unwrap());
    let mut command = std::process::Command::new(&copy);
    sandbox.prepare(&mut command);
    let mut running = Running::start(command.args(["server", "sh", "-c", "echo up; read x; exit 3"]));
    assert_eq!(running.line(), "up");
    std::fs::remove_file(&copy).unwrap();
    running.end().expect(3);
}

/// A child that we did not start, such as an orphan in a container where we are the first process.
#[test]
fn unknown_children_are_reaped() {
    let sandbox = Sandbox::new();
    let script = "(read y <gate) & echo $!; exec \"$0\" server sh -c 'echo up; read x; exit 4'";
    let fifo = std::process::Command::new("mkfifo").arg(sandbox.path("gate")).status().unwrap();
    assert!(fifo.success());
    let mut command = std::process::Command::new("sh");
    sandbox.prepare(&mut command);
    let mut running = Running::start(command.args(["-c", script, env!("CARGO_BIN_EXE_farway")]));
    let orphan = format!("/proc/{}", running.line());
    assert_eq!(running.line(), "up");
    assert!(std::path::Path::new(&orphan).exists());
    std::fs::write(sandbox.path("gate"), "go\n").unwrap();
    // A child that ended stays in /proc until somebody waited for it.
    crate::support::wait_for("the orphan's end", || (!std::path::Path::new(&orphan).exists()).then_some(()));
    running.end().expect(4);
}
