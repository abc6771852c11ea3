//! What is over the panels: a dot that follows the pointer, and circles where it clicked.
//!
//! Invariant: whatever was drawn over the panels is taken back before anything is drawn again.

use std::time::Duration;

use super::super::picture::{Color, Picture, Rect};
use super::palette;
use super::state::{RIPPLE_TIME, State};

/// One thing over the panels.
#[derive(Copy, Clone, Debug, PartialEq)]
enum Mark {
    Dot { x: f32, y: f32, pressed: bool },
    Circle { x: f32, y: f32, radius: f32, width: f32, color: Color, alpha: f32 },
}

impl Mark {
    fn bounds(self) -> Rect {
        match self {
            Self::Dot { x, y, .. } => Rect::around(x, y, 18.0),
            Self::Circle { x, y, radius, width, .. } => Rect::around(x, y, radius + width),
        }
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct Overlay {
    painted: Vec<Mark>,
    /// The upper layer was not kept up with the base, because nothing was over it.
    behind: bool,
}

impl Overlay {
    /// Whether nothing is over the base, which is then what is to be seen.
    pub fn is_empty(&self) -> bool {
        self.painted.is_empty()
    }

    /// Makes `shown` what `base` is with the marks over it, if there are any. `damage` is where the base changed, and gets what else
    /// did.
    pub fn paint(
        &mut self,
        shown: &mut Picture,
        base: &Picture,
        state: &State,
        time: Duration,
        damage: &mut Vec<Rect>,
    ) {
        let marks = marks(state, time);
        if marks.is_empty() {
            damage.extend(self.painted.drain(..).map(Mark::bounds));
            self.behind = true;
            return;
        }
        if std::mem::take(&mut self.behind) {
            shown.copy(base, base.bounds());
        }
        let touched = |mark: &Mark| damage.iter().any(|rect| !rect.intersect(mark.bounds()).is_empty());
        if marks != self.painted || marks.iter().any(touched) {
            damage.extend(self.painted.iter().chain(&marks).map(|mark| mark.bounds()));
        }
        for &rect in damage.iter() {
            shown.copy(base, rect);
        }
        if marks != self.painted || marks.iter().any(|mark| damage.contains(&mark.bounds())) {
            for mark in &marks {
                draw(shown, *mark);
            }
        }
        self.painted = marks;
    }
}

fn marks(state: &State, time: Duration) -> Vec<Mark> {
    let mut marks = Vec::new();
    for ripple in &state.ripples {
        let age = time.saturating_sub(ripple.at).as_secs_f32() / RIPPLE_TIME.as_secs_f32();
        if age >= 1.0 {
            continue;
        }
        let (x, y) = (ripple.x, ripple.y);
        // Quick at first, then slower.
        let grown = 1.0 - (1.0 - age) * (1.0 - age);
        for (reach, color, alpha) in [(70.0, palette::TEAL, 0.8), (44.0, palette::BLUE, 0.6)] {
            let fading = alpha * (1.0 - age);
            let width = 1.0 + 3.0 * (1.0 - age);
            marks.push(Mark::Circle { x, y, radius: 6.0 + reach * grown, width, color, alpha: fading });
        }
    }
    if let Some((x, y)) = state.pointer {
        marks.push(Mark::Dot { x, y, pressed: state.pressed });
    }
    marks
}

fn draw(shown: &mut Picture, mark: Mark) {
    let mut brush = shown.brush(mark.bounds());
    match mark {
        Mark::Dot { x, y, pressed } => {
            let radius = if pressed { 4.5 } else { 6.0 };
            brush.glow(x, y, 18.0, palette::CORAL, 0.45);
            brush.disc(x, y, radius, palette::CORAL, 1.0);
            brush.ring(x, y, radius + 4.0, 1.4, palette::TEXT, 0.7);
        }
        Mark::Circle { x, y, radius, width, color, alpha } => {
            brush.ring(x, y, radius, width, color, alpha);
        }
    }
}
