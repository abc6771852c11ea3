//! The sample's connection to the compositor: requests out, events in, and the ids of its objects.
//!
//! Not what they mean. Invariants: an id is used again only after the compositor has said that it is free; descriptors
//! that come with events are closed, because the sample needs none of them.

use std::collections::{BTreeMap, VecDeque};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use farway_proto::wayland::{
    Args, Builder, Form, Header, Interface, ObjectId, Signature, Stream, Way, WireError, by_name,
};
use farway_sys::net::{Flush, Outbox, Received, Socket, connect_unix};

use super::SampleError;

/// Bytes of one read.
const READ: usize = 16 << 10;

/// An object of ours.
#[derive(Copy, Clone, Debug)]
pub struct Object {
    pub id: ObjectId,
    pub interface: &'static Interface,
}

/// A message of the compositor.
#[derive(Debug)]
pub struct Event {
    pub object: Object,
    pub signature: &'static Signature,
    message: Bytes,
}

impl Event {
    pub fn args(&self) -> Result<Args<'_>, WireError> {
        Args::parse(self.signature, self.message.get(Header::SIZE..).unwrap_or_default())
    }
}

/// See the module.
#[derive(Debug)]
pub struct Wire {
    socket: Socket,
    stream: Stream,
    input: BytesMut,
    fds: VecDeque<OwnedFd>,
    out: Outbox,
    objects: BTreeMap<u32, &'static Interface>,
    free: Vec<u32>,
}

fn interface(name: &'static str) -> Result<&'static Interface, SampleError> {
    by_name(name.as_bytes()).ok_or(SampleError::Unknown { name })
}

impl Wire {
    pub fn connect(display: &Path) -> Result<Self, SampleError> {
        let socket = connect_unix(display)
            .map_err(|source| SampleError::Connect { path: display.to_owned(), source })?;
        let mut objects = BTreeMap::new();
        objects.insert(ObjectId::DISPLAY.0, interface("wl_display")?);
        Ok(Self {
            socket: Socket::from(socket),
            stream: Stream::new(Form::Program),
            input: BytesMut::new(),
            fds: VecDeque::new(),
            out: Outbox::new(),
            objects,
            free: Vec::new(),
        })
    }

    /// The object that everybody has.
    pub fn display(&self) -> Result<Object, SampleError> {
        Ok(Object { id: ObjectId::DISPLAY, interface: interface("wl_display")? })
    }

    /// An id for a new object; the request that makes it must follow at once.
    pub fn create(&mut self, name: &'static str) -> Result<Object, SampleError> {
        let interface = interface(name)?;
        let next = || self.objects.last_key_value().map_or(2, |(&last, _)| last + 1);
        let id = self.free.pop().unwrap_or_else(next);
        self.objects.insert(id, interface);
        Ok(Object { id: ObjectId(id), interface })
    }

    /// Queues a request whose arguments `fill` puts in.
    pub fn call(
        &mut self,
        object: Object,
        name: &'static str,
        fill: impl FnOnce(Builder) -> Builder,
    ) -> Result<(), SampleError> {
        self.call_with(object, name, Vec::new(), fill)
    }

    /// Likewise, with descriptors.
    pub fn call_with(
        &mut self,
        object: Object,
        name: &'static str,
        fds: Vec<Arc<OwnedFd>>,
        fill: impl FnOnce(Builder) -> Builder,
    ) -> Result<(), SampleError> {
        let (opcode, _) = object.interface.find(Way::Request, name).ok_or(SampleError::Unknown { name })?;
        let message = fill(Builder::new(object.id, opcode)).finish(Form::Program, 0)?;
        self.out.push(message.into(), fds);
        Ok(())
    }

    /// Sends what is queued, as far as the compositor takes it.
    pub fn flush(&mut self) -> Result<(), SampleError> {
        match self.out.flush(&self.socket)? {
            Flush::Done | Flush::Full => Ok(()),
            // Its last words may be there to read still.
            Flush::Closed => Ok(()),
        }
    }

    /// Whether something is queued still.
    pub fn is_full(&self) -> bool {
        !self.out.is_empty()
    }

    /// The next event for an object that we have; `None` until more can be read.
    pub fn next(&mut self) -> Result<Option<Event>, SampleError> {
        loop {
            while let Some((header, message)) = self.stream.next()? {
                let Some(&interface) = self.objects.get(&header.object.0) else { continue };
                // The compositor has messages only of the versions that we bound, and the table has those.
                let Some(signature) = interface.message(Way::Event, header.opcode) else { continue };
                let event = Event { object: Object { id: header.object, interface }, signature, message };
                if self.own(&event)? {
                    continue;
                }
                return Ok(Some(event));
            }
            self.input.clear();
            let received = self.socket.recv(&mut self.input, READ, &mut self.fds)?;
            self.fds.clear();
            match received {
                Received::Bytes(_) => self.stream.push(&self.input),
                Received::Empty => return Ok(None),
                Received::Closed => return Err(SampleError::Gone),
            }
        }
    }

    /// Takes the events of `wl_display`.
    fn own(&mut self, event: &Event) -> Result<bool, SampleError> {
        if event.object.id != ObjectId::DISPLAY {
            return Ok(false);
        }
        let args = event.args()?;
        match event.signature.name {
            "delete_id" => {
                let id = args.uint(0)?;
                if id != ObjectId::DISPLAY.0 && self.objects.remove(&id).is_some() {
                    self.free.push(id);
                }
                Ok(true)
            }
            _ => Err(SampleError::Protocol {
                object: event_object(&args, self),
                code: args.uint(1)?,
                text: String::from_utf8_lossy(args.str(2)?.unwrap_or_default()).into_owned(),
            }),
        }
    }
}

fn event_object(args: &Args<'_>, wire: &Wire) -> String {
    let id = args.object(0).unwrap_or(ObjectId::NULL);
    let name = wire.objects.get(&id.0).map_or("an unknown object", |interface| interface.name);
    format!("{name} {id}")
}

impl AsFd for Wire {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}
