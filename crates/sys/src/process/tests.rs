use super::*;
use crate::testing::is_cloexec;
use std::process::Stdio;

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
    io::Read::read_to_string(&mut std::fs::File::from(read), &mut text).unwrap();
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
