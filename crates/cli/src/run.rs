//! Doing what is planned: waiting for connections, signals and children, and cleaning up.
//!
//! Not the connections, which have threads of their own. Invariant: whatever way a run ends, short of SIGKILL, the
//! socket files that it made are gone.

pub mod client;
pub mod demo;
mod dial;
mod door;
mod error;
mod house;
pub mod keeper;
pub mod manual;
pub mod porter;
mod reaper;
mod screen;
pub mod server;
mod signals;
pub mod ssh;
pub mod view;
mod xwls;

pub use error::RunError;

/// The exit code of our own failures, as with ssh.
pub const OURS: u8 = 255;

/// One process has the descriptors of all connections, and an application may have many buffers.
fn room_for_connections() {
    if let Err(error) = farway_sys::process::raise_descriptor_limit() {
        tracing::debug!("cannot raise the limit on open files: {error}");
    }
}
