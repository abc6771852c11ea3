#![forbid(unsafe_code)]
//! proxy
