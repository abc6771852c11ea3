//! What both simulated programs have: objects by id, a stream of messages, a queue of descriptors.
//!
//! Invariant: no byte that arrives makes it panic; a program that does not understand gives up
//! ([`Party::lost`]).

use super::kernel::{Read, ReadEnd, WriteEnd};
use super::wire::noise;
use rand::Rng;
use rand::rngs::SmallRng;
use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use farway_proto::wayland::by_name;
use farway_proto::wayland::{
    ArgKind, Args, Builder, Form, Header, Interface, ObjectId, Signature, Stream, Way,
};

use super::checker::{Checker, To};
use super::kernel::Fd;
use super::problem::Problem;

/// See the module.
#[derive(Debug)]
pub struct Party {
    to: To,
    /// Live objects, and those that die, by id.
    pub objects: BTreeMap<u32, &'static Interface>,
    stream: Stream,
    fds: VecDeque<Fd>,
    /// It got something that it does not understand.
    pub lost: bool,
}

/// A message that was received.
#[derive(Debug)]
pub struct Received {
    /// The object.
    pub id: u32,
    /// Its interface.
    pub interface: &'static Interface,
    /// The message.
    pub signature: &'static Signature,
    /// Its bytes.
    pub bytes: Bytes,
    /// Its descriptors.
    pub fds: Vec<Fd>,
}

impl Received {
    /// The arguments.
    pub fn args(&self) -> Option<Args<'_>> {
        Args::parse(self.signature, &self.bytes[Header::SIZE..]).ok()
    }

    /// Argument `at` as a number of whatever kind; 0 if it is none.
    pub fn number(&self, at: usize) -> u32 {
        let Some(args) = self.args() else { return 0 };
        let int = args.int(at).map(|value| value as u32);
        let object = || args.object(at).map(|id| id.0).or_else(|_| args.new_id(at).map(|new| new.id.0));
        int.or_else(|_| args.uint(at)).or_else(|_| object()).unwrap_or(0)
    }

    /// Interface and message.
    pub fn name(&self) -> (&'static str, &'static str) {
        (self.interface.name, self.signature.name)
    }
}

impl Party {
    /// A program that receives what goes `to` it.
    pub fn new(to: To) -> Self {
        let objects = by_name(b"wl_display").map(|display| (1, display)).into_iter().collect();
        Self { to, objects, stream: Stream::new(Form::Program), fds: VecDeque::new(), lost: false }
    }

    /// The interface of an object, or nothing.
    pub fn kind(&self, id: u32) -> &'static str {
        self.objects.get(&id).map_or("", |interface| interface.name)
    }

    /// Starts a message; `None` if the object has no such message.
    pub fn message(&self, id: u32, name: &str) -> Option<(Builder, &'static str)> {
        let way = if self.to == To::App { Way::Request } else { Way::Event };
        let (opcode, signature) = self.objects.get(&id)?.find(way, name)?;
        Some((Builder::new(ObjectId(id), opcode), signature.name))
    }

    /// Bytes and descriptors arrived.
    pub fn push(&mut self, bytes: &[u8], fds: Vec<Fd>) {
        self.stream.push(bytes);
        self.fds.extend(fds);
    }

    /// Descriptors that arrived without messages.
    pub fn loose(&self) -> usize {
        self.fds.len()
    }

    /// The next message of a known object, checked. Messages of unknown ones are checked and left out.
    ///
    /// # Errors
    /// It is not the one that had to come.
    pub fn next(&mut self, checker: &mut Checker) -> Result<Option<Received>, Problem> {
        while !self.lost {
            let (header, bytes) = match self.stream.next() {
                Ok(Some(message)) => message,
                Ok(None) => break,
                Err(_) => {
                    self.lost = true;
                    break;
                }
            };
            let way = if self.to == To::App { Way::Event } else { Way::Request };
            let id = header.object.0;
            let interface = self.objects.get(&id).copied();
            let known = interface.and_then(|it| Some((it, it.message(way, header.opcode)?)));
            let count = known.map_or(0, |(_, signature)| usize::from(signature.fds));
            let fds: Vec<Fd> = self.fds.drain(..count.min(self.fds.len())).collect();
            checker.arrived(self.to, &bytes, &fds)?;
            let Some((interface, signature)) = known else { continue };
            let received = Received { id, interface, signature, bytes, fds };
            if received.fds.len() < count || received.args().is_none() {
                self.lost = true;
                break;
            }
            self.register(&received);
            return Ok(Some(received));
        }
        Ok(None)
    }

    fn register(&mut self, received: &Received) {
        let Some(args) = received.args() else { return };
        for (at, kind) in received.signature.args.iter().enumerate() {
            if let (ArgKind::NewId(_), Ok(new)) = (kind, args.new_id(at)) {
                if let Some(interface) = new.interface {
                    self.objects.insert(new.id.0, interface);
                }
            }
        }
    }
}

/// Moves bytes through a program's ends of pipes, each with what it has left to read or write; true if any moved.
pub fn move_ends(
    rng: &mut SmallRng,
    readers: &mut Vec<(ReadEnd, usize)>,
    writers: &mut Vec<(WriteEnd, usize)>,
) -> bool {
    let mut moved = false;
    let most = rng.random_range(1..6000);
    readers.retain_mut(|(end, left)| match end.read(most.min(*left)) {
        Read::Data(bytes) => {
            moved = true;
            *left -= bytes.len();
            *left > 0
        }
        Read::Empty => *left > 0,
        Read::Eof => {
            moved = true;
            false
        }
    });
    writers.retain_mut(|(end, left)| {
        let bytes = noise(rng, most.min(*left));
        let Ok(n) = end.write(&bytes) else {
            moved = true;
            return false;
        };
        moved |= n > 0 || *left == 0;
        *left -= n;
        *left > 0
    });
    moved
}
