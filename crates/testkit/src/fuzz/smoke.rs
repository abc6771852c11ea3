//! A mutator and a corpus, so that the targets run wherever the tests do.
//!
//! Not a replacement for a fuzzer that sees coverage. Invariant: the seed decides what is tried.

use std::path::Path;

use farway_proto::channel::{Deframer, Frame};
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;
use rand::{Rng, RngCore, SeedableRng};

/// Inputs to start from: streams of real connections, whole and as Wayland messages alone.
#[derive(Debug)]
pub struct Corpus(Vec<Vec<u8>>);

/// What the target's first bytes are for is not known here, so some are put in front.
const PREFIX: usize = 16;

impl Corpus {
    /// From recorded channels in a folder (`*.bin`); without any, a few bytes.
    pub fn load(folder: &Path) -> Self {
        let mut inputs = vec![vec![0; 64], vec![1, 0, 0, 0, 1, 0, 12, 0, 2, 0, 0, 0]];
        let mut paths: Vec<_> = std::fs::read_dir(folder)
            .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
            .unwrap_or_default();
        paths.sort();
        for path in paths.iter().filter(|path| path.extension().is_some_and(|it| it == "bin")) {
            let Ok(mut bytes) = std::fs::read(path) else { continue };
            bytes.truncate(60_000);
            // The application's side begins with the connection header.
            let start = if path.to_string_lossy().contains("s2c") { PREFIX } else { 0 };
            let stream = bytes.get(start..).unwrap_or_default().to_vec();
            inputs.push(messages(&stream));
            inputs.push(stream);
        }
        Self(inputs)
    }

    /// One input, changed.
    pub fn next(&self, rng: &mut SmallRng) -> Vec<u8> {
        let mut input = vec![rng.random()];
        if rng.random_bool(0.2) {
            input.extend((0..rng.random_range(0..12)).map(|_| rng.random::<u8>()));
        }
        if rng.random_bool(0.2) {
            // A script, where targets take one: recordings make poor ones.
            input.extend((0..rng.random_range(0..8000)).map(|_| rng.random::<u8>()));
            return input;
        }
        let from = self.0.choose(rng).map(Vec::as_slice).unwrap_or_default();
        let most = rng.random_range(0..=from.len());
        input.extend_from_slice(&from[..most.max(from.len().min(200))]);
        for _ in 0..rng.random_range(0..12) {
            self.change(&mut input, rng);
        }
        input
    }

    fn change(&self, input: &mut Vec<u8>, rng: &mut SmallRng) {
        let at = rng.random_range(0..input.len().max(1)).min(input.len().saturating_sub(1));
        let word = at / 4 * 4 + 1;
        match rng.random_range(0..7) {
            _ if input.is_empty() => input.push(rng.random()),
            0 => input[at] = rng.random(),
            1 => input[at] ^= 1 << rng.random_range(0..8),
            2 | 3 if word + 4 <= input.len() => {
                let nasty =
                    [0, 1, 0x7fff_ffff, 0x8000_0000, u32::MAX, 0xff00_0000, 4, 64, rng.next_u32() % 256];
                let value = nasty.choose(rng).copied().unwrap_or(0);
                input[word..word + 4].copy_from_slice(&value.to_le_bytes());
            }
            4 => drop(input.drain(at..(at + rng.random_range(1..32)).min(input.len()))),
            5 => {
                let end = (at + rng.random_range(1..200)).min(input.len());
                let copy = input[at..end].to_vec();
                input.splice(at..at, copy);
            }
            _ => {
                let other = self.0.choose(rng).map(Vec::as_slice).unwrap_or_default();
                let start = rng.random_range(0..=other.len()) / 4 * 4;
                let end = (start + rng.random_range(0..400)).min(other.len());
                let piece = other.get(start..end).unwrap_or_default().to_vec();
                input.splice(at..at, piece);
            }
        }
    }
}

/// The Wayland messages of a recorded stream, as a program would send them.
fn messages(stream: &[u8]) -> Vec<u8> {
    let mut deframer = Deframer::new();
    deframer.buffer().extend_from_slice(stream);
    let mut out = Vec::new();
    while let Ok(Some(frame)) = deframer.next() {
        let Frame::Protocol(body) = frame else { continue };
        let mut at = 0;
        while let Some(word) = body.get(at + 4..at + 8) {
            let len = usize::from(u16::from_le_bytes([word[2], word[3]]));
            let Some(message) = body.get(at..at + len.max(8)) else { break };
            let start = out.len();
            out.extend_from_slice(message);
            out[start + 5] &= 7; // no count of descriptors
            at += len.max(8);
        }
    }
    out
}

/// The generator of a seed.
pub fn generator(seed: u64) -> SmallRng {
    SmallRng::seed_from_u64(seed)
}
