//! Runs parts of the test suite and counts. Builds through cargo, so nothing stale is tested.
//!
//! Invariant: a part that fails does not keep the others from running, and the closing line counts every test.

use super::{cargo, in_path, workspace};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// One part of the suite.
pub struct Part {
    /// Its name on the command line.
    pub name: &'static str,
    /// What the names of its integration tests start with; none: everything no other part has.
    pub prefixes: &'static [&'static str],
    /// How many tests run at a time, if fewer than usual.
    pub threads: Option<u32>,
}

/// Prefixes of all parts but `unit`.
const SPECIAL: [&str; 5] = ["sim", "fuzz", "real", "ssh", "interop"];

/// Runs parts one after the other.
pub struct Runner {
    nextest: bool,
    complete: bool,
    results: Vec<(String, bool, Duration)>,
    count: Count,
}

#[derive(Clone, Copy, Default)]
struct Count {
    passed: u64,
    failed: u64,
}

impl Runner {
    /// `complete`: everything was installed, so that a skipped test is a failure.
    pub fn new(complete: bool) -> Self {
        Runner { nextest: in_path("cargo-nextest"), complete, results: Vec::new(), count: Count::default() }
    }

    /// Runs `parts` built into `target`, on the portable code paths if so wanted.
    pub fn run_all(&mut self, parts: &[&Part], target: &Path, portable: bool) {
        let complete = self.complete;
        let label = |name: &str| if portable { format!("{name} (portable)") } else { name.to_owned() };
        let prepare = |command: &mut Command| {
            command.env("CARGO_TARGET_DIR", target).env("FARWAY_BIN", target.join("debug/farway"));
            command.env("CARGO_TERM_PROGRESS_WHEN", "never").stdin(Stdio::null());
            if complete {
                command.env("FARWAY_NO_SKIP", "1");
            }
            if portable {
                let flags = std::env::var("RUSTFLAGS").unwrap_or_default();
                command.env("RUSTFLAGS", format!("{flags} --cfg farway_portable"));
            }
        };
        let mut commands: Vec<(String, Command)> = Vec::new();
        let mut build = cargo();
        build.args(["build", "--quiet", "--package", "farway"]);
        commands.push((label("build"), build));
        for part in parts {
            if !part.prefixes.is_empty() && !exists(part) {
                println!("xtask: {}: there are no such tests", label(part.name));
                continue;
            }
            commands.extend(self.commands(part).into_iter().map(|c| (label(part.name), c)));
            if part.name == "unit" && !portable {
                let mut doc = cargo();
                doc.args(["test", "--workspace", "--doc", "--quiet"]);
                commands.push((label("doc"), doc));
            }
        }
        for (name, mut command) in commands {
            prepare(&mut command);
            self.step(name, command);
        }
    }

    /// Runs a chore of ours that closes as `cargo test` does.
    pub fn run_chore(&mut self, name: &str) {
        // Without a name, it cannot be started, and so has failed.
        let mut command = Command::new(std::env::current_exe().unwrap_or_default());
        command.arg(name).stdin(Stdio::null());
        if self.complete {
            command.env("FARWAY_NO_SKIP", "1");
        }
        self.step(name.to_owned(), command);
    }

    fn step(&mut self, name: String, command: Command) {
        println!("xtask: {name}");
        let start = Instant::now();
        let (ok, count) = watch(command);
        self.count.passed += count.passed;
        self.count.failed += count.failed;
        self.results.push((name, ok, start.elapsed()));
    }

    fn commands(&self, part: &Part) -> Vec<Command> {
        if self.nextest { vec![nextest(part)] } else { cargo_test(part) }
    }

    /// Prints a line for each part and the closing line.
    pub fn sum_up(&self, elapsed: Duration) -> ExitCode {
        println!("xtask: test summary");
        for (name, ok, time) in &self.results {
            println!(
                "xtask:   {} {name:<20} {:>6.1} s",
                if *ok { "ok    " } else { "FAILED" },
                time.as_secs_f32()
            );
        }
        let ok = self.results.iter().all(|(_, ok, _)| *ok);
        let Count { passed, failed } = self.count;
        if self.nextest {
            let run = passed + failed;
            let failures = if failed > 0 { format!(", {failed} failed") } else { String::new() };
            let seconds = elapsed.as_secs_f32();
            println!("     Summary [{seconds:>8.3}s] {run} tests run: {passed} passed{failures}, 0 skipped");
        } else {
            let word = if ok { "ok" } else { "FAILED" };
            println!("test result: {word}. {passed} passed; {failed} failed; 0 ignored");
        }
        if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn nextest(part: &Part) -> Command {
    // One expression, as nextest refuses a filter that names a test binary there is none of.
    let any = |prefixes: &[&str]| format!("(kind(test) & binary(/^({})/))", prefixes.join("|"));
    let filter = if part.prefixes.is_empty() { format!("not {}", any(&SPECIAL)) } else { any(part.prefixes) };
    let mut command = cargo();
    command.args(["nextest", "run", "--workspace", "--no-fail-fast", "--no-tests=pass", "-E", &filter]);
    command.args(["--status-level=slow", "--final-status-level=fail", "--hide-progress-bar"]);
    // The matrix, the fresh seeds: worth seeing although nothing failed.
    if matches!(part.name, "sim" | "fuzz" | "interop") {
        command.arg("--success-output=immediate");
    }
    if let Some(threads) = part.threads {
        command.arg(format!("--test-threads={threads}"));
    }
    command
}

/// Without nextest: unit tests of all crates, and integration tests by their files' names.
fn cargo_test(part: &Part) -> Vec<Command> {
    let threads = part.threads.map(|n| format!("--test-threads={n}"));
    let finish = |mut command: Command| {
        command.arg("--quiet").arg("--no-fail-fast").arg("--").args(&threads);
        command
    };
    let mut commands = Vec::new();
    if part.prefixes.is_empty() {
        let mut command = cargo();
        command.args(["test", "--workspace", "--lib", "--bins", "--examples"]);
        commands.push(finish(command));
    }
    for (package, names) in integration_tests() {
        let special = |name: &str, prefixes: &[&str]| prefixes.iter().any(|p| name.starts_with(p));
        let mine = |name: &&String| match part.prefixes {
            [] => !special(name, &SPECIAL),
            prefixes => special(name, prefixes),
        };
        let chosen: Vec<&String> = names.iter().filter(mine).collect();
        if !chosen.is_empty() {
            let mut command = cargo();
            command.args(["test", "--manifest-path", &package]);
            chosen.iter().for_each(|name| {
                command.args(["--test", name]);
            });
            commands.push(finish(command));
        }
    }
    commands
}

/// Whether any integration test belongs to the part.
fn exists(part: &Part) -> bool {
    let belongs = |name: &String| part.prefixes.iter().any(|p| name.starts_with(p));
    integration_tests().iter().any(|(_, names)| names.iter().any(belongs))
}

/// For each crate its manifest and the names of its integration tests.
fn integration_tests() -> Vec<(String, Vec<String>)> {
    let crates = std::fs::read_dir(workspace().join("crates")).into_iter().flatten().flatten();
    let tests = |dir: &Path| {
        let files = std::fs::read_dir(dir.join("tests")).into_iter().flatten().flatten();
        // A test is a file, or a folder with a `main.rs`.
        let name = |file: std::fs::DirEntry| {
            let name = file.file_name().into_string().ok()?;
            let folder = file.path().join("main.rs").is_file().then(|| name.clone());
            name.strip_suffix(".rs").map(str::to_owned).or(folder)
        };
        files.filter_map(name).collect::<Vec<_>>()
    };
    let mut all: Vec<_> =
        crates.map(|c| (c.path().join("Cargo.toml").display().to_string(), tests(&c.path()))).collect();
    all.sort();
    all
}

/// Runs a command, passes on what it prints, and counts the tests it tells of.
fn watch(mut command: Command) -> (bool, Count) {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            println!("xtask: {:?}: {error}", command.get_program());
            return (false, Count::default());
        }
    };
    // Each stream has its own reader, so that neither can fill up and stall the tests.
    let readers: Vec<_> = [
        child.stdout.take().map(|s| Box::new(s) as Box<dyn Read + Send>),
        child.stderr.take().map(|s| Box::new(s) as Box<dyn Read + Send>),
    ]
    .into_iter()
    .flatten()
    .map(|stream| std::thread::spawn(move || pass_on(stream)))
    .collect();
    let mut count = Count::default();
    for reader in readers {
        let part = reader.join().unwrap_or_default();
        count.passed += part.passed;
        count.failed += part.failed;
    }
    (child.wait().is_ok_and(|status| status.success()), count)
}

fn pass_on(stream: impl Read) -> Count {
    let mut count = Count::default();
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
        let text = String::from_utf8_lossy(&line).into_owned();
        print!("{text}");
        let part = counted(&text);
        count.passed += part.passed;
        count.failed += part.failed;
        line.clear();
    }
    count
}

/// Reads the closing line of nextest or of one test binary; nothing from any other line.
///
/// Test output can hold the closing line of a test binary, indented; only cargo's own starts at the margin.
fn counted(line: &str) -> Count {
    let nextest = line.trim_start().starts_with("Summary [") && line.contains(" run: ");
    let cargo = line.starts_with("test result: ");
    if !nextest && !cargo {
        return Count::default();
    }
    let number = |what: &str| {
        let words: Vec<&str> = line.split([' ', ',', ';']).filter(|w| !w.is_empty()).collect();
        let at = words.iter().position(|w| w.trim() == what);
        at.and_then(|at| words.get(at.checked_sub(1)?)?.parse::<u64>().ok()).unwrap_or(0)
    };
    let timed_out = words_before_timed_out(line);
    Count { passed: number("passed"), failed: number("failed") + timed_out }
}

/// nextest counts tests that ran out of time apart: `1 timed out`.
fn words_before_timed_out(line: &str) -> u64 {
    let before = line.split(" timed out").next().filter(|b| b.len() < line.len());
    before.and_then(|b| b.rsplit(' ').next()).and_then(|n| n.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests;
