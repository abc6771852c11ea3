//! Whose bytes go next. Streams with little to say go before those with much; among equals, in turn.
//!
//! Not what they say. Invariant: a stream is in at most one queue, and with much to say by all of the small ones, the
//! large ones still get their share.

use std::collections::VecDeque;

/// A stream with no more than this to send is small.
const SMALL: u64 = 4 << 10;

/// Bytes of small streams that go before a large one that waits gets a turn.
const SHARE: usize = 64 << 10;

/// The queues.
#[derive(Debug, Default)]
pub struct Scheduler {
    small: VecDeque<u32>,
    large: VecDeque<u32>,
    /// Sent of small ones since a large one had a turn.
    favoured: usize,
    /// The last stream was a small one.
    favours: bool,
}

impl Scheduler {
    /// Puts a stream that is in no queue at the end of the right one.
    pub fn push(&mut self, stream: u32, unsent: u64) {
        match unsent <= SMALL {
            true => self.small.push_back(stream),
            false => self.large.push_back(stream),
        }
    }

    /// The next stream, taken off its queue. `unsent` tells how much a stream has to say now.
    pub fn pop(&mut self, unsent: impl Fn(u32) -> u64) -> Option<u32> {
        if self.large.is_empty() || self.favoured < SHARE {
            while let Some(stream) = self.small.pop_front() {
                let amount = unsent(stream);
                if amount <= SMALL {
                    self.favours = true;
                    return Some(stream);
                }
                self.large.push_back(stream);
            }
        }
        (self.favoured, self.favours) = (0, false);
        self.large.pop_front().or_else(|| self.small.pop_front())
    }

    /// The next small stream, taken off its queue: nothing else may be sent now.
    pub fn pop_small(&mut self, unsent: impl Fn(u32) -> u64) -> Option<u32> {
        while let Some(stream) = self.small.pop_front() {
            if unsent(stream) <= SMALL {
                self.favours = true;
                return Some(stream);
            }
            self.large.push_back(stream);
        }
        None
    }

    /// So many bytes were sent of the stream that [`Self::pop`] gave.
    pub fn was_sent(&mut self, bytes: usize) {
        if self.favours {
            self.favoured += bytes + 1;
        }
    }

    /// Whether a small stream waits.
    pub fn has_small(&self, unsent: impl Fn(u32) -> u64) -> bool {
        self.small.iter().any(|it| unsent(*it) <= SMALL)
    }

    /// Whether no stream has anything to say.
    pub fn is_empty(&self) -> bool {
        self.small.is_empty() && self.large.is_empty()
    }

    /// Forgets a stream.
    pub fn remove(&mut self, stream: u32) {
        self.small.retain(|it| *it != stream);
        self.large.retain(|it| *it != stream);
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.small.clear();
        self.large.clear();
        self.favoured = 0;
    }
}
