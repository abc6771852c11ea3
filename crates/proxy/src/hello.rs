//! The first bytes of a channel, on the display's side: the header is read, and either a connection is made of
//! it or its sender is told why not. The other side's share is one write (see [`crate::roles`]).
//!
//! Invariant: nothing is connected to the compositor before the header was accepted.

use std::io;
use std::time::Duration;

use farway_proto::channel::{ChannelError, Deframer, Frame, Greeting};
use farway_proto::engine::fault::error_event;
use farway_proto::wayland::Form;
use farway_sys::clock;
use farway_sys::event::{Interest, PollSet, WakeReceiver};
use farway_sys::net::{ByteStream, Received};

/// How long the header may take. It is the first thing that the other half writes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why a channel does not become a connection.
#[derive(Debug, thiserror::Error)]
pub enum HelloError {
    /// The stream ended before the header was complete.
    #[error("the other half closed the channel before its first 16 bytes")]
    Closed,
    /// It took too long.
    #[error("the other half did not say anything for {} seconds", PATIENCE.as_secs())]
    Silent,
    /// Not a header, or not one for us.
    #[error("{0}")]
    Header(#[from] ChannelError),
    /// A C waypipe wants to go on with an earlier connection, which nobody here has.
    #[error("the other half wants to resume a connection that is not here")]
    Update,
    /// The system says no.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Reads the header; bytes behind it stay in the deframer.
///
/// # Errors
/// See [`HelloError`]; where it helps, the sender was told.
pub fn read_greeting(
    channel: &ByteStream,
    woken: &WakeReceiver,
    is_stopping: impl Fn() -> bool,
) -> Result<(Greeting, Deframer), HelloError> {
    let mut deframer = Deframer::new();
    let until = clock::monotonic() + PATIENCE.as_nanos() as u64;
    let mut polls = PollSet::new();
    while deframer.buffer().len() < Greeting::SIZE {
        let left = until.saturating_sub(clock::monotonic());
        if left == 0 {
            return Err(HelloError::Silent);
        }
        if is_stopping() {
            return Err(HelloError::Closed);
        }
        polls.clear();
        polls.add(channel.read_fd(), Interest { readable: true, writable: false });
        polls.add(std::os::fd::AsFd::as_fd(woken), Interest { readable: true, writable: false });
        polls.wait(Some(Duration::from_nanos(left)))?;
        woken.drain();
        if channel.recv(deframer.buffer(), 64 << 10)? == Received::Closed {
            return Err(HelloError::Closed);
        }
    }
    let first = deframer.buffer().split_to(Greeting::SIZE);
    let mut bytes = [0; Greeting::SIZE];
    bytes.copy_from_slice(&first);
    let greeting = Greeting::parse(&bytes);
    let result = match greeting {
        Ok(greeting) if greeting.update => Err(HelloError::Update),
        Ok(greeting) => return Ok((greeting, deframer)),
        Err(error) => Err(error.into()),
    };
    if let Err(error) = &result {
        refuse(channel, &format!("farway, display side: connection refused: {error}"));
    }
    result
}

/// Tells the application why, through a half that has done nothing else yet, and says goodbye.
pub fn refuse(channel: &ByteStream, why: &str) {
    let mut bytes = bytes::BytesMut::new();
    Frame::Protocol(error_event(why, Form::Channel)).put(&mut bytes);
    Frame::Close(0).put(&mut bytes);
    // The stream is fresh, so a few hundred bytes fit.
    let _ = channel.send(&[io::IoSlice::new(&bytes)]);
}
