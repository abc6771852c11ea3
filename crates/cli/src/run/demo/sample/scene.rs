//! What the window shows, painted anew only where it changed.
//!
//! Pure: a state and a time go in, pixels and damage come out; no clock and no Wayland. Two layers: the panels, and
//! over them what follows the pointer. Invariants: every pixel that differs from the last painting lies within the
//! damage, and the picture depends on state and time only, not on what was shown before.

mod desk;
mod layout;
mod overlay;
mod pane;
pub mod state;
mod wheel;

use std::time::Duration;

use super::letters::Face;
use super::picture::{Color, Picture, Rect, mix, rgb};
use desk::Desk;
use layout::Layout;
use overlay::Overlay;
use pane::Pane;
use state::State;
use wheel::Wheel;

/// Colours that go well together.
mod palette {
    use super::{Color, rgb};

    pub const SKY: Color = rgb(0x10121a);
    pub const GROUND: Color = rgb(0x1a1c2b);
    pub const PANEL: Color = rgb(0x1f2233);
    pub const EDGE: Color = rgb(0x343950);
    pub const WELL: Color = rgb(0x161826);
    pub const TEXT: Color = rgb(0xd5d9ea);
    pub const QUIET: Color = rgb(0x8088a6);
    pub const TEAL: Color = rgb(0x54d6be);
    pub const VIOLET: Color = rgb(0xa48cff);
    pub const CORAL: Color = rgb(0xff8a73);
    pub const AMBER: Color = rgb(0xffcc66);
    pub const BLUE: Color = rgb(0x6fb1ff);
}

/// Radius of a panel's corners in pixels.
const CORNER: f32 = 14.0;

/// The window's contents. See the module.
#[derive(Debug)]
pub struct Scene {
    layout: Layout,
    /// The panels.
    base: Picture,
    /// The panels and what is over them, if anything is.
    shown: Picture,
    header: Header,
    pane: Pane,
    wheel: Wheel,
    desk: Desk,
    overlay: Overlay,
    fresh: bool,
}

impl Scene {
    #[cfg(test)]
    fn wheel_place(&self) -> Rect {
        self.wheel.place()
    }

    /// A scene of so many pixels, of which nothing was painted yet.
    pub fn new(width: i32, height: i32) -> Self {
        let mut base = Picture::new(width, height, palette::SKY);
        let layout = Layout::of(base.bounds());
        backdrop(&mut base, &layout);
        Self {
            shown: base.clone(),
            header: Header::default(),
            pane: Pane::new(layout.prose),
            wheel: Wheel::new(&base, layout.wheel),
            desk: Desk::new(layout.desk),
            overlay: Overlay::default(),
            fresh: true,
            layout,
            base,
        }
    }

    /// What is to be seen.
    pub fn picture(&self) -> &Picture {
        // Most of the time nothing is over the panels, and one copy less is made.
        if self.overlay.is_empty() { &self.base } else { &self.shown }
    }

    /// Brings the picture up to date; returns what may differ from before, everything at first. `time` is that since
    /// the program's start.
    pub fn paint(&mut self, state: &State, time: Duration) -> Vec<Rect> {
        let mut damage = Vec::with_capacity(8);
        self.header.paint(&mut self.base, self.layout.header, state, &mut damage);
        self.pane.paint(&mut self.base, time, &mut damage);
        self.wheel.paint(&mut self.base, state, time, &mut damage);
        self.desk.paint(&mut self.base, state, time, &mut damage);
        self.overlay.paint(&mut self.shown, &self.base, state, time, &mut damage);
        let bounds = self.shown.bounds();
        if std::mem::take(&mut self.fresh) {
            return vec![bounds];
        }
        damage.iter_mut().for_each(|rect| *rect = rect.intersect(bounds));
        damage.retain(|rect| !rect.is_empty());
        damage
    }
}

/// What never changes: the ground and the panels on it.
fn backdrop(base: &mut Picture, layout: &Layout) {
    /// Ordered dither, so that a gradient of few steps shows no bands.
    const BAYER: [[u8; 4]; 4] = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]];
    let bounds = base.bounds();
    let mut brush = base.brush(bounds);
    let height = bounds.h.max(1) as f32;
    let channel = |from: u8, to: u8, t: f32, dither: f32| {
        (f32::from(from) + (f32::from(to) - f32::from(from)) * t + dither) as u8
    };
    brush.shade(bounds, |x, y, _| {
        let dither = (f32::from(BAYER[(y & 3) as usize][(x & 3) as usize]) + 0.5) / 16.0;
        let t = y as f32 / height;
        let mut color = palette::SKY;
        for (n, part) in color.iter_mut().take(3).enumerate() {
            *part = channel(palette::SKY[n], palette::GROUND[n], t, dither);
        }
        color
    });
    for panel in layout.panels {
        if panel.is_empty() {
            continue;
        }
        // A shadow that falls a little down.
        for (grow, alpha) in [(5, 0.05), (3, 0.08), (1, 0.12)] {
            let shadow = Rect { y: panel.y + 3, ..panel.inset(-grow) };
            brush.rounded(shadow, CORNER + grow as f32, rgb(0), alpha);
        }
        brush.rounded(panel, CORNER, palette::EDGE, 1.0);
        brush.rounded(panel.inset(1), CORNER - 1.0, palette::PANEL, 1.0);
    }
}

/// The line at the top: a name, and how it goes.
#[derive(Debug, Default)]
struct Header {
    painted: Option<String>,
}

impl Header {
    fn paint(&mut self, base: &mut Picture, place: Rect, state: &State, damage: &mut Vec<Rect>) {
        let figures = state.figures();
        if self.painted.as_deref() == Some(figures.as_str()) {
            return;
        }
        let middle = place.y + (place.h - Face::Title.height()) / 2;
        // The name does not change, but a soft edge painted twice is harder.
        if self.painted.is_none() {
            let mut brush = base.brush(place);
            let (x, y) = (place.x as f32 + 32.0, place.y as f32 + place.h as f32 / 2.0);
            brush.glow(x, y, 26.0, palette::TEAL, 0.35);
            brush.disc(x, y, 5.5, palette::TEAL, 1.0);
            brush.ring(x, y, 10.0, 1.6, palette::TEAL, 0.55);
            brush.text(place.x + 54, middle, "farway", Face::Title, palette::TEXT);
            let after = place.x + 54 + Face::Title.width("farway ");
            brush.text(after, middle + 6, "shown from afar", Face::Text, palette::QUIET);
        }
        let width = Face::Strong.width(&" ".repeat(state::FIGURES)) + 28;
        let pill = Rect::new(place.right() - 20 - width, place.y + (place.h - 30) / 2, width, 30);
        // Never over the name.
        let pill = pill.intersect(place);
        let mut brush = base.brush(pill);
        brush.fill(pill, palette::SKY);
        brush.rounded(pill, 15.0, palette::EDGE, 1.0);
        brush.rounded(pill.inset(1), 14.0, palette::PANEL, 1.0);
        let x = pill.x + (pill.w - Face::Strong.width(&figures)) / 2;
        brush.text(x, pill.y + 7, &figures, Face::Strong, palette::TEAL);
        damage.push(if self.painted.is_none() { place } else { pill });
        self.painted = Some(figures);
    }
}

/// A colour on the way through a closed round of colours; `turn` is 0 to 1.
fn round(turn: f32) -> Color {
    const STOPS: [Color; 5] = [palette::TEAL, palette::BLUE, palette::VIOLET, palette::CORAL, palette::AMBER];
    let place = turn.rem_euclid(1.0) * STOPS.len() as f32;
    let (n, part) = (place as usize % STOPS.len(), place.fract());
    mix(STOPS[n], STOPS[(n + 1) % STOPS.len()], (part * 255.0) as u8)
}

#[cfg(test)]
mod tests;
