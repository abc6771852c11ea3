//! What can be wrong, and whose doing it is. Not the text that a person reads on a terminal: drivers add the
//! hint. Invariant: a fault is a value that can be compared; nothing in it is a string made at run time.

use bytes::Bytes;

use super::effect::JobError;
use crate::channel::{ChannelError, CompressionCode};
use crate::ids::{Rid, Role};
use crate::wayland::{Builder, Form, ObjectId, WireError};

/// Who did wrong.
#[derive(Copy, Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Party {
    /// The application.
    #[error("the application")]
    App,
    /// The compositor.
    #[error("the compositor")]
    Compositor,
    /// The other half.
    #[error("the other half")]
    Peer,
    /// This half, or the machine under it.
    #[error("farway")]
    Ourselves,
}

impl Party {
    /// The program at the local socket of `role`.
    pub fn local(role: Role) -> Self {
        match role {
            Role::App => Self::App,
            Role::Display => Self::Compositor,
        }
    }
}

/// The end of a connection: who, and what.
#[derive(Copy, Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{at}: {reason}")]
pub struct Fault {
    /// Whose doing.
    pub at: Party,
    /// What it was.
    pub reason: Reason,
}

/// What was wrong.
#[derive(Copy, Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Reason {
    /// A Wayland message that is not one.
    #[error("malformed Wayland message: {0}")]
    Wire(#[from] WireError),
    /// Channel bytes that are no frame.
    #[error("malformed channel: {0}")]
    Channel(#[from] ChannelError),
    /// Work on content failed.
    #[error("{0}")]
    Job(#[from] JobError),
    /// An object id was given to a second object while the first lives.
    #[error("object id {} is already in use", .0.0)]
    IdInUse(ObjectId),
    /// An object of this id cannot be made by this side.
    #[error("object id {} is not this side's to give", .0.0)]
    IdRange(ObjectId),
    /// `wl_display` cannot be deleted.
    #[error("the display object was deleted")]
    DisplayDeleted,
    /// A message refers to an object that is not what it must be.
    #[error("object {id} is not a {kind}", id = .0.0, kind = .1)]
    WrongObject(ObjectId, &'static str),
    /// A message needs a descriptor that did not come.
    #[error("a file descriptor is missing for {0}.{1}")]
    MissingFd(&'static str, &'static str),
    /// More descriptors came than any message could use.
    #[error("too many file descriptors without messages")]
    SurplusFds,
    /// The descriptor is not of the kind that its message needs.
    #[error("the file descriptor for {0} is not usable: {1}")]
    BadFd(Rid, FdProblem),
    /// A message with descriptors that cannot be forwarded.
    #[error("{0}.{1} carries a file descriptor that cannot be forwarded")]
    UnforwardableFd(&'static str, &'static str),
    /// A bind of a global that was not advertised, or in a version that was not.
    #[error("global {0} was bound, which was not advertised in that version")]
    HiddenGlobal(u32),
    /// A size, position or enumeration that the protocol forbids.
    #[error("{0}.{1}: {2}")]
    Value(&'static str, &'static str, Problem),
    /// Nanoseconds of a second or more, or a time that does not fit.
    #[error("a timestamp is not a time")]
    Timestamp,
    /// The compositor's clock changed.
    #[error("the presentation clock changed")]
    ClockChanged,
    /// A frame about a remote id that was never opened.
    #[error("{0} was never opened")]
    UnknownRid(Rid),
    /// A remote id was opened twice, or by the wrong side.
    #[error("{0} cannot be opened")]
    DuplicateRid(Rid),
    /// A frame that does not fit the kind of thing the remote id names.
    #[error("{0} is not of the kind that this message is for")]
    WrongKind(Rid),
    /// An update, size or range outside of its file.
    #[error("a range or size for {0} is out of bounds")]
    Range(Rid),
    /// An fd tag and the remote ids that were sent do not match.
    #[error("the number of remote ids does not match the message")]
    RidCount,
    /// A frame that is not allowed here.
    #[error("a channel message of type {0} is not allowed here")]
    Unexpected(u8),
    /// A `Version` outside of what was offered.
    #[error("wire version {0} was not offered")]
    Version(u32),
    /// A stated limit was reached.
    #[error("the limit on {0} is reached")]
    Limit(Limited),
    /// The peer closed the stream right after our header.
    #[error("it closed the channel without a word; was it started with another --compress than our {0}?")]
    Refused(CompressionCode),
    /// A bug of ours that an assertion caught.
    #[error("internal error")]
    Internal,
}

/// Why a descriptor is of no use.
#[derive(Copy, Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FdProblem {
    /// It has to be a regular file or a memfd.
    #[error("it is not a file")]
    NotAFile,
    /// The file is shorter than the message says.
    #[error("the file is smaller than stated")]
    TooSmall,
    /// The machine refused.
    #[error("it could not be used")]
    Machine,
}

/// What a value should have been.
#[derive(Copy, Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Problem {
    /// A size that is negative.
    #[error("negative size")]
    NegativeSize,
    /// A size that is not positive.
    #[error("size not positive")]
    NonPositive,
    /// A shm pool was made smaller.
    #[error("a pool cannot shrink")]
    Shrinks,
    /// A buffer that does not lie within its pool.
    #[error("the buffer is outside of its pool")]
    OutOfPool,
    /// A number that names nothing.
    #[error("value out of range")]
    OutOfRange,
    /// Something that must have come before.
    #[error("sent too early")]
    TooEarly,
    /// A buffer without content that can be forwarded.
    #[error("the buffer is not a shared-memory buffer")]
    NotShm,
}

/// What is limited for each connection (see [`super::Limits`]).
#[derive(Copy, Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Limited {
    /// Wayland objects.
    #[error("objects")]
    Objects,
    /// Files and pipes.
    #[error("shared files and pipes")]
    Shadows,
    /// Bytes in files made for the peer.
    #[error("memory for shared files")]
    FileBytes,
    /// The size of one update.
    #[error("the size of one content update")]
    Update,
    /// Globals.
    #[error("globals")]
    Globals,
    /// Remote ids that were announced and not used.
    #[error("unused remote ids")]
    PendingRids,
    /// Rows of a colour table, bytes of a keymap and the like.
    #[error("the size of a fixed file")]
    FixedFile,
}

/// The `wl_display.error` event that tells an application why its connection ends, in `form`. The code is
/// `implementation` (3): nothing the toolkit could act on.
pub fn error_event(text: &str, form: Form) -> Bytes {
    const ERROR: u16 = 0;
    const IMPLEMENTATION: u32 = 3;
    let mut end = text.len().min(1000);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = text[..end].replace('\0', " ");
    Builder::new(ObjectId::DISPLAY, ERROR)
        .object(ObjectId::DISPLAY)
        .uint(IMPLEMENTATION)
        .str(text.as_bytes())
        .finish(form, 0)
        .map(Bytes::from)
        .unwrap_or_default()
}
