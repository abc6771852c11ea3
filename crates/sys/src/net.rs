//! Streams between programs and machines: local sockets with descriptors, listeners, vsock, and any other byte pipe.

pub mod listener;
pub mod scm;
pub mod socket;
pub mod stream;
pub mod vsock;

/// What one receiving call brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// So many bytes were appended; at least one.
    Bytes(usize),
    /// Nothing is there now; wait until the descriptor is readable.
    Empty,
    /// The other end is gone: end of file, a reset, or a broken pipe. Nothing will follow.
    Closed,
}

/// What one sending call achieved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// So many bytes were taken, perhaps fewer than offered.
    Bytes(usize),
    /// Nothing fits now; wait until the descriptor is writable.
    Full,
    /// The other end is gone; nothing can be delivered any more.
    Closed,
}

pub use listener::{
    ListenError, UnixListening, connect_abstract, connect_unix, connect_unix_now, listen_abstract,
    listen_unix,
};
pub use scm::{Flush, Outbox};
pub use socket::{RecvError, Socket};
pub use stream::ByteStream;
pub use vsock::{VsockAddr, VsockListening, VsockParseError};
