//! `cargo xtask test`: installs what the tests need, then runs them in parts and sums up.
//!
//! Not a test runner: that is cargo-nextest, or `cargo test` without it. Invariant: on Debian, with the right to install,
//! no test is skipped; elsewhere everything that is missing is named, and the rest runs.

mod packages;
mod peers;
mod runner;

use runner::{Part, Runner};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

const USAGE: &str = "\
usage: cargo xtask test [OPTIONS] [PART…]

Installs what the tests need (Debian: by apt; foreign peers: unpacked into a cache folder) and runs
the parts, all of them by default:

  unit      everything inside one process, and the documentation's examples
  sim       the simulated world
  fuzz      the fuzz targets' corpora
  real      real applications on real compositors, without and with the proxy
  ssh       farway ssh with real ssh servers and machines of many kinds
  interop   against foreign programs, in both directions
  cost      instructions of what is done for each frame and message, against those written down
  portable  unit, sim and real once more on the portable code paths

Options:
  --no-install   install and fetch nothing; tests of what is missing are skipped
  --setup        install and fetch only";

/// The parts: name, prefixes of the integration tests that belong to it, how many tests at a time.
const PARTS: [Part; 6] = [
    Part { name: "unit", prefixes: &[], threads: None },
    Part { name: "sim", prefixes: &["sim"], threads: None },
    Part { name: "fuzz", prefixes: &["fuzz"], threads: None },
    // Each of these runs a compositor, two proxies and an application.
    Part { name: "real", prefixes: &["real"], threads: Some(2) },
    Part { name: "ssh", prefixes: &["ssh"], threads: Some(2) },
    Part { name: "interop", prefixes: &["interop"], threads: Some(2) },
];

/// What the portable code paths are tested with.
const PORTABLE: [&str; 3] = ["unit", "sim", "real"];

/// Counted by a chore of its own.
const COST: &str = "cost";

struct Options {
    install: bool,
    setup_only: bool,
    parts: Vec<String>,
}

/// Runs the chore with the words after `test`.
pub fn run(args: &[&str]) -> ExitCode {
    let options = match parse(args) {
        Ok(options) => options,
        Err(code) => return code,
    };
    let start = Instant::now();
    let mut complete = false;
    if options.install {
        let needed: Vec<&str> =
            options.parts.iter().map(|p| if p == "portable" { "real" } else { p.as_str() }).collect();
        let packages = packages::install(&needed);
        let peers = !needed.iter().any(|part| ["ssh", "interop"].contains(part)) || peers::fetch_all();
        complete = packages && peers;
        if !complete {
            println!("xtask: something is missing, see above: tests that need it are skipped");
        }
    }
    if options.setup_only {
        return if complete { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let mut runner = Runner::new(complete);
    run_parts(&mut runner, &options.parts);
    runner.sum_up(start.elapsed())
}

fn run_parts(runner: &mut Runner, parts: &[String]) {
    let wanted = |part: &Part| parts.iter().any(|p| p == part.name);
    let target = target_dir();
    let selected: Vec<&Part> = PARTS.iter().filter(|p| wanted(p)).collect();
    if !selected.is_empty() {
        runner.run_all(&selected, &target, false);
    }
    if parts.iter().any(|p| p == COST) {
        runner.run_chore(COST);
    }
    if parts.iter().any(|p| p == "portable") {
        let portable: Vec<&Part> = PARTS.iter().filter(|p| PORTABLE.contains(&p.name)).collect();
        runner.run_all(&portable, &target.join("portable"), true);
    }
}

fn parse(args: &[&str]) -> Result<Options, ExitCode> {
    let mut options = Options { install: true, setup_only: false, parts: Vec::new() };
    for arg in args {
        match *arg {
            "--no-install" => options.install = false,
            "--setup" => options.setup_only = true,
            "-h" | "--help" => {
                println!("{USAGE}");
                return Err(ExitCode::SUCCESS);
            }
            part if ["portable", COST].contains(&part) || PARTS.iter().any(|p| p.name == part) => {
                options.parts.push(part.to_owned());
            }
            other => {
                eprintln!("xtask: test: unknown argument {other}\n{USAGE}");
                return Err(ExitCode::from(2));
            }
        }
    }
    if options.parts.is_empty() {
        options.parts = PARTS.iter().map(|p| p.name).chain([COST, "portable"]).map(str::to_owned).collect();
    }
    Ok(options)
}

/// The workspace's folder.
pub(crate) fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// Where cargo builds: asked from cargo, for settings may move it.
pub(crate) fn target_dir() -> PathBuf {
    let fallback = workspace().join("target");
    let mut cargo = cargo();
    let Ok(output) = cargo.args(["metadata", "--format-version", "1", "--no-deps"]).output() else {
        return fallback;
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let rest = text.split_once("\"target_directory\":\"").map(|(_, rest)| rest);
    rest.and_then(|r| r.split('"').next()).map_or(fallback, PathBuf::from)
}

/// The cargo that runs this program, in the workspace.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(workspace());
    command
}

/// Whether a program is in `PATH`.
pub(crate) fn in_path(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|dir| dir.join(name).is_file())
}
