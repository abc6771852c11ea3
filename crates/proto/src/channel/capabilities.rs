//! What a farway can do beyond what every peer of the channel does.
//!
//! Not a dialogue: the application's side says its own in the header's key, and the display's side answers with one
//! frame, if the key is a farway's. Invariant: nothing beyond the plain channel is sent to a half that has not said
//! that it understands it.

/// A set of abilities.
#[derive(Copy, Clone, Debug, Default, Eq, PartialEq)]
pub struct Capabilities(pub u32);

impl Capabilities {
    /// A plain peer.
    pub const NONE: Self = Self(0);
    /// The display's side understands [`super::Frame::AwaitRelease`], and says [`super::Frame::Held`].
    pub const RELEASES: Self = Self(1);
    /// Content may be a copy of other content.
    pub const COPIES: Self = Self(2);
    /// Content names its coding, and may be pixels.
    pub const PIXELS: Self = Self(4);
    /// Files that are sent whole are kept ([`super::Frame::Have`]), and may be named by their hash.
    pub const HASHES: Self = Self(8);

    /// True if everything in `other` is in this set.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// What is in either set.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}
