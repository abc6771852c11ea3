//! What a session puts on its link, and when.
//!
//! Not how much may be there: see [`crate::session::flow`]. Invariants: [`Session::has_output`] says yes only if
//! [`Session::take_output`] gives something, and whenever it says no because something has to wait,
//! [`Session::poll_timeout`] says how long, or the other end is about to say something.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

use super::{Link, RECORDS, Session};
use crate::Instant;
use crate::session::frame::{Frame, data_header};
use crate::session::stream::Sending;

/// Pieces of what a new link is filled with: each is acknowledged by itself.
const PROBE_CHUNK: usize = 4 << 10;

/// Between the first and the second of them, in nanoseconds.
const PROBE_GAP: u64 = 4_000_000;

impl Session {
    /// What to put on the link next: at least one frame if there is any, and then until `most` bytes are reached.
    /// The pieces go to the end of `out`; the result is how many bytes they are.
    pub fn take_output(&mut self, now: Instant, most: usize, out: &mut VecDeque<Bytes>) -> usize {
        if self.link.is_none() {
            return 0;
        }
        let mut total = self.take_signs(now, out);
        while total < most && self.records.sending.sendable() > 0 && self.may_send(now, true) {
            let count = self.records.sending.sendable().min(self.chunk());
            let bytes = put_data(RECORDS, count, &mut self.records.sending, out);
            self.was_sent(now, bytes);
            total += bytes;
        }
        // Nothing of a stream may go before its opening.
        if self.records.sending.unsent() > 0 {
            return total;
        }
        while total < most {
            let Some(id) = self.next_stream(now) else { break };
            total += self.take_of(now, id, out);
        }
        if self.scheduler.is_empty() {
            total += self.take_filler(now, most.saturating_sub(total), out);
        }
        if self.scheduler.is_empty() && self.probes().is_none() {
            self.link.iter_mut().for_each(|link| link.flow.ran_dry());
        }
        total
    }

    /// When a new link is to be filled with something.
    fn probes(&self) -> Option<Instant> {
        self.link.as_ref().filter(|link| link.probe.left > 0).map(|link| link.probe.next)
    }

    /// What a new link is filled with if there is nothing else. No stage of the way can make less of it.
    fn take_filler(&mut self, now: Instant, most: usize, out: &mut VecDeque<Bytes>) -> usize {
        let mut total = 0;
        while total < most && self.probes().is_some_and(|at| at <= now) && self.may_send(now, false) {
            let mut word = 0x9e37_79b9_7f4a_7c15_u64;
            let bytes = std::iter::repeat_with(|| {
                word ^= word << 13;
                word ^= word >> 7;
                word ^= word << 17;
                word as u8
            });
            let Some(Link { flow, probe, .. }) = &mut self.link else { break };
            let filler = bytes.take(probe.left.min(PROBE_CHUNK)).collect();
            let bytes = put(&Frame::Filler(filler), out);
            flow.probed(now, bytes as u64);
            probe.left = probe.left.saturating_sub(bytes);
            total += bytes;
            if !std::mem::replace(&mut probe.begun, true) {
                // The first piece goes by itself: two arrivals are needed to see a rate.
                probe.next = now.after(PROBE_GAP);
            }
        }
        total
    }

    /// The stream whose turn it is, if anything may be sent.
    fn next_stream(&mut self, now: Instant) -> Option<u32> {
        if self.scheduler.is_empty() {
            return None;
        }
        let streams = &self.streams;
        let unsent = |id: u32| streams.get(&id).map_or(0, |it| it.sending.unsent());
        let flow = &mut self.link.as_mut()?.flow;
        match flow.may_send(now, false) {
            true => self.scheduler.pop(unsent),
            false if flow.may_send(now, true) => self.scheduler.pop_small(unsent),
            false => None,
        }
    }

    /// The next frame of a stream.
    fn take_of(&mut self, now: Instant, id: u32, out: &mut VecDeque<Bytes>) -> usize {
        let chunk = self.chunk();
        let Some(stream) = self.streams.get_mut(&id) else { return 0 };
        stream.queued = false;
        let mut total = 0;
        let count = stream.sending.sendable().min(chunk);
        if count > 0 {
            total = put_data(id, count, &mut stream.sending, out);
        }
        let finishes = stream.sending.is_finish_due();
        self.scheduler.was_sent(total);
        self.was_sent(now, total);
        if finishes {
            self.streams.get_mut(&id).into_iter().for_each(|it| it.sending.finish_was_sent());
            total += put(&Frame::Finish(id), out);
        }
        self.recount(id);
        self.ready(id);
        total
    }

    /// Makes the ping that is due, if one is. To be called on every turn: where the link takes nothing, the ping cannot
    /// be sent, but the silence after it counts.
    pub fn ask(&mut self, now: Instant) {
        let busy = self.is_busy();
        let due = self.link.as_mut().and_then(|link| link.life.ask(now, busy));
        self.ping = due.or(self.ping);
    }

    /// Whether there is something to put on the link now.
    pub fn has_output(&self, now: Instant) -> bool {
        let Some(link) = &self.link else { return false };
        let unsent = |id: u32| self.streams.get(&id).map_or(0, |it| it.sending.unsent());
        let wants = |urgent: bool| match self.records.sending.unsent() {
            0 if self.scheduler.is_empty() => !urgent && self.probes().is_some_and(|at| at <= now),
            0 => !urgent || self.scheduler.has_small(unsent),
            _ => urgent && self.records.sending.sendable() > 0,
        };
        let may = |urgent: bool| wants(urgent) && link.flow.allows(now, urgent);
        self.owed.iter().any(|id| self.may_credit(*id))
            || !self.pongs.is_empty()
            || self.ping.is_some()
            || link.acks.due(link.flow.ack_delay()).is_some_and(|at| at <= now)
            || may(true)
            || may(false)
            || (now >= link.life.timeout(self.is_busy()) && !link.life.is_dead(now))
    }

    /// When to call [`Self::is_dead`] and [`Self::take_output`] again at the latest.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let link = self.link.as_ref()?;
        let free = self.records.sending.unsent() == 0;
        let next = match self.scheduler.is_empty() {
            false => link.flow.next(),
            true => self.probes().and_then(|at| Some(link.flow.next()?.max(at))),
        };
        let next = next.filter(|_| free);
        let ack = link.acks.due(link.flow.ack_delay());
        next.into_iter().chain(ack).chain(self.poll_silence()).min()
    }

    /// The same where the link takes nothing more: whatever is due has to wait, but silence counts.
    pub fn poll_silence(&self) -> Option<Instant> {
        Some(self.link.as_ref()?.life.timeout(self.is_busy()))
    }

    /// Whether the link has been silent for too long.
    pub fn is_dead(&self, now: Instant) -> bool {
        self.link.as_ref().is_some_and(|link| link.life.is_dead(now))
    }

    // ---- Inside -----------------------------------------------------------------------------------------------

    fn may_send(&mut self, now: Instant, urgent: bool) -> bool {
        self.link.as_mut().is_some_and(|link| link.flow.may_send(now, urgent))
    }

    fn was_sent(&mut self, now: Instant, bytes: usize) {
        if let Some(link) = self.link.as_mut().filter(|_| bytes > 0) {
            link.flow.sent(now, bytes as u64);
            link.probe.left = link.probe.left.saturating_sub(bytes);
        }
    }

    fn chunk(&self) -> usize {
        self.link.as_ref().map_or(crate::session::frame::CHUNK, |link| link.flow.chunk())
    }

    /// Pings, pongs and credits: small, and somebody waits for them.
    fn take_signs(&mut self, now: Instant, out: &mut VecDeque<Bytes>) -> usize {
        self.ask(now);
        let ping = self.ping.take();
        let mut bytes = BytesMut::new();
        while let Some(token) = self.pongs.pop_front() {
            Frame::Pong(token).put(&mut bytes);
        }
        for id in std::mem::take(&mut self.owed) {
            if !self.may_credit(id) {
                self.owed.insert(id);
                continue;
            }
            let stream = match id {
                RECORDS => Some(&mut self.records),
                _ => self.streams.get_mut(&id),
            };
            let Some(stream) = stream else { continue };
            let (received, limit) = stream.receiving.credit();
            Frame::Credit { stream: id, received, limit }.put(&mut bytes);
            self.maybe_forget(id);
        }
        if let Some(token) = ping {
            Frame::Ping(token).put(&mut bytes);
        }
        self.tell(now, !bytes.is_empty(), &mut bytes);
        let length = bytes.len();
        if length > 0 {
            out.push_back(bytes.freeze());
        }
        length
    }

    /// Says what has arrived, if it is time: at once with other signs, and earlier with bytes that go anyway.
    fn tell(&mut self, now: Instant, signs: bool, out: &mut BytesMut) {
        let bytes = !self.scheduler.is_empty();
        let Some(link) = &mut self.link else { return };
        let delay = match (signs, bytes) {
            (true, _) => 0,
            (false, true) => link.flow.ack_delay() / 2,
            (false, false) => link.flow.ack_delay(),
        };
        if link.acks.due(delay).is_some_and(|at| at <= now) {
            link.acks.tell(now).put(out);
        }
    }

    /// Whether the credit of a stream may go now: the other end must know the stream.
    fn may_credit(&self, id: u32) -> bool {
        let ours = id != RECORDS && id % 2 == self.next_ours % 2;
        !ours || self.records.sending.unsent() == 0
    }
}

fn put(frame: &Frame, out: &mut VecDeque<Bytes>) -> usize {
    let mut bytes = BytesMut::new();
    frame.put(&mut bytes);
    let length = bytes.len();
    out.push_back(bytes.freeze());
    length
}

fn put_data(id: u32, count: usize, sending: &mut Sending, out: &mut VecDeque<Bytes>) -> usize {
    let header = data_header(id, count);
    out.push_back(Bytes::copy_from_slice(&header));
    header.len() + sending.take(count, out)
}
