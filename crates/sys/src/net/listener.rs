//! Listening on local sockets, and connecting to them, by paths of any length where the system allows it.
//!
//! What it is: creation, acceptance and removal of socket files. What it is not: it decides no path and authenticates
//! nobody. Invariants: the file is for its owner only before anyone can connect; an existing file is never touched;
//! only the very file that was made is removed; the working directory is never changed.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrUnix};

use crate::platform;

/// Why a socket could not be made at a path.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Something has that name already, perhaps the socket of another program.
    #[error("{} exists already", path.display())]
    Exists {
        /// The path that was asked for.
        path: PathBuf,
    },
    /// The path does not fit into a socket address of this system.
    #[error("{} is too long for a socket ({len} bytes; at most {limit})", path.display())]
    PathTooLong {
        /// The path that was asked for.
        path: PathBuf,
        /// Its length in bytes.
        len: usize,
        /// The most bytes that would do.
        limit: usize,
    },
    /// The directory of the path does not exist, or is none.
    #[error("{} is not a directory that exists", directory.display())]
    NoDirectory {
        /// The directory part of the path.
        directory: PathBuf,
    },
    /// The path does not end in a file name, or contains a NUL byte.
    #[error("{} is no name for a socket", path.display())]
    BadName {
        /// The path that was asked for.
        path: PathBuf,
    },
    /// The system refused.
    #[error("cannot make the socket {}", path.display())]
    Io {
        /// The path that was asked for.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// A listening local socket. Dropping it removes its file, if it has one that is still the same.
#[derive(Debug)]
pub struct UnixListening {
    fd: OwnedFd,
    file: Option<SocketFile>,
}

/// The directory is held open, so that removal works whatever happens to the path or the working directory.
#[derive(Debug)]
struct SocketFile {
    directory: OwnedFd,
    name: OsString,
    identity: (u64, u64),
}

/// Makes a socket file for its owner only and listens on it.
///
/// # Errors
/// See [`ListenError`]; the name must not exist.
pub fn listen_unix(path: &Path, backlog: i32) -> Result<UnixListening, ListenError> {
    let place = Place::of(path)?;
    let address = place.address()?;
    let failed = |error: Errno| match error {
        Errno::ADDRINUSE | Errno::EXIST => ListenError::Exists { path: path.into() },
        error => ListenError::Io { path: path.into(), source: error.into() },
    };
    let socket = platform::stream_socket(AddressFamily::UNIX)
        .map_err(|source| ListenError::Io { path: path.into(), source })?;
    // Linux makes the file with the mode of the socket's own inode; elsewhere this fails and `chmod` below does it.
    let private = Mode::RUSR | Mode::WUSR;
    let _ = rustix::fs::fchmod(&socket, private);
    rustix::net::bind(&socket, &address).map_err(failed)?;
    let file = SocketFile::made(place).map_err(failed)?;
    // Nobody can connect before `listen`, so there is no moment at which the mode matters and is wrong.
    file.restrict(private).map_err(failed)?;
    rustix::net::listen(&socket, backlog).map_err(failed)?;
    set_nonblocking(&socket).map_err(failed)?;
    Ok(UnixListening { fd: socket, file: Some(file) })
}

/// Listens on an abstract name, given without the leading NUL. Any user may connect: check the peer.
///
/// # Errors
/// `Unsupported` but on Linux and Android; otherwise what the system says.
pub fn listen_abstract(name: &[u8]) -> io::Result<UnixListening> {
    let address = platform::abstract_address(name)?;
    let socket = platform::stream_socket(AddressFamily::UNIX)?;
    rustix::net::bind(&socket, &address)?;
    rustix::net::listen(&socket, 128)?;
    set_nonblocking(&socket)?;
    Ok(UnixListening { fd: socket, file: None })
}

/// Connects to the socket at `path`; waits while the listener's backlog is full.
///
/// # Errors
/// A [`ListenError`] inside an `InvalidInput` error if the path is too long; otherwise what the system says.
pub fn connect_unix(path: &Path) -> io::Result<OwnedFd> {
    let place = Place::of(path).map_err(to_io)?;
    let address = place.address().map_err(to_io)?;
    connect(platform::stream_socket(AddressFamily::UNIX)?, &address)
}

/// As [`connect_unix`], but never waits: [`io::ErrorKind::WouldBlock`] if the listener's backlog is full.
///
/// # Errors
/// See [`connect_unix`].
pub fn connect_unix_now(path: &Path) -> io::Result<OwnedFd> {
    let place = Place::of(path).map_err(to_io)?;
    let address = place.address().map_err(to_io)?;
    let socket = platform::stream_socket(AddressFamily::UNIX)?;
    set_nonblocking(&socket)?;
    connect(socket, &address)
}

/// Connects to an abstract name, given without the leading NUL.
///
/// # Errors
/// `Unsupported` but on Linux and Android; otherwise what the system says.
pub fn connect_abstract(name: &[u8]) -> io::Result<OwnedFd> {
    connect(platform::stream_socket(AddressFamily::UNIX)?, &platform::abstract_address(name)?)
}

fn connect(socket: OwnedFd, address: &SocketAddrUnix) -> io::Result<OwnedFd> {
    loop {
        match rustix::net::connect(&socket, address) {
            Ok(()) => return Ok(socket),
            // An interrupted connection to a local socket has not begun.
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn to_io(error: ListenError) -> io::Error {
    match error {
        ListenError::Io { source, .. } => source,
        ListenError::NoDirectory { .. } => io::Error::new(io::ErrorKind::NotFound, error),
        other => io::Error::new(io::ErrorKind::InvalidInput, other),
    }
}

/// The descriptor of a listener is ours alone, so its mode may be changed.
fn set_nonblocking(socket: &OwnedFd) -> Result<(), Errno> {
    rustix::fs::fcntl_setfl(socket, rustix::fs::fcntl_getfl(socket)? | OFlags::NONBLOCK)
}

/// One accepted connection, or `None` if nobody waits.
pub(super) fn accept(listener: BorrowedFd<'_>) -> io::Result<Option<OwnedFd>> {
    loop {
        match platform::accept(listener) {
            Ok(socket) => {
                platform::prepare_socket(socket.as_fd());
                return Ok(Some(socket));
            }
            Err(error) => match error.kind() {
                io::ErrorKind::WouldBlock => return Ok(None),
                io::ErrorKind::Interrupted | io::ErrorKind::ConnectionAborted => {}
                _ => return Err(error),
            },
        }
    }
}

impl UnixListening {
    /// Takes over a socket that listens already, such as an inherited one. It has no file that we would remove.
    ///
    /// # Errors
    /// The descriptor's flags cannot be set.
    pub fn adopt(fd: OwnedFd) -> io::Result<Self> {
        rustix::io::fcntl_setfd(&fd, rustix::io::FdFlags::CLOEXEC)?;
        set_nonblocking(&fd)?;
        Ok(Self { fd, file: None })
    }

    /// One waiting connection, close-on-exec; `None` if nobody waits.
    ///
    /// # Errors
    /// What `accept` says, for example too many open files: the caller should pause, for the listener stays readable.
    pub fn accept(&self) -> io::Result<Option<OwnedFd>> {
        accept(self.fd.as_fd())
    }

    /// Removes the socket file now; those that have connected are not disturbed.
    pub fn unlink(&mut self) {
        if let Some(file) = self.file.take() {
            file.remove();
        }
    }

    /// Leaves the socket file in place when dropped.
    pub fn keep(&mut self) {
        self.file = None;
    }
}

impl AsFd for UnixListening {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

impl Drop for UnixListening {
    fn drop(&mut self) {
        self.unlink();
    }
}

/// A path taken apart, its directory open.
struct Place<'a> {
    path: &'a Path,
    directory: OwnedFd,
    name: &'a OsStr,
}

impl<'a> Place<'a> {
    fn of(path: &'a Path) -> Result<Self, ListenError> {
        let bytes = path.as_os_str().as_bytes();
        let named = !bytes.ends_with(b"/") && !bytes.contains(&0);
        let Some(name) = path.file_name().filter(|_| named) else {
            return Err(ListenError::BadName { path: path.into() });
        };
        let parent = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        match rustix::fs::open(parent, flags, Mode::empty()) {
            Ok(directory) => Ok(Self { path, directory, name }),
            Err(Errno::NOENT | Errno::NOTDIR) => Err(ListenError::NoDirectory { directory: parent.into() }),
            Err(error) => Err(ListenError::Io { path: path.into(), source: error.into() }),
        }
    }

    fn address(&self) -> Result<SocketAddrUnix, ListenError> {
        let limit = platform::SOCKET_PATH_LIMIT;
        let len = self.path.as_os_str().len();
        let too_long = || ListenError::PathTooLong { path: self.path.into(), len, limit };
        let short = match len <= limit {
            true => self.path.to_path_buf(),
            false => platform::short_path(self.directory.as_fd(), self.name).ok_or_else(too_long)?,
        };
        if short.as_os_str().len() > limit {
            return Err(too_long());
        }
        SocketAddrUnix::new(&short)
            .map_err(|error| ListenError::Io { path: self.path.into(), source: error.into() })
    }
}

impl SocketFile {
    fn made(place: Place<'_>) -> Result<Self, Errno> {
        let identity = identity(&place.directory, place.name)?;
        Ok(Self { directory: place.directory, name: place.name.into(), identity })
    }

    fn restrict(&self, mode: Mode) -> Result<(), Errno> {
        let stat = rustix::fs::statat(&self.directory, &self.name, AtFlags::SYMLINK_NOFOLLOW)?;
        if Mode::from_raw_mode(stat.st_mode) == mode {
            return Ok(());
        }
        rustix::fs::chmodat(&self.directory, &self.name, mode, AtFlags::empty())
    }

    fn remove(self) {
        if identity(&self.directory, &self.name) == Ok(self.identity) {
            let _ = rustix::fs::unlinkat(&self.directory, &self.name, AtFlags::empty());
        }
    }
}

#[allow(clippy::unnecessary_cast)] // the widths differ between systems
fn identity(directory: &OwnedFd, name: &OsStr) -> Result<(u64, u64), Errno> {
    let stat = rustix::fs::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW)?;
    Ok((stat.st_dev as u64, stat.st_ino as u64))
}

#[cfg(test)]
mod tests;
