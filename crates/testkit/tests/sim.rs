//! The simulated world, by many seeds. See `farway_testkit::sim`.

use std::time::{Duration, Instant};

use rand::TryRngCore as _;

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
    assert!(messages > 50_000 && pictures > 2_000 && pipes > 100 && captures > 50 && updates > 2_000);
    assert!(foretold > 1000 && copies > 300, "{foretold} {copies}");
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
        let enough = if seldom { found > 2 } else { found * 2 > broken && found > 5 };
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
    let copies = sum(|it| it.copies);
    let (frames, presented) = (sum(|it| it.frames), sum(|it| it.presented));
    println!("{rests} rests, {pixels} pixels, {updates} updates, {copies} copies, {frames} frames, {presented} presented");
    assert!(rests > 200 && pixels > 2_000_000 && updates > 500 && frames > 300 && presented > 50);
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
