//! Doing what is planned: waiting for connections, signals and children, and cleaning up.
//!
//! Not the connections, which have threads of their own. Invariant: whatever way a run ends, short of SIGKILL, the
//! socket files that it made are gone.

pub mod bench;
pub mod client;
pub mod demo;
mod dial;
pub mod doctor;
mod door;
mod error;
mod finding;
mod house;
pub mod keeper;
pub mod manual;
pub mod porter;
mod reaper;
mod screen;
pub mod server;
pub mod sessions;
mod signals;
pub mod ssh;
pub mod view;
mod xwls;

use std::io::{self, Write};

pub use error::RunError;

/// The exit code of our own failures, as with ssh.
pub const OURS: u8 = 255;

/// Prints on stdout. Who closes the other end of a pipe has seen enough.
fn print(text: &str) -> Result<(), RunError> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(RunError::System(error)),
        _ => Ok(()),
    }
}

/// One process has the descriptors and the memory of all connections, and an application may have many buffers.
fn room_for_connections() {
    farway_sys::mem::keep_large_apart();
    if let Err(error) = farway_sys::process::raise_descriptor_limit() {
        tracing::debug!("cannot raise the limit on open files: {error}");
    }
}
