//! The pane of text that scrolls.
//!
//! The text is drawn once, onto a strip as long as it is; a frame copies rows of it. Invariant: the strip is a round,
//! its end is followed by its beginning.

use std::time::Duration;

use super::super::letters::{Face, wrap};
use super::super::picture::{Color, Picture, Rect, mix};
use super::super::prose::{PROSE, Part};
use super::palette;

/// Pixels per second: two for three frames at 60 Hz would stutter, one for each does not.
const SPEED: u128 = 60;
/// Rows over which the text fades at either end.
const FADE: i32 = 36;
/// Empty columns beside the text.
const SIDE: i32 = 14;

/// See the module.
#[derive(Debug)]
pub struct Pane {
    place: Rect,
    strip: Picture,
    painted: Option<i32>,
}

enum Ink {
    Head,
    Body,
    Code,
}

/// The text as lines with their upper edges; also the height of all.
fn set(columns: usize) -> (Vec<(i32, Ink, String)>, i32) {
    let mut lines = Vec::new();
    let mut y = 0;
    for part in PROSE {
        match part {
            Part::Head(text) => {
                y += 26;
                // Wider letters: fewer fit.
                for line in wrap(text, columns * 7 / 11) {
                    lines.push((y, Ink::Head, line));
                    y += 30;
                }
                y += 8;
            }
            Part::Body(text) => {
                for line in wrap(text, columns) {
                    lines.push((y, Ink::Body, line));
                    y += 23;
                }
                y += 13;
            }
            Part::Code(text) => {
                lines.push((y + 6, Ink::Code, (*text).to_owned()));
                y += 23 + 27;
            }
        }
    }
    (lines, y + 60)
}

impl Pane {
    pub fn new(place: Rect) -> Self {
        // Narrower than this would make a strip of many thousand lines.
        let columns = ((place.w - 2 * SIDE) / Face::Text.advance()).max(12) as usize;
        let (lines, height) = set(columns);
        let mut strip = Picture::new(place.w, height, palette::PANEL);
        let mut brush = strip.brush(Rect::new(0, 0, place.w, height));
        for (y, ink, line) in lines {
            match ink {
                Ink::Head => brush.text(SIDE, y, &line, Face::Title, palette::TEAL),
                Ink::Body => brush.text(SIDE, y, &line, Face::Text, palette::TEXT),
                Ink::Code => {
                    let well = Rect::new(SIDE, y - 8, place.w - 2 * SIDE, 32);
                    brush.rounded(well, 8.0, palette::WELL, 1.0);
                    brush.within(well.inset(8)).text(SIDE + 12, y, &line, Face::Strong, palette::AMBER);
                }
            }
        }
        Self { place, strip, painted: None }
    }

    pub fn paint(&mut self, base: &mut Picture, time: Duration, damage: &mut Vec<Rect>) {
        let height = self.strip.bounds().h;
        // It begins with its first headline below the fade.
        let offset = (time.as_millis() * SPEED / 1000 % height as u128) as i32;
        if self.painted == Some(offset) || self.place.is_empty() {
            return;
        }
        self.painted = Some(offset);
        let Rect { x, y, w, h } = self.place;
        let mut faded: Vec<Color> = Vec::new();
        let mut brush = base.brush(self.place);
        for row in 0..h {
            let pixels = self.strip.row((row + offset).rem_euclid(height), 0, w);
            let near = row.min(h - 1 - row);
            if near < FADE {
                let t = near as f32 / FADE as f32;
                let alpha = (t * t * (3.0 - 2.0 * t) * 255.0) as u8;
                faded.clear();
                faded.extend(pixels.iter().map(|&pixel| mix(palette::PANEL, pixel, alpha)));
                brush.row(x, y + row, &faded);
            } else {
                brush.row(x, y + row, pixels);
            }
        }
        // How far we are.
        let track = Rect::new(x + w - 4, y + 8, 4, h - 16);
        brush.rounded(track, 2.0, palette::WELL, 1.0);
        let thumb = (track.h * h / height.max(1)).clamp(8, track.h.max(8));
        let top = (track.h - thumb).max(0) * offset / height.max(1);
        brush.rounded(Rect::new(track.x, track.y + top, 4, thumb), 2.0, palette::EDGE, 1.0);
        damage.push(self.place);
    }
}
