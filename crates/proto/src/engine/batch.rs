//! The messages read in one turn, together with the shadow updates they need. Not the parsing: see
//! [`super::outbound`].
//!
//! Invariants (channel.md 6.4, 8.2): everything a `Protocol` frame depends on leaves before it; each
//! `InjectRids` stands directly before the `Protocol` that uses exactly its ids; while a batch waits for its
//! jobs, the local program is not read.

use std::collections::BTreeSet;

use bytes::{Bytes, BytesMut};

use super::effect::{Copies, Done, Effect, Job};
use super::fault::Fault;
use super::{Engine, Purpose, drain};
use crate::channel::Frame;
use crate::damage::Interval;
use crate::ids::Rid;
use crate::shadow::Body;

/// Bytes of Wayland messages in one `Protocol` frame, unless a single message is longer. Receivers of the
/// Rust waypipe have buffers of this size.
const PROTOCOL_BYTES: usize = 4096;
/// Remote ids for one `Protocol` frame: as many as a receiver of the Rust waypipe has room for.
const PROTOCOL_RIDS: usize = 8;
/// Bytes of a file that one job looks at, and so the most content in one frame.
pub const CHUNK: u64 = 262_144;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    bytes: BytesMut,
    rids: Vec<Rid>,
    /// Where a new `Protocol` frame begins: ends of bytes and rids.
    cuts: Vec<(usize, usize)>,
    /// Waiting for jobs.
    pub sealed: bool,
    /// Jobs that are not done.
    pub outstanding: usize,
    /// Shadows whose jobs come later, because an update is being applied to them.
    pub deferred: BTreeSet<Rid>,
    /// Shadows for which nothing was started yet.
    pub unstarted: BTreeSet<Rid>,
}

impl Batch {
    /// Appends a message in channel form and the ids for its descriptors.
    pub fn push(&mut self, message: &[u8], rids: &[Rid]) {
        let (bytes_from, rids_from) = self.cuts.last().copied().unwrap_or((0, 0));
        let (bytes, ids) = (self.bytes.len() - bytes_from, self.rids.len() - rids_from);
        if bytes > 0 && (bytes + message.len() > PROTOCOL_BYTES || ids + rids.len() > PROTOCOL_RIDS) {
            self.cuts.push((self.bytes.len(), self.rids.len()));
        }
        self.bytes.extend_from_slice(message);
        self.rids.extend_from_slice(rids);
    }

    /// Everything that its messages depend on was sent.
    fn is_ready(&self) -> bool {
        self.sealed && self.outstanding == 0 && self.deferred.is_empty()
    }

    /// The frames, in order; the batch is empty afterwards.
    fn frames(&mut self) -> (Vec<(Vec<Rid>, Bytes)>, Vec<Rid>) {
        let mut bytes = drain(&mut self.bytes);
        let rids = std::mem::take(&mut self.rids);
        let mut cuts = std::mem::take(&mut self.cuts);
        cuts.push((bytes.len(), rids.len()));
        let mut from = (0, 0);
        let mut frames = Vec::with_capacity(cuts.len());
        for to in cuts {
            let body = bytes.split_to(to.0 - from.0);
            if !body.is_empty() {
                frames.push((rids[from.1..to.1].to_vec(), body));
            }
            from = to;
        }
        self.sealed = false;
        (frames, rids)
    }
}

impl Engine {
    /// Ends the batch: opens and grows what is new, starts the jobs, and sends everything if there are none.
    pub(super) fn seal(&mut self) {
        let touched = std::mem::take(&mut self.state.touched);
        if self.batch.bytes.is_empty() && touched.is_empty() {
            return;
        }
        self.batch.sealed = true;
        self.batch.unstarted.clone_from(&touched);
        for rid in &touched {
            if self.state.shadows.get(*rid).is_some_and(|shadow| shadow.applying) {
                self.batch.deferred.insert(*rid);
            } else {
                self.start_sending(*rid);
            }
        }
        touched.into_iter().for_each(|rid| self.state.reap(rid));
        if self.batch.is_ready() {
            self.flush_batch();
        }
    }

    /// Opens or grows a shadow of the batch and starts its jobs. No update may be under way: both need the
    /// mirror.
    fn start_sending(&mut self, rid: Rid) {
        if let Some(file) = self.state.shadows.file(rid) {
            let size = file.size;
            if std::mem::take(&mut file.resize_due) {
                self.state.effects.push_back(Effect::Resize { rid, size });
            }
        }
        self.announce(rid);
        self.batch.unstarted.remove(&rid);
        if !self.start_move(rid) {
            self.start_comparing(rid, None);
        }
    }

    /// Starts the jobs that find what is to be sent, and make these copies before.
    pub(super) fn start_comparing(&mut self, rid: Rid, copies: Option<Copies>) {
        for job in self.jobs_for(rid, copies) {
            self.batch.outstanding += 1;
            self.state.effects.push_back(Effect::Run(job));
        }
    }

    /// An update was applied: jobs that waited for it start, and the batch goes on if there are none.
    pub(super) fn resume_sending(&mut self, rid: Rid) -> Result<(), Fault> {
        if !self.batch.deferred.remove(&rid) {
            return Ok(());
        }
        self.start_sending(rid);
        self.go_on()
    }

    /// Sends the batch if all its content is on its way, and reads on.
    pub(super) fn go_on(&mut self) -> Result<(), Fault> {
        if self.batch.is_ready() {
            self.flush_batch();
            self.take_local()?;
        }
        Ok(())
    }

    /// Tells the peer of a new shadow, or of its new size.
    fn announce(&mut self, rid: Rid) {
        let Some(shadow) = self.state.shadows.get_mut(rid) else { return };
        let opened = std::mem::replace(&mut shadow.open, true);
        let frame = match &mut shadow.body {
            Body::Pipe(_) if opened => return,
            // Named from the peer's point of view: what it does with the pipe it makes.
            Body::Pipe(pipe) if pipe.reads => Frame::OpenWritePipe(rid),
            Body::Pipe(_) => Frame::OpenReadPipe(rid),
            Body::File(file) => {
                let grown = file.size > file.announced;
                file.announced = file.size;
                let size = file.size as u32;
                match (opened, grown) {
                    (false, _) => Frame::OpenFile { rid, size },
                    (true, true) => Frame::ExtendFile { rid, size },
                    (true, false) => return,
                }
            }
        };
        self.state.send(frame);
    }

    fn jobs_for(&mut self, rid: Rid, copies: Option<Copies>) -> Vec<Job> {
        let Some(file) = self.state.shadows.file(rid) else { return Vec::new() };
        let fills = std::mem::take(&mut file.fills);
        let pitch = file.pitch.take().unwrap_or(0);
        let (dirty, mut tail) = file.compared().unwrap_or_default();
        file.dirty.clear();
        let mut jobs = Vec::new();
        // A tail has no position: it is the end of the file in the receiver's size, and the owner of this
        // file may have made it longer meanwhile. What was captured there is among the fills.
        tail &= rid.is_of(self.state.role);
        for range in fills.into_iter().flat_map(chunks) {
            let ticket = self.ticket(Purpose::Send { rid, source: None });
            jobs.push(Job::Fill { ticket, rid, range });
        }
        let source = copies.as_ref().and_then(|copies| copies.source);
        let mut parts = if dirty.is_empty() { Vec::new() } else { dirty.split(CHUNK) };
        if tail && parts.is_empty() {
            parts.push(Vec::new());
        }
        let last = parts.len();
        for (n, intervals) in parts.into_iter().enumerate() {
            let ticket = self.ticket(Purpose::Send { rid, source });
            let (tail, copies) = (tail && n + 1 == last, copies.clone());
            jobs.push(Job::Diff { ticket, rid, intervals, tail, pitch, copies });
        }
        if let Some(shadow) = self.state.shadows.get_mut(rid) {
            shadow.sending += jobs.len() as u32;
        }
        if let Some(shadow) = source.and_then(|source| self.state.shadows.get_mut(source)) {
            shadow.sending += last as u32;
        }
        jobs
    }

    /// A job for this batch ended.
    pub(super) fn sent(&mut self, (rid, source): (Rid, Option<Rid>), done: Done) -> Result<(), Fault> {
        self.batch.outstanding -= 1;
        self.unused(rid, source);
        match done {
            Done::Update(_, Some(update)) => self.state.send(Frame::Update(rid, update)),
            Done::Update(_, None) | Done::Applied(_) | Done::Kept(..) | Done::Moved(..) => {}
            Done::Failed(_, error) => return Err(self.unsent(error)),
        }
        self.free_again(rid, source)
    }

    /// A job that was to send something does not use these files any more.
    pub(super) fn unused(&mut self, rid: Rid, source: Option<Rid>) {
        for used in [Some(rid), source].into_iter().flatten() {
            self.state.shadows.get_mut(used).into_iter().for_each(|shadow| shadow.sending -= 1);
        }
    }

    /// What waited for these files goes on, if nothing else uses them.
    pub(super) fn free_again(&mut self, rid: Rid, source: Option<Rid>) -> Result<(), Fault> {
        for used in [Some(rid), source].into_iter().flatten() {
            self.start_apply(used);
            self.state.reap(used);
        }
        self.go_on()?;
        let waited = self.inbound.waits_for(rid) || source.is_some_and(|it| self.inbound.waits_for(it));
        if waited { self.take_frames() } else { Ok(()) }
    }

    /// Sends the messages of a batch whose content is on its way.
    fn flush_batch(&mut self) {
        self.acknowledge();
        let (frames, rids) = self.batch.frames();
        for (rids, body) in frames {
            if !rids.is_empty() {
                self.state.send(Frame::InjectRids(rids));
            }
            self.state.send(Frame::Protocol(body));
        }
        self.commits_sent();
        // The hand-over was a holder of its own.
        rids.into_iter().for_each(|rid| self.state.release(rid));
    }
}

/// Cuts a range into pieces of at most [`CHUNK`] bytes.
fn chunks(range: Interval) -> impl Iterator<Item = Interval> {
    (range.start..range.end)
        .step_by(CHUNK as usize)
        .map(move |start| Interval { start, end: range.end.min(start + CHUNK) })
}
