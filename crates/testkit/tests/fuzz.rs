//! Runs each fuzz target (or `FARWAY_FUZZ_TARGET`) for a little while (`FARWAY_FUZZ_SECONDS`, for all together) on
//! mutated recordings and random scripts.

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
    let one = std::env::var("FARWAY_FUZZ_TARGET").ok();
    let wanted = |name: &str| one.as_deref().is_none_or(|one| one == name);
    let count = TARGETS.iter().filter(|it| wanted(it.0)).count();
    let share = Duration::from_secs(seconds) / count.max(1) as u32;
    for (name, target) in TARGETS.into_iter().filter(|it| wanted(it.0)) {
        let end = Instant::now() + share;
        let mut seed = only.unwrap_or(0);
        loop {
            let input = corpus.next(&mut smoke::generator(seed));
            if catch_unwind(AssertUnwindSafe(|| target(&input))).is_err() {
                panic!(
                    "{name}: FARWAY_FUZZ_TARGET={name} FARWAY_FUZZ_SEED={seed} cargo test -p farway-testkit --test fuzz"
                );
            }
            seed += 1;
            if only.is_some() || Instant::now() > end {
                break;
            }
        }
        println!("{name}: {seed} inputs");
    }
}
