//! The bytes of a link: frames with a header of eight bytes, and the hello before them.
//!
//! Form of a frame: kind (1 byte), length of what follows the header (3 bytes), stream or another number (4 bytes), all
//! little endian.
//! Not their meaning: see [`super::Session`]. Invariant: a length is checked before anything is kept, so a peer's word
//! costs at most one frame of memory.

use bytes::{Buf, BufMut, Bytes, BytesMut};

use super::SessionError;

/// Bytes of a header.
pub const HEADER: usize = 8;

/// The most bytes of a stream in one frame: what a small message may have to wait for.
pub const CHUNK: usize = 16 << 10;

/// The longest content that is taken from a peer.
const LENGTH_MAX: usize = 64 << 10;

/// First bytes that the near end sends.
pub const FROM_NEAR: &[u8; 8] = b"farway>1";

/// First bytes that the far end sends.
pub const FROM_FAR: &[u8; 8] = b"farway<1";

/// One frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// The next bytes of a stream.
    Data(u32, Bytes),
    /// No bytes will follow.
    Finish(u32),
    /// So much of a stream was received, and it may be sent up to this limit.
    Credit {
        /// The stream.
        stream: u32,
        /// Bytes received since the stream began; its end counts as one more.
        received: u64,
        /// Bytes that may be sent since the stream began.
        limit: u64,
    },
    /// To be answered at once.
    Ping(u64),
    /// The answer.
    Pong(u64),
    /// So much has come over this link: bytes of all [`Frame::Data`] and [`Frame::Filler`] since it began, headers
    /// included.
    Arrived {
        /// How long ago the last of them came, in microseconds.
        delay: u32,
        /// Bytes.
        received: u64,
        /// When the last of them came, in nanoseconds of any clock of the receiver's that does not go back.
        at: u64,
    },
    /// Bytes that mean nothing, to see how quickly they arrive.
    Filler(Bytes),
    /// A kind of a later version; it is skipped.
    Unknown,
}

const DATA: u8 = 1;
const FINISH: u8 = 2;
const CREDIT: u8 = 3;
const PING: u8 = 4;
const PONG: u8 = 5;
const ARRIVED: u8 = 6;
const FILLER: u8 = 7;

/// The header of a data frame whose bytes follow.
pub fn data_header(stream: u32, length: usize) -> [u8; HEADER] {
    header(DATA, stream, length)
}

fn header(kind: u8, stream: u32, length: usize) -> [u8; HEADER] {
    let mut bytes = [0; HEADER];
    bytes[..4].copy_from_slice(&(length as u32).to_le_bytes());
    bytes.copy_within(0..3, 1);
    bytes[0] = kind;
    bytes[4..].copy_from_slice(&stream.to_le_bytes());
    bytes
}

impl Frame {
    /// Appends the frame.
    pub fn put(&self, out: &mut BytesMut) {
        match self {
            Self::Data(stream, bytes) => {
                out.put_slice(&data_header(*stream, bytes.len()));
                out.put_slice(bytes);
            }
            Self::Finish(stream) => out.put_slice(&header(FINISH, *stream, 0)),
            Self::Credit { stream, received, limit } => {
                out.put_slice(&header(CREDIT, *stream, 16));
                out.put_u64_le(*received);
                out.put_u64_le(*limit);
            }
            Self::Ping(token) => put_token(out, PING, *token),
            Self::Pong(token) => put_token(out, PONG, *token),
            Self::Arrived { delay, received, at } => {
                out.put_slice(&header(ARRIVED, *delay, 16));
                out.put_u64_le(*received);
                out.put_u64_le(*at);
            }
            Self::Filler(bytes) => {
                out.put_slice(&header(FILLER, 0, bytes.len()));
                out.put_slice(bytes);
            }
            Self::Unknown => {}
        }
    }

    /// How much of what [`Self::Arrived`] counts it is.
    pub fn counted(&self) -> Option<u64> {
        match self {
            Self::Data(_, bytes) | Self::Filler(bytes) => Some((HEADER + bytes.len()) as u64),
            _ => None,
        }
    }

    /// Takes the next whole frame off the front of `input`; `None` if it is not whole yet.
    ///
    /// # Errors
    /// [`SessionError::Length`].
    pub fn take(input: &mut BytesMut) -> Result<Option<Self>, SessionError> {
        let Some(head) = input.get(..HEADER) else { return Ok(None) };
        let kind = head[0];
        let length = usize::from(head[1]) | usize::from(head[2]) << 8 | usize::from(head[3]) << 16;
        let stream = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        let fits = match kind {
            DATA | FILLER => (1..=LENGTH_MAX).contains(&length),
            FINISH => length == 0,
            CREDIT | ARRIVED => length == 16,
            PING | PONG => length == 8,
            _ => length <= LENGTH_MAX,
        };
        if !fits {
            return Err(SessionError::Length { kind, length });
        }
        if input.len() < HEADER + length {
            return Ok(None);
        }
        input.advance(HEADER);
        let mut content = input.split_to(length).freeze();
        Ok(Some(match kind {
            DATA => Self::Data(stream, content),
            FILLER => Self::Filler(content),
            FINISH => Self::Finish(stream),
            CREDIT => Self::Credit { stream, received: content.get_u64_le(), limit: content.get_u64_le() },
            PING => Self::Ping(content.get_u64_le()),
            PONG => Self::Pong(content.get_u64_le()),
            ARRIVED => {
                Self::Arrived { delay: stream, received: content.get_u64_le(), at: content.get_u64_le() }
            }
            _ => Self::Unknown,
        }))
    }
}

fn put_token(out: &mut BytesMut, kind: u8, token: u64) {
    out.put_slice(&header(kind, 0, 8));
    out.put_u64_le(token);
}

/// Appends a hello or an answer: the magic, the length, the words.
pub fn put_words(out: &mut BytesMut, magic: &[u8; 8], words: &[u8]) {
    out.put_slice(magic);
    out.put_u32_le(words.len() as u32);
    out.put_slice(words);
}

/// The words behind a magic, once they are whole. `input` begins behind the magic.
///
/// # Errors
/// [`SessionError::Length`] if they are longer than [`super::words::WORDS_MAX`].
pub fn take_words(input: &mut BytesMut) -> Result<Option<Bytes>, SessionError> {
    let Some(head) = input.get(..4) else { return Ok(None) };
    let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize;
    if length > super::words::WORDS_MAX {
        return Err(SessionError::Length { kind: 0, length });
    }
    if input.len() < 4 + length {
        return Ok(None);
    }
    input.advance(4);
    Ok(Some(input.split_to(length).freeze()))
}
