//! Applying the peer's content: one update after the other for each shadow, shadows independent of each
//! other. Not the work itself, which is a [`Job`].
//!
//! Invariant: an update is checked against its file's size before anything is allocated for it, and never
//! starts before every other job for the same file has ended: two jobs must not use the same bytes of a
//! mirror, and nobody knows which bytes an update has before it is unpacked.

use super::effect::{Done, Effect, Job, JobError, Note};
use super::fault::{Fault, Limited, Party, Reason};
use super::{Engine, Purpose, moves};
use crate::channel::{Capabilities, Frame, Update, kind};
use crate::ids::{Rid, Role};
use crate::shadow::{File, Shadow};

impl Engine {
    /// The peer sent new content.
    pub(super) fn queue_update(&mut self, rid: Rid, update: Update) -> Result<(), Fault> {
        let needs = match update {
            Update::Packed { .. } | Update::Pixels { .. } => Capabilities::PIXELS,
            Update::Named { .. } => Capabilities::HASHES,
            Update::Fill { .. } | Update::Diff { .. } | Update::Copy { .. } => Capabilities::NONE,
        };
        if !self.state.agreed().has(needs) {
            return Err(Fault {
                at: Party::Peer,
                reason: Reason::Unexpected(Frame::Update(rid, update).kind()),
            });
        }
        if self.state.shadows.get(rid).is_none() {
            self.state.note(Note::StaleUpdate(rid));
            return self.state.late(rid);
        }
        let source = match update.source() {
            Some(source) => match self.check_copy(rid, source, &update)? {
                Some(busy) => {
                    self.inbound.wait(busy, self.state.came, Frame::Update(rid, update));
                    return Ok(());
                }
                None => Some(source),
            },
            None => None,
        };
        let Some(shadow) = self.state.shadows.get_mut(rid) else { return Ok(()) };
        let peer = |reason| Fault { at: Party::Peer, reason };
        let ours = rid.is_of(self.state.role);
        match shadow.as_file() {
            Some(file) if !(file.fixed && ours) => {
                if source.is_none() && !is_within(file, &update) {
                    return Err(peer(Reason::Range(rid)));
                }
            }
            _ => return Err(peer(Reason::WrongKind(rid))),
        }
        if update.unpacked() > self.state.config.limits.update {
            return Err(peer(Reason::Limit(Limited::Update)));
        }
        self.inbound.lane_bytes += update.payload().len() as u64;
        shadow.lane.push_back(update.clone());
        if !ours {
            self.state.account(rid, update.unpacked())?;
        }
        self.start_apply(rid);
        Ok(())
    }

    /// Checks an update that copies. If it cannot begin at once, the result is the shadow that it has to wait for: its
    /// two files must not be changed by others meanwhile, so none of them may have updates in its lane.
    fn check_copy(&mut self, rid: Rid, source: Rid, update: &Update) -> Result<Option<Rid>, Fault> {
        let peer = |reason| Fault { at: Party::Peer, reason };
        if self.state.role == Role::App || !self.state.agreed().has(Capabilities::COPIES) {
            return Err(peer(Reason::Unexpected(kind::COPY)));
        }
        let mut size = |rid: Rid| match self.state.shadows.get_mut(rid).map(Shadow::as_file) {
            Some(Some(file)) if rid.is_of(Role::App) => Ok(file.size),
            Some(_) => Err(peer(Reason::WrongKind(rid))),
            None => Err(peer(Reason::UnknownRid(rid))),
        };
        let (to, from) = (size(rid)?, size(source)?);
        if !moves::fit(update, to, from, rid == source) {
            return Err(peer(Reason::Range(rid)));
        }
        let busy = |rid: &Rid| self.state.shadows.get(*rid).is_some_and(|shadow| !shadow.is_idle());
        Ok([rid, source].into_iter().find(|it| rid != source && busy(it)))
    }

    /// Applies the next update, unless another job uses the mirror.
    pub(super) fn start_apply(&mut self, rid: Rid) {
        let Some(shadow) = self.state.shadows.get_mut(rid) else { return };
        if shadow.applying || shadow.sending > 0 {
            return;
        }
        let Some(update) = shadow.lane.pop_front() else { return };
        shadow.applying = true;
        self.inbound.lane_bytes -= update.payload().len() as u64;
        self.inbound.applying += 1;
        let purpose = match update.source().filter(|source| *source != rid) {
            Some(source) => {
                // Both are idle: it was looked at when the update came.
                self.state.shadows.get_mut(source).into_iter().for_each(|shadow| shadow.applying = true);
                Purpose::Copy { rid, source }
            }
            None => Purpose::Apply(rid),
        };
        let ticket = self.ticket(purpose);
        self.state.effects.push_back(Effect::Run(Job::Apply { ticket, rid, update }));
    }

    /// A job ended.
    pub(super) fn job_done(&mut self, done: Done) -> Result<(), Fault> {
        let ticket = match &done {
            Done::Update(ticket, _)
            | Done::Moved(ticket, _)
            | Done::Applied(ticket)
            | Done::Kept(ticket, _)
            | Done::Failed(ticket, _) => *ticket,
        };
        match self.tickets.remove(&ticket) {
            Some(Purpose::Send { rid, source }) => self.sent((rid, source), done),
            Some(Purpose::Move(search)) => self.moved(&search, done),
            Some(Purpose::Apply(rid)) => self.applied(rid, None, done),
            Some(Purpose::Copy { rid, source }) => self.applied(rid, Some(source), done),
            None => Err(Fault { at: Party::Ourselves, reason: Reason::Internal }),
        }
    }

    fn applied(&mut self, rid: Rid, source: Option<Rid>, done: Done) -> Result<(), Fault> {
        self.inbound.applying -= 1;
        let used = || [Some(rid), source].into_iter().flatten();
        for used in used() {
            self.state.shadows.get_mut(used).into_iter().for_each(|shadow| shadow.applying = false);
        }
        if let Done::Kept(_, name) = done {
            if self.state.agreed().has(Capabilities::HASHES) {
                self.state.send(Frame::Have(name));
            }
        }
        if let Done::Failed(_, error) = done {
            let at = match error {
                JobError::Malformed => Party::Peer,
                JobError::Shrunk => Party::local(self.state.role),
                JobError::Machine => Party::Ourselves,
            };
            return Err(Fault { at, reason: error.into() });
        }
        for used in used() {
            self.resume_sending(used)?;
            self.start_apply(used);
            self.state.reap(used);
        }
        self.take_frames()
    }
}

/// True if the stated sizes can be right for `file`.
fn is_within(file: &File, update: &Update) -> bool {
    match *update {
        Update::Fill { start, end, .. } => start < end && u64::from(end) <= file.size,
        Update::Diff { diff_size, ntrailing, .. } | Update::Packed { diff_size, ntrailing, .. } => {
            // Each segment holds one word at least: 12 bytes on the wire for 4 of the file.
            let most = file.size / 4 * 12;
            diff_size % 4 == 0
                && (diff_size > 0 || ntrailing > 0)
                && u64::from(diff_size) <= most
                && u64::from(ntrailing) <= file.size
        }
        Update::Pixels { start, pitch, row, total, .. } => {
            let (pitch, row, total) = (u64::from(pitch), u64::from(row), u64::from(total));
            if row == 0 || total == 0 || pitch < row {
                return false;
            }
            let last = (total - 1) / row;
            u64::from(start) + last * pitch + (total - last * row) <= file.size
        }
        Update::Named { size, .. } => u64::from(size) == file.size,
        // See `check_copy`.
        Update::Copy { .. } => false,
    }
}
