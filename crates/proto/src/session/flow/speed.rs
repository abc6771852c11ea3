//! The rate at which bytes arrive, by the clock of whoever receives them: what happens to acknowledgements on their way
//! does not matter.
//!
//! Invariants: what arrived while the sender had nothing to send never makes the rate less; memory is bounded by
//! [`ENTRIES`].

use std::collections::VecDeque;

use super::MS;

/// Rounds whose best rate counts.
const ROUNDS: usize = 4;

/// The shortest time that shows a rate, in nanoseconds, and the bytes that must have come in it.
const SHORT: u64 = 4 * MS;
const SHORT_BYTES: u64 = 8 << 10;

/// The shortest time that a rate is measured over if there is enough of it, in nanoseconds: some links deliver in bursts.
const WHOLE: u64 = 25 * MS;

/// Acknowledgements that are remembered.
const ENTRIES: usize = 256;

/// How long a rate is measured where a round trip takes so long, in nanoseconds.
pub fn whole(trip: u64) -> u64 {
    WHOLE.max(trip / 2)
}

/// See the module.
#[derive(Debug, Default)]
pub struct Speed {
    /// Of acknowledgements: time over there, bytes received.
    history: VecDeque<(u64, u64)>,
    /// The sender had nothing to send behind these bytes, and perhaps some between.
    dry: Option<(u64, u64)>,
    /// Of short times, until the link was full for a round. Bytes per second.
    guess: Option<u64>,
    settled: bool,
    /// At least so much, though it came too quickly to be measured, or was a probe. Bytes per second.
    floor: Option<u64>,
    /// Up to here there were probes, which have gaps.
    probed: u64,
    /// The best of this round and the last ones.
    rounds: [u64; ROUNDS],
    /// The last that was measured over a whole time.
    last: u64,
}

impl Speed {
    /// Bytes per second, once they are known.
    pub fn rate(&self) -> Option<u64> {
        self.rounds.iter().copied().chain(self.guess).max().filter(|rate| *rate > 0)
    }

    /// What the link carries at least, in bytes per second, even if [`Self::rate`] is not known.
    pub fn least(&self) -> Option<u64> {
        self.rate().or(self.floor)
    }

    /// The sender has nothing to send behind so many bytes.
    pub fn ran_dry(&mut self, sent: u64) {
        self.dry = Some((self.dry.map_or(sent, |(first, _)| first), sent));
    }

    /// What was sent up to here last was a probe.
    pub fn probed(&mut self, sent: u64) {
        self.probed = sent;
    }

    /// So many bytes have been received at a time.
    pub fn on_ack(&mut self, at: u64, received: u64, trip: u64) {
        let whole = whole(trip);
        match self.history.back_mut() {
            // A clock that does not go, or goes back.
            Some(last) if at < last.0 => return,
            Some(last) if at == last.0 => last.1 = received,
            // The newest is the end of what is measured, so only the ones before it are thinned out.
            _ => {
                self.thin(whole / (ENTRIES as u64 / 2));
                self.history.push_back((at, received));
            }
        }
        // Little comes in that time over a link that is very slow.
        let spare = |it: &(u64, u64)| at - it.0 >= whole && received - it.1 >= SHORT_BYTES;
        while self.history.get(1).is_some_and(spare) || self.history.len() > ENTRIES {
            self.history.pop_front();
        }
        self.measure(at, received, whole);
    }

    fn thin(&mut self, apart: u64) {
        if let [.., (one, _), (other, _)] = *self.history.make_contiguous() {
            if other - one < apart {
                self.history.pop_back();
            }
        }
    }

    fn measure(&mut self, at: u64, received: u64, whole: u64) {
        let Some(first) = self.history.front().copied() else { return };
        if self.dry.is_some_and(|(_, last)| last < first.1) {
            self.dry = None;
        }
        let dry = self.dry.filter(|(begins, _)| *begins < received);
        let start = match dry {
            None => Some(first),
            // Only what was sent in one go.
            Some((_, last)) => self.history.iter().copied().find(|it| it.1 > last),
        };
        let Some((since, had)) = start else { return };
        let (time, bytes) = (at - since, received - had);
        if bytes < SHORT_BYTES {
            return;
        }
        let rate = u128::from(bytes) * 1_000_000_000 / u128::from(time.max(SHORT));
        let rate = u64::try_from(rate).unwrap_or(u64::MAX).min(1 << 42);
        if time < SHORT || received <= self.probed {
            self.floor = self.floor.max(Some(rate));
            return;
        }
        let now = &mut self.rounds[0];
        if dry.is_none() && time >= whole / 10 * 9 {
            *now = rate.max(*now);
            self.last = rate;
            return;
        }
        let known = self.rounds[1..].iter().copied().max().unwrap_or(0);
        if !self.settled {
            self.guess = Some(self.guess.map_or(rate, |before| before.max(rate)));
        } else if time >= 2 * SHORT && rate > known {
            // Not much more at a time: it may be a burst.
            self.rounds[0] = rate.min(known + known / 4).max(self.rounds[0]);
        }
    }

    /// The link was full for a round: guesses are needed no more.
    pub fn settle(&mut self) {
        if self.rounds.iter().any(|rate| *rate > 0) {
            (self.guess, self.settled) = (None, true);
        }
    }

    /// A round is over. One in which nothing was measured does not count.
    pub fn turn(&mut self) {
        if self.rounds[0] > 0 {
            self.rounds.rotate_right(1);
            self.rounds[0] = 0;
        }
    }

    /// The best of this round, in bytes per second.
    pub fn best(&self) -> u64 {
        self.rounds[0]
    }

    /// Only what was measured last counts: the link is slower now.
    pub fn forget_all(&mut self) {
        if self.last > 0 {
            self.rounds = [0; ROUNDS];
            self.rounds[0] = self.last;
        }
    }

    /// Only the last round counts: the link is slower now.
    pub fn forget(&mut self) {
        if self.rounds[..2].iter().any(|it| *it > 0) {
            self.rounds[2..].fill(0);
        }
    }
}
