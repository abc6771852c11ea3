//! The panel of what happens here: a chart of latencies, and what was typed.
//!
//! Chart and line are painted apart, each only when it changed.

use std::time::Duration;

use super::super::letters::Face;
use super::super::picture::{Brush, Picture, Rect, mix};
use super::state::{HISTORY, Key, State, milliseconds};
use super::{palette, round};

/// The cursor is seen for this long and then not.
const BLINK: u128 = 530;
/// Height of the line's field.
const FIELD: i32 = 40;
const TITLE: i32 = 24;

/// See the module.
#[derive(Debug)]
pub struct Desk {
    chart: Rect,
    field: Rect,
    painted_chart: Option<Vec<u16>>,
    painted_line: Option<(String, Option<Key>, bool)>,
}

impl Desk {
    pub fn new(place: Rect) -> Self {
        let field = Rect::new(place.x, place.bottom() - FIELD, place.w, FIELD).intersect(place);
        let chart = Rect::new(place.x, place.y, place.w, place.h - FIELD - 12);
        Self { chart, field, painted_chart: None, painted_line: None }
    }

    pub fn paint(&mut self, base: &mut Picture, state: &State, time: Duration, damage: &mut Vec<Rect>) {
        self.paint_chart(base, state, damage);
        self.paint_line(base, state, time, damage);
    }

    fn paint_chart(&mut self, base: &mut Picture, state: &State, damage: &mut Vec<Rect>) {
        let room = (self.chart.h - TITLE).max(0);
        // A scale of round numbers that the highest column fits into.
        let highest = state.history.iter().fold(1.0_f32, |most, &value| most.max(value));
        let scale = [5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0];
        let scale = scale.into_iter().find(|&scale| highest <= scale).unwrap_or(highest);
        let heights =
            state.history.iter().map(|value| (value / scale * room as f32).clamp(3.0, 9999.0) as u16);
        let mut wanted: Vec<u16> = heights.collect();
        // The title shows this too, more exactly than the columns do.
        let top = (highest * 10.0).min(65535.0) as u16;
        wanted.push(top);
        if self.painted_chart.as_ref() == Some(&wanted) || self.chart.is_empty() {
            return;
        }
        let Rect { x, y, w, .. } = self.chart;
        let mut brush = base.brush(self.chart);
        brush.fill(self.chart, palette::PANEL);
        let title = "commit to frame done";
        let mut left = w;
        if !state.history.is_empty() {
            let top = format!("max {} ms", milliseconds(highest));
            left -= Face::Text.width(&top);
            brush.text(x + left, y, &top, Face::Text, palette::QUIET);
        }
        if Face::Text.width(title) + 2 * Face::Text.advance() < left {
            brush.text(x, y, title, Face::Text, palette::QUIET);
        }
        let floor = y + TITLE + room;
        let pitch = w as f32 / HISTORY as f32;
        for grid in 0..3 {
            brush.fill(
                Rect::new(x, y + TITLE + room * grid / 3, w, 1),
                mix(palette::PANEL, palette::EDGE, 130),
            );
        }
        // The newest is at the right.
        let first = HISTORY - state.history.len().min(HISTORY);
        for (n, &height) in (first..HISTORY).zip(&wanted) {
            let left = x + (n as f32 * pitch) as i32;
            let width = ((pitch * 0.72) as i32).max(1);
            let column = Rect::new(left, floor - i32::from(height), width, i32::from(height));
            let color = round(0.1 + 0.45 * n as f32 / HISTORY as f32);
            brush.rounded(column, 2.5, color, 0.35 + 0.65 * n as f32 / HISTORY as f32);
        }
        damage.push(self.chart);
        self.painted_chart = Some(wanted);
    }

    fn paint_line(&mut self, base: &mut Picture, state: &State, time: Duration, damage: &mut Vec<Rect>) {
        let cursor = time.saturating_sub(state.typed_at).as_millis() / BLINK % 2 == 0;
        let wanted = (state.line.clone(), state.key, cursor);
        if self.painted_line.as_ref() == Some(&wanted) || self.field.is_empty() {
            return;
        }
        let mut brush = base.brush(self.field);
        brush.fill(self.field, palette::PANEL);
        brush.rounded(self.field, 10.0, palette::EDGE, 1.0);
        brush.rounded(self.field.inset(1), 9.0, palette::WELL, 1.0);
        let right = key_cap(&mut brush, self.field, state.key);
        let (x, y) = (self.field.x + 14, self.field.y + (FIELD - Face::Text.height()) / 2);
        brush.text(x, y, ">", Face::Strong, palette::TEAL);
        let x = x + 2 * Face::Text.advance();
        let room = ((right - x) / Face::Text.advance() - 1).max(0) as usize;
        // The end of the line is what one looks at.
        let skip = state.line.chars().count().saturating_sub(room);
        let seen: String = state.line.chars().skip(skip).collect();
        if state.line.is_empty() {
            let hint: String =
                "type something, click anywhere".chars().take(room.saturating_sub(2)).collect();
            brush.text(x + 12, y, &hint, Face::Text, mix(palette::WELL, palette::QUIET, 170));
        }
        brush.text(x, y, &seen, Face::Text, palette::TEXT);
        if cursor {
            let at = x + Face::Text.width(&seen) + 1;
            brush.fill(Rect::new(at, y - 1, 2, Face::Text.height() + 2), palette::TEAL);
        }
        damage.push(self.field);
        self.painted_line = Some(wanted);
    }
}

/// The last key as it looks on a keyboard; returns where it begins.
fn key_cap(brush: &mut Brush<'_>, field: Rect, key: Option<Key>) -> i32 {
    let text = match key {
        None => return field.right() - 8,
        Some(Key::Letter(' ')) => "space".to_owned(),
        Some(Key::Letter(letter)) => letter.to_string(),
        Some(Key::Backspace) => "back".to_owned(),
        Some(Key::Enter) => "enter".to_owned(),
        Some(Key::Other(name)) => name.to_owned(),
    };
    let width = Face::Strong.width(&text) + 18;
    let cap = Rect::new(field.right() - 8 - width, field.y + 8, width, field.h - 16);
    brush.rounded(cap, 6.0, palette::EDGE, 1.0);
    brush.text(cap.x + 9, cap.y + (cap.h - 16) / 2, &text, Face::Strong, palette::AMBER);
    cap.x - 8
}
