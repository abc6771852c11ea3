//! Memory for packed content, used again: of memory that is taken anew for each piece, the system clears every page.
//!
//! Invariants: what is lent comes back when the last of it was sent, from whatever thread; what is kept is bounded, and
//! goes with the tools that it belongs to.

use std::sync::{Arc, Mutex, Weak};

use bytes::Bytes;

use crate::lock;

/// Pieces that are kept: a frame of 1280x720 has fourteen.
const KEPT: usize = 16;

/// A piece is smaller than this; whole files are not kept, in bytes.
const LARGE: usize = 1 << 20;

type Kept = Mutex<Vec<Vec<u8>>>;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Spare(Arc<Kept>);

/// A piece on its way.
struct Lent {
    memory: Vec<u8>,
    home: Weak<Kept>,
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        &self.memory
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(home) = self.home.upgrade() {
            keep(&home, std::mem::take(&mut self.memory));
        }
    }
}

fn keep(home: &Kept, memory: Vec<u8>) {
    let mut kept = lock(home);
    if kept.len() < KEPT && memory.capacity() <= LARGE {
        kept.push(memory);
    }
}

impl Spare {
    /// Empty memory, large already if there is some.
    pub fn take(&self) -> Vec<u8> {
        let mut memory = lock(&self.0).pop().unwrap_or_default();
        memory.clear();
        memory
    }

    /// What was packed into such memory, to be sent. Of what was reserved for the worst case nothing is kept meanwhile.
    pub fn lend(&self, packed: Vec<u8>) -> Bytes {
        if packed.capacity() <= packed.len() * 2 {
            return Bytes::from_owner(Lent { memory: packed, home: Arc::downgrade(&self.0) });
        }
        let bytes = Bytes::copy_from_slice(&packed);
        keep(&self.0, packed);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_comes_back() {
        let spare = Spare::default();
        let mut memory = spare.take();
        memory.extend_from_slice(&[7; 1000]);
        let place = memory.as_ptr();
        let (sent, rest) = { (spare.lend(memory.clone()), spare.lend(memory)) };
        assert_eq!(sent, [7; 1000][..]);
        assert!(lock(&spare.0).is_empty());
        let part = rest.slice(10..20);
        drop(rest);
        assert!(lock(&spare.0).is_empty(), "a part of it is still being sent");
        std::thread::spawn(move || drop(part)).join().unwrap();
        let again = spare.take();
        assert!(again.is_empty() && again.capacity() >= 1000 && again.as_ptr() == place);
        drop(sent);
        assert_eq!(lock(&spare.0).len(), 1);
    }

    #[test]
    fn small_content_does_not_hold_much_memory() {
        let spare = Spare::default();
        let mut memory = Vec::with_capacity(1 << 20);
        memory.push(1);
        let sent = spare.lend(memory);
        assert_eq!((lock(&spare.0).len(), &sent[..]), (1, &[1][..]));
    }

    #[test]
    fn what_is_kept_is_bounded_and_goes_with_its_owner() {
        let spare = Spare::default();
        let sent: Vec<_> = (0..KEPT + 3).map(|_| spare.lend(vec![1; 100])).collect();
        drop(sent);
        assert_eq!(lock(&spare.0).len(), KEPT);
        let (sent, home) = (spare.lend(vec![1; 100]), Arc::downgrade(&spare.0));
        drop(spare);
        assert!(home.upgrade().is_none());
        assert_eq!(sent.len(), 100);
    }
}
