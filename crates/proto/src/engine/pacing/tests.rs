//! An application, a link and a display around a [`Pacing`]: frames a second, delays and queues that come of it.

use super::*;

const SECOND: u64 = 1_000_000_000;

/// What surrounds it.
struct World {
    /// One way.
    delay: u64,
    /// Bytes per second.
    rate: u64,
    /// The display's refresh, and when one of them is.
    refresh: u64,
    phase: u64,
    /// What the application takes to draw.
    think: u64,
    /// Bytes of a frame.
    bytes: u64,
    /// Lateness of every other message, either way.
    jitter: u64,
    /// What the display says of its refresh, in millihertz.
    said: i32,
    /// Buffers that the application draws into by turns: one is changed only after the display has shown another.
    buffers: usize,
    /// Bytes of the first frame.
    first: u64,
    /// What the display says of how long it had commits, if that is not true.
    lie: Option<Option<u64>>,
}

impl Default for World {
    fn default() -> Self {
        let far = 60 * MILLISECOND;
        let refresh = SECOND / 60;
        Self {
            delay: far,
            rate: 2_500_000,
            refresh,
            phase: 0,
            think: MILLISECOND,
            bytes: 300,
            jitter: 0,
            said: 60_000,
            buffers: 2,
            first: 300,
            lie: None,
        }
    }
}

/// What came of it, in the last seconds of a run.
#[derive(Debug)]
struct Seen {
    /// Frames that were visible, each second.
    fps: f64,
    /// From commit to visible, in nanoseconds: least and (all but a hundredth) most.
    least: u64,
    most: u64,
    /// The same up to when the display took it, in the mean.
    taken: u64,
    /// Commits that were unanswered, at most.
    unanswered: usize,
}

impl World {
    /// Runs for `warm` seconds, and then for as many that count. Commits between `hidden` are not answered.
    fn run(&self, warm: u64, hidden: std::ops::Range<u64>) -> Seen {
        let interval = interval(Some(self.said));
        let (mut road, mut pacing) = (Road::default(), Pacing::default());
        let (mut now, mut next_id, mut free, mut sent, mut parity) = (0, 10, 0, 0, 0);
        // The application draws from then on; what arrives there when; what is answered when.
        let mut draws = Some(0);
        let mut arriving: VecDeque<(u64, u64, ObjectId)> = VecDeque::new();
        let mut answers: VecDeque<(u64, u32, u64, ObjectId)> = VecDeque::new();
        let mut told = std::collections::BTreeSet::new();
        let (mut delays, mut shown, mut unanswered) = (Vec::new(), 0, 0);
        // What the display has taken, and when, and what it shows next.
        let mut pending: VecDeque<(u64, u64, ObjectId)> = VecDeque::new();
        let mut takes = Vec::new();
        let mut vblank = self.phase;
        let end = warm * 2 * SECOND;
        while now < end {
            let timer = pacing.next(&road, interval).map(|it| it.0.max(now));
            let drawn = draws.map(|at| at + self.think);
            let answer = answers.front().map(|it| it.0);
            let arrival = arriving.front().map(|it| it.0).filter(|it| *it > now);
            let Some(next) = [timer, drawn, answer, arrival, Some(vblank)].into_iter().flatten().min() else {
                break;
            };
            now = next.max(now);
            if drawn.is_some_and(|at| at <= now) {
                draws = None;
                let callback = ObjectId(next_id);
                next_id += 1;
                pacing.committed(Instant(now), vec![callback], &road, interval);
                let bytes = if sent == 0 { self.first } else { self.bytes };
                sent += bytes;
                pacing.flushed(Instant(now), sent);
                free = free.max(now) + bytes * SECOND / self.rate;
                parity ^= 1;
                let arrives = free + self.delay + parity * self.jitter;
                let arrives = arriving.back().map_or(arrives, |last| last.0.max(arrives));
                arriving.push_back((arrives, now, callback));
                unanswered = unanswered.max(pacing.unanswered());
            }
            let take = |pending: &VecDeque<_>| pending.len() + 1 < self.buffers;
            while let Some((came, at, callback)) = arriving.pop_when(|it| it.0 <= now && take(&pending)) {
                if now >= warm * SECOND {
                    takes.push(now - at);
                }
                pending.push_back((came, at, callback));
            }
            if vblank <= now {
                let is_hidden = hidden.contains(&(now / SECOND));
                let (mut last, mut late) = (None, parity * self.jitter);
                while let Some((came, at, callback)) = pending.pop_when(|_| !is_hidden) {
                    last = Some(at);
                    let arrives = now + self.delay + std::mem::take(&mut late);
                    let arrives = answers.back().map_or(arrives, |last| last.0.max(arrives));
                    answers.push_back((arrives, (now / MILLISECOND) as u32, now - came, callback));
                }
                if let Some(at) = last.filter(|_| now >= warm * SECOND) {
                    shown += 1;
                    delays.push(now - at);
                }
                vblank += self.refresh;
            }
            while let Some((_, time, held, callback)) = answers.pop_when(|it| it.0 <= now) {
                let held = self.lie.unwrap_or(Some(held));
                pacing.answered(Instant(now), (callback, held), &mut road, interval);
                if !told.remove(&callback) {
                    road.heard(Instant(now), time);
                    draws = Some(now);
                }
            }
            let due = pacing.take_due(Instant(now), &road, interval);
            if !due.is_empty() {
                told.extend(due);
                draws = Some(now);
            }
        }
        delays.sort_unstable();
        let most = delays.get(delays.len() * 99 / 100).copied().unwrap_or_default();
        let least = delays.first().copied().unwrap_or_default();
        let taken = takes.iter().sum::<u64>() / takes.len().max(1) as u64;
        Seen { fps: shown as f64 / warm as f64, least, most, taken, unanswered }
    }
}

trait PopWhen<T> {
    fn pop_when(&mut self, good: impl FnOnce(&T) -> bool) -> Option<T>;
}

impl<T> PopWhen<T> for VecDeque<T> {
    fn pop_when(&mut self, good: impl FnOnce(&T) -> bool) -> Option<T> {
        if good(self.front()?) { self.pop_front() } else { None }
    }
}

const NEVER: std::ops::Range<u64> = 0..0;

/// The round trip is not the frame rate, wherever between two refreshes commits arrive at first.
#[test]
fn small_frames_at_the_rate_of_the_display() {
    for delay in [1, 2, 3, 5, 7, 8, 10, 12, 14, 16, 20, 60, 150] {
        for phase in [0, 4, 8, 12, 16] {
            let first = 150_000;
            let world =
                World { delay: delay * MILLISECOND, phase: phase * MILLISECOND, first, ..World::default() };
            let seen = world.run(10, NEVER);
            let at = format!("{delay} ms, phase {phase}: {seen:?}");
            assert!(seen.fps > 58.5, "{at}");
            // What is taken waits for nothing; what is visible came less than a refresh ago.
            assert!(seen.taken < world.delay + 2 * MILLISECOND, "{at}");
            assert!(seen.most < world.delay + world.refresh, "{at}");
            assert!(seen.most - seen.least <= world.refresh, "{at}");
        }
    }
}

/// Neither a display that is not quite as quick as it says, nor one that lies, nor a restless link.
#[test]
fn other_displays_and_links() {
    let refresh = SECOND * 1000 / 59_940;
    let slower = World { refresh, ..World::default() }.run(20, NEVER);
    assert!(slower.fps > 58.4, "{slower:?}");
    let jitter = World { jitter: 3 * MILLISECOND, ..World::default() }.run(10, NEVER);
    assert!(jitter.fps > 58.0, "{jitter:?}");
    for delay in [5, 60, 150] {
        let delay = delay * MILLISECOND;
        let quick = World { refresh: SECOND / 144, said: 144_000, delay, ..World::default() }.run(15, NEVER);
        assert!(quick.fps > 140.0, "{delay} ns: {quick:?}");
    }
    for said in [0, -1, i32::MIN, i32::MAX, 1] {
        let liar = World { said, ..World::default() }.run(10, NEVER);
        assert!(liar.fps > 58.0 && liar.unanswered <= 16, "{said}: {liar:?}");
    }
}

/// Whatever is said of how long commits waited, if anything, frames go on, and not too many at a time.
#[test]
fn lies_about_waiting() {
    for lie in [None, Some(0), Some(1), Some(SECOND), Some(u64::MAX)] {
        for delay in [1, 20, 60] {
            let world = World { delay: delay * MILLISECOND, lie: Some(lie), ..World::default() };
            let seen = world.run(10, NEVER);
            let at = format!("{lie:?}, {delay} ms: {seen:?}");
            assert!(seen.fps > 5.0 && seen.unanswered <= 16, "{at}");
        }
    }
}

/// Frames that the link cannot carry so quickly: it is kept busy, and no more than busy.
#[test]
fn large_frames() {
    for (bytes, share) in [(60_000, 0.85), (200_000, 0.85), (1_250_000, 0.9)] {
        let world = World { bytes, ..World::default() };
        let seen = world.run(20, NEVER);
        let fits = world.rate as f64 / bytes as f64;
        assert!(seen.fps > fits * share, "{bytes}: {seen:?}, {fits} fit");
        let alone = 2 * world.delay + bytes * SECOND / world.rate;
        let bound = alone * 5 / 2 + 6 * world.refresh;
        assert!(seen.most < bound, "{bytes}: {seen:?}, bound {bound}");
    }
}

/// A window that nobody sees stands still, and goes on when it is seen again.
#[test]
fn hidden() {
    let seen = World::default().run(20, 2..18);
    assert!(seen.unanswered <= 12 && seen.fps > 50.0, "{seen:?}");
    let for_ever = World::default().run(5, 1..100);
    assert!(for_ever.unanswered <= 12 && for_ever.fps == 0.0, "{for_ever:?}");
}

/// Beside the compositor nothing is told ahead.
#[test]
fn at_home() {
    for delay in [0, MILLISECOND / 4] {
        let home = World { delay, rate: SECOND, ..World::default() };
        let seen = home.run(5, NEVER);
        assert!(seen.unanswered == 1 && seen.fps > 59.0, "{seen:?}");
    }
}

#[test]
fn rates_that_are_believed() {
    assert_eq!(interval(Some(60_000)), 16_666_666);
    assert_eq!(interval(Some(144_000)), 6_944_444);
    for nonsense in [None, Some(0), Some(-5), Some(9_999), Some(1_000_001), Some(i32::MAX)] {
        assert_eq!(interval(nonsense), interval(Some(60_000)));
    }
}

/// What the application is told does not go back, though the compositor's clock wraps.
#[test]
fn time_goes_forward() {
    let mut road = Road::default();
    assert_eq!(road.time(Instant(5)), None);
    assert_eq!(road.heard(Instant(100 * MILLISECOND), u32::MAX - 10), u32::MAX - 10);
    assert_eq!(road.time(Instant(120 * MILLISECOND)), Some(9));
    assert_eq!(road.heard(Instant(121 * MILLISECOND), 2), 9);
    assert_eq!(road.time(Instant(140 * MILLISECOND)), Some(21));
}
