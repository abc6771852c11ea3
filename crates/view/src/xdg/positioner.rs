//! `xdg_positioner`: where a popup goes.
//!
//! Pure arithmetic of the protocol's rules: anchor, gravity, offset, then flip, slide and resize, each axis by itself.
//! Invariant: the result is never empty.

use farway_proto::wayland::ObjectId;

use crate::client::{Data, Target};
use crate::compositor::Compositor;
use crate::dispatch::{Refusal, Request, code as display};
use crate::geometry::{Point, Rect, Size};

#[cfg(test)]
mod tests;

/// `xdg_positioner.error.invalid_input`.
const INVALID_INPUT: u32 = 0;

/// What a client has said of a popup's place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Positioner {
    pub size: Size,
    /// Relative to the parent's geometry.
    pub anchor_rect: Option<Rect>,
    /// Side of the rectangle: `xdg_positioner.anchor`.
    pub anchor: u32,
    /// Direction from there: `xdg_positioner.gravity`.
    pub gravity: u32,
    /// Bits of `xdg_positioner.constraint_adjustment`.
    pub adjustment: u32,
    pub offset: Point,
    pub reactive: bool,
    pub parent_size: Option<Size>,
}

/// One axis of a positioner: everything is symmetric in x and y.
#[derive(Clone, Copy, Debug)]
struct Axis {
    rect: (i32, i32),
    size: i32,
    offset: i32,
    /// -1: towards the start, 1: towards the end, 0: neither.
    anchor: i32,
    gravity: i32,
    slide: bool,
    flip: bool,
    resize: bool,
}

impl Axis {
    fn start(self) -> i32 {
        let (at, len) = self.rect;
        let anchor = match self.anchor {
            -1 => at,
            1 => at.saturating_add(len),
            _ => at.saturating_add(len / 2),
        };
        let start = match self.gravity {
            -1 => anchor.saturating_sub(self.size),
            1 => anchor,
            _ => anchor.saturating_sub(self.size / 2),
        };
        start.saturating_add(self.offset)
    }

    fn fits(self, start: i32, room: (i32, i32)) -> bool {
        start >= room.0 && start.saturating_add(self.size) <= room.1
    }

    /// Start and size within a room from one edge to the other.
    fn solve(self, room: (i32, i32)) -> (i32, i32) {
        let start = self.start();
        if self.fits(start, room) {
            return (start, self.size);
        }
        if self.flip {
            let flipped = Self {
                anchor: -self.anchor,
                gravity: -self.gravity,
                offset: self.offset.saturating_neg(),
                ..self
            };
            if self.fits(flipped.start(), room) {
                return (flipped.start(), self.size);
            }
        }
        let mut start = start;
        if self.slide {
            // The side from which it grows stays in sight if not both can.
            let last = room.1.saturating_sub(self.size);
            start = if self.gravity < 0 { start.max(room.0).min(last) } else { start.min(last).max(room.0) };
            if self.fits(start, room) {
                return (start, self.size);
            }
        }
        if self.resize {
            let end = start.saturating_add(self.size).min(room.1);
            let begin = start.max(room.0);
            if end > begin {
                return (begin, end - begin);
            }
        }
        (start, self.size)
    }
}

impl Positioner {
    fn axes(&self) -> (Axis, Axis) {
        let rect = self.anchor_rect.unwrap_or_default();
        let across = |side: u32| match side {
            3 | 5 | 6 => -1,
            4 | 7 | 8 => 1,
            _ => 0,
        };
        let down = |side: u32| match side {
            1 | 5 | 7 => -1,
            2 | 6 | 8 => 1,
            _ => 0,
        };
        let bit = |bit: u32| self.adjustment & bit != 0;
        let x = Axis {
            rect: (rect.x, rect.width),
            size: self.size.width,
            offset: self.offset.x,
            anchor: across(self.anchor),
            gravity: across(self.gravity),
            slide: bit(1),
            flip: bit(4),
            resize: bit(16),
        };
        let y = Axis {
            rect: (rect.y, rect.height),
            size: self.size.height,
            offset: self.offset.y,
            anchor: down(self.anchor),
            gravity: down(self.gravity),
            slide: bit(2),
            flip: bit(8),
            resize: bit(32),
        };
        (x, y)
    }

    /// Where the popup goes, relative to the parent's geometry, if it may be seen in `room` only.
    pub fn place(&self, room: Rect) -> Rect {
        let (x, y) = self.axes();
        let (left, width) = x.solve((room.x, room.right()));
        let (top, height) = y.solve((room.y, room.bottom()));
        Rect::new(left, top, width.max(1), height.max(1))
    }
}

pub(super) fn create(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    view.set_data(request.client, request.new_id(0), Data::Positioner(Box::default()));
    Ok(())
}

/// The positioner that an argument names, if it is complete.
pub(super) fn argument(view: &Compositor, request: &Request<'_>, at: usize) -> Result<Positioner, Refusal> {
    let target = Target { client: request.client, id: request.object(at).unwrap_or(ObjectId(0)) };
    let Some(Data::Positioner(it)) = view.data(target) else {
        return Err(request.refuse_at(ObjectId(1), display::INVALID_OBJECT, "not an xdg_positioner"));
    };
    if it.size.is_empty() || it.anchor_rect.is_none() {
        // xdg_wm_base.invalid_positioner
        let bases = view.objects_of(Some(request.client), "xdg_wm_base");
        let object = bases.first().map_or(ObjectId(1), |it| it.id);
        return Err(request.refuse_at(object, 5, "the positioner has no size or no anchor rectangle"));
    }
    Ok(**it)
}

fn change(view: &mut Compositor, request: &Request<'_>, change: impl FnOnce(&mut Positioner)) {
    if let Some(Data::Positioner(it)) = view.data_mut(request.target()) {
        change(it);
    }
}

pub(super) fn set_size(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let size = Size::new(request.int(0), request.int(1));
    let most = view.config.limits.extent;
    if size.is_empty() {
        return Err(request.refuse(INVALID_INPUT, "the size of a popup must be positive"));
    }
    change(view, request, |it| it.size = Size::new(size.width.min(most), size.height.min(most)));
    Ok(())
}

pub(super) fn set_anchor_rect(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let rect = crate::surface::rect(request, 0);
    if rect.width < 0 || rect.height < 0 {
        return Err(request.refuse(INVALID_INPUT, "a negative anchor rectangle"));
    }
    change(view, request, |it| it.anchor_rect = Some(rect));
    Ok(())
}

pub(super) fn set_anchor(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let side = request.uint(0);
    if side > 8 {
        return Err(request.refuse(INVALID_INPUT, format!("invalid anchor {side}")));
    }
    change(view, request, |it| it.anchor = side);
    Ok(())
}

pub(super) fn set_gravity(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let side = request.uint(0);
    if side > 8 {
        return Err(request.refuse(INVALID_INPUT, format!("invalid gravity {side}")));
    }
    change(view, request, |it| it.gravity = side);
    Ok(())
}

pub(super) fn set_constraint_adjustment(
    view: &mut Compositor,
    request: &mut Request<'_>,
) -> Result<(), Refusal> {
    let bits = request.uint(0);
    change(view, request, |it| it.adjustment = bits);
    Ok(())
}

pub(super) fn set_offset(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let offset = Point::new(request.int(0), request.int(1));
    change(view, request, |it| it.offset = offset);
    Ok(())
}

pub(super) fn set_reactive(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    change(view, request, |it| it.reactive = true);
    Ok(())
}

pub(super) fn set_parent_size(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let size = Size::new(request.int(0), request.int(1));
    change(view, request, |it| it.parent_size = Some(size));
    Ok(())
}
