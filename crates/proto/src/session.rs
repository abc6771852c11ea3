//! Sessions: many byte streams and a few messages over one link that may be lost and replaced.
//!
//! Not the link: who dials it, and who carries its bytes, is the driver's business. Invariant: every byte that is
//! written to a stream arrives once and in order, however often the link was replaced in between; what waits for
//! that is bounded by the stream's window.
//!
//! [`words`] is what both ends say before the first frame and beside the streams, [`frame`] the form of a link's bytes,
//! [`Session`] the whole.

mod ack;
mod flow;
pub mod frame;
mod lifeline;
mod mux;
mod record;
mod scheduler;
mod stream;
pub mod words;

pub use mux::{Config, Event, Session};

/// Which end of a session this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Where the user is.
    Near,
    /// Where the applications are.
    Far,
}

/// What a stream carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The channel of one application, both ways.
    Wayland,
    /// To the command.
    Stdin,
    /// From the command.
    Stdout,
    /// From the command.
    Stderr,
    /// The command's terminal, both ways.
    Terminal,
    /// Of a later version. It should be reset.
    Other(u8),
}

/// What a peer did that no session can go on with. The link is to be closed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    /// A length that cannot be.
    #[error("a frame of kind {kind} with {length} bytes")]
    Length {
        /// Kind of the frame.
        kind: u8,
        /// What was said.
        length: usize,
    },
    /// A stream that was never opened, or opened wrongly.
    #[error("stream {0} was not opened")]
    Stream(u32),
    /// More bytes than were asked for.
    #[error("stream {0} carries more than it may")]
    Window(u32),
    /// Bytes behind the end, or bytes acknowledged that were never sent.
    #[error("stream {0} is out of step")]
    Step(u32),
    /// More bytes are said to have arrived than were sent over the link.
    #[error("{0} bytes cannot have arrived")]
    Arrived(u64),
    /// More streams than are allowed.
    #[error("too many streams")]
    Streams,
    /// Words that are none.
    #[error("words that cannot be understood")]
    Words,
}
