//! Decisions about `farway bench`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::{Circumstances, Environment, value};
use crate::args::Args;
use crate::args::bench::link::Link;
use crate::args::bench::{BenchArgs, Task};

/// To measure, or to be a part of what is measured.
#[derive(Clone, Debug, PartialEq)]
pub enum Bench {
    /// To measure.
    Measure(Measure),
    /// To be ssh, over the link that a file describes, with these words.
    Ssh(PathBuf, Vec<OsString>),
}

/// What to measure, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// This program.
    pub exe: PathBuf,
    /// Others.
    pub against: Vec<PathBuf>,
    /// Over what.
    pub links: Vec<Link>,
    /// What; nothing is what fits the link.
    pub tasks: Vec<Task>,
    /// How long each.
    pub seconds: f64,
    /// Of the display.
    pub refresh: f64,
    /// For all programs.
    pub options: Vec<String>,
    /// As `--compress` spells it, if anybody said so.
    pub compress: Option<String>,
    /// JSON instead of tables.
    pub json: bool,
    /// Where temporary folders are.
    pub temporary: PathBuf,
    /// What tells this run from others.
    pub tag: String,
    /// Where programs are found.
    pub path: OsString,
}

/// Decides.
pub fn bench(args: &Args, bench: &BenchArgs, env: &Environment, here: &Circumstances) -> Bench {
    if let Some(file) = &bench.as_ssh {
        return Bench::Ssh(file.clone(), bench.words.clone());
    }
    let mut links = bench.link.clone();
    // As with waypipe: megabytes per second, and no distance.
    links.extend(bench.rate.and_then(|rate| format!("0,{}bit", (rate * 8e6).round()).parse().ok()));
    if links.is_empty() {
        links = Link::defaults();
    }
    let mut options = vec!["--no-gpu".into()];
    // What is not said is each program's own choice.
    let compress = args.given.contains("compress").then(|| args.compress.to_string());
    options.extend(compress.iter().flat_map(|method| ["--compress".into(), method.clone()]));
    if args.threads != 0 {
        options.extend(["--threads".into(), args.threads.to_string()]);
    }
    Bench::Measure(Measure {
        exe: here.exe.clone().unwrap_or_else(|| "farway".into()),
        against: bench.against.clone(),
        links,
        tasks: bench.workload.clone(),
        seconds: bench.seconds,
        refresh: bench.refresh,
        options,
        compress,
        json: bench.json,
        temporary: value(env, "TMPDIR").map_or(Path::new("/tmp"), Path::new).into(),
        tag: here.tag.clone(),
        path: value(env, "PATH").unwrap_or_default().to_os_string(),
    })
}
