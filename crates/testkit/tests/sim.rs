//! The simulated world, by many seeds. See `farway_testkit::sim`.

use std::time::{Duration, Instant};

use rand::TryRngCore as _;

use farway_proxy::transport::emulated::LinkProfile;
use farway_testkit::sim::carrier::road::{self, Fault, MS, Scenario};
use farway_testkit::sim::{Failure, Mode, STEPS, carrier, desk, run, run_with, sabotage};

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// What the sessions of many worlds went through: enough links were cut.
fn carried(all: impl Iterator<Item = carrier::Counts>, least: u64) {
    let (mut sum, mut worlds) = (carrier::Counts::default(), 0);
    for counts in all {
        sum += counts;
        worlds += 1;
    }
    println!("{worlds} worlds with a session: {sum:?}");
    assert!(sum.cuts > least && sum.silent > least / 10 && sum.resumed > least, "{sum:?}");
    assert!(sum.lost > 10 * least && sum.arrived > 100 * least, "{sum:?}");
}

/// The seeds that everybody runs. What they cover is checked too, so that the world cannot fall asleep unseen.
#[test]
fn fixed_seeds() {
    let (mut messages, mut pictures, mut pipes, mut captures, mut updates, mut copies) = (0, 0, 0, 0, 0, 0);
    let (mut foretold, mut ahead, mut held) = (0, 0, 0);
    let (mut modes, mut counts) = (Vec::new(), Vec::new());
    let mut failures = Vec::new();
    for seed in 0..300 {
        let report = match run(seed, STEPS) {
            Ok(r) => r,
            Err(failure) => {
                failures.push(failure.to_string());
                continue;
            }
        };
        messages += report.counts.messages;
        foretold += report.counts.foretold;
        ahead += report.counts.ahead;
        held += report.held;
        pictures += report.counts.pictures;
        pipes += report.counts.pipes;
        captures += report.captures;
        updates += report.updates;
        copies += report.copies;
        modes.push(report.mode);
        counts.extend(report.carried);
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    println!(
        "{messages} messages, {foretold} foretold, {ahead} ahead, {pictures} pictures, {held} held, {pipes} pipes, {captures} captures, {updates} updates, {copies} copies"
    );
    assert!(messages > 50_000 && pictures > 1_500 && pipes > 100 && captures > 50 && updates > 2_000);
    assert!(foretold > 1000 && copies > 2, "{foretold} {copies}");
    assert!(ahead > 700 && held > 1000, "{ahead} {held}");
    carried(counts.into_iter(), 500);
    for mode in [Mode::Clean, Mode::Scribbler, Mode::Rude, Mode::Hostile] {
        assert!(modes.iter().filter(|it| **it == mode).count() > 10, "{mode:?}");
    }
}

/// Seeds that once failed. What comes of a seed changes with what the world can do, so this says only that they do not
/// fail now; what was wrong has tests of its own.
const ONCE_FAILED: [u64; 3] =
    [1_588_710_232_477_276_137, 3_929_743_137_100_682_749, 10_796_732_421_557_070_006];

/// Likewise, of the world with a compositor.
const DESK_ONCE_FAILED: [u64; 4] = [
    15_061_577_821_509_585_076,
    11_149_287_538_125_872,
    11_815_294_978_035_464_128,
    13_080_128_416_134_764_356,
];

#[test]
fn once_failed() {
    let first = ONCE_FAILED.into_iter().filter_map(|seed| run(seed, STEPS).err());
    let desk = DESK_ONCE_FAILED.into_iter().filter_map(|seed| desk::run(seed, STEPS, None).err());
    let failures: Vec<String> = first.chain(desk).map(|failure| failure.to_string()).collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// Runs new seeds for half of what `FARWAY_SIM_SECONDS` says: there are two kinds of worlds.
fn fresh(run: impl Fn(u64) -> Result<(), Failure>) {
    let seconds = number("FARWAY_SIM_SECONDS").unwrap_or(6);
    let first = rand::rngs::OsRng.try_next_u64().expect("the system has random numbers");
    println!("first seed: {first}");
    let end = Instant::now() + Duration::from_millis(seconds * 500);
    let mut seed = first;
    while Instant::now() < end {
        if let Err(failure) = run(seed) {
            panic!("{failure}");
        }
        seed = seed.wrapping_add(1);
    }
    println!("{} seeds", seed.wrapping_sub(first));
}

/// New seeds of the world with a scripted screen.
#[test]
fn fresh_seeds() {
    fresh(|seed| run(seed, STEPS).map(drop));
}

/// New seeds of the world with a compositor.
#[test]
fn desk_fresh_seeds() {
    fresh(|seed| desk::run(seed, STEPS, None).map(drop));
}

/// Runs the one seed that `FARWAY_SIM_SEED` names, of the world that `FARWAY_SIM_WORLD` names.
#[test]
fn replay() {
    let Some(seed) = number("FARWAY_SIM_SEED") else { return };
    let steps = number("FARWAY_SIM_STEPS").map_or(STEPS, |steps| steps as u32);
    let desk = std::env::var_os("FARWAY_SIM_WORLD").is_some_and(|world| world == "desk");
    let result = match desk {
        true => desk::run(seed, steps, None).map(|report| println!("{report:?}")),
        false => run(seed, steps).map(|report| println!("{report:?}")),
    };
    if let Err(failure) = result {
        panic!("{failure}");
    }
}

/// The checkers can fail: each way of breaking the world is found, and where it is not, it did no harm.
#[test]
fn mutations() {
    for kind in sabotage::ALL {
        let (mut broken, mut found) = (0, 0);
        // A buffer is seldom held for so long that anybody has to wait.
        let seldom = matches!(kind, sabotage::Kind::SkipAwait | sabotage::Kind::WrongCopy);
        for seed in 0..if seldom { 160 } else { 24 } {
            match run_with(seed, STEPS, Some(kind)) {
                Ok(report) => broken += u32::from(report.sabotaged),
                Err(failure) => {
                    assert!(failure.sabotaged, "{failure}");
                    broken += 1;
                    found += 1;
                }
            }
        }
        println!("{kind:?}: found {found} of {broken}");
        let enough = if seldom { found > 1 } else { found * 2 > broken && found > 5 };
        assert!(enough, "{kind:?}: found only {found} of {broken}");
    }
}

/// The same seed does the same.
#[test]
fn deterministic() {
    for seed in 0..5 {
        assert_eq!(format!("{:?}", run(seed, STEPS)), format!("{:?}", run(seed, STEPS)));
    }
}

/// Real pictures: the seeds of the desk that everybody runs.
#[test]
fn desk_fixed_seeds() {
    let mut reports = Vec::new();
    let mut failures = Vec::new();
    for seed in 0..50 {
        match desk::run(seed, STEPS, None) {
            Ok(report) => reports.push(report),
            Err(failure) => failures.push(failure.to_string()),
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    let sum = |count: fn(&desk::Report) -> u64| reports.iter().map(count).sum::<u64>();
    let (rests, pixels, updates) = (sum(|it| it.rests), sum(|it| it.pixels), sum(|it| it.updates));
    let (copies, named) = (sum(|it| it.copies), sum(|it| it.named));
    let (frames, presented) = (sum(|it| it.frames), sum(|it| it.presented));
    println!(
        "{rests} rests, {pixels} pixels, {updates} updates, {copies} copies, {named} named, {frames} frames, {presented} presented"
    );
    assert!(
        rests > 200 && pixels > 2_000_000 && updates > 500 && frames > 300 && presented > 50 && named > 1
    );
    carried(reports.iter().filter_map(|it| it.carried), 300);
    let (two, abrupt) = (sum(|it| u64::from(it.clients == 2)), sum(|it| u64::from(it.abrupt)));
    assert!(two > 5 && abrupt > 5, "{two} {abrupt}");
}

/// The pictures of the desk find what is broken on purpose.
#[test]
fn desk_mutations() {
    use sabotage::Kind::{DropUpdate, FlipPixel, ShrinkDamage};
    for kind in [DropUpdate, ShrinkDamage, FlipPixel].into_iter().chain(sabotage::SESSION) {
        let (mut broken, mut found) = (0, 0);
        for seed in 0..24 {
            match desk::run(seed, STEPS, Some(kind)) {
                Ok(report) => broken += u32::from(report.sabotaged),
                Err(failure) => {
                    assert!(failure.sabotaged, "{failure}");
                    broken += 1;
                    found += 1;
                }
            }
        }
        println!("{kind:?}: found {found} of {broken}");
        assert!(found * 2 > broken && found > 5, "{kind:?}: found only {found} of {broken}");
    }
}

/// The same seed does the same.
#[test]
fn desk_deterministic() {
    for seed in 0..5 {
        let report = || format!("{:?}", desk::run(seed, STEPS, None));
        assert_eq!(report(), report());
    }
}

fn link(text: &str) -> LinkProfile {
    format!("{text},buffer=1MiB").parse().expect("a link")
}

/// Two floods over a link for four seconds.
fn floods(text: &str) -> Scenario {
    let links = vec![(0, link(text))];
    Scenario {
        links,
        floods: 2,
        bursts: None,
        until: 4000 * MS,
        cuts: Vec::new(),
        messages_until: u64::MAX,
        fault: None,
    }
}

/// What must hold on a link that was flooded: small messages wait for so long at most (in milliseconds), the link is
/// used, and both floods get the same.
fn held(text: &str, most: u64, fault: Option<Fault>) -> Result<(), String> {
    let scenario = Scenario { fault, ..floods(text) };
    let report = road::run(scenario).map_err(|problem| problem.to_string())?;
    let (p50, p99, max) = (report.delay(50, 0), report.delay(99, 1000 * MS), report.delay(100, 0));
    let used = report.used(&link(text), 1000 * MS, 4000 * MS);
    println!(
        "{text}: {p50} ns (median), {p99} ns (99 %), {max} ns (at most, from the start), {used} % used, {} in flight, rate {:?}",
        report.in_flight, report.rate
    );
    let [one, other] = report.arrived[..] else { return Err("floods".into()) };
    let rate = link(text).rate.map_or(0, |rate| rate / 8);
    match () {
        () if used < 90 => Err(format!("{text}: {used} % of the link are used")),
        () if p99 > most * MS => Err(format!("{text}: small messages wait for {p99} ns")),
        () if max > 3 * most * MS => Err(format!("{text}: small messages wait for {max} ns at the start")),
        () if report.delays.len() < 20 => Err(format!("{text}: only {} messages", report.delays.len())),
        () if one.abs_diff(other) > (one + other) / 20 => Err(format!("{text}: {one} and {other} bytes")),
        () if report.rate.is_none_or(|it| it.abs_diff(rate) >= rate / 10) => {
            Err(format!("{text}: the rate is said to be {:?}", report.rate))
        }
        () => Ok(()),
    }
}

/// The links for which there are figures to reach, with what a small message may wait for, in milliseconds.
const FIGURES: [(&str, u64); 3] = [("5ms,100Mbit", 15), ("40ms,50Mbit", 20), ("120ms,20Mbit", 30)];

/// A small message does not wait behind a flood, and the flood has the link.
#[test]
fn road_short_queues() {
    for (text, most) in FIGURES {
        held(text, most, None).expect("a short queue");
        // What is late by itself is no queue.
        held(&format!("{text},jitter=4ms"), most + 4, None).expect("a short queue with jitter");
    }
    // The first bytes, sent before anything is known, take a quarter of a second there.
    held("60ms,2Mbit", 90, None).expect("a short queue on a slow link");
}

/// Each fault is found by one of the checks.
#[test]
fn road_mutations() {
    for fault in [Fault::EarlyAcks, Fault::LateAcks, Fault::LazyFlood] {
        let found = held("40ms,50Mbit", 20, Some(fault)).expect_err("something is wrong");
        println!("{fault:?}: {found}");
    }
}

/// The link becomes quicker, slower, longer: that is found within a second.
#[test]
fn road_changes() {
    let changes = [
        ("40ms,20Mbit", "40ms,80Mbit", 20),
        ("40ms,80Mbit", "40ms,20Mbit", 20),
        ("120ms,20Mbit", "120ms,8Mbit", 40),
        ("40ms,50Mbit", "120ms,50Mbit", 30),
    ];
    for (before, after, most) in changes {
        let mut scenario = floods(before);
        scenario.links.push((1500 * MS, link(after)));
        let report = road::run(scenario).expect("nothing is lost");
        let (delay, used) = (report.delay(100, 2500 * MS), report.used(&link(after), 2500 * MS, 4000 * MS));
        println!("{before}, then {after}: {delay} ns, {used} % used");
        assert!(delay < most * MS && used >= 90, "{before}, then {after}: {delay} ns, {used} %");
    }
}

/// Frames that come now and then are no queue either, and cuts change nothing.
#[test]
fn road_bursts_and_cuts() {
    for (text, most) in FIGURES {
        let bursts = Some((60_000, 200 * MS));
        let report = road::run(Scenario { bursts, ..floods(text) }).expect("nothing is lost");
        let delay = report.delay(99, 500 * MS);
        println!("{text}: {delay} ns beside bursts");
        assert!(delay < most * MS, "{text}: {delay} ns");
        let cuts = vec![700 * MS, 1500 * MS, 1650 * MS];
        let report = road::run(Scenario { cuts, ..floods(text) }).expect("nothing is lost");
        let used = report.used(&link(text), 2700 * MS, 4000 * MS);
        let delay = report.delay(99, 2300 * MS);
        println!("{text}: {delay} ns after cuts, {used} % used");
        assert!(delay < most * MS && used >= 90, "{text}: {delay} ns, {used} %");
    }
}

/// When all has been said, nobody wakes up but for a ping now and then.
#[test]
fn road_is_idle() {
    let bursts = Some((60_000, 100_000 * MS));
    let scenario = Scenario { bursts, until: 3000 * MS, ..floods("40ms,50Mbit") };
    let report = road::run(Scenario { messages_until: 500 * MS, ..scenario }).expect("nothing is lost");
    assert!(report.last_turn < 2500 * MS, "{}", report.last_turn);
}
