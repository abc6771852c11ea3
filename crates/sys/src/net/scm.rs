//! The queue in front of a socket that carries descriptors.
//!
//! The rule it keeps: a descriptor leaves no later than the first byte of the message that owns it, in order, once.
//! At most 16 leave with one call; while more wait for the bytes at hand, one byte goes with each group. The
//! descriptors of a call that sent anything count as sent, however few bytes that was (`sendmsg` of any system).

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use bytes::{Buf, Bytes};

use super::{Sent, Socket};

/// Descriptors per call: some receivers have room for no more than 28, some for fewer.
const GROUP: usize = 16;

/// Slices per call.
const SLICES: usize = 64;

/// How far a flush came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flush {
    /// Everything was sent.
    Done,
    /// The socket takes no more now; wait until it is writable.
    Full,
    /// The other end is gone. The queue was emptied, its descriptors dropped.
    Closed,
}

/// Bytes and descriptors on their way into a [`Socket`].
#[derive(Debug, Default)]
pub struct Outbox {
    chunks: VecDeque<Bytes>,
    fds: VecDeque<Pending>,
    /// Position in the stream of the first queued byte.
    position: u64,
    len: usize,
}

#[derive(Debug)]
struct Pending {
    fd: Arc<OwnedFd>,
    /// Position in the stream of the first byte that must not overtake the descriptor.
    owner: u64,
}

impl Outbox {
    /// An empty queue.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Queues `bytes` and the descriptors that its messages own. `bytes` should hold at least one byte for every 16
    /// descriptors; descriptors that find no byte wait for the next push.
    pub fn push(&mut self, bytes: Bytes, fds: Vec<Arc<OwnedFd>>) {
        let owner = self.position + self.len as u64;
        self.fds.extend(fds.into_iter().map(|fd| Pending { fd, owner }));
        if !bytes.is_empty() {
            self.len += bytes.len();
            self.chunks.push_back(bytes);
        }
    }

    /// Whether no byte is queued.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bytes queued.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Descriptors queued.
    #[must_use]
    pub fn fds(&self) -> usize {
        self.fds.len()
    }

    /// Sends until the queue is empty or the socket full.
    ///
    /// # Errors
    /// What `sendmsg` says, other than that the peer is gone.
    pub fn flush(&mut self, socket: &Socket) -> io::Result<Flush> {
        while self.len > 0 {
            match self.send_group(socket)? {
                Sent::Bytes(count) => self.advance(count),
                Sent::Full => return Ok(Flush::Full),
                Sent::Closed => {
                    self.advance(self.len);
                    self.fds.clear();
                    return Ok(Flush::Closed);
                }
            }
        }
        Ok(Flush::Done)
    }

    /// One call: a group of descriptors and the bytes that may go with it. Descriptors that went are dropped.
    fn send_group(&mut self, socket: &Socket) -> io::Result<Sent> {
        let group = self.fds.len().min(GROUP);
        let mut room = match self.fds.get(group) {
            Some(left) => {
                usize::try_from(left.owner.saturating_sub(self.position)).unwrap_or(usize::MAX).max(1)
            }
            None => usize::MAX,
        };
        let mut slices = Vec::with_capacity(self.chunks.len().min(SLICES));
        for chunk in self.chunks.iter().take(SLICES) {
            let part = &chunk[..chunk.len().min(room)];
            room -= part.len();
            slices.push(IoSlice::new(part));
            if room == 0 {
                break;
            }
        }
        let fds: Vec<BorrowedFd<'_>> =
            self.fds.iter().take(group).map(|pending| pending.fd.as_fd()).collect();
        let sent = socket.send(&slices, &fds)?;
        if matches!(sent, Sent::Bytes(count) if count > 0) {
            self.fds.drain(..group);
        }
        Ok(sent)
    }

    fn advance(&mut self, mut count: usize) {
        self.position += count as u64;
        self.len -= count;
        while let Some(front) = self.chunks.front_mut() {
            if front.len() > count {
                front.advance(count);
                return;
            }
            count -= front.len();
            self.chunks.pop_front();
        }
    }
}

#[cfg(test)]
mod tests;
