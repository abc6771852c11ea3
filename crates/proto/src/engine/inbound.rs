//! From the channel to the local program: frames in order, Wayland messages through their handlers, and the
//! gate at which a message waits for its pixels. Not the applying of content: see [`super::lanes`].
//!
//! Invariant: while a message waits, nothing behind it is handled.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

use super::dispatch::{Passing, Verdict, dispatch};
use super::effect::{Access, Create, Effect, Handover};
use super::fault::{Fault, Limited, Party, Reason};
use super::state::State;
use super::{Engine, drain};
use crate::channel::{Capabilities, Frame, WireVersion, kind};
use crate::ids::{Instant, Rid, Role};
use crate::shadow::{Body, Shadow};
use crate::wayland::{Form, Header, Way, split_first};

/// Remote ids that may be announced before their messages come.
const MAX_PENDING_RIDS: usize = 1024;
/// Bytes of updates that may wait for jobs before the channel is no longer read.
const MAX_LANE_BYTES: u64 = 4 << 20;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Inbound {
    /// Frames that wait behind the gate, and when they came.
    pub queue: VecDeque<(Instant, Frame)>,
    /// The `Protocol` body that is being handled.
    current: Bytes,
    /// Announced ids, in order.
    rids: VecDeque<Rid>,
    /// What goes to the local program next.
    out: BytesMut,
    handovers: Vec<Handover>,
    /// The shadow whose updates the next message or frame waits for.
    waiting: Option<Rid>,
    /// Apply jobs under way.
    pub applying: usize,
    /// Payload bytes in lanes.
    pub lane_bytes: u64,
}

impl Inbound {
    /// What comes next depends on this shadow.
    pub fn waits_for(&self, rid: Rid) -> bool {
        self.waiting == Some(rid)
    }

    /// `frame`, which is being handled, is handled once nothing works on this shadow.
    pub fn wait(&mut self, rid: Rid, came: Instant, frame: Frame) {
        self.waiting = Some(rid);
        self.queue.push_front((came, frame));
    }

    /// No further frame may come now.
    pub fn is_waiting(&self) -> bool {
        self.waiting.is_some() || self.lane_bytes > MAX_LANE_BYTES
    }
}

pub(super) fn peer<T>(reason: Reason) -> Result<T, Fault> {
    Err(Fault { at: Party::Peer, reason })
}

impl Engine {
    /// Handles what came, as far as the gate allows.
    pub(super) fn take_frames(&mut self) -> Result<(), Fault> {
        let result = self.take_frames_until_gate();
        self.flush_local();
        result
    }

    fn take_frames_until_gate(&mut self) -> Result<(), Fault> {
        loop {
            if let Some(rid) = self.inbound.waiting {
                if self.state.shadows.get(rid).is_some_and(|shadow| !shadow.is_idle()) {
                    return Ok(());
                }
                self.inbound.waiting = None;
            }
            if self.state.still_awaits() {
                return Ok(());
            }
            if !self.inbound.current.is_empty() {
                self.take_messages()?;
            } else if let Some((came, frame)) = self.inbound.queue.pop_front() {
                self.state.came = came;
                self.take_frame(frame)?;
            } else {
                return Ok(());
            }
        }
    }

    fn take_frame(&mut self, frame: Frame) -> Result<(), Fault> {
        match frame {
            Frame::Protocol(body) => self.inbound.current = body,
            Frame::InjectRids(rids) => return self.inject(rids),
            Frame::OpenFile { rid, size } => return self.open_file(rid, size),
            Frame::ExtendFile { rid, size } => return self.extend_file(rid, size),
            Frame::Update(rid, update) => return self.queue_update(rid, update),
            Frame::OpenReadPipe(rid) => return self.open_pipe(rid, true),
            Frame::OpenWritePipe(rid) => return self.open_pipe(rid, false),
            Frame::PipeTransfer(rid, bytes) => return self.state.pipe_write(rid, bytes),
            Frame::PipeShutdownR(rid) => return self.state.pipe_shutdown(rid, false),
            Frame::PipeShutdownW(rid) => return self.state.pipe_shutdown(rid, true),
            // We keep no copies of what was sent, so there is nothing to do with it.
            Frame::Ack(_) => {}
            Frame::Close(_) => self.life.goodbye = true,
            Frame::Version(version) => return self.adopt_version(version),
            Frame::Capabilities(theirs) => return self.adopt_capabilities(theirs),
            Frame::AwaitRelease(buffer) => return self.take_await(buffer),
            Frame::Have(name) => {
                if !self.state.agreed().has(Capabilities::HASHES) {
                    return peer(Reason::Unexpected(kind::HAVE));
                }
                self.state.effects.push_back(Effect::Known(name));
            }
            Frame::Held(callback, time) => return self.take_held(callback, time),
        }
        Ok(())
    }

    fn adopt_capabilities(&mut self, theirs: Capabilities) -> Result<(), Fault> {
        if self.state.role == Role::Display || self.state.peer.is_some() {
            return peer(Reason::Unexpected(kind::CAPABILITIES));
        }
        self.state.peer = Some(theirs);
        Ok(())
    }

    fn adopt_version(&mut self, version: u32) -> Result<(), Fault> {
        if self.state.role == Role::Display || self.acks.received != 1 {
            return peer(Reason::Unexpected(kind::VERSION));
        }
        if !(WireVersion::V16.0..=WireVersion::V17.0).contains(&version) {
            return peer(Reason::Version(version));
        }
        self.version = WireVersion(version);
        if self.version.acknowledges() {
            self.acks.due = Some(self.state.now.instant);
        }
        Ok(())
    }

    fn inject(&mut self, rids: Vec<Rid>) -> Result<(), Fault> {
        if self.inbound.rids.len() + rids.len() > MAX_PENDING_RIDS {
            return peer(Reason::Limit(Limited::PendingRids));
        }
        for rid in rids {
            let theirs = !rid.is_of(self.state.role);
            // A pipe may have ended before its descriptor was handed over; the program gets a closed one.
            let ended = theirs && self.state.shadows.was_open(rid);
            match self.state.shadows.get_mut(rid) {
                Some(shadow) if !shadow.injected && theirs => shadow.injected = true,
                None if ended => self.state.orphans = self.state.orphans.saturating_sub(1),
                _ => return peer(Reason::UnknownRid(rid)),
            }
            self.inbound.rids.push_back(rid);
        }
        Ok(())
    }

    fn open_file(&mut self, rid: Rid, size: u32) -> Result<(), Fault> {
        let size = u64::from(size);
        if size >= 1 << 31 {
            return peer(Reason::Range(rid));
        }
        let mirrored = self.state.captures;
        self.open(rid, Shadow::file(size, false, mirrored), Create::File { size, mirrored })
    }

    fn open_pipe(&mut self, rid: Rid, reads: bool) -> Result<(), Fault> {
        let kind = if reads { Create::PipeToRead } else { Create::PipeToWrite };
        self.open(rid, Shadow::pipe(reads), kind)
    }

    fn open(&mut self, rid: Rid, mut shadow: Shadow, kind: Create) -> Result<(), Fault> {
        self.state.room_for_shadow(Party::Peer)?;
        shadow.holders = 1;
        shadow.open = true;
        if let Some(file) = shadow.as_file() {
            file.announced = file.size;
        }
        if self.state.shadows.open(rid, shadow).is_none() {
            return peer(Reason::DuplicateRid(rid));
        }
        self.state.effects.push_back(Effect::Create { rid, kind });
        Ok(())
    }

    fn extend_file(&mut self, rid: Rid, size: u32) -> Result<(), Fault> {
        let size64 = u64::from(size);
        let ours = rid.is_of(self.state.role);
        let Some(shadow) = self.state.shadows.get_mut(rid) else { return self.state.late(rid) };
        // Growing moves the mirror that jobs work on.
        if !shadow.is_idle() {
            self.inbound.wait(rid, self.state.came, Frame::ExtendFile { rid, size });
            return Ok(());
        }
        let Some(file) = shadow.as_file().filter(|_| !ours) else { return peer(Reason::WrongKind(rid)) };
        if size64 < file.size || size64 >= 1 << 31 {
            return peer(Reason::Range(rid));
        }
        if size64 > file.size {
            file.size = size64;
            file.announced = size64;
            self.state.effects.push_back(Effect::Resize { rid, size: size64 });
        }
        Ok(())
    }

    /// Handles the messages of the current `Protocol` body.
    fn take_messages(&mut self) -> Result<(), Fault> {
        let body = std::mem::take(&mut self.inbound.current);
        let mut at = 0;
        while at < body.len() {
            let (header, message) = match split_first(&body[at..], Form::Channel) {
                Ok(Some((header, message, _))) => (header, message),
                Ok(None) => return peer(Reason::Wire(crate::wayland::WireError::Truncated)),
                Err(error) => return peer(error.into()),
            };
            let heard = self.early.on_event(header, message);
            self.inject_events(&heard.more)?;
            if heard.known {
                at += header.len;
                continue;
            }
            if let Some(rid) = self.inbound.message(&mut self.state, header, message)? {
                self.inbound.waiting = Some(rid);
                self.inbound.current = body.slice(at..);
                return Ok(());
            }
            at += header.len;
        }
        Ok(())
    }

    /// Gives what was handled to the local program.
    pub(super) fn flush_local(&mut self) {
        if self.inbound.out.is_empty() {
            return;
        }
        let fds = std::mem::take(&mut self.inbound.handovers);
        let handed: Vec<Rid> = fds.iter().map(|handover| handover.rid).collect();
        self.state.effects.push_back(Effect::SendLocal { bytes: drain(&mut self.inbound.out), fds });
        handed.into_iter().for_each(|rid| self.state.release(rid));
    }
}

impl Inbound {
    /// Appends words of our own to what the local program gets.
    pub(super) fn say(&mut self, message: &[u8]) {
        self.out.extend_from_slice(message);
    }

    /// Handles one message; the result is the shadow that it has to wait for.
    pub(super) fn message(
        &mut self,
        state: &mut State,
        header: Header,
        message: &[u8],
    ) -> Result<Option<Rid>, Fault> {
        let way = match state.role {
            Role::App => Way::Event,
            Role::Display => Way::Request,
        };
        let count = usize::from(header.fds);
        let Some(mut rids) = self.peek(state, count) else { return peer(Reason::RidCount) };
        let known = state.objects.get(header.object).map(|object| object.interface);
        let verdict = match known.and_then(|i| Some((i, i.message(way, header.opcode)?))) {
            None => Verdict::Pass,
            Some((_, signature)) if usize::from(signature.fds) != count => return peer(Reason::RidCount),
            Some((interface, signature)) => {
                let passing = Passing { interface, signature, way, header, message, inbound: true };
                dispatch(state, &passing, Vec::new(), &mut rids)?
            }
        };
        if let Verdict::Wait(rid) = verdict {
            return Ok(Some(rid));
        }
        self.rids.drain(..count);
        let body = match &verdict {
            Verdict::Rewrite(bytes) => bytes.get(Header::SIZE..).unwrap_or_default(),
            Verdict::Swallow | Verdict::Wait(_) => {
                rids.into_iter().for_each(|handover| state.release(handover.rid));
                return Ok(None);
            }
            Verdict::Pass => &message[Header::SIZE..],
        };
        let plain = Header { fds: 0, len: body.len() + Header::SIZE, ..header };
        self.out.extend_from_slice(&plain.write(Form::Program));
        self.out.extend_from_slice(body);
        self.handovers.append(&mut rids);
        Ok(None)
    }

    /// The next `count` announced ids, with the access that fits their kind.
    fn peek(&self, state: &State, count: usize) -> Option<Vec<Handover>> {
        if self.rids.len() < count {
            return None;
        }
        let hand = |rid: &Rid| {
            let access = match state.shadows.get(*rid).map(|shadow| &shadow.body) {
                Some(Body::File(_)) => Access::ReadWrite,
                Some(Body::Pipe(_)) | None => Access::Move,
            };
            Handover { rid: *rid, access }
        };
        Some(self.rids.iter().take(count).map(hand).collect())
    }
}
