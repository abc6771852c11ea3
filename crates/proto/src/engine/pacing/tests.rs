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
    /// The road was told to be quick, at the end.
    quick: bool,
}

impl World {
    /// Runs for `warm` seconds, and then for as many that count. Commits between `hidden` are not answered.
    fn run(&self, warm: u64, hidden: std::ops::Range<u64>) -> Seen {
        let mut play = Play::new(self, warm * SECOND);
        while play.now < warm * 2 * SECOND {
            let Some(next) = play.next() else { break };
            play.now = next.max(play.now);
            play.draw();
            play.take();
            play.refresh(&hidden);
            play.hear();
        }
        play.seen(warm)
    }
}

/// A run of a world.
struct Play<'a> {
    world: &'a World,
    road: Road,
    pacing: Pacing,
    now: u64,
    /// From then on it counts.
    begin: u64,
    /// The application draws from then on.
    draws: Option<u64>,
    next_id: u32,
    /// When the link is free, and what it has carried.
    free: u64,
    sent: u64,
    parity: u64,
    /// When it comes, when it was made, whose.
    arriving: VecDeque<(u64, u64, ObjectId)>,
    /// What the display has taken, and shows next: when it came, when it was made, whose.
    pending: VecDeque<(u64, u64, ObjectId)>,
    /// When it comes, the display's time, for how long it had the commit, whose.
    answers: VecDeque<(u64, u32, u64, ObjectId)>,
    told: std::collections::BTreeSet<ObjectId>,
    vblank: u64,
    delays: Vec<u64>,
    takes: Vec<u64>,
    unanswered: usize,
}

impl<'a> Play<'a> {
    fn new(world: &'a World, begin: u64) -> Self {
        Self {
            world,
            road: Road::default(),
            pacing: Pacing::default(),
            now: 0,
            begin,
            draws: Some(0),
            next_id: 10,
            free: 0,
            sent: 0,
            parity: 0,
            arriving: VecDeque::new(),
            pending: VecDeque::new(),
            answers: VecDeque::new(),
            told: std::collections::BTreeSet::new(),
            vblank: world.phase,
            delays: Vec::new(),
            takes: Vec::new(),
            unanswered: 0,
        }
    }

    fn interval(&self) -> u64 {
        interval(Some(self.world.said))
    }

    fn drawn(&self) -> Option<u64> {
        self.draws.map(|at| at + self.world.think)
    }

    /// When something happens.
    fn next(&self) -> Option<u64> {
        let timer = self.pacing.next(&self.road, self.interval()).map(|it| it.0.max(self.now));
        let answer = self.answers.front().map(|it| it.0);
        let arrival = self.arriving.front().map(|it| it.0).filter(|it| *it > self.now);
        [timer, self.drawn(), answer, arrival, Some(self.vblank)].into_iter().flatten().min()
    }

    /// The application commits what it has drawn.
    fn draw(&mut self) {
        if self.drawn().is_none_or(|at| at > self.now) {
            return;
        }
        self.draws = None;
        let (callback, interval) = (ObjectId(self.next_id), self.interval());
        self.next_id += 1;
        self.pacing.committed(Instant(self.now), vec![callback], self.sent, &self.road, interval);
        let bytes = if self.sent == 0 { self.world.first } else { self.world.bytes };
        self.sent += bytes;
        self.pacing.flushed(Instant(self.now), self.sent);
        self.free = self.free.max(self.now) + bytes * SECOND / self.world.rate;
        self.parity ^= 1;
        let arrives = self.free + self.world.delay + self.parity * self.world.jitter;
        let arrives = self.arriving.back().map_or(arrives, |last| last.0.max(arrives));
        self.arriving.push_back((arrives, self.now, callback));
        self.unanswered = self.unanswered.max(self.pacing.unanswered());
    }

    /// The display takes what has come, as far as its buffer is free.
    fn take(&mut self) {
        while self.pending.len() + 1 < self.world.buffers {
            let Some((came, at, callback)) = self.arriving.pop_when(|it| it.0 <= self.now) else { return };
            if self.now >= self.begin {
                self.takes.push(self.now - at);
            }
            self.pending.push_back((came, at, callback));
        }
    }

    fn refresh(&mut self, hidden: &std::ops::Range<u64>) {
        if self.vblank > self.now {
            return;
        }
        let is_hidden = hidden.contains(&(self.now / SECOND));
        let (mut last, mut late) = (None, self.parity * self.world.jitter);
        while let Some((came, at, callback)) = self.pending.pop_when(|_| !is_hidden) {
            last = Some(at);
            let arrives = self.now + self.world.delay + std::mem::take(&mut late);
            let arrives = self.answers.back().map_or(arrives, |last| last.0.max(arrives));
            self.answers.push_back((arrives, (self.now / MILLISECOND) as u32, self.now - came, callback));
        }
        if let Some(at) = last.filter(|_| self.now >= self.begin) {
            self.delays.push(self.now - at);
        }
        self.vblank += self.world.refresh;
    }

    /// The application's half hears what was answered, and tells what is due.
    fn hear(&mut self) {
        let (now, interval) = (Instant(self.now), self.interval());
        while let Some((_, time, held, callback)) = self.answers.pop_when(|it| it.0 <= now.0) {
            let held = self.world.lie.unwrap_or(Some(held));
            self.pacing.answered(now, (callback, held), &mut self.road, interval);
            if !self.told.remove(&callback) {
                self.road.heard(now, time);
                self.draws = Some(now.0);
            }
        }
        let due = self.pacing.take_due(now, &self.road, interval);
        if !due.is_empty() {
            self.told.extend(due);
            self.draws = Some(now.0);
        }
    }

    fn seen(mut self, seconds: u64) -> Seen {
        self.delays.sort_unstable();
        let (delays, takes) = (&self.delays, &self.takes);
        let most = delays.get(delays.len() * 99 / 100).copied().unwrap_or_default();
        let least = delays.first().copied().unwrap_or_default();
        let taken = takes.iter().sum::<u64>() / takes.len().max(1) as u64;
        let fps = delays.len() as f64 / seconds as f64;
        Seen { fps, least, most, taken, unanswered: self.unanswered, quick: self.road.is_quick() }
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

/// A road is quick if large frames hardly take time on it, however long the display lets them wait.
#[test]
fn quick_roads() {
    let is_quick = |rate, bytes, delay| World { rate, bytes, delay, ..World::default() }.run(3, NEVER).quick;
    let beside = MILLISECOND / 20;
    assert!(is_quick(SECOND, 1_000_000, beside));
    assert!(is_quick(200_000_000, 200_000, beside));
    // Small frames do not tell.
    assert!(!is_quick(SECOND, 20_000, beside));
    // Wireless, a wire of a tenth of a gigabit, and far away.
    for rate in [2_500_000, 12_500_000, 40_000_000] {
        assert!(!is_quick(rate, 1_000_000, beside), "{rate}");
    }
    assert!(!is_quick(40_000_000, 1_000_000, 60 * MILLISECOND));
}

/// Commits of a surface, one each second: a megabyte before each by others, its own bytes, when it was on the channel,
/// and when it was there, in milliseconds after it was made. For each whether the road is quick then.
fn commits(road: &mut Road, bytes: u64, (on, there): (u64, u64)) -> [bool; 6] {
    let mut surface = Pacing::default();
    [1, 2, 3, 4, 5, 6].map(|n| {
        let (made, callback, before) = (Instant(n * SECOND), ObjectId(7), n * (1_000_000 + bytes));
        surface.committed(made, vec![callback], before, road, 16 * MILLISECOND);
        surface.flushed(made.after(on * MILLISECOND), before + bytes);
        surface.answered(made.after(there * MILLISECOND), (callback, Some(0)), road, 16 * MILLISECOND);
        road.is_quick()
    })
}

#[test]
fn a_road_is_not_quick_by_what_others_sent() {
    let mut road = Road::default();
    // The menu's few bytes are answered soon after a window's many were there, which were on the way for long.
    assert_eq!(commits(&mut road, 300, (0, 15)), [false; 6]);
    assert!(road.rates.is_empty());
    // Much of a frame is there before all of it is packed.
    assert_eq!(commits(&mut road, 1_000_000, (30, 36)), [false; 6]);
    // The first says nothing, and one alone may be luck.
    assert_eq!(commits(&mut road, 1_000_000, (2, 5)), [false, false, false, true, true, true]);
    // Whoever says that it was there before it was sent is not believed.
    assert_eq!(commits(&mut road, 1_000_000, (0, 0))[1..], [false; 5]);
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

#[test]
fn what_may_be_the_pace_of_unpacking_is_no_rate() {
    let told = |rate, trip| {
        let mut road = Road::default();
        road.measured(Instant(0), trip);
        road.carried(rate);
        road.rate()
    };
    for trip in [NEAR - 1, 40 * MILLISECOND] {
        assert_eq!(told(2_500_000, trip), Some(2_500_000));
        assert_eq!(told(120_000_000, trip), None);
    }
    assert_eq!((told(30_000_000, NEAR - 1), told(30_000_000, NEAR)), (None, Some(30_000_000)));
}
