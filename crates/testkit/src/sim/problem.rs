//! What a simulated run can end with.

use farway_proto::Rid;
use farway_proto::engine::{Outcome, fault::Fault};
use farway_proto::session::SessionError;

/// The work of a checker: what must not be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A program got a message that the other did not send, or not then.
    #[error("{to} got message {got:02x?} instead of {expected:02x?} ({what})")]
    Transparency {
        /// Who got it.
        to: &'static str,
        /// The message that is due.
        what: &'static str,
        /// What came, cut short.
        got: Vec<u8>,
        /// What was sent, cut short.
        expected: Vec<u8>,
    },
    /// A message that nobody sent.
    #[error("{to} got a message that nobody sent: {got:02x?}")]
    Surplus {
        /// Who got it.
        to: &'static str,
        /// What came, cut short.
        got: Vec<u8>,
    },
    /// The pixels are not those of the message.
    #[error("wrong pixels at {what}: byte {at} of the file is {got:#04x} and not {expected:#04x}")]
    Pixels {
        /// The message that shows them.
        what: &'static str,
        /// Where in the file.
        at: usize,
        /// What is there.
        got: u8,
        /// What should be.
        expected: u8,
    },
    /// A descriptor is not the twin of the one that was sent.
    #[error("the descriptor of {0} is not the twin of the one that was sent")]
    WrongFd(&'static str),
    /// Messages or descriptors that never arrived, or duties that were never done.
    #[error("{count} of {what} never arrived")]
    Lost {
        /// What is missing.
        what: &'static str,
        /// How many.
        count: usize,
    },
    /// A pipe gave other bytes than were put in.
    #[error("pipe {0} did not bring what was written at its other end")]
    Pipe(u32),
    /// An effect names something that does not exist, or a second time.
    #[error("{effect} of {rid} at {side}")]
    Effect {
        /// Which half.
        side: &'static str,
        /// Which effect.
        effect: &'static str,
        /// Which shadow.
        rid: Rid,
    },
    /// Descriptors or shadows that nobody let go of.
    #[error("{count} {what} left at {side}")]
    Leak {
        /// Which half.
        side: &'static str,
        /// What.
        what: &'static str,
        /// How many.
        count: usize,
    },
    /// A queue grew beyond its bound.
    #[error("{what} at {side} grew to {size}")]
    Unbounded {
        /// Which half.
        side: &'static str,
        /// Which queue.
        what: &'static str,
        /// Entries or bytes.
        size: usize,
    },
    /// Jobs that may run at the same time use the same bytes.
    #[error("two jobs use the same bytes of {0}")]
    Overlap(Rid),
    /// The engine's own check.
    #[error("invariant at {0}: {1}")]
    Invariant(&'static str, &'static str),
    /// A connection ended in a way that nothing called for.
    #[error("{side} ended with {outcome:?}")]
    Ended {
        /// Which half.
        side: &'static str,
        /// How.
        outcome: Option<Outcome>,
    },
    /// A fault that nothing called for.
    #[error("{0}: {1}")]
    Fault(&'static str, Fault),
    /// Effects after the last one.
    #[error("{0} goes on after the end")]
    Undead(&'static str),
    /// A compositor shows other pictures than it would without the proxy.
    #[error("rest {rest}: {pixels} pixels of {what} are wrong")]
    Picture {
        /// Which rest of the script.
        rest: usize,
        /// Which canvas.
        what: String,
        /// How many pixels.
        pixels: usize,
    },
    /// A compositor shows other windows than it would without the proxy.
    #[error("rest {rest}: windows are {got} instead of {expected}")]
    Windows {
        /// Which rest of the script.
        rest: usize,
        /// What is there.
        got: String,
        /// What should be.
        expected: String,
    },
    /// A client that keeps the rules was told off.
    #[error("the compositor refuses {object}: {text}")]
    Refused {
        /// The interface.
        object: &'static str,
        /// What it said.
        text: String,
    },
    /// Something came that was not owed, or twice.
    #[error("{0} that was not owed, of object {1}")]
    Duty(&'static str, u32),
    /// A client waits for something that does not come.
    #[error("action {at} waits for {what}")]
    Stuck {
        /// Which action of the script.
        at: usize,
        /// For what.
        what: &'static str,
    },
    /// A session does to its streams what it must not.
    #[error("{end} {what}")]
    Carried {
        /// Which end.
        end: &'static str,
        /// What it does.
        what: &'static str,
    },
    /// A session refuses what an honest one said.
    #[error("{end}: {error}")]
    Session {
        /// Which end.
        end: &'static str,
        /// What it says.
        error: SessionError,
    },
    /// Things keep moving without end.
    #[error("the world does not come to rest")]
    Restless,
    /// The code under test panicked.
    #[error("panic: {0}")]
    Panic(String),
}

impl Problem {
    /// What a caught panic says.
    pub(super) fn of_panic(panic: &(dyn std::any::Any + Send)) -> Self {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("?");
        Self::Panic(text.to_owned())
    }
}
