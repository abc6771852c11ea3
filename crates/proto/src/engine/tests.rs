//! The edge cases of wayland-handling.md section 7 that need no machine, each named by its id there, and the
//! driver in which they are written.

use bytes::Bytes;

use super::*;
use crate::channel::Update;
use crate::wayland::{Builder, Header, ObjectId, Stream, Way, by_name};

mod ahead;
mod capture;
mod channel;
mod damage;
mod early;
mod ending;
mod globals;
mod moves;
mod objects;
mod pipes;
mod pixels;
mod rules;
mod shm;
mod time;

/// Starts a message.
pub fn message(interface: &str, way: Way, name: &str, id: u32) -> Builder {
    let interface = by_name(interface.as_bytes()).unwrap_or_else(|| panic!("no interface {interface}"));
    let (opcode, _) = interface.find(way, name).unwrap_or_else(|| panic!("no message {name}"));
    Builder::new(ObjectId(id), opcode)
}

/// A request that is being written.
pub fn request(interface: &str, name: &str, id: u32) -> Builder {
    message(interface, Way::Request, name, id)
}

/// An event that is being written.
pub fn event(interface: &str, name: &str, id: u32) -> Builder {
    message(interface, Way::Event, name, id)
}

/// An engine, what it said, and short ways to talk to it.
pub struct Rig {
    pub engine: Engine,
    pub now: Now,
    next_fd: u32,
    pub frames: Vec<Frame>,
    /// What the local program got: object, opcode, body, descriptors.
    pub local: Vec<(u32, u16, Bytes)>,
    pub handed: Vec<Handover>,
    pub effects: Vec<Effect>,
    pub jobs: Vec<Job>,
    pub dropped: Vec<Rid>,
    pub notes: Vec<Note>,
    pub known: Vec<crate::channel::Name>,
    pub outcome: Option<Outcome>,
}

impl Rig {
    pub fn new(role: Role, config: Config) -> Self {
        let mut rig = Self {
            engine: Engine::new(role, config),
            now: Now::default(),
            next_fd: 0,
            frames: Vec::new(),
            local: Vec::new(),
            handed: Vec::new(),
            effects: Vec::new(),
            jobs: Vec::new(),
            dropped: Vec::new(),
            notes: Vec::new(),
            known: Vec::new(),
            outcome: None,
        };
        rig.poll();
        rig
    }

    pub fn app() -> Self {
        Self::new(Role::App, Config::default())
    }

    pub fn display() -> Self {
        Self::new(Role::Display, Config::default())
    }

    /// What the rules see.
    pub fn state(&mut self) -> &mut State {
        &mut self.engine.state
    }

    /// Makes it believe that there is an object `id` of this interface.
    pub fn know(&mut self, interface: &str, id: u32) {
        let interface = by_name(interface.as_bytes()).unwrap_or_else(|| panic!("no interface {interface}"));
        self.state().objects.insert(ObjectId(id), interface);
    }

    fn poll(&mut self) {
        while let Some(effect) = self.engine.poll() {
            assert!(self.outcome.is_none(), "{effect:?} after the end");
            match effect {
                Effect::SendLocal { bytes, fds } => {
                    let mut stream = Stream::new(Form::Program);
                    stream.push(&bytes);
                    while let Ok(Some((header, message))) = stream.next() {
                        self.local.push((header.object.0, header.opcode, message.slice(Header::SIZE..)));
                    }
                    self.handed.extend(fds);
                }
                Effect::SendChannel(frame) => self.frames.push(frame),
                Effect::Run(job) => self.jobs.push(job),
                Effect::Drop(rid) | Effect::PipeFinish(rid) => self.dropped.push(rid),
                Effect::Known(name) => self.known.push(name),
                Effect::Note(note) => self.notes.push(note),
                Effect::Finish(outcome) => self.outcome = Some(outcome),
                other => self.effects.push(other),
            }
        }
        assert_eq!(self.engine.verify(), Ok(()));
    }

    /// The local program sends messages and descriptors, which must be fine.
    pub fn local(&mut self, messages: impl IntoIterator<Item = Builder>, fds: u32) -> &mut Self {
        let result = self.try_local(messages, fds);
        assert_eq!(result, Ok(()));
        self
    }

    pub fn try_local(&mut self, messages: impl IntoIterator<Item = Builder>, fds: u32) -> Result<(), Fault> {
        let bytes: Vec<u8> =
            messages.into_iter().flat_map(|it| it.finish(Form::Program, 0).expect("a message")).collect();
        self.bytes(&bytes, fds)
    }

    pub fn bytes(&mut self, bytes: &[u8], fds: u32) -> Result<(), Fault> {
        let mut queue = FdQueue::new();
        for _ in 0..fds {
            self.next_fd += 1;
            queue.push(FdId(self.next_fd));
        }
        let result = self.engine.on_local(self.now, bytes, &mut queue);
        self.poll();
        result
    }

    /// The peer sends a frame, which must be fine.
    pub fn peer(&mut self, frame: Frame) -> &mut Self {
        let result = self.try_peer(frame);
        assert_eq!(result, Ok(()));
        self
    }

    pub fn try_peer(&mut self, frame: Frame) -> Result<(), Fault> {
        let result = self.engine.on_channel(self.now, frame);
        self.poll();
        result
    }

    /// The peer sends messages, each with its number of descriptors.
    pub fn messages(&mut self, messages: impl IntoIterator<Item = (Builder, u8)>) -> &mut Self {
        self.peer(protocol(messages))
    }

    /// Ends the oldest job as if it had found something.
    pub fn job(&mut self) -> Result<(), Fault> {
        let done = match self.jobs.remove(0) {
            Job::Diff { ticket, tail, .. } => {
                let update = Update::Diff {
                    diff_size: 12,
                    ntrailing: u32::from(tail),
                    payload: Bytes::from_static(&[0; 13]).slice(..12 + usize::from(tail)),
                };
                Done::Update(ticket, Some(update))
            }
            Job::Fill { ticket, range, .. } => {
                let (start, end) = (range.start as u32, range.end as u32);
                Done::Update(ticket, Some(Update::Fill { start, end, payload: Bytes::new() }))
            }
            Job::Move { ticket, .. } => Done::Moved(ticket, Vec::new()),
            Job::Apply { ticket, .. } => Done::Applied(ticket),
        };
        let result = self.engine.on_done(self.now, done);
        self.poll();
        result
    }

    pub fn all_jobs(&mut self) -> &mut Self {
        while !self.jobs.is_empty() {
            assert_eq!(self.job(), Ok(()));
        }
        self
    }

    pub fn pipe(&mut self, rid: i32, event: PipeEvent) -> &mut Self {
        assert_eq!(self.engine.on_pipe(self.now, Rid(rid), event), Ok(()));
        self.poll();
        self
    }

    pub fn close(&mut self, side: Side) -> &mut Self {
        self.engine.on_closed(self.now, side);
        self.poll();
        self
    }

    /// What the local program got so far: object and opcode.
    pub fn got(&self) -> Vec<(u32, u16)> {
        self.local.iter().map(|(id, opcode, _)| (*id, *opcode)).collect()
    }

    /// The frames sent so far, by type, without acknowledgements; forgets them.
    pub fn kinds(&mut self) -> Vec<u8> {
        let kinds = self.frames.drain(..).map(|frame| frame.kind());
        kinds.filter(|kind| *kind != crate::channel::kind::ACK).collect()
    }

    /// Binds a global of this interface as object `id`: registry 2, whose name for it is the id.
    pub fn bind(&mut self, interface: &str, version: u32, id: u32) -> &mut Self {
        let known = self.engine.state.objects.get(ObjectId(2)).is_some();
        let registry = request("wl_display", "get_registry", 1).new_id(ObjectId(2));
        let global = event("wl_registry", "global", 2).uint(id).str(interface.as_bytes()).uint(version);
        let bind = request("wl_registry", "bind", 2)
            .uint(id)
            .str(interface.as_bytes())
            .uint(version)
            .new_id(ObjectId(id));
        let first = (!known).then_some(registry);
        match self.engine.role() {
            Role::App => {
                self.local(first, 0).messages([(global, 0)]).local([bind], 0);
            }
            Role::Display => {
                self.messages(first.map(|it| (it, 0))).local([global], 0).messages([(bind, 0)]);
            }
        }
        self.local.clear();
        self.frames.clear();
        self
    }

    /// A pool 10 of `size` bytes on an application's half: shm 3, shadow 1, compositor 4, surface 5.
    pub fn with_pool(size: i32) -> Self {
        let mut rig = Self::app();
        rig.bind("wl_shm", 1, 3).bind("wl_compositor", 5, 4);
        rig.local([request("wl_compositor", "create_surface", 4).new_id(ObjectId(5))], 0);
        rig.local([create_pool(10, size)], 1);
        rig.frames.clear();
        rig
    }

    /// The same on a display's half.
    pub fn with_twin(size: u32) -> Self {
        let mut rig = Self::display();
        rig.bind("wl_shm", 1, 3).bind("wl_compositor", 5, 4);
        rig.messages([(request("wl_compositor", "create_surface", 4).new_id(ObjectId(5)), 0)]);
        rig.peer(Frame::OpenFile { rid: Rid(1), size }).peer(Frame::InjectRids(vec![Rid(1)]));
        rig.messages([(create_pool(10, size as i32), 1)]);
        rig.local.clear();
        rig.frames.clear();
        rig
    }
}

/// A `Protocol` frame.
pub fn protocol(messages: impl IntoIterator<Item = (Builder, u8)>) -> Frame {
    let bytes = messages.into_iter().flat_map(|(it, fds)| it.finish(Form::Channel, fds).expect("a message"));
    Frame::Protocol(bytes.collect())
}

/// An update of whatever content.
pub fn fill(start: u32, end: u32) -> Update {
    Update::Fill { start, end, payload: Bytes::from(vec![7; end.saturating_sub(start) as usize]) }
}

pub fn create_pool(id: u32, size: i32) -> Builder {
    request("wl_shm", "create_pool", 3).new_id(ObjectId(id)).int(size)
}

/// A buffer of pool 10 with four bytes a pixel.
pub fn create_buffer(id: u32, offset: i32, width: i32, height: i32, stride: i32) -> Builder {
    buffer_of(id, [offset, width, height, stride], 0)
}

pub fn buffer_of(id: u32, shape: [i32; 4], format: u32) -> Builder {
    let it = request("wl_shm_pool", "create_buffer", 10).new_id(ObjectId(id));
    shape.into_iter().fold(it, Builder::int).uint(format)
}

pub fn attach(buffer: u32) -> Builder {
    request("wl_surface", "attach", 5).object(ObjectId(buffer)).int(0).int(0)
}

pub fn damage(x: i32, y: i32, width: i32, height: i32) -> Builder {
    request("wl_surface", "damage_buffer", 5).int(x).int(y).int(width).int(height)
}

pub fn commit() -> Builder {
    request("wl_surface", "commit", 5)
}

/// The fault of this party and reason.
pub fn fault(at: Party, reason: Reason) -> Result<(), Fault> {
    Err(Fault { at, reason })
}
