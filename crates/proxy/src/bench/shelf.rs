//! Files that were sent whole, by their hash: what the other end has need not be sent again.
//!
//! One [`Shelf`] for all connections of a session, at each end. Not a cache of the network's: it lives as long as its
//! process, and whoever takes a session over begins with an empty one. Invariants: what was said to be kept is kept; a
//! name is used only after the other end has said that it keeps what we sent under it; memory is bounded, whatever
//! comes.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard};

use bytes::Bytes;
use farway_proto::channel::Name;
use sha2::{Digest, Sha256};

/// Files that are kept, and names of the other end's.
const FILES: usize = 64;
/// Bytes of a file that is kept: keymaps have some ten thousand, colour profiles up to a million.
const SIZES: std::ops::RangeInclusive<usize> = 256..=1 << 20;
/// Bytes of all of them.
const BYTES: usize = 8 << 20;

/// See the module.
#[derive(Debug, Default)]
pub struct Shelf {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    kept: HashMap<Name, Bytes>,
    bytes: usize,
    /// Sent, and not known to be kept over there.
    sent: HashSet<Name>,
    theirs: HashSet<Name>,
}

impl Shelf {
    /// Keeps what has come, if it is worth it and there is room. Then the other end is to be told the name.
    pub fn keep(&self, content: &[u8]) -> Option<Name> {
        if !SIZES.contains(&content.len()) {
            return None;
        }
        let name = name(content);
        let mut state = self.state();
        if !state.kept.contains_key(&name) {
            if state.kept.len() >= FILES || state.bytes + content.len() > BYTES {
                return None;
            }
            state.bytes += content.len();
            state.kept.insert(name, Bytes::copy_from_slice(content));
        }
        Some(name)
    }

    /// What is kept under a name.
    pub fn find(&self, name: &[u8]) -> Option<Bytes> {
        self.state().kept.get(name).cloned()
    }

    /// The name under which the other end keeps this; else it is to be sent, and remembered as such.
    pub fn send(&self, content: &[u8]) -> Option<Name> {
        if !SIZES.contains(&content.len()) {
            return None;
        }
        let name = name(content);
        let mut state = self.state();
        if state.theirs.contains(&name) {
            return Some(name);
        }
        if state.sent.len() + state.theirs.len() < FILES {
            state.sent.insert(name);
        }
        None
    }

    /// The other end keeps something. What was never sent does not count.
    pub fn known(&self, name: Name) {
        let mut state = self.state();
        if state.sent.remove(&name) {
            state.theirs.insert(name);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        crate::lock(&self.state)
    }
}

fn name(content: &[u8]) -> Name {
    Sha256::digest(content).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_used_once_it_is_known() {
        let (near, far) = (Shelf::default(), Shelf::default());
        let keymap = vec![7; 50_000];
        assert_eq!(near.send(&keymap), None);
        assert_eq!(near.send(&keymap), None, "nobody has said that it came");
        let kept = far.keep(&keymap).expect("there is room");
        near.known(kept);
        assert_eq!(near.send(&keymap), Some(kept));
        assert_eq!(far.find(&kept).as_deref(), Some(&keymap[..]));
        assert_eq!(far.find(&[0; 32]), None);
        near.known([9; 32]);
        assert_eq!(near.state().theirs.len(), 1, "that was never sent");
    }

    #[test]
    fn memory_is_bounded() {
        let shelf = Shelf::default();
        assert_eq!((shelf.keep(&[1; 10]), shelf.send(&[1; 10])), (None, None), "it is as short as a name");
        assert_eq!(shelf.keep(&vec![1; (1 << 20) + 1]), None);
        let content = |n: u32, len| n.to_le_bytes().into_iter().cycle().take(len).collect::<Vec<u8>>();
        (0..3 * FILES as u32).for_each(|n| assert_eq!(shelf.send(&content(n, 300)), None));
        let kept = (0..20).filter(|n| shelf.keep(&content(*n, 1 << 20)).is_some()).count();
        let state = shelf.state();
        assert!(state.bytes == BYTES && state.kept.len() == kept && kept == 8 && state.sent.len() == FILES);
        let shelf = Shelf::default();
        let kept = (0..3 * FILES as u32).filter(|n| shelf.keep(&content(*n, 300)).is_some()).count();
        assert_eq!((kept, shelf.state().kept.len()), (FILES, FILES));
    }
}
