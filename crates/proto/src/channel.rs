//! The channel: the bytes between the two halves of one connection (channel.md sections 2 to 6).
//!
//! Not the transport that carries them, and not what they mean: see [`crate::engine`]. Invariant: whatever
//! bytes arrive, the result is a frame or a [`ChannelError`], and memory grows only with bytes that came.

mod capabilities;
mod copy;
mod deframe;
mod frame;
mod header;

pub use capabilities::Capabilities;
pub use copy::CopyRect;
pub use deframe::Deframer;
pub use frame::{Frame, MAX_FRAME, Name, Update, coding, kind};
pub use header::{CompressionCode, Greeting, KEY_OF_FARWAY, VideoCode, WireVersion};

/// What can be wrong with bytes of the channel. Always the peer's doing.
#[derive(Copy, Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ChannelError {
    /// A frame's length field is smaller than its fixed part.
    #[error("message of type {kind} has an impossible length of {length} bytes")]
    Length {
        /// The frame's type code.
        kind: u8,
        /// The length it states.
        length: u32,
    },
    /// A type code nobody assigned.
    #[error("message of unknown type {0}")]
    UnknownKind(u8),
    /// A type code that exists, but not in a channel that uses no GPU and no reconnection.
    #[error("message of type {0}, which was never agreed upon")]
    UnexpectedKind(u8),
    /// Remote id zero.
    #[error("message for remote id 0")]
    ZeroRid,
    /// The connection header is not one.
    #[error("not a connection header (lead word {0:#010x})")]
    NotAHeader(u32),
    /// The header was written by a machine of the other byte order.
    #[error("the other side has the other byte order")]
    ByteOrder,
    /// Bits 24 to 30 or the version are outside of what is known.
    #[error("wire version {0} is not known here (16 and 17 are)")]
    Version(u32),
}

#[cfg(test)]
mod tests;
