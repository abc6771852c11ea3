//! Which way to pack gets content to the other half soonest.
//!
//! Pure: whole numbers, no clock. It is told what the link carries, and from time to time what a piece of content took
//! and became; from that follows what it would take and become in the other ways. Invariants: the same words give the
//! same choice; and the slower the link, the more is done.

use farway_sys::pack::Compression;
use farway_sys::pixels::Nature;

/// Ways to pack, from the quickest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// Bytes as they are.
    None,
    /// LZ4.
    Lz4,
    /// Zstandard, level 1.
    Quick,
    /// Zstandard, level 3.
    Thorough,
    /// Zstandard, level 6.
    Hard,
    /// Zstandard, level 9.
    Hardest,
    /// Rows of pixels: see [`farway_sys::pixels`].
    Predicted,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; WAYS] =
        [Self::None, Self::Lz4, Self::Quick, Self::Thorough, Self::Hard, Self::Hardest, Self::Predicted];

    /// How changes are packed in this way.
    pub fn compression(self) -> Compression {
        match self {
            Self::None => Compression::None,
            Self::Lz4 => Compression::Lz4(0),
            Self::Quick | Self::Predicted => Compression::Zstd(1),
            Self::Thorough => Compression::Zstd(3),
            Self::Hard => Compression::Zstd(6),
            Self::Hardest => Compression::Zstd(9),
        }
    }
}

/// Content that is alike to pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Text, drawings, and changes that nobody looked at.
    Drawn,
    /// Photographs.
    Smooth,
    /// Noise.
    Noise,
}

impl From<Option<Nature>> for Class {
    fn from(nature: Option<Nature>) -> Self {
        match nature {
            Some(Nature::Smooth) => Self::Smooth,
            Some(Nature::Noise) => Self::Noise,
            Some(Nature::Drawn) | None => Self::Drawn,
        }
    }
}

/// What a way does with a byte.
#[derive(Clone, Copy)]
struct Effort {
    /// Picoseconds to pack and to unpack it.
    cost: u64,
    /// What is left of 4096.
    share: u64,
}

const WAYS: usize = 7;
const CLASSES: usize = 3;
/// The whole of a share.
const WHOLE: u64 = 4096;
/// As expected, for what is measured.
const EXPECTED: u64 = 256;
/// A sample counts for so little, against what was known before.
const INERTIA: u64 = 8;
/// What is measured is not believed beyond so many times more or less than expected.
const WIDEST: u64 = 16;

const fn effort(cost: u64, share: u64) -> Effort {
    Effort { cost, share }
}

/// What is expected of each way, by class: `examples/pixel_speed` of farway-sys, on a server's CPU of 2021 at 2 to 3 GHz.
const TABLE: [[Effort; WAYS]; CLASSES] = [
    [
        effort(0, WHOLE),
        effort(700, 287),
        effort(1600, 140),
        effort(1850, 131),
        effort(3500, 106),
        effort(6900, 102),
        effort(2400, 170),
    ],
    [
        effort(0, WHOLE),
        effort(1800, 3480),
        effort(4700, 2540),
        effort(12_300, 2300),
        effort(20_000, 2270),
        effort(30_000, 2250),
        effort(3000, 1390),
    ],
    [
        effort(0, WHOLE),
        effort(220, WHOLE + 16),
        effort(2760, 3500),
        effort(2800, 3500),
        effort(3400, 3500),
        effort(3500, 3500),
        effort(1830, 3080),
    ],
];

/// What each way takes to begin, here and there, in picoseconds: tables that are made for however little.
const BEGIN: [u64; WAYS] = [0, 1_000_000, 12_000_000, 15_000_000, 20_000_000, 25_000_000, 20_000_000];

/// What became of some content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// What it was like.
    pub class: Class,
    /// How it was packed.
    pub way: Way,
    /// Bytes before.
    pub before: u64,
    /// Bytes after.
    pub after: u64,
    /// Nanoseconds for packing.
    pub nanos: u64,
}

/// What is known about this machine and the content that was packed of late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Costs {
    /// What each way takes here, in parts of what was expected.
    pace: [Option<u64>; WAYS],
    /// What is left of each class, in parts of what was expected.
    density: [u64; CLASSES],
}

impl Default for Costs {
    fn default() -> Self {
        Self { pace: [None; WAYS], density: [EXPECTED; CLASSES] }
    }
}

impl Costs {
    /// Takes a sample into account. One that is too small to tell anything should not be given.
    pub fn learn(&mut self, sample: Sample) {
        if sample.before == 0 {
            return;
        }
        let expected = TABLE[sample.class as usize][sample.way as usize];
        let left = sample.after.saturating_mul(WHOLE) / sample.before;
        let density = &mut self.density[sample.class as usize];
        *density = blend(*density, measured(left, expected.share));
        // Two thirds of the cost are taken to be here: packing takes longer than unpacking, and the other machine is
        // unknown.
        let cost = sample.nanos.saturating_mul(1000) / sample.before;
        let pace = &mut self.pace[sample.way as usize];
        if expected.cost > 0 {
            let new = measured(cost, expected.cost * 2 / 3);
            *pace = Some(pace.map_or(new, |before| blend(before, new)));
        }
    }

    /// The way in which content is there first. `bytes` are those of the changes and, if they are rows of pixels, those
    /// of all rows; `rate` is what the link carries, in bytes per second.
    pub fn soonest(&self, rate: u64, class: Class, (changes, rows): (u64, Option<u64>)) -> Way {
        let mut best = (u128::MAX, Way::Lz4);
        for way in Way::ALL {
            let bytes = match (way, rows) {
                (Way::Predicted, None) => continue,
                (Way::Predicted, Some(rows)) => rows,
                _ => changes,
            };
            let begin = u128::from(BEGIN[way as usize] * WHOLE);
            let time = begin + u128::from(bytes) * self.time(rate, class, way);
            if time < best.0 {
                best = (time, way);
            }
        }
        best.1
    }

    /// For a byte, in 4096ths of a picosecond.
    fn time(&self, rate: u64, class: Class, way: Way) -> u128 {
        let Effort { cost, share } = TABLE[class as usize][way as usize];
        let cost = cost * self.pace(way) / EXPECTED;
        // Whatever there is, no way makes more of it than it was, or a little.
        let share = (share * self.density[class as usize] / EXPECTED).min(share.max(WHOLE));
        let share = if way == Way::None { WHOLE } else { share };
        let carried = 1_000_000_000_000 / u128::from(rate.max(1));
        u128::from(cost * WHOLE) + u128::from(share) * carried
    }

    /// A way that was never used is as fast as the others are here.
    fn pace(&self, way: Way) -> u64 {
        self.pace[way as usize].unwrap_or_else(|| {
            let known = || self.pace.iter().flatten();
            known().sum::<u64>().checked_div(known().count() as u64).unwrap_or(EXPECTED)
        })
    }
}

fn measured(value: u64, expected: u64) -> u64 {
    let parts = value.saturating_mul(EXPECTED) / expected.max(1);
    parts.clamp(EXPECTED / WIDEST, EXPECTED * WIDEST)
}

fn blend(before: u64, new: u64) -> u64 {
    (before * (INERTIA - 1) + new).div_ceil(INERTIA)
}

#[cfg(test)]
mod tests;
