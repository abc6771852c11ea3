//! The simulation: both engines under test between a simulated application and a simulated screen, in one
//! thread, driven by one number.
//!
//! Not the real driver: sockets, the link, the kernel's objects and time are values here; jobs run through the
//! real bench code over heap memory. Invariant: the seed decides everything, so a failure prints the one line
//! that replays it. What is checked is written at [`Checker`](checker::Checker) and in [`world`].

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

mod app;
pub mod carrier;
pub mod checker;
pub mod desk;
pub(crate) mod half;
pub(crate) mod kernel;
mod party;
pub mod problem;
pub mod sabotage;
pub(crate) mod screen;
mod style;
pub(crate) mod wire;
pub mod world;

pub use problem::Problem;

/// Steps of a run that is to be quick.
pub const STEPS: u32 = 700;

/// What kind of life the world leads; chosen by the seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Everybody keeps the rules.
    Clean,
    /// The application writes to buffers at any time; both sides must agree in the end.
    Scribbler,
    /// The application breaks the protocol at some point.
    Rude,
    /// Bytes are damaged on their way.
    Hostile,
    /// Orderly clients and a real compositor; see [`desk`].
    Desk,
}

impl Mode {
    /// One of those without a compositor, by a number below ten.
    fn of(number: u32) -> Self {
        match number {
            0..=5 => Self::Clean,
            6 => Self::Scribbler,
            7 => Self::Rude,
            _ => Self::Hostile,
        }
    }
}

/// What a run has done and checked.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    /// The kind of run.
    pub mode: Mode,
    /// What was compared.
    pub counts: checker::Counts,
    /// Content updates that crossed the link.
    pub updates: u64,
    /// Updates that copied.
    pub copies: u64,
    /// Captures that the screen made.
    pub captures: u64,
    /// Buffers that the screen looked at before it released them.
    pub held: u64,
    /// What the session between the halves went through, if there was one.
    pub carried: Option<carrier::Counts>,
    /// The fault that was put in on purpose has happened.
    pub sabotaged: bool,
}

/// A run that found something.
#[derive(Clone, Debug, thiserror::Error)]
pub struct Failure {
    /// Replays it.
    pub seed: u64,
    /// Steps it was to take.
    pub steps: u32,
    /// The step at which it was found.
    pub at: u32,
    /// The kind of run.
    pub mode: Mode,
    /// What it is.
    pub problem: Problem,
    /// The fault that was put in on purpose has happened.
    pub sabotaged: bool,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, steps, at, mode, problem, .. } = self;
        if *mode == Mode::Desk {
            write!(f, "FARWAY_SIM_WORLD=desk ")?;
        }
        write!(f, "FARWAY_SIM_SEED={seed} ")?;
        if *steps != STEPS {
            write!(f, "FARWAY_SIM_STEPS={steps} ")?;
        }
        write!(
            f,
            "cargo test -p farway-testkit --test sim replay -- --nocapture # {mode:?}, step {at}: {problem}"
        )
    }
}

/// Runs the world that `seed` describes for `steps` steps, and then to its end.
///
/// # Errors
/// What a checker found, with the line that replays it.
pub fn run(seed: u64, steps: u32) -> Result<Report, Failure> {
    run_with(seed, steps, None)
}

/// Like [`run`], with a fault put in on purpose. The world is then one where everybody else keeps the rules.
///
/// # Errors
/// What a checker found.
pub fn run_with(seed: u64, steps: u32, sabotage: Option<sabotage::Kind>) -> Result<Report, Failure> {
    let mut world = world::World::new(seed, sabotage);
    let result = catch_unwind(AssertUnwindSafe(|| world.run(steps)));
    let problem = match result {
        Ok(Ok(())) => return Ok(world.report()),
        Ok(Err(problem)) => problem,
        Err(panic) => Problem::of_panic(&*panic),
    };
    let Report { mode, sabotaged, .. } = world.report();
    Err(Failure { seed, steps, at: world.step, mode, problem, sabotaged })
}
