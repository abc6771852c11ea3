//! One stream: what is kept of it until the other end has it, and how much of it may come.
//!
//! Not who may send first: see [`super::Session`]. Invariants: `base <= sent <= end`, the bytes from `base` to `end` are
//! all kept; the end of a stream counts as one byte behind the last, so it is acknowledged and repeated like any other.

use std::collections::VecDeque;

use bytes::{Buf, Bytes};

/// The outgoing half.
#[derive(Debug, Default)]
pub struct Sending {
    /// Everything before this was received over there.
    base: u64,
    /// Everything before this was put on the present link.
    sent: u64,
    /// The most that was ever put on any link.
    high: u64,
    /// Everything before this was given to us.
    end: u64,
    /// How far the other end lets us go.
    limit: u64,
    /// Bytes from `base` to `end`.
    kept: VecDeque<Bytes>,
    /// Where `sent` is: a place in `kept`, and bytes of it.
    at: (usize, usize),
    finished: bool,
    finish_sent: bool,
    /// The end was put on some link.
    finish_ever_sent: bool,
    finish_received: bool,
}

impl Sending {
    /// A stream of which `limit` bytes may be sent.
    pub fn new(limit: u64) -> Self {
        Self { limit, ..Self::default() }
    }

    /// Takes bytes to be sent. Nothing may follow the end.
    pub fn push(&mut self, bytes: Bytes) {
        if bytes.is_empty() || self.finished {
            return;
        }
        self.end += bytes.len() as u64;
        self.kept.push_back(bytes);
    }

    /// No more bytes.
    pub fn finish(&mut self) {
        self.finished = true;
    }

    /// Whether no more bytes will be given.
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// Bytes that were not put on the present link.
    pub fn unsent(&self) -> u64 {
        self.end - self.sent
    }

    /// Bytes that are kept.
    pub fn kept(&self) -> u64 {
        self.end - self.base
    }

    /// Bytes given to us since the stream began.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Whether the other end has not got everything that is on the link.
    pub fn is_under_way(&self) -> bool {
        self.base < self.sent || (self.finish_sent && !self.finish_received)
    }

    /// Bytes that may be put on the link now.
    pub fn sendable(&self) -> usize {
        usize::try_from(self.end.min(self.limit) - self.sent.min(self.limit)).unwrap_or(usize::MAX)
    }

    /// Whether the end is due.
    pub fn is_finish_due(&self) -> bool {
        self.finished && !self.finish_sent && self.sent == self.end
    }

    /// The end was put on the link.
    pub fn finish_was_sent(&mut self) {
        (self.finish_sent, self.finish_ever_sent) = (true, true);
    }

    /// Whether the other end has everything, the end included.
    pub fn is_over(&self) -> bool {
        self.finish_received
    }

    /// Puts at most `most` bytes on the link: gives the pieces to `out`, and how many bytes they are.
    pub fn take(&mut self, most: usize, out: &mut VecDeque<Bytes>) -> usize {
        let total = self.sendable().min(most);
        let mut left = total;
        while left > 0 {
            let (index, offset) = self.at;
            let piece = &self.kept[index];
            let count = left.min(piece.len() - offset);
            out.push_back(piece.slice(offset..offset + count));
            self.at = if offset + count == piece.len() { (index + 1, 0) } else { (index, offset + count) };
            left -= count;
        }
        self.sent += total as u64;
        self.high = self.high.max(self.sent);
        total
    }

    /// The other end has `received` bytes, its end included. False if it cannot have.
    pub fn acknowledge(&mut self, received: u64, limit: u64) -> bool {
        if !self.can_have(received) {
            return false;
        }
        self.limit = self.limit.max(limit);
        // Nothing follows an end that was sent.
        if received > self.end {
            self.finish_received = true;
        }
        // An acknowledgement of an earlier link may be behind.
        let upto = received.min(self.end).max(self.base);
        self.drop_until(upto);
        true
    }

    fn drop_until(&mut self, upto: u64) {
        let mut left = upto - self.base;
        self.base = upto;
        while left > 0 {
            let Some(first) = self.kept.front_mut() else { break };
            let length = first.len() as u64;
            if length > left {
                first.advance(left as usize);
                if self.at.0 == 0 {
                    self.at.1 = self.at.1.saturating_sub(left as usize);
                }
                left = 0;
            } else {
                left -= length;
                self.kept.pop_front();
                self.at = if self.at.0 == 0 { (0, 0) } else { (self.at.0 - 1, self.at.1) };
            }
        }
        if self.sent < self.base {
            (self.sent, self.at) = (self.base, (0, 0));
        }
    }

    /// Whether the other end can have `received` bytes, its end included: so many were sent.
    fn can_have(&self, received: u64) -> bool {
        received <= self.high + u64::from(self.finish_ever_sent)
    }

    /// Whether the other end can be resumed with what it says: neither more than was sent nor less than it had before.
    pub fn can_resume(&self, received: u64) -> bool {
        let had = self.base + u64::from(self.finish_received);
        received >= had && self.can_have(received)
    }

    /// A new link: what the other end does not have is sent again. Nothing happens if it cannot have what it says.
    pub fn resume(&mut self, received: u64) {
        if self.can_resume(received) && self.acknowledge(received, 0) {
            (self.sent, self.at) = (self.base, (0, 0));
            self.finish_sent = self.finish_received;
        }
    }

    /// Everything that the other end is not known to have, and whether the end follows.
    pub fn into_rest(self) -> (VecDeque<Bytes>, bool) {
        (self.kept, self.finished)
    }
}

/// The incoming half.
#[derive(Debug)]
pub struct Receiving {
    received: u64,
    /// Bytes that the owner is done with.
    consumed: u64,
    /// Bytes that may wait for the owner.
    window: u64,
    /// What the other end was told: received, limit.
    told: (u64, u64),
    finished: bool,
}

/// Acknowledge at least once in so many bytes, where the window is small.
const ACKNOWLEDGE_EVERY: u64 = 32 << 10;

/// Acknowledge at least once in this part of a large window: each time wakes the other end.
const ACKNOWLEDGE_SHARE: u64 = 32;

impl Receiving {
    /// A stream of which the other end assumes that `limit` bytes may come; `window` may wait in truth.
    pub fn new(limit: u64, window: u64) -> Self {
        Self { received: 0, consumed: 0, window: window.max(limit), told: (0, limit), finished: false }
    }

    /// Bytes have come. False if they should not have.
    pub fn take(&mut self, count: usize) -> bool {
        self.received += count as u64;
        !self.finished && self.received <= self.told.1
    }

    /// The end has come. False if it had come before.
    pub fn finish(&mut self) -> bool {
        !std::mem::replace(&mut self.finished, true)
    }

    /// The owner is done with so many bytes.
    pub fn consume(&mut self, count: usize) {
        self.consumed = (self.consumed + count as u64).min(self.received);
    }

    /// Whether everything has come, and its owner is done with it.
    pub fn is_over(&self) -> bool {
        self.finished && self.consumed == self.received
    }

    /// Whether the end has come.
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// Whether the other end was told of everything that came.
    pub fn is_told(&self) -> bool {
        self.told.0 == self.position()
    }

    /// Bytes received, the end counting as one.
    pub fn position(&self) -> u64 {
        self.received + u64::from(self.finished)
    }

    /// Bytes that may wait for the owner.
    pub fn window(&self) -> u64 {
        self.window
    }

    fn limit(&self) -> u64 {
        self.consumed + self.window
    }

    /// Whether the other end should be told more now.
    pub fn is_credit_due(&self) -> bool {
        let every = ACKNOWLEDGE_EVERY.max(self.window / ACKNOWLEDGE_SHARE);
        let more = self.position() - self.told.0 >= every;
        more || (self.finished && self.told.0 < self.position())
            || self.limit() - self.told.1 >= self.window / 4
    }

    /// Whether the other end could be told more.
    pub fn has_news(&self) -> bool {
        (self.position(), self.limit()) != self.told
    }

    /// What to tell the other end: received, limit.
    pub fn credit(&mut self) -> (u64, u64) {
        self.told = (self.position(), self.limit());
        self.told
    }
}

#[cfg(test)]
mod tests;
