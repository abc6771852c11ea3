//! The loop of a connection's thread: wait, read, let the engine think, act, write.

use std::os::fd::AsFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::BytesMut;
use farway_proto::Role;
use farway_proto::engine::fault::error_event;
use farway_proto::engine::{Fault, Outcome, Party, Reason, Side};
use farway_proto::wayland::Form;
use farway_sys::clock;
use farway_sys::event::Interest;
use farway_sys::mem::trim_stack;
use farway_sys::net::{Flush, Outbox, Received, RecvError};

use super::Connection;
use crate::settings::code;

/// Bytes read from the local program in one turn.
const LOCAL_READ: usize = 64 << 10;
/// Bytes read from the channel in one turn, at least and at most.
const CHANNEL_READ: (usize, usize) = (64 << 10, 1 << 20);
/// Bytes of the channel's own queue where it is quick: what is worked on at a time, as packed.
const CHANNEL_LONG: usize = 256 << 10;
/// Bytes that may wait for the channel before the local program is no longer read.
const CHANNEL_QUEUE: usize = 256 << 10;
/// Bytes that may wait for the local program before the channel is no longer read.
const LOCAL_QUEUE: usize = 256 << 10;
/// How long the last words of a connection may take.
const FAREWELL: Duration = Duration::from_secs(5);

/// Places in the poll set.
struct Places {
    local: Option<usize>,
    channel: Option<usize>,
    channel_write: Option<usize>,
}

impl Connection<'_> {
    /// Serves the connection to its end. A panic on the way is that end, and the application is told.
    pub fn run(mut self: Box<Self>, is_stopping: impl Fn() -> bool) -> Outcome {
        let served = catch_unwind(AssertUnwindSafe(|| self.serve(is_stopping)));
        served.unwrap_or_else(|_| {
            tracing::error!("internal error: this connection ended, others go on");
            self.last_words();
            Outcome::Fault(Fault { at: Party::Ourselves, reason: Reason::Internal })
        })
    }

    /// Tells the application of an internal error, with nothing but the sockets: all else is in doubt.
    fn last_words(&mut self) {
        let fault = Fault { at: Party::Ourselves, reason: Reason::Internal };
        match self.role {
            // Neither may stand within a message: then nothing can be said.
            Role::App if self.local_out.is_empty() => {
                let mut out = Outbox::new();
                out.push(
                    error_event(&format!("farway, application side: {fault}"), Form::Program),
                    Vec::new(),
                );
                let _ = out.flush(&self.local);
            }
            Role::Display if self.channel_out.len() == 0 => {
                crate::hello::refuse(&self.channel, &format!("farway, display side: {fault}"));
            }
            Role::App | Role::Display => {}
        }
    }

    fn serve(&mut self, is_stopping: impl Fn() -> bool) -> Outcome {
        let mut input = BytesMut::new();
        let mut deadline = None;
        let (mut rests, mut stirs) = (false, false);
        loop {
            while self.take_frames() && self.flush() {}
            self.flush();
            if self.jobs_left {
                self.help_on();
                self.flush();
            }
            if is_stopping() && self.outcome.is_none() {
                let now = self.now();
                self.engine.stop(now);
                self.flush();
            }
            if let Some(outcome) = self.outcome {
                let until = *deadline.get_or_insert_with(|| clock::monotonic() + FAREWELL.as_nanos() as u64);
                if self.is_silent() || clock::monotonic() >= until {
                    return outcome;
                }
            }
            let places = self.prepare();
            let timeout = self.timeout(deadline);
            if std::mem::take(&mut rests) {
                trim_stack();
            }
            // Whoever ends a rest has been heard first.
            if std::mem::take(&mut stirs) {
                self.rest.stir();
            }
            let waited = self.polls.wait(timeout);
            self.clocks.pass();
            match waited {
                Ok(0) => {}
                Ok(1) if self.polls.ready(0).any() => rests = self.rest(&mut input),
                Ok(_) => stirs = true,
                Err(error) => {
                    tracing::error!("cannot wait for sockets: {error}");
                    return self.outcome.unwrap_or(Outcome::PeerLost);
                }
            }
            // The first of the set; what workers did is told through it.
            if self.polls.ready(0).any() {
                self.woken.drain();
                self.collect();
            }
            self.turn(&places, &mut input);
        }
    }

    /// Nothing is left to be said to anyone.
    fn is_silent(&self) -> bool {
        self.local_out.is_empty() && self.channel_out.len() == 0 && !self.pipes.is_writing()
    }

    fn prepare(&mut self) -> Places {
        let appetite = self.engine.appetite();
        let over = self.outcome.is_some();
        self.polls.clear();
        self.polls.add(self.woken.as_fd(), Interest { readable: true, writable: false });
        let read_local =
            appetite.local && !over && !self.local_gone && self.channel_out.len() < CHANNEL_QUEUE;
        let write_local = !self.local_out.is_empty();
        let read_channel = appetite.channel
            && !over
            && !self.channel_gone
            && !self.frames_left
            && self.local_out.len() < LOCAL_QUEUE;
        let write_channel = self.channel_out.len() > 0;
        // A socket of which nothing is wanted stays out: its hang-up would be reported for ever.
        let mut add = |fd, readable, writable| {
            (readable || writable).then(|| self.polls.add(fd, Interest { readable, writable }))
        };
        let local = add(self.local.as_fd(), read_local, write_local);
        let (channel, channel_write) = if self.channel.is_duplex() {
            let both = add(self.channel.read_fd(), read_channel, write_channel);
            (both.filter(|_| read_channel), both)
        } else {
            (
                add(self.channel.read_fd(), read_channel, false),
                add(self.channel.write_fd(), false, write_channel),
            )
        };
        let read_pipes = !over && self.channel_out.len() < CHANNEL_QUEUE;
        self.pipes.poll(&mut self.polls, read_pipes);
        Places { local: local.filter(|_| read_local), channel, channel_write }
    }

    fn timeout(&self, deadline: Option<u64>) -> Option<Duration> {
        if self.jobs_left || self.frames_left {
            return Some(Duration::ZERO);
        }
        let engine = self.engine.poll_timeout().map(|instant| instant.0).filter(|_| self.outcome.is_none());
        let next = [engine, deadline].into_iter().flatten().min()?;
        Some(Duration::from_nanos(next.saturating_sub(clock::monotonic())))
    }

    fn turn(&mut self, places: &Places, input: &mut BytesMut) {
        let mut events = Vec::new();
        self.pipes.turn(&self.polls, &mut events);
        self.pipe_events(&mut events);
        let is_ready = |place: Option<usize>| place.is_some_and(|at| self.polls.ready(at).any());
        let (local, channel) = (is_ready(places.local), is_ready(places.channel));
        // Input first: it is small, and somebody waits for it.
        if local && self.role == Role::Display {
            self.read_local(input);
        }
        if channel {
            if local && self.role == Role::Display {
                self.flush();
            }
            self.read_channel();
        }
        if local && self.role == Role::App {
            if channel {
                self.flush();
            }
            self.read_local(input);
        }
        if places.channel_write.is_some_and(|at| self.polls.ready(at).hangup) && places.channel.is_none() {
            // Nobody reads what we write, and we do not want to read now: do not spin.
            self.channel_out.clear();
        }
        let now = self.now();
        if self.engine.poll_timeout().is_some_and(|at| at <= now.instant) {
            self.engine.on_timeout(now);
        }
        self.perform();
    }

    fn pipe_events(&mut self, events: &mut Vec<(farway_proto::Rid, farway_proto::engine::PipeEvent)>) {
        let now = self.now();
        for (rid, event) in events.drain(..) {
            let _ = self.engine.on_pipe(now, rid, event);
        }
        self.perform();
    }

    fn read_local(&mut self, input: &mut BytesMut) {
        if self.local_gone {
            return;
        }
        input.clear();
        let received = self.local.recv(input, LOCAL_READ, &mut self.fds.arrived);
        let now = self.now();
        match received {
            Ok(Received::Bytes(_)) => {
                let mut fds = self.fds.announce();
                self.remember(input, !fds.is_empty());
                let _ = self.engine.on_local(now, input, &mut fds);
            }
            Ok(Received::Empty) => {}
            Ok(Received::Closed) => self.local_closed(),
            Err(RecvError::FdsTruncated) => {
                let _ = self.engine.on_bad_local(now);
            }
            Err(RecvError::Io(error)) => {
                tracing::debug!("local socket: {error}");
                self.local_closed();
            }
        }
        self.perform();
    }

    /// The local program is gone. What it wrote into pipes before is still sent.
    fn local_closed(&mut self) {
        self.local_gone = true;
        self.local_out = Outbox::new();
        let mut events = Vec::new();
        self.pipes.drain_readers(&mut events);
        self.pipe_events(&mut events);
        let now = self.now();
        self.engine.on_closed(now, Side::Local);
    }

    fn read_channel(&mut self) {
        if self.channel_gone {
            return;
        }
        let wanted = self.deframer.missing().clamp(CHANNEL_READ.0, CHANNEL_READ.1);
        match self.channel.recv(self.deframer.buffer(), wanted) {
            Ok(Received::Bytes(_)) => drop(self.take_frames()),
            Ok(Received::Empty) => {}
            Ok(Received::Closed) => self.channel_closed(),
            Err(error) => {
                tracing::debug!("channel: {error}");
                self.channel_closed();
            }
        }
    }

    fn channel_closed(&mut self) {
        if !self.heard && self.try_again() {
            return;
        }
        self.channel_gone = true;
        self.channel_out.clear();
        let now = self.now();
        if self.heard || self.role == Role::Display {
            self.engine.on_closed(now, Side::Channel);
        } else {
            let _ = self.engine.on_refused(now, code(self.compression));
        }
        self.perform();
    }

    /// Gives the engine the frames that it has appetite for. True if there may be more, once the local program
    /// has taken what is queued for it.
    fn take_frames(&mut self) -> bool {
        let begin = self.now();
        self.frames_left = false;
        while !self.frames_left && self.outcome.is_none() && self.engine.appetite().channel {
            if self.local_out.len() >= LOCAL_QUEUE {
                return true;
            }
            let now = self.now();
            match self.deframer.next() {
                Ok(Some(frame)) if self.heard => {
                    let _ = self.engine.on_channel(now, frame);
                }
                Ok(Some(frame)) => {
                    if let Some(frame) = self.first_frame(frame) {
                        let _ = self.engine.on_channel(now, frame);
                    }
                }
                Ok(None) => break,
                Err(error) => {
                    let _ = self.engine.on_bad_channel(now, error);
                }
            }
            self.perform();
            self.frames_left = self.is_long(begin);
        }
        false
    }

    /// Writes what can be written. True if the local program may be given more.
    fn flush(&mut self) -> bool {
        self.perform();
        // Frames before what wakes the application up for its next one.
        if self.role == Role::App {
            self.flush_channel();
        }
        match self.local_out.flush(&self.local) {
            Ok(Flush::Done | Flush::Full) => {}
            // Whether it is gone is for reading to find: it may have said something before.
            Ok(Flush::Closed) => {}
            Err(error) => {
                // What was lost cannot be said again: the stream is useless.
                tracing::debug!("local socket: {error}");
                self.local_closed();
                self.perform();
            }
        }
        self.flush_channel();
        let now = self.now();
        self.engine.on_backlog(now, self.channel_out.len() as u64);
        self.perform();
        self.local_out.len() < LOCAL_QUEUE
    }

    fn flush_channel(&mut self) {
        // Half a frame would wait for each half of it to be taken. Whoever knows the link's rate has a queue of its own.
        if !self.long && self.engine.link_is_quick() && self.rate.load(Ordering::Relaxed) == 0 {
            self.channel.lengthen(CHANNEL_LONG);
            self.long = true;
        }
        if self.channel_out.len() > 0 {
            self.clocks.pass();
        }
        if let Err(error) = self.channel_out.flush(&self.channel) {
            tracing::debug!("channel: {error}");
            self.channel_closed();
        }
    }
}

#[cfg(test)]
mod tests;
