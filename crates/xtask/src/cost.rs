//! `cargo xtask cost`: counts instructions of what is done for each frame and message, and what frames fetch from memory,
//! and compares with what is written in the tree. Machines differ in speed and are noisy; these numbers are neither.
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

Counts the instructions of what is done for each frame and message, and the bytes that frames
fetch from memory, and compares them with crates/proxy/examples/cost.txt. Needs valgrind, on
x86-64 with AVX2.

Options:
  --update   write down what was counted";

/// How much dearer something may become: compilers and C libraries differ a little.
const TOLERANCE: f64 = 0.15;

/// How often a kind of work is done, by the start of its name; what is done more often is small.
const TIMES: [(&str, u32); 5] =
    [("chain-sync", 400), ("chain-typing", 200), ("engine", 500), (FETCHES, 3), ("", 8)];

/// Of such work it is counted what it fetches from memory.
const FETCHES: &str = "frame-";
/// The last cache before memory: 2 MiB, as one core of many processors has.
const CACHE: &str = "--LL=2097152,16,64";
/// Bytes that are fetched at once.
const LINE: u64 = 64;

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

fn count_all(program: &Path, works: &[String]) -> BTreeMap<String, Count> {
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

/// What was counted of one kind of work, done once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    /// Instructions, or bytes that are fetched from memory.
    number: u64,
    /// The least that it could be, if that is known.
    least: Option<u64>,
}

fn count(program: &Path, work: &str) -> Option<Count> {
    let times = TIMES.iter().find(|(start, _)| work.starts_with(start))?.1;
    let fetches = work.starts_with(FETCHES);
    let all = |times: u32| {
        let mut command = Command::new("valgrind");
        command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
        if fetches {
            command.args(["--cache-sim=yes", CACHE, "--toggle-collect=cost::halves"]);
        }
        let output =
            command.arg(program).arg(work).arg(times.to_string()).env("GLIBC_TUNABLES", TUNABLES).output();
        let output = output.ok()?;
        let said = String::from_utf8_lossy(&output.stderr);
        let number = collected(&said, if fetches { &["DLmr", "DLmw"] } else { &["Ir"] });
        let number = number.filter(|_| output.status.success());
        if number.is_none() {
            eprintln!("xtask: cost: {work}: {said}");
        }
        let least = String::from_utf8_lossy(&output.stdout).trim().parse().ok();
        Some((number?, least))
    };
    let ((some, _), (more, least)) = (all(times)?, all(3 * times)?);
    let unit = if fetches { LINE } else { 1 };
    Some(Count { number: more.saturating_sub(some) * unit / u64::from(2 * times), least })
}

/// The sum of these events, by valgrind's closing lines.
fn collected(said: &str, events: &[&str]) -> Option<u64> {
    let words =
        |of: &str| said.lines().find_map(|line| line.split_once(of)).map(|it| it.1.split_whitespace());
    let counted: Vec<(&str, u64)> =
        words("Events    :")?.zip(words("Collected :")?.filter_map(|it| it.parse().ok())).collect();
    events.iter().map(|event| counted.iter().find(|(name, _)| name == event).map(|it| it.1)).sum()
}

fn written(works: &[String], counted: &BTreeMap<String, Count>) -> String {
    let mut text = "# Instructions of each kind of work, once; 256 KiB, a message there and back, a frame of 1280x720.\n\
                    # Of frame-…: bytes that both halves fetch from memory for such a frame; and the least that can be,\n\
                    # which is the frame, its mirror, and what changes of the twin, each once; of what has moved, the frame,\n\
                    # and in both halves where it was and where it goes.\n\
                    # Counted and compared by `cargo xtask cost`; `cargo xtask cost --update` writes it.\n"
        .to_owned();
    for work in works {
        let Count { number, least } = counted.get(work).copied().unwrap_or_default();
        let least = least.map_or(String::new(), |least| format!(" {least}"));
        let _ = writeln!(text, "{work} {number}{least}");
    }
    text
}

fn read(text: &str) -> BTreeMap<String, u64> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.split(' '))
        .filter_map(|mut words| Some((words.next()?.to_owned(), words.next()?.parse().ok()?)))
        .collect()
}

/// Says of each kind what it costs, and closes as `cargo test` does.
fn compare(works: &[String], counted: &BTreeMap<String, Count>) -> ExitCode {
    let before = read(&std::fs::read_to_string(file()).unwrap_or_default());
    let mut failed = 0;
    for work in works {
        let Count { number: now, least } = counted.get(work).copied().unwrap_or_default();
        let (ratio, word) = match before.get(work) {
            Some(before) => {
                let ratio = now as f64 / (*before).max(1) as f64;
                (ratio, verdict(ratio))
            }
            None => (0.0, "FAILED: not written down"),
        };
        failed += usize::from(word.starts_with("FAILED"));
        let least = least.map_or(String::new(), |least| {
            format!("; {:.2} of the least number of bytes", now as f64 / least.max(1) as f64)
        });
        println!("xtask: cost: {work:<16} {now:>10}  {ratio:>5.2}  {word}{least}");
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
        let count = |number, least| Count { number, least };
        let counted =
            BTreeMap::from([("a-b".to_owned(), count(12, None)), ("c".to_owned(), count(7, Some(5)))]);
        let read = read(&written(&works, &counted));
        assert_eq!(read, BTreeMap::from([("a-b".to_owned(), 12), ("c".to_owned(), 7)]));
    }

    #[test]
    fn the_closing_lines_of_valgrind() {
        let said = "==1== Events    : Ir Dr DLmr DLmw\n==1== Collected : 2047 3 20 5\n==1== \n";
        assert_eq!(collected(said, &["Ir"]), Some(2047));
        assert_eq!(collected(said, &["DLmr", "DLmw"]), Some(25));
        assert_eq!(collected(said, &["Dw"]), None);
        assert_eq!(collected("valgrind: no such file", &["Ir"]), None);
    }

    #[test]
    fn only_what_is_dearer_fails() {
        assert!(verdict(1.2).starts_with("FAILED") && verdict(1.1) == "ok" && verdict(0.5).starts_with("ok"));
    }
}
