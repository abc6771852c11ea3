//! Runs each fuzz target for a little while (`FARWAY_FUZZ_SECONDS`, for all together) on mutated recordings.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use farway_testkit::fuzz::{TARGETS, smoke};

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn smoke() {
    let seconds = number("FARWAY_FUZZ_SECONDS").unwrap_or(2);
    let corpus = smoke::Corpus::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("captures"));
    // One seed is replayed if it is named.
    let only = number("FARWAY_FUZZ_SEED");
    let share = Duration::from_secs(seconds) / TARGETS.len() as u32;
    for (name, target) in TARGETS {
        let end = Instant::now() + share;
        let mut seed = only.unwrap_or(0);
        loop {
            let input = corpus.next(&mut smoke::generator(seed));
            if catch_unwind(AssertUnwindSafe(|| target(&input))).is_err() {
                panic!("{name}: FARWAY_FUZZ_SEED={seed} cargo test -p farway-testkit --test fuzz");
            }
            seed += 1;
            if only.is_some() || Instant::now() > end {
                break;
            }
        }
        println!("{name}: {seed} inputs");
    }
}
