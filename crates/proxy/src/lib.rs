#![forbid(unsafe_code)]
//! Joins the mind and the hands: one thread, one engine and two descriptors for each connection.
//!
//! Not the mind ([`farway_proto`]) nor the hands ([`farway_sys`]), and not a program: nothing here reads the
//! environment, installs a signal handler, forks, exits, prints or keeps a global. Invariant: whatever happens
//! to one connection, a panic included, ends that connection only.

pub mod bench;
pub mod connection;
pub mod hello;
pub mod load;
pub mod pulse;
pub mod queue;
pub mod roles;
pub mod scout;
pub mod session;
pub mod settings;
pub mod stats;
pub mod store;
pub mod transport;

pub use settings::Settings;

/// What a panic has left is whole: nothing here is changed in steps that belong together.
fn lock<T>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
