//! The other half of a channel, played by the test: it speaks frames, or any bytes at all.
//!
//! Not a proxy: it answers nothing by itself. Invariant: what [`Peer::send_raw`] is given leaves unchanged, so that
//! wrong bytes can be tested like right ones.

use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use bytes::{Bytes, BytesMut};
use farway_proto::Rid;
use farway_proto::channel::{Deframer, Frame, Greeting, Update};
use farway_proto::wayland::{Builder, Form, ObjectId};
use farway_sys::net::{Flush, Outbox, Received, Socket};
use farway_sys::pack::{Compression, Packer};
use rustix::event::PollFlags;

use super::{End, RigError, wait};

/// One channel stream.
#[derive(Debug)]
pub struct Peer {
    socket: Socket,
    outbox: Outbox,
    deframer: Deframer,
    /// Bytes of the header that are still to come; 0 on a stream to a client, which sends none.
    header: usize,
    /// The header, once it was read.
    pub greeting: Option<Greeting>,
    /// Frames that came and were not taken yet.
    pub inbox: VecDeque<Frame>,
    closed: bool,
}

impl Peer {
    /// A peer over this stream.
    pub fn new(socket: OwnedFd) -> Self {
        Self {
            socket: socket.into(),
            outbox: Outbox::new(),
            deframer: Deframer::new(),
            header: 0,
            greeting: None,
            inbox: VecDeque::new(),
            closed: false,
        }
    }

    /// Reads the header that a server sends first.
    ///
    /// # Errors
    /// It does not come, or is none.
    pub fn read_greeting(&mut self) -> Result<Greeting, RigError> {
        self.header = Greeting::SIZE;
        wait(self, &mut (), "the connection header", |peer, ()| Ok(peer.greeting))
    }

    /// Sends a frame.
    pub fn send(&mut self, frame: &Frame) {
        let mut bytes = BytesMut::new();
        frame.put(&mut bytes);
        self.send_raw(bytes.freeze());
    }

    /// Sends one Wayland message with so many descriptors announced.
    ///
    /// # Errors
    /// The message is too long.
    pub fn send_message(
        &mut self,
        object: ObjectId,
        opcode: u16,
        fds: u8,
        build: impl FnOnce(Builder) -> Builder,
    ) -> Result<(), RigError> {
        let bytes = build(Builder::new(object, opcode)).finish(Form::Channel, fds)?;
        self.send(&Frame::Protocol(bytes.into()));
        Ok(())
    }

    /// Sends content for a file, packed.
    ///
    /// # Errors
    /// It cannot be packed.
    pub fn send_fill(
        &mut self,
        rid: i32,
        start: u32,
        data: &[u8],
        compression: Compression,
    ) -> Result<(), RigError> {
        let mut payload = Vec::new();
        Packer::new().pack(compression, data, &mut payload)?;
        let end = start + data.len() as u32;
        self.send(&Frame::Update(Rid(rid), Update::Fill { start, end, payload: payload.into() }));
        Ok(())
    }

    /// Sends bytes as they are.
    pub fn send_raw(&mut self, bytes: impl Into<Bytes>) {
        self.outbox.push(bytes.into(), Vec::new());
    }

    /// Sends bytes one at a time, each in a packet of its own.
    ///
    /// # Errors
    /// The stream is closed.
    pub fn trickle(&mut self, bytes: &[u8]) -> Result<(), RigError> {
        for byte in bytes {
            self.send_raw(vec![*byte]);
            wait(self, &mut (), "room in the channel", |peer, ()| Ok(peer.outbox.is_empty().then_some(())))?;
        }
        Ok(())
    }

    /// The next frame.
    ///
    /// # Errors
    /// None comes.
    pub fn next(&mut self, what: &str) -> Result<Frame, RigError> {
        wait(self, &mut (), what, |peer, ()| peer.take(what))
    }

    /// The next frame that is none of the acknowledgements.
    ///
    /// # Errors
    /// None comes.
    pub fn next_counted(&mut self, what: &str) -> Result<Frame, RigError> {
        loop {
            let frame = self.next(what)?;
            if !matches!(frame, Frame::Ack(_)) {
                return Ok(frame);
            }
        }
    }

    /// Waits for the end of the stream; returns the frames before it.
    ///
    /// # Errors
    /// The stream goes on.
    pub fn rest(&mut self) -> Result<Vec<Frame>, RigError> {
        wait(self, &mut (), "the end of the channel", |peer, ()| Ok(peer.closed.then_some(())))?;
        Ok(self.inbox.drain(..).collect())
    }

    /// Closes the stream; what is queued is sent before, as far as it fits.
    ///
    /// # Errors
    /// The system refused.
    pub fn hang_up(&mut self) -> Result<(), RigError> {
        let _ = self.outbox.flush(&self.socket)?;
        self.socket.shutdown();
        self.closed = true;
        Ok(())
    }

    /// Whether the other side has closed the stream.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    fn take(&mut self, what: &str) -> Result<Option<Frame>, RigError> {
        match self.inbox.pop_front() {
            None if self.closed => Err(RigError::Closed(what.to_owned())),
            frame => Ok(frame),
        }
    }

    fn parse(&mut self) -> Result<(), RigError> {
        if self.header > 0 {
            if self.deframer.buffer().len() < self.header {
                return Ok(());
            }
            let bytes = self.deframer.buffer().split_to(self.header);
            let bytes: &[u8; Greeting::SIZE] = bytes.first_chunk().ok_or_else(no_header)?;
            self.greeting = Some(Greeting::parse(bytes)?);
            self.header = 0;
        }
        while let Some(frame) = self.deframer.next()? {
            self.inbox.push_back(frame);
        }
        Ok(())
    }
}

fn no_header() -> RigError {
    RigError::Failed("the connection header is too short".to_owned())
}

impl End for Peer {
    fn turn(&mut self) -> Result<(), RigError> {
        if self.closed {
            return Ok(());
        }
        let _ = self.outbox.flush(&self.socket)? == Flush::Closed;
        let mut none = VecDeque::new();
        loop {
            match self.socket.recv(self.deframer.buffer(), 1 << 16, &mut none) {
                Ok(Received::Bytes(_)) => self.parse()?,
                Ok(Received::Empty) => return Ok(()),
                Ok(Received::Closed) => {
                    self.closed = true;
                    return Ok(());
                }
                Err(error) => return Err(RigError::Failed(error.to_string())),
            }
        }
    }

    fn interest(&self) -> Option<(BorrowedFd<'_>, PollFlags)> {
        let out = if self.outbox.is_empty() { PollFlags::empty() } else { PollFlags::OUT };
        (!self.closed).then(|| (self.socket.as_fd(), PollFlags::IN | out))
    }
}
