//! The double-buffered state of a surface, and what of it is shown.
//!
//! Invariant: a state that is folded into another leaves what one commit after the other would have left.

use std::collections::VecDeque;
use std::sync::Arc;

use farway_proto::wayland::ObjectId;

use super::{SurfaceId, turned};
use crate::geometry::{Area, Point, Rect, Size};
use crate::raster::Transform;
use crate::shm::Buffer;

/// Rectangles of damage that are kept apart; more become their bounds.
pub(crate) const DAMAGE_RECTS: usize = 32;

/// Commits whose damage is remembered for canvases that have not drawn them yet.
const DAMAGE_COMMITS: usize = 8;

/// Part of a buffer, in surface pixels before the viewport scales them: x, y, width, height.
pub(crate) type Crop = (f64, f64, f64, f64);

/// What a commit changes; `None`: nothing.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub attached: Option<Option<Arc<Buffer>>>,
    /// Moves the surface, in the words of `wl_surface.offset`.
    pub offset: Point,
    pub damage: Area,
    pub buffer_damage: Area,
    pub scale: Option<i32>,
    pub transform: Option<Transform>,
    pub opaque: Option<Area>,
    /// The inner `None` is everything.
    pub input: Option<Option<Area>>,
    pub source: Option<Option<Crop>>,
    pub destination: Option<Option<Size>>,
    pub callbacks: Vec<ObjectId>,
    pub feedbacks: Vec<ObjectId>,
    /// Positions of subsurfaces.
    pub positions: Vec<(SurfaceId, Point)>,
    /// Order of subsurfaces.
    pub stack: Option<Vec<SurfaceId>>,
}

impl State {
    /// Whether a commit of it would change nothing.
    pub fn is_nothing(&self) -> bool {
        let Self { attached, offset, damage, buffer_damage, scale, transform, opaque, input, .. } = self;
        let Self { source, destination, callbacks, feedbacks, positions, stack, .. } = self;
        let picture = attached.is_none() && scale.is_none() && transform.is_none();
        let regions = opaque.is_none() && input.is_none() && damage.is_empty() && buffer_damage.is_empty();
        let place = *offset == Point::default() && source.is_none() && destination.is_none();
        let tree = positions.is_empty() && stack.is_none();
        picture && regions && place && tree && callbacks.is_empty() && feedbacks.is_empty()
    }

    /// Adds a later commit. Gives back the buffer and the feedbacks that will never be seen.
    pub fn fold(&mut self, later: Self) -> (Option<Arc<Buffer>>, Vec<ObjectId>) {
        let (mut unseen, mut discarded) = (None, Vec::new());
        if later.attached.is_some() {
            unseen = self.attached.take().flatten();
            discarded = std::mem::take(&mut self.feedbacks);
            self.attached = later.attached;
        }
        self.offset = self.offset.plus(later.offset);
        for (mine, theirs) in
            [(&mut self.damage, &later.damage), (&mut self.buffer_damage, &later.buffer_damage)]
        {
            theirs.rects().iter().for_each(|rect| mine.add(*rect));
            mine.simplify(DAMAGE_RECTS);
        }
        self.scale = later.scale.or(self.scale);
        self.transform = later.transform.or(self.transform);
        self.opaque = later.opaque.or(self.opaque.take());
        self.input = later.input.or(self.input.take());
        self.source = later.source.or(self.source);
        self.destination = later.destination.or(self.destination);
        self.callbacks.extend(later.callbacks);
        self.feedbacks.extend(later.feedbacks);
        for (child, position) in later.positions {
            self.positions.retain(|(it, _)| *it != child);
            self.positions.push((child, position));
        }
        self.stack = later.stack.or(self.stack.take());
        (unseen, discarded)
    }
}

/// What a surface shows.
#[derive(Debug)]
pub(crate) struct Shown {
    pub buffer: Option<Arc<Buffer>>,
    pub scale: i32,
    pub transform: Transform,
    pub opaque: Area,
    /// Whether the opaque region covers all of it. Kept, since many rectangles take long to look at.
    pub all_opaque: bool,
    /// `None` is everything.
    pub input: Option<Area>,
    pub source: Option<Crop>,
    pub destination: Option<Size>,
    /// Frame callbacks that wait for a refresh.
    pub callbacks: Vec<ObjectId>,
    /// Presentation feedbacks that wait for a refresh.
    pub feedbacks: Vec<ObjectId>,
    /// Sum of all offsets of commits that the role has not taken yet.
    pub offset: Point,
    /// Counts commits with damage.
    pub commits: u64,
    /// What the last commits changed, in surface pixels, the newest last.
    log: VecDeque<(u64, Area)>,
}

impl Default for Shown {
    fn default() -> Self {
        Self {
            buffer: None,
            scale: 1,
            transform: Transform::Normal,
            opaque: Area::default(),
            all_opaque: false,
            input: None,
            source: None,
            destination: None,
            callbacks: Vec::new(),
            feedbacks: Vec::new(),
            offset: Point::default(),
            commits: 0,
            log: VecDeque::new(),
        }
    }
}

impl Shown {
    /// Size of the whole buffer in surface pixels, before the viewport; fractional only with a wrong scale.
    pub fn unscaled(&self) -> Option<(f64, f64)> {
        let size = turned(self.buffer.as_ref()?.size, self.transform);
        let scale = f64::from(self.scale.max(1));
        Some((f64::from(size.width) / scale, f64::from(size.height) / scale))
    }

    /// The part of it that is shown, in surface pixels before the viewport scales them.
    pub fn crop(&self) -> Option<Crop> {
        let (width, height) = self.unscaled()?;
        Some(self.source.unwrap_or((0.0, 0.0, width, height)))
    }

    /// Size in surface pixels; `None` without content.
    pub fn size(&self) -> Option<Size> {
        let (_, _, width, height) = self.crop()?;
        Some(self.destination.unwrap_or(Size::new(width.ceil() as i32, height.ceil() as i32)))
    }

    /// From pixels of the buffer to pixels of the surface, rounded outwards.
    fn on_surface(&self, rect: Rect) -> Rect {
        let (Some(buffer), Some((x, y, width, height)), Some(size)) =
            (&self.buffer, self.crop(), self.size())
        else {
            return Rect::default();
        };
        let rect = rect.intersect(buffer.size.rect());
        let rect = upright(self.transform, rect, buffer.size);
        if self.source.is_none() && self.destination.is_none() && self.scale == 1 {
            return rect;
        }
        let scale = f64::from(self.scale.max(1));
        let (across, down) = (f64::from(size.width) / width, f64::from(size.height) / height);
        // A pixel of the buffer and one of the surface more on each side: scaling reads neighbours.
        let start =
            |at: i32, from: f64, by: f64| (((f64::from(at) - 1.0) / scale - from) * by).floor() as i32;
        let end = |at: i32, from: f64, by: f64| (((f64::from(at) + 1.0) / scale - from) * by).ceil() as i32;
        Rect::from_edges(
            start(rect.x, x, across).saturating_sub(1),
            start(rect.y, y, down).saturating_sub(1),
            end(rect.right(), x, across).saturating_add(1),
            end(rect.bottom(), y, down).saturating_add(1),
        )
        .intersect(size.rect())
    }

    /// Notes what a commit changed: everything, or the damage that it told.
    pub fn note_damage(&mut self, everything: bool, surface: &Area, buffer: &Area) {
        let Some(size) = self.size() else { return };
        let mut area = Area::default();
        if everything {
            area.add(size.rect());
        } else {
            surface.rects().iter().for_each(|rect| area.add(rect.intersect(size.rect())));
            buffer.rects().iter().for_each(|rect| area.add(self.on_surface(*rect)));
        }
        if area.is_empty() {
            return;
        }
        self.commits += 1;
        self.log.push_back((self.commits, area));
        if self.log.len() > DAMAGE_COMMITS {
            self.log.pop_front();
        }
    }

    /// What changed after commit number `seen`; `None` if that is too long ago to know.
    pub fn damage_since(&self, seen: u64) -> Option<Area> {
        let mut area = Area::default();
        if seen == self.commits {
            return Some(area);
        }
        if self.log.front().is_none_or(|(first, _)| *first > seen + 1) {
            return None;
        }
        for (_, part) in self.log.iter().filter(|(commit, _)| *commit > seen) {
            part.rects().iter().for_each(|rect| area.add(*rect));
        }
        Some(area)
    }
}

/// Where a rectangle of the buffer, which is of size `buffer`, is in the upright picture.
fn upright(transform: Transform, rect: Rect, buffer: Size) -> Rect {
    if rect.is_empty() || transform == Transform::Normal {
        return rect;
    }
    // Of the eight, only the quarter turns are not their own inverse.
    let inverse = match transform {
        Transform::R90 => Transform::R270,
        Transform::R270 => Transform::R90,
        other => other,
    };
    let one = inverse.to_buffer(buffer, rect.origin());
    let other = inverse.to_buffer(buffer, Point::new(rect.right() - 1, rect.bottom() - 1));
    let (left, right) = (one.x.min(other.x), one.x.max(other.x));
    let (top, bottom) = (one.y.min(other.y), one.y.max(other.y));
    Rect::from_edges(left, top, right + 1, bottom + 1)
}
