//! One connection through a relay: two streams and a lane each way. Decides nothing.
//!
//! Invariant: a dead link reads and forgets, and writes nothing more.

use bytes::{Buf, Bytes};
use farway_proxy::transport::emulated::{Lane, LinkProfile};
use farway_sys::clock::monotonic;
use rustix::event::{PollFd, PollFlags};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

const READ: usize = 64 << 10;

/// One direction.
struct Half {
    lane: Lane,
    /// What has arrived and was not taken yet.
    arrived: Bytes,
    /// The sender has ended.
    ended: bool,
    /// The receiver was told so, or is gone.
    done: bool,
    /// The lane takes nothing just now.
    full: bool,
    /// When it takes something by itself, if it ever does.
    room_at: Option<u64>,
}

/// A connection: from whoever dialled to the server. The server's end is missing where a dead link never had one.
pub struct Link {
    near: TcpStream,
    far: Option<TcpStream>,
    up: Half,
    down: Half,
    dead: bool,
    gone: bool,
}

impl Link {
    /// Joins two streams.
    pub fn new(profile: &LinkProfile, near: TcpStream, far: TcpStream) -> io::Result<Self> {
        for stream in [&near, &far] {
            stream.set_nonblocking(true)?;
            stream.set_nodelay(true)?;
        }
        let (up, down) = (Half::new(profile), Half::new(profile));
        Ok(Link { near, far: Some(far), up, down, dead: false, gone: false })
    }

    /// A connection that leads nowhere.
    pub fn dead(near: TcpStream) -> io::Result<Self> {
        near.set_nonblocking(true)?;
        let half = || Half::new(&LinkProfile::default());
        Ok(Link { near, far: None, up: half(), down: half(), dead: true, gone: false })
    }

    /// From now on nothing comes through.
    pub fn die(&mut self) {
        self.dead = true;
    }

    /// Ends both connections so that their ends notice an error.
    pub fn reset(self) {
        reset(&self.near);
        self.far.iter().for_each(reset);
    }

    /// Whether nothing is left to do for it. A dead link stays while the client holds on to it, and the server's end
    /// stays with it: who pulls the plug does not say goodbye either.
    pub fn is_finished(&self) -> bool {
        self.gone || (!self.dead && self.up.done && self.down.done)
    }

    /// Adds what this link waits for.
    pub fn poll<'a>(&'a self, fds: &mut Vec<PollFd<'a>>) {
        if self.dead {
            fds.push(PollFd::new(&self.near, PollFlags::IN));
            return;
        }
        let Some(far) = &self.far else { return };
        let ways = [(&self.near, &self.up, &self.down), (far, &self.down, &self.up)];
        for (stream, out, back) in ways {
            let mut flags = PollFlags::empty();
            flags.set(PollFlags::IN, !out.ended && !out.full);
            flags.set(PollFlags::OUT, !back.done && !back.arrived.is_empty());
            if !flags.is_empty() {
                fds.push(PollFd::new(stream, flags));
            }
        }
    }

    /// When there is something to do although neither end did anything, by the monotonic clock.
    pub fn wakes(&self) -> Option<u64> {
        if self.dead {
            return None;
        }
        [&self.up, &self.down].into_iter().filter_map(Half::wakes).min()
    }

    /// Moves what can be moved, reading `budget` bytes at most; how many were read from each end.
    pub fn carry(&mut self, budget: u64) -> (u64, u64) {
        if self.dead {
            self.gone |= drain(&self.near);
            return (0, 0);
        }
        let Some(far) = &self.far else { return (0, 0) };
        let up = self.up.read(&self.near, budget);
        let down = self.down.read(far, budget - up);
        self.up.write(far);
        self.down.write(&self.near);
        self.up.note();
        self.down.note();
        (up, down)
    }
}

impl Half {
    fn new(profile: &LinkProfile) -> Self {
        let lane = Lane::new(profile);
        Half { lane, arrived: Bytes::new(), ended: false, done: false, full: false, room_at: None }
    }

    /// Looks up when the sender is to be heard again.
    fn note(&mut self) {
        let now = monotonic();
        self.full = self.lane.room(now) == 0;
        self.room_at = self.lane.next_room(now).filter(|_| !self.ended);
    }

    fn wakes(&self) -> Option<u64> {
        // While the receiver takes nothing, only it can go on.
        let ready = self.lane.next_ready().filter(|_| !self.done && self.arrived.is_empty());
        [ready, self.room_at].into_iter().flatten().min()
    }

    fn read(&mut self, mut from: &TcpStream, budget: u64) -> u64 {
        let mut total = 0;
        let mut buffer = [0; READ];
        while !self.ended {
            let now = monotonic();
            let left = usize::try_from(budget - total).unwrap_or(READ);
            let room = self.lane.room(now).min(left).min(READ);
            if room == 0 {
                break;
            }
            match from.read(&mut buffer[..room]) {
                Ok(0) => self.end(now),
                Ok(count) => {
                    self.lane.push(now, &buffer[..count]);
                    total += count as u64;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(_) => self.end(now),
            }
        }
        total
    }

    fn end(&mut self, now: u64) {
        self.lane.finish(now);
        self.ended = true;
    }

    fn write(&mut self, mut to: &TcpStream) {
        let now = monotonic();
        while !self.done {
            if self.arrived.is_empty() {
                match self.lane.pop(now) {
                    Some(bytes) => self.arrived = bytes,
                    None if self.lane.is_finished(now) => {
                        // It may be gone already.
                        let _ = to.shutdown(Shutdown::Write);
                        self.done = true;
                    }
                    None => return,
                }
                continue;
            }
            match to.write(&self.arrived) {
                Ok(count) => self.arrived.advance(count),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(_) => (self.ended, self.done) = (true, true),
            }
        }
    }
}

/// Reads and forgets; whether the other end is gone.
fn drain(mut from: &TcpStream) -> bool {
    let mut buffer = [0; READ];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return error.kind() != ErrorKind::WouldBlock,
        }
    }
}

/// Makes the closing of `stream` a reset.
pub fn reset(stream: &TcpStream) {
    // Without it the closing is an orderly one, which a test would notice.
    let _ = rustix::net::sockopt::set_socket_linger(stream, Some(Duration::ZERO));
}
