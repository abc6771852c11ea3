//! Canvases and their refreshes: when something is drawn, what of it, and who is told.
//!
//! Invariant: a canvas is drawn at most once in a period of its refresh rate, only where it differs from before, and
//! not at all if nothing does; frame callbacks go out with the refresh that showed their commit.

use std::collections::BTreeMap;

use farway_proto::wayland::ObjectId;

use crate::client::Target;
use crate::compositor::Compositor;
use crate::config::{Config, Show};
use crate::dispatch::{Refusal, code};
use crate::effect::{CanvasId, ClientId, Effect};
use crate::geometry::{Area, Rect, Size};
use crate::raster::{Canvas, Draw, Raster, Transform};
use crate::scene::{Item, physical};
use crate::surface::SurfaceId;

#[cfg(test)]
mod tests;

/// Pixels of all windows of one client that have canvases of their own.
const CLIENT_PIXELS: i64 = 128 << 20;

/// How often each client may cover a canvas in one refresh.
const LAYERS: f64 = 8.0;

/// Pixels that each client may have drawn in one refresh, however small the canvas is.
const LEAST_PIXELS: f64 = 32.0 * 1024.0 * 1024.0;

/// How much more a pixel of a buffer costs that is scaled or turned.
const SCALED: f64 = 4.0;

/// Rectangles that are drawn apart.
const DAMAGE_RECTS: usize = 16;

/// Rectangles that are kept apart while damage is collected: thousands of surfaces must not take seconds.
const COLLECTED_RECTS: usize = 128;

/// Everything that is drawn on.
#[derive(Debug)]
pub(crate) struct Painter {
    raster: Raster,
    canvases: BTreeMap<CanvasId, Sheet>,
    /// Refreshes that drew something.
    pub drawn: u64,
}

/// One canvas and what is on it.
#[derive(Debug)]
struct Sheet {
    canvas: Canvas,
    drawn: Vec<Item>,
    /// All of it must be drawn.
    stale: bool,
    /// Something may have changed since the last refresh.
    wanted: bool,
    /// Time of the last refresh.
    last: Option<u64>,
    /// Number of the last refresh.
    sequence: u64,
}

impl Sheet {
    fn new(size: Size) -> Self {
        let canvas = Canvas::new(size);
        Self { canvas, drawn: Vec::new(), stale: true, wanted: true, last: None, sequence: 0 }
    }
}

impl Painter {
    pub fn new(config: &Config) -> Self {
        let count = match &config.show {
            Show::Outputs(list) => list.len().max(1),
            Show::Windows(_) => 0,
        };
        // Sizes come with the first refresh.
        let sheets = (0..count).map(|at| (CanvasId::Output(at), Sheet::new(Size::default())));
        Self { raster: Raster::new(), canvases: sheets.collect(), drawn: 0 }
    }

    pub fn canvas(&self, id: CanvasId) -> Option<&Canvas> {
        self.canvases.get(&id).map(|it| &it.canvas)
    }

    /// A window gets, or loses, a canvas of its own.
    pub fn set_window(&mut self, id: CanvasId, shown: bool) {
        if shown {
            self.canvases.entry(id).or_insert_with(|| Sheet::new(Size::default()));
        } else {
            self.canvases.remove(&id);
        }
    }

    /// Something on this canvas, or on any, may have changed.
    pub fn want(&mut self, id: Option<CanvasId>) {
        match id {
            Some(id) => self.canvases.get_mut(&id).into_iter().for_each(|it| it.wanted = true),
            None => self.canvases.values_mut().for_each(|it| it.wanted = true),
        }
    }
}

impl Compositor {
    /// Something about a surface changed that may be seen.
    pub(crate) fn touch(&mut self, id: SurfaceId) {
        let canvas = match (&self.config.show, self.window_of(id)) {
            (Show::Windows(_), Some(window)) => Some(CanvasId::Window(window)),
            _ => None,
        };
        self.painter.want(canvas);
    }

    /// When the next canvas is due.
    pub(crate) fn next_refresh(&self) -> Option<u64> {
        let due = self.painter.canvases.iter().filter(|(_, sheet)| sheet.wanted);
        due.map(|(id, sheet)| sheet.last.map_or(0, |last| last + self.period(*id))).min()
    }

    fn period(&self, canvas: CanvasId) -> u64 {
        let at = if let CanvasId::Output(at) = canvas { at } else { 0 };
        self.outputs.get(at).map_or(16_666_666, |it| it.config.period())
    }

    /// Draws whatever is due.
    pub(crate) fn on_refresh(&mut self) {
        let due = |(id, sheet): (&CanvasId, &Sheet)| {
            let when = sheet.last.map_or(0, |last| last + self.period(*id));
            (sheet.wanted && when <= self.now).then_some(*id)
        };
        let list: Vec<CanvasId> = self.painter.canvases.iter().filter_map(due).collect();
        if !list.is_empty() {
            self.answer_cursor();
        }
        for id in list {
            self.refresh(id);
        }
    }

    fn refresh(&mut self, id: CanvasId) {
        let items = self.scene(id);
        let size = self.canvas_size(id);
        let period = self.period(id);
        let background = if matches!(id, CanvasId::Output(_)) { self.config.background } else { 0 };
        if !self.affords(id, size) {
            // Whatever became of it, it must not be due for ever.
            self.painter.canvases.get_mut(&id).into_iter().for_each(|it| it.wanted = false);
            return;
        }
        let Some(sheet) = self.painter.canvases.get_mut(&id) else { return };
        if sheet.canvas.size() != size {
            sheet.canvas = Canvas::new(size);
            sheet.stale = true;
        }
        let mut damage = if sheet.stale { Area::from(size.rect()) } else { changes(self, id, &items) };
        damage.clip(size.rect());
        damage.simplify(DAMAGE_RECTS);
        let now = self.now;
        let Some(sheet) = self.painter.canvases.get_mut(&id) else { return };
        let mut budget = Budget::new(size);
        for rect in damage.rects() {
            // A client that cut its file short sees holes; the others are not touched.
            draw(&mut self.painter.raster, &mut sheet.canvas, &items, *rect, (background, &mut budget));
        }
        sheet.drawn = items.clone();
        sheet.stale = false;
        sheet.wanted = false;
        // Keeps the beat while refreshes follow each other, and starts it anew after a pause.
        let beat = sheet.last.map(|last| last + period).filter(|due| now < due + period / 2);
        sheet.last = Some(beat.unwrap_or(now));
        sheet.sequence += 1;
        let sequence = sheet.sequence;
        if !damage.is_empty() {
            self.painter.drawn += 1;
            self.effects.push_back(Effect::Present { canvas: id, damage: damage.rects().to_vec() });
        }
        self.answer(id, &items, period, sequence);
    }

    /// Whether a client may have a canvas of this size besides its others. If not, it is let go: a few bytes of a
    /// viewport's size must not cost gigabytes.
    fn affords(&mut self, id: CanvasId, size: Size) -> bool {
        let CanvasId::Window(window) = id else { return true };
        let Some(client) = self.windows.get(&window).map(|it| it.object.client) else { return false };
        let area = |size: Size| i64::from(size.width.max(0)) * i64::from(size.height.max(0));
        let others = self.painter.canvases.iter().filter(|(other, _)| **other != id).filter(|(other, _)| {
            matches!(other, CanvasId::Window(it) if self.windows.get(it).is_some_and(|it| it.object.client == client))
        });
        let total = area(size) + others.map(|(_, sheet)| area(sheet.canvas.size())).sum::<i64>();
        if total > CLIENT_PIXELS {
            let text = "the windows are too large".into();
            self.post(client, &Refusal { object: ObjectId(1), code: code::NO_MEMORY, text });
        }
        total <= CLIENT_PIXELS
    }

    /// Frame callbacks and presentation feedbacks of what is seen.
    fn answer(&mut self, canvas: CanvasId, items: &[Item], period: u64, sequence: u64) {
        let output = if let CanvasId::Output(at) = canvas { at } else { 0 };
        let time = self.milliseconds();
        for item in items {
            let Some(surface) = self.surfaces.get_mut(&item.surface) else { continue };
            let client = surface.target.client;
            let callbacks = std::mem::take(&mut surface.shown.callbacks);
            let feedbacks = std::mem::take(&mut surface.shown.feedbacks);
            for id in callbacks {
                self.event(Target { client, id }, "done", |it| it.uint(time));
            }
            for id in feedbacks {
                self.presented(Target { client, id }, output, period, sequence);
            }
        }
        self.tell_places(canvas, items);
    }
}

/// What differs between what was drawn and what is to be drawn.
fn changes(view: &Compositor, id: CanvasId, items: &[Item]) -> Area {
    let mut damage = Area::default();
    let Some(sheet) = view.painter.canvases.get(&id) else { return damage };
    let scale = view.canvas_scale(id);
    let old = &sheet.drawn;
    let mut places: BTreeMap<SurfaceId, usize> =
        old.iter().enumerate().map(|(at, it)| (it.surface, at)).collect();
    // The order matters: everything from the first difference in order on is compared by itself.
    let mut last = None;
    for item in items {
        let place = places.remove(&item.surface);
        let moved = place.is_some_and(|at| last.is_some_and(|last| at < last));
        let before = place.and_then(|at| old.get(at)).filter(|it| *it == item && !moved);
        last = last.max(place);
        let shown = view.surfaces.get(&item.surface).map(|it| &it.shown);
        let since = before.and_then(|before| shown.and_then(|it| it.damage_since(before.commits)));
        match since {
            Some(area) => {
                let (across, down) = blur(item, scale);
                for rect in area.rects() {
                    let rect = physical(rect.moved(item.at.origin()), scale);
                    let (left, top) = (rect.x.saturating_sub(across), rect.y.saturating_sub(down));
                    let (right, bottom) =
                        (rect.right().saturating_add(across), rect.bottom().saturating_add(down));
                    damage.add(Rect::from_edges(left, top, right, bottom).intersect(item.to));
                }
            }
            None => {
                damage.add(item.to);
                place.and_then(|at| old.get(at)).into_iter().for_each(|it| damage.add(it.to));
            }
        }
        damage.simplify(COLLECTED_RECTS);
    }
    for gone in places.into_values().filter_map(|at| old.get(at)) {
        damage.add(gone.to);
        damage.simplify(COLLECTED_RECTS);
    }
    damage
}

/// How many physical pixels beyond its own place a pixel of the buffer reaches, across and down: scaling mixes
/// neighbours, and a place that follows its buffer is not quite where its scale puts it.
fn blur(item: &Item, scale: u32) -> (i32, i32) {
    let (_, _, width, height) = item.crop;
    let exact = scale == 120
        && item.to.size() == item.at.size()
        && (width, height) == (f64::from(item.to.width), f64::from(item.to.height));
    let reach = |physical: i32, buffer: f64| match exact {
        true => 0,
        false => (f64::from(physical) / buffer).ceil() as i32 + 1,
    };
    (reach(item.to.width, width), reach(item.to.height, height))
}

/// What one refresh may do for each client, so that none can keep the others waiting: pixels, those that are scaled or
/// turned counted as often as they cost more.
struct Budget {
    most: f64,
    spent: BTreeMap<ClientId, f64>,
}

impl Budget {
    fn new(canvas: Size) -> Self {
        let canvas = f64::from(canvas.width) * f64::from(canvas.height);
        Self { most: (LAYERS * canvas).max(LEAST_PIXELS), spent: BTreeMap::new() }
    }

    /// Whether this part of a picture may be drawn.
    fn allows(&mut self, item: &Item, part: Rect) -> bool {
        let area = |rect: Rect| f64::from(rect.width) * f64::from(rect.height);
        let (_, _, width, height) = item.crop;
        let same = item.transform == Transform::Normal && area(item.to) == width * height;
        let source = if same { 0.0 } else { SCALED * width * height * area(part) / area(item.to) };
        let spent = self.spent.entry(item.buffer.target.client).or_default();
        *spent += area(part) + source;
        *spent <= self.most
    }
}

/// Draws one rectangle from the lowest picture that can be seen there. Where the budget ends, the highest ones are seen.
fn draw(
    raster: &mut Raster,
    canvas: &mut Canvas,
    items: &[Item],
    rect: Rect,
    (background, budget): (u32, &mut Budget),
) {
    let mut seen = Vec::new();
    let mut bottom = false;
    for item in items.iter().rev() {
        let part = item.to.intersect(rect);
        if part.is_empty() || !budget.allows(item, part) {
            continue;
        }
        seen.push(item);
        bottom = item.opaque && part == rect;
        if bottom {
            break;
        }
    }
    if !bottom {
        canvas.fill(rect, background);
    }
    for item in seen.into_iter().rev() {
        let (source, crop) = (item.buffer.source(), item.crop);
        let picture = Draw { source, crop, transform: item.transform, to: item.to, opaque: item.opaque };
        if let Err(error) = raster.draw(canvas, &picture, &[rect]) {
            tracing::debug!("cannot read a buffer: {error}");
        }
    }
}
