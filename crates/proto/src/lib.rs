#![forbid(unsafe_code)]
//! The mind of farway: Wayland's wire, the channel's wire, and the engine that joins them.
//!
//! Not the machine: no descriptor, clock, thread, environment or hash order is used here, so a seed reproduces
//! everything. Invariant: whatever bytes arrive from whomever, the answer is an effect or a named fault, never
//! a panic, and memory stays within [`engine::Limits`].

pub mod channel;
pub mod damage;
pub mod engine;
pub mod format;
mod handlers;
mod ids;
mod objects;
pub mod preview;
pub mod session;
mod shadow;
pub mod wayland;

pub use ids::{FdId, Instant, Now, Rid, Role, Ticket};
