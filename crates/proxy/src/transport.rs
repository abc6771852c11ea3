//! How streams to the other half, and to the compositor, are had. Not the bytes in them.
//!
//! Invariant: nothing here reads the environment; every address is given.

pub mod emulated;

use std::fmt;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::sync::Mutex;

use farway_sys::net::{UnixListening, VsockAddr, VsockListening, connect_unix, vsock};

/// Somewhere to connect to, any number of times.
pub trait Dial: fmt::Debug + fmt::Display + Send + Sync {
    /// A new connection.
    ///
    /// # Errors
    /// Nobody answers there.
    fn dial(&self) -> io::Result<OwnedFd>;

    /// Whether there can be more than one connection.
    fn is_repeatable(&self) -> bool {
        true
    }
}

/// Somewhere to be connected to.
pub trait Accept: fmt::Debug + Send {
    /// The next connection; `None` if nobody waits.
    ///
    /// # Errors
    /// Out of descriptors, or the listener is broken.
    fn accept(&self) -> io::Result<Option<OwnedFd>>;

    /// What to poll for readability.
    fn poll_fd(&self) -> BorrowedFd<'_>;
}

/// A unix socket by its path.
#[derive(Clone, Debug)]
pub struct UnixPath(pub PathBuf);

impl fmt::Display for UnixPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.display().fmt(f)
    }
}

impl Dial for UnixPath {
    fn dial(&self) -> io::Result<OwnedFd> {
        connect_unix(&self.0)
    }
}

/// A vsock address.
#[derive(Clone, Copy, Debug)]
pub struct Vsock(pub VsockAddr);

impl fmt::Display for Vsock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "vsock {}", self.0)
    }
}

impl Dial for Vsock {
    fn dial(&self) -> io::Result<OwnedFd> {
        vsock::connect(self.0)
    }
}

/// A connection that exists already and can be had once, such as an inherited descriptor.
#[derive(Debug)]
pub struct Once {
    fd: Mutex<Option<OwnedFd>>,
    name: &'static str,
}

impl Once {
    /// Gives `fd` to the first who dials. `name` is for messages.
    pub fn new(fd: OwnedFd, name: &'static str) -> Self {
        Self { fd: Mutex::new(Some(fd)), name }
    }
}

impl fmt::Display for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Dial for Once {
    fn dial(&self) -> io::Result<OwnedFd> {
        let fd = crate::lock(&self.fd).take();
        fd.ok_or_else(|| io::Error::from(io::ErrorKind::NotConnected))
    }

    fn is_repeatable(&self) -> bool {
        false
    }
}

impl Accept for UnixListening {
    fn accept(&self) -> io::Result<Option<OwnedFd>> {
        Self::accept(self)
    }

    fn poll_fd(&self) -> BorrowedFd<'_> {
        std::os::fd::AsFd::as_fd(self)
    }
}

impl Accept for VsockListening {
    fn accept(&self) -> io::Result<Option<OwnedFd>> {
        Self::accept(self)
    }

    fn poll_fd(&self) -> BorrowedFd<'_> {
        std::os::fd::AsFd::as_fd(self)
    }
}
