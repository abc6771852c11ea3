//! What events mean to the application.

use rand::Rng;

use super::App;
use crate::sim::checker::Checker;
use crate::sim::kernel::Fd;
use crate::sim::party::Received;

impl App {
    pub(super) fn event(&mut self, checker: &mut Checker, mut event: Received) {
        let id = event.id;
        match event.name() {
            ("wl_display", "delete_id") => self.deleted(event.number(0)),
            ("wl_display", "error") => self.error = true,
            ("wl_registry", "global") => {
                let name = event.args().and_then(|args| args.str(1).ok().flatten().map(<[u8]>::to_vec));
                let interface = String::from_utf8_lossy(&name.unwrap_or_default()).into_owned();
                self.globals.insert(event.number(0), (interface, event.number(2)));
            }
            ("wl_registry", "global_remove") => {
                self.globals.remove(&event.number(0));
            }
            ("wl_buffer", "release") => {
                if let Some(buffer) = self.shm.buffers.get_mut(&id) {
                    buffer.uses = buffer.uses.saturating_sub(1);
                }
            }
            ("wl_data_offer", "offer") => {
                let mime = event.args().and_then(|args| args.str(0).ok().flatten().map(<[u8]>::to_vec));
                if let Some(mimes) = self.offers.get_mut(&id) {
                    mimes.push(mime.unwrap_or_default());
                }
            }
            ("wl_data_device", "data_offer") => {
                self.offers.insert(event.number(0), Vec::new());
            }
            ("wl_data_source", "send") => {
                if let Some(Fd::Write(end)) = event.fds.pop() {
                    let bytes = if self.rng.random_bool(0.1) { 0 } else { self.rng.random_range(1..40_000) };
                    self.writers.push((end, bytes));
                }
            }
            ("zwlr_gamma_control_v1", "gamma_size") => {
                let size = event.number(0);
                self.gammas.insert(id, size);
            }
            ("zwlr_screencopy_frame_v1", "ready" | "failed") => self.captured(checker, id),
            ("wp_presentation", "clock_id") => self.clock = true,
            _ => {}
        }
    }

    /// The screen has written into a buffer, or will not.
    fn captured(&mut self, checker: &mut Checker, frame: u32) {
        if let Some(buffer) = self.shm.captures.remove(&frame) {
            if let Some(held) = self.shm.buffers.get_mut(&buffer) {
                held.uses = held.uses.saturating_sub(1);
            }
            self.spoil_others(buffer);
        }
        self.shm.ghosts.remove(&frame);
        if !self.zombies.contains(&frame) {
            self.destroy(checker, frame, "destroy");
        }
    }

    fn deleted(&mut self, id: u32) {
        self.zombies.retain(|zombie| *zombie != id);
        self.shm.ghosts.remove(&id);
        if id >= 2 && id < self.next_id && !self.free_ids.contains(&id) {
            self.party.objects.remove(&id);
            self.free_ids.push(id);
        }
    }
}
