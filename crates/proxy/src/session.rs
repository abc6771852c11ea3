//! Drives a session: the descriptors behind its streams, and the link.
//!
//! Not the link's making, nor what streams are for: the owner gives both. It has no thread: the owner polls, and turns
//! it. Invariants: no call blocks; nothing is read from a descriptor for which the session has no room, so a program
//! that writes more than the link carries waits.

mod buffers;
mod inlet;
mod link;
mod port;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::time::Duration;

use bytes::Bytes;
use farway_proto::Instant;
use farway_proto::session::words::{Message, Position};
use farway_proto::session::{Config, End, Event, Kind, Session, SessionError};
use farway_sys::clock;
use farway_sys::event::PollSet;
use farway_sys::net::ByteStream;

use buffers::Buffers;
pub use inlet::Inlet;
use link::Link;
pub use port::Port;

/// The most that is read from a port at its end: what pipes and terminals hold.
const DRAINED: usize = 1 << 20;

/// What the owner should know.
#[derive(Debug)]
pub enum Notice {
    /// The other end has opened a stream, which waits for [`Bridge::attach`].
    Opened(u32, Kind),
    /// A message has come.
    Message(Message),
    /// A stream is over in both directions.
    Ended(u32),
    /// What came for a stream cannot be written, and is lost: a full disk, perhaps.
    Failed(u32, io::Error),
    /// The link is of no use any more, and has been let go.
    LinkLost(Loss),
}

/// Why a link was lost.
#[derive(Debug, thiserror::Error)]
pub enum Loss {
    /// It was closed over there, or broken on the way.
    #[error("the connection was closed")]
    Closed,
    /// Nothing came for too long.
    #[error("the connection is silent")]
    Silent,
    /// The other end talks nonsense. The session cannot go on.
    #[error("the other end does not keep to the agreement ({0})")]
    Nonsense(#[from] SessionError),
}

/// See the module.
#[derive(Debug)]
pub struct Bridge {
    session: Session,
    link: Option<Link>,
    ports: BTreeMap<u32, Port>,
    notices: VecDeque<Notice>,
    buffers: Buffers,
    heard: bool,
}

/// The driver's clock as the session knows it.
fn now() -> Instant {
    Instant(clock::monotonic())
}

impl Bridge {
    /// A session of its own, without a link.
    #[must_use]
    pub fn new(end: End) -> Self {
        Self::of(Session::new(end, Config::of(end)))
    }

    /// Drives `session`.
    #[must_use]
    pub fn of(session: Session) -> Self {
        Self {
            session,
            link: None,
            ports: BTreeMap::new(),
            notices: VecDeque::new(),
            buffers: Buffers::default(),
            heard: false,
        }
    }

    /// Goes on over the first link. `early` came over it already, and `first` goes over it before anything else.
    pub fn begin(&mut self, stream: ByteStream, early: &[u8], first: Bytes) {
        self.session.link_up(now());
        self.link = Some(Link::new(stream, early, first));
        self.understand();
    }

    /// Goes on over another link, as [`Self::begin`], with what the other end had received.
    ///
    /// # Errors
    /// The other end claims what cannot be. Nothing has changed, and the stream is given back.
    pub fn resume(
        &mut self,
        stream: ByteStream,
        (early, first): (&[u8], Bytes),
        theirs: &[Position],
    ) -> Result<(), (ByteStream, SessionError)> {
        if let Err(error) = self.session.resume(now(), theirs) {
            return Err((stream, error));
        }
        self.link = Some(Link::new(stream, early, first));
        self.collect();
        self.understand();
        Ok(())
    }

    /// Lets the link go.
    pub fn unlink(&mut self) {
        self.link = None;
        self.session.link_down();
    }

    /// Whether there is a link.
    #[must_use]
    pub fn is_linked(&self) -> bool {
        self.link.is_some()
    }

    /// Whether anything ever came from the other end: then it knows of the session.
    #[must_use]
    pub fn has_heard(&self) -> bool {
        self.heard
    }

    /// The shortest round trip on this link, in nanoseconds.
    #[must_use]
    pub fn round_trip(&self) -> Option<u64> {
        self.session.round_trip()
    }

    /// What the link carries, in bytes per second; see [`Session::link_rate`].
    #[must_use]
    pub fn link_rate(&self) -> Option<u64> {
        self.session.link_rate()
    }

    /// Bytes read from a stream's port that are not on the link yet; see [`Session::queued`].
    #[must_use]
    pub fn queued(&self, id: u32) -> u64 {
        self.session.queued(id)
    }

    /// How far every stream was received, for the words of a resumption.
    #[must_use]
    pub fn positions(&self) -> Vec<Position> {
        self.session.positions()
    }

    /// Opens a stream for a port; `None`, and the port closed, if there are too many.
    pub fn open(&mut self, kind: Kind, port: Port) -> Option<u32> {
        let id = self.session.open(kind)?;
        self.add(id, port);
        Some(id)
    }

    /// Gives a stream that the other end opened its port.
    pub fn attach(&mut self, id: u32, port: Port) {
        // It may have been reset in the same breath.
        if self.session.has(id) {
            self.add(id, port);
        }
    }

    fn add(&mut self, id: u32, mut port: Port) {
        if !port.reads() {
            self.session.finish(id);
        }
        if let Some(before) = self.ports.remove(&id) {
            port.inherit(before);
        }
        self.ports.insert(id, port);
    }

    /// Gives a stream up.
    pub fn reset(&mut self, id: u32) {
        self.session.reset(id);
        self.ports.remove(&id);
    }

    /// Reads what a port has now, and nothing more: whoever still has its other end has said enough.
    pub fn drain(&mut self, id: u32) {
        let Some(port) = self.ports.get_mut(&id).filter(|port| port.reads()) else { return };
        let mut left = DRAINED;
        while left > 0 {
            match port.read(&mut self.buffers, left) {
                Some(bytes) if bytes.is_empty() => break,
                Some(bytes) => {
                    left = left.saturating_sub(bytes.len());
                    self.session.write(id, bytes);
                }
                None => break,
            }
        }
        port.stop_reading();
        self.session.finish(id);
    }

    /// Puts bytes into a stream that did not come from its port.
    pub fn write(&mut self, id: u32, bytes: Bytes) {
        self.session.write(id, bytes);
    }

    /// Sends a message.
    pub fn send(&mut self, message: Message) {
        self.session.send(message);
    }

    /// The next thing to know.
    pub fn poll(&mut self) -> Option<Notice> {
        self.notices.pop_front()
    }

    /// Whether a stream is still there, in either direction, or its port has bytes to write.
    #[must_use]
    pub fn has(&self, id: u32) -> bool {
        self.ports.contains_key(&id)
    }

    /// Whether the other end is known to have everything, and so have all ports.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.session.is_settled() && self.ports.values().all(Port::is_flushed)
    }

    /// Whether the end of a stream has come, though perhaps not everything was written to its port.
    #[must_use]
    pub fn has_ended(&self, id: u32) -> bool {
        self.ports.get(&id).is_none_or(Port::is_finished)
    }

    /// How many streams there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.session.len()
    }

    /// Whether there is no stream.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.session.is_empty()
    }

    /// Reads nothing from a port, or goes on.
    pub fn hold(&mut self, id: u32, held: bool) {
        self.ports.get_mut(&id).into_iter().for_each(|port| port.hold(held));
    }

    /// Whether what came for a port was written to it.
    #[must_use]
    pub fn is_flushed(&self) -> bool {
        self.ports.values().all(Port::is_flushed)
    }

    /// Whether the other end has said all that it will say in a stream, and the port has it.
    #[must_use]
    pub fn is_complete(&self, id: u32) -> bool {
        self.ports.get(&id).is_none_or(|port| port.is_finished() && port.is_flushed())
    }

    /// Moves a stream to another session, with its port and all bytes that the other end is not known to have. Its new
    /// number; nothing if there is nothing to move.
    pub fn hand_over(&mut self, (id, kind): (u32, Kind), to: &mut Self) -> Option<u32> {
        let port = self.ports.remove(&id);
        let (rest, _) = self.session.take_over(id)?;
        if port.is_none() && (rest.is_empty() || kind == Kind::Stdin) {
            return None;
        }
        let new = to.session.open(kind)?;
        rest.into_iter().for_each(|bytes| to.session.write(new, bytes));
        match port {
            Some(port) => to.add(new, port),
            None => to.session.finish(new),
        }
        Some(new)
    }

    // ---- Turning ----------------------------------------------------------------------------------------------

    /// Writes what can be written, and says what to wait for.
    pub fn prepare(&mut self, polls: &mut PollSet) {
        // Also where the link takes nothing: silence counts from now on.
        self.session.ask(now());
        self.flush();
        for (id, port) in &mut self.ports {
            // For a whole read: else a stream that has to wait is moved in crumbs.
            let room = self.session.room(*id) >= port::READ;
            port.prepare(polls, room);
        }
        let more = self.session.has_output(now());
        if let Some(link) = &mut self.link {
            link.prepare(polls, more);
        }
    }

    /// How long to wait at most.
    #[must_use]
    pub fn timeout(&self) -> Option<Duration> {
        if !self.notices.is_empty() {
            return Some(Duration::ZERO);
        }
        let full = self.link.as_ref().is_some_and(Link::is_full);
        let at = if full { self.session.poll_silence() } else { self.session.poll_timeout() }?;
        Some(Duration::from_nanos(at.0.saturating_sub(now().0)))
    }

    /// Moves what can be moved after a wait.
    pub fn turn(&mut self, polls: &PollSet) {
        if let Some(link) = self.link.as_mut().filter(|link| link.is_readable(polls)) {
            let alive = link.read();
            self.understand();
            if !alive {
                self.lose(Loss::Closed);
            }
        }
        if self.session.is_dead(now()) {
            self.lose(Loss::Silent);
        }
        self.read_ports(polls);
        self.flush();
    }

    fn lose(&mut self, loss: Loss) {
        if self.link.take().is_some() {
            self.session.link_down();
            self.notices.push_back(Notice::LinkLost(loss));
        }
    }

    /// Gives the session what came over the link.
    fn understand(&mut self) {
        let Some(link) = &mut self.link else { return };
        self.heard |= !link.input.is_empty();
        let result = self.session.on_link(now(), &mut link.input);
        self.collect();
        if let Err(error) = result {
            self.lose(error.into());
        }
    }

    /// What the session has to say.
    fn collect(&mut self) {
        while let Some(event) = self.session.poll() {
            match event {
                Event::Opened(id, kind) => self.notices.push_back(Notice::Opened(id, kind)),
                Event::Message(message) => self.notices.push_back(Notice::Message(message)),
                Event::Data(id, bytes) => match self.ports.get_mut(&id) {
                    Some(port) => port.push(bytes),
                    // Opened in the same breath: the owner has had no time to attach anything.
                    None => self.early(id, Some(bytes)),
                },
                Event::Finished(id) => match self.ports.get_mut(&id) {
                    Some(port) => port.finish(),
                    None => self.early(id, None),
                },
                Event::Reset(id) => {
                    if self.ports.remove(&id).is_some() {
                        self.notices.push_back(Notice::Ended(id));
                    }
                }
            }
        }
    }

    fn early(&mut self, id: u32, bytes: Option<Bytes>) {
        let port = self.ports.entry(id).or_insert_with(Port::waiting);
        match bytes {
            Some(bytes) => port.push(bytes),
            None => port.finish(),
        }
    }

    fn read_ports(&mut self, polls: &PollSet) {
        for (id, port) in &mut self.ports {
            if !port.is_readable(polls) {
                continue;
            }
            match port.read(&mut self.buffers, self.session.room(*id)) {
                Some(bytes) => self.session.write(*id, bytes),
                None => self.session.finish(*id),
            }
        }
    }

    /// Writes to ports and to the link as much as they take.
    fn flush(&mut self) {
        let mut over = Vec::new();
        for (id, port) in &mut self.ports {
            let written = port.flush();
            // The link's buffer is whole again, and is used for what comes next.
            port.settle();
            if let Some(error) = port.take_error() {
                self.notices.push_back(Notice::Failed(*id, error));
            }
            if written > 0 {
                self.session.consumed(*id, written);
            }
            if port.is_refused() {
                self.session.reset(*id);
                over.push(*id);
            } else if port.is_over() {
                over.push(*id);
            }
        }
        for id in over {
            self.ports.remove(&id);
            self.notices.push_back(Notice::Ended(id));
        }
        if let Some(link) = &mut self.link {
            if !link.flush(&mut self.session, now()) {
                self.lose(Loss::Closed);
            }
        }
    }
}
