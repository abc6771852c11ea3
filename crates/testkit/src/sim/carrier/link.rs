//! Links: dialled by the near end with what it has, answered by the far end with what that has, and cut.
//!
//! A cut loses what was on its way, from any byte on. Each end learns of it by itself, or never, and then by silence;
//! a hello may be lost, or come late, from a link that is gone. Invariant: while no link may be cut, one comes up.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use farway_proto::Instant;
use farway_proto::session::frame::Frame;
use farway_proto::session::words::Position;
use rand::Rng;

use super::{ALWAYS, Carrier, FAR, NEAR};
use crate::sim::problem::Problem;
use crate::sim::wire::take;

/// Times without progress after which silence is no reason to go on.
const PATIENCE: u32 = 20;

/// One link.
#[derive(Debug, Default)]
pub struct Link {
    /// Bytes on their way, by the end that wrote them.
    pub wire: [VecDeque<u8>; 2],
    /// What goes before all bytes of the near end.
    hello: Option<Vec<Position>>,
    /// What goes before all bytes of the far end.
    answer: Option<Vec<Position>>,
    /// What is written now is lost.
    broken: bool,
    /// And nobody is told.
    silent: bool,
}

impl Carrier {
    fn now(&self, end: usize, time: u64) -> Instant {
        Instant(time + self.places[end].clock)
    }

    /// The link that the session begins with.
    pub(super) fn first_link(&mut self, time: u64) {
        self.links.insert(0, Link::default());
        self.next_link = 1;
        for end in [NEAR, FAR] {
            let now = self.now(end, time);
            self.places[end].link = Some(0);
            self.places[end].session.link_up(now);
        }
    }

    /// One thing that can happen, or all of them while no link may be cut.
    pub(super) fn step(&mut self, time: u64) -> Result<bool, Problem> {
        if self.dead {
            return Ok(false);
        }
        for end in [NEAR, FAR] {
            if self.places[end].session.is_dead(self.now(end, time)) {
                self.unlink(end);
            }
        }
        // Another cut could mend what was broken on purpose.
        if self.faults == 0 || self.is_sabotaged() {
            let mut moved = self.dial();
            for end in [NEAR, FAR] {
                moved |= self.speak(end, time, usize::MAX)?;
                moved |= self.hear(1 - end, time, usize::MAX)?;
            }
            return Ok(moved);
        }
        let most = match self.rng.random_range(0..4) {
            0 => self.rng.random_range(1..30),
            1 => self.rng.random_range(1..3000),
            _ => usize::MAX,
        };
        match self.rng.random_range(0..200) {
            0..=83 => {
                let end = self.rng.random_range(0..2);
                self.speak(end, time, most)
            }
            84..=167 => {
                let end = self.rng.random_range(0..2);
                self.hear(end, time, most)
            }
            168..=185 => Ok(self.dial()),
            186..=187 if self.faults == ALWAYS => {
                let end = self.rng.random_range(0..2);
                self.say(end);
                Ok(true)
            }
            _ => {
                self.cut();
                Ok(true)
            }
        }
    }

    /// The present link loses what is on it, from any byte on.
    fn cut(&mut self) {
        if self.faults != ALWAYS {
            self.faults -= 1;
        }
        let present = self.places[NEAR].link.and_then(|id| self.links.get_mut(&id));
        let Some(link) = present.filter(|link| !link.broken) else { return };
        self.counts.cuts += 1;
        link.broken = true;
        link.silent = self.rng.random_bool(0.3);
        self.counts.silent += u64::from(link.silent);
        for wire in &mut link.wire {
            let left = self.rng.random_range(0..=wire.len());
            self.counts.lost += (wire.len() - left) as u64;
            wire.truncate(left);
        }
        if self.rng.random_bool(0.5) {
            link.hello = None;
        }
        if link.answer.is_some() && self.rng.random_bool(0.5) {
            link.answer = None;
            link.wire[FAR].clear();
        }
        if self.rng.random_bool(0.3) {
            // The near end is the first to know: it is the one that hangs up.
            self.unlink(NEAR);
        }
    }

    fn unlink(&mut self, end: usize) {
        let place = &mut self.places[end];
        place.session.link_down();
        place.out.clear();
        place.input.clear();
        if let Some(link) = place.link.take().and_then(|id| self.links.get_mut(&id)) {
            link.broken = true;
        }
        let held = |id: u32| self.places.iter().any(|it| it.link == Some(id));
        let gone: Vec<u32> = self
            .links
            .iter()
            .filter(|(id, it)| !held(**id) && it.hello.is_none())
            .map(|(id, _)| *id)
            .collect();
        gone.into_iter().for_each(|id| drop(self.links.remove(&id)));
    }

    /// The near end makes a new link if it has none.
    fn dial(&mut self) -> bool {
        if self.places[NEAR].link.is_some() {
            return false;
        }
        let id = self.next_link;
        self.next_link += 1;
        let hello = Some(self.told(NEAR));
        self.links.insert(id, Link { hello, ..Link::default() });
        self.places[NEAR].link = Some(id);
        true
    }

    /// What an end says that it has; not quite the truth if that is the fault to put in.
    fn told(&mut self, end: usize) -> Vec<Position> {
        let mut positions = self.places[end].session.positions();
        if let Some(sabotage) = &mut self.sabotage {
            sabotage.lie(&mut positions);
        }
        positions
    }

    /// Puts bytes of a session on its link.
    fn speak(&mut self, end: usize, time: u64, most: usize) -> Result<bool, Problem> {
        let now = self.now(end, time);
        let place = &mut self.places[end];
        let link = place.link.and_then(|id| self.links.get_mut(&id));
        let Some(link) = link.filter(|_| place.session.is_linked()) else { return Ok(false) };
        if place.out.is_empty() && place.session.has_output(now) {
            if place.session.take_output(now, most.min(100_000), &mut place.out) == 0 {
                return Err(Problem::Carried {
                    end: place.name,
                    what: "has something to say and does not say it",
                });
            }
            if std::mem::take(&mut place.fresh) {
                if let Some(sabotage) = &mut self.sabotage {
                    place.fresh = !without_a_frame(&mut place.out, || sabotage.loses());
                }
            }
        }
        let mut room = most.min(self.capacity.saturating_sub(link.wire[end].len()));
        let mut moved = false;
        while room > 0 {
            let Some(mut piece) = place.out.pop_front() else { break };
            let part = piece.split_to(room.min(piece.len()));
            room -= part.len();
            moved = true;
            if link.broken {
                self.counts.lost += part.len() as u64;
            } else {
                link.wire[end].extend(&part);
            }
            if !piece.is_empty() {
                place.out.push_front(piece);
            }
        }
        Ok(moved)
    }

    /// Brings what is on the link to a session, and what goes before.
    fn hear(&mut self, end: usize, time: u64, most: usize) -> Result<bool, Problem> {
        if end == FAR {
            let caller = self.links.iter().find(|(_, it)| it.hello.is_some()).map(|(id, _)| *id);
            if let Some(id) = caller {
                return self.accept(id, time);
            }
        }
        let now = self.now(end, time);
        let place = &mut self.places[end];
        let Some(link) = place.link.and_then(|id| self.links.get_mut(&id)) else { return Ok(false) };
        if end == NEAR && !place.session.is_linked() {
            let over = link.broken;
            let Some(answer) = link.answer.take() else {
                // It waits for an answer, but not for ever.
                over.then(|| self.unlink(NEAR));
                return Ok(over);
            };
            let result = place.session.resume(now, &answer);
            place.fresh = true;
            self.counts.resumed += 1;
            self.heed(NEAR)?;
            return self.fine(end, result).map(|()| true);
        }
        let bytes = take(&mut link.wire[1 - end], most);
        if bytes.is_empty() {
            let told = link.broken && !link.silent;
            told.then(|| self.unlink(end));
            return Ok(told);
        }
        place.input.extend_from_slice(&bytes);
        let result = place.session.on_link(now, &mut place.input);
        self.heed(end)?;
        self.fine(end, result).map(|()| true)
    }

    /// The far end gets a hello, perhaps of a link that the near end has given up since.
    fn accept(&mut self, id: u32, time: u64) -> Result<bool, Problem> {
        let now = self.now(FAR, time);
        let Some(hello) = self.links.get_mut(&id).and_then(|it| it.hello.take()) else { return Ok(false) };
        let late = self.places[NEAR].link != Some(id);
        self.unlink(FAR);
        let answer = self.told(FAR);
        let place = &mut self.places[FAR];
        match place.session.resume(now, &hello) {
            Ok(()) => {
                (place.link, place.fresh) = (Some(id), true);
                self.counts.resumed += 1;
            }
            // What it says was true once; the session goes on with the next one.
            Err(_) if late => {
                drop(self.links.remove(&id));
                return Ok(true);
            }
            Err(error) => return self.fine(FAR, Err(error)).map(|()| true),
        }
        if let Some(link) = self.links.get_mut(&id) {
            link.answer = Some(answer).filter(|_| !link.broken);
        }
        self.heed(FAR)?;
        Ok(true)
    }

    /// A session refuses what the other one said.
    fn fine(
        &mut self,
        end: usize,
        result: Result<(), farway_proto::session::SessionError>,
    ) -> Result<(), Problem> {
        match result {
            Err(_) if self.damaged => {
                self.die();
                Ok(())
            }
            Err(error) => Err(Problem::Session { end: self.places[end].name, error }),
            Ok(()) => Ok(()),
        }
    }

    /// When something will happen by itself that the world should wait for.
    pub fn timeout(&mut self) -> Option<u64> {
        if self.dead {
            return None;
        }
        let [near, far] = &self.places;
        let same = near.link == far.link && near.session.is_linked() && far.session.is_linked();
        let sound = near.link.and_then(|id| self.links.get(&id)).is_some_and(|link| !link.broken);
        if same && sound && near.session.is_settled() && far.session.is_settled() {
            return None;
        }
        let state = [near.session.kept(), far.session.kept(), self.counts.arrived, u64::from(self.next_link)];
        self.stuck = if self.stuck.1 == state { (self.stuck.0 + 1, state) } else { (0, state) };
        if self.stuck.0 > PATIENCE {
            return None;
        }
        let at = |end: usize| {
            let at = self.places[end].session.poll_timeout()?;
            Some(at.0.saturating_sub(self.places[end].clock))
        };
        at(NEAR).into_iter().chain(at(FAR)).min()
    }
}

/// Takes the first frame with bytes of a stream out, if `wanted`; true if there was any.
fn without_a_frame(out: &mut VecDeque<Bytes>, wanted: impl FnOnce() -> bool) -> bool {
    let mut all = BytesMut::new();
    out.iter().for_each(|piece| all.extend_from_slice(piece));
    let mut frames = Vec::new();
    while let Ok(Some(frame)) = Frame::take(&mut all) {
        frames.push(frame);
    }
    let Some(at) = frames.iter().position(|it| matches!(it, Frame::Data(1.., _))) else { return false };
    if wanted() {
        frames.remove(at);
        let mut bytes = BytesMut::new();
        frames.iter().for_each(|frame| frame.put(&mut bytes));
        *out = VecDeque::from([bytes.freeze()]);
    }
    true
}
