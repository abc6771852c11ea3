//! Where jobs run. Small ones run on the connection's own thread, because handing them over costs more than
//! the work; large frames are shared with the workers.
//!
//! Not the decision what to do: that is the engine's. Invariant: no job touches bytes of a mirror that another one
//! writes at the same time (the engine splits them so, and [`farway_sys::mem::Mirror`] checks it).

mod choose;
mod coding;
mod moves;
mod rows;
mod shelf;
mod spare;
mod work;
mod workers;

pub use choose::{Class, Costs, Sample, Way};
pub use coding::Coding;
pub use shelf::Shelf;
pub use work::{QUIET, Tools, run};
pub use workers::{Home, Task, Workers};
