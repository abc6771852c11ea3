//! The way to the other half.
//!
//! Not the errors: the connection that dials says them, and tells its application.

use std::fmt;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use farway_proxy::transport::{Dial, UnixPath, Vsock};

use crate::plan::Channel;

/// How to reach the other half.
pub fn channel(channel: &Channel) -> Arc<dyn Dial> {
    match channel {
        Channel::Unix(path) => Arc::new(UnixPath(path.clone())),
        Channel::Vsock(address) => Arc::new(Vsock(*address)),
    }
}

/// Removes the channel's socket file, if it is one.
pub fn unlink(channel: &Channel) {
    let Channel::Unix(path) = channel else { return };
    if is_socket(path).is_ok_and(|socket| socket) {
        if let Err(error) = std::fs::remove_file(path) {
            tracing::debug!("cannot remove {}: {error}", path.display());
        }
    }
}

/// Whether there is a socket at `path`.
///
/// # Errors
/// There is nothing, or it cannot be looked at.
pub fn is_socket(path: &Path) -> io::Result<bool> {
    Ok(std::fs::metadata(path)?.file_type().is_socket())
}

/// A first attempt whose failure is remembered. More may follow it: another compression is tried that way.
#[derive(Debug)]
pub struct Attempt {
    inner: Arc<dyn Dial>,
    /// Whose file to remove after the attempt: nobody will use it again.
    unlink: Option<Channel>,
    made: AtomicBool,
    failed: AtomicBool,
}

impl Attempt {
    /// An attempt to reach `to`, whose file is removed after it if `remove` says so.
    pub fn new(to: &Channel, remove: bool) -> Self {
        let unlink = remove.then(|| to.clone());
        Self { inner: channel(to), unlink, made: AtomicBool::new(false), failed: AtomicBool::new(false) }
    }

    /// Whether it was made in vain.
    pub fn has_failed(&self) -> bool {
        self.failed.load(Ordering::SeqCst)
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl Dial for Attempt {
    fn dial(&self) -> io::Result<OwnedFd> {
        if self.made.swap(true, Ordering::SeqCst) {
            // What has the name after we removed it is somebody else's.
            let ours = self.unlink.is_none();
            return if ours { self.inner.dial() } else { Err(io::ErrorKind::NotFound.into()) };
        }
        let stream = self.inner.dial();
        self.failed.store(stream.is_err(), Ordering::SeqCst);
        self.unlink.iter().for_each(unlink);
        stream
    }
}
