//! What a peer says, checked before it is believed.
//!
//! Not its form: see [`crate::session::frame`]. Invariant: a peer can make neither events nor what is kept for
//! it grow by more than it sends itself, nor beyond the bounds of [`super::Config`].

use bytes::Bytes;

use super::{Event, RECORDS, Record, Session};
use crate::Instant;
use crate::session::{Kind, SessionError};

/// Records that may wait before the peer's openings, each of which may be answered by a record, are too many.
const RECORDS_MAX: u64 = 4 << 20;

/// Why a stream is given up: there are too many.
const TOO_MANY: u32 = 1;

impl Session {
    /// Whether a stream of this number has ever been opened.
    fn was_opened(&self, id: u32) -> bool {
        let next = if id % 2 == self.next_ours % 2 { self.next_ours } else { self.next_theirs };
        id != RECORDS && id < next
    }

    fn known(&self, id: u32) -> Result<(), SessionError> {
        if id == RECORDS || self.was_opened(id) { Ok(()) } else { Err(SessionError::Stream(id)) }
    }

    pub(super) fn on_data(&mut self, id: u32, bytes: Bytes) -> Result<(), SessionError> {
        self.known(id)?;
        let Some(stream) = self.streams.get_mut(&id) else { return Ok(()) };
        if !stream.receiving.take(bytes.len()) {
            return Err(SessionError::Window(id));
        }
        if stream.receiving.is_credit_due() {
            self.owed.insert(id);
        }
        self.events.push_back(Event::Data(id, bytes));
        Ok(())
    }

    pub(super) fn on_finish(&mut self, id: u32) -> Result<(), SessionError> {
        self.known(id)?;
        let Some(stream) = self.streams.get_mut(&id) else { return Ok(()) };
        if !stream.receiving.finish() {
            return Err(SessionError::Step(id));
        }
        self.owed.insert(id);
        self.events.push_back(Event::Finished(id));
        Ok(())
    }

    pub(super) fn on_credit(&mut self, id: u32, received: u64, limit: u64) -> Result<(), SessionError> {
        self.known(id)?;
        let stream = match id {
            RECORDS => Some(&mut self.records),
            _ => self.streams.get_mut(&id),
        };
        let Some(stream) = stream else { return Ok(()) };
        let before = stream.sending.kept();
        if !stream.sending.acknowledge(received, limit) {
            return Err(SessionError::Step(id));
        }
        if id != RECORDS {
            self.kept -= before - stream.sending.kept();
            self.recount(id);
            self.ready(id);
            self.maybe_forget(id);
        }
        Ok(())
    }

    /// So much has come over the present link.
    pub(super) fn on_arrived(
        &mut self,
        now: Instant,
        delay: u32,
        received: u64,
        at: u64,
    ) -> Result<(), SessionError> {
        let Some(link) = &mut self.link else { return Ok(()) };
        match link.flow.acknowledge(now, received, at, u64::from(delay) * 1000) {
            true => Ok(()),
            false => Err(SessionError::Arrived(received)),
        }
    }

    pub(super) fn on_records(&mut self, bytes: &[u8]) -> Result<(), SessionError> {
        if !self.records.receiving.take(bytes.len()) {
            return Err(SessionError::Window(RECORDS));
        }
        // A record is heeded at once.
        self.records.receiving.consume(bytes.len());
        if self.records.receiving.is_credit_due() {
            self.owed.insert(RECORDS);
        }
        self.incoming.extend_from_slice(bytes);
        while let Some(record) = Record::take(&mut self.incoming)? {
            match record {
                Record::Open(id, kind) => self.on_open(id, kind)?,
                Record::Reset(id, _) => {
                    self.known(id)?;
                    if self.forget(id) {
                        self.events.push_back(Event::Reset(id));
                    }
                }
                Record::Message(message) => self.events.push_back(Event::Message(message)),
            }
        }
        Ok(())
    }

    fn on_open(&mut self, id: u32, kind: Kind) -> Result<(), SessionError> {
        if id != self.next_theirs {
            return Err(SessionError::Stream(id));
        }
        // Whoever opens and opens, and does not read what is said to it.
        if self.records.sending.kept() > RECORDS_MAX {
            return Err(SessionError::Streams);
        }
        self.next_theirs = id.checked_add(2).ok_or(SessionError::Streams)?;
        // No fault of theirs: both ends may open the last one at the same time.
        if self.streams.len() >= self.config.streams {
            self.record(&Record::Reset(id, TOO_MANY));
            return Ok(());
        }
        self.add(id, None);
        self.events.push_back(Event::Opened(id, kind));
        Ok(())
    }
}
