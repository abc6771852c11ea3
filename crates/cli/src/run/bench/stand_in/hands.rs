//! The hands of the stand-in: descriptors on both ends, and the waiting.
//!
//! Invariants: it waits in `poll` and nowhere else; a channel is read only while it has credit and the link has room;
//! channels take turns, so none starves another.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use farway_proxy::queue::Queue;
use farway_proxy::transport::emulated::LinkProfile;
use farway_sys::clock::monotonic;
use farway_sys::event::{Interest, PollSet};
use farway_sys::net::{ByteStream, Flush, Received, UnixListening, connect_unix};

use super::mux::{Credit, Incoming, Outgoing, Record};

/// The command's own streams.
const SESSION: u32 = 0;
/// How often to look whether the command has ended, once its output has.
const GLANCE: u64 = 5_000_000;

/// Bytes that a link has carried.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Towards the machine with the applications.
    pub down: u64,
    /// Towards the display: this is where pixels are.
    pub up: u64,
}

impl Traffic {
    /// What a stand-in wrote last; nothing if there is none yet.
    pub fn read(path: &Path) -> Self {
        let bytes = std::fs::read(path).unwrap_or_default();
        let word = |at: usize| {
            let bytes = bytes.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
            bytes.map_or(0, u64::from_le_bytes)
        };
        Self { down: word(0), up: word(8) }
    }

    fn write(self, file: &File) -> io::Result<()> {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.down.to_le_bytes());
        bytes[8..].copy_from_slice(&self.up.to_le_bytes());
        file.write_all_at(&bytes, 0)
    }
}

/// One end of a channel.
struct Channel {
    stream: ByteStream,
    credit: Credit,
    /// For the stream.
    out: Queue,
    /// The stream has ended, and the other side knows.
    ended: bool,
    /// The other side has nothing more.
    finished: bool,
    /// The stream knows that.
    shut: bool,
}

impl Channel {
    fn new(stream: ByteStream) -> Self {
        let (credit, out) = (Credit::default(), Queue::default());
        Self { stream, credit, out, ended: false, finished: false, shut: false }
    }

    /// Writes what it can; the bytes that were taken, or `None` if nobody takes them any more.
    fn write(&mut self) -> io::Result<Option<usize>> {
        let before = self.out.len();
        if self.out.flush(&self.stream)? == Flush::Closed {
            return Ok(None);
        }
        if self.out.is_empty() && self.finished && !self.shut {
            self.stream.shutdown_write();
            self.shut = true;
        }
        Ok(Some(before - self.out.len()))
    }
}

/// One end of the connection, and the lane that begins there.
struct End {
    channels: BTreeMap<u32, Channel>,
    outgoing: Outgoing,
    /// What arrives here.
    incoming: Incoming,
    /// Whose turn it is.
    turn: u32,
}

impl End {
    fn new(profile: &LinkProfile, session: ByteStream) -> Self {
        Self {
            channels: [(SESSION, Channel::new(session))].into(),
            outgoing: Outgoing::new(profile),
            incoming: Incoming::default(),
            turn: 0,
        }
    }

    fn say(&mut self, record: &Record) {
        self.outgoing.say(monotonic(), record);
    }

    /// Reads from all channels in turns, as long as there is room and anything to read.
    fn read(&mut self, buffer: &mut BytesMut) -> io::Result<()> {
        let mut idle = 0;
        while idle < self.channels.len() {
            let room = self.outgoing.room(monotonic());
            if room == 0 {
                return Ok(());
            }
            let next = self.channels.range(self.turn..).next().or_else(|| self.channels.iter().next());
            let Some(id) = next.map(|it| *it.0) else { return Ok(()) };
            self.turn = id + 1;
            let Some(channel) = self.channels.get_mut(&id) else { return Ok(()) };
            let most = room.min(channel.credit.left());
            idle += 1;
            if channel.ended || most == 0 {
                continue;
            }
            buffer.clear();
            match channel.stream.recv(buffer, most)? {
                Received::Bytes(count) => {
                    idle = 0;
                    channel.credit.spend(count);
                    let content = Bytes::copy_from_slice(buffer);
                    self.say(&Record::Data(id, content));
                }
                Received::Empty => {}
                Received::Closed => {
                    channel.ended = true;
                    self.say(&Record::End(id));
                }
            }
        }
        Ok(())
    }

    /// Writes to all channels, and lets those go that are over.
    fn write(&mut self) -> io::Result<()> {
        let ids: Vec<u32> = self.channels.keys().copied().collect();
        for id in ids {
            let Some(channel) = self.channels.get_mut(&id) else { continue };
            match channel.write()? {
                Some(0) => {}
                Some(taken) => {
                    if let Some(more) = channel.credit.take(taken) {
                        self.say(&Record::Window(id, more));
                    }
                }
                None => {
                    self.channels.remove(&id);
                    self.say(&Record::Reset(id));
                    continue;
                }
            }
            if self.channels.get(&id).is_some_and(|it| it.ended && it.shut) && id != SESSION {
                self.channels.remove(&id);
            }
        }
        Ok(())
    }
}

/// Relays until the command has ended; returns its exit code. `exit` says it once it is known. `forwards` are the
/// sockets over there and where they lead to here.
///
/// # Errors
/// What reading, writing or waiting says, other than that somebody is gone.
pub fn relay(
    profile: &LinkProfile,
    near: ByteStream,
    far: ByteStream,
    forwards: Vec<(UnixListening, PathBuf)>,
    counters: &Path,
    exit: &mut dyn FnMut() -> io::Result<Option<i32>>,
) -> io::Result<i32> {
    let mut relay = Relay {
        ends: [End::new(profile, near), End::new(profile, far)],
        forwards,
        next: SESSION + 1,
        told: false,
        exited: None,
    };
    let file = File::create(counters)?;
    let mut counted = Traffic::default();
    let mut set = PollSet::new();
    let mut buffer = BytesMut::with_capacity(64 << 10);
    loop {
        relay.turn(&mut buffer, exit)?;
        let [near, far] = &mut relay.ends;
        let now = Traffic { down: near.outgoing.carried(), up: far.outgoing.carried() };
        if now != counted {
            counted = now;
            counted.write(&file)?;
        }
        if let Some(code) = relay.exited {
            // What the command said last was written with everything else.
            let session = relay.ends[0].channels.get(&SESSION);
            if session.is_none_or(|session| session.out.is_empty()) {
                return Ok(code);
            }
        }
        relay.wait(&mut set)?;
    }
}

/// See [`relay`].
struct Relay {
    /// Near and far.
    ends: [End; 2],
    forwards: Vec<(UnixListening, PathBuf)>,
    next: u32,
    /// The near end was told that the command has ended.
    told: bool,
    exited: Option<i32>,
}

impl Relay {
    fn turn(
        &mut self,
        buffer: &mut BytesMut,
        exit: &mut dyn FnMut() -> io::Result<Option<i32>>,
    ) -> io::Result<()> {
        for (number, (listener, _)) in (0..).zip(&self.forwards) {
            while let Some(fd) = listener.accept()? {
                self.ends[1].channels.insert(self.next, Channel::new(fd.into()));
                self.ends[1].outgoing.say(monotonic(), &Record::Open(self.next, number));
                self.next += 1;
            }
        }
        for end in &mut self.ends {
            end.read(buffer)?;
        }
        let over = self.ends[1].channels.get(&SESSION).is_none_or(|session| session.ended);
        if over && !self.told {
            if let Some(code) = exit()? {
                self.ends[1].say(&Record::Exit(code as u32));
                self.told = true;
            }
        }
        for from in [0, 1] {
            while let Some(bytes) = self.ends[from].outgoing.arrived(monotonic()) {
                self.ends[1 - from].incoming.push(&bytes);
            }
            while let Some(record) = self.ends[1 - from].incoming.next() {
                self.obey(1 - from, record)?;
            }
        }
        for end in &mut self.ends {
            end.write()?;
        }
        Ok(())
    }

    fn obey(&mut self, at: usize, record: Record) -> io::Result<()> {
        let end = &mut self.ends[at];
        let channel = match &record {
            Record::Data(id, _) | Record::End(id) | Record::Window(id, _) => end.channels.get_mut(id),
            _ => None,
        };
        match (record, channel) {
            (Record::Data(_, bytes), Some(channel)) => channel.out.push(bytes),
            (Record::End(_), Some(channel)) => channel.finished = true,
            (Record::Window(_, more), Some(channel)) => channel.credit.refill(more),
            (Record::Open(id, socket), _) => {
                let path = self.forwards.get(socket as usize).map(|it| it.1.as_path());
                match path.ok_or(io::ErrorKind::NotFound.into()).and_then(connect_unix) {
                    Ok(fd) => drop(end.channels.insert(id, Channel::new(fd.into()))),
                    Err(_) => end.say(&Record::Reset(id)),
                }
            }
            (Record::Reset(id), _) => drop(end.channels.remove(&id)),
            (Record::Exit(code), _) => self.exited = Some(code as i32),
            // The channel is gone here, and the other end is about to hear of it.
            (Record::Data(..) | Record::End(_) | Record::Window(..), None) => {}
        }
        Ok(())
    }

    fn wait(&mut self, set: &mut PollSet) -> io::Result<()> {
        set.clear();
        let now = monotonic();
        for (listener, _) in &self.forwards {
            set.add(listener.as_fd(), Interest::READ);
        }
        let mut wake: Option<u64> = None;
        for end in &mut self.ends {
            let room = end.outgoing.room(now) > 0;
            for channel in end.channels.values() {
                if room && !channel.ended && channel.credit.left() > 0 {
                    set.add(channel.stream.read_fd(), Interest::READ);
                }
                if !channel.out.is_empty() {
                    set.add(channel.stream.write_fd(), Interest::WRITE);
                }
            }
            wake = [wake, end.outgoing.wakes(now)].into_iter().flatten().min();
        }
        let over = self.ends[1].channels.get(&SESSION).is_none_or(|session| session.ended);
        if over && !self.told {
            wake = Some(wake.unwrap_or(u64::MAX).min(now + GLANCE));
        }
        set.wait(wake.map(|wake| Duration::from_nanos(wake.saturating_sub(monotonic()))))?;
        Ok(())
    }
}
