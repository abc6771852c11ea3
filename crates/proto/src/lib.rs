#![forbid(unsafe_code)]
//! proto
pub mod wayland;
pub mod damage;
pub mod format;
