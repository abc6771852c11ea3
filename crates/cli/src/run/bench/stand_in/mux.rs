//! Records of several channels in one lane, as ssh has packets in one TCP connection.
//!
//! Pure: bytes and time in, records out. Invariants: a record is never torn by another; the bytes of a channel that
//! its receiver has not taken are never more than a window, so a receiver that is stuck holds up nobody else.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use farway_proxy::transport::emulated::{Lane, LinkProfile};

/// Bytes of a channel on their way; OpenSSH's value.
pub const WINDOW: usize = 2 << 20;
/// The longest content of a record. OpenSSH's packets are up to twice as long.
pub const LONGEST: usize = 16 << 10;
/// The receiver says that it has taken something when it was so much; OpenSSH's value.
const NOTICE: usize = 96 << 10;
/// Kind, channel, and a length or a number.
const HEAD: usize = 9;

/// What one end says to the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// Content of a channel.
    Data(u32, Bytes),
    /// A forwarded socket of this number has a connection, which is now this channel.
    Open(u32, u32),
    /// No content follows.
    End(u32),
    /// The channel is gone.
    Reset(u32),
    /// So much more may be sent.
    Window(u32, u32),
    /// The command has ended.
    Exit(u32),
}

/// What goes into a lane.
#[derive(Debug)]
pub struct Outgoing {
    lane: Lane,
    /// What the lane has not taken yet.
    pending: BytesMut,
    carried: u64,
}

impl Outgoing {
    /// Into an empty lane.
    pub fn new(profile: &LinkProfile) -> Self {
        Self { lane: Lane::new(profile), pending: BytesMut::new(), carried: 0 }
    }

    /// Says something.
    pub fn say(&mut self, now: u64, record: &Record) {
        let (kind, channel, number, content) = match record {
            Record::Data(channel, bytes) => (0, *channel, bytes.len() as u32, &bytes[..]),
            Record::Open(channel, socket) => (1, *channel, *socket, &[][..]),
            Record::End(channel) => (2, *channel, 0, &[][..]),
            Record::Reset(channel) => (3, *channel, 0, &[][..]),
            Record::Window(channel, more) => (4, *channel, *more, &[][..]),
            Record::Exit(code) => (5, 0, *code, &[][..]),
        };
        self.pending.put_u8(kind);
        self.pending.put_u32_le(channel);
        self.pending.put_u32_le(number);
        self.pending.put_slice(content);
        self.flush(now);
    }

    /// Lets the lane take what it can.
    pub fn flush(&mut self, now: u64) {
        while !self.pending.is_empty() {
            match self.lane.push(now, &self.pending) {
                0 => return,
                taken => {
                    self.carried += taken as u64;
                    self.pending.advance(taken);
                }
            }
        }
    }

    /// Bytes of content that one record could have now.
    pub fn room(&mut self, now: u64) -> usize {
        self.flush(now);
        if self.pending.is_empty() { self.lane.room(now).saturating_sub(HEAD).min(LONGEST) } else { 0 }
    }

    /// What has arrived at the other end.
    pub fn arrived(&mut self, now: u64) -> Option<Bytes> {
        self.lane.pop(now)
    }

    /// When to look again although nobody did anything.
    pub fn wakes(&mut self, now: u64) -> Option<u64> {
        [self.lane.next_ready(), self.lane.next_room(now)].into_iter().flatten().min()
    }

    /// Bytes that the lane has taken so far.
    pub fn carried(&self) -> u64 {
        self.carried
    }
}

/// Finds the records in what arrives.
#[derive(Debug, Default)]
pub struct Incoming {
    bytes: BytesMut,
}

impl Incoming {
    /// Takes what has arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next record, once all of it is there.
    pub fn next(&mut self) -> Option<Record> {
        let mut head = self.bytes.get(..HEAD)?;
        let (kind, channel, number) = (head.get_u8(), head.get_u32_le(), head.get_u32_le());
        let len = if kind == 0 { number as usize } else { 0 };
        if self.bytes.len() < HEAD + len {
            return None;
        }
        self.bytes.advance(HEAD);
        let content = self.bytes.split_to(len).freeze();
        Some(match kind {
            0 => Record::Data(channel, content),
            1 => Record::Open(channel, number),
            2 => Record::End(channel),
            3 => Record::Reset(channel),
            4 => Record::Window(channel, number),
            _ => Record::Exit(number),
        })
    }
}

/// What one end of a channel may send, and what it has taken.
#[derive(Debug)]
pub struct Credit {
    left: usize,
    taken: usize,
}

impl Default for Credit {
    fn default() -> Self {
        Self { left: WINDOW, taken: 0 }
    }
}

impl Credit {
    /// Bytes that may be sent.
    pub fn left(&self) -> usize {
        self.left
    }

    /// So much was sent.
    pub fn spend(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(bytes);
    }

    /// The other end has taken so much.
    pub fn refill(&mut self, bytes: u32) {
        self.left = (self.left + bytes as usize).min(WINDOW);
    }

    /// So much was taken; returns what the other end should be told, if it is time.
    pub fn take(&mut self, bytes: usize) -> Option<u32> {
        self.taken += bytes;
        (self.taken >= NOTICE).then(|| std::mem::take(&mut self.taken) as u32)
    }
}

#[cfg(test)]
mod tests;
