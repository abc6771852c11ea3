#![forbid(unsafe_code)]
//! cli
fn main() {}
