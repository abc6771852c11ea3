//! Compression of fills and diffs: whole payloads, independent of one another (channel notes, section 4).
//!
//! What it is: two libraries behind one enum, with contexts and memory that are used again. What it is not: it does
//! not decide what is worth compressing. Invariant: unpacking never takes more memory than the announced size, takes
//! none before the announcement is plausible, and never returns anything but exactly that many bytes.

use std::fmt;
use std::str::FromStr;

mod lz4;
mod zstd;

/// The compression of a channel, with the level that the sender uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compression {
    /// Bytes as they are.
    None,
    /// A raw LZ4 block. Up to 0: fast mode, accelerated by the negated level (at least 1). Above: high compression.
    Lz4(i8),
    /// A zstd frame; 0 is the library's default, 3.
    Zstd(i8),
}

impl Compression {
    /// The name of the method, without the level.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Lz4(_) => "lz4",
            Self::Zstd(_) => "zstd",
        }
    }

    /// Whether both use the same method, whatever their levels: that is what the two ends must agree on.
    #[must_use]
    pub fn matches(self, other: Self) -> bool {
        self.name() == other.name()
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => out.write_str("none"),
            Self::Lz4(level) | Self::Zstd(level) => write!(out, "{}={level}", self.name()),
        }
    }
}

/// Why a text is no [`Compression`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseCompressionError {
    /// None of the names.
    #[error("the compression is none, lz4[=LEVEL] or zstd[=LEVEL]")]
    Name,
    /// The level is no number from -128 to 127, or `none` was given one.
    #[error("the compression level is not a number from -128 to 127")]
    Level,
}

impl FromStr for Compression {
    type Err = ParseCompressionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, level) = match text.split_once('=') {
            Some((name, level)) => (name, Some(level)),
            None => (text, None),
        };
        let number = || level.map_or(Ok(0), |level| level.parse().map_err(|_| ParseCompressionError::Level));
        match name {
            "none" if level.is_none() => Ok(Self::None),
            "none" => Err(ParseCompressionError::Level),
            "lz4" => Ok(Self::Lz4(number()?)),
            "zstd" => Ok(Self::Zstd(number()?)),
            _ => Err(ParseCompressionError::Name),
        }
    }
}

/// Why something could not be packed or unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// More than the method can take at once, which for LZ4 is about 2 GB.
    #[error("too much data for one message")]
    TooLarge,
    /// There is no memory.
    #[error("not enough memory")]
    Memory,
    /// The data is damaged, or would become longer than announced.
    #[error("the compressed data is damaged or longer than announced")]
    Damaged,
    /// The data has another length than announced.
    #[error("the data is not of the announced length of {exact} bytes")]
    Length {
        /// Bytes announced.
        exact: usize,
    },
}

/// Contexts and memory for packing and unpacking, one for each thread. They are made when first needed.
#[derive(Default)]
pub struct Packer {
    lz4: lz4::Lz4,
    zstd: zstd::Zstd,
    unpacked: Vec<u8>,
}

impl fmt::Debug for Packer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Packer")
    }
}

impl Packer {
    /// A packer that has nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends `src`, compressed, to `out`.
    ///
    /// # Errors
    /// See [`PackError`]; `out` is as before then.
    pub fn pack(&mut self, compression: Compression, src: &[u8], out: &mut Vec<u8>) -> Result<(), PackError> {
        match compression {
            Compression::None => {
                out.extend_from_slice(src);
                Ok(())
            }
            Compression::Lz4(level) => self.lz4.pack(level, src, out),
            Compression::Zstd(level) => self.zstd.pack(level, src, out),
        }
    }

    /// Appends `src`, compressed, to `out`: what [`crate::pixels::forward`] has made, in whatever way suits that. It is
    /// unpacked as [`Compression::Zstd`].
    ///
    /// # Errors
    /// See [`PackError`]; `out` is as before then.
    pub fn pack_pixels(&mut self, src: &[u8], out: &mut Vec<u8>) -> Result<(), PackError> {
        self.zstd.pack_frequencies(src, out)
    }

    /// Decompresses `src`, which must give exactly `exact` bytes. What was not compressed is lent from `src`.
    ///
    /// # Errors
    /// See [`PackError`].
    pub fn unpack<'a>(
        &'a mut self,
        compression: Compression,
        src: &'a [u8],
        exact: usize,
    ) -> Result<&'a [u8], PackError> {
        plausible(compression, src, exact)?;
        if compression == Compression::None {
            return Ok(src);
        }
        let stored = matches!(compression, Compression::Lz4(_)).then(|| lz4::literals(src, exact)).flatten();
        if let Some(stored) = stored {
            return Ok(stored);
        }
        let mut unpacked = std::mem::take(&mut self.unpacked);
        let more = exact.saturating_sub(unpacked.len());
        unpacked.try_reserve_exact(more).map_err(|_| PackError::Memory)?;
        // What is there already need not be filled.
        unpacked.resize(unpacked.len() + more, 0);
        let result = self.decompress(compression, src, &mut unpacked[..exact]);
        self.unpacked = unpacked;
        result.map(|()| &self.unpacked[..exact])
    }

    /// Decompresses `src`, which must fill `out` exactly.
    ///
    /// # Errors
    /// See [`PackError`]; what `out` holds is unspecified then.
    pub fn unpack_into(
        &mut self,
        compression: Compression,
        src: &[u8],
        out: &mut [u8],
    ) -> Result<(), PackError> {
        plausible(compression, src, out.len())?;
        self.decompress(compression, src, out)
    }

    fn decompress(&mut self, compression: Compression, src: &[u8], out: &mut [u8]) -> Result<(), PackError> {
        match compression {
            Compression::None => out.copy_from_slice(src),
            Compression::Lz4(_) => lz4::unpack(src, out)?,
            Compression::Zstd(_) => self.zstd.unpack(src, out)?,
        }
        Ok(())
    }
}

/// Refuses an announced length that these bytes cannot have, before memory is taken for it.
fn plausible(compression: Compression, src: &[u8], exact: usize) -> Result<(), PackError> {
    let possible = match compression {
        Compression::None => src.len() == exact,
        Compression::Lz4(_) => exact <= lz4::most(src.len()),
        Compression::Zstd(_) => zstd::possible(src, exact),
    };
    if possible { Ok(()) } else { Err(PackError::Length { exact }) }
}

#[cfg(test)]
mod tests;
