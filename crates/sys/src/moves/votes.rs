//! How far things have moved: patches of the samples are looked up among patches of the source, and those that occur
//! once there vote. Flat areas occur everywhere and have no vote; noise occurs nowhere.

use super::survey::{COLUMN, SAMPLE, Survey, Tile};

/// A distance: a pixel of the image was so many bytes and rows further on in the source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shift {
    pub x: isize,
    pub y: isize,
}

/// Distances that are tried of each direction.
const TRIED: usize = 4;
/// Columns that are asked for a vertical distance, at most.
const ASKED: usize = 12;
/// Columns, or bands, without one vote after which nobody else is asked.
const PATIENCE: usize = 4;
/// Bands that are asked for a horizontal distance, at most.
const BANDS: usize = 16;
/// Pixels of a patch.
const PATCH: usize = COLUMN / 2;
/// Pixels from one patch of the samples to the next, horizontally.
const STEP: usize = 8;
/// Rows above and below the damage that things may have come from.
const BEYOND: usize = 64;
/// Votes that are no accident.
const LEAST: u32 = 3;

const K: [u64; 5] = [
    0x9e37_79b9_7f4a_7c15,
    0xc2b2_ae3d_27d4_eb4f,
    0x1656_67b1_9e37_79f9,
    0x27d4_eb2f_1656_67c5,
    0xd6e8_feb8_6659_fd93,
];
const TWICE: u32 = u32::MAX;

/// Memory that is used again.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    slots: Vec<(u64, u32)>,
    lines: Vec<u64>,
    counts: Vec<u32>,
}

impl Buffers {
    #[cfg(test)]
    pub fn is_unused(&self) -> bool {
        self.slots.is_empty()
    }

    fn clear(&mut self, entries: usize) {
        self.slots.clear();
        self.slots.resize((entries * 2).next_power_of_two().max(16), (0, 0));
    }

    fn slot(&self, key: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = (key >> 32) as usize & mask;
        while self.slots[at].0 != 0 && self.slots[at].0 != key {
            at = (at + 1) & mask;
        }
        at
    }

    fn insert(&mut self, key: u64, place: usize) {
        let at = self.slot(key | 1);
        let slot = &mut self.slots[at];
        *slot = if slot.0 == 0 { (key | 1, place as u32) } else { (slot.0, TWICE) };
    }

    /// Where this is, if it is in one place.
    fn get(&self, key: u64) -> Option<usize> {
        let (found, place) = self.slots[self.slot(key | 1)];
        (found != 0 && place != TWICE).then_some(place as usize)
    }

    /// Distances with the most votes, the best first; counts stand for `-from..`.
    fn winners(&self, from: usize) -> Vec<isize> {
        let all: u32 = self.counts.iter().sum();
        let least = LEAST.max(all / 32);
        let mut best: Vec<(u32, usize)> = self
            .counts
            .iter()
            .enumerate()
            .filter(|it| *it.1 >= least)
            .map(|(n, count)| (*count, n))
            .collect();
        best.sort_unstable_by_key(|(count, n)| (std::cmp::Reverse(*count), n.abs_diff(from)));
        best.into_iter().take(TRIED).map(|(_, n)| n as isize - from as isize).collect()
    }
}

fn word(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

/// A hash of a few bytes, in four chains so that they can be worked on side by side.
fn hash(bytes: &[u8]) -> u64 {
    let mut state = [K[0], K[1], K[2], K[3]];
    let mut blocks = bytes.chunks_exact(32);
    for block in &mut blocks {
        for (n, part) in state.iter_mut().enumerate() {
            let mut eight = [0; 8];
            eight.copy_from_slice(&block[n * 8..n * 8 + 8]);
            *part = (*part ^ u64::from_le_bytes(eight)).wrapping_mul(K[4]);
            *part ^= *part >> 29;
        }
    }
    let mut sum = state[0];
    for part in [state[1], state[2], state[3]].into_iter().chain(blocks.remainder().chunks(8).map(word)) {
        sum = (sum ^ part).wrapping_mul(K[4]);
        sum ^= sum >> 32;
    }
    sum
}

/// Hashes of rows, one below the other, as one.
fn combine(rows: impl Iterator<Item = u64>) -> u64 {
    let sum = rows.zip(K).fold(0_u64, |sum, (row, k)| (sum.rotate_left(21) ^ row).wrapping_mul(k));
    sum ^ sum >> 31
}

/// Vertical distances, the likeliest first.
pub(super) fn vertical(survey: &Survey<'_>, source: &[u8], buffers: &mut Buffers) -> Vec<Shift> {
    let from = survey.image.rows as usize;
    buffers.counts.clear();
    buffers.counts.resize(from * 2, 0);
    let changed = |column: &usize| (0..survey.bands).any(|band| survey.tile(band, *column) == Tile::Changed);
    let columns: Vec<usize> = (0..survey.columns).filter(changed).collect();
    let step = columns.len().div_ceil(ASKED).max(1);
    let mut asked: Vec<usize> = columns.into_iter().skip(step / 2).step_by(step).collect();
    // The first few are to say something of all.
    let first = asked.len().min(PATIENCE);
    for n in 1..first {
        let other = n * asked.len() / first;
        asked.swap(n, other);
    }
    let (some, others) = asked.split_at(first);
    let votes = count(survey, source, some, buffers);
    if votes == 0 {
        return Vec::new();
    }
    count(survey, source, others, buffers);
    buffers.winners(from).into_iter().map(|y| Shift { x: 0, y }).collect()
}

/// Counts the votes of these columns; returns how many there are.
fn count(survey: &Survey<'_>, source: &[u8], columns: &[usize], buffers: &mut Buffers) -> u32 {
    let rows = survey.y.start.saturating_sub(BEYOND)..(survey.y.end + BEYOND).min(survey.image.rows as usize);
    let patch = |column: &usize| {
        let x = survey.column(*column);
        x.start..x.end.min(x.start + PATCH * survey.image.pixel as usize)
    };
    // Row by row, as memory likes it.
    buffers.lines.clear();
    for y in rows.clone() {
        buffers.lines.extend(columns.iter().map(|column| hash(&source[survey.at(y, &patch(column))])));
    }
    let mut votes = 0;
    for (n, column) in columns.iter().enumerate() {
        buffers.clear(rows.len());
        for y in 0..(rows.len() + 1).saturating_sub(SAMPLE) {
            let lines = (y..y + SAMPLE).map(|y| buffers.lines[y * columns.len() + n]);
            buffers.insert(combine(lines), rows.start + y);
        }
        let x = patch(column);
        for band in (0..survey.bands).filter(|band| survey.tile(*band, *column) == Tile::Changed) {
            let key = combine((0..SAMPLE).map(|n| hash(survey.sample(band, n, &x))));
            if let Some(place) = buffers.get(key) {
                votes += 1;
                buffers.counts[place + survey.image.rows as usize - survey.row(band)] += 1;
            }
        }
    }
    votes
}

/// One number for the pixels at `x` of a band's rows.
fn pixels(rows: [&[u8]; SAMPLE], x: usize, pixel: usize) -> u64 {
    let value = |row: &[u8]| match row[x..x + pixel] {
        [a, b, c, d] => u64::from(u32::from_le_bytes([a, b, c, d])),
        ref other => word(other),
    };
    let sum =
        rows.into_iter().zip(K).fold(0_u64, |sum, (row, k)| sum.wrapping_add(value(row).wrapping_mul(k)));
    sum ^ sum >> 29
}

/// Horizontal distances, the likeliest first, of what no vertical one explains.
pub(super) fn horizontal(
    survey: &Survey<'_>,
    tiles: &[Tile],
    source: &[u8],
    buffers: &mut Buffers,
) -> Vec<Shift> {
    let is_changed = |band: usize, column: usize| tiles[band * survey.columns + column] == Tile::Changed;
    let pixel = survey.image.pixel as usize;
    let beyond = BEYOND * pixel;
    let x = survey.x.start.saturating_sub(beyond)..(survey.x.end + beyond).min(survey.image.row as usize);
    let from = survey.image.row as usize / pixel;
    buffers.counts.clear();
    buffers.counts.resize(from * 2, 0);
    let changed = |band: &usize| (0..survey.columns).filter(|it| is_changed(*band, *it)).count() >= 2;
    let bands: Vec<usize> = (0..survey.bands).filter(changed).collect();
    let step = bands.len().div_ceil(BANDS).max(1);
    let drop = (0..PATCH).fold(1_u64, |power, _| power.wrapping_mul(K[4]));
    // A patch's number, from that of the one before it.
    let roll = |sum: u64, new: u64, old: u64| {
        sum.wrapping_mul(K[4]).wrapping_add(new).wrapping_sub(old.wrapping_mul(drop))
    };
    let mut votes = 0;
    for (asked, band) in bands.into_iter().step_by(step).enumerate() {
        if asked == PATIENCE && votes == 0 {
            return Vec::new();
        }
        let y = survey.row(band);
        let rows: [&[u8]; SAMPLE] = std::array::from_fn(|n| &source[survey.at(y + n, &x)]);
        fill(&mut buffers.lines, rows, pixel);
        buffers.clear(buffers.lines.len());
        let mut sum = 0;
        for n in 0..buffers.lines.len() {
            sum = roll(sum, buffers.lines[n], if n < PATCH { 0 } else { buffers.lines[n - PATCH] });
            if n + 1 >= PATCH {
                buffers.insert(sum ^ sum >> 31, x.start / pixel + n + 1 - PATCH);
            }
        }
        let rows: [&[u8]; SAMPLE] = std::array::from_fn(|n| survey.sample(band, n, &survey.x));
        fill(&mut buffers.lines, rows, pixel);
        for n in 0..buffers.lines.len() {
            sum = if n == 0 { 0 } else { sum };
            sum = roll(sum, buffers.lines[n], if n < PATCH { 0 } else { buffers.lines[n - PATCH] });
            let Some(start) = (n + 1).checked_sub(PATCH).filter(|start| start % STEP == 0) else { continue };
            if !is_changed(band, start / COLUMN) {
                continue;
            }
            if let Some(place) = buffers.get(sum ^ sum >> 31) {
                votes += 1;
                buffers.counts[place + from - survey.x.start / pixel - start] += 1;
            }
        }
    }
    let pixels = buffers.winners(from).into_iter();
    pixels.filter(|x| *x != 0).map(|x| Shift { x: x * pixel as isize, y: 0 }).collect()
}

fn fill(lines: &mut Vec<u64>, rows: [&[u8]; SAMPLE], pixel: usize) {
    lines.clear();
    lines.extend((0..rows[0].len() / pixel).map(|n| pixels(rows, n * pixel, pixel)));
}
