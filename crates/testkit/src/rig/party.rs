//! One end of a Wayland connection, played by the test: application or compositor.
//!
//! Not a library for either: it knows which interface each object has, and nothing of what messages mean but ids.
//! Invariant: messages leave and arrive in order, each with the descriptors that its signature says.

use std::collections::{HashMap, VecDeque};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use farway_proto::wayland::{
    Arg, Args, Builder, Form, Header, Interface, ObjectId, Signature, Stream, Way, by_name,
};
use farway_sys::net::{Flush, Outbox, Received, RecvError, Socket, connect_unix};
use rustix::event::PollFlags;

use super::{End, Message, RigError};

/// Where ids that compositors allocate start.
pub const SERVER_IDS: u32 = 0xff00_0000;

/// `wl_display`.
pub const DISPLAY: ObjectId = ObjectId(1);

/// An application ([`Way::Request`] goes out) or a compositor ([`Way::Event`] goes out).
#[derive(Debug)]
pub struct Party {
    way: Way,
    socket: Socket,
    outbox: Outbox,
    received: BytesMut,
    stream: Stream,
    fds: VecDeque<OwnedFd>,
    objects: HashMap<ObjectId, &'static Interface>,
    next_id: u32,
    free: Vec<ObjectId>,
    /// What came and was not taken yet.
    pub inbox: VecDeque<Message>,
    closed: bool,
}

impl Party {
    /// A party that sends requests or events over `socket`.
    pub fn new(way: Way, socket: OwnedFd) -> Self {
        let display = by_name(b"wl_display").map(|it| (DISPLAY, it));
        Self {
            way,
            socket: socket.into(),
            outbox: Outbox::new(),
            received: BytesMut::new(),
            stream: Stream::new(Form::Program),
            fds: VecDeque::new(),
            objects: display.into_iter().collect(),
            next_id: if way == Way::Request { 2 } else { SERVER_IDS },
            free: Vec::new(),
            inbox: VecDeque::new(),
            closed: false,
        }
    }

    /// An application that connects to the display socket at `path`.
    ///
    /// # Errors
    /// Nobody listens there.
    pub fn connect(path: &Path) -> Result<Self, RigError> {
        Ok(Self::new(Way::Request, connect_unix(path)?))
    }

    /// An id for a new object: the one freed last, or the next one.
    pub fn new_id(&mut self) -> ObjectId {
        self.free.pop().unwrap_or_else(|| {
            self.next_id += 1;
            ObjectId(self.next_id - 1)
        })
    }

    /// Whether the other side has closed the connection. What came before may still be in the inbox.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// The interface of an object, if it exists and is known.
    pub fn interface(&self, object: ObjectId) -> Option<&'static Interface> {
        self.objects.get(&object).copied()
    }

    /// Objects that exist.
    pub fn objects(&self) -> usize {
        self.objects.len()
    }

    /// Queues the message `name` of `object`, with arguments that `build` appends. Returns its bytes.
    ///
    /// # Errors
    /// No such object or message.
    pub fn send(
        &mut self,
        object: ObjectId,
        name: &str,
        build: impl FnOnce(Builder) -> Builder,
        fds: Vec<OwnedFd>,
    ) -> Result<Bytes, RigError> {
        let interface = self.interface(object).ok_or(RigError::NoObject(object))?;
        let (opcode, signature) = interface
            .find(self.way, name)
            .ok_or_else(|| RigError::NoMessage(format!("{}.{name}", interface.name)))?;
        let bytes: Bytes = build(Builder::new(object, opcode)).finish(Form::Program, 0)?.into();
        self.note(self.way, interface, signature, &bytes[Header::SIZE..]);
        self.send_raw(bytes.clone(), fds);
        Ok(bytes)
    }

    /// Queues bytes as they are.
    pub fn send_raw(&mut self, bytes: Bytes, fds: Vec<OwnedFd>) {
        self.outbox.push(bytes, fds.into_iter().map(Arc::new).collect());
    }

    /// Says which interface an object has, for messages that [`Party::send`] cannot build.
    pub fn set_interface(&mut self, object: ObjectId, name: &str) {
        if let Some(interface) = by_name(name.as_bytes()) {
            self.objects.insert(object, interface);
        }
    }

    /// Ends the connection from this side; what is queued is sent before, as far as it fits.
    pub fn hang_up(&mut self) -> Result<(), RigError> {
        let _ = self.outbox.flush(&self.socket)?;
        self.socket.shutdown();
        self.closed = true;
        Ok(())
    }

    /// The socket, for tests of its own behaviour.
    pub fn socket(&self) -> &Socket {
        &self.socket
    }

    /// Keeps the object table as a message creates and deletes objects.
    fn note(&mut self, way: Way, interface: &Interface, signature: &'static Signature, body: &[u8]) {
        let Ok(args) = Args::parse(signature, body) else { return };
        for arg in args.iter() {
            if let Arg::NewId(new) = arg {
                match new.interface {
                    Some(interface) => self.objects.insert(new.id, interface),
                    None => self.objects.remove(&new.id),
                };
            }
        }
        if way == Way::Event && interface.name == "wl_display" && signature.name == "delete_id" {
            let id = ObjectId(args.uint(0).unwrap_or(0));
            if self.objects.remove(&id).is_some() && self.way == Way::Request {
                self.free.push(id);
            }
        }
    }

    fn parse(&mut self) -> Result<(), RigError> {
        self.stream.push(&self.received.split());
        while let Some((header, bytes)) = self.stream.next()? {
            let way = if self.way == Way::Request { Way::Event } else { Way::Request };
            let interface = self.interface(header.object);
            let signature = interface.and_then(|it| it.message(way, header.opcode));
            let wanted = signature.map_or(0, |it| usize::from(it.fds)).min(self.fds.len());
            let fds = self.fds.drain(..wanted).collect();
            if let (Some(interface), Some(signature)) = (interface, signature) {
                self.note(way, interface, signature, &bytes[Header::SIZE..]);
            }
            self.inbox.push_back(Message { header, bytes, fds, interface, way });
        }
        Ok(())
    }
}

impl End for Party {
    fn turn(&mut self) -> Result<(), RigError> {
        if self.closed {
            return Ok(());
        }
        // A peer that is gone may have left messages behind, such as the reason.
        let _ = self.outbox.flush(&self.socket)? == Flush::Closed;
        loop {
            match self.socket.recv(&mut self.received, 1 << 16, &mut self.fds) {
                Ok(Received::Bytes(_)) => self.parse()?,
                Ok(Received::Empty) => return Ok(()),
                Ok(Received::Closed) => {
                    self.closed = true;
                    return Ok(());
                }
                Err(RecvError::Io(error)) => return Err(error.into()),
                Err(error @ RecvError::FdsTruncated) => return Err(RigError::Failed(error.to_string())),
            }
        }
    }

    fn interest(&self) -> Option<(BorrowedFd<'_>, PollFlags)> {
        let out = if self.outbox.is_empty() { PollFlags::empty() } else { PollFlags::OUT };
        (!self.closed).then(|| (self.socket.as_fd(), PollFlags::IN | out))
    }
}
