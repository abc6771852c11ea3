//! A file in memory that we make and share with a local program.
//!
//! Invariant: it never shrinks; where the system has seals nobody else can shrink it either.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rustix::fs::OFlags;

use crate::platform;

/// An anonymous file, zero at first, growable.
#[derive(Debug)]
pub struct SharedFile {
    fd: OwnedFd,
    size: Mutex<u64>,
}

impl SharedFile {
    /// A file of `size` zero bytes, none of which takes memory before it is written. `dir` is the private directory
    /// for systems on which this must be an (unlinked) file; `None` is the temporary directory as std finds it.
    ///
    /// # Errors
    /// Too many open files, no space, a directory that cannot be written to.
    pub fn create(size: u64, dir: Option<&Path>) -> io::Result<Self> {
        let fd = platform::anonymous_file(dir)?;
        rustix::fs::ftruncate(&fd, size)?;
        platform::seal_shrink(fd.as_fd());
        Ok(Self { fd, size: Mutex::new(size) })
    }

    /// Enlarges the file to `size`; the new part is zero. The same size is no change.
    ///
    /// # Errors
    /// `InvalidInput` for a smaller size; otherwise what the system says.
    pub fn grow(&self, size: u64) -> io::Result<()> {
        let mut current = self.size.lock().unwrap_or_else(PoisonError::into_inner);
        if size < *current {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        if size > *current {
            rustix::fs::ftruncate(&self.fd, size)?;
            *current = size;
        }
        Ok(())
    }

    /// Bytes of the file.
    #[must_use]
    pub fn size(&self) -> u64 {
        *self.size.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A descriptor to give away, for reading and writing.
    ///
    /// # Errors
    /// Too many open files.
    pub fn share(&self) -> io::Result<OwnedFd> {
        self.fd.try_clone()
    }

    /// A descriptor to give away, for reading only: an open file description of its own that can be mapped shared.
    /// Where the system cannot do that, the same as [`Self::share`].
    ///
    /// # Errors
    /// Too many open files.
    pub fn share_read_only(&self) -> io::Result<OwnedFd> {
        match self.try_share_read_only() {
            Some(fd) => Ok(fd),
            None => self.share(),
        }
    }

    /// Like [`Self::share_read_only`]; `None` where the system cannot do that, or not now.
    #[must_use]
    pub fn try_share_read_only(&self) -> Option<OwnedFd> {
        platform::reopen(self.fd.as_fd(), OFlags::RDONLY)
    }
}

impl AsFd for SharedFile {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

#[cfg(test)]
mod tests;
