//! What the user chose, for all connections of a process. Values only.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use farway_proto::channel::{Capabilities, CompressionCode};
use farway_proto::engine::{Config, Limits};
use farway_sys::pack::{Compression, ParseCompressionError};

use crate::bench::Shelf;
use crate::stats::Tally;

/// All that we can do beyond the plain channel.
const CAPABILITIES: Capabilities =
    Capabilities::RELEASES.with(Capabilities::COPIES).with(Capabilities::PIXELS);

/// How content is packed, as `--compress` spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Whatever gets it there soonest; LZ4 towards those who agree on one way.
    Auto,
    /// In this way.
    Always(Compression),
}

impl Choice {
    /// The way that is agreed on with others.
    pub fn compression(self) -> Compression {
        match self {
            Self::Auto => Compression::Lz4(0),
            Self::Always(compression) => compression,
        }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Always(compression) => compression.fmt(f),
        }
    }
}

impl FromStr for Choice {
    type Err = ParseChoiceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "auto" => Ok(Self::Auto),
            other => other.parse().map(Self::Always).map_err(|error| match error {
                ParseCompressionError::Name => ParseChoiceError::Name,
                ParseCompressionError::Level => ParseChoiceError::Level,
            }),
        }
    }
}

/// Why a text is no [`Choice`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseChoiceError {
    /// None of the names.
    #[error("the compression is auto, none, lz4[=LEVEL] or zstd[=LEVEL]")]
    Name,
    /// The level is no number from -128 to 127, or there can be none.
    #[error("the compression level is not a number from -128 to 127")]
    Level,
}

/// How connections are to be served.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How content is packed for the channel. The display's side follows the other half's choice and uses
    /// this level if the method is the same.
    pub compression: Compression,
    /// Towards another farway, whatever gets content there soonest is used instead, where it is known what the link
    /// carries.
    pub adaptive: bool,
    /// Put in front of every window title.
    pub title_prefix: String,
    /// Threads for large frames, besides one for each connection.
    pub threads: usize,
    /// For so long a connection works on what it has, about, before it looks for input again.
    pub slice: Duration,
    /// Bounds for each connection.
    pub limits: Limits,
    /// What is used beyond the plain channel, where the other half is a farway too.
    pub capabilities: Capabilities,
    /// Log every Wayland message.
    pub trace: bool,
    /// Where shared memory lives on systems that have only files for it. `None`: the system's temporary
    /// folder.
    pub temporary: Option<PathBuf>,
    /// Where files are kept that need not be sent twice; only between two processes that talk to nobody else.
    pub shelf: Option<Arc<Shelf>>,
    /// Counts what is sent, if somebody wants to know.
    pub tally: Option<Arc<Tally>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            compression: Compression::Lz4(0),
            adaptive: true,
            title_prefix: String::new(),
            threads: 1,
            slice: Duration::from_millis(1),
            limits: Limits::default(),
            capabilities: CAPABILITIES,
            trace: false,
            temporary: None,
            shelf: None,
            tally: None,
        }
    }
}

impl Settings {
    /// The same for a process of a session.
    #[must_use]
    pub fn of_session(self) -> Self {
        match self.capabilities {
            Capabilities::NONE => self,
            some => {
                Self { capabilities: some.with(Capabilities::HASHES), shelf: Some(Arc::default()), ..self }
            }
        }
    }

    /// The engine's share of it.
    pub fn config(&self) -> Config {
        Config {
            title_prefix: self.title_prefix.clone().into_bytes(),
            limits: self.limits.clone(),
            trace: self.trace,
            capabilities: self.capabilities,
            clocks: canonical_clocks(),
            ..Config::default()
        }
    }
}

/// The clocks of this system and what Linux calls them, as far as they differ.
pub(crate) fn canonical_clocks() -> Vec<(u32, u32)> {
    const CLOCKS_OF_LINUX: std::ops::Range<u32> = 0..12;
    CLOCKS_OF_LINUX
        .filter_map(|canonical| Some((farway_sys::clock::local_clock(canonical)?, canonical)))
        .filter(|(local, canonical)| local != canonical)
        .collect()
}

/// What a connection header calls a compression.
pub fn code(compression: Compression) -> CompressionCode {
    match compression {
        Compression::None => CompressionCode::None,
        Compression::Lz4(_) => CompressionCode::Lz4,
        Compression::Zstd(_) => CompressionCode::Zstd,
    }
}

/// The compression to use towards a peer that named `theirs`: our own level where the method is ours.
pub fn follow(ours: Compression, theirs: CompressionCode) -> Compression {
    match theirs {
        _ if code(ours) == theirs => ours,
        CompressionCode::None => Compression::None,
        CompressionCode::Lz4 => Compression::Lz4(0),
        CompressionCode::Zstd => Compression::Zstd(0),
    }
}
