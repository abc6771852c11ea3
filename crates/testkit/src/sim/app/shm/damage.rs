//! Drawing: the application changes its picture, copies it to a buffer, and says what it changed.

use farway_proto::wayland::ObjectId;
use rand::Rng;
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;

use super::App;
use crate::sim::checker::{Checker, Rewrite};
use crate::sim::style::{FORMATS, NV12, Style};
use crate::sim::wire::noise;

type Area = (usize, usize, usize, usize);

impl App {
    fn new_style(&mut self, viewport: bool) -> Style {
        if self.rng.random_bool(0.2) {
            // That of another surface, so that they share buffers.
            let styles: Vec<Style> = self.shm.surfaces.values().map(|surface| surface.style).collect();
            if let Some(style) = styles.choose(&mut self.rng) {
                return Style { destination: style.destination.filter(|_| viewport), ..*style };
            }
        }
        let (format, _) = FORMATS.choose(&mut self.rng).copied().unwrap_or((0, 4));
        let scale = *[1, 1, 1, 2, 3].choose(&mut self.rng).unwrap_or(&1);
        let mut side = |most: usize| self.rng.random_range(1..most) * scale;
        let (mut width, mut height) = (side(60 / scale), side(40 / scale));
        if format == NV12 {
            (width, height) = (width * 2, height * 2);
        }
        let transform = if self.rng.random_bool(0.5) { 0 } else { self.rng.random_range(0..8) };
        let destination = (viewport && self.rng.random_bool(0.7))
            .then(|| (self.rng.random_range(1..90), self.rng.random_range(1..90)));
        Style { width, height, format, scale, transform, destination }
    }

    /// Draws and commits on some surface.
    pub(in crate::sim::app) fn draw(&mut self, checker: &mut Checker) {
        let ids: Vec<u32> = self.shm.surfaces.keys().copied().collect();
        let largest = || self.shm.surfaces.iter().max_by_key(|it| it.1.picture.len()).map(|it| it.0);
        if let Some(id) = largest().filter(|_| self.scrolls && self.rng.random_bool(0.95)).copied() {
            return self.frame(checker, id);
        }
        if let Some(id) = ids.first().filter(|_| self.animates && self.rng.random_bool(0.8)) {
            return self.frame(checker, *id);
        }
        let Some(id) = ids.choose(&mut self.rng).copied() else { return };
        match self.rng.random_range(0..20) {
            0 => self.unmap(checker, id),
            1 => self.commit(checker, id),
            2 => {
                let viewport = self.shm.surfaces[&id].viewport.is_some();
                let style = self.new_style(viewport);
                self.restyle(checker, id, style);
            }
            3 => {
                let Some(surface) = self.shm.surfaces.get(&id) else { return };
                let mut style = surface.style;
                style.transform = self.rng.random_range(0..8);
                self.restyle(checker, id, style);
            }
            _ => self.frame(checker, id),
        }
    }

    fn unmap(&mut self, checker: &mut Checker, id: u32) {
        self.request(checker, id, "attach", |it| it.object(ObjectId::NULL).int(0).int(0));
        if let Some(surface) = self.shm.surfaces.get_mut(&id) {
            surface.attached = None;
        }
        self.commit(checker, id);
    }

    /// A commit of whatever is attached; what it must show is written down.
    fn commit(&mut self, checker: &mut Checker, id: u32) {
        let attached = self.shm.surfaces.get(&id).and_then(|surface| surface.attached);
        if let Some((id, buffer)) = attached.and_then(|id| Some((id, self.shm.buffers.get(&id)?))) {
            // Somebody else is using these bytes, or the screen writes to them: they are not to be shown.
            let captured = !self.scribbles && self.shm.captures.values().any(|other| *other == id);
            if captured || !self.is_free(buffer.file.id, buffer.range(), id) {
                return;
            }
        }
        let pixels = attached.and_then(|buffer| self.snapshot(buffer));
        if let Some(buffer) = attached.and_then(|buffer| self.shm.buffers.get_mut(&buffer)) {
            buffer.uses += 1;
        }
        self.request_with(checker, id, "commit", |it| it, Vec::new(), Rewrite::Same, pixels);
    }

    fn restyle(&mut self, checker: &mut Checker, id: u32, style: Style) {
        let Some(surface) = self.shm.surfaces.get_mut(&id) else { return };
        (surface.style, surface.fresh) = (style, true);
        let picture = noise(&mut self.rng, style.bytes());
        if let Some(surface) = self.shm.surfaces.get_mut(&id) {
            surface.picture = picture;
        }
        self.frame(checker, id);
    }

    /// Draws something and shows it.
    fn frame(&mut self, checker: &mut Checker, id: u32) {
        let style = self.shm.surfaces[&id].style;
        let whole = self.shm.surfaces[&id].fresh || self.shm.surfaces[&id].styled != style;
        let Some(buffer) = self.buffer_for(checker, style) else { return };
        let spoiled = self.shm.buffers.get(&buffer).is_none_or(|b| b.spoiled);
        let areas = self.paint(id, style);
        let picture = self.shm.surfaces[&id].picture.clone();
        self.write(buffer, &picture);
        self.tell_style(checker, id);
        let attached = self.shm.surfaces[&id].attached == Some(buffer);
        if !attached || self.rng.random_bool(0.5) {
            self.request(checker, id, "attach", |it| it.object(ObjectId(buffer)).int(0).int(0));
        }
        if let Some(surface) = self.shm.surfaces.get_mut(&id) {
            (surface.attached, surface.fresh) = (Some(buffer), false);
        }
        if let Some(buffer) = self.shm.buffers.get_mut(&buffer) {
            buffer.spoiled = false;
        }
        self.damage(checker, id, style, &areas, whole || spoiled);
        if self.animates || self.rng.random_bool(0.5) {
            self.callback(checker, id);
        }
        self.commit(checker, id);
        if self.rng.random_bool(0.03) {
            self.destroy_buffer(checker, buffer);
        }
    }

    fn callback(&mut self, checker: &mut Checker, id: u32) {
        let callback = self.new_id("wl_callback");
        self.request(checker, id, "frame", |it| it.new_id(ObjectId(callback)));
    }

    /// Changes some rectangles of a surface's picture; says which.
    fn paint(&mut self, id: u32, style: Style) -> Vec<Area> {
        let mut areas = Vec::new();
        if style.format == NV12 {
            let n = self.rng.random_range(0..style.bytes());
            if let Some(surface) = self.shm.surfaces.get_mut(&id) {
                surface.picture[n] ^= 0xff;
            }
            return vec![(0, 0, style.width, style.height)];
        }
        if self.scrolls && self.rng.random_bool(0.9) {
            areas.extend(self.scroll(id, style));
        }
        for _ in 0..self.rng.random_range(0..4) {
            let (x, y) = (self.rng.random_range(0..style.width), self.rng.random_range(0..style.height));
            let (w, h) = (style.width - x, style.height - y);
            let area = if self.rng.random_bool(0.4) {
                (x, y, 1, 1)
            } else {
                (x, y, self.rng.random_range(1..=w), self.rng.random_range(1..=h))
            };
            let colour: [u8; 4] = self.rng.random();
            let Some(surface) = self.shm.surfaces.get_mut(&id) else { break };
            let pixel = style.pixel();
            for line in area.1..area.1 + area.3 {
                let start = line * style.stride() + area.0 * pixel;
                for (n, byte) in surface.picture[start..start + area.2 * pixel].iter_mut().enumerate() {
                    *byte = colour[n % pixel];
                }
            }
            areas.push(area);
        }
        areas
    }

    /// Moves a part of a surface's picture, up, down or sideways, and fills what becomes free; says which part.
    fn scroll(&mut self, id: u32, style: Style) -> Option<Area> {
        let part = |rng: &mut SmallRng, all: usize| match rng.random_range(0..3) {
            0 => (rng.random_range(0..all), rng.random_range(1..=all)),
            _ => (0, all),
        };
        let ((x, w), (y, h)) = (part(&mut self.rng, style.width), part(&mut self.rng, style.height));
        let (w, h) = (w.min(style.width - x), h.min(style.height - y));
        let (right, down) = match self.rng.random_range(0..4) {
            0 => (self.rng.random_range(0..w), 0),
            1 => (0, h - 1 - self.rng.random_range(0..h)),
            _ => (0, self.rng.random_range(0..h.min(24))),
        };
        let (pixel, stride) = (style.pixel(), style.stride());
        let surface = self.shm.surfaces.get_mut(&id)?;
        let old = surface.picture.clone();
        let fresh = noise(&mut self.rng, (w * h * pixel).max(1));
        for row in 0..h {
            let to = (y + row) * stride + x * pixel;
            let from = (row + down < h).then(|| (y + row + down) * stride + (x + right) * pixel);
            let kept = if from.is_some() { (w - right) * pixel } else { 0 };
            let from = from.unwrap_or(0);
            surface.picture[to..to + kept].copy_from_slice(&old[from..from + kept]);
            let (start, end) = (row * w * pixel + kept, (row + 1) * w * pixel);
            surface.picture[to + kept..to + w * pixel].copy_from_slice(&fresh[start..end]);
        }
        Some((x, y, w, h))
    }

    fn damage(&mut self, checker: &mut Checker, id: u32, style: Style, areas: &[Area], whole: bool) {
        let int = |n: usize| n as i32;
        if whole {
            let name = if self.rng.random_bool(0.5) { "damage" } else { "damage_buffer" };
            return self.request(checker, id, name, |it| it.int(-3).int(-7).int(i32::MAX).int(i32::MAX));
        }
        for area in areas {
            let surface = style.on_surface(*area).filter(|_| self.rng.random_bool(0.5));
            let (name, (x, y, w, h)) = match surface {
                Some(area) => ("damage", area),
                None => ("damage_buffer", *area),
            };
            self.request(checker, id, name, |it| it.int(int(x)).int(int(y)).int(int(w)).int(int(h)));
        }
    }

    /// Changes a buffer that the screen may be reading, as no application should.
    pub fn scribble(&mut self) {
        let all = self.shm.buffers.iter().filter(|(_, buffer)| !self.is_lent(buffer.file.id));
        let ids: Vec<u32> = all.map(|(id, _)| *id).collect();
        let Some(id) = ids.choose(&mut self.rng).copied() else { return };
        let Some(buffer) = self.shm.buffers.get_mut(&id) else { return };
        buffer.spoiled = true;
        let spans = buffer.spans();
        let Some((at, len)) = spans.choose(&mut self.rng).copied() else { return };
        let bytes = noise(&mut self.rng, len);
        buffer.file.write(at, &bytes);
    }

    /// Shows every surface once more, so that all that was scribbled is seen.
    pub fn settle(&mut self, checker: &mut Checker) {
        let ids: Vec<u32> = self.shm.surfaces.keys().copied().collect();
        for id in ids {
            if let Some(surface) = self.shm.surfaces.get_mut(&id) {
                surface.fresh = true;
            }
            self.frame(checker, id);
        }
    }
}
