//! Bytes that nobody should send.

use std::collections::VecDeque;

use farway_proto::wayland::{Builder, Form, ObjectId};
use rand::Rng;
use rand::rngs::SmallRng;

use super::World;

/// Values that sit on borders.
const NASTY: [u32; 12] =
    [0, 1, 2, 3, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0xff00_0000, 0xffff, 0x10000, 64, 0xffff_fffe];

impl World {
    /// Damages bytes on one of the four ways.
    pub(super) fn damage(&mut self) {
        let rng = &mut self.rng;
        if let Some((carrier, _)) = &mut self.carrier {
            if rng.random_bool(0.2) {
                return carrier.wire().into_iter().for_each(|wire| mutate(wire, rng));
            }
        }
        let bytes = match rng.random_range(0..4) {
            0 => self.app.out.bytes(),
            1 => &mut self.left.link,
            2 => &mut self.right.link,
            _ => self.screen.out.bytes(),
        };
        mutate(bytes, rng);
    }

    /// The application sends what the protocol forbids.
    pub(super) fn misbehave(&mut self) {
        let message = match self.rng.random_range(0..5) {
            // A length that is not a multiple of four.
            0 => vec![1, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0],
            // An opcode that would become a count of descriptors.
            1 => vec![1, 0, 0, 0, 0, 0x08, 8, 0],
            // An id that is in use.
            2 => {
                Builder::new(ObjectId(1), 1).new_id(ObjectId(1)).finish(Form::Program, 0).unwrap_or_default()
            }
            // An id of the screen's range.
            3 => Builder::new(ObjectId(1), 0)
                .new_id(ObjectId(0xff00_0001))
                .finish(Form::Program, 0)
                .unwrap_or_default(),
            // No argument where one is needed.
            _ => Builder::new(ObjectId(1), 0).finish(Form::Program, 0).unwrap_or_default(),
        };
        self.app.rude = true;
        self.app.out.send(&message, []);
        self.checker.doomed = true;
    }
}

fn mutate(bytes: &mut VecDeque<u8>, rng: &mut SmallRng) {
    let len = bytes.len();
    if len == 0 {
        bytes.extend((0..rng.random_range(1..40)).map(|_| rng.random::<u8>()));
        return;
    }
    let at = rng.random_range(0..len);
    match rng.random_range(0..6) {
        0 => bytes[at] = rng.random(),
        1 => bytes[at] ^= 1 << rng.random_range(0..8),
        2 => {
            let value = NASTY[rng.random_range(0..NASTY.len())].to_le_bytes();
            let at = at / 4 * 4;
            for (n, byte) in value.into_iter().enumerate().filter(|(n, _)| at + n < len) {
                bytes[at + n] = byte;
            }
        }
        3 => {
            let end = (at + rng.random_range(1..40)).min(len);
            bytes.drain(at..end);
        }
        4 => {
            let end = (at + rng.random_range(1..100)).min(len);
            let copy: Vec<u8> = bytes.range(at..end).copied().collect();
            bytes.extend(copy);
        }
        _ => bytes.truncate(at),
    }
}
