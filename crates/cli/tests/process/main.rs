#![forbid(unsafe_code)]
//! The program as a process: exit codes, environments, socket files, signals. No Wayland but raw bytes.

mod bench;
mod channel;
mod client;
mod completions;
mod config;
mod environment;
mod exit;
mod sessions;
mod sockets;
mod support;
mod view;
mod x11;
