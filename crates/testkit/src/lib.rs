#![forbid(unsafe_code)]
//! testkit

pub mod real;
