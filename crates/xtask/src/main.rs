//! Project chores, run as `cargo xtask NAME …`.
//!
//! Not part of the product: nothing that ships depends on it. Invariant: each chore is one module; this file only
//! chooses.
#![forbid(unsafe_code)]

mod cost;
mod dist;
mod protocols;
mod test;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask cost [--update]\n       cargo xtask protocols [--check] DIR…\n       cargo xtask test [--no-install] [--setup] [PART…]\n       cargo xtask dist [--target ARCH]… [--host-only]";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["cost", rest @ ..] => cost::run(rest),
        ["dist", rest @ ..] => dist::run(rest),
        ["protocols", rest @ ..] => protocols::run(rest),
        ["test", rest @ ..] => test::run(rest),
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}
