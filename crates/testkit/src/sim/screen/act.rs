//! What the screen does on its own, and the duties that it has taken on.

use std::rc::Rc;

use farway_proto::wayland::{Builder, Form, ObjectId};
use rand::Rng;
use rand::seq::IndexedRandom;

use super::{Duty, Held, Picture, Screen};
use crate::sim::checker::{Checker, Rewrite, Snapshot, Token, moved};
use crate::sim::kernel::Fd;
use crate::sim::problem::Problem;
use crate::sim::wire::noise;

const SECOND: u64 = 1_000_000_000;

/// For so long at least a buffer that is held is not written to.
const PATIENCE: u64 = 250_000_000;

impl Screen {
    /// Does something.
    pub fn act(&mut self, checker: &mut Checker) {
        if self.out.len() > 64 * 1024 || self.party.lost {
            return;
        }
        if self.rng.random_bool(0.6) || self.quiet {
            self.duty(checker);
            return;
        }
        match self.rng.random_range(0..12) {
            0..=3 => self.offer(checker),
            4..=6 => self.ask(checker),
            7 => {
                let keyboards = self.all("wl_keyboard");
                if let Some(id) = keyboards.choose(&mut self.rng).copied() {
                    self.duties.push(Duty::Keymap(id));
                }
            }
            8 => self.hotplug(checker),
            _ => self.noise(checker),
        }
    }

    /// Performs a duty; false if there is none.
    pub fn duty(&mut self, checker: &mut Checker) -> bool {
        if self.duties.is_empty() || self.party.lost {
            return false;
        }
        let n = self.rng.random_range(0..self.duties.len());
        let duty = self.duties.remove(n);
        self.perform(checker, duty);
        true
    }

    /// Performs the oldest duty that is not to release a buffer: those it likes to hold.
    pub fn answer(&mut self, checker: &mut Checker) {
        let answers = |it: &Duty| !matches!(it, Duty::Release(..));
        if let Some(n) = self.duties.iter().position(answers).filter(|_| !self.party.lost) {
            let duty = self.duties.remove(n);
            self.perform(checker, duty);
        }
    }

    pub(super) fn perform(&mut self, checker: &mut Checker, duty: Duty) {
        match duty {
            Duty::Release(id, serial, held) => {
                if self.buffers.get(&id).is_some_and(|buffer| buffer.serial == serial) {
                    self.look(&held);
                    self.event(checker, id, "release", |it| it);
                }
            }
            Duty::Done(id) => {
                // Times wrap.
                let time = ((self.time / 1_000_000) as u32).wrapping_add(u32::MAX - 60_000);
                self.event(checker, id, "done", |it| it.uint(time));
                self.over(checker, id);
            }
            Duty::Presented(id) => self.presented(checker, id),
            Duty::Ready(id, picture) => self.captured(checker, id, &picture),
            Duty::Keymap(id) => self.keymap(checker, id),
            Duty::Delete(id) => self.delete(checker, id),
        }
    }

    /// A buffer is as it was, or it was held for so long that the other half gave up waiting.
    fn look(&mut self, held: &Held) {
        let Some(pixels) = held.pixels.as_ref().filter(|_| self.time - held.since < PATIENCE) else { return };
        self.held += 1;
        for (at, expected) in &pixels.spans {
            let got = pixels.file.read(*at, expected.len());
            if let Some(n) = got.iter().zip(expected).position(|(a, b)| a != b) {
                let (got, expected) = (got[n], expected[n]);
                let problem = Problem::Pixels { what: "a buffer that is held", at: at + n, got, expected };
                self.overwritten.get_or_insert(problem);
            }
        }
    }

    /// An object of the application died with its last event.
    fn over(&mut self, checker: &mut Checker, id: u32) {
        self.party.objects.remove(&id);
        self.delete(checker, id);
    }

    fn stamp(builder: Builder, time: u64) -> Builder {
        let seconds = time / SECOND;
        builder.uint((seconds >> 32) as u32).uint(seconds as u32).uint((time % SECOND) as u32)
    }

    fn presented(&mut self, checker: &mut Checker, id: u32) {
        if self.rng.random_bool(0.2) {
            self.event(checker, id, "discarded", |it| it);
            return self.over(checker, id);
        }
        let time = self.rng.random_range(0..1 << 60);
        let there = moved(time, self.way.presentation[1], self.way.presentation[0]);
        let build = |it, time| Self::stamp(it, time).uint(16).uint(0).uint(7).uint(1);
        let message = self.party.message(id, "presented");
        let into = message.and_then(|(it, _)| build(it, there).finish(Form::Program, 0).ok());
        let rewrite = into.map_or(Rewrite::Same, Rewrite::Into);
        self.event_with(checker, id, "presented", |it| build(it, time), Vec::new(), rewrite, None);
        self.over(checker, id);
    }

    fn captured(&mut self, checker: &mut Checker, id: u32, picture: &Picture) {
        if self.rng.random_bool(0.15) {
            return self.event(checker, id, "failed", |it| it);
        }
        self.captures += 1;
        for (at, len) in &picture.spans {
            if self.rng.random_bool(0.6) {
                let bytes = noise(&mut self.rng, *len);
                picture.file.write(*at, &bytes);
            }
        }
        self.event(checker, id, "flags", |it| it.uint(0));
        let time = self.rng.random_range(0..1 << 60);
        let there = moved(time, self.way.monotonic[1], self.way.monotonic[0]);
        let message = self.party.message(id, "ready");
        let into = message.and_then(|(it, _)| Self::stamp(it, there).finish(Form::Program, 0).ok());
        let rewrite = into.map_or(Rewrite::Same, Rewrite::Into);
        let pixels = Some(Snapshot::take(&picture.file, &picture.spans));
        self.event_with(checker, id, "ready", |it| Self::stamp(it, time), Vec::new(), rewrite, pixels);
    }

    fn keymap(&mut self, checker: &mut Checker, id: u32) {
        let size = if self.rng.random_bool(0.1) { 0 } else { self.rng.random_range(1..50_000) };
        let file = self.kernel.file(size);
        let bytes: Vec<u8> = (0..size).map(|n| (n / 7) as u8 ^ id as u8).collect();
        file.write(0, &bytes);
        let fds = vec![(Fd::File(Rc::clone(&file)), Token::Fixed(bytes))];
        let build = |it: Builder| it.uint(1).uint(size as u32);
        self.event_with(checker, id, "keymap", build, fds, Rewrite::Same, None);
    }

    /// Somebody else selected something.
    fn offer(&mut self, checker: &mut Checker) {
        let devices = self.all("wl_data_device");
        let Some(device) = devices.choose(&mut self.rng).copied() else { return };
        let offer = self.server_object("wl_data_offer");
        self.event(checker, device, "data_offer", |it| it.new_id(ObjectId(offer)));
        for mime in [&b"text/plain"[..], b"image/png"] {
            self.event(checker, offer, "offer", |it| it.str(mime));
        }
        self.event(checker, device, "selection", |it| it.object(ObjectId(offer)));
    }

    /// Somebody else wants what the application has selected.
    fn ask(&mut self, checker: &mut Checker) {
        let sources = self.all("wl_data_source");
        let Some(source) = sources.choose(&mut self.rng).copied() else { return };
        if self.readers.len() > 8 {
            return;
        }
        let room = *[32, 300, 4096, 65536].choose(&mut self.rng).unwrap_or(&4096);
        let (read, write) = self.kernel.pipe(room);
        let most = if self.rng.random_bool(0.2) { self.rng.random_range(0..5000) } else { usize::MAX };
        let fds = vec![(Fd::Write(write), Token::Pipe(read.memory()))];
        let build = |it: Builder| it.str(b"text/plain");
        self.event_with(checker, source, "send", build, fds, Rewrite::Same, None);
        self.readers.push((read, most));
    }

    /// A global goes and comes back under another name.
    fn hotplug(&mut self, checker: &mut Checker) {
        let name = self.rng.random_range(0..super::GLOBALS.len()) as u32 + self.rng.random_range(1..9) * 100;
        let hidden = matches!(super::GLOBALS[name as usize % 100].2, super::Fate::Hidden);
        let stays = self.rng.random_bool(0.3);
        for registry in self.registries.clone() {
            self.advertise(checker, registry, name);
        }
        for registry in self.registries.clone().into_iter().filter(|_| !stays) {
            let rewrite = if hidden { Rewrite::Gone } else { Rewrite::Same };
            let build = |it: Builder| it.uint(name);
            self.event_with(checker, registry, "global_remove", build, Vec::new(), rewrite, None);
        }
    }

    fn noise(&mut self, checker: &mut Checker) {
        let serial = self.rng.random();
        for id in self.all("xdg_wm_base") {
            self.event(checker, id, "ping", |it| it.uint(serial));
        }
        for id in self.all("xdg_toplevel") {
            self.event(checker, id, "configure", |it| it.int(3).int(4).array(&[1, 2, 3, 4]));
        }
        let (keyboards, surfaces) = (self.all("wl_keyboard"), self.all("wl_surface"));
        if let (Some(keyboard), Some(surface)) = (keyboards.first(), surfaces.first()) {
            self.event(checker, *keyboard, "enter", |it| {
                it.uint(serial).object(ObjectId(*surface)).array(&[9, 0, 0, 0])
            });
        }
    }
}
