//! The interop matrix on the raw wire: {farway, three foreign generations} x the same x {none, lz4, zstd}.
//!
//! The foreign pairs are run too: they show that the rig asks for nothing that the foreign programs do not do.
//! `FARWAY_MATRIX=SERVER:CLIENT` runs the cells of one pair only; either may be left out.

use farway_testkit::real::programs::{Program, peer};
use farway_testkit::rig::matrix::{COMPRESSIONS, Known, PROGRAMS, run_all, table};

/// What foreign programs cannot do between each other; see the notes on peer differences.
const KNOWN: &[Known] = &[
    known("bookworm", "bookworm", "private", "0.8 hides none of these globals"),
    known(C, "*", "tiny", "the C program forgets files below 64 bytes"),
    known("*", C, "keymap1", "the C program forgets files below 64 bytes"),
    // The order matters: the first entry that fits is taken.
    Known { hangs: true, ..known("bookworm", "*", "bulk", LATE) },
    Known { hangs: true, ..known("*", "bookworm", "bulk", LATE) },
    Known { hangs: true, ..known("bookworm", "*", "epipe", LATE) },
    Known { hangs: true, ..known("*", "bookworm", "epipe", LATE) },
    known(C, "*", "epipe", "the C program ends when late data of a closed pipe comes"),
    known("*", C, "epipe", "the C program ends when late data of a closed pipe comes"),
    known(C, "forky|farway", "late-clock", "the C program wants the clock before the request"),
    known("forky|farway", C, "late-clock", "the C program wants the clock before the request"),
    known(C, C, "end-screen", "the C program ends with Close(-1), which the other one takes for a failure"),
];

const C: &str = "bookworm|trixie";
const LATE: &str = "0.8 looks too rarely at pipes that hold more than one read";

const fn known(server: &'static str, client: &'static str, step: &'static str, why: &'static str) -> Known {
    Known { server, client, step, why, hangs: false }
}

/// Cells at a time: they wait for other processes most of the time.
const THREADS: usize = 3;

fn present(program: &str) -> bool {
    let there = if program == "farway" { Program::find(program).is_ok() } else { peer(program).is_some() };
    if !there {
        assert!(std::env::var_os("FARWAY_NO_SKIP").is_none(), "no {program}, and FARWAY_NO_SKIP is set");
        eprintln!("skipped: no {program}");
    }
    there
}

#[test]
fn every_pair_works() {
    let only = std::env::var("FARWAY_MATRIX").unwrap_or_default();
    let sides = |at| only.split(':').nth(at).filter(|it| !it.is_empty()).map(str::to_owned);
    let wanted = |at| {
        let names = PROGRAMS.into_iter().filter(move |it| sides(at).is_none_or(|only| only == *it));
        names.filter(|it| present(it)).collect::<Vec<_>>()
    };
    let mut cells = Vec::new();
    for server in wanted(0) {
        for client in wanted(1) {
            cells.extend(COMPRESSIONS.iter().map(|it| (server, client, *it)));
        }
    }
    let done = run_all(&cells, KNOWN, THREADS, |cell| eprintln!("{cell}"));
    eprintln!("{}", table(&done));
    let failed: Vec<_> = done.iter().filter(|cell| !cell.passed()).map(ToString::to_string).collect();
    assert!(failed.is_empty(), "{} of {} cells failed:\n{}", failed.len(), done.len(), failed.join("\n"));
}
