//! How content of a connection is coded, and what codings are called.
//!
//! Not the coding itself, and not the choice: see [`super::choose`]. Invariant: without a peer that understands it,
//! everything is coded as the channel's header says.

use farway_proto::channel::coding;
use farway_sys::pack::Compression;

use super::choose::{Class, Costs, Way};

/// What is known when content is to be coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coding {
    /// The channel's own way.
    plain: Compression,
    /// Updates may name another.
    free: Option<Freedom>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Freedom {
    /// The link carries so many bytes per second.
    Soonest(u64, Costs),
    /// The link is short, and not slow.
    Near,
    /// Whatever is most unlike the channel's own way.
    Rehearsal,
}

/// Over a near link, changes of so few bytes are there before they could be packed and unpacked.
const SMALL: u64 = 4 << 10;

/// Below so many bytes it does not pay to look at rows of pixels.
const LEAST: u64 = 16 << 10;

impl Coding {
    /// The channel's own way, always.
    pub fn plain(plain: Compression) -> Self {
        Self { plain, free: None }
    }

    /// Whatever gets content there soonest over a link that carries `rate` bytes per second. Only if the peer
    /// understands it.
    pub fn soonest(plain: Compression, rate: u64, costs: Costs) -> Self {
        Self { plain, free: Some(Freedom::Soonest(rate, costs)) }
    }

    /// The same over a link of which it is only known that it is short, and not slow.
    pub fn near(plain: Compression) -> Self {
        Self { plain, free: Some(Freedom::Near) }
    }

    /// Rows of pixels whenever that can be, for tests with small pictures.
    pub fn rehearsal(plain: Compression) -> Self {
        Self { plain, free: Some(Freedom::Rehearsal) }
    }

    /// The channel's own way.
    pub fn of_channel(&self) -> Compression {
        self.plain
    }

    /// Whether it may be worth to look at what so many bytes of pixels are like.
    pub fn may_predict(&self, bytes: u64) -> bool {
        let predicted = |class| self.way(class, (bytes, Some(bytes))) == Some(Way::Predicted);
        (bytes >= LEAST || self.free == Some(Freedom::Rehearsal))
            && (predicted(Class::Smooth) || predicted(Class::Noise))
    }

    /// The best way for changes of so many bytes, and for rows of pixels, if they are that. Nothing is the channel's own.
    pub fn way(&self, class: Class, bytes: (u64, Option<u64>)) -> Option<Way> {
        Some(match (self.free?, bytes.1) {
            (Freedom::Soonest(rate, costs), _) => costs.soonest(rate, class, bytes),
            (Freedom::Near, None) if bytes.0 <= SMALL => Way::None,
            (Freedom::Near, _) => return None,
            (Freedom::Rehearsal, Some(_)) => Way::Predicted,
            // About half of them: all ways that changes may go are to be seen.
            (Freedom::Rehearsal, None) if bytes.0 % 8 == 0 => Way::None,
            (Freedom::Rehearsal, None) => Way::Quick,
        })
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
    fn who_may_choose() {
        let lz4 = Compression::Lz4(0);
        let at = |rate| Coding::soonest(lz4, rate, Costs::default());
        assert!(at(12_500_000).may_predict(LEAST));
        assert!(!at(12_500_000).may_predict(LEAST - 1));
        assert!(!at(2_000_000_000).may_predict(LEAST));
        assert!(Coding::rehearsal(lz4).may_predict(4));
        for coding in [Coding::near(lz4), Coding::plain(lz4)] {
            assert!(!coding.may_predict(1 << 20) && coding.of_channel() == lz4);
            assert_eq!(coding.way(Class::Smooth, (9, Some(9))), None);
            assert_eq!(coding.way(Class::Drawn, (SMALL + 1, None)), None);
        }
        let small = |coding: Coding| coding.way(Class::Drawn, (SMALL, None));
        assert_eq!((small(Coding::plain(lz4)), small(Coding::near(lz4))), (None, Some(Way::None)));
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
