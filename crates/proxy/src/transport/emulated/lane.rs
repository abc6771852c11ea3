//! One direction of a link: a bounded buffer, then the rate, then the distance.
//!
//! Not a thread and not a clock: every call is told the time, in nanoseconds of any clock that does not go back.
//! Invariants: bytes come out in order, none before half the round trip has passed since they left the buffer; the
//! buffer is left no faster than the rate; the lane never holds more than its buffer and what the link itself holds.

use std::collections::VecDeque;

use bytes::Bytes;

use super::profile::LinkProfile;

/// Pieces are what leaves and arrives at once. A piece takes about this long at the rate of the link...
const PIECE_TIME: u64 = 250_000;
/// ...but is at least an Ethernet frame...
const PIECE_LEAST: u64 = 1500;
/// ...and not larger than this.
const PIECE_MOST: u64 = 64 << 10;

/// What an unlimited link holds at most, because memory is not unlimited.
const UNLIMITED_WINDOW: usize = 64 << 20;

/// Bits to bytes and seconds to nanoseconds.
const BIT_NANOS: u128 = 8_000_000_000;

/// A few bytes that travel together.
#[derive(Debug)]
struct Piece {
    /// When it has left the buffer.
    leaves: u64,
    /// When it can be had.
    arrives: u64,
    bytes: Bytes,
}

/// One direction of a link. See the module.
#[derive(Debug)]
pub struct Lane {
    /// Nanoseconds from leaving to arriving.
    delay: u64,
    /// Bits per second.
    rate: Option<u64>,
    /// Bytes that may wait to leave.
    buffer: usize,
    /// Bytes that may be in the lane at all.
    window: usize,
    /// The longest piece.
    piece: usize,
    /// Jitter in nanoseconds, and the state of its generator.
    jitter: Option<(u64, u64)>,
    pieces: VecDeque<Piece>,
    /// How many pieces at the front have left the buffer already, as far as was looked.
    left: usize,
    /// Bytes that have not left, as far as was looked.
    waiting: usize,
    /// Bytes in all pieces.
    held: usize,
    /// When the link can take the next piece, and the part of a nanosecond beyond that, in units of 1/rate.
    free: u64,
    fraction: u128,
    /// When the last piece arrives.
    last: u64,
    /// When the end of the stream arrives, once it was announced.
    end: Option<u64>,
}

impl Lane {
    /// An empty lane of a link that is like this.
    pub fn new(profile: &LinkProfile) -> Self {
        let nanos = |time: std::time::Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX / 4);
        let buffer = profile.buffer_bytes();
        let jitter = profile.jitter.map(|jitter| (nanos(jitter.most), jitter.seed));
        let window = match profile.rate {
            None => UNLIMITED_WINDOW,
            Some(rate) => {
                // Beyond the buffer, the link may hold what fits into its length, late pieces included.
                let late = profile.rtt + profile.jitter.map_or_else(Default::default, |jitter| jitter.most);
                let flying = u128::from(rate) * late.as_nanos() / BIT_NANOS;
                buffer.saturating_add(usize::try_from(flying).unwrap_or(usize::MAX)).min(UNLIMITED_WINDOW)
            }
        };
        let piece = profile.rate.map_or(PIECE_MOST, |rate| {
            let bytes = u128::from(rate) * u128::from(PIECE_TIME) / BIT_NANOS;
            u64::try_from(bytes).unwrap_or(PIECE_MOST).clamp(PIECE_LEAST, PIECE_MOST)
        });
        Self {
            delay: nanos(profile.rtt / 2),
            rate: profile.rate,
            buffer,
            window: window.max(buffer),
            piece: piece as usize,
            jitter,
            pieces: VecDeque::new(),
            left: 0,
            waiting: 0,
            held: 0,
            free: 0,
            fraction: 0,
            last: 0,
            end: None,
        }
    }

    /// Bytes that [`Self::push`] would take now. The sender waits while this is zero.
    pub fn room(&mut self, now: u64) -> usize {
        while let Some(piece) = self.pieces.get(self.left).filter(|piece| piece.leaves <= now) {
            self.waiting -= piece.bytes.len();
            self.left += 1;
        }
        if self.end.is_some() {
            return 0;
        }
        (self.buffer - self.waiting.min(self.buffer)).min(self.window.saturating_sub(self.held))
    }

    /// When a lane without room will have some: a time, or `None` if it has room or only [`Self::pop`] can make some.
    pub fn next_room(&mut self, now: u64) -> Option<u64> {
        if self.room(now) > 0 || self.held >= self.window {
            return None;
        }
        self.pieces.get(self.left).map(|piece| piece.leaves)
    }

    /// Puts bytes in; returns how many were taken, which is all of them or what there is room for.
    pub fn push(&mut self, now: u64, bytes: &[u8]) -> usize {
        let taken = bytes.len().min(self.room(now));
        for part in bytes[..taken].chunks(self.piece) {
            let leaves = self.leave(now, part.len());
            // What overtakes on a real network is put in order again by TCP: it waits for what is late.
            self.last = (leaves + self.delay + self.lateness()).max(self.last);
            self.waiting += part.len();
            self.held += part.len();
            self.pieces.push_back(Piece { leaves, arrives: self.last, bytes: Bytes::copy_from_slice(part) });
        }
        taken
    }

    /// Announces that nothing will follow. The end arrives like a byte.
    pub fn finish(&mut self, now: u64) {
        if self.end.is_none() {
            self.last = (self.free.max(now) + self.delay + self.lateness()).max(self.last);
            self.end = Some(self.last);
        }
    }

    /// The next bytes that have arrived. `None`: there are none yet.
    pub fn pop(&mut self, now: u64) -> Option<Bytes> {
        self.room(now);
        self.pieces.front().filter(|piece| piece.arrives <= now)?;
        let piece = self.pieces.pop_front()?;
        // It has arrived, so it has left.
        self.left -= 1;
        self.held -= piece.bytes.len();
        Some(piece.bytes)
    }

    /// Whether the end of the stream has arrived and everything before it was taken out.
    pub fn is_finished(&self, now: u64) -> bool {
        self.pieces.is_empty() && self.end.is_some_and(|end| end <= now)
    }

    /// When the next bytes, or the end of the stream, can be had; may be past. `None`: nothing is on its way.
    pub fn next_ready(&self) -> Option<u64> {
        self.pieces.front().map(|piece| piece.arrives).or(self.end)
    }

    /// Bytes in the lane, wherever.
    pub fn held(&self) -> usize {
        self.held
    }

    /// When `bytes` more have passed through the rate. Exact: fractions are carried on.
    fn leave(&mut self, now: u64, bytes: usize) -> u64 {
        if self.free < now {
            (self.free, self.fraction) = (now, 0);
        }
        if let Some(rate) = self.rate.map(u128::from) {
            let cost = bytes as u128 * BIT_NANOS + self.fraction;
            self.free = self.free.saturating_add(u64::try_from(cost / rate).unwrap_or(u64::MAX / 4));
            self.fraction = cost % rate;
        }
        self.free
    }

    /// How late the next piece is, by the generator (SplitMix64).
    fn lateness(&mut self) -> u64 {
        let Some((most, state)) = &mut self.jitter else { return 0 };
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = *state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % most.saturating_add(1)
    }
}

#[cfg(test)]
mod tests;
