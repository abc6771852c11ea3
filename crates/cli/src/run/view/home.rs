//! Where a compositor of ours lives: a name, a lock, two sockets.
//!
//! Invariant: who has the lock owns the name; sockets of one that was killed are in nobody's way.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use farway_sys::net::{ListenError, UnixListening, listen_unix};
use rustix::fs::FlockOperation;

use crate::plan::view::Place;
use crate::run::RunError;

/// Names that are tried.
const NAMES: u32 = 100;

const BACKLOG: i32 = 1024;

/// A name that is ours.
#[derive(Debug)]
pub struct Home {
    directory: PathBuf,
    own: bool,
    name: OsString,
    lock: PathBuf,
    _held: File,
}

impl Drop for Home {
    fn drop(&mut self) {
        // Whoever opened the file before this has a lock on nothing; they look whether it is still there.
        let _ = fs::remove_file(control_path(&self.directory, &self.name));
        let _ = fs::remove_file(&self.lock);
    }
}

fn with(name: &OsStr, end: &str) -> OsString {
    let mut name = name.to_os_string();
    name.push(end);
    name
}

/// The socket by which the compositor of this name is asked.
pub fn control_path(directory: &Path, name: &OsStr) -> PathBuf {
    directory.join(with(name, ".control"))
}

/// The private directory, made if it is for us to make.
///
/// # Errors
/// It cannot be made, or is not ours alone.
pub fn private(place: &Place) -> io::Result<()> {
    if !place.own {
        return Ok(());
    }
    match fs::DirBuilder::new().mode(0o700).create(&place.directory) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let found = fs::symlink_metadata(&place.directory)?;
    // In a directory that all may write to, somebody else may have been faster.
    let private = found.is_dir() && found.mode() & 0o077 == 0;
    if private && found.uid() == rustix::process::getuid().as_raw() {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::PermissionDenied, "the directory is not ours alone"))
}

impl Home {
    /// Takes the wanted name, or the first that is free.
    ///
    /// # Errors
    /// It is taken, or the directory cannot be used.
    pub fn new(place: &Place) -> Result<Self, RunError> {
        let failed = |source| RunError::Home { path: place.directory.clone(), source };
        private(place).map_err(failed)?;
        let names: Vec<OsString> = match &place.name {
            Some(name) => vec![name.clone()],
            None => (0..NAMES).map(|number| format!("farway-{number}").into()).collect(),
        };
        for name in names {
            if let Some(home) = Self::take(place, name).map_err(failed)? {
                return Ok(home);
            }
        }
        let path = place.name.as_ref().map_or(place.directory.clone(), |name| place.directory.join(name));
        Err(RunError::Display(ListenError::Exists { path }))
    }

    /// Takes a name; `None` if somebody else has it.
    fn take(place: &Place, name: OsString) -> io::Result<Option<Self>> {
        let lock = place.directory.join(with(&name, ".lock"));
        let held = File::options().create(true).truncate(false).write(true).mode(0o600).open(&lock)?;
        if rustix::fs::flock(&held, FlockOperation::NonBlockingLockExclusive).is_err() {
            return Ok(None);
        }
        // Its last owner may have removed it after we opened it.
        let still =
            fs::metadata(&lock).is_ok_and(|it| held.metadata().is_ok_and(|own| own.ino() == it.ino()));
        if !still {
            return Ok(None);
        }
        // One that holds the lock in another way than ours is not disturbed, nor are its files.
        if farway_sys::net::connect_unix(&place.directory.join(&name)).is_ok() {
            return Ok(None);
        }
        let home = Self { directory: place.directory.clone(), own: place.own, name, lock, _held: held };
        for old in [home.path(), control_path(&home.directory, &home.name)] {
            match fs::remove_file(old) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(Some(home))
    }

    /// The Wayland socket.
    pub fn path(&self) -> PathBuf {
        self.directory.join(&self.name)
    }

    /// Listens for Wayland clients.
    ///
    /// # Errors
    /// The socket cannot be made.
    pub fn listen(&self) -> Result<UnixListening, RunError> {
        listen_unix(&self.path(), BACKLOG).map_err(RunError::Display)
    }

    /// Listens for Wayland clients and, second, for whoever asks something. Whoever finds the first can ask at once.
    ///
    /// # Errors
    /// A socket cannot be made.
    pub fn listen_both(&self) -> Result<(UnixListening, UnixListening), RunError> {
        let control =
            listen_unix(&control_path(&self.directory, &self.name), 16).map_err(RunError::Display)?;
        Ok((self.listen()?, control))
    }

    /// What `WAYLAND_DISPLAY` has to be.
    pub fn display(&self) -> OsString {
        if self.own { self.path().into() } else { self.name.clone() }
    }

    /// What `XDG_RUNTIME_DIR` has to be, if it is not what it is.
    pub fn own_directory(&self) -> Option<&Path> {
        self.own.then_some(&*self.directory)
    }

    /// The environment that a program needs, as a shell takes it.
    pub fn hint(&self) -> String {
        let directory = match self.own_directory() {
            Some(directory) => format!("XDG_RUNTIME_DIR={} ", directory.display()),
            None => String::new(),
        };
        format!("{directory}WAYLAND_DISPLAY={}", Path::new(&self.display()).display())
    }
}
