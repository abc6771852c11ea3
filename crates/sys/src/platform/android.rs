//! Android: the kernel of Linux under a stricter house. What differs from `linux.rs` is here.

pub(crate) use super::linux::*;

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

/// A memfd, or an unlinked file in `directory` (the application's cache folder) where the sandbox refuses memfds.
pub(crate) fn anonymous_file(directory: Option<&Path>) -> io::Result<OwnedFd> {
    match super::linux::anonymous_file(None) {
        Ok(file) => Ok(file),
        Err(refused) => match directory {
            Some(directory) => super::unlinked_file(directory),
            None => Err(refused),
        },
    }
}
