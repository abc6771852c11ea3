#![forbid(unsafe_code)]
//! proto
pub mod wayland;
