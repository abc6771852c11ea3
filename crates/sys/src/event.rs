//! Waiting for descriptors and waking a waiting thread.

pub mod poll;
pub mod wake;

pub use poll::{Interest, PollSet, Ready};
pub use wake::{WakeReceiver, Waker, waker};
