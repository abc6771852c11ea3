//! The measuring program as a process: figures come out, and nothing is left behind.

use std::process::Command;

use crate::support::{Running, Sandbox};

/// Runs it with its temporary folders in the sandbox; returns the lines of its JSON without spaces and commas.
fn bench(sandbox: &Sandbox, args: &[&str]) -> Vec<String> {
    let mut command: Command = sandbox.farway(&["--no-config", "bench", "--json", "--seconds", "0.3"]);
    command.args(args).env("TMPDIR", sandbox.path(""));
    let ended = Running::start(&mut command).end().expect(0);
    assert_eq!(sandbox.names(), Vec::<String>::new(), "something is left");
    ended.out.lines().map(|line| line.replace([' ', ','], "")).collect()
}

/// The number of this name; they are all different in what is asked for here.
fn number(lines: &[String], name: &str) -> f64 {
    let start = format!("\"{name}\":");
    let text = lines
        .iter()
        .find_map(|line| line.strip_prefix(&start))
        .unwrap_or_else(|| panic!("no {name}: {lines:?}"));
    text.parse().unwrap()
}

#[test]
fn both_halves_joined_by_a_socket() {
    let sandbox = Sandbox::new();
    let lines = bench(&sandbox, &["--link", "local", "--workload", "typing"]);
    assert!(number(&lines, "fps") > 1.0);
    assert!(number(&lines, "median_ms") > 0.0);
}

#[test]
fn a_link_takes_its_time() {
    let sandbox = Sandbox::new();
    let lines = bench(&sandbox, &["--link", "30ms,100Mbit", "--workload", "cursor", "--workload", "start"]);
    let fps = number(&lines, "fps");
    assert!(fps > 1.0 && fps < 61.0, "{fps}");
    assert!(number(&lines, "median_ms") >= 15.0, "half a round trip");
    assert!(number(&lines, "bytes_per_frame") > 20.0);
}
