//! The hands of farway: every contact with the operating system, and the only crate with `unsafe` in the core.
//!
//! What it is: stream sockets that carry descriptors, shared memory and its private mirrors, the diff kernels,
//! compression, waiting and waking, pipes, clocks, terminals and child processes. What it is not: it knows nothing of Wayland,
//! of the channel's framing or of connections, it starts no thread and decides nothing.
//!
//! Invariants: no call here blocks unless its name says so; no call raises SIGPIPE or SIGBUS; every descriptor it
//! makes or receives is close-on-exec; it never sets `O_NONBLOCK` on an open file description that another program
//! may share; it keeps no global state and reads no environment (only `SharedFile::create` without a directory asks
//! std for the temporary one, where files need one).

pub mod clock;
pub mod diff;
pub mod event;
pub mod mem;
pub mod moves;
pub mod net;
pub mod pack;
pub mod pipe;
pub mod pixels;
mod platform;
pub mod process;
pub mod pty;
pub mod terminal;

#[cfg(test)]
mod testing;
