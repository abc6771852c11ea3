//! The Wayland wire: object ids, messages, argument lists and the signatures of all known interfaces.
//!
//! Not here: which objects exist, what a message means, and file descriptors themselves (a signature only says how
//! many belong to a message). Invariant: nothing in this module panics, blocks or allocates without bound,
//! whatever bytes it is given.
//!
//! Words on the wire are little-endian, as on every platform farway runs on.

pub mod fixed;
pub mod id;
pub mod interface;
pub mod message;
pub mod stream;
pub mod text;

pub use fixed::Fixed;
pub use id::ObjectId;
pub use interface::{ArgKind, Interface, MESSAGE_COUNT, Signature, Way, all, by_name};
pub use message::{
    Arg, Args, Builder, Form, Header, MAX_ARGS, MAX_FDS, MAX_MESSAGE, MAX_OPCODE, NewId, WireError,
};
pub use stream::{Stream, split_first};
pub use text::{Line, MAX_LINE, escape};
