//! Argument lists of received messages.
//!
//! Not an owner: everything borrows the message. Invariant: an `Args` exists only for a body that satisfies its
//! signature, so later access can fail only by asking for the wrong index or kind.

use super::super::fixed::Fixed;
use super::super::id::ObjectId;
use super::super::interface::{ArgKind, Interface, Signature, by_name};
use super::{MAX_ARGS, WireError, word};

/// The parsed arguments of one message. Parsing and access allocate nothing.
#[derive(Copy, Clone, Debug)]
pub struct Args<'a> {
    signature: &'static Signature,
    body: &'a [u8],
    /// Where each argument starts in the body, in words: a body has less than 2^14 of them.
    starts: [u16; MAX_ARGS],
}

/// One argument.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub enum Arg<'a> {
    /// Signed word.
    Int(i32),
    /// Unsigned word.
    Uint(u32),
    /// Fixed-point number.
    Fixed(Fixed),
    /// String without its NUL, or null. Any bytes but expected to be UTF-8.
    Str(Option<&'a [u8]>),
    /// Existing object, or null.
    Object(ObjectId),
    /// Object that this message creates.
    NewId(NewId<'a>),
    /// Bytes.
    Array(&'a [u8]),
    /// A file descriptor, which is not in the bytes.
    Fd,
}

/// The object that a message creates.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub struct NewId<'a> {
    /// Its id, never null.
    pub id: ObjectId,
    /// Its interface, if the tables have it.
    pub interface: Option<&'static Interface>,
    /// Interface name and version, when the message carries them (`wl_registry.bind`).
    pub named: Option<(&'a [u8], u32)>,
}

impl<'a> Args<'a> {
    /// Checks `body` (the message without its header) against a signature. Surplus bytes at the end are tolerated,
    /// as libwayland does.
    pub fn parse(signature: &'static Signature, body: &'a [u8]) -> Result<Self, WireError> {
        let mut starts = [0; MAX_ARGS];
        let mut offset = 0;
        if signature.args.len() > MAX_ARGS || body.len() > super::MAX_MESSAGE {
            return Err(WireError::TooLong);
        }
        for (kind, start) in signature.args.iter().zip(&mut starts) {
            *start = (offset / 4) as u16;
            (_, offset) = read(*kind, body, offset)?;
        }
        Ok(Self { signature, body, starts })
    }

    /// The signature that the body satisfies.
    pub fn signature(&self) -> &'static Signature {
        self.signature
    }

    /// Number of arguments, fds included.
    pub fn len(&self) -> usize {
        self.signature.args.len()
    }

    /// Whether the message has no arguments.
    pub fn is_empty(&self) -> bool {
        self.signature.args.is_empty()
    }

    /// The argument at this position; fds take a position too.
    pub fn get(&self, index: usize) -> Result<Arg<'a>, WireError> {
        let kind = self.signature.args.get(index).ok_or(WireError::Index)?;
        let start = self.starts.get(index).ok_or(WireError::Index)?;
        Ok(read(*kind, self.body, usize::from(*start) * 4)?.0)
    }

    /// A signed word.
    pub fn int(&self, index: usize) -> Result<i32, WireError> {
        if let Arg::Int(value) = self.get(index)? { Ok(value) } else { Err(WireError::Kind) }
    }

    /// An unsigned word.
    pub fn uint(&self, index: usize) -> Result<u32, WireError> {
        if let Arg::Uint(value) = self.get(index)? { Ok(value) } else { Err(WireError::Kind) }
    }

    /// A fixed-point number.
    pub fn fixed(&self, index: usize) -> Result<Fixed, WireError> {
        if let Arg::Fixed(value) = self.get(index)? { Ok(value) } else { Err(WireError::Kind) }
    }

    /// An existing object, or null where the signature allows it.
    pub fn object(&self, index: usize) -> Result<ObjectId, WireError> {
        if let Arg::Object(value) = self.get(index)? { Ok(value) } else { Err(WireError::Kind) }
    }

    /// An object that the message creates.
    pub fn new_id(&self, index: usize) -> Result<NewId<'a>, WireError> {
        if let Arg::NewId(value) = self.get(index)? { Ok(value) } else { Err(WireError::Kind) }
    }

    /// A string without its NUL, or null where the signature allows it.
    pub fn str(&self, index: usize) -> Result<Option<&'a [u8]>, WireError> {
        if let Arg::Str(value) = self.get(index)? { Ok(value) } else { Err(WireError::Kind) }
    }

    /// The bytes of an array.
    pub fn array(&self, index: usize) -> Result<&'a [u8], WireError> {
        if let Arg::Array(value) = self.get(index)? { Ok(value) } else { Err(WireError::Kind) }
    }

    /// All arguments in order.
    pub fn iter(&self) -> impl Iterator<Item = Arg<'a>> + use<'a> {
        let args = *self;
        (0..args.len()).map_while(move |index| args.get(index).ok())
    }
}

/// Reads the argument of this kind at `offset`; also says where the next one starts.
fn read(kind: ArgKind, body: &[u8], offset: usize) -> Result<(Arg<'_>, usize), WireError> {
    let next = offset + 4;
    let arg = match kind {
        ArgKind::Fd => return Ok((Arg::Fd, offset)),
        ArgKind::Int => Arg::Int(word(body, offset)? as i32),
        ArgKind::Uint => Arg::Uint(word(body, offset)?),
        ArgKind::Fixed => Arg::Fixed(Fixed(word(body, offset)? as i32)),
        ArgKind::Object { nullable } => {
            let id = ObjectId(word(body, offset)?);
            if id.is_null() && !nullable {
                return Err(WireError::Null);
            }
            Arg::Object(id)
        }
        ArgKind::NewId(Some(interface)) => {
            Arg::NewId(NewId { id: fresh(body, offset)?, interface: Some(interface), named: None })
        }
        ArgKind::NewId(None) => {
            let (name, offset) = string(body, offset)?;
            let name = name.ok_or(WireError::Null)?;
            let version = word(body, offset)?;
            let id = fresh(body, offset + 4)?;
            let new = NewId { id, interface: by_name(name), named: Some((name, version)) };
            return Ok((Arg::NewId(new), offset + 8));
        }
        ArgKind::Str { nullable } => {
            let (text, next) = string(body, offset)?;
            if text.is_none() && !nullable {
                return Err(WireError::Null);
            }
            return Ok((Arg::Str(text), next));
        }
        ArgKind::Array => {
            let (bytes, next) = counted(body, offset)?;
            return Ok((Arg::Array(bytes), next));
        }
    };
    Ok((arg, next))
}

/// The id of a new object: never null.
fn fresh(body: &[u8], offset: usize) -> Result<ObjectId, WireError> {
    match word(body, offset)? {
        0 => Err(WireError::Null),
        id => Ok(ObjectId(id)),
    }
}

/// A string without its NUL; length zero is null.
fn string(body: &[u8], offset: usize) -> Result<(Option<&[u8]>, usize), WireError> {
    let (bytes, next) = counted(body, offset)?;
    match bytes.split_last() {
        None => Ok((None, next)),
        Some((0, text)) => Ok((Some(text), next)),
        Some(_) => Err(WireError::Terminator),
    }
}

/// A length word, that many bytes, and padding to the next word.
fn counted(body: &[u8], offset: usize) -> Result<(&[u8], usize), WireError> {
    let length = word(body, offset)? as usize;
    let start = offset + 4;
    // Room first: lengths near 2^32 must not wrap around on 32-bit machines.
    let room = body.len() - start;
    if length > room || length.next_multiple_of(4) > room {
        return Err(WireError::ArrayLength);
    }
    let end = start + length;
    Ok((body.get(start..end).ok_or(WireError::ArrayLength)?, start + length.next_multiple_of(4)))
}
