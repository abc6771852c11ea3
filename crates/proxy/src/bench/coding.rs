//! Which coding gets content to the other half soonest.
//!
//! Not the coding itself. Pure: it is told what the link carries and what the content is like. Invariant: without a
//! peer that understands it, everything is coded as the channel's header says.

use farway_proto::channel::coding;
use farway_sys::pack::Compression;
use farway_sys::pixels::Nature;

/// Bytes per second up to which thorough packing of text and drawings pays: it takes 5 ns a byte more than LZ4 and
/// leaves 2 bytes of 100 less, where LZ4 leaves 4.
const THOROUGH: u64 = 6_000_000;
/// Up to which quick packing pays, which takes 1.5 ns more than LZ4.
const QUICK: u64 = 15_000_000;
/// Up to which photographs are worth their transform: 3 ns a byte, for 60 bytes of 100.
const PREDICTED: u64 = 200_000_000;

/// What is known when content is to be coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coding {
    /// The channel's own way.
    pub plain: Compression,
    /// Updates may name another; bytes per second that the link carries, if that is known.
    pub free: Option<Option<u64>>,
}

impl Coding {
    /// The channel's own way, always.
    pub fn plain(plain: Compression) -> Self {
        Self { plain, free: None }
    }

    /// Whether it may be worth to look at what rows of pixels are like.
    pub fn may_predict(&self) -> bool {
        self.rate().is_some_and(|rate| rate <= PREDICTED)
    }

    fn rate(&self) -> Option<u64> {
        self.free.flatten()
    }

    /// How changes are packed. `nature` is what is in them, if somebody looked.
    pub fn of_changes(&self, nature: Option<Nature>) -> Compression {
        match (self.rate(), nature) {
            (_, Some(Nature::Noise)) | (None, _) => self.plain,
            (Some(..=THOROUGH), _) => Compression::Zstd(3),
            (Some(..=QUICK), _) => Compression::Zstd(1),
            _ => self.plain,
        }
    }
}

/// The name of a way to pack in an update.
pub fn name(compression: Compression) -> u32 {
    match compression {
        Compression::None => coding::NONE,
        Compression::Lz4(_) => coding::LZ4,
        Compression::Zstd(_) => coding::ZSTD,
    }
}

/// What unpacks it; nothing for a name that nobody has given.
pub fn named(name: u32) -> Option<Compression> {
    match name {
        coding::NONE => Some(Compression::None),
        coding::LZ4 => Some(Compression::Lz4(0)),
        coding::ZSTD => Some(Compression::Zstd(0)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slower_the_link_the_more_is_done() {
        let at = |rate| Coding { plain: Compression::Lz4(0), free: Some(rate) };
        let drawn = Some(Nature::Drawn);
        assert_eq!(at(Some(2_500_000)).of_changes(drawn), Compression::Zstd(3));
        assert_eq!(at(Some(12_500_000)).of_changes(None), Compression::Zstd(1));
        for rate in [None, Some(100_000_000), Some(u64::MAX)] {
            assert_eq!(at(rate).of_changes(drawn), Compression::Lz4(0));
        }
        assert_eq!(at(Some(0)).of_changes(Some(Nature::Noise)), Compression::Lz4(0));
        assert!(at(Some(12_500_000)).may_predict() && !at(None).may_predict());
        assert!(!at(Some(2_000_000_000)).may_predict());
        let plain = Coding::plain(Compression::None);
        assert!(!plain.may_predict() && plain.of_changes(drawn) == Compression::None);
    }

    #[test]
    fn names() {
        for way in [Compression::None, Compression::Lz4(0), Compression::Zstd(0)] {
            assert_eq!(named(name(way)), Some(way));
        }
        assert_eq!(named(coding::PREDICTED), None);
        assert_eq!(named(99), None);
    }
}
