//! The signatures of all interfaces that farway knows, built from `protocols/*.wl`.
//!
//! Not the meaning of messages: handlers know that. Invariant: the table is sorted by name, `index` is the position
//! in it, and message ids run densely from zero to [`MESSAGE_COUNT`].

#[cfg(test)]
mod tests;

/// One interface: a name and its messages.
#[derive(Debug)]
pub struct Interface {
    /// Name, such as `wl_surface`.
    pub name: &'static str,
    /// Highest version described. A newer one may have more messages at the end of both lists.
    pub version: u32,
    /// Requests (application to compositor); the position is the opcode.
    pub requests: &'static [Signature],
    /// Events (compositor to application); the position is the opcode.
    pub events: &'static [Signature],
    /// Position in [`all`].
    pub index: u16,
}

/// The shape of one message.
#[derive(Debug)]
pub struct Signature {
    /// Name, such as `attach`.
    pub name: &'static str,
    /// First interface version that has it.
    pub since: u32,
    /// The object dies with this message.
    pub destructor: bool,
    /// Argument kinds in wire order, at most [`MAX_ARGS`](super::MAX_ARGS).
    pub args: &'static [ArgKind],
    /// Unique over all messages of all interfaces and below [`MESSAGE_COUNT`]: an index for dispatch tables.
    pub id: u16,
    /// Number of [`ArgKind::Fd`] arguments.
    pub fds: u8,
    /// Has at least one [`ArgKind::NewId`].
    pub new_ids: bool,
    /// Has a string, an array or an untyped new id: the length is not fixed.
    pub variable: bool,
}

/// What an argument is on the wire.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub enum ArgKind {
    /// Signed word.
    Int,
    /// Unsigned word.
    Uint,
    /// Signed word with 8 fraction bits.
    Fixed,
    /// Length, bytes, NUL, padding. Length zero is null.
    Str {
        /// Null is allowed.
        nullable: bool,
    },
    /// Id of an existing object.
    Object {
        /// Null is allowed.
        nullable: bool,
    },
    /// Id of an object that this message creates. `None`: the message carries the interface's name and version too.
    NewId(Option<&'static Interface>),
    /// Length, bytes, padding.
    Array,
    /// A file descriptor: no bytes on the wire, travels beside them.
    Fd,
}

/// Direction of a message.
#[derive(Copy, Clone, Debug, Eq, PartialEq, Hash)]
pub enum Way {
    /// Application to compositor.
    Request,
    /// Compositor to application.
    Event,
}

/// Interfaces are the same when they are the same entry of the table.
impl PartialEq for Interface {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index
    }
}

impl Eq for Interface {}

impl Interface {
    /// The messages of one direction, in opcode order.
    pub const fn messages(&self, way: Way) -> &'static [Signature] {
        match way {
            Way::Request => self.requests,
            Way::Event => self.events,
        }
    }

    /// The message with this opcode; `None` when the interface is newer than the table.
    pub fn message(&self, way: Way, opcode: u16) -> Option<&'static Signature> {
        self.messages(way).get(usize::from(opcode))
    }

    /// Opcode and signature of the message with this name.
    pub fn find(&self, way: Way, name: &str) -> Option<(u16, &'static Signature)> {
        let position = self.messages(way).iter().position(|message| message.name == name)?;
        let opcode = u16::try_from(position).ok()?;
        Some((opcode, self.messages(way).get(position)?))
    }
}

/// The interface with this name, by binary search.
pub fn by_name(name: &[u8]) -> Option<&'static Interface> {
    let position = TABLE.binary_search_by(|interface| interface.name.as_bytes().cmp(name)).ok()?;
    TABLE.get(position)
}

/// All interfaces, sorted by name.
pub fn all() -> &'static [Interface] {
    &TABLE
}

include!(concat!(env!("OUT_DIR"), "/tables.rs"));
