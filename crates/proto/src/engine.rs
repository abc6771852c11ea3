//! The engine: what one half of a connection thinks. Bytes and time in, effects out.
//!
//! Not the hands: it has no clock, descriptor, thread or environment, and two engines that are fed the same
//! values do the same. Invariants: Wayland messages leave in the order in which they came; content leaves
//! before the messages that depend on it; every queue is bounded by [`Limits`] or by [`Engine::appetite`].

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use bytes::{Buf, Bytes, BytesMut};

use crate::channel::{Capabilities, Frame, WireVersion};
use crate::ids::{FdId, Instant, Now, Rid, Role, Ticket};
use crate::preview::Preview;
use crate::wayland::Form;

pub mod ahead;
mod batch;
pub(crate) mod dispatch;
mod early;
mod effect;
pub mod fault;
mod inbound;
mod lanes;
pub mod moves;
mod outbound;
mod pacing;
mod shutdown;
pub(crate) mod state;

pub use batch::CHUNK;
pub use effect::{
    Access, Adopt, Appetite, Copies, Create, Done, Effect, Handover, Job, JobError, Note, Outcome, PipeEvent,
    Side,
};
pub use fault::{Fault, Party, Reason};
pub use state::Caps;

use batch::Batch;
use early::Early;
use inbound::Inbound;
use moves::Search;
use state::State;

/// How an engine is to behave.
#[derive(Clone, Debug)]
pub struct Config {
    /// The version in force from the start: what [`crate::channel::Greeting::negotiated`] says on the
    /// display's side; 16 on the application's, until the peer says otherwise.
    pub version: WireVersion,
    /// Put in front of every window title that passes.
    pub title_prefix: Vec<u8>,
    /// Bounds for what one connection may use.
    pub limits: Limits,
    /// Bytes of damage that are worth a search for moved content, if both halves know copies.
    pub moves_from: u64,
    /// Emit a [`Note::Message`] for every Wayland message.
    pub trace: bool,
    /// Clocks that this system numbers differently from Linux: (number here, number of Linux). The channel
    /// uses those of Linux.
    pub clocks: Vec<(u32, u32)>,
    /// What the compositor is known to tell: on the application's side, for applications that ask; on the display's,
    /// as the other half may have answered already, for what requests mean by it.
    pub preview: Option<Arc<Preview>>,
    /// What is to be used of what we can do, if the other half can too.
    pub capabilities: Capabilities,
    /// What the header said that the other half can do; on the display's side only, and `None` if it is no farway.
    pub peer: Option<Capabilities>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            version: WireVersion::V16,
            title_prefix: Vec::new(),
            limits: Limits::default(),
            moves_from: 64 << 10,
            trace: false,
            clocks: Vec::new(),
            preview: None,
            capabilities: Capabilities::NONE,
            peer: None,
        }
    }
}

/// Bounds for one connection. They are far above what applications need.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Live Wayland objects.
    pub objects: usize,
    /// Live shadows; each is a descriptor or two.
    pub shadows: usize,
    /// Bytes of content that the peer may make us store.
    pub stored: u64,
    /// Bytes of one unpacked update.
    pub update: u64,
    /// Bytes of a keymap, ICC profile or gamma table.
    pub fixed_file: u64,
    /// Bytes that wait for local readers of pipes before the channel is no longer read.
    pub pipe_queue: u64,
    /// Nanoseconds that such a reader may hold up everything before its pipe is closed.
    pub pipe_patience: u64,
    /// Live globals.
    pub globals: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            objects: 1 << 20,
            shadows: 4096,
            stored: 8 << 30,
            update: 128 << 20,
            fixed_file: 64 << 20,
            pipe_queue: 16 << 20,
            pipe_patience: 10_000_000_000,
            globals: 1 << 16,
        }
    }
}

/// Descriptors that came from the local program and whose messages did not come yet, in order.
#[derive(Debug, Default)]
pub struct FdQueue(VecDeque<FdId>);

impl FdQueue {
    /// An empty queue.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends one.
    pub fn push(&mut self, fd: FdId) {
        self.0.push_back(fd);
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True if none waits.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn pop(&mut self) -> Option<FdId> {
        self.0.pop_front()
    }
}

/// Descriptors that may wait for their messages. libwayland never has more than 28 under way; a hundred in a
/// burst must work.
const MAX_WAITING_FDS: usize = 1024;

/// Delay after which received messages are acknowledged even if nothing else is to be sent.
const ACK_DELAY: u64 = 20_000_000;

/// One half of one connection.
#[derive(Debug)]
pub struct Engine {
    state: State,
    /// Bytes of the local program that are not parsed yet.
    local_in: BytesMut,
    fds: FdQueue,
    batch: Batch,
    inbound: Inbound,
    early: Early,
    tickets: BTreeMap<Ticket, Purpose>,
    next_ticket: u32,
    version: WireVersion,
    acks: Acks,
    life: Life,
}

/// What a job was for.
#[derive(Copy, Clone, Debug)]
enum Purpose {
    /// Comparing or reading a file, and copying from another.
    Send {
        rid: Rid,
        source: Option<Rid>,
    },
    Apply(Rid),
    /// A search for moved content.
    Move(Search),
    /// An update that copies from another file.
    Copy {
        rid: Rid,
        source: Rid,
    },
}

/// The state of acknowledgement (channel.md 12.1).
#[derive(Debug, Default)]
struct Acks {
    received: u32,
    told: u32,
    due: Option<Instant>,
}

/// How far the end of the connection has come.
#[derive(Copy, Clone, Debug, Default, Eq, PartialEq)]
struct Life {
    local_closed: bool,
    channel_closed: bool,
    /// The peer sent `Close`.
    goodbye: bool,
    finished: bool,
}

impl Engine {
    /// The engine of a new connection. On the display's side the header was read already.
    pub fn new(role: Role, config: Config) -> Self {
        let version = config.version;
        let early = Early::new(role, config.preview.as_ref());
        let mut engine = Self {
            early,
            state: State::new(role, config),
            local_in: BytesMut::new(),
            fds: FdQueue::new(),
            batch: Batch::default(),
            inbound: Inbound::default(),
            tickets: BTreeMap::new(),
            next_ticket: 0,
            version,
            acks: Acks::default(),
            life: Life::default(),
        };
        if role == Role::Display && !version.acknowledges() {
            engine.state.send(Frame::Version(version.0));
        }
        if engine.state.peer.is_some() {
            engine.state.send(Frame::Capabilities(engine.state.config.capabilities));
        }
        engine
    }

    /// Bytes and descriptors came from the local program. `fds` is emptied.
    ///
    /// # Errors
    /// The fault that ends the connection; the effects that do so are queued.
    pub fn on_local(&mut self, now: Now, bytes: &[u8], fds: &mut FdQueue) -> Result<(), Fault> {
        self.guarded(now, |engine| {
            engine.fds.0.append(&mut fds.0);
            if engine.fds.len() > MAX_WAITING_FDS {
                return Err(engine.state.local_fault(Reason::SurplusFds));
            }
            engine.local_in.extend_from_slice(bytes);
            engine.take_local()?;
            // What was waited for may have been said.
            if engine.state.ahead.is_awaiting() { engine.take_frames() } else { Ok(()) }
        })
    }

    /// A frame came from the other half.
    ///
    /// # Errors
    /// The fault that ends the connection; the effects that do so are queued.
    pub fn on_channel(&mut self, now: Now, frame: Frame) -> Result<(), Fault> {
        self.guarded(now, |engine| {
            engine.count(&frame);
            engine.inbound.queue.push_back((now.instant, frame));
            engine.take_frames()
        })
    }

    /// Something happened at a local pipe.
    ///
    /// # Errors
    /// The fault that ends the connection.
    pub fn on_pipe(&mut self, now: Now, rid: Rid, event: PipeEvent) -> Result<(), Fault> {
        self.guarded(now, |engine| {
            engine.state.pipe_event(rid, event);
            Ok(())
        })
    }

    /// A job is finished.
    ///
    /// # Errors
    /// The fault that ends the connection.
    pub fn on_done(&mut self, now: Now, done: Done) -> Result<(), Fault> {
        self.guarded(now, |engine| engine.job_done(done))
    }

    /// A descriptor was not what [`Effect::Adopt`] or [`Effect::Resize`] needs, or could not be made.
    ///
    /// # Errors
    /// Always: the fault that ends the connection.
    pub fn on_bad_fd(&mut self, now: Now, rid: Rid, problem: fault::FdProblem) -> Result<(), Fault> {
        self.guarded(now, |engine| {
            let ours = problem == fault::FdProblem::Machine || !rid.is_of(engine.state.role);
            let at = if ours { Party::Ourselves } else { Party::local(engine.state.role) };
            Err(Fault { at, reason: Reason::BadFd(rid, problem) })
        })
    }

    /// The channel's bytes were no frame.
    ///
    /// # Errors
    /// Always: the fault that ends the connection.
    pub fn on_bad_channel(&mut self, now: Now, error: crate::channel::ChannelError) -> Result<(), Fault> {
        self.guarded(now, |_| Err(Fault { at: Party::Peer, reason: error.into() }))
    }

    /// The peer closed the stream before it said anything: it refuses us.
    ///
    /// # Errors
    /// Always: the fault that ends the connection.
    pub fn on_refused(&mut self, now: Now, ours: crate::channel::CompressionCode) -> Result<(), Fault> {
        self.guarded(now, |_| Err(Fault { at: Party::Peer, reason: Reason::Refused(ours) }))
    }

    /// The local socket misbehaved in a way that lost data or descriptors.
    ///
    /// # Errors
    /// Always: the fault that ends the connection.
    pub fn on_bad_local(&mut self, now: Now) -> Result<(), Fault> {
        self.guarded(now, |engine| Err(engine.state.local_fault(Reason::SurplusFds)))
    }

    /// Time passed beyond what [`Engine::poll_timeout`] said.
    pub fn on_timeout(&mut self, now: Now) {
        if self.life.finished {
            return;
        }
        self.state.now = now;
        if self.acks.due.is_some_and(|due| due <= now.instant) {
            self.acknowledge();
        }
        self.state.drop_slow_pipes();
        // Whoever was waited for in vain is waited for no more.
        let _ = self.guarded(now, Self::take_frames);
    }

    /// One side ended: its bytes are all in, and nothing can be written to it any more.
    pub fn on_closed(&mut self, now: Now, side: Side) {
        self.state.now = now;
        match side {
            Side::Local => self.life.local_closed = true,
            Side::Channel => self.life.channel_closed = true,
        }
        self.maybe_finish();
    }

    /// The user wants the connection to end.
    pub fn stop(&mut self, now: Now) {
        self.on_closed(now, Side::Local);
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Effect> {
        self.state.effects.pop_front()
    }

    /// Nothing will happen for some time: gives back memory that only work needs.
    pub fn rest(&mut self) {
        self.state.effects.shrink_to_fit();
    }

    /// When [`Engine::on_timeout`] is to be called.
    pub fn poll_timeout(&self) -> Option<Instant> {
        [self.acks.due, self.state.pipe_deadline(), self.ahead_timeout()].into_iter().flatten().min()
    }

    /// Which sides may be read now.
    pub fn appetite(&self) -> Appetite {
        let alive = !self.life.finished;
        Appetite {
            local: alive && !self.batch.sealed && !self.life.local_closed,
            channel: alive
                && !self.life.channel_closed
                && !self.is_held()
                && self.state.pipe_backlog() <= self.state.config.limits.pipe_queue,
        }
    }

    /// Nothing that came over the channel is handled now.
    fn is_held(&self) -> bool {
        self.inbound.is_waiting() || self.state.ahead.is_awaiting()
    }

    /// The clock of presentation times, as a number of this machine's system, once it is known.
    pub fn presentation_clock(&self) -> Option<u32> {
        self.state.clock
    }

    /// What both halves can do beyond the plain channel, as far as is known.
    pub fn agreed(&self) -> Capabilities {
        self.state.agreed()
    }

    /// The role it was made for.
    pub fn role(&self) -> Role {
        self.state.role
    }

    /// Runs `step` unless the connection is over; a fault ends it.
    fn guarded(&mut self, now: Now, step: impl FnOnce(&mut Self) -> Result<(), Fault>) -> Result<(), Fault> {
        if self.life.finished {
            return Ok(());
        }
        self.state.now = now;
        let result = step(self);
        match result {
            Ok(()) => {
                self.tell_ahead();
                self.maybe_finish();
            }
            Err(fault) => self.die(fault),
        }
        debug_assert!(self.verify().is_ok(), "{:?}", self.verify());
        result
    }

    /// Parses and handles what the local program sent, unless a batch is still under way.
    fn take_local(&mut self) -> Result<(), Fault> {
        if self.batch.sealed {
            return Ok(());
        }
        let mut input = std::mem::take(&mut self.local_in);
        let mut used = 0;
        let result = loop {
            match crate::wayland::split_first(&input[used..], Form::Program) {
                Ok(Some((header, message, _))) => {
                    used += header.len;
                    let forwarded =
                        outbound::forward(&mut self.state, &mut self.batch, &mut self.fds, header, message);
                    if let Err(fault) = forwarded.and_then(|()| self.answer_early(header, message)) {
                        break Err(fault);
                    }
                }
                Ok(None) => break Ok(()),
                Err(error) => break Err(self.state.local_fault(error.into())),
            }
        };
        input.advance(used);
        self.local_in = input;
        result?;
        self.flush_local();
        self.seal();
        Ok(())
    }

    fn count(&mut self, frame: &Frame) {
        if !frame.is_counted() {
            return;
        }
        let first = self.acks.received == 0;
        self.acks.received = self.acks.received.wrapping_add(1);
        if self.version.acknowledges() && self.acks.due.is_none() {
            let may_be_version = first && matches!(frame, Frame::Version(_));
            if !may_be_version {
                self.acks.due = Some(self.state.now.instant.after(ACK_DELAY));
            }
        }
    }

    fn acknowledge(&mut self) {
        self.acks.due = None;
        if self.version.acknowledges() && self.acks.received != self.acks.told {
            self.acks.told = self.acks.received;
            self.state.send(Frame::Ack(self.acks.received));
        }
    }

    /// Checks what must hold between any two calls.
    ///
    /// # Errors
    /// The name of the invariant that is broken.
    pub fn verify(&self) -> Result<(), &'static str> {
        if self.local_in.len() > crate::wayland::MAX_MESSAGE * 2 && !self.batch.sealed && !self.life.finished
        {
            return Err("unparsed local bytes are bounded");
        }
        if self.tickets.len() != self.batch.outstanding + self.inbound.applying {
            return Err("every ticket has one purpose");
        }
        self.state.verify()
    }

    fn ticket(&mut self, purpose: Purpose) -> Ticket {
        let ticket = Ticket(self.next_ticket);
        self.next_ticket = self.next_ticket.wrapping_add(1);
        self.tickets.insert(ticket, purpose);
        ticket
    }
}

/// Cuts `bytes` off a buffer that is filled and emptied in turns.
fn drain(buffer: &mut BytesMut) -> Bytes {
    buffer.split().freeze()
}

#[cfg(test)]
pub(crate) mod tests;
