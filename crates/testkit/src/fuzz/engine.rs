//! Hostile neighbours of an engine. Whatever they send, it ends in one of four ways, lets go of everything it
//! took, and panics never.

use std::collections::VecDeque;
use std::rc::Rc;

use farway_proto::Role;
use farway_proto::channel::{Capabilities, WireVersion};
use farway_proto::engine::{Config, Limits};
use farway_sys::pack::Compression;
use rand::SeedableRng;
use rand::rngs::SmallRng;

use super::Input;
use crate::sim::Problem;
use crate::sim::half::Half;
use crate::sim::kernel::{Fd, Kernel};
use crate::sim::screen::preview;
use crate::sim::wire::Socket;

/// A peer sends anything. The first byte chooses the role and the manner.
pub fn channel(data: &[u8]) {
    let mut input = Input(data);
    let manner = input.byte();
    let role = if manner & 1 == 0 { Role::Display } else { Role::App };
    let mut stage = Stage::new(role, manner);
    stage.link.extend(input.take(usize::MAX));
    stage.play();
}

/// An application sends anything.
pub fn app(data: &[u8]) {
    let mut input = Input(data);
    let mut stage = Stage::new(Role::App, input.byte());
    stage.local(input.take(usize::MAX));
    stage.play();
}

/// A compositor sends anything.
pub fn compositor(data: &[u8]) {
    let mut input = Input(data);
    let mut stage = Stage::new(Role::Display, input.byte());
    stage.local(input.take(usize::MAX));
    stage.play();
}

/// Both neighbours send anything, in turns.
pub fn everything(data: &[u8]) {
    let mut input = Input(data);
    let manner = input.byte();
    let mut stage = Stage::new(if manner & 1 == 0 { Role::Display } else { Role::App }, manner);
    while !input.is_empty() {
        let turn = input.byte();
        let bytes = input.take(usize::from(turn >> 1) * 4);
        if turn & 1 == 0 {
            stage.local(bytes);
        } else {
            stage.link.extend(bytes);
        }
        stage.read(false);
    }
    stage.play();
}

/// An engine with two neighbours.
struct Stage {
    half: Half,
    kernel: Rc<Kernel>,
    rng: SmallRng,
    local: Socket,
    link: VecDeque<u8>,
    time: u64,
}

fn fine<T>(result: Result<T, Problem>) -> T {
    result.unwrap_or_else(|problem| panic!("{problem}"))
}

impl Stage {
    fn new(role: Role, manner: u8) -> Self {
        let limits = Limits {
            objects: 3000,
            shadows: 100,
            stored: 8 << 20,
            update: 1 << 20,
            fixed_file: 1 << 20,
            pipe_queue: 4096,
            ..Limits::default()
        };
        let version = if manner & 2 == 0 { WireVersion::V16 } else { WireVersion::V17 };
        let version = if role == Role::App { WireVersion::V16 } else { version };
        let title_prefix = if manner & 4 == 0 { Vec::new() } else { b"far ".to_vec() };
        let preview = (manner & 64 != 0).then(|| preview(&mut SmallRng::seed_from_u64(1), 1).into());
        let trace = manner & 8 != 0;
        let config = Config { version, limits, title_prefix, trace, preview, ..Config::default() };
        let copies = (manner & 128 != 0).then_some(Capabilities::COPIES);
        let capabilities = copies.unwrap_or_default();
        let config = Config { capabilities, peer: copies, moves_from: 0, ..config };
        let compression =
            [Compression::None, Compression::Lz4(0), Compression::Zstd(0)][usize::from(manner >> 4) % 3];
        let kernel = Rc::new(Kernel::default());
        let mut half = Half::new(role, config, compression, Rc::clone(&kernel));
        half.hostile = true;
        let rng = SmallRng::seed_from_u64(u64::from(manner));
        Self { half, kernel, rng, local: Socket::default(), link: VecDeque::new(), time: 0 }
    }

    /// Bytes of the program, with a descriptor now and then.
    fn local(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(24) {
            let fd = match piece[0] % 4 {
                0 => Some(Fd::File(self.kernel.file(100_000))),
                1 => Some(Fd::Write(self.kernel.pipe(100).1)),
                _ => None,
            };
            self.local.send(piece, fd);
        }
    }

    fn read(&mut self, closed: bool) -> bool {
        let mut moved = fine(self.half.read_local(self.time, &mut self.local, 1000, 1));
        moved |= fine(self.half.read_link(self.time, &mut self.link, closed, 1000));
        moved
    }

    /// Lets everything come to rest, closes both sides, and again.
    fn play(&mut self) {
        self.rest(false);
        self.local.closed = true;
        self.rest(true);
        assert!(self.half.outcome.is_some(), "it does not end");
    }

    fn rest(&mut self, closed: bool) {
        for _ in 0..1_000_000 {
            let mut moved = self.read(closed);
            moved |= fine(self.half.work(self.time, &mut self.rng));
            moved |= fine(self.half.move_pipe(self.time, &mut self.rng));
            self.half.link.clear();
            drop(self.half.local.receive(usize::MAX, usize::MAX));
            if !moved {
                let Some(next) = self.half.timeout() else { return };
                self.time = self.time.max(next);
                fine(self.half.tick(self.time));
            }
        }
        panic!("it does not come to rest");
    }
}
