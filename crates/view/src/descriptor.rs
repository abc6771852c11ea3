//! What a client can pass beside its bytes: a descriptor of the system, or something of the same use within this
//! process.
//!
//! Invariant: each is owned by one place at a time, and dropping it closes it.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use farway_sys::mem::{Region, RegionError};

/// A passed descriptor.
#[derive(Debug)]
pub enum Descriptor {
    /// Of the system.
    Fd(OwnedFd),
    /// Memory within this process, in the place of a file: simulations and embedders that share no files.
    Memory(Arc<dyn Memory>),
    /// Something of a simulation that only passes through here, such as an end of a pipe, by its number there.
    Token(u64),
}

/// Memory of a pool that a client fills while we read.
pub trait Memory: std::fmt::Debug + Send + Sync {
    /// Bytes that can be read.
    fn len(&self) -> u64;

    /// Whether there is no byte to read.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Follows the file's growth to `size` bytes.
    ///
    /// # Errors
    /// It is not that long, or is longer already.
    fn grow(&self, size: u64) -> Result<(), RegionError>;

    /// Copies the bytes from `offset` on to `out`.
    ///
    /// # Errors
    /// They are not there, or not there any more.
    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), RegionError>;
}

impl Memory for Region {
    fn len(&self) -> u64 {
        Self::len(self)
    }

    fn grow(&self, size: u64) -> Result<(), RegionError> {
        Self::grow(self, size)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), RegionError> {
        Self::read(self, offset, out)
    }
}
