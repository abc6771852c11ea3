//! `farway bench`: the whole chain in numbers: application, both halves, the link, the display; for farway, and for
//! any waypipe beside it.
//!
//! The programs under test are processes of their own, as users run them; application and display are in this one.
//! Invariants: programs are measured in turns, never at the same time; each measurement compares the pixels at both
//! ends; nothing of a run is left behind.

mod chain;
mod figures;
mod measure;
mod scratch;
mod stand_in;
mod table;
mod usage;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::args::bench::Task;
use crate::args::bench::link::Link;
use crate::plan::bench::{Bench, Measure};
use chain::Program;
use figures::Row;
use measure::Bed;
use stand_in::StandInError;

/// Why there is no figure.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// The link.
    #[error(transparent)]
    StandIn(#[from] StandInError),
    /// A program under test cannot be started.
    #[error("cannot run {}", PathBuf::from(program).display())]
    Program {
        /// Which.
        program: OsString,
        /// What the system said.
        source: io::Error,
    },
    /// It says nothing.
    #[error("the program did not say where its display is")]
    NoDisplay,
    /// It does not begin to work.
    #[error("{why}; it said: {said}")]
    Begin {
        /// What did not happen.
        why: Box<BenchError>,
        /// Its last lines on stderr.
        said: String,
    },
    /// The display shows something else than the application drew.
    #[error("the pixels at both ends differ")]
    Pixels,
    /// Nothing happens.
    #[error("{what} did not come in time")]
    Late {
        /// What was waited for.
        what: &'static str,
    },
    /// A thread of ours has panicked.
    #[error("internal error: an application panicked")]
    Panic,
    /// SIGINT or SIGTERM.
    #[error("interrupted")]
    Interrupted,
    /// Some of the measurements.
    #[error("{count} measurements failed")]
    Failed {
        /// How many.
        count: usize,
    },
    /// Anything else that the system refuses.
    #[error("cannot measure")]
    System(#[from] io::Error),
}

/// Measures, or is ssh. Returns the exit code.
///
/// # Errors
/// See [`BenchError`].
pub fn run(bench: Bench) -> Result<u8, super::RunError> {
    Ok(match bench {
        Bench::Ssh(file, words) => stand_in::run(&file, &words).map_err(BenchError::from)?,
        Bench::Measure(plan) => measure_all(&plan)?,
    })
}

/// What says something about a link.
fn fitting(link: &Link) -> &'static [Task] {
    const DISTANT: [Task; 8] = [
        Task::Typing,
        Task::Cursor,
        Task::Scroll,
        Task::Pane,
        Task::Photo,
        Task::Start,
        Task::Again,
        Task::Key,
    ];
    const LOCAL: [Task; 7] =
        [Task::Typing, Task::Scroll, Task::Noise, Task::Photo, Task::Large, Task::Sync, Task::Idle];
    if link.local { &LOCAL } else { &DISTANT }
}

fn measure_all(plan: &Measure) -> Result<u8, super::RunError> {
    super::room_for_connections();
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    let paths = std::iter::once(&plan.exe).chain(&plan.against);
    let programs = paths.map(|path| Program::new(path)).collect::<Result<Vec<_>, _>>()?;
    let mut bed = Bed::new(plan, Arc::clone(&stop));
    let mut rows = Vec::new();
    let mut failed = 0;
    for link in &plan.links {
        if !plan.json {
            super::print(&table::heading(link, plan))?;
        }
        let tasks = if plan.tasks.is_empty() { fitting(link) } else { &plan.tasks };
        for task in tasks {
            let first = rows.len();
            for program in &programs {
                progress(&format!("{} {} {}", link.name, task.name(), program.name));
                let result = bed.measure(link, *task, program);
                progress("");
                if stop.load(Ordering::Relaxed) {
                    return Err(BenchError::Interrupted.into());
                }
                match result {
                    Ok(figures) => {
                        let row = Row::new(link, *task, program, figures);
                        if !plan.json {
                            super::print(&table::line(&row, rows.get(first..).unwrap_or_default()))?;
                        }
                        rows.push(row);
                    }
                    Err(error) => {
                        failed += 1;
                        let what = format!("{} {} {}", link.name, task.name(), program.name);
                        eprintln!("farway: {what}: {}", crate::log::escaped(&crate::log::line(&error)));
                    }
                }
            }
        }
    }
    if plan.json {
        super::print(&table::json(plan, &rows))?;
    }
    match failed {
        0 => Ok(0),
        count => Err(BenchError::Failed { count }.into()),
    }
}

/// What is being measured, where somebody looks.
fn progress(text: &str) {
    if io::stderr().is_terminal() {
        let _ = write!(io::stderr(), "\r\x1b[K{text}");
    }
}
