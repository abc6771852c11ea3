//! The session: streams, stream 0, the scheduler and the lifeline as one machine.
//!
//! Invariants: bytes of a stream follow its opening on every link, because stream 0 goes first; what a peer says is
//! checked before it is believed; a stream is forgotten once both directions have ended and both ends know.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bytes::{Bytes, BytesMut};

use super::ack::Acks;
use super::flow::Flow;
use super::frame::Frame;
use super::lifeline::{Lifeline, Patience};
use super::record::Record;
use super::scheduler::Scheduler;
use super::stream::{Receiving, Sending};
use super::words::{Message, Position};
use super::{End, Kind, SessionError};
use crate::Instant;

mod incoming;
mod outgoing;

/// What both ends assume a stream may carry before the first credit.
const FIRST_WINDOW: u64 = 256 << 10;

/// Bytes that a stream takes from its owner before any of them was put on a link.
const UNSENT_MAX: u64 = 256 << 10;

/// Records that may wait for a link before no stream can be opened.
const RECORDS_KEPT: u64 = 1 << 20;

/// Enough to see the rate of most links, and what even a slow one carries soon.
const PROBE: usize = 20 << 10;

/// The stream of records.
const RECORDS: u32 = 0;

/// Bounds of a session.
#[derive(Clone, Debug)]
pub struct Config {
    /// Streams that may exist at a time.
    pub streams: usize,
    /// Bytes of one stream that may be on their way to us, or wait for their owner.
    pub window: u64,
    /// The same of all streams together. Those for which it does not suffice get the smallest window there is.
    pub windows: u64,
    /// Bytes kept for repetition, of all streams, above which nothing is taken from owners.
    pub kept: u64,
    /// When a link counts as dead.
    pub patience: Patience,
    /// Bytes to send over a new link in any case, so that its rate is known before there is something large to send.
    pub probe: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            streams: 1024,
            window: 4 << 20,
            windows: 256 << 20,
            kept: 128 << 20,
            patience: Patience::default(),
            probe: 0,
        }
    }
}

impl Config {
    /// The usual one. The far end probes: there the applications are, and what they show is large.
    pub fn of(end: End) -> Self {
        let probe = match end {
            End::Near => 0,
            End::Far => PROBE,
        };
        Self { probe, ..Self::default() }
    }
}

/// What has happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The peer has opened a stream.
    Opened(u32, Kind),
    /// Bytes of a stream. [`Session::consumed`] makes room for more. They are a part of the input that
    /// [`Session::on_link`] was given: whoever keeps them longer than a moment copies them, or a few bytes that wait
    /// for their owner would keep all that came with them.
    Data(u32, Bytes),
    /// No more bytes will come on this stream.
    Finished(u32),
    /// The peer has given a stream up. It is forgotten.
    Reset(u32),
    /// See [`Message`].
    Message(Message),
}

#[derive(Debug)]
struct Stream {
    sending: Sending,
    receiving: Receiving,
    /// In the scheduler's queues.
    queued: bool,
    /// Counted in [`Session::busy`].
    busy: bool,
    /// If we opened it: the end of its record in stream 0.
    opened_at: Option<u64>,
}

/// What is known of a link, and forgotten with it.
#[derive(Debug)]
struct Link {
    life: Lifeline,
    flow: Flow,
    acks: Acks,
    probe: Probe,
}

/// Bytes that are to be sent until the rate can be told, whatever they are.
#[derive(Debug)]
struct Probe {
    left: usize,
    /// Not before. What is written at once is one packet of ssh, which is delivered at once.
    next: Instant,
    /// The first of them were sent.
    begun: bool,
}

impl Link {
    fn new(patience: Patience, now: Instant, probe: usize) -> Self {
        Self {
            life: Lifeline::new(patience, now),
            flow: Flow::new(now),
            acks: Acks::default(),
            probe: Probe { left: probe, next: now, begun: false },
        }
    }
}

/// See the module.
#[derive(Debug)]
pub struct Session {
    config: Config,
    streams: BTreeMap<u32, Stream>,
    records: Stream,
    incoming: BytesMut,
    scheduler: Scheduler,
    /// Streams whose credit is due.
    owed: BTreeSet<u32>,
    pongs: VecDeque<u64>,
    /// A ping that is to be sent.
    ping: Option<u64>,
    events: VecDeque<Event>,
    next_ours: u32,
    next_theirs: u32,
    /// The present link.
    link: Option<Link>,
    /// Bytes of all streams that are kept.
    kept: u64,
    /// Streams of which something is under way.
    busy: usize,
    /// Windows of all streams together.
    windows: u64,
}

impl Session {
    /// A session without a link.
    pub fn new(end: End, config: Config) -> Self {
        let (next_ours, next_theirs) = match end {
            End::Near => (1, 2),
            End::Far => (2, 1),
        };
        let records = Stream::new(FIRST_WINDOW, None);
        Self {
            config,
            streams: BTreeMap::new(),
            records,
            incoming: BytesMut::new(),
            scheduler: Scheduler::default(),
            owed: BTreeSet::new(),
            pongs: VecDeque::new(),
            ping: None,
            events: VecDeque::new(),
            next_ours,
            next_theirs,
            link: None,
            kept: 0,
            busy: 0,
            windows: 0,
        }
    }

    // ---- Streams ----------------------------------------------------------------------------------------------

    /// Opens a stream; `None` if there are too many, or if too much waits for a link.
    pub fn open(&mut self, kind: Kind) -> Option<u32> {
        if self.streams.len() >= self.config.streams || self.records.sending.kept() > RECORDS_KEPT {
            return None;
        }
        let id = self.next_ours;
        self.next_ours = id.checked_add(2)?;
        self.record(&Record::Open(id, kind));
        let opened_at = Some(self.records.sending.end());
        self.add(id, opened_at);
        Some(id)
    }

    /// How many bytes a stream takes now; its owner waits while this is 0.
    pub fn room(&self, id: u32) -> usize {
        let Some(stream) = self.streams.get(&id).filter(|_| self.kept < self.config.kept) else { return 0 };
        usize::try_from(UNSENT_MAX.saturating_sub(stream.sending.unsent())).unwrap_or(0)
    }

    /// Takes bytes for a stream. More than [`Self::room`] is taken too, but should not be offered.
    pub fn write(&mut self, id: u32, bytes: Bytes) {
        let Some(stream) = self.streams.get_mut(&id) else { return };
        let before = stream.sending.kept();
        stream.sending.push(bytes);
        self.kept += stream.sending.kept() - before;
        self.ready(id);
    }

    /// No more bytes will be written to a stream.
    pub fn finish(&mut self, id: u32) {
        let Some(stream) = self.streams.get_mut(&id) else { return };
        stream.sending.finish();
        self.ready(id);
    }

    /// Gives a stream up, in both directions.
    pub fn reset(&mut self, id: u32) {
        if self.forget(id) {
            self.record(&Record::Reset(id, 0));
        }
    }

    /// The owner is done with so many bytes of [`Event::Data`].
    pub fn consumed(&mut self, id: u32, count: usize) {
        let Some(stream) = self.streams.get_mut(&id) else { return };
        stream.receiving.consume(count);
        if stream.receiving.is_credit_due() {
            self.owed.insert(id);
        }
        self.maybe_forget(id);
    }

    /// Sends a message.
    pub fn send(&mut self, message: Message) {
        self.record(&Record::Message(message));
    }

    /// How many streams there are.
    pub fn len(&self) -> usize {
        self.streams.len()
    }

    /// Whether there is no stream.
    pub fn is_empty(&self) -> bool {
        self.streams.is_empty()
    }

    /// Whether a stream exists.
    pub fn has(&self, id: u32) -> bool {
        self.streams.contains_key(&id)
    }

    /// Whether the other end is known to have everything that was written and sent.
    pub fn is_settled(&self) -> bool {
        self.records.sending.kept() == 0 && self.kept == 0
    }

    /// Bytes that are kept because the other end may not have them.
    pub fn kept(&self) -> u64 {
        self.kept
    }

    /// Takes a stream out: all bytes of it that the other end is not known to have, and whether its end follows.
    pub fn take_over(&mut self, id: u32) -> Option<(VecDeque<Bytes>, bool)> {
        Some(self.take_out(id)?.sending.into_rest())
    }

    /// The next thing that has happened.
    pub fn poll(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    // ---- Link -------------------------------------------------------------------------------------------------

    /// The first link is there.
    pub fn link_up(&mut self, now: Instant) {
        self.link = Some(Link::new(self.config.patience, now, self.config.probe));
        self.owed.extend(self.streams.keys());
    }

    /// There is no link any more. Of what came over it, the driver drops the frame that is not whole.
    pub fn link_down(&mut self) {
        self.link = None;
        self.ping = None;
        self.pongs.clear();
    }

    /// Whether there is a link.
    pub fn is_linked(&self) -> bool {
        self.link.is_some()
    }

    /// The shortest round trip on this link, in nanoseconds.
    pub fn round_trip(&self) -> Option<u64> {
        let link = self.link.as_ref()?;
        link.flow.round_trip().into_iter().chain(link.life.round_trip()).min()
    }

    /// What the link carries, in bytes per second: measured at the other end while there was enough to carry, and so
    /// never more than was sent. `None` until enough was sent over this link to tell.
    pub fn link_rate(&self) -> Option<u64> {
        self.link.as_ref()?.flow.rate()
    }

    /// Bytes on the link that the other end is not known to have got, of all streams, and how many there may be now.
    /// `None` without a link.
    pub fn in_flight(&self) -> Option<(u64, u64)> {
        self.link.as_ref().map(|link| (link.flow.in_flight(), link.flow.limit()))
    }

    /// Bytes of a stream that were written and not put on the link yet: what a new byte of it waits for here. 0 if there
    /// is no such stream.
    pub fn queued(&self, id: u32) -> u64 {
        self.streams.get(&id).map_or(0, |it| it.sending.unsent())
    }

    /// How far every stream was received, to be told to the other end before it resumes.
    pub fn positions(&self) -> Vec<Position> {
        let of = |(stream, it): (u32, &Stream)| Position { stream, received: it.receiving.position() };
        let streams = self.streams.iter().map(|(id, stream)| (*id, stream));
        std::iter::once((RECORDS, &self.records)).chain(streams).map(of).collect()
    }

    /// Goes on over another link with what the other end said it had received.
    ///
    /// # Errors
    /// The other end claims what cannot be. The session is as it was, without a link.
    pub fn resume(&mut self, now: Instant, theirs: &[Position]) -> Result<(), SessionError> {
        self.link_down();
        let theirs: BTreeMap<u32, u64> = theirs.iter().map(|it| (it.stream, it.received)).collect();
        let records = theirs.get(&RECORDS).copied().unwrap_or(0);
        // `None`: they do not know it any more.
        let had = |(id, stream): (&u32, &Stream)| match theirs.get(id) {
            Some(received) => Some(*received),
            // They do not know it yet.
            None => stream.opened_at.filter(|at| records < *at).map(|_| 0),
        };
        if !self.records.sending.can_resume(records) {
            return Err(SessionError::Step(RECORDS));
        }
        let good = |it: (&u32, &Stream)| had(it).is_none_or(|received| it.1.sending.can_resume(received));
        if let Some((id, _)) = self.streams.iter().find(|it| !good(*it)) {
            return Err(SessionError::Step(*id));
        }
        let gone: Vec<u32> = self.streams.iter().filter(|it| had(*it).is_none()).map(|it| *it.0).collect();
        let had: Vec<(u32, u64)> = self.streams.iter().filter_map(|it| Some((*it.0, had(it)?))).collect();
        self.records.sending.resume(records);
        for (id, received) in had {
            self.streams.get_mut(&id).into_iter().for_each(|it| it.sending.resume(received));
        }
        for id in gone {
            let Some(stream) = self.take_out(id) else { continue };
            if !(stream.sending.is_finished() && stream.receiving.is_finished()) {
                self.events.push_back(Event::Reset(id));
            }
        }
        self.kept = self.streams.values().map(|it| it.sending.kept()).sum();
        self.pongs.clear();
        self.scheduler.clear();
        for id in self.streams.keys().copied().collect::<Vec<_>>() {
            self.streams.get_mut(&id).into_iter().for_each(|it| it.queued = false);
            self.recount(id);
            self.ready(id);
            self.maybe_forget(id);
        }
        self.link = Some(Link::new(self.config.patience, now, self.config.probe));
        self.owed = self.streams.keys().copied().collect();
        self.owed.insert(RECORDS);
        Ok(())
    }

    /// Bytes have come over the link: takes whole frames off the front.
    ///
    /// # Errors
    /// The other end does not keep to the agreement; the link is to be closed, and the session with it.
    pub fn on_link(&mut self, now: Instant, input: &mut BytesMut) -> Result<(), SessionError> {
        let Some(link) = &mut self.link else { return Ok(()) };
        link.life.heard(now);
        let mut asked = false;
        while let Some(frame) = Frame::take(input)? {
            if let (Some(bytes), Some(link)) = (frame.counted(), &mut self.link) {
                link.acks.take(now, bytes);
            }
            match frame {
                Frame::Data(RECORDS, bytes) => self.on_records(&bytes)?,
                Frame::Data(id, bytes) => self.on_data(id, bytes)?,
                Frame::Finish(id) => self.on_finish(id)?,
                Frame::Credit { stream, received, limit } => self.on_credit(stream, received, limit)?,
                Frame::Ping(token) => {
                    asked = true;
                    self.pongs.push_back(token);
                    if self.pongs.len() > 64 {
                        self.pongs.pop_front();
                    }
                }
                Frame::Pong(token) => {
                    if let Some(link) = &mut self.link {
                        link.life.answered(now, token);
                    }
                }
                Frame::Arrived { delay, received, at } => self.on_arrived(now, delay, received, at)?,
                Frame::Filler(_) | Frame::Unknown => {}
            }
        }
        if asked {
            // Whoever asks wants to know how far we are.
            let behind = self.streams.iter().filter(|(_, it)| it.receiving.has_news());
            self.owed.extend(behind.map(|(id, _)| *id).chain([RECORDS]));
        }
        Ok(())
    }

    // ---- Inside -----------------------------------------------------------------------------------------------

    fn is_busy(&self) -> bool {
        self.records.sending.is_under_way() || self.busy > 0
    }

    /// A new stream.
    fn add(&mut self, id: u32, opened_at: Option<u64>) {
        let fits = self.windows.saturating_add(self.config.window) <= self.config.windows;
        let stream = Stream::new(if fits { self.config.window } else { FIRST_WINDOW }, opened_at);
        self.windows += stream.receiving.window();
        self.streams.insert(id, stream);
        self.owed.insert(id);
    }

    /// Counts a stream anew.
    fn recount(&mut self, id: u32) {
        let Some(stream) = self.streams.get_mut(&id) else { return };
        let busy = stream.sending.is_under_way();
        self.busy = self.busy + usize::from(busy) - usize::from(std::mem::replace(&mut stream.busy, busy));
    }

    fn record(&mut self, record: &Record) {
        self.records.sending.push(record.to_bytes());
    }

    /// Queues a stream if it has something to send.
    fn ready(&mut self, id: u32) {
        let Some(stream) = self.streams.get_mut(&id).filter(|it| !it.queued) else { return };
        if stream.sending.sendable() > 0 || stream.sending.is_finish_due() {
            stream.queued = true;
            self.scheduler.push(id, stream.sending.unsent());
        }
    }

    fn forget(&mut self, id: u32) -> bool {
        self.take_out(id).is_some()
    }

    fn take_out(&mut self, id: u32) -> Option<Stream> {
        let stream = self.streams.remove(&id)?;
        self.kept = self.kept.saturating_sub(stream.sending.kept());
        self.windows -= stream.receiving.window();
        self.busy -= usize::from(stream.busy);
        self.scheduler.remove(id);
        self.owed.remove(&id);
        Some(stream)
    }

    fn maybe_forget(&mut self, id: u32) {
        let over = |it: &Stream| it.sending.is_over() && it.receiving.is_over();
        // The other end must have heard that we have everything, or it would repeat it for ever.
        let told = |it: &Stream| it.receiving.is_told();
        if self.streams.get(&id).is_some_and(|it| over(it) && told(it)) {
            self.forget(id);
        }
    }
}

impl Stream {
    fn new(window: u64, opened_at: Option<u64>) -> Self {
        Self {
            sending: Sending::new(FIRST_WINDOW),
            receiving: Receiving::new(FIRST_WINDOW, window),
            queued: false,
            busy: false,
            opened_at,
        }
    }
}

#[cfg(test)]
mod tests;
