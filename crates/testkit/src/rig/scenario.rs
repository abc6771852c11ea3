//! What every pair of proxies has to do: the steps of one cell of the interop matrix.
//!
//! Each step is a connection of its own, so that one that fails does not hide the next ones. Not the place for what
//! only farway promises: that is tested with its own name. Invariant: a step leaves the processes as it found them.

mod clip;
mod ends;
mod globals;
mod keys;
mod shm;
mod storm;
mod time;

pub use clip::{Transfer, transfer};
pub use shm::{Painter, painter};

use super::{Both, RigError};

/// One step.
#[derive(Copy, Clone)]
pub struct Step {
    /// Its name in reports.
    pub name: &'static str,
    /// What it does.
    pub run: fn(&mut Both) -> Result<(), RigError>,
}

/// All steps in order.
pub const STEPS: &[Step] = &[
    Step { name: "globals", run: globals::pass_and_hide },
    Step { name: "private", run: globals::hide_private },
    Step { name: "shm", run: shm::frames },
    Step { name: "sizes", run: shm::sizes },
    Step { name: "tiny", run: shm::tiny },
    Step { name: "sparse", run: shm::sparse },
    Step { name: "viewport", run: shm::viewport },
    Step { name: "keymap", run: keys::sizes },
    Step { name: "keymap1", run: keys::tiny },
    Step { name: "keymap0", run: keys::empty },
    Step { name: "keyburst", run: keys::burst },
    Step { name: "send", run: clip::send },
    Step { name: "receive", run: clip::receive },
    Step { name: "bulk", run: clip::bulk },
    Step { name: "epipe", run: clip::early_close },
    Step { name: "storm", run: storm::syncs_and_ids },
    Step { name: "realtime", run: time::realtime },
    Step { name: "monotonic", run: time::monotonic },
    Step { name: "late-clock", run: time::late_clock },
    Step { name: "end-app", run: ends::by_app },
    Step { name: "end-screen", run: ends::by_screen },
];
