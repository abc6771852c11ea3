use super::*;
use crate::testing::{FULL, is_cloexec};
use rustix::process::{WaitId, WaitIdOptions, WaitOptions};
use std::fs::File;
use std::io::{BufRead, BufReader};

fn shell(script: &str) -> Command {
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(script).stdin(Stdio::null());
    command
}

#[test]
fn only_what_is_named_is_inherited() {
    let (read, write) = crate::pipe::pipe().unwrap();
    let (other, _kept) = crate::pipe::pipe().unwrap();
    let (given, secret) = (write.as_raw_fd(), other.as_raw_fd());
    let mut command = shell(&format!(
        "printf yes > /dev/fd/{given}; test -e /dev/fd/{secret} && printf leak > /dev/fd/{given}"
    ));
    let mut child = spawn(&mut command, vec![write]).unwrap();
    let mut text = String::new();
    io::Read::read_to_string(&mut File::from(read), &mut text).unwrap();
    child.wait().unwrap();
    assert_eq!(text, "yes");
    assert!(spawn(&mut command, Vec::new()).is_err(), "its descriptors are gone");
}

#[test]
fn children_have_default_signals() {
    std::thread::spawn(|| {
        block_async_signals_in_this_thread();
        let mut child = spawn(&mut shell("kill -PIPE $$; exit 0"), Vec::new()).unwrap();
        assert_eq!(exit_code(child.wait().unwrap()), 128 + libc::SIGPIPE);
        let mut child = spawn(&mut shell("kill -TERM $$; exit 0"), Vec::new()).unwrap();
        assert_eq!(exit_code(child.wait().unwrap()), 128 + libc::SIGTERM);
    })
    .join()
    .unwrap();
}

#[test]
fn exit_codes() {
    for (script, expected) in [("exit 0", 0), ("exit 7", 7), ("kill -9 $$", 137)] {
        let mut child = spawn(&mut shell(script), Vec::new()).unwrap();
        assert_eq!(exit_code(child.wait().unwrap()), expected);
    }
    let missing = spawn(&mut Command::new("/nonexistent/program"), Vec::new());
    assert_eq!(missing.unwrap_err().kind(), io::ErrorKind::NotFound);
}

#[test]
fn inherited_sockets() {
    use std::os::fd::IntoRawFd;
    for bad in [-1, i32::MIN, i32::MAX, 1_000_000] {
        assert!(take_fd(bad).is_err());
    }
    let (read, _write) = crate::pipe::pipe().unwrap();
    assert_eq!(take_fd(read.as_raw_fd()).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    let (socket, _other) = crate::net::Socket::pair().unwrap();
    let number = OwnedFd::from(socket).into_raw_fd();
    // SAFETY: the number was just given up, so nobody else owns it.
    unsafe { libc::fcntl(number, libc::F_SETFD, 0) };
    let fd = take_fd(number).unwrap();
    assert_eq!(fd.as_raw_fd(), number);
    assert!(is_cloexec(&fd));
}

/// A shell that reads from the returned pipe, whose first line of output is read.
fn talker(script: &str, options: impl Into<SpawnOptions>) -> (Child, OwnedFd, String) {
    let (ours_read, theirs_write) = crate::pipe::pipe().unwrap();
    let (theirs_read, ours_write) = crate::pipe::pipe().unwrap();
    let mut command = shell(script);
    command.stdin(theirs_read).stdout(theirs_write);
    let child = spawn(&mut command, options).unwrap();
    drop(command);
    let mut line = String::new();
    BufReader::new(File::from(ours_read)).read_line(&mut line).unwrap();
    (child, ours_write, line.trim().to_string())
}

fn pid(number: u32) -> Pid {
    Pid::from_raw(i32::try_from(number).unwrap()).unwrap()
}

#[test]
fn sessions() {
    let (mut same, input, _) = talker("echo; read x", Vec::new());
    assert_eq!(session_of(pid(same.id())).unwrap(), session_of(rustix::process::getpid()).unwrap());
    drop(input);
    same.wait().unwrap();
    let options = SpawnOptions { session: Session::Own, ..SpawnOptions::default() };
    let (mut own, input, line) = talker("(exec < /dev/tty) 2> /dev/null || echo none; read x", options);
    assert_eq!(session_of(pid(own.id())).unwrap(), Some(pid(own.id())));
    assert_eq!(line, "none", "it has no terminal");
    drop(input);
    own.wait().unwrap();
}

#[test]
fn ignored_signals() {
    let code = |options: SpawnOptions, signal: &str| {
        let mut child = spawn(&mut shell(&format!("kill -{signal} $$; exit 3")), options).unwrap();
        exit_code(child.wait().unwrap())
    };
    let ignore = || vec![Signal::INT, Signal::QUIT, Signal::TSTP];
    for signal in ["INT", "QUIT", "TSTP"] {
        assert_eq!(code(SpawnOptions { ignore: ignore(), ..SpawnOptions::default() }, signal), 3);
        let own = SpawnOptions { ignore: ignore(), session: Session::Own, ..SpawnOptions::default() };
        assert_eq!(code(own, signal), 3);
    }
    // SAFETY: ignoring a signal that nobody here uses.
    unsafe { libc::signal(libc::SIGUSR2, libc::SIG_IGN) };
    assert_eq!(code(SpawnOptions::default(), "USR2"), 3, "as we were told");
    let own = SpawnOptions { session: Session::Own, ..SpawnOptions::default() };
    assert_eq!(code(own, "USR2"), 128 + libc::SIGUSR2);
}

#[test]
fn children_learn_that_their_parent_has_gone() {
    if !FULL {
        return;
    }
    let started = std::thread::spawn(|| {
        talker("echo; read x", SpawnOptions { orphaned: Some(Signal::HUP), ..SpawnOptions::default() })
    });
    let (mut child, _input, _) = started.join().unwrap();
    assert_eq!(exit_code(child.wait().unwrap()), 128 + libc::SIGHUP);
}

#[test]
fn descendants_are_found() {
    let own = rustix::process::getpid();
    let (mut child, input, line) = talker("exec 3<&0; cat <&3 & echo $!; read x", Vec::new());
    let (middle, leaf) = (pid(child.id()), pid(line.parse().unwrap()));
    if !FULL {
        assert_eq!(descendants(), None);
        drop(input);
        child.wait().unwrap();
        return;
    }
    let found = descendants().unwrap();
    let place = |one: Descendant| found.iter().position(|other| *other == one);
    let parent = place(Descendant { pid: middle, parent: own }).unwrap();
    assert!(place(Descendant { pid: leaf, parent: middle }).unwrap() > parent);
    child.kill().unwrap();
    // Ended, but not waited for.
    rustix::process::waitid(WaitId::Pid(middle), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT).unwrap();
    assert!(!descendants().unwrap().iter().any(|one| one.pid == middle));
    child.wait().unwrap();
    drop(input);
}

#[test]
fn orphans_are_adopted() {
    if !FULL {
        assert_eq!(adopt_orphans().unwrap_err().kind(), io::ErrorKind::Unsupported);
        return;
    }
    adopt_orphans().unwrap();
    let (mut child, input, line) = talker("exec 3<&0; cat <&3 & echo $!", Vec::new());
    child.wait().unwrap();
    let (orphan, own) = (pid(line.parse().unwrap()), rustix::process::getpid());
    assert!(descendants().unwrap().contains(&Descendant { pid: orphan, parent: own }));
    drop(input);
    let (ended, status) = rustix::process::waitpid(Some(orphan), WaitOptions::empty()).unwrap().unwrap();
    assert_eq!((ended, status.exit_status()), (orphan, Some(0)));
}
