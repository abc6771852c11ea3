//! Which comparing kernel is used: chosen at run time, by what the processor has.
//!
//! What it is: the list of kernels, and the state of a comparison with one of them. What it is not: it compares
//! nothing. Invariant: a [`Kernel`] exists only on a processor that can run it, so using one is safe.

use std::fmt;

use super::{scalar, vector};
use crate::mem::SharedBytes;

#[cfg(all(target_arch = "x86_64", target_pointer_width = "64", not(miri)))]
use super::x86::kernels;

#[cfg(all(target_arch = "aarch64", target_endian = "little", not(miri)))]
use super::neon::kernels;

/// Other processors, and the interpreter, have the one in plain Rust only.
#[cfg(not(any(
    all(target_arch = "x86_64", target_pointer_width = "64", not(miri)),
    all(target_arch = "aarch64", target_endian = "little", not(miri))
)))]
fn kernels() -> [Option<Kernel>; 0] {
    []
}

/// Compares a piece; see [`vector::Runs::piece`]. Unsafe to call where the processor cannot run it.
type Piece = unsafe fn(&mut vector::Runs, SharedBytes<'_>, &mut [u8], usize, &mut Vec<u8>);

/// A way to compare that this processor has. All of them give the same bytes.
#[derive(Clone, Copy)]
pub struct Kernel {
    name: &'static str,
    /// `None` for the one in plain Rust.
    piece: Option<Piece>,
}

impl Kernel {
    const SCALAR: Self = Self { name: "scalar", piece: None };

    /// One over vector registers.
    ///
    /// # Safety
    /// The processor can run `piece`.
    #[allow(dead_code)] // where there are no vectors
    pub(super) unsafe fn vector(name: &'static str, piece: Piece) -> Self {
        Self { name, piece: Some(piece) }
    }

    /// What this processor can run, the fastest first. The last one is in plain Rust and is the reference.
    pub fn available() -> impl Iterator<Item = Self> {
        kernels().into_iter().flatten().chain([Self::SCALAR])
    }

    /// The fastest. Asks the processor only once in the life of the program.
    #[must_use]
    pub fn best() -> Self {
        Self::available().next().unwrap_or(Self::SCALAR)
    }

    /// Its name, for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.name
    }

    /// The runs of an interval whose first word has this number in the file.
    pub(super) fn runs(self, first_word: u32) -> Runs {
        match self.piece {
            Some(piece) => Runs::Vector(vector::Runs::new(first_word), piece),
            None => Runs::Scalar(scalar::Runs::new(first_word)),
        }
    }
}

impl fmt::Debug for Kernel {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Kernel({})", self.name)
    }
}

/// The runs of one interval, fed piece by piece.
pub(super) enum Runs {
    Scalar(scalar::Runs),
    Vector(vector::Runs, Piece),
}

impl Runs {
    /// Whether it can compare with bytes that others write meanwhile.
    pub(super) fn in_place(&self) -> bool {
        matches!(self, Self::Vector(..))
    }

    /// Compares with memory that others write. Only if [`Self::in_place`].
    pub(super) fn shared(&mut self, new: SharedBytes<'_>, old: &mut [u8], at: usize, out: &mut Vec<u8>) {
        debug_assert!(self.in_place());
        if let Self::Vector(runs, piece) = self {
            // SAFETY: whoever made the kernel knew that the processor can run it.
            unsafe { piece(runs, new, old, at, out) }
        }
    }

    /// Compares `new` with `old[at..]` and brings the latter up to date. Pieces follow one another without gaps; all
    /// but the last are whole blocks.
    pub(super) fn private(&mut self, new: &[u8], old: &mut [u8], at: usize, out: &mut Vec<u8>) {
        match self {
            Self::Scalar(runs) => runs.piece(new, old, at, out),
            Self::Vector(..) => self.shared(SharedBytes::of(new), old, at, out),
        }
    }

    /// Ends the interval: the last run is complete.
    pub(super) fn finish(self, out: &mut Vec<u8>) {
        match self {
            Self::Scalar(mut runs) => runs.finish(out),
            Self::Vector(mut runs, _) => runs.finish(out),
        }
    }
}

#[cfg(test)]
mod tests;
