//! Targets for fuzzing: functions that take any bytes and must come back.
//!
//! Not a fuzzer: `fuzz/` in the root has one binary for each target, for libFuzzer, and [`smoke`] mutates a
//! small corpus by seed, which needs nothing but a compiler. Invariant: a target panics if, and only if, the
//! code under test does what it must not.

mod content;
mod engine;
mod keymap;
mod pixels;
mod scout;
mod session;
pub mod smoke;
mod view;
mod wire;
mod words;

pub use content::content;
pub use engine::{app, channel, compositor, everything};
pub use keymap::keymap;
pub use pixels::pixels;
pub use scout::scout;
pub use session::{positions, session};
pub use view::view;
pub use wire::{arguments, frames};
pub use words::words;

/// A target and its name.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 14] = [
    ("channel", channel),
    ("app", app),
    ("compositor", compositor),
    ("everything", everything),
    ("content", content),
    ("arguments", arguments),
    ("frames", frames),
    ("view", view),
    ("keymap", keymap),
    ("session", session),
    ("positions", positions),
    ("words", words),
    ("scout", scout),
    ("pixels", pixels),
];

/// Reads numbers off the front of the data; zeros behind its end.
#[derive(Debug)]
pub(crate) struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn byte(&mut self) -> u8 {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
            None => 0,
        }
    }

    fn word(&mut self) -> u32 {
        u32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()])
    }

    /// At most so many bytes.
    fn take(&mut self, most: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(most.min(self.0.len()));
        self.0 = rest;
        taken
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
