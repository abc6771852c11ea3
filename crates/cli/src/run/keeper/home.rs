//! Where sessions are on this machine: a private directory with a socket for each.
//!
//! Invariants: what is in the directory is ours alone; a socket whose keeper is gone is removed by whoever finds it, and
//! one whose keeper does not listen yet is not; nobody waits for a keeper that does not answer.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use farway_proto::session::words::Summary;
use farway_sys::net::{ListenError, Socket, UnixListening, connect_unix_now, listen_unix};
use rustix::fs::FlockOperation;

use crate::random;
pub use crate::random::{same, secret as new_secret};
use crate::run::RunError;
use crate::run::door::Door;

const END: &str = ".session";

/// Callers that may wait.
const BACKLOG: i32 = 16;

/// Beside the socket: a link to the session's display, for whoever has to sweep it.
const DISPLAY: &str = ".display";

/// A session's place.
#[derive(Debug)]
pub struct Home {
    /// The session's name.
    pub id: String,
    /// Where porters come. Dropping it removes the file.
    pub door: Door,
    /// See [`DISPLAY`].
    display: PathBuf,
}

/// Makes the directory, or finds that it is as it must be.
///
/// # Errors
/// It cannot be made, or is not ours alone.
pub fn prepare(directory: &Path) -> io::Result<()> {
    match DirBuilder::new().recursive(true).mode(0o700).create(directory) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    check(directory)
}

/// Whether what is in the directory can be believed: anybody may make one of this name before us.
fn check(directory: &Path) -> io::Result<()> {
    let found = fs::symlink_metadata(directory)?;
    let ours = found.uid() == rustix::process::getuid().as_raw();
    if found.is_dir() && ours && found.mode() & 0o077 == 0 {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::PermissionDenied, "the directory is not ours alone"))
}

impl Home {
    /// A new session's place.
    ///
    /// # Errors
    /// [`RunError::Home`].
    pub fn new(directory: &Path) -> Result<Self, RunError> {
        let failed = |source| RunError::Home { path: directory.into(), source };
        prepare(directory).map_err(failed)?;
        // Sweeps what was left by keepers that were killed.
        drop(all(directory));
        for _ in 0..16 {
            let id = new_id().map_err(failed)?;
            match listen(directory, &id) {
                Ok(listener) => {
                    let display = directory.join(format!("{id}{DISPLAY}"));
                    return Ok(Self { id, door: Door::new(listener), display });
                }
                Err(ListenError::Exists { .. }) => {}
                Err(error) => return Err(failed(io::Error::other(error))),
            }
        }
        Err(failed(io::ErrorKind::AlreadyExists.into()))
    }

    /// Notes where the display is, in case that we are killed.
    pub fn note(&self, display: &Path) {
        if let Err(error) = std::os::unix::fs::symlink(display, &self.display) {
            tracing::debug!("{}: {error}", self.display.display());
        }
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // There is none if the session has no display.
        let _ = fs::remove_file(&self.display);
    }
}

/// Listens where porters will look for the session.
fn listen(directory: &Path, id: &str) -> Result<UnixListening, ListenError> {
    let path = path(directory, id);
    // A socket that has its name and does not listen yet looks as if its keeper were gone.
    let _born = lock(directory, FlockOperation::LockExclusive)
        .map_err(|source| ListenError::Io { path: path.clone(), source })?;
    listen_unix(&path, BACKLOG)
}

/// While it is held, sessions are neither born nor swept.
fn lock(directory: &Path, operation: FlockOperation) -> io::Result<File> {
    let directory = File::open(directory)?;
    rustix::fs::flock(&directory, operation)?;
    Ok(directory)
}

/// Whether nobody listens at a socket.
fn is_dead(socket: &Path) -> bool {
    connect_unix_now(socket).is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}

/// Removes what is left of a session whose keeper was killed.
fn sweep(directory: &Path, id: &str) {
    // Whoever has the lock may be about to listen here. Later will do.
    let Ok(_alone) = lock(directory, FlockOperation::NonBlockingLockExclusive) else { return };
    if !is_dead(&path(directory, id)) {
        return;
    }
    let note = directory.join(format!("{id}{DISPLAY}"));
    if let Ok(display) = fs::read_link(&note) {
        // Another session may listen there by now.
        let is_socket = fs::symlink_metadata(&display).is_ok_and(|it| it.file_type().is_socket());
        if is_socket && is_dead(&display) {
            let _ = fs::remove_file(&display);
        }
        let _ = fs::remove_file(&note);
    }
    let _ = fs::remove_file(path(directory, id));
}

fn path(directory: &Path, id: &str) -> PathBuf {
    directory.join(format!("{id}{END}"))
}

/// Whether this can be a session's name. A name becomes part of a path.
fn is_id(id: &str) -> bool {
    (1..=32).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// Connects to a session's keeper; `None` if there is no such session.
///
/// # Errors
/// The keeper cannot be reached for another reason: `WouldBlock` if it has not listened to anybody for long.
pub fn connect(directory: &Path, id: &str) -> io::Result<Option<Socket>> {
    if !is_id(id) {
        return Ok(None);
    }
    match check(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        checked => checked?,
    }
    let path = path(directory, id);
    match connect_unix_now(&path) {
        Ok(stream) => Ok(Some(Socket::from(stream))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            sweep(directory, id);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// All sessions with a living keeper, by name, and how it is reached, or why not.
pub fn all(directory: &Path) -> Vec<(String, io::Result<Socket>)> {
    let entries = check(directory).and_then(|()| fs::read_dir(directory));
    let Ok(entries) = entries else { return Vec::new() };
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let mut ids: Vec<String> = names.filter_map(|name| Some(name.strip_suffix(END)?.to_string())).collect();
    ids.sort();
    let live = |id: String| connect(directory, &id).transpose().map(|socket| (id, socket));
    ids.into_iter().filter_map(live).collect()
}

/// What there is to say of a session whose keeper says nothing, perhaps because it is stopped.
pub fn silent(directory: &Path, id: String) -> Summary {
    let begun = fs::symlink_metadata(path(directory, &id)).and_then(|found| found.modified());
    let age = begun.ok().and_then(|begun| begun.elapsed().ok());
    Summary {
        id,
        command: "(unknown)".into(),
        age: age.unwrap_or_default().as_secs(),
        alone: None,
        windows: 0,
        stranded: 0,
        terminal: false,
        waits: "for its keeper, which does not answer".into(),
    }
}

/// Five letters that can be told over a phone.
fn new_id() -> io::Result<String> {
    const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyz";
    Ok(random::bytes::<5>()?
        .iter()
        .map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]))
        .collect())
}

#[cfg(test)]
mod tests;
