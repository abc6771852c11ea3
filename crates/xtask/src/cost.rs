//! `cargo xtask cost`: counts instructions of what is done for each frame and message, and compares with what is written
//! in the tree. Machines differ in speed and are noisy; instructions are neither.
//!
//! The work is done by the example `cost` of `farway-proxy`, run by valgrind. Not a benchmark: whether the work is fast is
//! for `farway bench` to say. Invariants: only what became dearer fails; where nothing can be counted, it is said why.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Mutex;

use crate::test::{cargo, in_path, target_dir, workspace};

const USAGE: &str = "\
usage: cargo xtask cost [--update]

Counts the instructions of what is done for each frame and message, and compares them with
crates/proxy/examples/cost.txt. Needs valgrind, on x86-64 with AVX2.

Options:
  --update   write down what was counted";

/// How much dearer something may become: compilers and C libraries differ a little.
const TOLERANCE: f64 = 0.15;

/// How often a kind of work is done, by the start of its name; what is done more often is small.
const TIMES: [(&str, u32); 4] = [("chain-sync", 400), ("chain-typing", 200), ("engine", 500), ("", 8)];

/// So that the C library does not choose among its ways of copying by the processor's model.
const TUNABLES: &str = "glibc.cpu.x86_rep_movsb_threshold=0x10000000:glibc.cpu.x86_rep_stosb_threshold=0x10000000:\
                        glibc.cpu.x86_non_temporal_threshold=0x10000000";

/// Runs the chore with the words after `cost`.
pub fn run(args: &[&str]) -> ExitCode {
    let update = match args {
        [] => false,
        ["--update"] => true,
        _ => {
            let help = matches!(args, ["-h" | "--help"]);
            println!("{USAGE}");
            return if help { ExitCode::SUCCESS } else { ExitCode::from(2) };
        }
    };
    if let Some(why) = impossible() {
        println!("xtask: cost: skipped: {why}");
        let must = std::env::var_os("FARWAY_NO_SKIP").is_some() && why == NO_VALGRIND;
        return if must { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    }
    let Some((program, works)) = build() else { return ExitCode::FAILURE };
    let counted = count_all(&program, &works);
    if counted.len() < works.len() {
        return ExitCode::FAILURE;
    }
    if update {
        return match std::fs::write(file(), written(&works, &counted)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("xtask: cost: {}: {error}", file().display());
                ExitCode::FAILURE
            }
        };
    }
    compare(&works, &counted)
}

const NO_VALGRIND: &str = "there is no valgrind";

/// Why nothing can be counted that could be compared.
fn impossible() -> Option<&'static str> {
    if (std::env::consts::OS, std::env::consts::ARCH) != ("linux", "x86_64") {
        return Some("what is written down was counted on x86-64 with Linux");
    }
    let processor = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    if !processor.split_whitespace().any(|word| word == "avx2") {
        return Some("what is written down was counted with AVX2");
    }
    (!in_path("valgrind")).then_some(NO_VALGRIND)
}

fn file() -> PathBuf {
    workspace().join("crates/proxy/examples/cost.txt")
}

/// Builds the program. Its file, and the kinds of work that it knows.
fn build() -> Option<(PathBuf, Vec<String>)> {
    let mut command = cargo();
    command.args(["build", "--quiet", "--profile", "cost", "--package", "farway-proxy", "--example", "cost"]);
    // Where `cargo` puts it must be known, and flags for other tests are not for this.
    command.env("CARGO_TARGET_DIR", target_dir()).env_remove("RUSTFLAGS");
    if !command.status().is_ok_and(|status| status.success()) {
        return None;
    }
    let program = target_dir().join("cost/examples/cost");
    let said = Command::new(&program).output().ok()?;
    let works = String::from_utf8_lossy(&said.stdout).lines().map(str::to_owned).collect();
    Some((program, works))
}

fn count_all(program: &Path, works: &[String]) -> BTreeMap<String, u64> {
    let (todo, done) = (Mutex::new(works.iter()), Mutex::new(BTreeMap::new()));
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let next = todo.lock().ok().and_then(|mut todo| todo.next());
                    let Some(work) = next else { return };
                    match (count(program, work), done.lock()) {
                        (Some(count), Ok(mut done)) => drop(done.insert(work.clone(), count)),
                        _ => println!("xtask: cost: {work} cannot be counted"),
                    }
                }
            });
        }
    });
    done.into_inner().unwrap_or_default()
}

/// Instructions of one time.
fn count(program: &Path, work: &str) -> Option<u64> {
    let times = TIMES.iter().find(|(start, _)| work.starts_with(start))?.1;
    let all = |times: u32| {
        let mut command = Command::new("valgrind");
        command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(program).arg(work);
        let output = command.arg(times.to_string()).env("GLIBC_TUNABLES", TUNABLES).output().ok()?;
        let said = String::from_utf8_lossy(&output.stderr);
        let number = collected(&said).filter(|_| output.status.success());
        if number.is_none() {
            eprintln!("xtask: cost: {work}: {said}");
        }
        number
    };
    Some(all(3 * times)?.saturating_sub(all(times)?) / u64::from(2 * times))
}

/// The number in valgrind's closing line.
fn collected(said: &str) -> Option<u64> {
    said.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok())
}

fn written(works: &[String], counted: &BTreeMap<String, u64>) -> String {
    let mut text = "# Instructions of each kind of work, once; 256 KiB, a message there and back, a frame of 1280x720.\n\
                    # Counted and compared by `cargo xtask cost`; `cargo xtask cost --update` writes it.\n"
        .to_owned();
    for work in works {
        let _ = writeln!(text, "{work} {}", counted.get(work).copied().unwrap_or_default());
    }
    text
}

fn read(text: &str) -> BTreeMap<String, u64> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(work, count)| Some((work.to_owned(), count.parse().ok()?)))
        .collect()
}

/// Says of each kind what it costs, and closes as `cargo test` does.
fn compare(works: &[String], counted: &BTreeMap<String, u64>) -> ExitCode {
    let before = read(&std::fs::read_to_string(file()).unwrap_or_default());
    let mut failed = 0;
    for work in works {
        let now = counted.get(work).copied().unwrap_or_default();
        let (ratio, word) = match before.get(work) {
            Some(before) => {
                let ratio = now as f64 / (*before).max(1) as f64;
                (ratio, verdict(ratio))
            }
            None => (0.0, "FAILED: not written down"),
        };
        failed += usize::from(word.starts_with("FAILED"));
        println!("xtask: cost: {work:<16} {now:>10}  {ratio:>5.2}  {word}");
    }
    if failed > 0 {
        println!("xtask: cost: if it is worth it, `cargo xtask cost --update` writes down the new numbers");
    }
    let word = if failed == 0 { "ok" } else { "FAILED" };
    println!("test result: {word}. {} passed; {failed} failed; 0 ignored", works.len() - failed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn verdict(ratio: f64) -> &'static str {
    match ratio {
        ratio if ratio > 1.0 + TOLERANCE => "FAILED: dearer",
        ratio if ratio < 1.0 - TOLERANCE => "ok: cheaper, worth writing down",
        _ => "ok",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let works = ["a-b".to_owned(), "c".to_owned()];
        let counted = BTreeMap::from([("a-b".to_owned(), 12), ("c".to_owned(), 7)]);
        assert_eq!(read(&written(&works, &counted)), counted);
    }

    #[test]
    fn the_closing_line_of_valgrind() {
        assert_eq!(collected("==1== Events    : Ir\n==1== Collected : 2047\n==1== \n"), Some(2047));
        assert_eq!(collected("valgrind: no such file"), None);
    }

    #[test]
    fn only_what_is_dearer_fails() {
        assert!(verdict(1.2).starts_with("FAILED") && verdict(1.1) == "ok" && verdict(0.5).starts_with("ok"));
    }
}
