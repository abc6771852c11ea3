//! Wayland's fixed-point numbers.
//!
//! Not a number type to calculate with: convert at the border. Invariant: the raw value is kept, so that a message
//! that is read and written again is the same message.

use std::fmt::{self, Display, Formatter};

/// A signed number with 24 integer bits and 8 fraction bits.
#[derive(Copy, Clone, Eq, PartialEq, Ord, PartialOrd, Hash, Debug, Default)]
pub struct Fixed(pub i32);

impl Fixed {
    /// From a whole number; saturates outside −2²³ … 2²³−1.
    pub const fn from_int(value: i32) -> Self {
        Self(value.saturating_mul(256))
    }

    /// From the nearest representable value; saturates, NaN becomes zero.
    pub fn from_f64(value: f64) -> Self {
        Self((value * 256.0).round() as i32)
    }

    /// Exact.
    pub fn to_f64(self) -> f64 {
        f64::from(self.0) / 256.0
    }

    /// Rounded towards negative infinity.
    pub const fn floor(self) -> i32 {
        self.0 >> 8
    }

    /// Rounded towards positive infinity.
    pub const fn ceil(self) -> i32 {
        let up = if self.0 & 0xff == 0 { 0 } else { 1 };
        (self.0 >> 8) + up
    }
}

impl Display for Fixed {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_f64())
    }
}
