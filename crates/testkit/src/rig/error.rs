//! What can go wrong at the rig. Not an oracle: the variants say what differed, [`Line`](super::Line) decides.
//!
//! Invariant: every variant says at which end it was seen, so that one line of a report is enough to start.

use farway_proto::channel::ChannelError;
use farway_proto::wayland::{ObjectId, WireError};

use crate::real::RealError;

/// A failure of a test at the rig.
#[derive(Debug, thiserror::Error)]
pub enum RigError {
    /// A program is missing or has ended.
    #[error(transparent)]
    Real(#[from] RealError),
    /// The machine refused something.
    #[error("system: {0}")]
    Io(#[from] std::io::Error),
    /// A condition did not come true before its deadline.
    #[error("timed out waiting for {0}")]
    Timeout(String),
    /// The other end went away while it was still needed.
    #[error("connection closed while waiting for {0}")]
    Closed(String),
    /// The application was told `wl_display.error`.
    #[error("the application was told error {code}: {text}")]
    Display {
        /// The code of the event.
        code: u32,
        /// Its text.
        text: String,
    },
    /// A message did not arrive as it was sent.
    #[error("at {at}: expected {wanted}, got {got}")]
    Altered {
        /// The end that received it.
        at: &'static str,
        /// What was sent.
        wanted: String,
        /// What came.
        got: String,
    },
    /// A message came that nobody had sent.
    #[error("at {at}: {got} came out of nothing")]
    Unexpected {
        /// The end that received it.
        at: &'static str,
        /// What came.
        got: String,
    },
    /// Contents of a file or pipe differ.
    #[error("{what} differs at byte {at}")]
    Content {
        /// Which file or pipe.
        what: String,
        /// The first byte that differs, or the shorter length.
        at: u64,
    },
    /// The test used an object that does not exist.
    #[error("no object {0}")]
    NoObject(ObjectId),
    /// The test used a message that the interface does not have.
    #[error("no message {0}")]
    NoMessage(String),
    /// Bytes from a local socket are no Wayland message.
    #[error("wayland: {0}")]
    Wire(#[from] WireError),
    /// Bytes from the channel are none of its messages.
    #[error("channel: {0}")]
    Channel(#[from] ChannelError),
    /// A payload could not be packed or unpacked.
    #[error("payload: {0}")]
    Pack(#[from] farway_sys::pack::PackError),
    /// An expectation of one test.
    #[error("{0}")]
    Failed(String),
}

/// An expectation of a test: an error that says `what` unless it holds.
///
/// # Errors
/// [`RigError::Failed`] unless `holds`.
pub fn ensure(holds: bool, what: impl FnOnce() -> String) -> Result<(), RigError> {
    if holds { Ok(()) } else { Err(RigError::Failed(what())) }
}
