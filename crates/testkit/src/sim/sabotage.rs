//! Faults that are put into the world on purpose, to prove that the checkers find them.

use farway_proto::channel::{Frame, Update};
use farway_proto::engine::Job;
use farway_proto::session::words::Position;
use farway_proxy::store::Content;

/// The ways to break the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An update does not reach the link.
    DropUpdate,
    /// A frame leaves behind the one that follows it.
    SwapFrames,
    /// A message does not wait for an update.
    SkipGate,
    /// One bit of the twin is wrong.
    FlipPixel,
    /// A descriptor is handed over twice.
    DoubleFd,
    /// A part of the damage is not looked at.
    ShrinkDamage,
    /// Something is copied from a pixel further on.
    WrongCopy,
    /// The display's half is not told to wait for a release.
    SkipAwait,
    /// An end says that it has one byte less of a stream than it has.
    HasLess,
    /// An end says that it has one byte more of a stream than it has.
    HasMore,
    /// The first frame of a stream after a resumption is lost.
    LoseFrame,
}

impl Kind {
    /// True if it is the display's half that does it.
    pub fn is_at_display(self) -> bool {
        matches!(self, Self::SkipGate | Self::FlipPixel | Self::DoubleFd)
    }

    /// True if it is the session between the halves that it happens to.
    pub fn is_of_session(self) -> bool {
        SESSION.contains(&self)
    }
}

/// Those of sessions.
pub const SESSION: [Kind; 3] = [Kind::HasLess, Kind::HasMore, Kind::LoseFrame];

/// All of them.
pub const ALL: [Kind; 11] = [
    Kind::DropUpdate,
    Kind::SwapFrames,
    Kind::SkipGate,
    Kind::FlipPixel,
    Kind::DoubleFd,
    Kind::ShrinkDamage,
    Kind::WrongCopy,
    Kind::SkipAwait,
    Kind::HasLess,
    Kind::HasMore,
    Kind::LoseFrame,
];

/// One fault that is about to happen.
#[derive(Debug)]
pub struct Sabotage {
    kind: Kind,
    /// Chances to let pass before.
    patience: u32,
    held: Option<Frame>,
    /// It has happened.
    pub done: bool,
}

impl Sabotage {
    /// A fault of this kind after `patience` chances.
    pub fn new(kind: Kind, patience: u32) -> Self {
        Self { kind, patience, held: None, done: false }
    }

    fn now(&mut self, kind: Kind) -> bool {
        if self.done || self.kind != kind {
            return false;
        }
        self.done = self.patience == 0;
        self.patience = self.patience.saturating_sub(1);
        self.done
    }

    /// What is to be sent for a frame.
    pub fn frame(&mut self, frame: Frame) -> Vec<Frame> {
        if let Some(held) = self.held.take() {
            return vec![frame, held];
        }
        if matches!(frame, Frame::AwaitRelease(_)) {
            if self.now(Kind::SkipAwait) {
                return Vec::new();
            }
        } else if let Frame::Update(rid, update @ Update::Copy { source, .. }) = &frame {
            let mut rects: Vec<_> = update.rects().collect();
            if self.now(Kind::WrongCopy) {
                rects.iter_mut().for_each(|it| it.src = it.src.checked_sub(4).unwrap_or(it.src + 4));
                return vec![Frame::Update(*rid, Update::copy(*source, &rects))];
            }
        } else if matches!(frame, Frame::Update(..)) {
            if self.now(Kind::DropUpdate) {
                return Vec::new();
            }
        } else if matches!(frame, Frame::Protocol(_)) && self.now(Kind::SwapFrames) {
            self.held = Some(frame);
            return Vec::new();
        }
        vec![frame]
    }

    /// True if the engine is to be told that this job is done before it ran.
    pub fn skip(&mut self, job: &Job) -> bool {
        matches!(job, Job::Apply { .. }) && self.now(Kind::SkipGate)
    }

    /// Leaves out most of what a job is to look at.
    pub fn shrink(&mut self, job: &mut Job) {
        let Job::Diff { intervals, .. } = job else { return };
        if intervals.iter().any(|it| it.end - it.start > 64) && self.now(Kind::ShrinkDamage) {
            intervals.truncate(1);
            intervals.iter_mut().for_each(|it| it.end = it.start + 64);
        }
    }

    /// Damages the content at `at`, where an update was applied just now.
    pub fn flip(&mut self, content: &Content, at: u64) {
        let mut byte = [0];
        if content.region.read(at, &mut byte).is_ok() && self.now(Kind::FlipPixel) {
            let _ = content.region.write(at, &[byte[0] ^ 0x10]);
        }
    }

    /// True if this descriptor is to be handed over twice.
    pub fn doubles(&mut self) -> bool {
        self.now(Kind::DoubleFd)
    }

    /// Changes what an end says that it has, of a stream of which it has something.
    pub fn lie(&mut self, positions: &mut [Position]) {
        let Some(position) = positions.iter_mut().find(|it| it.stream != 0 && it.received > 0) else {
            return;
        };
        if self.now(Kind::HasLess) {
            position.received -= 1;
        } else if self.now(Kind::HasMore) {
            position.received += 1;
        }
    }

    /// True if this frame of a stream is to be lost.
    pub fn loses(&mut self) -> bool {
        self.now(Kind::LoseFrame)
    }
}
