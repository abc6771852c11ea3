//! What is where: flattens windows, popups and subsurfaces into a list of pictures.
//!
//! Invariant: the list is in drawing order, the lowest first, and says everything that decides what a canvas looks
//! like; two equal lists with equal contents look the same.

use std::sync::Arc;

use crate::compositor::Compositor;
use crate::effect::{CanvasId, WindowId};
use crate::geometry::{Point, Rect};
use crate::raster::Transform;
use crate::shm::Buffer;
use crate::surface::{Crop, SurfaceId};

/// A surface on a canvas.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub surface: SurfaceId,
    /// Where the surface is, in logical pixels of the canvas.
    pub at: Rect,
    /// Where it is, in physical pixels.
    pub to: Rect,
    /// Part of the buffer, in pixels of the buffer, after its transform was undone.
    pub crop: Crop,
    pub transform: Transform,
    pub buffer: Arc<Buffer>,
    /// Opaque everywhere.
    pub opaque: bool,
    /// Number of the last commit with damage.
    pub commits: u64,
}

/// Whether it looks the same but for the damage of its commits.
impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        (self.surface, self.at, self.to, self.crop, self.transform, self.opaque)
            == (other.surface, other.at, other.to, other.crop, other.transform, other.opaque)
    }
}

/// A rectangle in physical pixels: both edges are rounded, so that neighbours stay neighbours.
pub(crate) fn physical(rect: Rect, scale: u32) -> Rect {
    let edge = |at: i32| {
        let at = (i64::from(at) * i64::from(scale) + 60).div_euclid(120);
        at.clamp(i64::from(i32::MIN / 2), i64::from(i32::MAX / 2)) as i32
    };
    Rect::from_edges(edge(rect.x), edge(rect.y), edge(rect.right()), edge(rect.bottom()))
}

impl Compositor {
    /// Everything that a canvas shows. Positions are relative to its left upper corner.
    pub(crate) fn scene(&self, canvas: CanvasId) -> Vec<Item> {
        let mut items = Vec::new();
        let scale = self.canvas_scale(canvas);
        match canvas {
            CanvasId::Output(at) => {
                let Some(output) = self.outputs.get(at) else { return items };
                let origin = output.at;
                for (window, place) in self.desk_order() {
                    self.add_window(window, place.minus(origin), scale, &mut items);
                }
                for (surface, place) in self.overlays() {
                    self.add_surface(surface, place.minus(origin), scale, &mut items);
                }
                let screen = output.config.logical().rect();
                items.retain(|it| !it.at.intersect(screen).is_empty());
            }
            CanvasId::Window(window) => self.add_window(window, Point::default(), scale, &mut items),
        }
        items
    }

    /// A window whose geometry begins at `place`.
    fn add_window(&self, window: WindowId, place: Point, scale: u32, items: &mut Vec<Item>) {
        let Some(it) = self.windows.get(&window).filter(|it| it.mapped) else { return };
        self.add_surface(it.surface, place.minus(it.geometry.origin()), scale, items);
    }

    /// A surface and its subsurfaces.
    fn add_surface(&self, id: SurfaceId, place: Point, scale: u32, items: &mut Vec<Item>) {
        let Some(surface) = self.surfaces.get(&id) else { return };
        let Some(size) = surface.shown.size() else { return };
        for child in &surface.stack {
            if *child == id {
                items.extend(self.item(id, size.rect().moved(place), scale));
            } else if let Some(child_surface) = self.surfaces.get(child) {
                self.add_surface(*child, place.plus(child_surface.position), scale, items);
            }
        }
    }

    fn item(&self, id: SurfaceId, at: Rect, scale: u32) -> Option<Item> {
        let shown = &self.surfaces.get(&id)?.shown;
        let buffer = Arc::clone(shown.buffer.as_ref()?);
        let (x, y, width, height) = shown.crop()?;
        let of_buffer = f64::from(shown.scale);
        let crop = (x * of_buffer, y * of_buffer, width * of_buffer, height * of_buffer);
        let opaque = buffer.is_opaque() || shown.all_opaque;
        let to = physical(at, scale);
        let to = snapped(to, crop);
        let (transform, commits) = (shown.transform, shown.commits);
        Some(Item { surface: id, at, to, crop, transform, buffer, opaque, commits })
    }

    /// The surface under a point of a canvas (logical pixels) that takes input there, the highest first, and the
    /// point within it.
    pub(crate) fn surface_at(&self, canvas: CanvasId, x: f64, y: f64) -> Option<(SurfaceId, f64, f64)> {
        for item in self.scene(canvas).iter().rev() {
            let (inside_x, inside_y) = (x - f64::from(item.at.x), y - f64::from(item.at.y));
            let point = Point::new(inside_x.floor() as i32, inside_y.floor() as i32);
            let Some(surface) = self.surfaces.get(&item.surface) else { continue };
            let takes = item.at.size().rect().has(point)
                && surface.shown.input.as_ref().is_none_or(|input| input.has(point))
                // What is dragged along is above all windows, but takes no input.
                && self.window_of(item.surface).is_some();
            if takes {
                return Some((item.surface, inside_x, inside_y));
            }
        }
        None
    }
}

/// A client that follows a fractional scale makes buffers of the rounded size; where the rounding of the position
/// makes the place a pixel smaller or larger, the place follows the buffer, so that nothing is scaled.
fn snapped(to: Rect, crop: Crop) -> Rect {
    let near = |have: i32, want: f64| {
        if want.fract() == 0.0 && (f64::from(have) - want).abs() <= 1.0 { want as i32 } else { have }
    };
    let (width, height) = (near(to.width, crop.2), near(to.height, crop.3));
    Rect { width, height, ..to }
}
