//! Stream 0: openings, resets and messages, as records in one ordered stream of its own, so that they survive the
//! loss of a link like every other byte.
//!
//! Form: kind (1 byte), length (4 bytes), content. Unknown kinds are skipped. Invariant: no more of a record is kept
//! than its checked length.

use bytes::{Buf, BufMut, Bytes, BytesMut};

use super::words::{Message, WORDS_MAX};
use super::{Kind, SessionError};

/// One record.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// A new stream.
    Open(u32, Kind),
    /// A stream is given up; the number says why and is for people who debug.
    Reset(u32, u32),
    /// See [`Message`].
    Message(Message),
}

const OPEN: u8 = 1;
const RESET: u8 = 2;
const MESSAGE: u8 = 3;
const HEADER: usize = 5;

impl Kind {
    fn code(self) -> u8 {
        match self {
            Self::Wayland => 1,
            Self::Stdin => 2,
            Self::Stdout => 3,
            Self::Stderr => 4,
            Self::Terminal => 5,
            Self::Other(code) => code,
        }
    }

    fn of(code: u8) -> Self {
        let known = [Self::Wayland, Self::Stdin, Self::Stdout, Self::Stderr, Self::Terminal];
        known.into_iter().find(|kind| kind.code() == code).unwrap_or(Self::Other(code))
    }
}

impl Record {
    /// The record's bytes.
    pub fn to_bytes(&self) -> Bytes {
        let mut content = BytesMut::new();
        let kind = match self {
            Self::Open(stream, kind) => {
                content.put_u32_le(*stream);
                content.put_u8(kind.code());
                OPEN
            }
            Self::Reset(stream, why) => {
                content.put_u32_le(*stream);
                content.put_u32_le(*why);
                RESET
            }
            Self::Message(message) => {
                // Values of these types always have a JSON form.
                content.put_slice(&serde_json::to_vec(message).unwrap_or_default());
                MESSAGE
            }
        };
        let mut bytes = BytesMut::with_capacity(HEADER + content.len());
        bytes.put_u8(kind);
        bytes.put_u32_le(content.len() as u32);
        bytes.unsplit(content);
        bytes.freeze()
    }

    /// Takes the next known record off the front of `input`; `None` if none is whole.
    ///
    /// # Errors
    /// A length or content that cannot be.
    pub fn take(input: &mut BytesMut) -> Result<Option<Self>, SessionError> {
        loop {
            let Some(head) = input.get(..HEADER) else { return Ok(None) };
            let kind = head[0];
            let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize;
            let least = match kind {
                OPEN => 5,
                RESET => 8,
                _ => 0,
            };
            if length > WORDS_MAX || length < least {
                return Err(SessionError::Length { kind, length });
            }
            if input.len() < HEADER + length {
                return Ok(None);
            }
            input.advance(HEADER);
            let mut content = input.split_to(length).freeze();
            return Ok(Some(match kind {
                OPEN => Self::Open(content.get_u32_le(), Kind::of(content.get_u8())),
                RESET => Self::Reset(content.get_u32_le(), content.get_u32_le()),
                MESSAGE => match serde_json::from_slice(&content) {
                    Ok(message) => Self::Message(message),
                    // A message with content that this version does not know. It is JSON, or the peer is lost.
                    Err(_) if serde_json::from_slice::<serde::de::IgnoredAny>(&content).is_ok() => continue,
                    Err(_) => return Err(SessionError::Words),
                },
                _ => continue,
            }));
        }
    }
}
