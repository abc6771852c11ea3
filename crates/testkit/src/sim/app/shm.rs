//! The application's pictures: pools, buffers, surfaces. Not what is drawn on them: see [`damage`].

use std::collections::BTreeMap;
use std::rc::Rc;

use farway_proto::wayland::{Builder, Fixed, ObjectId};
use rand::Rng;
use rand::seq::IndexedRandom;

use super::App;
use crate::sim::checker::{Checker, Rewrite, Snapshot, Token};
use crate::sim::kernel::{Fd, File};
use crate::sim::style::Style;
use crate::sim::wire::noise;

mod damage;

/// Everything about shared memory.
#[derive(Debug, Default)]
pub struct Shm {
    pub pools: BTreeMap<u32, Pool>,
    pub buffers: BTreeMap<u32, Buffer>,
    pub surfaces: BTreeMap<u32, Surface>,
    /// Buffers under capture, by frame; 0 for one that was destroyed.
    pub captures: BTreeMap<u32, u32>,
    /// File and bytes of destroyed buffers that the screen may still use, by buffer or capture.
    pub ghosts: BTreeMap<u32, (u32, (usize, usize))>,
}

/// A `wl_shm_pool` whose destroy request was not sent.
#[derive(Debug)]
pub struct Pool {
    pub file: Rc<File>,
    pub size: usize,
}

/// A `wl_buffer` whose destroy request was not sent.
#[derive(Debug)]
pub struct Buffer {
    pub file: Rc<File>,
    pub offset: usize,
    pub stride: usize,
    pub style: Style,
    /// Commits that were not released, and captures.
    pub uses: u32,
    /// Its bytes changed other than by drawing on its surface.
    pub spoiled: bool,
}

/// A `wl_surface` whose destroy request was not sent.
#[derive(Debug)]
pub struct Surface {
    pub style: Style,
    /// What it shows after the next commit.
    pub picture: Vec<u8>,
    /// All of it changed since the last commit.
    pub fresh: bool,
    pub attached: Option<u32>,
    /// The style that the screen was told.
    pub styled: Style,
    pub viewport: Option<u32>,
    pub role: bool,
}

impl Buffer {
    /// First byte and one past the last.
    pub fn range(&self) -> (usize, usize) {
        (self.offset, self.offset + self.style.extent(self.stride))
    }

    /// The bytes of its pixels: position and length of each row.
    pub fn spans(&self) -> Vec<(usize, usize)> {
        self.style.rows(self.stride).map(|(at, len)| (self.offset + at, len)).collect()
    }

    fn overlaps(&self, file: u32, range: (usize, usize)) -> bool {
        let mine = self.range();
        self.file.id == file && mine.0 < range.1 && range.0 < mine.1
    }
}

/// A range with the bytes that may travel with it: a diff brings along what stands beside a change, and up to 64
/// bytes between two. Two machines may write to a file at once where neither sends what the other writes.
pub(super) fn around((start, end): (usize, usize)) -> (usize, usize) {
    ((start / 64 * 64).saturating_sub(64), end.next_multiple_of(64) + 64)
}

impl App {
    pub(super) fn new_pool(&mut self, checker: &mut Checker) {
        let Some(shm) = self.any("wl_shm") else { return };
        if self.shm.pools.len() > 7 {
            return;
        }
        let size = match self.rng.random_range(0..40) {
            0 => 0,
            1 | 2 => self.rng.random_range(1..80),
            3 => 512 << 20,
            4..=29 if self.scrolls => self.rng.random_range(60..150) * 4096,
            4..=15 => self.rng.random_range(1..40) * 4096,
            _ => self.rng.random_range(1000..120_000),
        };
        let surplus = if self.rng.random_bool(0.2) { 5000 } else { 0 };
        let file = self.kernel.file(size + surplus);
        let id = self.new_id("wl_shm_pool");
        let fds = vec![(Fd::File(Rc::clone(&file)), Token::Pool(Rc::clone(&file), size))];
        let build = |it: Builder| it.new_id(ObjectId(id)).int(size as i32);
        self.request_with(checker, shm, "create_pool", build, fds, Rewrite::Same, None);
        self.shm.pools.insert(id, Pool { file, size });
        if self.rng.random_bool(0.15) {
            self.resize_pool(checker, id);
        }
    }

    fn resize_pool(&mut self, checker: &mut Checker, id: u32) {
        let more = self.rng.random_range(0..60_000);
        let Some(pool) = self.shm.pools.get_mut(&id).filter(|pool| pool.size < 1 << 20) else { return };
        pool.size += more;
        let size = pool.size;
        pool.file.grow(size);
        self.request(checker, id, "resize", |it| it.int(size as i32));
    }

    pub(super) fn shm_churn(&mut self, checker: &mut Checker) {
        let pools: Vec<u32> = self.shm.pools.keys().copied().collect();
        let pool = pools.choose(&mut self.rng).copied();
        let buffers: Vec<u32> = self.shm.buffers.keys().copied().collect();
        match (self.rng.random_range(0..4), pool, buffers.choose(&mut self.rng).copied()) {
            (0, Some(id), _) => {
                self.shm.pools.remove(&id);
                self.destroy(checker, id, "destroy");
            }
            (1 | 2, _, Some(id)) => self.destroy_buffer(checker, id),
            (_, Some(id), _) => self.resize_pool(checker, id),
            _ => {}
        }
    }

    pub(super) fn destroy_buffer(&mut self, checker: &mut Checker, id: u32) {
        let Some(buffer) = self.shm.buffers.remove(&id) else { return };
        if buffer.uses > 0 {
            self.shm.ghosts.insert(id, (buffer.file.id, buffer.range()));
        }
        for (frame, captured) in &mut self.shm.captures {
            if *captured == id {
                *captured = 0;
                self.shm.ghosts.insert(*frame, (buffer.file.id, around(buffer.range())));
            }
        }
        self.destroy(checker, id, "destroy");
        // What a surface shows of a destroyed buffer is nobody's business.
        for surface in self.shm.surfaces.values_mut().filter(|surface| surface.attached == Some(id)) {
            surface.attached = None;
        }
    }

    pub(super) fn new_surface(&mut self, checker: &mut Checker) {
        let Some(compositor) = self.any("wl_compositor") else { return };
        if self.shm.surfaces.len() > 4 {
            return;
        }
        let id = self.new_id("wl_surface");
        self.request(checker, compositor, "create_surface", |it| it.new_id(ObjectId(id)));
        let mut style = Style::plain(self.rng.random_range(1..60), self.rng.random_range(1..40));
        let mut picture = vec![0; style.bytes()];
        if self.scrolls && self.rng.random_bool(0.9) {
            style = Style::plain(self.rng.random_range(120..240), self.rng.random_range(70..130));
            picture = noise(&mut self.rng, style.bytes());
        }
        let surface = Surface {
            picture,
            style,
            fresh: true,
            attached: None,
            styled: style,
            viewport: None,
            role: false,
        };
        self.shm.surfaces.insert(id, surface);
    }

    pub(super) fn destroy_surface(&mut self, checker: &mut Checker) {
        let ids: Vec<u32> = self.shm.surfaces.keys().copied().collect();
        let Some(id) = ids.choose(&mut self.rng).copied() else { return };
        let Some(surface) = self.shm.surfaces.remove(&id) else { return };
        let viewport_first = self.rng.random_bool(0.5);
        if let Some(viewport) = surface.viewport.filter(|_| viewport_first) {
            self.destroy(checker, viewport, "destroy");
        }
        self.destroy(checker, id, "destroy");
        if let Some(viewport) = surface.viewport.filter(|_| !viewport_first) {
            self.destroy(checker, viewport, "destroy");
        }
    }

    /// An idle buffer for this style, or a new one.
    pub(super) fn buffer_for(&mut self, checker: &mut Checker, style: Style) -> Option<u32> {
        let usable = |app: &Self, id: u32| {
            let buffer = &app.shm.buffers[&id];
            let fits = buffer.style.same_memory(&style) && buffer.uses == 0 && !app.is_lent(buffer.file.id);
            fits && app.is_free(buffer.file.id, buffer.range(), id)
        };
        let ids: Vec<u32> = self.shm.buffers.keys().copied().collect();
        let idle: Vec<u32> = ids.into_iter().filter(|id| usable(self, *id)).collect();
        if idle.is_empty() || (idle.len() < 4 && self.rng.random_bool(0.1)) {
            let made = self.new_buffer(checker, style)?;
            return usable(self, made).then_some(made);
        }
        idle.choose(&mut self.rng).copied()
    }

    /// True if the application leaves a file to captures. One that scribbles never knows what it has sent; were the
    /// screen to write to the same bytes, nobody could say who is right.
    pub(super) fn is_lent(&self, file: u32) -> bool {
        self.scribbles && file % 3 == 0
    }

    /// True if no other buffer that is in use has any of these bytes, and no capture is near them.
    pub(super) fn is_free(&self, file: u32, range: (usize, usize), but: u32) -> bool {
        let ghost =
            |(of, their): &(u32, (usize, usize))| *of == file && their.0 < range.1 && range.0 < their.1;
        let used = |(id, buffer): (&u32, &Buffer)| {
            let captured = self.shm.captures.values().any(|captured| captured == id);
            let range = if captured { around(range) } else { range };
            *id != but && buffer.uses > 0 && buffer.overlaps(file, range)
        };
        self.scribbles || (!self.shm.buffers.iter().any(used) && !self.shm.ghosts.values().any(ghost))
    }

    fn new_buffer(&mut self, checker: &mut Checker, style: Style) -> Option<u32> {
        if self.shm.buffers.len() > 12 {
            let all: Vec<u32> = self.shm.buffers.keys().copied().collect();
            let old = all.choose(&mut self.rng).copied()?;
            self.destroy_buffer(checker, old);
            return None;
        }
        let slack = [0, 0, 0, 1, 4, 100, 300].choose(&mut self.rng).copied()?;
        // What moves is looked for in buffers that are alike.
        let slack = if self.scrolls { 4 } else { slack };
        let stride = style.stride() + slack;
        let need = style.extent(stride);
        // What has no known end is compared to the end of its pool.
        let most = if style.is_open() { 1 << 18 } else { usize::MAX };
        let pools = self.shm.pools.iter().filter(|(_, pool)| (need..most).contains(&pool.size));
        let pools: Vec<u32> = pools.map(|(id, _)| *id).collect();
        let pool = pools.choose(&mut self.rng).copied()?;
        let Pool { file, size } = &self.shm.pools[&pool];
        let (file, room) = (Rc::clone(file), size - need);
        let offset = match self.rng.random_range(0..4) {
            0 => 0,
            1 => room,
            2 => self.rng.random_range(0..=room) / 4 * 4,
            _ => self.rng.random_range(0..=room),
        };
        let id = self.new_id("wl_buffer");
        self.request(checker, pool, "create_buffer", |it| {
            let it = it.new_id(ObjectId(id)).int(offset as i32).int(style.width as i32);
            it.int(style.height as i32).int(stride as i32).uint(style.format)
        });
        let buffer = Buffer { file, offset, stride, style, uses: 0, spoiled: false };
        self.shm.buffers.insert(id, buffer);
        Some(id)
    }

    /// Changes bytes of a buffer; others that share them are spoiled.
    fn write(&mut self, id: u32, data: &[u8]) {
        let Some(buffer) = self.shm.buffers.get(&id) else { return };
        let mut from = 0;
        for (at, len) in buffer.spans() {
            buffer.file.write(at, &data[from..from + len]);
            from += len;
        }
        self.spoil_others(id);
    }

    /// The bytes of a buffer changed: whoever shares them must be drawn anew.
    pub(super) fn spoil_others(&mut self, id: u32) {
        let Some(buffer) = self.shm.buffers.get(&id) else { return };
        let (file, range) = (buffer.file.id, buffer.range());
        for (other, buffer) in &mut self.shm.buffers {
            buffer.spoiled |= *other != id && buffer.overlaps(file, range);
        }
    }

    pub(super) fn snapshot(&self, id: u32) -> Option<Snapshot> {
        let buffer = self.shm.buffers.get(&id)?;
        Some(Snapshot::take(&buffer.file, &buffer.spans()))
    }

    /// Tells the screen how pixels of this surface are meant.
    fn tell_style(&mut self, checker: &mut Checker, id: u32) {
        let Some(surface) = self.shm.surfaces.get_mut(&id) else { return };
        let (new, old) = (surface.style, std::mem::replace(&mut surface.styled, surface.style));
        let viewport = surface.viewport;
        if new.scale != old.scale {
            self.request(checker, id, "set_buffer_scale", |it| it.int(new.scale as i32));
        }
        if new.transform != old.transform {
            self.request(checker, id, "set_buffer_transform", |it| it.int(new.transform as i32));
        }
        if let (Some(viewport), true) = (viewport, new.destination != old.destination) {
            let (width, height) = new.destination.map_or((-1, -1), |(w, h)| (w as i32, h as i32));
            self.request(checker, viewport, "set_destination", |it| it.int(width).int(height));
            let unset = Fixed(-256);
            self.request(checker, viewport, "set_source", |it| {
                it.fixed(unset).fixed(unset).fixed(unset).fixed(unset)
            });
        }
    }
}
