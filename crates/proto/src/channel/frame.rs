//! One message of the channel, typed (channel.md section 5). Not its meaning, and no copies: bodies are
//! [`Bytes`] that share the buffer they arrived in or the one a job made.
//!
//! Between two farways there are more kinds (see [`Capabilities`]). `COPY` names the file that changes and the file
//! that the bytes come from, which may be the same, then rectangles of six words each: where they go to, where they
//! come from, bytes of a row, rows, and the pitches of target and source. They are copied in order, each as if all of
//! it were read before any of it is written.
//!
//! Invariant: `Frame::parse` of what `Frame::head`, `body` and padding write gives the same frame.

use bytes::{BufMut, Bytes, BytesMut};

use super::{Capabilities, ChannelError, CopyRect};
use crate::ids::Rid;
use crate::wayland::ObjectId;

/// The longest frame that the 27-bit length field allows, header word included.
pub const MAX_FRAME: usize = (1 << 27) - 1;

/// The type codes.
pub mod kind {
    #![allow(missing_docs)]
    pub const PROTOCOL: u8 = 0;
    pub const INJECT_RIDS: u8 = 1;
    pub const OPEN_FILE: u8 = 2;
    pub const EXTEND_FILE: u8 = 3;
    pub const OPEN_DMABUF: u8 = 4;
    pub const BUFFER_FILL: u8 = 5;
    pub const BUFFER_DIFF: u8 = 6;
    pub const OPEN_IR_PIPE: u8 = 7;
    pub const OPEN_IW_PIPE: u8 = 8;
    pub const OPEN_RW_PIPE: u8 = 9;
    pub const PIPE_TRANSFER: u8 = 10;
    pub const PIPE_SHUTDOWN_R: u8 = 11;
    pub const PIPE_SHUTDOWN_W: u8 = 12;
    pub const ACK: u8 = 16;
    pub const RESTART: u8 = 17;
    pub const CLOSE: u8 = 18;
    pub const VERSION: u8 = 23;
    // Between two farways only, see `Capabilities`:
    pub const CAPABILITIES: u8 = 24;
    pub const AWAIT_RELEASE: u8 = 25;
    pub const COPY: u8 = 26;
    pub const PIXELS: u8 = 27;
    pub const PACKED_DIFF: u8 = 28;
    pub const HELD: u8 = 29;
    pub const HAVE: u8 = 30;
    pub const NAMED: u8 = 31;
    /// One past the last assigned code.
    pub const END: u8 = 32;
}

/// New content for a replicated buffer; the payload is still compressed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Update {
    /// Replaces the bytes `start..end` of the file.
    Fill {
        /// First byte.
        start: u32,
        /// One past the last byte.
        end: u32,
        /// `end - start` bytes once unpacked.
        payload: Bytes,
    },
    /// Replaces runs of 32-bit words, then the last bytes of the file.
    Diff {
        /// Bytes of run segments in the unpacked payload.
        diff_size: u32,
        /// Raw bytes behind them, for the file's end.
        ntrailing: u32,
        /// `diff_size + ntrailing` bytes once unpacked.
        payload: Bytes,
    },
    /// As [`Update::Diff`], but packed in a way of its own. Only for those with [`Capabilities::PIXELS`].
    Packed {
        /// How: a [`coding`].
        coding: u32,
        /// As there.
        diff_size: u32,
        /// As there.
        ntrailing: u32,
        /// As there.
        payload: Bytes,
    },
    /// Replaces rows of 32-bit pixels. Only for those with [`Capabilities::PIXELS`].
    Pixels {
        /// First byte.
        start: u32,
        /// Bytes from one row to the next.
        pitch: u32,
        /// Bytes of a row.
        row: u32,
        /// Bytes of all rows, of which the last may be short.
        total: u32,
        /// How they are transformed and packed: a [`coding`].
        coding: u32,
        /// `total` bytes once unpacked and transformed back.
        payload: Bytes,
    },
    /// Replaces all of the file by what the receiver keeps under a name. Only for those with [`Capabilities::HASHES`].
    Named {
        /// Bytes of the file.
        size: u32,
        /// A [`Name`].
        name: Bytes,
    },
    /// Copies rectangles of bytes, in order, within the file or from another one.
    Copy {
        /// Where from.
        source: Rid,
        /// [`CopyRect`]s as they cross the wire, never compressed.
        payload: Bytes,
    },
}

/// Ways to pack that an update names.
pub mod coding {
    /// Bytes as they are.
    pub const NONE: u32 = 0;
    /// A raw LZ4 block.
    pub const LZ4: u32 = 1;
    /// A Zstandard frame.
    pub const ZSTD: u32 = 2;
    /// Rows of 32-bit pixels: for every 16 rows, channels (or blue and red less green) less what their neighbours
    /// foretell, one channel after the other, then how each 16 rows were foretold, in a Zstandard frame. Only in
    /// [`Update::Pixels`](super::Update::Pixels).
    pub const PREDICTED: u32 = 3;
}

impl Update {
    /// Copies of these rectangles, from `source`.
    pub fn copy(source: Rid, rects: &[CopyRect]) -> Self {
        let mut payload = BytesMut::with_capacity(rects.len() * CopyRect::SIZE);
        rects.iter().for_each(|rect| rect.put(&mut payload));
        Self::Copy { source, payload: payload.freeze() }
    }

    /// The rectangles of a copy.
    pub fn rects(&self) -> impl Iterator<Item = CopyRect> + '_ {
        let bytes: &[u8] = match self {
            Self::Copy { payload, .. } => payload,
            _ => &[],
        };
        bytes.chunks_exact(CopyRect::SIZE).map(CopyRect::parse)
    }

    /// The file that a copy comes from.
    pub fn source(&self) -> Option<Rid> {
        match self {
            Self::Copy { source, .. } => Some(*source),
            _ => None,
        }
    }

    /// Bytes of content once it is unpacked.
    pub fn unpacked(&self) -> u64 {
        match self {
            Self::Fill { start, end, .. } => u64::from(end.saturating_sub(*start)),
            Self::Diff { diff_size, ntrailing, .. } | Self::Packed { diff_size, ntrailing, .. } => {
                u64::from(*diff_size) + u64::from(*ntrailing)
            }
            Self::Pixels { total, .. } => u64::from(*total),
            Self::Named { size, .. } => u64::from(*size),
            Self::Copy { .. } => self.rects().fold(0, |sum, rect| sum.saturating_add(rect.bytes())),
        }
    }

    /// The payload as it crosses the wire.
    pub fn payload(&self) -> &Bytes {
        match self {
            Self::Fill { payload, .. }
            | Self::Diff { payload, .. }
            | Self::Packed { payload, .. }
            | Self::Pixels { payload, .. }
            | Self::Named { name: payload, .. }
            | Self::Copy { payload, .. } => payload,
        }
    }
}

/// The SHA-256 of a file's content.
pub type Name = [u8; 32];

/// A message of the channel.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Frame {
    /// Whole Wayland messages in channel form.
    Protocol(Bytes),
    /// The remote ids that the next [`Frame::Protocol`] consumes.
    InjectRids(Vec<Rid>),
    /// The receiver makes a zero-filled file.
    OpenFile {
        /// Its id.
        rid: Rid,
        /// Its size in bytes.
        size: u32,
    },
    /// The file grows.
    ExtendFile {
        /// Its id.
        rid: Rid,
        /// Its new size in bytes.
        size: u32,
    },
    /// New content.
    Update(Rid, Update),
    /// The receiver makes a pipe, keeps the read end and gives the write end to its program.
    OpenReadPipe(Rid),
    /// The receiver makes a pipe, keeps the write end and gives the read end to its program.
    OpenWritePipe(Rid),
    /// Bytes that were read from a pipe.
    PipeTransfer(Rid, Bytes),
    /// The program closed the read end.
    PipeShutdownR(Rid),
    /// The program closed the write end; everything was sent.
    PipeShutdownW(Rid),
    /// The number of counted messages received so far (wire version 16 only).
    Ack(u32),
    /// The deliberate end of the stream.
    Close(i32),
    /// The wire version that the display's side chose.
    Version(u32),
    /// What the display's side can do, if the header is a farway's.
    Capabilities(Capabilities),
    /// Everything behind it waits until the compositor has released this `wl_buffer`: the application was told so
    /// ahead of time, and what follows changes it.
    AwaitRelease(ObjectId),
    /// The commit of this frame callback came so many microseconds before the answer that follows.
    Held(ObjectId, u32),
    /// The content that was sent in one piece is kept under this name.
    Have(Name),
}

impl Frame {
    /// The type code.
    pub fn kind(&self) -> u8 {
        match self {
            Self::Protocol(_) => kind::PROTOCOL,
            Self::InjectRids(_) => kind::INJECT_RIDS,
            Self::OpenFile { .. } => kind::OPEN_FILE,
            Self::ExtendFile { .. } => kind::EXTEND_FILE,
            Self::Update(_, Update::Fill { .. }) => kind::BUFFER_FILL,
            Self::Update(_, Update::Diff { .. }) => kind::BUFFER_DIFF,
            Self::Update(_, Update::Packed { .. }) => kind::PACKED_DIFF,
            Self::Update(_, Update::Pixels { .. }) => kind::PIXELS,
            Self::Update(_, Update::Copy { .. }) => kind::COPY,
            Self::Update(_, Update::Named { .. }) => kind::NAMED,
            Self::Have(_) => kind::HAVE,
            Self::OpenReadPipe(_) => kind::OPEN_IR_PIPE,
            Self::OpenWritePipe(_) => kind::OPEN_IW_PIPE,
            Self::PipeTransfer(..) => kind::PIPE_TRANSFER,
            Self::PipeShutdownR(_) => kind::PIPE_SHUTDOWN_R,
            Self::PipeShutdownW(_) => kind::PIPE_SHUTDOWN_W,
            Self::Ack(_) => kind::ACK,
            Self::Close(_) => kind::CLOSE,
            Self::Version(_) => kind::VERSION,
            Self::Capabilities(_) => kind::CAPABILITIES,
            Self::AwaitRelease(_) => kind::AWAIT_RELEASE,
            Self::Held(..) => kind::HELD,
        }
    }

    /// True if the frame has a number of its own in the acknowledgement count (channel.md 12.1).
    pub fn is_counted(&self) -> bool {
        !matches!(self, Self::Ack(_) | Self::Close(_))
    }

    /// The variable part, sent as it is behind the head.
    pub fn body(&self) -> Option<&Bytes> {
        match self {
            Self::Protocol(bytes) | Self::PipeTransfer(_, bytes) => Some(bytes),
            Self::Update(_, update) => Some(update.payload()),
            _ => None,
        }
    }

    /// Zero bytes to send behind the body, so that the next frame is aligned.
    pub fn padding(&self) -> usize {
        self.body().map_or(0, |body| body.len().wrapping_neg() & 3)
    }

    /// Bytes on the wire, padding included.
    pub fn wire_len(&self) -> usize {
        self.fixed_len() + self.body().map_or(0, Bytes::len) + self.padding()
    }

    fn fixed_len(&self) -> usize {
        match self {
            Self::Protocol(_) => 4,
            Self::InjectRids(rids) => 4 + 4 * rids.len(),
            Self::OpenFile { .. }
            | Self::ExtendFile { .. }
            | Self::Held(..)
            | Self::Update(_, Update::Copy { .. } | Update::Named { .. }) => 12,
            Self::Have(name) => 4 + name.len(),
            Self::Update(_, Update::Pixels { .. }) => 28,
            Self::Update(_, Update::Packed { .. }) => 20,
            Self::Update(..) => 16,
            _ => 8,
        }
    }

    /// Appends everything but body and padding.
    pub fn put_head(&self, out: &mut BytesMut) {
        let length = self.fixed_len() + self.body().map_or(0, Bytes::len);
        debug_assert!(length <= MAX_FRAME, "senders split long content");
        out.put_u32_le((length as u32) << 5 | u32::from(self.kind()));
        match self {
            Self::Protocol(_) => {}
            Self::InjectRids(rids) => rids.iter().for_each(|rid| out.put_i32_le(rid.0)),
            Self::OpenFile { rid, size } | Self::ExtendFile { rid, size } => {
                out.put_i32_le(rid.0);
                out.put_u32_le(*size);
            }
            Self::Update(rid, Update::Fill { start: a, end: b, .. })
            | Self::Update(rid, Update::Diff { diff_size: a, ntrailing: b, .. }) => {
                out.put_i32_le(rid.0);
                out.put_u32_le(*a);
                out.put_u32_le(*b);
            }
            Self::Update(rid, Update::Packed { coding, diff_size, ntrailing, .. }) => {
                out.put_i32_le(rid.0);
                [coding, diff_size, ntrailing].into_iter().for_each(|it| out.put_u32_le(*it));
            }
            Self::Update(rid, Update::Pixels { start, pitch, row, total, coding, .. }) => {
                out.put_i32_le(rid.0);
                [start, pitch, row, total, coding].into_iter().for_each(|it| out.put_u32_le(*it));
            }
            Self::Update(rid, Update::Named { size, .. }) => {
                out.put_i32_le(rid.0);
                out.put_u32_le(*size);
            }
            Self::Have(name) => out.put_slice(name),
            Self::Update(rid, Update::Copy { source, .. }) => {
                out.put_i32_le(rid.0);
                out.put_i32_le(source.0);
            }
            Self::OpenReadPipe(rid)
            | Self::OpenWritePipe(rid)
            | Self::PipeTransfer(rid, _)
            | Self::PipeShutdownR(rid)
            | Self::PipeShutdownW(rid) => out.put_i32_le(rid.0),
            Self::Ack(n)
            | Self::Version(n)
            | Self::Capabilities(Capabilities(n))
            | Self::AwaitRelease(ObjectId(n)) => out.put_u32_le(*n),
            Self::Held(ObjectId(callback), time) => {
                out.put_u32_le(*callback);
                out.put_u32_le(*time);
            }
            Self::Close(code) => out.put_i32_le(*code),
        }
    }

    /// Appends the whole frame, padding included.
    pub fn put(&self, out: &mut BytesMut) {
        self.put_head(out);
        if let Some(body) = self.body() {
            out.put_slice(body);
        }
        out.put_bytes(0, self.padding());
    }

    /// Reads a frame from its bytes, header word included, padding not.
    ///
    /// # Errors
    /// A length that does not fit the type, an unknown type, or remote id 0.
    pub fn parse(bytes: Bytes) -> Result<Self, ChannelError> {
        let length = bytes.len() as u32;
        if length < 4 {
            return Err(ChannelError::Length { kind: 0, length });
        }
        let kind = bytes[0] & 31;
        let fail = ChannelError::Length { kind, length };
        let word = |at: usize| match bytes.get(at..at + 4) {
            Some(b) => Ok(u32::from_le_bytes([b[0], b[1], b[2], b[3]])),
            None => Err(fail),
        };
        let rid = || match word(4)? {
            0 => Err(ChannelError::ZeroRid),
            n => Ok(Rid(n as i32)),
        };
        let exactly = |n: u32| if length == n { Ok(()) } else { Err(fail) };
        let rest = |at: usize| if bytes.len() >= at { Ok(bytes.slice(at..)) } else { Err(fail) };
        Ok(match kind {
            kind::PROTOCOL => Self::Protocol(rest(4)?),
            kind::INJECT_RIDS => Self::InjectRids(parse_rids(&bytes[4..]).ok_or(fail)?),
            kind::OPEN_FILE | kind::EXTEND_FILE => {
                exactly(12)?;
                let (rid, size) = (rid()?, word(8)?);
                if kind == kind::OPEN_FILE {
                    Self::OpenFile { rid, size }
                } else {
                    Self::ExtendFile { rid, size }
                }
            }
            kind::BUFFER_FILL
            | kind::BUFFER_DIFF
            | kind::PACKED_DIFF
            | kind::PIXELS
            | kind::COPY
            | kind::NAMED => Self::Update(rid()?, Update::parse(kind, &bytes).ok_or(fail)??),
            kind::HAVE => Self::Have(rest(4)?.as_ref().try_into().map_err(|_| fail)?),
            kind::PIPE_TRANSFER => Self::PipeTransfer(rid()?, rest(8)?),
            kind::OPEN_IR_PIPE | kind::OPEN_IW_PIPE | kind::PIPE_SHUTDOWN_R | kind::PIPE_SHUTDOWN_W => {
                exactly(8)?;
                let rid = rid()?;
                match kind {
                    kind::OPEN_IR_PIPE => Self::OpenReadPipe(rid),
                    kind::OPEN_IW_PIPE => Self::OpenWritePipe(rid),
                    kind::PIPE_SHUTDOWN_R => Self::PipeShutdownR(rid),
                    _ => Self::PipeShutdownW(rid),
                }
            }
            kind::ACK | kind::CLOSE | kind::VERSION | kind::CAPABILITIES | kind::AWAIT_RELEASE => {
                exactly(8)?;
                let value = word(4)?;
                match kind {
                    kind::ACK => Self::Ack(value),
                    kind::CLOSE => Self::Close(value as i32),
                    kind::VERSION => Self::Version(value),
                    kind::CAPABILITIES => Self::Capabilities(Capabilities(value)),
                    _ => Self::AwaitRelease(ObjectId(value)),
                }
            }
            kind::HELD => {
                exactly(12)?;
                Self::Held(ObjectId(word(4)?), word(8)?)
            }
            known if known < kind::END => return Err(ChannelError::UnexpectedKind(known)),
            unknown => return Err(ChannelError::UnknownKind(unknown)),
        })
    }
}

impl Update {
    /// Reads what follows the id in a frame of this kind; nothing if it is too short or no update.
    fn parse(kind: u8, bytes: &Bytes) -> Option<Result<Self, ChannelError>> {
        let word = |at: usize| bytes.get(at..)?.first_chunk().map(|word| u32::from_le_bytes(*word));
        let rest = |at: usize| (bytes.len() >= at).then(|| bytes.slice(at..));
        Some(Ok(match kind {
            kind::BUFFER_FILL => Self::Fill { start: word(8)?, end: word(12)?, payload: rest(16)? },
            kind::BUFFER_DIFF => Self::Diff { diff_size: word(8)?, ntrailing: word(12)?, payload: rest(16)? },
            kind::PACKED_DIFF => {
                let (coding, diff_size, ntrailing) = (word(8)?, word(12)?, word(16)?);
                Self::Packed { coding, diff_size, ntrailing, payload: rest(20)? }
            }
            kind::PIXELS => {
                let (start, pitch, row, total) = (word(8)?, word(12)?, word(16)?, word(20)?);
                Self::Pixels { start, pitch, row, total, coding: word(24)?, payload: rest(28)? }
            }
            kind::COPY => {
                let (source, payload) = (word(8)?, rest(12)?);
                match source {
                    0 => return Some(Err(ChannelError::ZeroRid)),
                    _ if payload.is_empty() || payload.len() % CopyRect::SIZE != 0 => return None,
                    id => Self::Copy { source: Rid(id as i32), payload },
                }
            }
            kind::NAMED => {
                let (size, name) = (word(8)?, rest(12)?);
                match name.len() == size_of::<Name>() {
                    true => Self::Named { size, name },
                    false => return None,
                }
            }
            _ => return None,
        }))
    }
}

fn parse_rids(body: &[u8]) -> Option<Vec<Rid>> {
    if body.is_empty() || body.len() % 4 != 0 {
        return None;
    }
    Some(body.chunks_exact(4).map(|b| Rid(i32::from_le_bytes([b[0], b[1], b[2], b[3]]))).collect())
}
