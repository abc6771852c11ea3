#![forbid(unsafe_code)]
//! `farway`: `ssh -X` for Wayland. The life of the process around the connections that [`farway_proxy`] serves.
//!
//! Not the connections themselves. Invariants: only this crate reads the environment, handles signals, starts
//! programs, prints and exits; stdout belongs to the command that we run; exit codes are those of ssh: the command's
//! own, 128 and the signal's number, 2 for wrong usage, 255 for failures of ours.

mod args;
mod config;
mod log;
mod plan;
mod random;
mod run;
mod ssh;

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::process::ExitCode;
use std::thread::available_parallelism;

use config::{Config, ConfigError};
use plan::{Circumstances, Environment, PlanError, Role};
use run::RunError;

/// Why we end without what was asked for.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error(transparent)]
    Run(#[from] RunError),
}

fn main() -> ExitCode {
    let args = match args::parse(std::env::args_os()) {
        Ok(args) => args,
        Err(error) => {
            // Whoever closed our stderr does not want to know.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let env: Environment = std::env::vars_os().collect();
    match start(args, &env) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            eprintln!("{}", log::escaped(&report(&failure)));
            ExitCode::from(failure.code())
        }
    }
}

fn start(args: args::Args, env: &Environment) -> Result<u8, Failure> {
    let here = Circumstances {
        cpus: available_parallelism().map_or(1, usize::from),
        tag: random::tag(),
        pid: std::process::id(),
        uid: rustix::process::getuid().as_raw(),
        exe: std::env::current_exe().ok(),
    };
    let doctor = matches!(args.mode, args::Mode::Doctor(_));
    let config = match config::load(&args, env) {
        // There it is one finding among others.
        Err(error) if !doctor => return Err(error.into()),
        config => config,
    };
    let none = Config::default();
    let plan = plan::plan(args, config.as_ref().unwrap_or(&none), env, &here)?;
    let side = match plan.role {
        Role::Server(_) => "server",
        Role::Client(_) => "client",
        Role::View(_) => "view",
        Role::Demo(_) => "demo",
        Role::Bench(_) => "bench",
        Role::Porter(_) => "porter",
        Role::Keeper(_) => "keeper",
        _ => "near",
    };
    let filter = env.get(OsStr::new("FARWAY_LOG")).and_then(|filter| filter.to_str());
    // What the configuration asks for counts, too.
    log::init(plan.settings.trace, filter, side);
    for warning in config.iter().filter(|_| !doctor).flat_map(|config| &config.warnings) {
        eprintln!("farway: {}", log::escaped(&warning.to_string()));
    }
    for note in &plan.notes {
        eprintln!("farway: {note}");
    }
    Ok(match plan.role {
        Role::Server(server) => run::server::run(server, plan.settings)?,
        Role::Client(client) => run::client::run(client, plan.settings)?,
        Role::View(view) => run::view::run(view, plan.settings)?,
        Role::Bench(bench) => run::bench::run(bench)?,
        Role::Demo(demo) => run::demo::run(demo, plan.settings)?,
        Role::Completions(shell) => run::manual::completions(shell)?,
        Role::CompleteHosts(files) => run::manual::hosts(&files)?,
        Role::Man(directory) => run::manual::man(directory.as_deref())?,
        Role::Ssh(ssh) => run::ssh::run(*ssh, plan.settings)?,
        Role::Porter(porter) => run::porter::run(&porter)?,
        Role::Keeper(keeper) => run::keeper::run(&keeper, plan.settings)?,
        Role::Attach(attach) => run::ssh::attach(*attach, plan.settings)?,
        Role::Sessions(sessions) => run::sessions::list(&sessions, plan.settings)?,
        Role::Kill(kill) => run::sessions::kill(&kill, plan.settings)?,
        Role::Doctor(doctor) => run::doctor::run(&doctor, plan.settings, &config)?,
    })
}

impl Failure {
    fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Config(error) => error.hint(),
            Self::Plan(error) => error.hint(),
            Self::Run(error) => error.hint(),
        }
    }

    fn code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::Plan(_) => run::OURS,
            Self::Run(error) => error.code(),
        }
    }
}

/// One line: what failed, why, and what to do.
fn report(failure: &Failure) -> String {
    let mut line = format!("farway: {}", log::line(failure));
    if let Some(hint) = failure.hint() {
        let _ = write!(line, "; {hint}");
    }
    line
}
