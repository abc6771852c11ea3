//! Messages: header, argument list, builder.
//!
//! Not a stream (see [`stream`](super::stream)) and not file descriptors. Invariant: reading looks at no byte
//! outside the message, and what [`Builder`] writes, [`Args`] reads back unchanged.

mod args;
mod builder;
#[cfg(test)]
mod tests;

pub use args::{Arg, Args, NewId};
pub use builder::Builder;

use super::id::ObjectId;

/// Longest message: the length field has 16 bits and lengths are multiples of four.
pub const MAX_MESSAGE: usize = 65532;
/// Longest argument list (`WL_CLOSURE_MAX_ARGS` of libwayland); the tables keep it.
pub const MAX_ARGS: usize = 20;
/// Most fds that the channel form can attach to one message.
pub const MAX_FDS: u8 = 31;
/// Highest opcode that the channel form can carry.
pub const MAX_OPCODE: u16 = 2047;

/// Which of the two header layouts the bytes have.
#[derive(Copy, Clone, Debug, Eq, PartialEq, Hash)]
pub enum Form {
    /// Between a program and us: `length << 16 | opcode`.
    Program,
    /// Between the two halves: `length << 16 | fds << 11 | opcode`.
    Channel,
}

/// The first two words of a message.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub struct Header {
    /// The object that is spoken to, or that speaks.
    pub object: ObjectId,
    /// Which of its messages; at most [`MAX_OPCODE`].
    pub opcode: u16,
    /// Fds that belong to the message; always zero in [`Form::Program`], where nobody says.
    pub fds: u8,
    /// Bytes of the whole message, this header included.
    pub len: usize,
}

/// Why bytes are not a Wayland message, or not the expected one.
#[derive(Copy, Clone, Debug, Eq, PartialEq, Hash, thiserror::Error)]
pub enum WireError {
    /// The length field is below 8 or not a multiple of four.
    #[error("message length below 8 or not a multiple of 4")]
    Length,
    /// The opcode does not fit into the eleven bits that the channel has for it.
    #[error("opcode above 2047")]
    Opcode,
    /// The message ends before its arguments do.
    #[error("message ends before its arguments")]
    Truncated,
    /// Null where the signature forbids it.
    #[error("null argument where none is allowed")]
    Null,
    /// A string without the NUL at its end.
    #[error("string without terminator")]
    Terminator,
    /// The length of a string or array points past the end of the message.
    #[error("string or array longer than its message")]
    ArrayLength,
    /// The reader asked for another kind of argument than the signature has there.
    #[error("argument is of another kind")]
    Kind,
    /// The reader asked for an argument that the signature does not have.
    #[error("no such argument")]
    Index,
    /// The built message is longer than [`MAX_MESSAGE`].
    #[error("message longer than 65532 bytes")]
    TooLong,
    /// More fds than the channel form can say.
    #[error("more than 31 fds with one message")]
    Fds,
}

impl Header {
    /// Bytes of a header.
    pub const SIZE: usize = 8;

    /// Reads the header at the start of `bytes`, which may be shorter or longer than the message.
    pub fn parse(bytes: &[u8], form: Form) -> Result<Self, WireError> {
        let object = ObjectId(word(bytes, 0)?);
        let second = word(bytes, 4)?;
        let len = (second >> 16) as usize;
        let low = (second & 0xffff) as u16;
        if len < Self::SIZE || len % 4 != 0 || len > MAX_MESSAGE {
            return Err(WireError::Length);
        }
        let (opcode, fds) = match form {
            // Without this check the high bits would become an fd count on the channel.
            Form::Program if low > MAX_OPCODE => return Err(WireError::Opcode),
            Form::Program => (low, 0),
            Form::Channel => (low & MAX_OPCODE, (low >> 11) as u8),
        };
        Ok(Self { object, opcode, fds, len })
    }

    /// The header as bytes. Values out of range are cut to their fields.
    pub fn write(self, form: Form) -> [u8; Self::SIZE] {
        let tag = match form {
            Form::Program => 0,
            Form::Channel => u32::from(self.fds & MAX_FDS) << 11,
        };
        let second = ((self.len as u32) << 16) | tag | u32::from(self.opcode & MAX_OPCODE);
        let mut bytes = [0; Self::SIZE];
        bytes[..4].copy_from_slice(&self.object.0.to_le_bytes());
        bytes[4..].copy_from_slice(&second.to_le_bytes());
        bytes
    }
}

/// The little-endian word at this offset.
fn word(bytes: &[u8], offset: usize) -> Result<u32, WireError> {
    let field: &[u8; 4] = bytes.get(offset..).and_then(<[u8]>::first_chunk).ok_or(WireError::Truncated)?;
    Ok(u32::from_le_bytes(*field))
}

/// A valid message of this signature with `text` in every string and array, for tests all over the crate.
#[cfg(test)]
pub(crate) fn sample(
    signature: &super::interface::Signature,
    object: ObjectId,
    opcode: u16,
    text: &[u8],
) -> Vec<u8> {
    use super::interface::ArgKind;
    let build = Builder::new(object, opcode);
    let build = signature.args.iter().fold(build, |it, kind| match kind {
        ArgKind::Int => it.int(-1),
        ArgKind::Uint => it.uint(1),
        ArgKind::Fixed => it.fixed(super::fixed::Fixed(1)),
        ArgKind::Str { .. } => it.str(text),
        ArgKind::Object { .. } => it.object(ObjectId(1)),
        ArgKind::NewId(Some(_)) => it.new_id(ObjectId(2)),
        ArgKind::NewId(None) => it.str(text).uint(1).new_id(ObjectId(2)),
        ArgKind::Array => it.array(text),
        ArgKind::Fd => it,
    });
    build.finish(Form::Program, 0).unwrap_or_default()
}
