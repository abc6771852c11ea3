//! What the other end is told of the bytes that come over this link, so that it knows what is still on its way.
//!
//! Not credits, which are of streams and survive the link. Invariants: everything that came is told of after a time, and
//! nothing is told twice, so an idle link is silent; acknowledgements are not acknowledged.

use super::frame::Frame;
use crate::Instant;

/// So many bytes are told of at once, in time or not: more than credits come for over a quick link, as an
/// acknowledgement goes with them and need not wake anybody by itself...
const MOST: u64 = 192 << 10;

/// ...while the link is new, fewer: the other end knows nothing of it...
const FEWEST: u64 = 4 << 10;

/// ...until so many times more have come.
const SHARE: u64 = 8;

/// Less than [`FEWEST`] may wait so much longer, as it hardly counts against any limit, but not longer than
/// [`LONGEST`] (nanoseconds): a timer of a millisecond costs as much as a small message.
const LONGER: u64 = 16;

/// So many bytes told of within [`QUICK_TIME`] (nanoseconds) show a link where bytes come soon enough to be counted, and
/// what is left may wait longer, too.
const QUICK: u64 = 64 << 10;

/// See [`QUICK`].
const QUICK_TIME: u64 = 1_000_000;

/// See [`LONGER`].
pub const LONGEST: u64 = 25_000_000;

/// See the module.
#[derive(Debug, Default)]
pub struct Acks {
    received: u64,
    told: u64,
    /// When the first byte came that was not told of, and the last.
    since: Instant,
    last: Instant,
    told_at: Instant,
    quick: bool,
}

impl Acks {
    /// Bytes of streams came, with their headers.
    pub fn take(&mut self, now: Instant, bytes: u64) {
        if self.received == self.told {
            self.since = now;
        }
        self.received += bytes;
        self.last = now;
    }

    /// Whether there is something to tell.
    pub fn has_news(&self) -> bool {
        self.received != self.told
    }

    /// When it should be told if there is nothing else to say; `delay` in nanoseconds.
    pub fn due(&self, delay: u64) -> Option<Instant> {
        let news = self.received - self.told;
        let delay = match () {
            () if news >= (self.received / SHARE).clamp(FEWEST, MOST) => 0,
            () if news < FEWEST || self.quick => (delay * LONGER).min(LONGEST),
            () => delay,
        };
        self.has_news().then(|| self.since.after(delay))
    }

    /// What to tell.
    pub fn tell(&mut self, now: Instant) -> Frame {
        self.quick = self.received - self.told >= QUICK && now.0.saturating_sub(self.told_at.0) < QUICK_TIME;
        (self.told, self.told_at) = (self.received, now);
        let delay = now.0.saturating_sub(self.last.0) / 1000;
        let delay = u32::try_from(delay).unwrap_or(u32::MAX);
        Frame::Arrived { delay, received: self.received, at: self.last.0 }
    }
}

#[cfg(test)]
mod tests;
