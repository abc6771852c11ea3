//! Cuts the bytes of one direction into frames. Not the header before them (see [`super::Greeting`]).
//!
//! Invariant: the buffer holds at most one incomplete frame plus what one read appended; a length that is
//! stated but whose bytes never come costs nothing.

use bytes::{Buf, BytesMut};

use super::{ChannelError, Frame};

/// Reads frames out of a byte stream.
#[derive(Debug, Default)]
pub struct Deframer {
    buffer: BytesMut,
    /// Bytes of padding that still belong to the last frame.
    padding: usize,
}

impl Deframer {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Where the driver appends what it read.
    pub fn buffer(&mut self) -> &mut BytesMut {
        &mut self.buffer
    }

    /// Gives back memory that no incomplete frame needs.
    pub fn rest(&mut self) {
        if self.buffer.is_empty() {
            self.buffer = BytesMut::new();
        }
    }

    /// Bytes that are still missing to complete the current frame; 0 if unknown or complete. A hint for the
    /// size of the next read.
    pub fn missing(&self) -> usize {
        match self.stated() {
            Some((length, _)) => (self.padding + length).saturating_sub(self.buffer.len()),
            None => 0,
        }
    }

    /// True if no part of a frame is waiting.
    pub fn is_empty(&self) -> bool {
        self.buffer.len() <= self.padding
    }

    /// Length and type of the frame at the front, if its first word is there.
    fn stated(&self) -> Option<(usize, u8)> {
        let word = self.buffer.get(self.padding..self.padding + 4)?;
        let word = u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
        Some(((word >> 5) as usize, (word & 31) as u8))
    }

    /// The next whole frame, or `None` until more bytes come. A frame is given out before its padding came.
    ///
    /// # Errors
    /// See [`Frame::parse`]; the stream is then useless.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Result<Option<Frame>, ChannelError> {
        let skip = self.padding.min(self.buffer.len());
        self.buffer.advance(skip);
        self.padding -= skip;
        let Some((length, kind)) = self.stated() else { return Ok(None) };
        if length < 4 {
            return Err(ChannelError::Length { kind, length: length as u32 });
        }
        if kind >= super::kind::END {
            return Err(ChannelError::UnknownKind(kind));
        }
        if self.buffer.len() < length {
            return Ok(None);
        }
        let frame = self.buffer.split_to(length).freeze();
        self.padding = length.wrapping_neg() & 3;
        Frame::parse(frame).map(Some)
    }
}
