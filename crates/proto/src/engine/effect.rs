//! What an engine asks its driver to do, and what the driver tells it back. Values only: nothing here acts.
//!
//! Invariant: an effect names descriptors by [`FdId`] (once, when they are adopted) and by [`Rid`] afterwards.

use std::sync::Arc;

use bytes::Bytes;

use super::fault::Fault;
use super::moves::Plane;
use crate::channel::{CopyRect, Frame, Name, Update};
use crate::damage::Interval;
use crate::ids::{FdId, Rid, Ticket};
use crate::wayland::ObjectId;

/// Something for the driver to do, in the order given.
#[derive(Debug)]
pub enum Effect {
    /// Write to the local program. Each descriptor goes out no later than the first of these bytes.
    SendLocal {
        /// Whole Wayland messages in program form.
        bytes: Bytes,
        /// What to send along, in order.
        fds: Vec<Handover>,
    },
    /// Write to the other half.
    SendChannel(Frame),
    /// Take over a descriptor that the local program sent.
    Adopt {
        /// The name it has from now on.
        rid: Rid,
        /// The descriptor.
        fd: FdId,
        /// What it must be.
        kind: Adopt,
    },
    /// Make a new kernel object that stands for one of the other machine.
    Create {
        /// Its name.
        rid: Rid,
        /// What it is.
        kind: Create,
    },
    /// Grow a file (created or adopted) and its mirror.
    Resize {
        /// Which one.
        rid: Rid,
        /// New size in bytes.
        size: u64,
    },
    /// Do work on content. Answer with [`Done`].
    Run(Job),
    /// Write these bytes into the local pipe. Answer with [`PipeEvent::Written`] as they leave.
    PipeWrite(Rid, Bytes),
    /// Close the local pipe once all that was to be written is written. The id is gone, but that a
    /// [`Effect::Drop`] may follow if its reader takes too long.
    PipeFinish(Rid),
    /// Close everything that belongs to this id.
    Drop(Rid),
    /// For the log.
    Note(Note),
    /// The other half keeps, under this name, what it was sent.
    Known(Name),
    /// The connection is over: flush what is queued, then close both sides.
    Finish(Outcome),
}

/// What a descriptor from the local program must turn out to be.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub enum Adopt {
    /// A file that the program keeps changing (a shm pool), with a mirror beside it.
    SharedFile {
        /// Bytes that are replicated; the file may be larger.
        size: u64,
    },
    /// A file that is read once.
    FixedFile {
        /// Bytes that are replicated.
        size: u64,
    },
    /// Something that the local program reads: bytes from the channel are written into it.
    PipeToWrite,
}

/// What to make.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub enum Create {
    /// A shareable zero-filled file.
    File {
        /// Its size in bytes.
        size: u64,
        /// Keep a mirror, because local writes to it will be sent back (screen capture).
        mirrored: bool,
    },
    /// A pipe whose read end we keep.
    PipeToRead,
    /// A pipe whose write end we keep.
    PipeToWrite,
}

/// A descriptor for the local program.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub struct Handover {
    /// Whose.
    pub rid: Rid,
    /// In which way.
    pub access: Access,
}

/// The way in which a descriptor is handed over.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub enum Access {
    /// A duplicate; the file stays ours too.
    ReadWrite,
    /// A read-only duplicate, where the platform has such a thing.
    ReadOnly,
    /// The program's end of a pipe; we keep none of it.
    Move,
}

/// Work on content.
#[derive(Debug)]
pub enum Job {
    /// Compare file and mirror in these intervals; answer with [`Done::Update`].
    Diff {
        /// Names the answer.
        ticket: Ticket,
        /// The file.
        rid: Rid,
        /// Where to look; 64-byte aligned but for the end of the file.
        intervals: Vec<Interval>,
        /// Also compare the bytes behind the last multiple of 64.
        tail: bool,
        /// They are rows of 32-bit pixels, so many bytes from one to the next; 0 if that is not known.
        pitch: u32,
        /// What the other half was told to copy, and the mirror has not copied yet: first it does, within the
        /// intervals.
        copies: Option<Copies>,
    },
    /// Send these bytes as they are (and put them into the mirror, if there is one).
    Fill {
        /// Names the answer.
        ticket: Ticket,
        /// The file.
        rid: Rid,
        /// Which bytes.
        range: Interval,
    },
    /// Look for new content of an image in another place; answer with [`Done::Moved`].
    Move {
        /// Names the answer.
        ticket: Ticket,
        /// The file.
        rid: Rid,
        /// The image.
        plane: Plane,
        /// The file to look in, if it is another one.
        source: Option<Rid>,
        /// Where such an image begins in there.
        source_offset: u64,
        /// How far things have likely moved: bytes from a place in the image to where that was in the other one.
        likely: Option<i64>,
        /// Also copy it within the mirrors. Else that is left to those who compare.
        at_once: bool,
        /// Where copies may go to; as for [`Job::Diff`].
        intervals: Vec<Interval>,
    },
    /// Unpack an update and write it into the file (and its mirror, if there is one).
    Apply {
        /// Names the answer.
        ticket: Ticket,
        /// The file.
        rid: Rid,
        /// What the peer sent.
        update: Update,
    },
}

impl Job {
    /// The job's name.
    pub fn ticket(&self) -> Ticket {
        match self {
            Self::Diff { ticket, .. }
            | Self::Fill { ticket, .. }
            | Self::Move { ticket, .. }
            | Self::Apply { ticket, .. } => *ticket,
        }
    }

    /// The file it works on.
    pub fn rid(&self) -> Rid {
        match self {
            Self::Diff { rid, .. }
            | Self::Fill { rid, .. }
            | Self::Move { rid, .. }
            | Self::Apply { rid, .. } => *rid,
        }
    }

    /// The other file that it needs.
    pub fn source(&self) -> Option<Rid> {
        match self {
            Self::Move { source, .. } => *source,
            Self::Apply { rid, update, .. } => update.source().filter(|source| source != rid),
            Self::Diff { copies, .. } => copies.as_ref().and_then(|copies| copies.source),
            Self::Fill { .. } => None,
        }
    }

    /// About how many bytes it has to look at.
    pub fn weight(&self) -> u64 {
        match self {
            Self::Diff { intervals, .. } | Self::Move { intervals, .. } => {
                intervals.iter().map(|i| i.end - i.start).sum()
            }
            Self::Fill { range, .. } => range.end - range.start,
            Self::Apply { update, .. } => update.unpacked(),
        }
    }
}

/// Copies that were found in a file.
#[derive(Clone, Debug)]
pub struct Copies {
    /// Where they come from, if that is another file than the target's.
    pub source: Option<Rid>,
    /// In this order.
    pub rects: Arc<[CopyRect]>,
}

/// A finished job.
#[derive(Debug)]
pub enum Done {
    /// The update to send; `None` if nothing differs.
    Update(Ticket, Option<Update>),
    /// What was found, to be copied over there too.
    Moved(Ticket, Vec<CopyRect>),
    /// The update is in the file.
    Applied(Ticket),
    /// It is, and all of the file is kept under this name: see [`Effect::Known`] over there.
    Kept(Ticket, Name),
    /// It could not be done.
    Failed(Ticket, JobError),
}

/// Why a job failed.
#[derive(Copy, Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum JobError {
    /// The file ended before the bytes it was said to have.
    #[error("the shared file is shorter than was announced")]
    Shrunk,
    /// The payload does not unpack to the stated size, or its segments are malformed or out of range.
    #[error("the content update is malformed")]
    Malformed,
    /// The machine refused (memory, I/O).
    #[error("the machine could not read or write the file")]
    Machine,
}

/// What happened at a local pipe.
#[derive(Debug)]
pub enum PipeEvent {
    /// The program wrote these bytes.
    Data(Bytes),
    /// The program closed its write end.
    Eof,
    /// The program closed its read end.
    Broken,
    /// So many bytes of [`Effect::PipeWrite`] left.
    Written(u64),
}

/// One of an engine's two neighbours.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub enum Side {
    /// The local Wayland socket.
    Local,
    /// The stream to the other half.
    Channel,
}

/// Which sides may be read: backpressure as a value.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub struct Appetite {
    /// The local program.
    pub local: bool,
    /// The other half.
    pub channel: bool,
}

/// How a connection ended.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// The local program left.
    LocalClosed,
    /// The other half closed deliberately.
    PeerClosed,
    /// The stream ended without a word.
    PeerLost,
    /// Somebody did wrong.
    Fault(Fault),
}

/// Something worth a line in a log, though nothing failed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Note {
    /// A global was not let through.
    Hidden(&'static str),
    /// A global of an interface that is not in the tables is passed through.
    UnknownInterface(String),
    /// Damage of no size was ignored.
    EmptyDamage,
    /// A timestamp came before the clock it belongs to was named.
    NoClock,
    /// A local pipe was closed because its reader did not keep up.
    SlowPipe(Rid),
    /// The compositor did not release a buffer in time; what changes it is let through.
    HeldTooLong(ObjectId),
    /// The peer sent an update for a file that is gone.
    StaleUpdate(Rid),
    /// A message, written out; only if [`super::Config::trace`] asks for it.
    Message(String),
}
