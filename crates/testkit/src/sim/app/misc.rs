//! What the application does besides drawing: roles, clipboard, keyboards, captures, clocks.

use std::rc::Rc;

use farway_proto::wayland::{Builder, ObjectId};
use rand::Rng;
use rand::seq::IndexedRandom;

use super::App;
use super::shm::around;
use crate::sim::checker::{Checker, Rewrite, Token, moved};
use crate::sim::kernel::Fd;
use crate::sim::wire::noise;

const SECOND: u64 = 1_000_000_000;

impl App {
    pub(super) fn sync(&mut self, checker: &mut Checker) {
        for _ in 0..self.rng.random_range(1..20) {
            let id = self.new_id("wl_callback");
            self.request(checker, 1, "sync", |it| it.new_id(ObjectId(id)));
        }
    }

    pub(super) fn regions(&mut self, checker: &mut Checker) {
        let Some(compositor) = self.any("wl_compositor") else { return };
        for _ in 0..self.rng.random_range(1..10) {
            let id = self.new_id("wl_region");
            self.request(checker, compositor, "create_region", |it| it.new_id(ObjectId(id)));
            if self.rng.random_bool(0.8) {
                self.destroy(checker, id, "destroy");
            }
        }
    }

    /// A message of an interface that no table has: bytes without meaning.
    pub(super) fn unknown(&mut self, checker: &mut Checker) {
        let Some(id) = self.any("zunknown_thing_v1") else { return };
        let words: Vec<u32> = (0..self.rng.random_range(0..9)).map(|_| self.rng.random()).collect();
        let opcode = self.rng.random_range(0..2047);
        let builder = words.iter().fold(Builder::new(ObjectId(id), opcode), |it, word| it.uint(*word));
        let Ok(bytes) = builder.finish(farway_proto::wayland::Form::Program, 0) else { return };
        self.out.send(&bytes, []);
        let sent = crate::sim::checker::Sent {
            what: "unknown",
            bytes,
            tokens: Vec::new(),
            rewrite: Rewrite::Same,
            pixels: None,
        };
        checker.sent(crate::sim::checker::To::Screen, sent);
    }

    fn any_surface(&mut self) -> Option<u32> {
        let ids: Vec<u32> = self.shm.surfaces.keys().copied().collect();
        ids.choose(&mut self.rng).copied()
    }

    pub(super) fn subsurface(&mut self, checker: &mut Checker) {
        let (Some(manager), Some(a), Some(b)) =
            (self.any("wl_subcompositor"), self.any_surface(), self.any_surface())
        else {
            return;
        };
        if a == b || self.shm.surfaces[&a].role {
            return;
        }
        let id = self.new_id("wl_subsurface");
        let ids = [id, a, b].map(ObjectId);
        self.request(checker, manager, "get_subsurface", |it| {
            it.new_id(ids[0]).object(ids[1]).object(ids[2])
        });
        self.request(checker, id, "set_position", |it| it.int(-3).int(9));
        if let Some(surface) = self.shm.surfaces.get_mut(&a) {
            surface.role = true;
        }
    }

    /// Gives a surface a role or a viewport, or its window a title.
    pub(super) fn role(&mut self, checker: &mut Checker) {
        let Some(surface) = self.any_surface() else { return };
        if self.rng.random_bool(0.4) {
            let Some(manager) = self.any("wp_viewporter") else { return };
            if self.shm.surfaces[&surface].viewport.is_some() {
                return;
            }
            let id = self.new_id("wp_viewport");
            self.request(checker, manager, "get_viewport", |it| {
                it.new_id(ObjectId(id)).object(ObjectId(surface))
            });
            if let Some(surface) = self.shm.surfaces.get_mut(&surface) {
                surface.viewport = Some(id);
            }
        } else if let Some(toplevel) = self.any_of("xdg_toplevel") {
            let title: Vec<u8> = (0..self.rng.random_range(0..200)).map(|n| b'a' + n as u8 % 26).collect();
            let expected = [&self.way.prefixes[1], &self.way.prefixes[0], &title].map(Vec::as_slice).concat();
            let into = self.party.message(toplevel, "set_title").and_then(|(builder, _)| {
                builder.str(&expected).finish(farway_proto::wayland::Form::Program, 0).ok()
            });
            let rewrite = into.map_or(Rewrite::Same, Rewrite::Into);
            self.request_with(checker, toplevel, "set_title", |it| it.str(&title), Vec::new(), rewrite, None);
        } else if let (Some(base), false) = (self.any("xdg_wm_base"), self.shm.surfaces[&surface].role) {
            let shell = self.new_id("xdg_surface");
            let toplevel = self.new_id("xdg_toplevel");
            self.request(checker, base, "get_xdg_surface", |it| {
                it.new_id(ObjectId(shell)).object(ObjectId(surface))
            });
            self.request(checker, shell, "get_toplevel", |it| it.new_id(ObjectId(toplevel)));
            if let Some(surface) = self.shm.surfaces.get_mut(&surface) {
                surface.role = true;
            }
        }
    }

    /// An icon: a buffer that is shown without a commit.
    pub(super) fn icon(&mut self, checker: &mut Checker) {
        let Some(manager) = self.any("xdg_toplevel_icon_manager_v1") else { return };
        let free = |app: &Self, id: &u32| {
            let buffer = &app.shm.buffers[id];
            buffer.uses == 0 && app.is_free(buffer.file.id, buffer.range(), *id)
        };
        let ids: Vec<u32> = self.shm.buffers.keys().copied().filter(|id| free(self, id)).collect();
        let Some(buffer) = ids.choose(&mut self.rng).copied() else { return };
        let icon = self.new_id("xdg_toplevel_icon_v1");
        self.request(checker, manager, "create_icon", |it| it.new_id(ObjectId(icon)));
        let pixels = self.snapshot(buffer);
        // An icon's buffer is never released; so it is not used again.
        if let Some(buffer) = self.shm.buffers.get_mut(&buffer) {
            buffer.uses += 1;
        }
        let build = |it: Builder| it.object(ObjectId(buffer)).int(1);
        self.request_with(checker, icon, "add_buffer", build, Vec::new(), Rewrite::Same, pixels);
        self.destroy(checker, icon, "destroy");
        if self.rng.random_bool(0.7) {
            self.destroy_buffer(checker, buffer);
        }
    }

    /// Asks when a frame was shown, or says when it is to be.
    pub(super) fn present(&mut self, checker: &mut Checker) {
        let Some(surface) = self.any_surface() else { return };
        if self.rng.random_bool(0.5) {
            let Some(manager) = self.any("wp_presentation") else { return };
            let id = self.new_id("wp_presentation_feedback");
            self.request(checker, manager, "feedback", |it| {
                it.object(ObjectId(surface)).new_id(ObjectId(id))
            });
            return;
        }
        let (Some(manager), true) = (self.any("wp_commit_timing_manager_v1"), self.clock) else { return };
        let timer = self.new_id("wp_commit_timer_v1");
        self.request(checker, manager, "get_timer", |it| {
            it.new_id(ObjectId(timer)).object(ObjectId(surface))
        });
        let time = self.rng.random_range(0..1 << 50);
        let there = moved(time, self.way.presentation[0], self.way.presentation[1]);
        let stamp = |it: Builder, time: u64| {
            it.uint(((time / SECOND) >> 32) as u32).uint((time / SECOND) as u32).uint((time % SECOND) as u32)
        };
        let into = self.party.message(timer, "set_timestamp").and_then(|(builder, _)| {
            stamp(builder, there).finish(farway_proto::wayland::Form::Program, 0).ok()
        });
        let rewrite = into.map_or(Rewrite::Same, Rewrite::Into);
        self.request_with(checker, timer, "set_timestamp", |it| stamp(it, time), Vec::new(), rewrite, None);
        self.destroy(checker, timer, "destroy");
    }

    /// Lets the screen write into a buffer.
    pub(super) fn capture(&mut self, checker: &mut Checker) {
        let (Some(manager), Some(output)) = (self.any("zwlr_screencopy_manager_v1"), self.any("wl_output"))
        else {
            return;
        };
        let ids: Vec<u32> = self.shm.buffers.keys().copied().filter(|id| self.may_capture(*id)).collect();
        let Some(buffer) = ids.choose(&mut self.rng).copied() else { return };
        let frame = self.new_id("zwlr_screencopy_frame_v1");
        self.request(checker, manager, "capture_output", |it| {
            it.new_id(ObjectId(frame)).int(0).object(ObjectId(output))
        });
        let name = if self.rng.random_bool(0.5) { "copy" } else { "copy_with_damage" };
        self.request(checker, frame, name, |it| it.object(ObjectId(buffer)));
        if let Some(held) = self.shm.buffers.get_mut(&buffer) {
            held.uses += 1;
            self.shm.captures.insert(frame, buffer);
        }
        if self.rng.random_bool(0.1) {
            self.destroy_buffer(checker, buffer); // the copy goes on
        }
    }

    /// Nobody else writes to a buffer, or to what travels with it.
    fn may_capture(&self, id: u32) -> bool {
        let buffer = &self.shm.buffers[&id];
        let file = buffer.file.id;
        let fits = buffer.uses == 0 && !buffer.style.is_open() && self.is_lent(file) == self.scribbles;
        fits && self.is_free(file, around(buffer.range()), id)
    }

    pub(super) fn gamma(&mut self, checker: &mut Checker) {
        let known: Vec<(u32, u32)> = self.gammas.iter().map(|(id, size)| (*id, *size)).collect();
        if let Some((id, size)) = known.choose(&mut self.rng).copied() {
            let fds = self.fixed_file(size as usize * 6);
            return self.request_with(checker, id, "set_gamma", |it| it, fds, Rewrite::Same, None);
        }
        let (Some(manager), Some(output)) =
            (self.any("zwlr_gamma_control_manager_v1"), self.any("wl_output"))
        else {
            return;
        };
        let id = self.new_id("zwlr_gamma_control_v1");
        self.request(checker, manager, "get_gamma_control", |it| {
            it.new_id(ObjectId(id)).object(ObjectId(output))
        });
    }

    /// A file with random bytes, of which `size` are of interest.
    fn fixed_file(&mut self, size: usize) -> super::Fds {
        let surplus = self.rng.random_range(0..100);
        let file = self.kernel.file(size + surplus);
        let bytes = noise(&mut self.rng, size + surplus);
        file.write(0, &bytes);
        vec![(Fd::File(Rc::clone(&file)), Token::Fixed(bytes[..size].to_vec()))]
    }

    pub(super) fn keyboards(&mut self, checker: &mut Checker) {
        let Some(seat) = self.any("wl_seat") else { return };
        match (self.rng.random_range(0..4), self.any_of("wl_keyboard")) {
            (0, Some(keyboard)) => self.destroy(checker, keyboard, "release"),
            (1 | 2, _) => {
                let Some(manager) = self.any("zwp_virtual_keyboard_manager_v1") else { return };
                let keyboard = match self.any_of("zwp_virtual_keyboard_v1") {
                    Some(keyboard) => keyboard,
                    None => {
                        let id = self.new_id("zwp_virtual_keyboard_v1");
                        self.request(checker, manager, "create_virtual_keyboard", |it| {
                            it.object(ObjectId(seat)).new_id(ObjectId(id))
                        });
                        id
                    }
                };
                let size = if self.rng.random_bool(0.1) { 0 } else { self.rng.random_range(1..20_000) };
                let fds = self.fixed_file(size);
                let build = |it: Builder| it.uint(1).uint(size as u32);
                self.request_with(checker, keyboard, "keymap", build, fds, Rewrite::Same, None);
            }
            _ => {
                let id = self.new_id("wl_keyboard");
                self.request(checker, seat, "get_keyboard", |it| it.new_id(ObjectId(id)));
            }
        }
    }

    /// Offers something to others.
    pub(super) fn select(&mut self, checker: &mut Checker) {
        let (Some(manager), Some(seat)) = (self.any("wl_data_device_manager"), self.any("wl_seat")) else {
            return;
        };
        let Some(device) = self.any_of("wl_data_device") else {
            let id = self.new_id("wl_data_device");
            return self.request(checker, manager, "get_data_device", |it| {
                it.new_id(ObjectId(id)).object(ObjectId(seat))
            });
        };
        let source = self.new_id("wl_data_source");
        self.request(checker, manager, "create_data_source", |it| it.new_id(ObjectId(source)));
        self.request(checker, source, "offer", |it| it.str(b"text/plain"));
        self.request(checker, device, "set_selection", |it| it.object(ObjectId(source)).uint(4));
        self.sources.push(source);
    }

    /// Asks for what others offer.
    pub(super) fn receive(&mut self, checker: &mut Checker) {
        let offers: Vec<u32> = self.offers.keys().copied().collect();
        let Some(offer) = offers.choose(&mut self.rng).copied() else { return };
        let Some(mime) = self.offers[&offer].first().cloned() else { return };
        if self.readers.len() > 8 {
            return;
        }
        let room = *[32, 300, 4096, 65536].choose(&mut self.rng).unwrap_or(&4096);
        let (read, write) = self.kernel.pipe(room);
        let most = if self.rng.random_bool(0.2) { self.rng.random_range(0..5000) } else { usize::MAX };
        let fds = vec![(Fd::Write(write), Token::Pipe(read.memory()))];
        self.request_with(checker, offer, "receive", |it| it.str(&mime), fds, Rewrite::Same, None);
        self.readers.push((read, most));
    }

    pub(super) fn forget_selection(&mut self, checker: &mut Checker) {
        if self.rng.random_bool(0.5) {
            if let Some(source) = self.sources.pop() {
                self.destroy(checker, source, "destroy");
            }
        } else if let Some((offer, _)) = self.offers.pop_first() {
            self.destroy(checker, offer, "destroy");
        }
    }
}
