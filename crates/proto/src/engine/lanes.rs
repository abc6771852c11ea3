//! Applying the peer's content: one update after the other for each shadow, shadows independent of each
//! other. Not the work itself, which is a [`Job`].
//!
//! Invariant: an update is checked against its file's size before anything is allocated for it, and never
//! starts before every other job for the same file has ended: two jobs must not use the same bytes of a
//! mirror, and nobody knows which bytes an update has before it is unpacked.

use super::effect::{Done, Effect, Job, JobError, Note};
use super::fault::{Fault, Limited, Party, Reason};
use super::{Engine, Purpose};
use crate::channel::{Capabilities, Frame, Update};
use crate::ids::Rid;
use crate::shadow::File;

impl Engine {
    /// The peer sent new content.
    pub(super) fn queue_update(&mut self, rid: Rid, update: Update) -> Result<(), Fault> {
        let named = matches!(update, Update::Packed { .. } | Update::Pixels { .. });
        if named && !self.state.agreed().has(Capabilities::PIXELS) {
            return Err(Fault {
                at: Party::Peer,
                reason: Reason::Unexpected(Frame::Update(rid, update).kind()),
            });
        }
        let Some(shadow) = self.state.shadows.get_mut(rid) else {
            self.state.note(Note::StaleUpdate(rid));
            return self.state.late(rid);
        };
        let peer = |reason| Fault { at: Party::Peer, reason };
        let ours = rid.is_of(self.state.role);
        match shadow.as_file() {
            Some(file) if !(file.fixed && ours) => {
                if !is_within(file, &update) {
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
        let ticket = self.ticket(Purpose::Apply(rid));
        self.state.effects.push_back(Effect::Run(Job::Apply { ticket, rid, update }));
    }

    /// A job ended.
    pub(super) fn job_done(&mut self, done: Done) -> Result<(), Fault> {
        let ticket = match &done {
            Done::Update(ticket, _) | Done::Applied(ticket) | Done::Failed(ticket, _) => *ticket,
        };
        match self.tickets.remove(&ticket) {
            Some(Purpose::Send(rid)) => self.sent(rid, done),
            Some(Purpose::Apply(rid)) => self.applied(rid, done),
            None => Err(Fault { at: Party::Ourselves, reason: Reason::Internal }),
        }
    }

    fn applied(&mut self, rid: Rid, done: Done) -> Result<(), Fault> {
        self.inbound.applying -= 1;
        if let Some(shadow) = self.state.shadows.get_mut(rid) {
            shadow.applying = false;
        }
        if let Done::Failed(_, error) = done {
            let at = match error {
                JobError::Malformed => Party::Peer,
                JobError::Shrunk => Party::local(self.state.role),
                JobError::Machine => Party::Ourselves,
            };
            return Err(Fault { at, reason: error.into() });
        }
        self.resume_sending(rid)?;
        self.start_apply(rid);
        self.state.reap(rid);
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
    }
}
