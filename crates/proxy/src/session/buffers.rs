//! Memory for what is read from ports, used again when it comes back: new memory costs a fault for each page.
//!
//! Not a bound for what is under way: the session has that. Invariants: what is given out keeps at most twice its
//! length of memory, and no more than [`KEPT`] buffers are remembered.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

/// Buffers that are remembered: about what one stream has under way over a quick link.
const KEPT: usize = 8;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    free: BytesMut,
    given: VecDeque<Bytes>,
}

impl Buffers {
    /// An empty buffer to read into.
    pub fn free(&mut self) -> &mut BytesMut {
        if self.free.capacity() == 0 {
            let back = self.given.iter().position(Bytes::is_unique);
            let back = back.and_then(|at| self.given.swap_remove_back(at));
            self.free = back.and_then(|bytes| bytes.try_into_mut().ok()).unwrap_or_default();
        }
        self.free.clear();
        &mut self.free
    }

    /// What was read into it: a copy if it is little for so large a buffer.
    pub fn take(&mut self) -> Bytes {
        if self.free.len() < self.free.capacity() / 2 {
            return Bytes::copy_from_slice(&self.free);
        }
        let bytes = std::mem::take(&mut self.free).freeze();
        if self.given.len() == KEPT {
            self.given.pop_front();
        }
        self.given.push_back(bytes.clone());
        bytes
    }
}

#[cfg(test)]
mod tests;
