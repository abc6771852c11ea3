//! The simulated world, by many seeds. See `farway_testkit::sim`.

use std::time::{Duration, Instant};

use rand::TryRngCore as _;

use farway_testkit::sim::{Mode, STEPS, desk, run, run_with, sabotage};

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// The seeds that everybody runs. What they cover is checked too, so that the world cannot fall asleep unseen.
#[test]
fn fixed_seeds() {
    let (mut messages, mut pictures, mut pipes, mut captures, mut updates) = (0, 0, 0, 0, 0);
    let mut modes = Vec::new();
    for seed in 0..300 {
        let report = match run(seed, STEPS) {
            Ok(r) => r,
            Err(f) => {
                println!("{f}");
                continue;
            }
        };
        messages += report.counts.messages;
        pictures += report.counts.pictures;
        pipes += report.counts.pipes;
        captures += report.captures;
        updates += report.updates;
        modes.push(report.mode);
    }
    println!(
        "{messages} messages, {pictures} pictures, {pipes} pipes, {captures} captures, {updates} updates"
    );
    assert!(messages > 50_000 && pictures > 2_000 && pipes > 100 && captures > 50 && updates > 2_000);
    for mode in [Mode::Clean, Mode::Scribbler, Mode::Rude, Mode::Hostile] {
        assert!(modes.iter().filter(|it| **it == mode).count() > 10, "{mode:?}");
    }
}

/// New seeds, for as long as `FARWAY_SIM_SECONDS` says.
#[test]
fn fresh_seeds() {
    let seconds = number("FARWAY_SIM_SECONDS").unwrap_or(5);
    let first = rand::rngs::OsRng.try_next_u64().expect("the system has random numbers");
    println!("first seed: {first}");
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut seed = first;
    while Instant::now() < end {
        if let Err(failure) = run(seed, STEPS) {
            panic!("{failure}");
        }
        seed = seed.wrapping_add(1);
    }
    println!("{} seeds", seed.wrapping_sub(first));
}

/// Runs the one seed that `FARWAY_SIM_SEED` names.
#[test]
fn replay() {
    let Some(seed) = number("FARWAY_SIM_SEED") else { return };
    let steps = number("FARWAY_SIM_STEPS").map_or(STEPS, |steps| steps as u32);
    if std::env::var_os("FARWAY_SIM_WORLD").is_some_and(|world| world == "desk") {
        match desk::run(seed, steps, None) {
            Ok(report) => println!("{report:?}"),
            Err(failure) => panic!("{failure}"),
        }
        return;
    }
    match run(seed, steps) {
        Ok(report) => println!("{report:?}"),
        Err(failure) => panic!("{failure}"),
    }
}

/// The checkers can fail: each way of breaking the world is found, and where it is not, it did no harm.
#[test]
fn mutations() {
    for kind in sabotage::ALL {
        let (mut broken, mut found) = (0, 0);
        for seed in 0..24 {
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
        assert!(found * 2 > broken && found > 5, "{kind:?}: found only {found} of {broken}");
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
    let (mut rests, mut pixels, mut updates, mut frames, mut both, mut abrupt) = (0, 0, 0, 0, 0, 0);
    for seed in 0..number("FARWAY_SIM_SEEDS").unwrap_or(60) {
        let report = match desk::run(seed, STEPS, None) {
            Ok(report) => report,
            Err(failure) => {
                println!("{failure}");
                continue;
            }
        };
        rests += report.rests;
        pixels += report.pixels;
        updates += report.updates;
        frames += report.frames;
        both += u32::from(report.clients == 2);
        abrupt += u32::from(report.abrupt);
    }
    println!("{rests} rests, {pixels} pixels, {updates} updates, {frames} frames, {both} with two, {abrupt} abrupt");
}
