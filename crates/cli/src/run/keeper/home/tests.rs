use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;

use rustix::net::{AddressFamily, SocketAddrUnix, SocketType};

use super::*;

fn directory() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o700)).unwrap();
    directory
}

/// A socket with a name, at which nobody listens.
fn bound(path: &Path) -> OwnedFd {
    let socket = rustix::net::socket(AddressFamily::UNIX, SocketType::STREAM, None).unwrap();
    rustix::net::bind(&socket, &SocketAddrUnix::new(path).unwrap()).unwrap();
    socket
}

#[test]
fn a_session_that_is_being_born_is_not_swept() {
    let directory = directory();
    let directory = directory.path();
    let lock = lock(directory, FlockOperation::LockExclusive).unwrap();
    let socket = bound(&path(directory, "abcde"));
    assert!(all(directory).is_empty() && path(directory, "abcde").exists());
    rustix::net::listen(&socket, 1).unwrap();
    drop(lock);
    assert_eq!(all(directory).len(), 1);
}

#[test]
fn what_a_dead_keeper_left_is_swept() {
    let directory = directory();
    let directory = directory.path();
    let display = directory.join("wayland-x");
    drop((bound(&path(directory, "abcde")), bound(&display)));
    std::os::unix::fs::symlink(&display, directory.join(format!("abcde{DISPLAY}"))).unwrap();
    assert!(connect(directory, "abcde").unwrap().is_none());
    assert_eq!(fs::read_dir(directory).unwrap().count(), 0);
}

#[test]
fn nobody_waits_for_a_keeper_that_listens_to_nobody() {
    let directory = directory();
    let directory = directory.path();
    let home = Home::new(directory).unwrap();
    let reached = |found: &[(String, io::Result<Socket>)]| found[0].1.is_ok();
    let mut callers = Vec::new();
    loop {
        let mut found = all(directory);
        assert!(callers.len() < 1000, "the backlog has an end");
        match reached(&found) {
            true => callers.push(found.remove(0)),
            false => break,
        }
    }
    let error = connect(directory, &home.id).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
    // Others are not kept from beginning.
    let other = Home::new(directory).unwrap();
    assert_eq!(all(directory).len(), 2);
    drop((home, other));
    assert!(all(directory).is_empty());
}
