//! The hands of a link: moves bytes between two streams through two lanes, at the times that the lanes say.
//!
//! Not a judge of bytes. Invariants: it waits in `poll` and nowhere else, and a descriptor is in the set only if
//! something will be done with it, so it never spins; a sender is not read while its lane is full.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use farway_sys::clock::monotonic;
use farway_sys::event::{Interest, PollSet, Ready};
use farway_sys::net::{ByteStream, Received, Sent};

use super::lane::Lane;
use super::profile::LinkProfile;
use super::{LinkTraffic, Way};

/// Bytes of one read.
const READ: usize = 64 << 10;
/// Pieces of one write.
const SLICES: usize = 64;

/// One direction, with what its receiver did not take yet.
struct Half<'a> {
    lane: Lane,
    way: Way,
    from: &'a ByteStream,
    to: &'a ByteStream,
    arrived: VecDeque<Bytes>,
    /// The sender has ended.
    ended: bool,
    /// The receiver was told so, or is gone itself.
    done: bool,
}

impl Half<'_> {
    /// Reads what there is room for.
    fn read(&mut self, buffer: &mut BytesMut, traffic: &LinkTraffic) -> io::Result<()> {
        loop {
            let room = self.lane.room(monotonic());
            if room == 0 || self.ended {
                return Ok(());
            }
            buffer.clear();
            match self.from.recv(buffer, room.min(READ))? {
                Received::Bytes(_) => {
                    let taken = self.lane.push(monotonic(), buffer);
                    debug_assert_eq!(taken, buffer.len(), "room was asked for first");
                    traffic.add(self.way, taken);
                }
                Received::Empty => return Ok(()),
                Received::Closed => {
                    self.lane.finish(monotonic());
                    self.ended = true;
                }
            }
        }
    }

    /// Writes what has arrived.
    fn write(&mut self) -> io::Result<()> {
        let now = monotonic();
        while !self.done {
            while self.arrived.len() < SLICES {
                let Some(bytes) = self.lane.pop(now) else { break };
                self.arrived.push_back(bytes);
            }
            if self.arrived.is_empty() {
                if self.lane.is_finished(now) {
                    self.to.shutdown_write();
                    self.done = true;
                }
                return Ok(());
            }
            let slices: Vec<IoSlice<'_>> = self.arrived.iter().map(|bytes| IoSlice::new(bytes)).collect();
            match self.to.send(&slices)? {
                Sent::Bytes(count) => self.advance(count),
                Sent::Full => return Ok(()),
                Sent::Closed => {
                    // The other direction ends by itself: reading from there finds the end.
                    self.arrived.clear();
                    self.ended = true;
                    self.done = true;
                }
            }
        }
        Ok(())
    }

    fn advance(&mut self, mut count: usize) {
        while let Some(front) = self.arrived.front_mut() {
            if front.len() > count {
                front.advance(count);
                return;
            }
            count -= front.len();
            self.arrived.pop_front();
        }
    }

    fn wants_read(&mut self, now: u64) -> bool {
        !self.ended && self.lane.room(now) > 0
    }

    fn wants_write(&self) -> bool {
        !self.done && !self.arrived.is_empty()
    }

    /// When there is something to do without anybody having done anything.
    fn wakes(&mut self, now: u64) -> Option<u64> {
        if self.done {
            return None;
        }
        // While the receiver is full, only it can go on.
        let ready = if self.arrived.is_empty() { self.lane.next_ready() } else { None };
        let room = if self.ended { None } else { self.lane.next_room(now) };
        [ready, room].into_iter().flatten().min()
    }
}

/// Moves bytes both ways between `near` (whoever dialled) and `far`, until both have ended.
///
/// # Errors
/// What reading, writing or waiting says, other than that somebody is gone.
pub fn relay(
    profile: &LinkProfile,
    near: &ByteStream,
    far: &ByteStream,
    traffic: &LinkTraffic,
) -> io::Result<()> {
    let half = |way, from, to| Half {
        lane: Lane::new(profile),
        way,
        from,
        to,
        arrived: VecDeque::new(),
        ended: false,
        done: false,
    };
    let mut halves = [half(Way::Up, near, far), half(Way::Down, far, near)];
    let mut set = PollSet::new();
    let mut buffer = BytesMut::with_capacity(READ);
    while !halves.iter().all(|half| half.done) {
        let readable = wait(&mut set, &mut halves)?;
        for (half, ready) in halves.iter_mut().zip(readable) {
            if ready.any() {
                half.read(&mut buffer, traffic)?;
            }
            half.write()?;
        }
    }
    Ok(())
}

/// Waits until there is something to do; returns what the senders are ready for.
fn wait(set: &mut PollSet, halves: &mut [Half<'_>; 2]) -> io::Result<[Ready; 2]> {
    set.clear();
    let now = monotonic();
    let mut reading = [None; 2];
    for (half, index) in halves.iter_mut().zip(&mut reading) {
        if half.wants_read(now) {
            *index = Some(set.add(half.from.read_fd(), Interest::READ));
        }
        if half.wants_write() {
            set.add(half.to.write_fd(), Interest::WRITE);
        }
    }
    let wake = halves.iter_mut().filter_map(|half| half.wakes(now)).min();
    let timeout = wake.map(|wake| Duration::from_nanos(wake.saturating_sub(monotonic())));
    set.wait(timeout)?;
    Ok(reading.map(|index| index.map_or_else(Ready::default, |index| set.ready(index))))
}
