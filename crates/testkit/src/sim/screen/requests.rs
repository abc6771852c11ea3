//! What requests mean to the screen.

use farway_proto::wayland::ObjectId;
use rand::Rng;

use super::{Duty, Held, Picture, Screen};
use crate::sim::checker::{Checker, Snapshot};
use crate::sim::kernel::Fd;
use crate::sim::party::Received;
use crate::sim::style::Style;

impl Screen {
    pub(super) fn request(&mut self, checker: &mut Checker, mut request: Received) {
        let id = request.id;
        let first = request.number(0);
        match request.name() {
            ("wl_display", "sync") => {
                self.duties.push(Duty::Done(first));
                if self.rng.random_bool(0.7) {
                    self.perform(checker, Duty::Done(first));
                    self.duties.pop();
                }
            }
            ("wl_display", "get_registry") => {
                self.registries.push(first);
                for name in 0..super::GLOBALS.len() {
                    self.advertise(checker, first, name as u32);
                }
            }
            ("wl_registry", "bind") => self.bound(checker, &request),
            ("wl_shm", "create_pool") => {
                if let Some(Fd::File(file)) = request.fds.pop() {
                    self.pools.insert(first, file);
                }
            }
            ("wl_shm_pool", "create_buffer") => self.new_buffer(&request),
            ("wl_compositor", "create_surface") => {
                self.surfaces.insert(first, (None, false));
            }
            ("wl_surface", "attach") => {
                if let Some(attached) = self.surfaces.get_mut(&id) {
                    *attached = (Some(first).filter(|buffer| *buffer != 0), true);
                }
            }
            ("wl_surface", "frame") => self.duties.push(Duty::Done(first)),
            ("wl_surface", "commit") => self.commit(id),
            ("wp_presentation", "feedback") => self.duties.push(Duty::Presented(request.number(1))),
            ("wl_seat", "get_keyboard") => self.duties.push(Duty::Keymap(first)),
            ("zwlr_screencopy_manager_v1", "capture_output") => {
                self.event(checker, first, "buffer", |it| it.uint(0).uint(10).uint(10).uint(40));
            }
            ("zwlr_screencopy_frame_v1", "copy" | "copy_with_damage") => {
                if let Some(buffer) = self.buffers.get(&first) {
                    self.duties.push(Duty::Ready(id, buffer.clone()));
                }
            }
            ("zwlr_gamma_control_manager_v1", "get_gamma_control") => {
                let size = self.rng.random_range(0..300);
                self.event(checker, first, "gamma_size", |it| it.uint(size));
            }
            ("wl_data_offer", "receive") => {
                if let Some(Fd::Write(end)) = request.fds.pop() {
                    let most = if self.rng.random_bool(0.1) { 150_000 } else { 10_000 };
                    let bytes = self.rng.random_range(0..most);
                    self.writers.push((end, bytes));
                }
            }
            _ => {}
        }
        if request.signature.destructor {
            self.destroyed(checker, id);
        }
    }

    fn bound(&mut self, checker: &mut Checker, request: &Received) {
        let Some(new) = request.args().and_then(|args| args.new_id(1).ok()) else { return };
        let id = new.id.0;
        match self.party.kind(id) {
            "wl_shm" => {
                self.event(checker, id, "format", |it| it.uint(0));
                self.event(checker, id, "format", |it| it.uint(1));
            }
            "wl_seat" => self.event(checker, id, "capabilities", |it| it.uint(3)),
            "wl_output" => {
                self.event(checker, id, "scale", |it| it.int(1));
                self.event(checker, id, "done", |it| it);
            }
            "wp_presentation" => {
                let clock = self.way.clock;
                self.event(checker, id, "clock_id", |it| it.uint(clock));
            }
            _ => {}
        }
    }

    fn new_buffer(&mut self, request: &Received) {
        let Some(file) = self.pools.get(&request.id).cloned() else { return };
        let [id, offset, width, height, stride, format] =
            [0, 1, 2, 3, 4, 5].map(|n| request.number(n) as usize);
        let style = Style { format: format as u32, ..Style::plain(width.min(100_000), height.min(100_000)) };
        let end = (style.extent(stride) as u64).saturating_add(offset as u64);
        if end > file.len() as u64 || stride > 1 << 20 || style.stride() > 1 << 20 {
            return;
        }
        self.next_serial += 1;
        let spans = style.rows(stride).map(|(at, len)| (offset + at, len)).collect();
        self.buffers.insert(id as u32, Picture { file, spans, serial: self.next_serial });
    }

    fn commit(&mut self, id: u32) {
        self.commits += 1;
        let Some((attached, new)) = self.surfaces.get_mut(&id) else { return };
        let (attached, new) = (*attached, std::mem::take(new));
        if let Some((buffer, picture)) = attached.and_then(|id| Some((id, self.buffers.get(&id)?))) {
            let other = |it: &Duty| matches!(it, Duty::Release(id, ..) if *id == buffer);
            let alone = new && !self.duties.iter().any(other);
            let pixels = alone.then(|| Snapshot::take(&picture.file, &picture.spans));
            let held = Held { since: self.heard, pixels };
            self.duties.push(Duty::Release(buffer, picture.serial, held));
        }
    }

    fn destroyed(&mut self, checker: &mut Checker, id: u32) {
        self.party.objects.remove(&id);
        self.pools.remove(&id);
        self.surfaces.remove(&id);
        if self.buffers.remove(&id).is_some() {
            for (attached, _) in self.surfaces.values_mut().filter(|it| it.0 == Some(id)) {
                *attached = None;
            }
        }
        self.registries.retain(|registry| *registry != id);
        self.duties.retain(|duty| match duty {
            Duty::Ready(of, _) | Duty::Keymap(of) | Duty::Presented(of) => *of != id,
            _ => true,
        });
        if ObjectId(id).is_server_allocated() {
            self.free_server_ids.push(id);
        } else if self.rng.random_bool(0.5) {
            self.delete(checker, id);
        } else {
            self.duties.push(Duty::Delete(id));
        }
    }
}
