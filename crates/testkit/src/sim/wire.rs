//! The byte streams of the world: local sockets that carry descriptors, and the link, which does not.
//!
//! Invariant: a descriptor arrives no later than the first byte of its message, and in order; it may arrive
//! earlier.

use std::collections::VecDeque;

use rand::RngCore;
use rand::rngs::SmallRng;

use super::kernel::Fd;

/// Takes at most `most` bytes out of a queue.
pub fn take(queue: &mut VecDeque<u8>, most: usize) -> Vec<u8> {
    let n = most.min(queue.len());
    let (first, second) = queue.as_slices();
    let split = n.min(first.len());
    let bytes = [&first[..split], &second[..n - split]].concat();
    queue.drain(..n);
    bytes
}

/// Random bytes.
pub fn noise(rng: &mut SmallRng, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    rng.fill_bytes(&mut bytes);
    bytes
}

/// One direction of a local socket.
#[derive(Debug, Default)]
pub struct Socket {
    bytes: VecDeque<u8>,
    /// Bytes that were taken out so far.
    taken: u64,
    /// With the position of the byte that each must not come after.
    fds: VecDeque<(u64, Fd)>,
    /// Whoever wrote is gone.
    pub closed: bool,
}

impl Socket {
    /// Appends bytes, with descriptors that belong to the first of them.
    pub fn send(&mut self, bytes: &[u8], fds: impl IntoIterator<Item = Fd>) {
        let at = self.taken + self.bytes.len() as u64;
        self.fds.extend(fds.into_iter().map(|fd| (at, fd)));
        self.bytes.extend(bytes);
    }

    /// Takes out at most `most` bytes, the descriptors that must come with them, and up to `early` others.
    pub fn receive(&mut self, most: usize, early: usize) -> (Vec<u8>, Vec<Fd>) {
        let bytes = take(&mut self.bytes, most);
        self.taken += bytes.len() as u64;
        let due = self.fds.iter().take_while(|(at, _)| *at < self.taken).count();
        let count = due.saturating_add(early).min(self.fds.len());
        (bytes, self.fds.drain(..count).map(|(_, fd)| fd).collect())
    }

    /// Bytes on the way.
    #[allow(clippy::len_without_is_empty)] // descriptors may be on the way without bytes
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The bytes on the way, to be damaged.
    pub fn bytes(&mut self) -> &mut VecDeque<u8> {
        &mut self.bytes
    }
}
