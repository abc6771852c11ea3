//! Files and pipes that tests hand over and compare.
//!
//! Invariant: a descriptor is read by position, so that nothing of its own state matters.

use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileExt;

use farway_sys::mem::SharedFile;

use super::{Message, RigError};

/// A shared memory file with this content.
///
/// # Errors
/// Too many open files.
pub fn shared(bytes: &[u8]) -> Result<SharedFile, RigError> {
    let file = SharedFile::create(bytes.len() as u64, None)?;
    File::from(file.share()?).write_all_at(bytes, 0)?;
    Ok(file)
}

/// The first `size` bytes of a file.
///
/// # Errors
/// The file is shorter, or cannot be read.
pub fn content(file: &impl AsFd, size: u64) -> Result<Vec<u8>, RigError> {
    let mut bytes = vec![0; size as usize];
    File::from(file.as_fd().try_clone_to_owned()?).read_exact_at(&mut bytes, 0)?;
    Ok(bytes)
}

/// Bytes of a file.
///
/// # Errors
/// The descriptor has no size.
pub fn size(file: &impl AsFd) -> Result<u64, RigError> {
    Ok(File::from(file.as_fd().try_clone_to_owned()?).metadata()?.len())
}

/// Takes the descriptor of the first message `name` that has one.
///
/// # Errors
/// [`RigError::Failed`] if there is none.
pub fn take_fd(messages: &mut [Message], name: &str) -> Result<OwnedFd, RigError> {
    messages
        .iter_mut()
        .find(|message| message.is(name) && !message.fds.is_empty())
        .map(|message| message.fds.remove(0))
        .ok_or_else(|| RigError::Failed(format!("no descriptor came with {name}")))
}

/// Bytes that look random and are the same every time; `seed` chooses which.
pub fn noise(seed: u64, size: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        // xorshift64
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut bytes = Vec::with_capacity(size + 8);
    while bytes.len() < size {
        bytes.extend_from_slice(&next().to_le_bytes());
    }
    bytes.truncate(size);
    bytes
}

/// An error unless both are equal.
///
/// # Errors
/// [`RigError::Content`].
pub fn same(what: &str, wanted: &[u8], got: &[u8]) -> Result<(), RigError> {
    if wanted == got {
        return Ok(());
    }
    let differs = wanted.iter().zip(got).position(|(a, b)| a != b);
    let at = differs.unwrap_or(wanted.len().min(got.len())) as u64;
    Err(RigError::Content { what: format!("{what} ({} bytes, got {})", wanted.len(), got.len()), at })
}
