//! Descriptors that came from the local program and that no message has claimed yet.
//!
//! Invariant: each is claimed once; those that never are, are closed with the connection.

use std::collections::{BTreeMap, VecDeque};
use std::os::fd::OwnedFd;

use farway_proto::FdId;
use farway_proto::engine::FdQueue;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Fds {
    /// Where received descriptors arrive.
    pub arrived: VecDeque<OwnedFd>,
    held: BTreeMap<FdId, OwnedFd>,
    next: u32,
}

impl Fds {
    /// Names what arrived.
    pub fn announce(&mut self) -> FdQueue {
        let mut queue = FdQueue::new();
        for fd in self.arrived.drain(..) {
            let id = FdId(self.next);
            self.next = self.next.wrapping_add(1);
            self.held.insert(id, fd);
            queue.push(id);
        }
        queue
    }

    /// Gives out a descriptor.
    pub fn claim(&mut self, id: FdId) -> Option<OwnedFd> {
        self.held.remove(&id)
    }
}
