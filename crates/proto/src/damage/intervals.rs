//! Sorted sets of byte intervals of one resource.
//!
//! What it is: the pending damage of a pool, aligned to the diff's unit of comparison.
//! What it is not: it does not know the size of the resource until [`Intervals::clip`] is told.
//! Invariant: intervals are non-empty, sorted and at least [`GAP`] bytes apart; starts are multiples of
//! [`ALIGN`], and so are ends unless `clip` cut one. At most [`MAX_INTERVALS`] are kept.

/// The diff compares blocks of this many bytes, so finer damage would gain nothing.
pub const ALIGN: u64 = 64;

/// Intervals closer than this are merged: a run costs more than the bytes between.
pub const GAP: u64 = 128;

/// Bound on the number of intervals of one set. Beyond it neighbours are merged, so damage grows.
pub const MAX_INTERVALS: usize = 1 << 17;

/// Bytes `start..end`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Interval {
    /// First byte.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
}

impl Interval {
    /// Number of bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// True if it holds no byte.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.end <= self.start
    }

    /// Rounded outward to [`ALIGN`]. Saturates at the top of the range.
    #[must_use]
    pub fn aligned(&self) -> Self {
        Self {
            start: self.start & !(ALIGN - 1),
            end: self.end.checked_next_multiple_of(ALIGN).unwrap_or(u64::MAX),
        }
    }

    /// Number of blocks it touches, for an aligned start.
    fn blocks(&self) -> u64 {
        self.len().div_ceil(ALIGN)
    }
}

/// A set of byte intervals; see the module for what holds of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Intervals {
    list: Vec<Interval>,
}

impl Intervals {
    /// The empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one interval, rounded outward to [`ALIGN`]. An empty one adds nothing.
    pub fn add(&mut self, interval: Interval) {
        if interval.is_empty() {
            return;
        }
        let mut new = interval.aligned();
        if self.list.last().is_none_or(|last| last.start <= new.start) {
            return self.append(new);
        }
        // All in `first..past` lie closer than the gap and melt into the new one.
        let first = self.list.partition_point(|i| i.end.saturating_add(GAP) <= new.start);
        let past = self.list.partition_point(|i| i.start < new.end.saturating_add(GAP));
        if first < past {
            new.start = new.start.min(self.list[first].start);
            new.end = new.end.max(self.list[past - 1].end);
            self.list[first] = new;
            self.list.drain(first + 1..past);
        } else {
            self.list.insert(first, new);
            self.bound();
        }
    }

    /// Adds every interval of `other`. Linear, and quick when `other` lies behind `self`.
    pub fn merge(&mut self, other: &Self) {
        let Some(&head) = other.list.first() else { return };
        if self.list.last().is_none_or(|last| last.start <= head.start) {
            other.list.iter().for_each(|&i| self.append(i));
            return;
        }
        if let [only] = other.list[..] {
            return self.add(only);
        }
        let mut mine = std::mem::take(&mut self.list).into_iter().peekable();
        let mut theirs = other.list.iter().copied().peekable();
        self.list.reserve(mine.len() + theirs.len());
        loop {
            let ours_first = match (mine.peek(), theirs.peek()) {
                (Some(a), Some(b)) => a.start <= b.start,
                (Some(_), None) => true,
                (None, Some(_)) => false,
                (None, None) => return,
            };
            let next = if ours_first { mine.next() } else { theirs.next() };
            next.into_iter().for_each(|i| self.append(i));
        }
    }

    /// True if nothing is pending.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Number of bytes in all intervals, saturating.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.list.iter().fold(0u64, |sum, i| sum.saturating_add(i.len()))
    }

    /// The intervals in order.
    #[must_use]
    pub fn as_slice(&self) -> &[Interval] {
        &self.list
    }

    /// Empties the set, keeping its memory for the next frame.
    pub fn clear(&mut self) {
        self.list.clear();
    }

    /// Drops everything at or past `end`, the size of the resource. The last end may then be unaligned.
    pub fn clip(&mut self, end: u64) {
        let keep = self.list.partition_point(|i| i.start < end);
        self.list.truncate(keep);
        if let Some(last) = self.list.last_mut() {
            last.end = last.end.min(end);
        }
    }

    /// Cuts the set into `ceil(total / max)` nearly equal parts, in order, at multiples of [`ALIGN`]. No
    /// part is empty, and none exceeds `max` when `max` is a multiple of [`ALIGN`]. The memory used grows
    /// with `total / max`, so the caller chooses `max` sensibly (the specification says 256 KiB).
    #[must_use]
    pub fn split(&self, max: u64) -> Vec<Vec<Interval>> {
        let blocks: u64 = self.list.iter().fold(0u64, |sum, i| sum.saturating_add(i.blocks()));
        if blocks == 0 {
            return Vec::new();
        }
        let parts = self.total().div_ceil(max.max(ALIGN)).clamp(1, blocks);
        if parts == 1 {
            return vec![self.list.clone()];
        }
        let mut out = Vec::with_capacity(usize::try_from(parts).unwrap_or(0));
        let mut rest = self.list.iter().copied();
        let mut current = Interval::default();
        for index in 0..parts {
            // The first `blocks % parts` parts take one block more.
            let mut want = blocks / parts + u64::from(index < blocks % parts);
            let mut part = Vec::new();
            while want > 0 {
                if current.is_empty() {
                    let Some(next) = rest.next() else { break };
                    current = next;
                }
                let take = want.min(current.blocks());
                let end = current.start.saturating_add(take.saturating_mul(ALIGN)).min(current.end);
                part.push(Interval { start: current.start, end });
                current.start = end;
                want -= take;
            }
            out.push(part);
        }
        out
    }

    /// Makes room at once for a modest number of intervals that are about to be added.
    pub(super) fn expect_more(&mut self, count: u64) {
        self.list.reserve(usize::try_from(count.min(4096)).unwrap_or(0));
    }

    /// Adds an aligned interval that starts at or behind the start of the last one.
    fn append(&mut self, new: Interval) {
        match self.list.last_mut() {
            Some(last) if new.start < last.end.saturating_add(GAP) => last.end = last.end.max(new.end),
            _ => {
                self.list.push(new);
                self.bound();
            }
        }
    }

    /// Keeps the bound by merging neighbours in pairs.
    fn bound(&mut self) {
        if self.list.len() <= MAX_INTERVALS {
            return;
        }
        let half = self.list.len().div_ceil(2);
        for i in 0..half {
            let last = (2 * i + 1).min(self.list.len() - 1);
            self.list[i] = Interval { start: self.list[2 * i].start, end: self.list[last].end };
        }
        self.list.truncate(half);
    }
}

#[cfg(test)]
mod tests;
