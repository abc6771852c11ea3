#![forbid(unsafe_code)]
//! xtask
fn main() {}
