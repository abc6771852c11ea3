//! Letters: the glyphs of Noto Sans Mono as the crate of that name has them, and breaking text into lines.
//!
//! Not a shaper: one cell for each character, printable ASCII only; anything else is a question mark. Invariant: text
//! is drawn within its cells, so its extent is known from its length.

use noto_sans_mono_bitmap::{FontWeight, RasterHeight, get_raster, get_raster_width};

use super::picture::{Brush, Color, Rect, mix};

/// A size and weight.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub enum Face {
    /// 16 pixels, regular.
    Text,
    /// 16 pixels, bold.
    Strong,
    /// 24 pixels, bold.
    Title,
}

impl Face {
    const fn raster(self) -> (FontWeight, RasterHeight) {
        match self {
            Self::Text => (FontWeight::Regular, RasterHeight::Size16),
            Self::Strong => (FontWeight::Bold, RasterHeight::Size16),
            Self::Title => (FontWeight::Bold, RasterHeight::Size24),
        }
    }

    /// Pixels from one character to the next.
    pub fn advance(self) -> i32 {
        let (weight, height) = self.raster();
        get_raster_width(weight, height) as i32
    }

    /// Height of a cell in pixels.
    pub fn height(self) -> i32 {
        self.raster().1.val() as i32
    }

    /// Width of a text in pixels.
    pub fn width(self, text: &str) -> i32 {
        i32::try_from(text.chars().count()).unwrap_or(i32::MAX).saturating_mul(self.advance())
    }
}

impl Brush<'_> {
    /// Writes one line with its upper left corner at a place.
    pub fn text(&mut self, x: i32, y: i32, text: &str, face: Face, color: Color) {
        let (weight, height) = face.raster();
        for (n, letter) in (0..).zip(text.chars()) {
            let glyph = get_raster(letter, weight, height).or_else(|| get_raster('?', weight, height));
            let Some(glyph) = glyph.filter(|_| letter != ' ') else { continue };
            let left = x + n * face.advance();
            let cell = Rect::new(left, y, face.advance(), face.height());
            self.shade(cell, |px, py, under| {
                let row = glyph.raster().get((py - y) as usize);
                match row.and_then(|row| row.get((px - left) as usize)) {
                    None | Some(0) => under,
                    Some(&coverage) => mix(under, color, coverage),
                }
            });
        }
    }
}

/// Breaks a paragraph into lines of at most `columns` characters, between words. A longer word gets a line of its
/// own and is cut off by the clip.
pub fn wrap(paragraph: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut room = 0;
    for word in paragraph.split_whitespace() {
        let length = word.chars().count();
        match lines.last_mut() {
            Some(line) if length < room => {
                line.push(' ');
                line.push_str(word);
                room -= length + 1;
            }
            _ => {
                lines.push(word.to_owned());
                room = columns.saturating_sub(length);
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests;
