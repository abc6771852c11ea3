#![forbid(unsafe_code)]
//! testkit

pub mod fuzz;
pub mod real;
pub mod rig;
pub mod sim;
