//! The damage history of one surface.
//!
//! What it is: the last commits of a surface, from which a commit learns what changed in its buffer since
//! that same buffer was committed before (specification 2.1 and 2.2).
//! What it is not: it knows no objects; a buffer is a serial that is never reused, and a size. A buffer that
//! something else has used in between comes back under another serial.
//! Invariant: outside the returned damage a buffer holds what it held at its previous commit on this
//! surface, if the client damaged what it changed. Memory and time are bounded.

use super::geometry::{Geometry, Mapping, Source, Transform, Viewport};
use super::rect::Rect;

/// Commits that are looked at: the pending one and the six before it.
pub const SLOTS: usize = 7;

/// Bound on the rectangles kept per slot and coordinate space.
pub const MAX_RECTS: usize = 256;

/// The buffer of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BufferUse {
    /// Identifies the buffer for ever; unlike its object id it is never reused.
    pub serial: u64,
    /// Width in pixels.
    pub width: i32,
    /// Height in pixels.
    pub height: i32,
}

/// What a commit changed in its buffer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Dirty {
    /// No pixel.
    #[default]
    Nothing,
    /// Every pixel.
    Whole,
    /// These boxes of pixels, all non-empty and inside the buffer; they may overlap.
    Rects(Vec<Rect>),
}

/// The damage history of one surface.
#[derive(Debug)]
pub struct History {
    scale: i32,
    transform: Transform,
    viewport: Viewport,
    pending: Damage,
    /// Newest first.
    past: [Commit; SLOTS - 1],
}

impl Default for History {
    fn default() -> Self {
        Self {
            scale: 1,
            transform: Transform::Normal,
            viewport: Viewport::default(),
            pending: Damage::default(),
            past: Default::default(),
        }
    }
}

impl History {
    /// The history of a new surface: scale 1, no transform, no viewport, no commits.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// `wl_surface.damage`: surface coordinates. Sizes that are not positive are ignored.
    pub fn damage_surface(&mut self, x: i32, y: i32, w: i32, h: i32) {
        self.pending.surface.push(Rect::from_size(x, y, w, h));
    }

    /// `wl_surface.damage_buffer`: buffer pixels. Sizes that are not positive are ignored.
    pub fn damage_buffer(&mut self, x: i32, y: i32, w: i32, h: i32) {
        self.pending.buffer.push(Rect::from_size(x, y, w, h));
    }

    /// `wl_surface.set_buffer_scale`. A scale that is not positive is the caller's fault to report; here it
    /// only makes damage coarse.
    pub fn set_scale(&mut self, scale: i32) {
        self.scale = scale;
    }

    /// `wl_surface.set_buffer_transform`.
    pub fn set_transform(&mut self, transform: Transform) {
        self.transform = transform;
    }

    /// `wp_viewport.set_source`, with "unset" as `None`.
    pub fn set_source(&mut self, source: Option<Source>) {
        self.viewport.source = source;
    }

    /// `wp_viewport.set_destination`, with "unset" as `None`. Destroying a viewport unsets both.
    pub fn set_destination(&mut self, destination: Option<(i32, i32)>) {
        self.viewport.destination = destination;
    }

    /// `wl_surface.commit` with the buffer that is attached now, new or sticky. `None`, for no buffer or a
    /// destroyed one, forgets all commits; scale, transform and viewport stay.
    pub fn commit(&mut self, buffer: Option<BufferUse>) -> Dirty {
        let Some(buffer) = buffer else {
            self.pending.clear();
            self.past.iter_mut().for_each(Commit::clear);
            return Dirty::Nothing;
        };
        let now = Use { serial: buffer.serial, geometry: self.geometry(&buffer) };
        let found = self.past.iter().position(|c| c.used.is_some_and(|u| u.serial == buffer.serial));
        let dirty = match found {
            // Any change of the mapping may change every pixel with no damage at all.
            Some(k) if self.past[k].used == Some(now) => {
                if k == 0 && self.pending.is_empty() {
                    // Nothing happened. Spend no slot on it, so that clients which commit for other
                    // reasons do not push their buffers out of the history.
                    return Dirty::Nothing;
                }
                self.since(k, &now.geometry)
            }
            _ => Dirty::Whole,
        };
        self.past.rotate_right(1);
        let newest = &mut self.past[0];
        newest.used = Some(now);
        std::mem::swap(&mut newest.damage, &mut self.pending);
        self.pending.clear();
        dirty
    }

    fn geometry(&self, buffer: &BufferUse) -> Geometry {
        Geometry {
            scale: self.scale,
            transform: self.transform,
            viewport: self.viewport,
            width: buffer.width,
            height: buffer.height,
        }
    }

    /// The pending damage and that of the `k` newest commits, in pixels of a buffer used as in `now`.
    fn since(&self, k: usize, now: &Geometry) -> Dirty {
        let mut out = Collector::new(now);
        // Damage that needs no conversion is exact: also where a viewport hides pixels.
        self.pending.buffer.rects.iter().for_each(|r| out.push(r));
        let commits = &self.past[..k];
        if self.pending.surface.is_empty() && commits.iter().all(|c| c.is_simple(now)) {
            commits.iter().flat_map(|c| &c.damage.buffer.rects).for_each(|r| out.push(r));
            return out.finish();
        }
        let Some(mapping) = now.mapping() else { return Dirty::Whole };
        let surface = std::iter::once(&self.pending).chain(commits.iter().map(|c| &c.damage));
        surface.flat_map(|d| &d.surface.rects).for_each(|r| out.push(&mapping.to_buffer(r)));
        for commit in commits {
            let Some(then) = commit.used else { return Dirty::Whole };
            if then.geometry == *now {
                commit.damage.buffer.rects.iter().for_each(|r| out.push(r));
                continue;
            }
            match comparable(&then.geometry, now, &mapping) {
                None => return Dirty::Whole,
                Some(old) => {
                    let rects = commit.damage.buffer.rects.iter();
                    rects.for_each(|r| out.push(&mapping.to_buffer(&old.to_surface(r))));
                }
            }
        }
        out.finish()
    }
}

/// The older mapping, if damage can be carried from it to the newer one through the surface. It cannot if
/// the surface was resized or showed another part of its buffers: a compositor takes such a buffer anew,
/// so a client may get away with damage that leaves out what was not visible in between.
fn comparable(then: &Geometry, now: &Geometry, mapping: &Mapping) -> Option<Mapping> {
    if then.viewport.source != now.viewport.source {
        return None;
    }
    then.mapping().filter(|old| old.surface_size() == mapping.surface_size())
}

/// One commit of the past.
#[derive(Debug, Default)]
struct Commit {
    damage: Damage,
    used: Option<Use>,
}

impl Commit {
    fn clear(&mut self) {
        self.damage.clear();
        self.used = None;
    }

    /// True if its damage is in the pixels of a buffer used as in `now` already.
    fn is_simple(&self, now: &Geometry) -> bool {
        self.damage.surface.is_empty() && self.used.is_some_and(|u| u.geometry == *now)
    }
}

/// A buffer and how it was attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Use {
    serial: u64,
    geometry: Geometry,
}

/// The damage of one commit, per coordinate space.
#[derive(Debug, Default)]
struct Damage {
    surface: RectList,
    buffer: RectList,
}

impl Damage {
    fn is_empty(&self) -> bool {
        self.surface.is_empty() && self.buffer.is_empty()
    }

    fn clear(&mut self) {
        self.surface.rects.clear();
        self.buffer.rects.clear();
    }
}

/// At most [`MAX_RECTS`] non-empty rectangles.
#[derive(Debug, Default)]
struct RectList {
    rects: Vec<Rect>,
}

impl RectList {
    fn is_empty(&self) -> bool {
        self.rects.is_empty()
    }

    /// Adds a rectangle. A full list first joins its neighbours in pairs: clients walk their damage in some
    /// order, so neighbours in the list tend to be neighbours on the screen.
    fn push(&mut self, new: Rect) {
        if new.is_empty() || absorb(&mut self.rects, &new) {
            return;
        }
        if self.rects.len() >= MAX_RECTS {
            for i in 0..MAX_RECTS / 2 {
                self.rects[i] = self.rects[2 * i].hull(&self.rects[2 * i + 1]);
            }
            self.rects.truncate(MAX_RECTS / 2);
        }
        self.rects.push(new);
    }
}

/// True if the last rectangle holds the new one, or could be replaced by it.
fn absorb(rects: &mut [Rect], new: &Rect) -> bool {
    match rects.last_mut() {
        Some(last) if last.contains(new) => true,
        Some(last) if new.contains(last) => {
            *last = *new;
            true
        }
        _ => false,
    }
}

/// Gathers the answer, clipped to the buffer.
struct Collector {
    bounds: Rect,
    rects: Vec<Rect>,
}

impl Collector {
    fn new(geometry: &Geometry) -> Self {
        Self { bounds: Rect::from_size(0, 0, geometry.width, geometry.height), rects: Vec::new() }
    }

    fn push(&mut self, rect: &Rect) {
        let clipped = rect.intersect(&self.bounds);
        if !clipped.is_empty() && !absorb(&mut self.rects, &clipped) {
            self.rects.push(clipped);
        }
    }

    fn finish(self) -> Dirty {
        if self.rects.is_empty() {
            Dirty::Nothing
        } else if self.rects.contains(&self.bounds) {
            Dirty::Whole
        } else {
            Dirty::Rects(self.rects)
        }
    }
}

#[cfg(test)]
mod tests;
