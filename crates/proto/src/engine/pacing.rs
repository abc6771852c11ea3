//! When an application may draw its next frame, before the compositor over there has said so.
//!
//! One [`Pacing`] for each surface, one [`Road`] for what all surfaces of a connection have in common. Pure: told what
//! happened and when, asked what is due. Not the messages: see [`super::ahead`]. Invariants: at most a window of commits
//! is unanswered, and the window never exceeds what the shortest known time from commit to answer needs at the
//! display's rate; a window that nobody sees, and so is not answered, stands still after that; whatever a peer says,
//! memory and rate are bounded.

use std::collections::VecDeque;

use crate::ids::Instant;
use crate::wayland::ObjectId;

/// Nanoseconds of a millisecond.
const MILLISECOND: u64 = 1_000_000;
/// Commits of a surface that may be unanswered, at most.
const MOST: u32 = 64;
/// The least window that keeps a link busy: one frame on its way while another is drawn.
const LEAST: u32 = 2;
/// For so long a shortest time is believed at least, and at most twice as long.
const MEMORY: u64 = 10_000 * MILLISECOND;
/// Bytes that make a frame so large that the link's rate can be told from it.
const LARGE: u64 = 64 << 10;
/// Rates that are remembered.
const RATES: usize = 8;
/// A road so short does not leave the machine or the room...
const NEAR: u64 = MILLISECOND;
/// ...and unless it carries less, in bytes per second, what was measured is the pace of whoever unpacks.
const SLOW: u64 = 20_000_000;
/// And nowhere is more than this believed, since the dearest way to unpack is as slow, and would then be its own reason.
const QUICK: u64 = 60_000_000;
/// A road that carries so much has no queue that anybody would notice, in bytes per second...
const HASTE: u64 = 60_000_000;
/// ...if so many large frames in a row show it.
const CERTAIN: u32 = 3;
/// Bytes that may wait for the channel before no more frames are asked for.
pub(crate) const BACKLOG: u64 = 64 << 10;

/// The part of the caution that is lost with each commit, so that half of it is gone after some seconds.
const CALM: u64 = 512;

/// Refresh rates that are believed, in millihertz; others count as [`USUAL_RATE`].
const RATES_BELIEVED: std::ops::RangeInclusive<i32> = 10_000..=1_000_000;
/// In millihertz.
const USUAL_RATE: i32 = 60_000;

/// The time between two refreshes, in nanoseconds, at a rate in millihertz as a `wl_output` says it.
pub(crate) fn interval(rate: Option<i32>) -> u64 {
    let rate = rate.filter(|rate| RATES_BELIEVED.contains(rate)).unwrap_or(USUAL_RATE);
    1_000_000_000_000 / u64::from(rate.unsigned_abs())
}

/// What is known of the way to the compositor and back.
#[derive(Debug, Default)]
pub(crate) struct Road {
    /// The shortest time there and back, of this span and the one before.
    shortest: [Option<u64>; 2],
    since: Instant,
    /// A span is over: the shortest time is to be measured anew where queues may hide it.
    outdated: bool,
    /// The compositor's time of an answer minus ours at its arrival, in milliseconds.
    skew: Option<u32>,
    /// What the application was told last.
    told: Option<u32>,
    rates: VecDeque<u64>,
    /// Large frames, up to the last one, that took hardly any time.
    quick: u32,
    /// Bytes that wait for the channel.
    pub backlog: u64,
}

fn milliseconds(now: Instant) -> u32 {
    (now.0 / MILLISECOND) as u32
}

impl Road {
    /// The shortest time from commit to answer without what a commit waited over there, in nanoseconds.
    pub fn shortest(&self) -> Option<u64> {
        self.shortest.iter().flatten().min().copied()
    }

    fn measured(&mut self, now: Instant, time: u64) {
        if now.0.saturating_sub(self.since.0) > MEMORY {
            (self.since, self.shortest) = (now, [None, self.shortest[0]]);
            self.outdated = true;
        }
        let before = self.shortest[0].unwrap_or(u64::MAX);
        self.shortest[0] = Some(before.min(time));
    }

    /// The compositor's own answer has come, with its time. What the application is to be told instead: its time does
    /// not go back.
    pub fn heard(&mut self, now: Instant, time: u32) -> u32 {
        self.skew = Some(time.wrapping_sub(milliseconds(now)));
        self.tell(time)
    }

    /// What the compositor would say now, about.
    pub fn time(&mut self, now: Instant) -> Option<u32> {
        let time = milliseconds(now).wrapping_add(self.skew?);
        Some(self.tell(time))
    }

    fn tell(&mut self, time: u32) -> u32 {
        // Times wrap: what is less than half of them ahead is later.
        let later = self.told.filter(|told| told.wrapping_sub(time) < u32::MAX / 2).unwrap_or(time);
        self.told = Some(later);
        later
    }

    fn carried(&mut self, rate: u64) {
        if self.rates.len() == RATES {
            self.rates.pop_front();
        }
        self.rates.push_back(rate);
    }

    /// See [`Engine::link_is_quick`](super::Engine::link_is_quick).
    pub fn is_quick(&self) -> bool {
        self.quick >= CERTAIN
    }

    /// See [`Engine::link_is_near`](super::Engine::link_is_near).
    pub fn is_near(&self) -> bool {
        self.shortest().is_some_and(|trip| trip < NEAR)
    }

    /// Bytes per second that the link has carried lately, if frames were large enough to tell.
    pub fn rate(&self) -> Option<u64> {
        self.rates.iter().max().copied().filter(|rate| *rate < if self.is_near() { SLOW } else { QUICK })
    }
}

/// A commit with frame callbacks that was not answered.
#[derive(Debug)]
struct Commit {
    callbacks: Vec<ObjectId>,
    at: Instant,
    /// Bytes on the channel before it.
    from: u64,
    /// Bytes on the channel up to its end, once they are there, and when that was.
    upto: Option<(u64, Instant)>,
    /// The application has been told.
    told: bool,
    /// Nothing else of this surface was unanswered when it was made.
    alone: bool,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Pacing {
    commits: VecDeque<Commit>,
    /// Commits that may be unanswered; 1 is the compositor's own pace.
    window: u32,
    /// When the application may be told next, at the earliest.
    tick: Instant,
    /// Until then the window does not shrink again: what is under way was sent before it last did.
    hold: Instant,
    /// When what the compositor answered last came there, and the bytes that were known to be over then.
    answered: Option<(Instant, u64)>,
    /// How restless the road is: the mean time there and back, and the mean difference from it, in nanoseconds.
    trip: Option<(u64, u64)>,
    /// Commits in a row that waited over there for much longer than they should.
    early: u32,
    /// Commits are made so much earlier because some were too late, in nanoseconds.
    caution: u64,
    /// Until then the effect of a leap is not seen.
    leapt: Instant,
    /// The window is small to see how long the road is without a queue.
    probing: bool,
    /// Answers that came too late for the display's rate, one after the other.
    late: u32,
}

impl Pacing {
    /// The window is more than the compositor's own pace.
    pub fn is_ahead(&self) -> bool {
        self.window >= LEAST
    }

    /// Commits that were not answered.
    pub fn unanswered(&self) -> usize {
        self.commits.len()
    }

    /// A commit asks for these callbacks. The channel has carried `sent` bytes so far.
    pub fn committed(
        &mut self,
        now: Instant,
        callbacks: Vec<ObjectId>,
        sent: u64,
        road: &Road,
        interval: u64,
    ) {
        if !self.is_ahead() && road.shortest().is_some_and(|it| it > interval + interval / 4) {
            // Another surface has shown that the road is long.
            self.window = LEAST;
        }
        let alone = self.commits.is_empty();
        self.commits.push_back(Commit { callbacks, at: now, from: sent, upto: None, told: false, alone });
    }

    /// All that was committed so far is on the channel, which has carried `sent` bytes.
    pub fn flushed(&mut self, now: Instant, sent: u64) {
        let fresh = self.commits.iter_mut().rev().take_while(|it| it.upto.is_none());
        fresh.for_each(|it| it.upto = Some((sent, now)));
    }

    /// When [`Self::take_due`] has something, if nothing else happens.
    pub fn next(&self, road: &Road, interval: u64) -> Option<Instant> {
        let first = self.commits.iter().find(|it| !it.told)?;
        let room = self.is_ahead() && (self.commits.len() as u32) < self.window && road.backlog < BACKLOG;
        (room && road.skew.is_some() && first.upto.is_some()).then(|| self.grid(first.at, interval))
    }

    /// The first tick that is not before `at`.
    fn grid(&self, at: Instant, interval: u64) -> Instant {
        let behind = at.0.saturating_sub(self.tick.0);
        self.tick.after(behind.div_ceil(interval) * interval)
    }

    /// The callbacks that the application is to be told now; empty if there are none.
    pub fn take_due(&mut self, now: Instant, road: &Road, interval: u64) -> Vec<ObjectId> {
        let Some(tick) = self.next(road, interval).filter(|tick| *tick <= now) else { return Vec::new() };
        // A late timer must not lead to two frames in one refresh.
        self.tick = tick.after(interval).max(Instant(now.0 + interval / 2));
        let Some(commit) = self.commits.iter_mut().find(|it| !it.told) else { return Vec::new() };
        commit.told = true;
        commit.callbacks.clone()
    }

    /// The compositor has answered a callback, whose commit was over there for so many nanoseconds, if that is known.
    pub fn answered(
        &mut self,
        now: Instant,
        (callback, held): (ObjectId, Option<u64>),
        road: &mut Road,
        interval: u64,
    ) {
        let Some(at) = self.commits.iter().position(|it| it.callbacks.contains(&callback)) else { return };
        self.commits[at].callbacks.retain(|it| *it != callback);
        if !self.commits[at].callbacks.is_empty() {
            return;
        }
        let Some(commit) = self.commits.remove(at) else { return };
        let time = now.0.saturating_sub(commit.at.0);
        let held = held.map(|held| held.min(time));
        let trip = time - held.unwrap_or(0);
        let shortest = road.shortest().unwrap_or(trip).min(trip);
        road.measured(now, trip);
        let spread = self.trip.map_or(trip / 8, |(mean, spread)| (spread * 7 + mean.abs_diff(trip)) / 8);
        self.trip = Some((self.trip.map_or(trip, |(mean, _)| (mean * 7 + trip) / 8), spread));
        let came = Instant(now.0.saturating_sub(held.unwrap_or(0)));
        let bytes = self.measure_rate(came, &commit, road, interval);
        if !commit.told {
            self.tick = now.after(interval);
        }
        if self.is_ahead() {
            self.widen(now, time, shortest, interval);
            self.steer(now, (time, held), interval);
            if shortest < interval / 4 {
                // So near that the compositor's own pace is as quick, and nothing can be stale.
                (self.window, self.late) = (1, 0);
            }
            if bytes >= LARGE && std::mem::take(&mut road.outdated) {
                (self.window, self.probing) = (1, true);
            }
        } else if commit.alone || !self.probing {
            self.late = if time > interval + interval / 4 { self.late + 1 } else { 0 };
            // Once is enough where the road is long; a compositor may skip a refresh.
            if self.late > 1 || time > interval * 3 {
                self.window = LEAST;
            }
            self.probing = false;
        }
    }

    /// The bytes that had come at `at` and not at an answer before, nor with what was sent before the commit.
    fn measure_rate(&mut self, at: Instant, commit: &Commit, road: &mut Road, interval: u64) -> u64 {
        let (upto, left) = commit.upto.unwrap_or_default();
        let (before, delivered) = self.answered.replace((at, upto)).unwrap_or((left, upto));
        // What it took to pack is not the link's.
        let since = at.0.saturating_sub(before.max(left).0);
        let bytes = upto.saturating_sub(delivered.max(commit.from));
        if bytes >= LARGE {
            let rate = |time: u64| (u128::from(bytes) * 1_000_000_000 / u128::from(time.max(1))) as u64;
            // With what it took to pack, as its first pieces were under way meanwhile.
            let all = at.0.saturating_sub(commit.at.0);
            road.quick = if all > 0 && rate(all) >= HASTE { road.quick.saturating_add(1) } else { 0 };
            if since > interval / 2 {
                road.carried(rate(since));
            }
        }
        bytes
    }

    /// Makes the window as large as the road is long.
    fn widen(&mut self, now: Instant, time: u64, shortest: u64, interval: u64) {
        let most = (shortest / interval + 3).min(u64::from(MOST)) as u32;
        if time > shortest + interval * 5 / 2 {
            if now >= self.hold {
                let needed = u64::from(self.window) * shortest / time.max(1);
                self.window = (needed as u32).max(LEAST);
                self.hold = now.after(time);
            }
        } else if time <= shortest + interval * 3 / 2 {
            self.window += 1;
        }
        self.window = self.window.clamp(LEAST, most.max(LEAST));
    }

    /// Makes the ticks such that commits arrive a little before a refresh, the more so the more restless the road is. A
    /// commit that waits for longer stands behind another, or has missed a refresh: then one refresh passes without any.
    fn steer(&mut self, now: Instant, (time, held): (u64, Option<u64>), interval: u64) {
        let Some(held) = held else { return };
        let spread = self.trip.map_or(0, |(_, spread)| spread);
        let wanted = (interval / 3 + spread * 3 + self.caution).min(interval / 2);
        self.early = if held > wanted + interval / 2 { self.early + 1 } else { 0 };
        self.caution = match self.early {
            1 => (self.caution + interval / 16).min(interval / 6),
            _ => self.caution - self.caution / CALM,
        };
        if self.early > 1 && now >= self.leapt {
            self.tick = self.tick.after((held - wanted).min(interval));
            self.leapt = now.after(time + interval);
            return;
        }
        // What is under way was not steered by this yet: the more of it, the smaller the steps.
        let gentle = 16.max(3 * self.commits.len() as u64);
        let step = |error: u64| error.min(interval) / gentle;
        self.tick = match held > wanted {
            true => self.tick.after(step(held - wanted)),
            false => Instant(self.tick.0.saturating_sub(step(wanted - held))),
        };
    }

    /// A callback's id is gone: it will not be answered any more.
    pub fn deleted(&mut self, callback: ObjectId) {
        self.commits.iter_mut().for_each(|it| it.callbacks.retain(|it| *it != callback));
        self.commits.retain(|it| !it.callbacks.is_empty());
    }

    /// The surface is gone.
    pub fn clear(&mut self) {
        self.commits.clear();
    }
}

#[cfg(test)]
mod tests;
