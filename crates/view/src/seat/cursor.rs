//! What the pointer looks like: `wl_pointer.set_cursor` and `wp_cursor_shape_manager_v1`.
//!
//! Cursors are drawn by the host, so they are in no scene. Invariant: the client that has the pointer decides, and
//! what it decided is over when the pointer leaves it.

use farway_proto::wayland::ObjectId;

use super::relative::pointer_arg;
use crate::client::{Data, Target};
use crate::compositor::Compositor;
use crate::dispatch::{Refusal, Request, code as display};
use crate::effect::{CanvasId, Cursor, Effect};
use crate::geometry::{Point, Size};
use crate::raster::{Canvas, Draw, Raster};
use crate::surface::{Role, Shown, SurfaceId};

/// `wl_pointer.error.role`.
const ROLE: u32 = 0;
/// `wp_cursor_shape_device_v1.error.invalid_shape`.
const INVALID_SHAPE: u32 = 1;
/// Width and height that a picture may have; larger ones lose pixels.
const MOST: i32 = 512;
/// The cursor where nobody has a say.
const DEFAULT: Cursor = Cursor::Named("default");

/// Shapes in the order of `wp_cursor_shape_device_v1.shape`, from 1 on; the last two came with version 2.
const SHAPES: [&str; 36] = [
    "default",
    "context-menu",
    "help",
    "pointer",
    "progress",
    "wait",
    "cell",
    "crosshair",
    "text",
    "vertical-text",
    "alias",
    "copy",
    "move",
    "no-drop",
    "not-allowed",
    "grab",
    "grabbing",
    "e-resize",
    "n-resize",
    "ne-resize",
    "nw-resize",
    "s-resize",
    "se-resize",
    "sw-resize",
    "w-resize",
    "ew-resize",
    "ns-resize",
    "nesw-resize",
    "nwse-resize",
    "col-resize",
    "row-resize",
    "all-scroll",
    "zoom-in",
    "zoom-out",
    "dnd-ask",
    "all-resize",
];
/// Shapes of version 1.
const FIRST_SHAPES: usize = 34;

#[derive(Debug)]
pub(super) struct State {
    /// The surface that is the cursor now, and the point of it that points.
    surface: Option<SurfaceId>,
    hotspot: Point,
    /// It may look different now.
    changed: bool,
    /// What the host was told last.
    shown: Cursor,
}

impl Default for State {
    fn default() -> Self {
        Self { surface: None, hotspot: Point::default(), changed: false, shown: DEFAULT }
    }
}

pub(super) fn set(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let surface = match request.object(1) {
        Some(_) => Some(view.surface_arg(request, 1)?),
        None => None,
    };
    if surface.is_some_and(|it| !view.take_role(it, Role::Cursor)) {
        return Err(request.refuse(ROLE, "the surface has a role already"));
    }
    if !view.may_set_cursor(request, request.uint(0)) {
        return Ok(());
    }
    view.seat.cursor.surface = surface;
    view.seat.cursor.hotspot = Point::new(request.int(2), request.int(3));
    if let Some(id) = surface {
        view.tell_cursor_place(id);
        // Offsets of before it was a cursor do not count.
        view.surfaces.get_mut(&id).into_iter().for_each(|it| it.shown.offset = Point::default());
    }
    view.seat.cursor.changed = true;
    Ok(())
}

pub(super) fn get_pointer(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let pointer = pointer_arg(view, request, 1)?;
    view.set_data(request.client, request.new_id(0), Data::For(pointer.id));
    Ok(())
}

/// There are no tablets here, so nobody can have a tool.
pub(super) fn get_tablet_tool(_: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    Err(request.refuse_at(ObjectId(1), display::INVALID_OBJECT, "not a zwp_tablet_tool_v2"))
}

pub(super) fn set_shape(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let known = if request.version >= 2 { SHAPES.len() } else { FIRST_SHAPES };
    let shape = (request.uint(1) as usize).checked_sub(1).filter(|it| *it < known);
    let Some(name) = shape.and_then(|it| SHAPES.get(it)) else {
        return Err(request.refuse(INVALID_SHAPE, format!("invalid shape {}", request.uint(1))));
    };
    let pointer = match view.data(request.target()) {
        Some(Data::For(id)) => Target { client: request.client, id: *id },
        _ => return Ok(()),
    };
    let alive = view.seat.pointer.list.contains(&pointer);
    if alive && view.may_set_cursor(request, request.uint(0)) {
        view.seat.cursor.surface = None;
        view.show_cursor(Cursor::Named(name));
    }
    Ok(())
}

impl Compositor {
    /// The pointer is the client's, and the serial is not of a time when it was not.
    fn may_set_cursor(&self, request: &Request<'_>, serial: u32) -> bool {
        let age = serial.wrapping_sub(self.seat.pointer.entered);
        self.pointer_client() == Some(request.client) && age < 1 << 31
    }

    fn show_cursor(&mut self, cursor: Cursor) {
        self.seat.cursor.changed = false;
        if self.seat.cursor.shown != cursor {
            self.seat.cursor.shown = cursor.clone();
            self.effects.push_back(Effect::Cursor(cursor));
        }
    }

    /// The pointer has left its client.
    pub(super) fn cursor_left(&mut self) {
        self.seat.cursor.surface = None;
        self.show_cursor(DEFAULT);
    }

    pub(super) fn cursor_forgets(&mut self, id: SurfaceId) {
        if self.seat.cursor.surface == Some(id) {
            self.seat.cursor.surface = None;
            self.show_cursor(Cursor::Hidden);
        }
    }

    /// A surface that is, or was, a cursor was committed.
    pub(super) fn cursor_changed(&mut self, id: SurfaceId, by: Point) {
        if self.seat.cursor.surface == Some(id) {
            self.seat.cursor.hotspot = self.seat.cursor.hotspot.minus(by);
            self.seat.cursor.changed = true;
        }
    }

    /// Looks at the cursor's surface once, however often it was set and committed.
    pub(super) fn settle_cursor(&mut self) {
        if !self.seat.cursor.changed {
            return;
        }
        let shown = self.seat.cursor.surface.and_then(|it| self.surfaces.get(&it)).map(|it| &it.shown);
        let picture = shown.and_then(|it| picture(it, self.seat.cursor.hotspot));
        self.show_cursor(picture.unwrap_or(Cursor::Hidden));
        // So that frame callbacks are answered.
        self.painter.want(None);
    }

    /// Tells the client of a cursor with which scale it is shown.
    fn tell_cursor_place(&mut self, id: SurfaceId) {
        let Some((canvas, ..)) = self.seat.pointer.place else { return };
        let output = if let CanvasId::Output(at) = canvas { at } else { 0 };
        self.tell_outputs(id, &[output]);
        self.tell_scale(id, self.canvas_scale(canvas));
    }

    /// A canvas was refreshed, and with it, as far as its client can tell, the cursor.
    pub(crate) fn answer_cursor(&mut self) {
        let surface = self.seat.cursor.surface.and_then(|it| self.surfaces.get_mut(&it));
        let Some(surface) = surface else { return };
        let client = surface.client();
        let callbacks = std::mem::take(&mut surface.shown.callbacks);
        // When the host shows it is not known.
        let feedbacks = std::mem::take(&mut surface.shown.feedbacks);
        let time = self.milliseconds();
        for id in callbacks {
            self.event(Target { client, id }, "done", |it| it.uint(time));
        }
        self.discard(client, Vec::new(), feedbacks);
    }
}

/// A copy of what a surface shows, with as many pixels as its buffer has; `None` if it shows nothing.
fn picture(shown: &Shown, hotspot: Point) -> Option<Cursor> {
    let (buffer, (x, y, width, height)) = (shown.buffer.as_ref()?, shown.crop()?);
    let logical = shown.size().filter(|it| !it.is_empty())?;
    let of_buffer = f64::from(shown.scale.max(1));
    let longest = f64::from(logical.width.max(logical.height));
    let most = f64::from(MOST) * 120.0 / longest;
    let wanted = width * of_buffer / f64::from(logical.width) * 120.0;
    let scale = wanted.round().clamp(1.0, most.floor().max(1.0));
    let pixels = |it: i32| ((f64::from(it) * scale / 120.0).round() as i32).clamp(1, MOST);
    let size = Size::new(pixels(logical.width), pixels(logical.height));
    let mut canvas = Canvas::new(size);
    let draw = Draw {
        source: buffer.source(),
        crop: (x * of_buffer, y * of_buffer, width * of_buffer, height * of_buffer),
        transform: shown.transform,
        to: size.rect(),
        opaque: buffer.is_opaque(),
    };
    if let Err(error) = Raster::new().draw(&mut canvas, &draw, &[size.rect()]) {
        tracing::debug!("cannot read a cursor: {error}");
    }
    let pixel = |it: i32| (f64::from(it) * scale / 120.0).round() as i32;
    Some(Cursor::Image {
        pixels: canvas.pixels().into(),
        size,
        hotspot: Point::new(pixel(hotspot.x), pixel(hotspot.y)),
        scale: scale as u32,
    })
}
