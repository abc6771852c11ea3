//! Cuts a stream of bytes into messages.
//!
//! Not a parser of arguments and not a queue of fds. Invariant: the bytes given out, in order, are exactly the bytes
//! put in; after `next` has said `None`, less than one message is kept.

#[cfg(test)]
mod tests;

use bytes::{Bytes, BytesMut};

use super::message::{Form, Header, WireError};

/// Reassembles messages from pieces of any size.
///
/// Call [`Stream::next`] until it gives `None` after each [`Stream::push`]; then at most 65531 bytes stay here.
#[derive(Debug)]
pub struct Stream {
    form: Form,
    bytes: BytesMut,
}

impl Stream {
    /// An empty stream of this form.
    pub fn new(form: Form) -> Self {
        Self { form, bytes: BytesMut::new() }
    }

    /// Appends received bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole message, header included, or `None` until more bytes come. An error stays: the stream has no
    /// later point at which a message would certainly start.
    // Not an iterator: an error is not an item among others.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Result<Option<(Header, Bytes)>, WireError> {
        let Some((header, message, _)) = split_first(&self.bytes, self.form)? else { return Ok(None) };
        let len = message.len();
        Ok(Some((header, self.bytes.split_to(len).freeze())))
    }

    /// Whether no bytes wait here.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Bytes that wait here.
    pub fn pending_len(&self) -> usize {
        self.bytes.len()
    }
}

/// Splits the first message off `bytes`: header, whole message (header included), rest. `None` when it is not
/// complete. Allocates nothing.
#[allow(clippy::type_complexity)]
pub fn split_first(bytes: &[u8], form: Form) -> Result<Option<(Header, &[u8], &[u8])>, WireError> {
    if bytes.len() < Header::SIZE {
        return Ok(None);
    }
    let header = Header::parse(bytes, form)?;
    Ok(bytes.split_at_checked(header.len).map(|(message, rest)| (header, message, rest)))
}
