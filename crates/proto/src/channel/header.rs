//! The connection header: the first 16 bytes from the application's side (channel.md 2.1), and what each side
//! concludes from it. Not a dialogue: nothing corresponds to it in the other direction.

use super::{Capabilities, ChannelError};

/// The wire version in force on a channel. 16 and 17 exist; only 16 acknowledges messages.
#[derive(Copy, Clone, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub struct WireVersion(pub u32);

impl WireVersion {
    /// With acknowledgements; what every peer starts with.
    pub const V16: Self = Self(16);
    /// Without acknowledgements, with `Version` messages.
    pub const V17: Self = Self(17);

    /// True if counted messages are acknowledged at this version.
    pub fn acknowledges(self) -> bool {
        self < Self::V17
    }
}

/// The compression that a header names. Levels are private to the sender.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub enum CompressionCode {
    /// Raw payloads.
    None,
    /// Raw LZ4 blocks.
    Lz4,
    /// Zstandard frames.
    Zstd,
}

impl CompressionCode {
    /// The name that command lines use.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Lz4 => "lz4",
            Self::Zstd => "zstd",
        }
    }
}

impl std::fmt::Display for CompressionCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// The video codec that a header names (not the code of messages 19 and 20).
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub enum VideoCode {
    /// No video.
    None,
    /// VP9.
    Vp9,
    /// H.264.
    H264,
    /// AV1.
    Av1,
}

/// The key that a farway sends: peers ignore it (Rust ones) or keep it unused (C ones), and another farway
/// recognises it. The last four bytes are the sender's [`Capabilities`].
pub const KEY_OF_FARWAY: [u8; 12] = *b"farway/1\0\0\0\0";

/// The parsed connection header.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub struct Greeting {
    /// The highest version its sender speaks.
    pub version: WireVersion,
    /// `None`: the sender does not say (waypipe before 0.8.2) and the receiver assumes its own.
    pub compression: Option<CompressionCode>,
    /// `None`: the sender does not say.
    pub video: Option<VideoCode>,
    /// The sender will not use DMABUFs.
    pub no_dmabuf: bool,
    /// The sender could reconnect this connection later (C peers with `--control`).
    pub reconnectable: bool,
    /// This stream replaces one with the same key (C peers).
    pub update: bool,
    /// Opaque to everybody but a farway.
    pub key: [u8; 12],
}

impl Greeting {
    /// Bytes of a header.
    pub const SIZE: usize = 16;

    /// The header of a farway that uses `compression` and can do this.
    pub fn ours(compression: CompressionCode, capabilities: Capabilities) -> Self {
        let mut key = KEY_OF_FARWAY;
        key[8..].copy_from_slice(&capabilities.0.to_le_bytes());
        Self {
            version: WireVersion::V17,
            compression: Some(compression),
            video: Some(VideoCode::None),
            no_dmabuf: true,
            reconnectable: false,
            update: false,
            key,
        }
    }

    /// True if the sender is a farway.
    pub fn from_farway(&self) -> bool {
        self.key[..8] == KEY_OF_FARWAY[..8]
    }

    /// What the sender can do; `None` if it is no farway.
    pub fn capabilities(&self) -> Option<Capabilities> {
        let bits = self.key.last_chunk().map(|bits| Capabilities(u32::from_le_bytes(*bits)));
        bits.filter(|_| self.from_farway())
    }

    /// The version both sides use if the receiver speaks up to 17.
    pub fn negotiated(&self) -> WireVersion {
        self.version.min(WireVersion::V17)
    }

    /// The bytes, little-endian.
    pub fn to_bytes(&self) -> [u8; Self::SIZE] {
        let compression = match self.compression {
            None => 0,
            Some(CompressionCode::None) => 1,
            Some(CompressionCode::Lz4) => 2,
            Some(CompressionCode::Zstd) => 3,
        };
        let video = match self.video {
            None => 0,
            Some(VideoCode::None) => 1,
            Some(VideoCode::Vp9) => 2,
            Some(VideoCode::H264) => 3,
            Some(VideoCode::Av1) => 4,
        };
        let lead: u32 = u32::from(self.reconnectable)
            | u32::from(self.update) << 1
            | u32::from(self.no_dmabuf) << 2
            | (self.version.0 & 0xf) << 3
            | 1 << 7
            | compression << 8
            | video << 11
            | (self.version.0 >> 4 & 0xff) << 16;
        let mut bytes = [0; Self::SIZE];
        bytes[..4].copy_from_slice(&lead.to_le_bytes());
        bytes[4..].copy_from_slice(&self.key);
        bytes
    }

    /// Reads a header.
    ///
    /// # Errors
    /// [`ChannelError::ByteOrder`], [`ChannelError::Version`] for versions below 16 and
    /// [`ChannelError::NotAHeader`] for anything else that no peer sends.
    pub fn parse(bytes: &[u8; Self::SIZE]) -> Result<Self, ChannelError> {
        let lead = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        if lead & 1 << 7 == 0 && lead & 1 << 31 != 0 {
            return Err(ChannelError::ByteOrder);
        }
        if lead & 1 << 7 == 0 || lead >> 24 != 0 {
            return Err(ChannelError::NotAHeader(lead));
        }
        let version = (lead >> 16 & 0xff) << 4 | lead >> 3 & 0xf;
        if version < WireVersion::V16.0 {
            return Err(ChannelError::Version(version));
        }
        let compression = match lead >> 8 & 7 {
            0 => None,
            1 => Some(CompressionCode::None),
            2 => Some(CompressionCode::Lz4),
            3 => Some(CompressionCode::Zstd),
            _ => return Err(ChannelError::NotAHeader(lead)),
        };
        let video = match lead >> 11 & 7 {
            1 => Some(VideoCode::None),
            2 => Some(VideoCode::Vp9),
            3 => Some(VideoCode::H264),
            4 => Some(VideoCode::Av1),
            _ => None,
        };
        let mut key = [0; 12];
        key.copy_from_slice(&bytes[4..]);
        Ok(Self {
            version: WireVersion(version),
            compression,
            video,
            no_dmabuf: lead & 1 << 2 != 0,
            reconnectable: lead & 1 != 0,
            update: lead & 1 << 1 != 0,
            key,
        })
    }
}
