//! The local pipes of a half: read and written in pieces of any size.

use std::collections::VecDeque;

use bytes::Bytes;
use farway_proto::Rid;
use farway_proto::engine::PipeEvent;
use rand::Rng;
use rand::rngs::SmallRng;

use super::Half;
use crate::sim::kernel::{Fd, Read, ReadEnd, WriteEnd};
use crate::sim::problem::Problem;

/// One pipe.
#[derive(Debug)]
pub struct LocalPipe {
    read: Option<ReadEnd>,
    write: Option<WriteEnd>,
    /// The program's end, until it is handed over.
    hand: Option<Fd>,
    queued: VecDeque<u8>,
    finishing: bool,
}

impl LocalPipe {
    /// The program gave us this.
    pub fn to_write(end: WriteEnd) -> Self {
        Self { read: None, write: Some(end), hand: None, queued: VecDeque::new(), finishing: false }
    }

    /// We made it. `reads`: we keep the read end.
    pub fn made((read, write): (ReadEnd, WriteEnd), reads: bool) -> Self {
        let (read, write, hand) =
            if reads { (Some(read), None, Fd::Write(write)) } else { (None, Some(write), Fd::Read(read)) };
        Self { read, write, hand: Some(hand), queued: VecDeque::new(), finishing: false }
    }

    /// The program's end, once.
    pub fn hand_over(&mut self) -> Option<Fd> {
        self.hand.take()
    }

    /// The number of the pipe that we write to.
    pub fn id(&self) -> Option<u32> {
        self.write.as_ref().map(|end| end.memory().id())
    }

    /// Bytes for the program.
    pub fn queue(&mut self, bytes: &Bytes) {
        self.queued.extend(&bytes[..]);
    }

    /// It closes when all is written.
    pub fn is_finishing(&self) -> bool {
        self.finishing
    }

    /// Nothing will be queued any more.
    pub fn finish(&mut self) {
        self.finishing = true;
    }

    /// One step, if there is anything to do.
    fn step(&mut self, most: usize) -> Option<PipeEvent> {
        if let Some(read) = &self.read {
            return match read.read(most) {
                Read::Data(bytes) => Some(PipeEvent::Data(bytes.into())),
                Read::Empty => None,
                Read::Eof => {
                    self.read = None;
                    Some(PipeEvent::Eof)
                }
            };
        }
        let write = self.write.as_ref()?;
        let piece = self.queued.as_slices().0;
        match write.write(&piece[..most.min(piece.len())]) {
            Ok(0) => None,
            Ok(n) => {
                self.queued.drain(..n);
                Some(PipeEvent::Written(n as u64))
            }
            Err(_) => {
                self.write = None;
                Some(PipeEvent::Broken)
            }
        }
    }
}

impl Half {
    /// One step of one pipe.
    pub fn move_pipe(&mut self, time: u64, rng: &mut SmallRng) -> Result<bool, Problem> {
        if self.outcome.is_some() || self.pipes.is_empty() {
            return Ok(false);
        }
        let start = rng.random_range(0..self.pipes.len());
        let order: Vec<Rid> = self.pipes.keys().copied().collect();
        let most = if rng.random_bool(0.5) { 4096 } else { rng.random_range(1..200) };
        for n in 0..order.len() {
            let rid = order[(start + n) % order.len()];
            if self.link.len() > super::ENOUGH && self.pipes.get(&rid).is_some_and(|p| p.read.is_some()) {
                continue;
            }
            let Some(pipe) = self.pipes.get_mut(&rid) else { continue };
            let event = pipe.step(most);
            if pipe.finishing && (pipe.queued.is_empty() || pipe.write.is_none()) {
                self.pipes.remove(&rid);
            }
            if let Some(event) = event {
                let result = self.engine.on_pipe(self.now(time), rid, event);
                self.after(time, result)?;
                return Ok(true);
            }
        }
        Ok(false)
    }
}
