//! The controller by itself, over a link of numbers.

use super::*;

/// A link in one direction whose acknowledgements come back at once after the delay.
struct Line {
    flow: Flow,
    now: u64,
    /// Bytes per second, and nanoseconds there and back.
    rate: u64,
    trip: u64,
    /// When the link is free, what has been sent, and what will be acknowledged when.
    free: u64,
    sent: u64,
    acks: VecDeque<(u64, u64)>,
    carried: u64,
}

impl Line {
    fn new(rate: u64, trip: u64) -> Self {
        let flow = Flow::new(Instant(0));
        Self { flow, now: 0, rate, trip, free: 0, sent: 0, acks: VecDeque::new(), carried: 0 }
    }

    /// So many milliseconds with always something to send; the most that waited in the link, in nanoseconds.
    fn run(&mut self, ms: u64) -> u64 {
        let (end, mut most) = (self.now + ms * MS, 0);
        while self.now < end {
            self.now += MS / 10;
            self.hear();
            while self.flow.may_send(Instant(self.now), false) {
                self.send(self.flow.chunk() as u64);
                assert!(self.flow.in_flight() <= self.flow.limit() + CHUNK as u64);
            }
            most = most.max(self.free.saturating_sub(self.now));
        }
        most
    }

    fn send(&mut self, bytes: u64) {
        self.flow.sent(Instant(self.now), bytes);
        self.carry(bytes);
    }

    fn probe(&mut self, bytes: u64) {
        self.flow.probed(Instant(self.now), bytes);
        self.carry(bytes);
    }

    fn carry(&mut self, bytes: u64) {
        self.sent += bytes;
        self.free = self.free.max(self.now) + bytes * 1_000_000_000 / self.rate;
        self.acks.push_back((self.sent, self.free + self.trip));
    }

    fn hear(&mut self) {
        while let Some((upto, at)) = self.acks.front().copied().filter(|it| it.1 <= self.now) {
            assert!(self.flow.acknowledge(Instant(self.now), upto, at, 0));
            self.acks.pop_front();
            self.carried = upto;
        }
    }
}

const MBIT: u64 = 1_000_000 / 8;

#[test]
fn a_link_is_filled_within_a_few_round_trips() {
    for (rate, trip, first) in [(100, 5, 100), (50, 40, 300), (20, 120, 700), (400, 30, 400), (2, 60, 600)] {
        let mut line = Line::new(rate * MBIT, trip * MS);
        line.run(first);
        let before = line.carried;
        let queue = line.run(1000);
        let used = (line.carried - before) * 100 / (rate * MBIT);
        assert!(used >= 95, "{rate} Mbit/s, {trip} ms: {used} %");
        assert!(queue < 25 * MS || rate < 10, "{rate} Mbit/s, {trip} ms: {queue} ns of a queue");
        let said = line.flow.rate().unwrap();
        assert!(said.abs_diff(rate * MBIT) < rate * MBIT / 20, "{said}");
    }
}

/// What a new link carries first shows how much of the first window may follow at once.
#[test]
fn little_shows_how_much_may_follow() {
    for (rate, trip, least) in [(20, 120, 240_000), (50, 40, 125_000), (100, 5, FIRST), (2, 60, LEAST)] {
        let mut line = Line::new(rate * MBIT, trip * MS);
        line.probe(4 << 10);
        line.now += 4 * MS;
        (0..4).for_each(|_| line.probe(4 << 10));
        line.flow.ran_dry();
        while line.flow.in_flight() > 0 {
            line.now += MS / 10;
            line.hear();
        }
        assert_eq!(line.flow.rate(), None, "it is not known how much more it could be");
        let (limit, fits) = (line.flow.limit(), rate * MBIT * (trip + 30) / 1000);
        assert!(limit >= least.min(FIRST * 4), "{rate} Mbit/s, {trip} ms: {limit}");
        assert!(limit <= fits.max(FIRST + (16 << 10)), "{rate} Mbit/s, {trip} ms: {limit}");
    }
}

/// Without drains, our own queue would be taken for the way, again and again.
#[test]
fn the_queue_does_not_grow_with_time() {
    let mut line = Line::new(50 * MBIT, 40 * MS);
    line.run(1000);
    let early = line.run(5000);
    line.run(60_000);
    assert!(line.run(5000) < early + 2 * MS);
}

#[test]
fn a_change_of_the_rate_is_found() {
    let mut line = Line::new(20 * MBIT, 40 * MS);
    line.run(1000);
    for rate in [80, 10, 40] {
        line.rate = rate * MBIT;
        line.run(1200);
        let before = line.carried;
        let queue = line.run(500);
        let used = (line.carried - before) * 200 / (rate * MBIT);
        assert!(used >= 90 && queue < 25 * MS, "{rate} Mbit/s: {used} %, {queue} ns");
    }
}

#[test]
fn a_longer_way_is_found() {
    let mut line = Line::new(50 * MBIT, 20 * MS);
    line.run(1000);
    line.trip = 150 * MS;
    line.run(2500);
    let before = line.carried;
    line.run(1000);
    assert!((line.carried - before) * 100 / (50 * MBIT) >= 90);
}

/// A sender that pauses learns nothing from its pauses.
#[test]
fn pauses_do_not_slow_anything() {
    let mut line = Line::new(50 * MBIT, 40 * MS);
    line.run(1000);
    let before = line.flow.rate().unwrap();
    for _ in 0..200 {
        line.flow.ran_dry();
        line.now += 100 * MS;
        line.run(10);
    }
    assert!(line.flow.rate().unwrap() > before / 10 * 9);
}

#[test]
fn what_was_never_sent_is_not_acknowledged() {
    let mut flow = Flow::new(Instant(5));
    flow.sent(Instant(6), 100);
    assert!(!flow.acknowledge(Instant(7), 101, 0, 0));
    assert!(flow.acknowledge(Instant(7), 100, 0, 0));
    assert!(flow.acknowledge(Instant(7), 99, 0, 0), "an old one changes nothing");
    assert_eq!(flow.in_flight(), 0);
}

/// Whatever the peer says of times, the limit stays within its bounds, and something can be sent.
#[test]
fn absurd_times_are_bounded() {
    let times = [0, 1, u64::MAX, 5, u64::MAX - 1, 1 << 40];
    for delay in [0, u64::MAX] {
        let mut flow = Flow::new(Instant(0));
        let mut now = 0;
        for at in times.iter().cycle().take(2000) {
            now += 3 * MS;
            let mut count = 0;
            while flow.may_send(Instant(now), false) && count < 50 {
                flow.sent(Instant(now), CHUNK as u64);
                count += 1;
            }
            let received = flow.sent;
            assert!(flow.acknowledge(Instant(now), received, *at, delay));
            assert!((LEAST..=MOST).contains(&flow.limit()));
            assert!(flow.next().is_none_or(|it| it.0 < now + 2000 * MS), "nobody waits for ever");
        }
    }
}

#[test]
fn what_is_urgent_goes_though_the_link_is_full() {
    let mut flow = Flow::new(Instant(0));
    flow.sent(Instant(0), FIRST);
    assert!(!flow.may_send(Instant(0), false) && flow.next().is_none());
    assert!(flow.may_send(Instant(0), true));
    flow.sent(Instant(0), URGENT);
    assert!(!flow.may_send(Instant(0), true));
}
