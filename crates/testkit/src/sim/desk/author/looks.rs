//! How a surface is to look: buffers of all kinds, scales, transforms, viewports.
//!
//! Invariant: a look fits its buffer: the size is a multiple of the scale, the source is inside.

use rand::Rng;
use rand::seq::IndexedRandom;

use super::account::{Buffer, Pool, Role};
use super::{Author, Change};
use crate::sim::desk::screen::ROOM;
use crate::sim::desk::script::{Action, Rect};
use crate::sim::style::Style;

/// ARGB, XRGB, ABGR, RGB565, RGB888, ARGB with ten bits.
const FORMATS: [u32; 6] = [
    0,
    1,
    u32::from_le_bytes(*b"AB24"),
    u32::from_le_bytes(*b"RG16"),
    u32::from_le_bytes(*b"RG24"),
    u32::from_le_bytes(*b"AR30"),
];

/// Everything that says how a buffer becomes a surface.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    pub style: Style,
    /// Part of it, in surface pixels.
    pub source: Option<[f64; 4]>,
}

impl Look {
    /// One pixel.
    pub fn solid() -> Self {
        Self { style: Style::plain(1, 1), source: None }
    }

    /// Size in surface pixels.
    pub fn size(&self) -> (i32, i32) {
        if let Some((width, height)) = self.style.destination {
            return (width as i32, height as i32);
        }
        if let Some([_, _, width, height]) = self.source {
            return (width as i32, height as i32);
        }
        let (width, height) = turned(self.style.transform, (self.style.width, self.style.height));
        ((width / self.style.scale) as i32, (height / self.style.scale) as i32)
    }
}

fn turned(transform: u32, (width, height): (usize, usize)) -> (usize, usize) {
    if transform % 2 == 1 { (height, width) } else { (width, height) }
}

impl Author {
    /// Another look for a surface.
    pub fn new_look(&mut self, surface: usize) -> Look {
        self.surfaces[surface].anew = false;
        if self.rng.random_bool(0.2) {
            // That of another surface, so that they share buffers.
            if let Some(look) =
                self.any(|it| it.painted.is_some()).and_then(|at| self.surfaces[at].look.clone())
            {
                return look;
            }
        }
        let full = self.surfaces[surface].full.filter(|_| self.desk && self.rng.random_bool(0.7));
        let most = if self.rng.random_bool(0.8) { 40 } else { 100 };
        let (mut width, mut height) = (self.rng.random_range(1..most), self.rng.random_range(1..most));
        let mut scale = *[1, 1, 1, 2, 3].choose(&mut self.rng).unwrap_or(&1);
        let transform = if self.rng.random_bool(0.5) { 0 } else { self.rng.random_range(0..8) };
        if let Some(size) = full.and_then(|at| self.sizes.get(at)) {
            (width, height) = *size;
            scale = 1;
        }
        let (columns, rows) = turned(transform, (width * scale, height * scale));
        let format = *FORMATS.choose(&mut self.rng).unwrap_or(&0);
        let mut style = Style { width: columns, height: rows, format, scale, transform, destination: None };
        let mut source = None;
        if full.is_none() && self.rng.random_bool(0.3) {
            if self.rng.random_bool(0.7) {
                style.destination = Some((self.rng.random_range(1..100), self.rng.random_range(1..100)));
            }
            if self.rng.random_bool(0.6) {
                // Whole pixels, unless the size is told.
                let grain = if style.destination.is_some() { 4 } else { 1 };
                let mut part = |size: usize| {
                    let at = self.rng.random_range(0..size * grain);
                    let len = self.rng.random_range(1..=size * grain - at);
                    (at as f64 / grain as f64, len as f64 / grain as f64)
                };
                let ((x, w), (y, h)) = (part(width), part(height));
                source = Some([x, y, w, h]);
            }
        }
        Look { style, source }
    }

    /// Puts into a change what differs from the present look.
    pub fn tell_look(&mut self, surface: usize, look: &Look, change: &mut Change) {
        let state = &self.surfaces[surface];
        let old = state.look.clone().unwrap_or_else(Look::solid);
        if old.style.scale != look.style.scale {
            change.scale = Some(look.style.scale);
        }
        if old.style.transform != look.style.transform {
            change.transform = Some(look.style.transform);
        }
        let plain = look.source.is_none() && look.style.destination.is_none();
        if state.viewport && plain && self.rng.random_bool(0.4) {
            self.surfaces[surface].viewport = false;
            self.put(Action::EndViewport(surface));
            return;
        }
        if old.source != look.source {
            change.source = Some(look.source);
        }
        if old.style.destination != look.style.destination {
            change.destination = Some(look.style.destination);
        }
        if change.source.is_some() || change.destination.is_some() {
            self.surfaces[surface].viewport = true;
        }
    }

    /// What else a commit may change.
    pub fn extras(&mut self, surface: usize, look: &Look, change: &mut Change) {
        let (width, height) = look.size();
        change.frame = self.rng.random_bool(0.3);
        change.feedback = self.rng.random_bool(0.2);
        if self.rng.random_bool(0.1) {
            change.input = Some(self.region(width, height));
        }
        // What is said to be opaque and is not may look like anything.
        let opaque = look.style.format == 1;
        if opaque && self.rng.random_bool(0.1) {
            change.opaque = Some(self.region(width, height));
        } else if !opaque {
            change.opaque = Some(None);
        }
        let part = self.surfaces[surface].role == Role::Part;
        if !part && (self.surfaces[surface].fenced || self.rng.random_bool(0.1)) {
            self.surfaces[surface].fenced = true;
            let mut span = |size: i32| {
                let at = self.rng.random_range(0..size);
                (at, self.rng.random_range(1..=size - at))
            };
            let ((x, w), (y, h)) = (span(width), span(height));
            change.geometry = Some((x, y, w, h));
        }
        if self.surfaces[surface].role == Role::Window && self.rng.random_bool(0.05) {
            let min = (self.rng.random_range(0..50), self.rng.random_range(0..50));
            let max = (min.0 + self.rng.random_range(0..50), 0);
            change.limits = Some([min, max]);
        }
    }

    fn region(&mut self, width: i32, height: i32) -> Option<Vec<Rect>> {
        let count = self.rng.random_range(0..4);
        let mut rect = || {
            let (x, y) = (self.rng.random_range(0..width), self.rng.random_range(0..height));
            (x, y, self.rng.random_range(1..=width), self.rng.random_range(1..=height))
        };
        if count == 3 { None } else { Some((0..count).map(|_| rect()).collect()) }
    }

    pub fn new_buffer(&mut self, buffer: Buffer) -> usize {
        self.buffers.push(buffer);
        self.buffers.len() - 1
    }

    /// A buffer of this kind that nobody holds.
    pub fn buffer_for(&mut self, style: Style) -> usize {
        let fits =
            |it: &Buffer| it.alive && it.held == 0 && it.style.is_some_and(|it| it.same_memory(&style));
        let free: Vec<usize> = (0..self.buffers.len()).filter(|at| fits(&self.buffers[*at])).collect();
        let free = free.choose(&mut self.rng).copied();
        if let Some(free) = free.filter(|_| self.rng.random_bool(0.8)) {
            return free;
        }
        let gap = if self.rng.random_bool(0.3) { 4 * self.rng.random_range(0..3) } else { 0 };
        let stride = (style.stride() + gap).next_multiple_of(4);
        let (pool, offset) = self.room(stride * style.height);
        let buffer = self.new_buffer(Buffer { style: Some(style), held: 0, alive: true });
        self.put(Action::Buffer { buffer, pool, offset, stride, style });
        buffer
    }

    /// Bytes of a pool that no buffer uses.
    fn room(&mut self, size: usize) -> (usize, usize) {
        let live: Vec<usize> = (0..self.pools.len()).filter(|at| self.pools[*at].alive).collect();
        let gap = 4 * self.rng.random_range(0..20);
        let pool = live.choose(&mut self.rng).copied().filter(|at| self.pools[*at].used + gap + size <= ROOM);
        let Some(pool) = pool.filter(|_| self.rng.random_bool(0.8)) else {
            let spare = if self.rng.random_bool(0.5) { self.rng.random_range(0..60_000) } else { 0 };
            let all = (size + gap + spare).min(ROOM);
            self.pools.push(Pool { size: all, used: size + gap, alive: true });
            let pool = self.pools.len() - 1;
            self.put(Action::Pool { pool, size: all });
            return (pool, gap);
        };
        let spare = self.rng.random_range(0..9000);
        let it = &mut self.pools[pool];
        let offset = it.used + gap;
        it.used = offset + size;
        if it.used > it.size {
            it.size = (it.used + spare).min(ROOM);
            let size = it.size;
            self.put(Action::GrowPool { pool, size });
        }
        (pool, offset)
    }

    /// Destroys a buffer or a pool, in use or not.
    pub fn drop_memory(&mut self) {
        if self.rng.random_bool(0.3) {
            let live: Vec<usize> = (0..self.pools.len()).filter(|at| self.pools[*at].alive).collect();
            let Some(pool) = live.choose(&mut self.rng).copied() else { return };
            self.pools[pool].alive = false;
            return self.put(Action::DestroyPool(pool));
        }
        let live: Vec<usize> = (0..self.buffers.len()).filter(|at| self.buffers[*at].alive).collect();
        let Some(buffer) = live.choose(&mut self.rng).copied() else { return };
        self.buffers[buffer].alive = false;
        self.put(Action::DestroyBuffer(buffer));
    }
}
