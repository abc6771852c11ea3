//! Writes messages.
//!
//! Does not know signatures: whoever builds a message knows what it looks like. Invariant: the result is padded to
//! words and its header says its length.

use super::super::fixed::Fixed;
use super::super::id::ObjectId;
use super::{Form, Header, MAX_FDS, MAX_MESSAGE, MAX_OPCODE, WireError};

/// A message in the making. Fd arguments are skipped here and counted in [`Builder::finish`].
#[derive(Clone, Debug)]
pub struct Builder {
    object: ObjectId,
    opcode: u16,
    bytes: Vec<u8>,
}

impl Builder {
    /// Starts a message from or to `object`.
    pub fn new(object: ObjectId, opcode: u16) -> Self {
        let mut bytes = Vec::with_capacity(32);
        bytes.resize(Header::SIZE, 0);
        Self { object, opcode, bytes }
    }

    /// Appends a signed word.
    #[must_use]
    pub fn int(self, value: i32) -> Self {
        self.uint(value as u32)
    }

    /// Appends an unsigned word.
    #[must_use]
    pub fn uint(mut self, value: u32) -> Self {
        self.bytes.extend_from_slice(&value.to_le_bytes());
        self
    }

    /// Appends a fixed-point number.
    #[must_use]
    pub fn fixed(self, value: Fixed) -> Self {
        self.int(value.0)
    }

    /// Appends the id of an existing object, or null.
    #[must_use]
    pub fn object(self, id: ObjectId) -> Self {
        self.uint(id.0)
    }

    /// Appends the id of a new object. For the untyped form, call `str`, `uint` and this.
    #[must_use]
    pub fn new_id(self, id: ObjectId) -> Self {
        self.uint(id.0)
    }

    /// Appends a string; the NUL is added here.
    #[must_use]
    pub fn str(self, text: &[u8]) -> Self {
        self.counted(text, true)
    }

    /// Appends a null string.
    #[must_use]
    pub fn null_str(self) -> Self {
        self.uint(0)
    }

    /// Appends an array.
    #[must_use]
    pub fn array(self, bytes: &[u8]) -> Self {
        self.counted(bytes, false)
    }

    fn counted(self, bytes: &[u8], terminated: bool) -> Self {
        // Whatever does not fit a message is refused by `finish`; do not copy it before that.
        let kept = bytes.get(..MAX_MESSAGE).unwrap_or(bytes);
        let mut grown = self.uint((kept.len() + usize::from(terminated)) as u32);
        grown.bytes.extend_from_slice(kept);
        if terminated {
            grown.bytes.push(0);
        }
        let padded = grown.bytes.len().next_multiple_of(4);
        grown.bytes.resize(padded, 0);
        grown
    }

    /// The message. `fds` is the number of fds that belong to it, used by [`Form::Channel`] only.
    ///
    /// Fails with [`WireError::TooLong`], [`WireError::Opcode`] or [`WireError::Fds`].
    pub fn finish(mut self, form: Form, fds: u8) -> Result<Vec<u8>, WireError> {
        let len = self.bytes.len();
        if len > MAX_MESSAGE {
            return Err(WireError::TooLong);
        }
        if self.opcode > MAX_OPCODE {
            return Err(WireError::Opcode);
        }
        if fds > MAX_FDS {
            return Err(WireError::Fds);
        }
        let header = Header { object: self.object, opcode: self.opcode, fds, len };
        if let Some(start) = self.bytes.first_chunk_mut() {
            *start = header.write(form);
        }
        Ok(self.bytes)
    }
}
