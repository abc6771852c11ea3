//! What the handlers may see and change: objects, shadows, globals, clock, and the effects they cause.
//! Not the batch under construction nor the frames that wait: those are the engine's own.
//!
//! Invariant: `holders` of a shadow equals the number of objects that name it plus its pending hand-over
//! (checked by [`State::verify`]).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::ahead::Ahead;
use super::effect::{Adopt, Effect, Note, PipeEvent};
use super::fault::{Fault, Limited, Party, Reason};
use super::{Config, FdQueue};
use crate::channel::{Capabilities, Frame};
use crate::damage::Interval;
use crate::handlers::local_clock;
use crate::ids::{FdId, Instant, Now, Rid, Role};
use crate::objects::{Data, Objects};
use crate::shadow::{Body, Shadow, Shadows};
use crate::wayland::{Interface, ObjectId};

/// What may be bound of an advertised global.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub enum Caps {
    /// Nothing: the application was never told.
    Hidden,
    /// Up to this version.
    Version(u32),
}

/// See the module.
#[derive(Debug)]
pub(crate) struct State {
    pub role: Role,
    pub config: Config,
    pub now: Now,
    /// When the frame came that is being handled.
    pub came: Instant,
    pub objects: Objects,
    pub shadows: Shadows,
    /// Globals that passed, by name.
    pub globals: BTreeMap<u32, Caps>,
    /// The presentation clock, as the compositor numbers it.
    pub clock: Option<u32>,
    /// What the other half has said that it can do.
    pub peer: Option<Capabilities>,
    /// What the application is told ahead of its compositor.
    pub ahead: Ahead,
    /// Bytes given to the channel.
    pub sent: u64,
    /// A capture protocol is in use: files of the peer need mirrors.
    pub captures: bool,
    /// Shadows that the next batch has to open, grow or send.
    pub touched: BTreeSet<Rid>,
    pub effects: VecDeque<Effect>,
    next_serial: u64,
    stored: u64,
    /// Since when a pipe's reader holds up the channel.
    blocked_since: Option<Instant>,
    backlog: u64,
    /// Pipes of the peer that ended before they were handed over; the driver still has the program's ends.
    pub orphans: usize,
}

impl State {
    pub fn new(role: Role, config: Config) -> Self {
        let foretold = config.preview.as_ref().filter(|_| role == Role::Display);
        let clock = foretold.and_then(|preview| preview.clock());
        let clock = clock.map(|linux| local_clock(&config.clocks, linux));
        Self {
            role,
            peer: config.peer.filter(|_| role == Role::Display),
            config,
            now: Now::default(),
            came: Instant::default(),
            objects: Objects::new(),
            shadows: Shadows::new(role),
            globals: BTreeMap::new(),
            clock,
            ahead: Ahead::default(),
            sent: 0,
            captures: false,
            touched: BTreeSet::new(),
            effects: VecDeque::new(),
            next_serial: 0,
            stored: 0,
            blocked_since: None,
            backlog: 0,
            orphans: 0,
        }
    }

    pub fn send(&mut self, frame: Frame) {
        self.sent += frame.wire_len() as u64;
        self.effects.push_back(Effect::SendChannel(frame));
    }

    /// What both halves can do beyond the plain channel.
    pub fn agreed(&self) -> Capabilities {
        self.peer.map_or(Capabilities::NONE, |theirs| theirs.and(self.config.capabilities))
    }

    pub fn note(&mut self, note: Note) {
        self.effects.push_back(Effect::Note(note));
    }

    pub fn local_fault(&self, reason: Reason) -> Fault {
        Fault { at: Party::local(self.role), reason }
    }

    /// A number that no buffer had before.
    pub fn serial(&mut self) -> u64 {
        self.next_serial += 1;
        self.next_serial
    }

    // ---- objects ----

    /// Adds an object that a message of `party` creates.
    pub fn register(
        &mut self,
        id: ObjectId,
        interface: &'static Interface,
        by: Party,
        event: bool,
    ) -> Result<(), Fault> {
        let fail = |reason| Err(Fault { at: by, reason });
        if id.is_null() || id.is_server_allocated() != event {
            return fail(Reason::IdRange(id));
        }
        if self.objects.len() >= self.config.limits.objects {
            return fail(Reason::Limit(Limited::Objects));
        }
        // A server may use an id again without a word once the client destroyed the object.
        if event {
            self.forget(id);
        } else if self.objects.get(id).is_some() {
            return fail(Reason::IdInUse(id));
        }
        self.objects.insert(id, interface);
        Ok(())
    }

    /// Removes an object and what it held.
    pub fn forget(&mut self, id: ObjectId) {
        let Some(object) = self.objects.remove(id) else { return };
        if let Some(rid) = object.data.holds() {
            self.release(rid);
        }
        if let Data::Surface(surface) = object.data {
            if let Some(Data::Viewport(of)) = surface.viewport.and_then(|id| self.objects.data(id)) {
                *of = None;
            }
        }
    }

    /// Replaces what is remembered of an object, with what it holds.
    pub fn set_data(&mut self, id: ObjectId, data: Data) {
        if let Some(rid) = data.holds() {
            self.hold(rid);
        }
        let old = match self.objects.data(id) {
            Some(slot) => std::mem::replace(slot, data),
            None => data,
        };
        if let Some(rid) = old.holds() {
            self.release(rid);
        }
    }

    // ---- shadows ----

    /// Takes over a descriptor of the local program; the shadow has one holder, its coming hand-over.
    pub fn adopt(&mut self, fd: FdId, kind: Adopt) -> Result<Rid, Fault> {
        self.room_for_shadow(Party::local(self.role))?;
        let mut shadow = match kind {
            Adopt::SharedFile { size } => Shadow::file(size, false, true),
            Adopt::FixedFile { size } => Shadow::file(size, true, false),
            Adopt::PipeToWrite => Shadow::pipe(false),
        };
        shadow.holders = 1;
        if let (Adopt::FixedFile { size }, Some(file)) = (kind, shadow.as_file()) {
            if size > 0 {
                file.fills.push(Interval { start: 0, end: size });
            }
        }
        let rid = self.shadows.allocate(shadow);
        self.touched.insert(rid);
        self.effects.push_back(Effect::Adopt { rid, fd, kind });
        Ok(rid)
    }

    /// Fails if another shadow would be one too many.
    pub fn room_for_shadow(&self, at: Party) -> Result<(), Fault> {
        if self.shadows.len() >= self.config.limits.shadows {
            return Err(Fault { at, reason: Reason::Limit(Limited::Shadows) });
        }
        Ok(())
    }

    /// One more needs this shadow.
    pub fn hold(&mut self, rid: Rid) {
        if let Some(shadow) = self.shadows.get_mut(rid) {
            shadow.holders += 1;
        }
    }

    /// One less needs this shadow.
    pub fn release(&mut self, rid: Rid) {
        if let Some(shadow) = self.shadows.get_mut(rid) {
            shadow.holders = shadow.holders.saturating_sub(1);
            if shadow.as_pipe().is_some_and(|pipe| pipe.broken) {
                self.pipe_broken(rid);
            }
        }
        self.reap(rid);
    }

    /// Lets go of a file that nobody needs any more. Pipes end on their own.
    pub fn reap(&mut self, rid: Rid) {
        let Some(shadow) = self.shadows.get_mut(rid) else { return };
        let done = shadow.holders == 0 && shadow.is_idle() && !self.touched.contains(&rid);
        let Body::File(file) = &shadow.body else { return };
        if done {
            self.stored = self.stored.saturating_sub(file.stored);
            self.shadows.remove(rid);
            self.effects.push_back(Effect::Drop(rid));
        }
    }

    /// Counts content that the peer makes us store.
    pub fn account(&mut self, rid: Rid, bytes: u64) -> Result<(), Fault> {
        let Some(file) = self.shadows.file(rid) else { return Ok(()) };
        let more = bytes.min(file.size.saturating_sub(file.stored));
        file.stored += more;
        self.stored += more;
        if self.stored > self.config.limits.stored {
            return Err(Fault { at: Party::Peer, reason: Reason::Limit(Limited::FileBytes) });
        }
        Ok(())
    }

    // ---- pipes ----

    /// Forgets a pipe. The driver is told by the caller.
    fn end_pipe(&mut self, rid: Rid) {
        let Some(shadow) = self.shadows.remove(rid) else { return };
        if let Body::Pipe(pipe) = &shadow.body {
            self.backlog = self.backlog.saturating_sub(pipe.queued);
            self.note_backlog();
        }
        if !rid.is_of(self.role) && !shadow.injected {
            self.orphans += 1;
        }
        self.touched.remove(&rid);
    }

    pub fn pipe_event(&mut self, rid: Rid, event: PipeEvent) {
        let Some(pipe) = self.shadows.get_mut(rid).and_then(Shadow::as_pipe) else { return };
        match event {
            PipeEvent::Data(bytes) if pipe.reads => self.send(Frame::PipeTransfer(rid, bytes)),
            PipeEvent::Eof if pipe.reads => {
                self.end_pipe(rid);
                self.send(Frame::PipeShutdownW(rid));
                self.effects.push_back(Effect::Drop(rid));
            }
            PipeEvent::Broken if !pipe.reads => self.pipe_broken(rid),
            PipeEvent::Written(n) => {
                let n = n.min(pipe.queued);
                pipe.queued -= n;
                let over = pipe.ended && pipe.queued == 0;
                self.backlog -= n;
                self.note_backlog();
                if over {
                    self.end_pipe(rid);
                }
            }
            _ => {}
        }
    }

    /// The program closed its read end. The peer is told once it can know the pipe, and not if it has said
    /// itself that nothing follows.
    fn pipe_broken(&mut self, rid: Rid) {
        let ours = rid.is_of(self.role);
        let Some(shadow) = self.shadows.get_mut(rid) else { return };
        let pending = ours && shadow.holders > 0;
        let Some(pipe) = shadow.as_pipe() else { return };
        if pending {
            pipe.broken = true;
            return;
        }
        let ended = pipe.ended;
        self.end_pipe(rid);
        // A pipe that was to be finished is closed by the driver, with the last byte or without.
        if !ended {
            self.send(Frame::PipeShutdownR(rid));
            self.effects.push_back(Effect::Drop(rid));
        }
    }

    /// The peer read these bytes from its program's pipe.
    pub fn pipe_write(&mut self, rid: Rid, bytes: bytes::Bytes) -> Result<(), Fault> {
        let Some(shadow) = self.shadows.get_mut(rid) else { return self.late(rid) };
        match shadow.as_pipe() {
            Some(pipe) if pipe.ended => Ok(()),
            Some(pipe) if !pipe.reads => {
                pipe.queued += bytes.len() as u64;
                self.backlog += bytes.len() as u64;
                self.effects.push_back(Effect::PipeWrite(rid, bytes));
                self.note_backlog();
                Ok(())
            }
            _ => Err(Fault { at: Party::Peer, reason: Reason::WrongKind(rid) }),
        }
    }

    /// The peer's end of a pipe is closed. `writes`: its program closed the write end.
    pub fn pipe_shutdown(&mut self, rid: Rid, writes: bool) -> Result<(), Fault> {
        let Some(shadow) = self.shadows.get_mut(rid) else { return self.late(rid) };
        match shadow.as_pipe() {
            Some(pipe) if pipe.ended => Ok(()),
            Some(pipe) if pipe.reads != writes => {
                if writes && pipe.queued > 0 {
                    pipe.ended = true;
                } else {
                    self.end_pipe(rid);
                }
                self.effects.push_back(if writes { Effect::PipeFinish(rid) } else { Effect::Drop(rid) });
                if self.orphans > self.config.limits.shadows {
                    return Err(Fault { at: Party::Peer, reason: Reason::Limit(Limited::Shadows) });
                }
                Ok(())
            }
            _ => Err(Fault { at: Party::Peer, reason: Reason::WrongKind(rid) }),
        }
    }

    /// A frame about something that is gone is harmless; about something that never was, it is not.
    pub fn late(&mut self, rid: Rid) -> Result<(), Fault> {
        if self.shadows.was_open(rid) {
            return Ok(());
        }
        Err(Fault { at: Party::Peer, reason: Reason::UnknownRid(rid) })
    }

    fn note_backlog(&mut self) {
        if self.backlog <= self.config.limits.pipe_queue {
            self.blocked_since = None;
        } else if self.blocked_since.is_none() {
            self.blocked_since = Some(self.now.instant);
        }
    }

    pub fn pipe_backlog(&self) -> u64 {
        self.backlog
    }

    pub fn pipe_deadline(&self) -> Option<Instant> {
        self.blocked_since.map(|since| since.after(self.config.limits.pipe_patience))
    }

    /// Closes the fullest pipes if they held up everything for too long.
    pub fn drop_slow_pipes(&mut self) {
        if self.pipe_deadline().is_none_or(|deadline| deadline > self.now.instant) {
            return;
        }
        while self.backlog > self.config.limits.pipe_queue {
            let queued = |shadow: &Shadow| match &shadow.body {
                Body::Pipe(pipe) => pipe.queued,
                Body::File(_) => 0,
            };
            let Some((rid, _)) = self.shadows.iter().max_by_key(|(_, shadow)| queued(shadow)) else { return };
            self.note(Note::SlowPipe(rid));
            let Some(shadow) = self.shadows.get_mut(rid) else { return };
            shadow.holders = 0;
            let ended = shadow.as_pipe().is_some_and(|pipe| pipe.ended);
            self.pipe_broken(rid);
            if ended {
                self.effects.push_back(Effect::Drop(rid));
            }
        }
    }

    /// See [`super::Engine::verify`].
    pub fn verify(&self) -> Result<(), &'static str> {
        let mut named: BTreeMap<Rid, u32> = BTreeMap::new();
        if self.objects.len() > 4096 {
            return Ok(()); // too slow for every step
        }
        for (_, object) in self.objects.iter() {
            if let Some(rid) = object.data.holds() {
                *named.entry(rid).or_default() += 1;
            }
        }
        let mut queued = 0;
        for (rid, shadow) in self.shadows.iter() {
            let pending = shadow.holders.checked_sub(named.get(&rid).copied().unwrap_or(0));
            match (&shadow.body, pending) {
                (Body::File(_), Some(0 | 1)) => {}
                (Body::File(_), _) => return Err("holders are counted"),
                (Body::Pipe(pipe), _) => queued += pipe.queued,
            }
        }
        if queued != self.backlog {
            return Err("bytes queued for pipes are counted");
        }
        Ok(())
    }
}

/// Takes as many descriptors as a message needs.
pub(crate) fn take_fds(fds: &mut FdQueue, count: u8) -> Option<Vec<FdId>> {
    (0..count).map(|_| fds.pop()).collect()
}
