//! What the processes of a program cost, and their end. Reads `/proc`, so elsewhere than on Linux there are no figures.
//!
//! They are found by a variable in their environment, because the halves do not share a process group or a parent.
//! Invariant: only processes that carry our mark are counted or ended.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use farway_sys::process::cpu_time;
use rustix::process::{Pid, Signal, kill_process};

/// The variable that all processes of a run inherit.
pub const MARK: &str = "FARWAY_BENCH_RUN";

/// What a program used so far.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// User and system time.
    pub cpu: Duration,
    /// Memory that nobody else shares, in KiB.
    pub private_kib: u64,
    /// Processes.
    pub processes: u64,
}

impl Usage {
    /// Milliseconds of processor time for each of `count` things since `before`, if any process is known.
    pub fn cpu_each(&self, before: &Self, count: f64) -> Option<f64> {
        let each = self.cpu.saturating_sub(before.cpu).as_secs_f64() * 1e3 / count;
        (self.processes > 0).then_some(each)
    }
}

/// Processes that carry the mark, the stand-in for ssh and the command excepted if they do not count.
fn marked(mark: &str, all: bool) -> Vec<Pid> {
    let wanted = format!("{MARK}={mark}");
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let mut found = Vec::new();
    for entry in entries.flatten() {
        let pid = entry.file_name().to_str().and_then(|name| name.parse().ok()).and_then(Pid::from_raw);
        let (Some(pid), path) = (pid, entry.path()) else { continue };
        let Ok(environment) = fs::read(path.join("environ")) else { continue };
        if !environment.split(|byte| *byte == 0).any(|it| it == wanted.as_bytes()) {
            continue;
        }
        if all || counts(&path) {
            found.push(pid);
        }
    }
    found
}

fn counts(path: &Path) -> bool {
    let line = fs::read(path.join("cmdline")).unwrap_or_default();
    let mut words = line.split(|byte| *byte == 0);
    let program = words.next().unwrap_or_default().rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    !words.any(|word| word == b"--as-ssh") && !matches!(program, b"sh" | b"cat" | b"sleep" | b"ssh")
}

/// What the processes that carry the mark used so far, and those of their children that have ended.
pub fn usage(mark: &str) -> Usage {
    let mut usage = Usage::default();
    for pid in marked(mark, false) {
        let path = format!("/proc/{}", pid.as_raw_pid());
        let Ok(stat) = fs::read_to_string(format!("{path}/stat")) else { continue };
        let fields: Vec<&str> = stat.rsplit_once(')').map_or("", |it| it.1).split_whitespace().collect();
        let field = |n: usize| fields.get(n).and_then(|f| f.parse::<u32>().ok()).unwrap_or(0);
        usage.processes += 1;
        // Children that have ended are known in ticks of 10 ms.
        usage.cpu += cpu_time(pid).unwrap_or_default() + Duration::from_millis(10) * (field(13) + field(14));
        let rollup = fs::read_to_string(format!("{path}/smaps_rollup")).unwrap_or_default();
        let private = rollup.lines().filter(|line| line.starts_with("Private_"));
        usage.private_kib +=
            private.filter_map(|it| it.split_whitespace().nth(1)?.parse::<u64>().ok()).sum::<u64>();
    }
    usage
}

/// Waits until no marked process is left, and ends those that stay.
pub fn end(mark: &str, patience: Duration) {
    let until = Instant::now() + patience;
    loop {
        let left = marked(mark, true);
        if left.is_empty() {
            return;
        }
        if Instant::now() > until {
            for pid in left {
                let _ = kill_process(pid, Signal::KILL);
            }
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}
