//! `farway demo`: what it shows when it is given no program, and what it says at the end.
//!
//! Not the command itself. Invariant: nothing in here starts a thread or a program.

pub mod report;
pub mod sample;
