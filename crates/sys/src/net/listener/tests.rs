#![allow(clippy::assertions_on_constants)] // constant for each platform

use super::*;
use crate::testing::{FULL, TempDir, is_cloexec, is_nonblocking};
use std::os::unix::fs::PermissionsExt;

/// A path of exactly `len` bytes in a directory that exists.
fn path_of(dir: &TempDir, len: usize) -> PathBuf {
    let mut path = dir.path().to_path_buf();
    while len - path.as_os_str().len() > 60 {
        path.push("d".repeat(40));
    }
    std::fs::create_dir_all(&path).unwrap();
    let name = len - path.as_os_str().len() - 1;
    path.push("s".repeat(name));
    assert_eq!(path.as_os_str().len(), len);
    path
}

fn talk(listening: &UnixListening, path: &Path) {
    assert!(listening.accept().unwrap().is_none());
    let client = connect_unix(path).unwrap();
    let server = listening.accept().unwrap().unwrap();
    assert!(is_cloexec(&client) && is_cloexec(&server) && is_cloexec(listening));
    assert!(!is_nonblocking(&server) && !is_nonblocking(&client));
    rustix::io::write(&client, b"hello").unwrap();
    let mut buf = [0; 10];
    assert_eq!(rustix::io::read(&server, &mut buf), Ok(5));
}

#[test]
fn lengths_around_the_limits() {
    let limit = platform::SOCKET_PATH_LIMIT;
    for len in [60, 102, 103, 104, 105, 106, 107, 108, 109, 200] {
        let dir = TempDir::new();
        let path = path_of(&dir, len);
        if FULL || len <= limit {
            let listening = listen_unix(&path, 10).unwrap();
            assert!(path.exists());
            talk(&listening, &path);
            drop(listening);
            assert!(!path.exists());
        } else {
            let error = listen_unix(&path, 10).unwrap_err();
            assert!(
                matches!(error, ListenError::PathTooLong { limit: l, len: n, .. } if l == limit && n == len)
            );
            assert_eq!(connect_unix(&path).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        }
    }
}

#[test]
fn a_name_too_long_for_every_way() {
    let dir = TempDir::new();
    let path = dir.path().join("n".repeat(120));
    assert!(matches!(listen_unix(&path, 1), Err(ListenError::PathTooLong { .. })));
}

#[test]
fn for_the_owner_only() {
    let dir = TempDir::new();
    let path = dir.path().join("private");
    let _listening = listen_unix(&path, 1).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn what_exists_is_left_alone() {
    let dir = TempDir::new();
    let path = dir.path().join("taken");
    std::fs::write(&path, "precious").unwrap();
    assert!(matches!(listen_unix(&path, 1), Err(ListenError::Exists { .. })));
    assert_eq!(std::fs::read(&path).unwrap(), b"precious");
    std::fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink("nowhere", &path).unwrap();
    assert!(matches!(listen_unix(&path, 1), Err(ListenError::Exists { .. })));
}

#[test]
fn only_its_own_file_is_removed() {
    let dir = TempDir::new();
    let path = dir.path().join("socket");
    let listening = listen_unix(&path, 1).unwrap();
    let aside = dir.path().join("aside");
    std::fs::rename(&path, &aside).unwrap();
    let successor = listen_unix(&path, 1).unwrap();
    drop(listening);
    assert!(path.exists() && aside.exists());
    drop(successor);
    assert!(!path.exists());

    let mut kept = listen_unix(&path, 1).unwrap();
    kept.keep();
    drop(kept);
    assert!(path.exists());
}

#[test]
fn removal_now() {
    let dir = TempDir::new();
    let path = dir.path().join("socket");
    let mut listening = listen_unix(&path, 1).unwrap();
    let _client = connect_unix(&path).unwrap();
    listening.unlink();
    assert!(!path.exists());
    assert!(listening.accept().unwrap().is_some());
    assert!(listening.accept().unwrap().is_none());
}

#[test]
fn clear_words_for_bad_paths() {
    let dir = TempDir::new();
    let missing = dir.path().join("missing/socket");
    assert!(matches!(listen_unix(&missing, 1), Err(ListenError::NoDirectory { .. })));
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    assert!(matches!(listen_unix(&file.join("socket"), 1), Err(ListenError::NoDirectory { .. })));
    for bad in ["", "/", "..", "dir/", "nul\0byte"] {
        assert!(matches!(listen_unix(Path::new(bad), 1), Err(ListenError::BadName { .. })), "{bad:?}");
    }
    assert_eq!(connect_unix(&missing).unwrap_err().kind(), io::ErrorKind::NotFound);
    assert_eq!(connect_unix(&dir.path().join("none")).unwrap_err().kind(), io::ErrorKind::NotFound);
    assert_eq!(connect_unix(&file).unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
}

#[test]
fn abstract_names() {
    let name = format!("farway-test-{}", std::process::id());
    match listen_abstract(name.as_bytes()) {
        Ok(listening) => {
            assert!(FULL);
            let _client = connect_abstract(name.as_bytes()).unwrap();
            assert!(listening.accept().unwrap().is_some());
        }
        Err(error) => assert!(!FULL && error.kind() == io::ErrorKind::Unsupported),
    }
}

#[test]
fn an_inherited_listener() {
    let dir = TempDir::new();
    let path = dir.path().join("socket");
    let std = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let listening = UnixListening::adopt(std.into()).unwrap();
    talk(&listening, &path);
    drop(listening);
    assert!(path.exists());
}
