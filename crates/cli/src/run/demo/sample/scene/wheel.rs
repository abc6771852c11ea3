//! The animation: a ring of turning colours, and balls on orbits within it.
//!
//! Angle and coverage of each of the ring's pixels are computed once; a frame only looks colours up.

use std::f32::consts::TAU;
use std::time::Duration;

use super::super::letters::Face;
use super::super::picture::{Color, Picture, Rect, mix};
use super::state::State;
use super::{palette, round};

/// Colours of the round.
const COLORS: usize = 1024;
/// How far the ring shines, in pixels.
const HALO: f32 = 18.0;
/// Seconds for one turn of the ring.
const TURN: f32 = 9.0;

/// A pixel of the ring.
#[derive(Debug)]
struct Point {
    x: u16,
    /// In parts of [`COLORS`].
    angle: u16,
    coverage: u8,
}

/// A ball: radius of its orbit in parts of the ring's, seconds for one round, own radius in pixels, colour, and where
/// it begins.
const BALLS: [(f32, f32, f32, Color, f32); 4] = [
    (0.44, 3.2, 7.0, palette::CORAL, 0.1),
    (0.62, -5.0, 9.0, palette::AMBER, 0.55),
    (0.62, -5.0, 6.0, palette::TEAL, 0.05),
    (0.80, 7.5, 8.0, palette::VIOLET, 0.8),
];
/// Earlier places of a ball that glow on, and the time between them in seconds.
const TRAIL: (i32, f32) = (10, 0.03);

/// See the module.
#[derive(Debug)]
pub struct Wheel {
    /// The square around it.
    place: Rect,
    /// What is behind it.
    behind: Picture,
    /// By rows.
    points: Vec<Vec<Point>>,
    colors: Vec<Color>,
    radius: f32,
}

impl Wheel {
    /// A wheel in the middle of `room`, on the picture `base`.
    pub fn new(base: &Picture, room: Rect) -> Self {
        let side = room.w.min(room.h);
        let place = Rect::new(room.x + (room.w - side) / 2, room.y + (room.h - side) / 2, side, side);
        let center = side as f32 / 2.0;
        let radius = (center - 24.0).max(0.0);
        let mut behind = Picture::new(side, side, palette::PANEL);
        for y in 0..side {
            let row = base.row(place.y + y, place.x, place.right());
            behind.row_mut(y, 0, side)[..row.len()].copy_from_slice(row);
        }
        let mut brush = behind.brush(Rect::new(0, 0, side, side));
        for orbit in [0.44, 0.62, 0.80] {
            brush.ring(center, center, radius * orbit, 1.2, palette::EDGE, 0.7);
        }
        let colors = (0..COLORS).map(|n| round(n as f32 / COLORS as f32)).collect();
        Self { place, behind, points: points(side, radius), colors, radius }
    }

    /// The square that it is painted in.
    #[cfg(test)]
    pub fn place(&self) -> Rect {
        self.place
    }

    pub fn paint(&self, base: &mut Picture, state: &State, time: Duration, damage: &mut Vec<Rect>) {
        let Rect { x, y, w: side, .. } = self.place;
        // In f64 first: after days an f32 has no milliseconds left.
        let turn = |period: f32| (time.as_secs_f64() / f64::from(period)).fract() as f32;
        let phase = (turn(TURN) * COLORS as f32) as usize;
        for (row, points) in (0..side).zip(&self.points) {
            let target = base.row_mut(y + row, x, x + side);
            let width = target.len();
            target.copy_from_slice(&self.behind.row(row, 0, side)[..width]);
            for point in points {
                if let Some(pixel) = target.get_mut(usize::from(point.x)) {
                    let color = self.colors[(usize::from(point.angle) + phase) % COLORS];
                    *pixel = mix(*pixel, color, point.coverage);
                }
            }
        }
        let mut brush = base.brush(self.place);
        let (cx, cy) = (x as f32 + side as f32 / 2.0, y as f32 + side as f32 / 2.0);
        for (orbit, period, size, color, start) in BALLS {
            let place = |back: f32| {
                let angle = (turn(period) - back / period + start) * TAU;
                (cx + angle.cos() * orbit * self.radius, cy + angle.sin() * orbit * self.radius)
            };
            for n in (1..TRAIL.0).rev() {
                let left = 1.0 - n as f32 / TRAIL.0 as f32;
                let (bx, by) = place(n as f32 * TRAIL.1);
                brush.disc(bx, by, size * (0.3 + 0.6 * left), color, 0.22 * left * left);
            }
            let (bx, by) = place(0.0);
            brush.glow(bx, by, size * 2.6, color, 0.4);
            brush.disc(bx, by, size, color, 1.0);
            brush.disc(bx - size * 0.3, by - size * 0.35, size * 0.35, palette::TEXT, 0.6);
        }
        let rate = state.rate.map_or_else(|| "...".into(), |rate| format!("{:.0}", rate.min(9999.0)));
        let middle = |text: &str, face: Face| (cx as i32) - face.width(text) / 2;
        if self.radius > 60.0 {
            let top = cy as i32 - 20;
            brush.text(middle(&rate, Face::Title), top, &rate, Face::Title, palette::TEXT);
            brush.text(middle("fps", Face::Text), top + 23, "fps", Face::Text, palette::QUIET);
        }
        damage.push(self.place);
    }
}

/// The ring with its halo, by rows.
fn points(side: i32, radius: f32) -> Vec<Vec<Point>> {
    let (center, half) = (side as f32 / 2.0, (radius * 0.055).max(2.0));
    let point = |x: i32, y: i32| {
        let (dx, dy) = (x as f32 + 0.5 - center, y as f32 + 0.5 - center);
        let edge = (dx.hypot(dy) - radius).abs() - half;
        let ring = (0.5 - edge).clamp(0.0, 1.0);
        let halo = if edge < HALO { 0.22 * (1.0 - edge.max(0.0) / HALO).powi(2) } else { 0.0 };
        let coverage = (ring.max(halo) * 255.0) as u8;
        let angle = (dy.atan2(dx) / TAU).rem_euclid(1.0) * COLORS as f32;
        (coverage > 0).then_some(Point { x: x as u16, angle: angle as u16, coverage })
    };
    // A tiny ring is none.
    let columns = if radius < 8.0 { 0 } else { side };
    (0..side).map(|y| (0..columns).filter_map(|x| point(x, y)).collect()).collect()
}
