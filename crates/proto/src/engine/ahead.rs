//! What an application is told ahead of its compositor: that it may draw again, and that a buffer is free.
//!
//! The real words come later, and are taken out. Only between two farways: the display's half holds back what would
//! change a buffer that its compositor still has ([`Frame::AwaitRelease`]). When to do so is decided by
//! `pacing`; what is remembered stands with the objects. Invariants: each callback is answered once and each
//! use of a buffer released once, as far as the application sees; nothing is told while pixels of an earlier commit
//! wait to be read; ids are given back by the compositor alone.

use std::collections::BTreeSet;

use super::Engine;
use super::effect::Note;
use super::fault::{Fault, Reason};
use super::inbound::peer;
use super::pacing::{self, Pacing, Road};
use super::state::State;
use crate::channel::{Capabilities, Frame, kind};
use crate::ids::{Instant, Role};
use crate::objects::{Buffer, Data, Objects, Surface};
use crate::shadow::{Body, Shadows};
use crate::wayland::{Builder, Form, ObjectId};

/// For so long the display's half waits for a release at most. A compositor that holds a buffer of a window that it
/// does not show may hold it for ever; it will not show what is in it before something else is committed.
const PATIENCE: u64 = 250_000_000;

/// Parents of parents that are looked at.
const DEPTH: usize = 32;

/// What the halves of a connection remember for this.
#[derive(Debug, Default)]
pub(crate) struct Ahead {
    /// The way to the compositor and back.
    pub road: Road,
    /// Surfaces with callbacks that nobody has answered.
    waiting: BTreeSet<ObjectId>,
    /// Surfaces whose last commit is not on the channel.
    fresh: Vec<ObjectId>,
    /// Buffers that were replaced on their surface.
    replaced: Vec<ObjectId>,
    /// Buffers whose release the application was told of before it came.
    told: BTreeSet<ObjectId>,
    /// The last refresh rate of any output, in millihertz.
    rate: Option<i32>,
    /// On the display's side: nothing is handled before this buffer is released, or this time has come.
    awaited: Option<(ObjectId, Instant)>,
}

impl Ahead {
    /// A release was waited for when last looked.
    pub fn is_awaiting(&self) -> bool {
        self.awaited.is_some()
    }
}

/// What is remembered of a surface.
#[derive(Debug, Default)]
pub struct Paced {
    /// Frame callbacks since the last commit.
    asked: Vec<ObjectId>,
    /// What was attached since the last commit.
    attached: Option<ObjectId>,
    /// The buffer that was committed last.
    shown: Option<ObjectId>,
    /// Of a subsurface.
    parent: Option<ObjectId>,
    /// Its commits wait for its parent's.
    synchronised: bool,
    /// The outputs that it is on.
    outputs: Vec<ObjectId>,
    pub(super) pacing: Pacing,
}

/// What is remembered of a buffer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Use {
    /// The compositor has it: it was committed, and nothing says that it was released.
    busy: bool,
    /// Releases that the application was told of, and that have not come.
    told: u32,
    /// Surfaces that show it.
    shown: u32,
}

/// A frame callback.
#[derive(Clone, Copy, Debug)]
pub struct Callback {
    surface: ObjectId,
    /// The application has been told.
    told: bool,
    /// On the display's side: when its commit came. On the other: for how long it was there, in nanoseconds.
    arrival: Option<Arrival>,
}

/// See [`Callback`].
#[derive(Clone, Copy, Debug)]
enum Arrival {
    At(Instant),
    Ago(u64),
}

impl State {
    fn paces(&self) -> bool {
        self.role == Role::App && self.agreed().has(Capabilities::RELEASES)
    }

    fn buffer_use(&mut self, id: ObjectId) -> Option<&mut Use> {
        match self.objects.data(id) {
            Some(Data::Buffer(Buffer { ahead, destroyed: false, .. })) => Some(ahead),
            _ => None,
        }
    }

    /// The time between two refreshes for this surface.
    fn interval(&self, surface: ObjectId) -> u64 {
        let outputs = match self.objects.get(surface).map(|object| &object.data) {
            Some(Data::Surface(surface)) => &surface.paced.outputs[..],
            _ => &[],
        };
        let of = |id: &ObjectId| match self.objects.get(*id)?.data {
            Data::Output(rate) => rate,
            _ => None,
        };
        pacing::interval(outputs.iter().filter_map(of).max().or(self.ahead.rate))
    }

    /// A frame callback is asked for.
    pub fn frame_asked(&mut self, surface: ObjectId, callback: ObjectId) {
        let wanted = self.role == Role::App || self.agreed().has(Capabilities::RELEASES);
        if wanted && self.objects.surface(surface).is_some() {
            self.set_data(callback, Data::Callback(Callback { surface, told: false, arrival: None }));
            self.objects.surface(surface).into_iter().for_each(|it| it.paced.asked.push(callback));
        }
    }

    /// A surface gets a buffer, or none.
    pub fn buffer_attached(&mut self, surface: ObjectId, buffer: ObjectId) {
        self.objects.surface(surface).into_iter().for_each(|it| it.paced.attached = Some(buffer));
    }

    /// A surface's state is applied.
    pub fn surface_committed(&mut self, id: ObjectId) {
        let Some(surface) = self.objects.surface(id) else { return };
        let mut asked = std::mem::take(&mut surface.paced.asked);
        let attached = surface.paced.attached.take();
        let replaced = attached.and_then(|new| surface.paced.shown.replace(new));
        let shown = surface.paced.shown;
        if let Some(new) = attached {
            self.buffer_committed(new, replaced);
        }
        // Without another buffer, too: what is in it may be new.
        if let Some(shown) = shown {
            self.await_all_of(shown);
        }
        // What was answered before is nobody's any more.
        asked.retain(|it| matches!(self.objects.data(*it), Some(Data::Callback(it)) if it.surface == id));
        if self.role == Role::Display {
            self.callbacks_came(&asked);
        }
        if asked.is_empty() || !self.paces() || self.is_synchronised(id) {
            return;
        }
        let interval = self.interval(id);
        let now = self.now.instant;
        let (ahead, objects) = (&mut self.ahead, &mut self.objects);
        let Some(surface) = objects.surface(id) else { return };
        surface.paced.pacing.committed(now, asked, self.sent, &ahead.road, interval);
        ahead.waiting.insert(id);
        ahead.fresh.push(id);
        if surface.paced.pacing.is_ahead() {
            let by_another = attached.filter(|new| !new.is_null()).and(replaced);
            ahead.replaced.extend(by_another.filter(|old| Some(*old) != attached));
        }
    }

    /// On the display's side: a commit with these callbacks has come.
    fn callbacks_came(&mut self, asked: &[ObjectId]) {
        let came = self.came;
        for id in asked {
            if let Some(Data::Callback(callback)) = self.objects.data(*id) {
                callback.arrival = Some(Arrival::At(came));
            }
        }
    }

    /// On the display's side: the compositor has answered a callback.
    pub fn callback_leaves(&mut self, id: ObjectId) {
        let now = self.now.instant;
        let Some(Data::Callback(Callback { arrival: Some(Arrival::At(came)), .. })) = self.objects.data(id)
        else {
            return;
        };
        let held = now.0.saturating_sub(came.0) / 1000;
        self.send(Frame::Held(id, u32::try_from(held).unwrap_or(u32::MAX)));
    }

    fn buffer_committed(&mut self, new: ObjectId, replaced: Option<ObjectId>) {
        if let Some(old) = replaced.and_then(|old| self.buffer_use(old)) {
            old.shown = old.shown.saturating_sub(1);
        }
        let Some(it) = self.buffer_use(new) else { return };
        it.busy = true;
        it.shown += 1;
    }

    /// Buffers that share bytes with this one, were replaced on their surfaces, and were free too early.
    fn told_beside(&mut self, new: ObjectId) -> Vec<ObjectId> {
        let of = |objects: &Objects, shadows: &Shadows, id: ObjectId| {
            let buffer = objects.buffer(id)?;
            let Body::File(file) = &shadows.get(buffer.rid)?.body else { return None };
            // What is compared is aligned.
            Some((buffer.rid, buffer.image.extent(file.size).aligned(), buffer.ahead))
        };
        if self.ahead.told.is_empty() {
            return Vec::new();
        }
        let (objects, shadows) = (&self.objects, &self.shadows);
        let Some((rid, range, _)) = of(objects, shadows, new) else { return Vec::new() };
        let others = self.ahead.told.iter().copied().filter(|other| *other != new);
        let near = |other: &ObjectId| {
            of(objects, shadows, *other).is_some_and(|(its, there, used)| {
                its == rid && used.shown == 0 && there.start < range.end && range.start < there.end
            })
        };
        others.filter(near).collect()
    }

    /// What follows changes a buffer, and with it those that share bytes with it.
    pub fn await_all_of(&mut self, buffer: ObjectId) {
        self.await_release(buffer);
        self.told_beside(buffer).into_iter().for_each(|other| self.await_release(other));
    }

    /// What follows changes a buffer, or ends it: the compositor must have it no more, if the application was told so.
    pub fn await_release(&mut self, buffer: ObjectId) {
        if self.role == Role::App && self.buffer_use(buffer).is_some_and(|it| it.told > 0) {
            self.send(Frame::AwaitRelease(buffer));
        }
    }

    fn is_synchronised(&mut self, mut surface: ObjectId) -> bool {
        for _ in 0..DEPTH {
            let Some(Surface { paced, .. }) = self.objects.surface(surface) else { return false };
            match paced.parent {
                None => return false,
                Some(_) if paced.synchronised => return true,
                Some(parent) => surface = parent,
            }
        }
        true
    }

    /// A surface becomes a part of another, or none any more.
    pub fn surface_joined(&mut self, surface: ObjectId, parent: Option<ObjectId>) {
        if let Some(surface) = self.objects.surface(surface) {
            (surface.paced.parent, surface.paced.synchronised) = (parent, parent.is_some());
        }
    }

    /// A subsurface follows its parent, or does not.
    pub fn surface_synchronised(&mut self, surface: ObjectId, on: bool) {
        self.objects.surface(surface).into_iter().for_each(|it| it.paced.synchronised = on);
    }

    /// A surface is on an output, or not any more.
    pub fn surface_on_output(&mut self, surface: ObjectId, output: ObjectId, on: bool) {
        /// No compositor has so many.
        const OUTPUTS: usize = 64;
        let Some(Surface { paced, .. }) = self.objects.surface(surface) else { return };
        paced.outputs.retain(|it| *it != output);
        if on && paced.outputs.len() < OUTPUTS {
            paced.outputs.push(output);
        }
    }

    /// An output says its refresh rate, in millihertz.
    pub fn output_rate(&mut self, output: ObjectId, rate: i32) {
        self.set_data(output, Data::Output(Some(rate)));
        self.ahead.rate = Some(rate);
    }

    /// A surface is gone.
    pub fn surface_gone(&mut self, id: ObjectId) {
        let Some(Surface { paced, .. }) = self.objects.surface(id) else { return };
        paced.pacing.clear();
        let shown = paced.shown.take();
        self.ahead.waiting.remove(&id);
        if let Some(buffer) = shown.and_then(|buffer| self.buffer_use(buffer)) {
            buffer.shown = buffer.shown.saturating_sub(1);
        }
    }

    /// The compositor has answered a callback with this time. What to tell the application instead; nothing if it knows.
    pub fn callback_answered(&mut self, callback: ObjectId, time: u32) -> Option<u32> {
        let Some(Data::Callback(Callback { surface, told, arrival })) = self.objects.data(callback) else {
            return Some(time);
        };
        let held = match arrival {
            Some(Arrival::Ago(held)) => Some(*held),
            _ => None,
        };
        let (surface, told) = (*surface, *told);
        let interval = self.interval(surface);
        let now = self.now.instant;
        let (ahead, objects) = (&mut self.ahead, &mut self.objects);
        if let Some(surface) = objects.surface(surface) {
            surface.paced.pacing.answered(now, (callback, held), &mut ahead.road, interval);
        }
        (!told).then(|| ahead.road.heard(now, time))
    }

    /// An id is free: if it was a callback's, nobody answers it any more, and no buffer of this id is released.
    pub fn id_deleted(&mut self, id: ObjectId) {
        self.ahead.told.remove(&id);
        let Some(Data::Callback(Callback { surface, .. })) = self.objects.data(id) else { return };
        let surface = *surface;
        self.objects.surface(surface).into_iter().for_each(|it| it.paced.pacing.deleted(id));
    }

    /// The compositor has released a buffer. False if the application knows.
    pub fn buffer_released(&mut self, buffer: ObjectId) -> bool {
        let Some(Data::Buffer(Buffer { ahead: it, .. })) = self.objects.data(buffer) else { return true };
        if it.told == 0 {
            it.busy = false;
            return true;
        }
        it.told -= 1;
        if it.told == 0 {
            self.ahead.told.remove(&buffer);
        }
        false
    }

    /// True while the compositor has a buffer that the other half wants it to let go of.
    pub fn still_awaits(&mut self) -> bool {
        let Some((buffer, until)) = self.ahead.awaited else { return false };
        let over = self.now.instant >= until;
        match self.buffer_use(buffer) {
            Some(it) if it.busy && !over => return true,
            Some(it) if it.busy => {
                it.busy = false;
                self.note(Note::HeldTooLong(buffer));
            }
            Some(_) | None => {}
        }
        self.ahead.awaited = None;
        false
    }
}

impl Engine {
    /// The other half has told its application that this buffer is free.
    pub(super) fn take_await(&mut self, buffer: ObjectId) -> Result<(), Fault> {
        let ours = self.state.config.capabilities.has(Capabilities::RELEASES);
        if self.state.role == Role::App || !ours {
            return peer(Reason::Unexpected(kind::AWAIT_RELEASE));
        }
        self.state.ahead.awaited = Some((buffer, self.state.now.instant.after(PATIENCE)));
        Ok(())
    }

    /// For how many microseconds the compositor's half had what asked for this callback.
    pub(super) fn take_held(&mut self, callback: ObjectId, time: u32) -> Result<(), Fault> {
        if !self.state.paces() {
            return peer(Reason::Unexpected(kind::HELD));
        }
        // One that is not known any more is nobody's.
        if let Some(Data::Callback(it)) = self.state.objects.data(callback) {
            it.arrival = Some(Arrival::Ago(u64::from(time) * 1000));
        }
        Ok(())
    }

    /// Everything that was committed is on the channel.
    pub(super) fn commits_sent(&mut self) {
        let (now, sent) = (self.state.now.instant, self.state.sent);
        for id in std::mem::take(&mut self.state.ahead.fresh) {
            let surface = self.state.objects.surface(id);
            surface.into_iter().for_each(|it| it.paced.pacing.flushed(now, sent));
        }
    }

    /// Tells the application what is due.
    pub(super) fn tell_ahead(&mut self) {
        if self.batch.sealed || self.life.finished || !self.state.paces() {
            return;
        }
        for buffer in std::mem::take(&mut self.state.ahead.replaced) {
            let Some(it) = self.state.buffer_use(buffer) else { continue };
            if it.busy && it.shown == 0 {
                (it.busy, it.told) = (false, it.told + 1);
                self.state.ahead.told.insert(buffer);
                self.say(Builder::new(buffer, RELEASE));
            }
        }
        let waiting: Vec<ObjectId> = self.state.ahead.waiting.iter().copied().collect();
        for id in waiting {
            let interval = self.state.interval(id);
            let (ahead, now) = (&mut self.state.ahead, self.state.now.instant);
            let Some(surface) = self.state.objects.surface(id) else { continue };
            let pacing = &mut surface.paced.pacing;
            let due = pacing.take_due(now, &ahead.road, interval);
            if pacing.unanswered() == 0 {
                ahead.waiting.remove(&id);
            }
            let Some(time) = (!due.is_empty()).then(|| ahead.road.time(now)).flatten() else { continue };
            for callback in due {
                if let Some(Data::Callback(it)) = self.state.objects.data(callback) {
                    it.told = true;
                }
                self.say(Builder::new(callback, DONE).uint(time));
            }
        }
        self.flush_local();
    }

    fn say(&mut self, event: Builder) {
        if let Ok(bytes) = event.finish(Form::Program, 0) {
            self.inbound.say(&bytes);
        }
    }

    /// When there is something to do here if nothing else happens.
    pub(super) fn ahead_timeout(&self) -> Option<Instant> {
        let state = &self.state;
        if let Some((_, until)) = state.ahead.awaited {
            return Some(until);
        }
        if self.batch.sealed || !state.paces() {
            return None;
        }
        let next = |id: &ObjectId| {
            let Data::Surface(surface) = &state.objects.get(*id)?.data else { return None };
            surface.paced.pacing.next(&state.ahead.road, state.interval(*id))
        };
        state.ahead.waiting.iter().filter_map(next).min()
    }

    /// So many bytes wait for the channel.
    pub fn on_backlog(&mut self, now: crate::ids::Now, bytes: u64) {
        let before = std::mem::replace(&mut self.state.ahead.road.backlog, bytes);
        if before >= pacing::BACKLOG && bytes < pacing::BACKLOG && !self.life.finished {
            self.state.now = now;
            self.tell_ahead();
        }
    }

    /// Bytes per second that the link carries, if frames were large enough to tell.
    pub fn link_rate(&self) -> Option<u64> {
        self.state.ahead.road.rate()
    }

    /// The way there and back is so short that it does not leave the machine, or the room.
    pub fn link_is_near(&self) -> bool {
        self.state.ahead.road.is_near()
    }

    /// A large frame went over the link so quickly that no queue in it can be long.
    pub fn link_is_quick(&self) -> bool {
        self.state.ahead.road.is_quick()
    }
}

/// `wl_callback.done`.
const DONE: u16 = 0;
/// `wl_buffer.release`.
const RELEASE: u16 = 0;
