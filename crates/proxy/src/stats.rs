//! Counters of what crosses the channel, for whoever wants to tell them.
//!
//! Invariant: they only grow, and counting costs nothing where nobody asked for it.

use std::sync::atomic::{AtomicU64, Ordering};

use farway_proto::channel::Update;

/// Content that was sent, by all connections that share the settings.
#[derive(Debug, Default)]
pub struct Tally {
    differing: AtomicU64,
    packed: AtomicU64,
}

impl Tally {
    /// One update is on its way.
    pub(crate) fn sent(&self, update: &Update) {
        self.differing.fetch_add(update.unpacked(), Ordering::Relaxed);
        self.packed.fetch_add(update.payload().len() as u64, Ordering::Relaxed);
    }

    /// Bytes that the comparison left to be sent.
    #[must_use]
    pub fn differing(&self) -> u64 {
        self.differing.load(Ordering::Relaxed)
    }

    /// Bytes that compression left of those.
    #[must_use]
    pub fn packed(&self) -> u64 {
        self.packed.load(Ordering::Relaxed)
    }
}
