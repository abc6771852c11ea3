//! A picture in memory and what can be drawn on it: antialiased by coverage, clipped, opaque as a whole.
//!
//! Not a graphics library: it has what the sample window needs. Invariant: nothing outside the clip of a brush is
//! touched, whatever the coordinates.

/// Blue, green, red and an unused byte: a pixel of `wl_shm`'s XRGB8888 as it lies in memory.
pub type Color = [u8; 4];

/// A colour from its usual six digits.
pub const fn rgb(hex: u32) -> Color {
    [(hex & 0xff) as u8, (hex >> 8 & 0xff) as u8, (hex >> 16 & 0xff) as u8, 0xff]
}

/// From `under` (0) to `over` (255).
#[inline]
pub fn mix(under: Color, over: Color, alpha: u8) -> Color {
    const EVERY_OTHER: u32 = 0x00ff_00ff;
    const HALF: u32 = 0x0080_0080;
    let (under, over) = (u32::from_le_bytes(under), u32::from_le_bytes(over));
    let alpha = u32::from(alpha);
    // Two channels at once, in the halves of a word. Exact division by 255, rounded: no sum exceeds 16 bits.
    let pair = |under: u32, over: u32| {
        let sum = (under & EVERY_OTHER) * (255 - alpha) + (over & EVERY_OTHER) * alpha + HALF;
        ((sum + (sum >> 8 & EVERY_OTHER)) >> 8) & EVERY_OTHER
    };
    let [blue, green, red, _] = (pair(under, over) | pair(under >> 8, over >> 8) << 8).to_le_bytes();
    [blue, green, red, 0xff]
}

/// How far it is. `hypot` is careful with numbers far larger than a picture, and slow.
fn length(dx: f32, dy: f32) -> f32 {
    (dx * dx + dy * dy).sqrt()
}

/// A rectangle of pixels. Without width or height it is empty.
#[derive(Copy, Clone, Debug, Default, Eq, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: i32,
    /// Upper edge.
    pub y: i32,
    /// Columns.
    pub w: i32,
    /// Rows.
    pub h: i32,
}

impl Rect {
    /// A rectangle; negative sizes become empty.
    pub fn new(x: i32, y: i32, w: i32, h: i32) -> Self {
        Self { x, y, w: w.max(0), h: h.max(0) }
    }

    /// The smallest that holds a circle, its soft edge included.
    pub fn around(x: f32, y: f32, radius: f32) -> Self {
        let (left, top) = ((x - radius - 1.0).floor(), (y - radius - 1.0).floor());
        let side = |from: f32, to: f32| (to + radius + 1.0).ceil() - from + 1.0;
        Self::new(left as i32, top as i32, side(left, x) as i32, side(top, y) as i32)
    }

    /// First column to the right of it.
    pub fn right(self) -> i32 {
        self.x.saturating_add(self.w)
    }

    /// First row below it.
    pub fn bottom(self) -> i32 {
        self.y.saturating_add(self.h)
    }

    /// Whether there is no pixel in it.
    pub fn is_empty(self) -> bool {
        self.w <= 0 || self.h <= 0
    }

    /// What both have.
    pub fn intersect(self, other: Self) -> Self {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        Self::new(x, y, self.right().min(other.right()) - x, self.bottom().min(other.bottom()) - y)
    }

    /// Smaller by so much on each side.
    pub fn inset(self, by: i32) -> Self {
        Self::new(self.x + by, self.y + by, self.w - 2 * by, self.h - 2 * by)
    }

    /// Whether the pixel is in it.
    #[cfg(test)]
    pub fn contains(self, x: i32, y: i32) -> bool {
        x >= self.x && y >= self.y && x < self.right() && y < self.bottom()
    }
}

/// An opaque picture.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Picture {
    width: i32,
    height: i32,
    pixels: Vec<Color>,
}

impl Picture {
    /// A picture of one colour. Sizes below one are one.
    pub fn new(width: i32, height: i32, color: Color) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        Self { width, height, pixels: vec![color; width as usize * height as usize] }
    }

    /// All of it.
    pub fn bounds(&self) -> Rect {
        Rect::new(0, 0, self.width, self.height)
    }

    /// The part of a row that lies between two columns; both are cut to the picture.
    pub fn row(&self, y: i32, x: i32, right: i32) -> &[Color] {
        let range = self.range(y, x, right);
        &self.pixels[range]
    }

    /// Likewise, to write.
    pub fn row_mut(&mut self, y: i32, x: i32, right: i32) -> &mut [Color] {
        let range = self.range(y, x, right);
        &mut self.pixels[range]
    }

    fn range(&self, y: i32, x: i32, right: i32) -> std::ops::Range<usize> {
        if y < 0 || y >= self.height {
            return 0..0;
        }
        let base = y as usize * self.width as usize;
        let (x, right) = (x.clamp(0, self.width), right.clamp(0, self.width));
        base + x as usize..base + right.max(x) as usize
    }

    /// The same rectangle of another picture of the same size.
    pub fn copy(&mut self, from: &Self, rect: Rect) {
        let rect = rect.intersect(self.bounds()).intersect(from.bounds());
        for y in rect.y..rect.bottom() {
            self.row_mut(y, rect.x, rect.right()).copy_from_slice(from.row(y, rect.x, rect.right()));
        }
    }

    /// A brush that only paints within `clip`.
    pub fn brush(&mut self, clip: Rect) -> Brush<'_> {
        let clip = clip.intersect(self.bounds());
        Brush { picture: self, clip }
    }
}

/// Paints on a picture, within a clip.
#[derive(Debug)]
pub struct Brush<'a> {
    picture: &'a mut Picture,
    clip: Rect,
}

impl Brush<'_> {
    /// The same brush with a smaller clip.
    pub fn within(&mut self, clip: Rect) -> Brush<'_> {
        Brush { clip: clip.intersect(self.clip), picture: self.picture }
    }

    /// Every pixel of `rect` becomes what `shade` makes of its place and its colour.
    pub fn shade(&mut self, rect: Rect, mut shade: impl FnMut(i32, i32, Color) -> Color) {
        let rect = rect.intersect(self.clip);
        for y in rect.y..rect.bottom() {
            for (x, pixel) in (rect.x..).zip(self.picture.row_mut(y, rect.x, rect.right())) {
                *pixel = shade(x, y, *pixel);
            }
        }
    }

    /// One colour.
    pub fn fill(&mut self, rect: Rect, color: Color) {
        let rect = rect.intersect(self.clip);
        for y in rect.y..rect.bottom() {
            self.picture.row_mut(y, rect.x, rect.right()).fill(color);
        }
    }

    /// Copies a row of pixels to a place.
    pub fn row(&mut self, x: i32, y: i32, pixels: &[Color]) {
        let width = i32::try_from(pixels.len()).unwrap_or(i32::MAX);
        let rect = Rect::new(x, y, width, 1).intersect(self.clip);
        if !rect.is_empty() {
            let skip = (rect.x - x) as usize;
            let row = self.picture.row_mut(y, rect.x, rect.right());
            row.copy_from_slice(&pixels[skip..skip + row.len()]);
        }
    }

    /// Paints wherever `distance` (in pixels from the edge, negative inside) says, with a soft edge one pixel wide.
    fn shape(&mut self, rect: Rect, color: Color, alpha: f32, distance: impl Fn(f32, f32) -> f32) {
        self.shade(rect, |x, y, under| {
            let coverage = (0.5 - distance(x as f32 + 0.5, y as f32 + 0.5)).clamp(0.0, 1.0);
            if coverage > 0.0 { mix(under, color, (coverage * alpha * 255.0) as u8) } else { under }
        });
    }

    /// A rectangle with round corners.
    pub fn rounded(&mut self, rect: Rect, radius: f32, color: Color, alpha: f32) {
        let (w, h) = (rect.w as f32 / 2.0, rect.h as f32 / 2.0);
        let (cx, cy) = (rect.x as f32 + w, rect.y as f32 + h);
        let radius = radius.min(w).min(h);
        self.shape(rect, color, alpha, |x, y| {
            let (dx, dy) = ((x - cx).abs() - w + radius, (y - cy).abs() - h + radius);
            length(dx.max(0.0), dy.max(0.0)) + dx.max(dy).min(0.0) - radius
        });
    }

    /// A filled circle.
    pub fn disc(&mut self, x: f32, y: f32, radius: f32, color: Color, alpha: f32) {
        self.shape(Rect::around(x, y, radius), color, alpha, |px, py| length(px - x, py - y) - radius);
    }

    /// A circle's line; `radius` is that of its middle.
    pub fn ring(&mut self, x: f32, y: f32, radius: f32, width: f32, color: Color, alpha: f32) {
        self.shape(Rect::around(x, y, radius + width), color, alpha, |px, py| {
            (length(px - x, py - y) - radius).abs() - width / 2.0
        });
    }

    /// A light that fades towards `radius`.
    pub fn glow(&mut self, x: f32, y: f32, radius: f32, color: Color, alpha: f32) {
        self.shade(Rect::around(x, y, radius), |px, py, under| {
            let distance = length(px as f32 + 0.5 - x, py as f32 + 0.5 - y) / radius;
            let light = (1.0 - distance).max(0.0);
            mix(under, color, (light * light * alpha * 255.0) as u8)
        });
    }
}

#[cfg(test)]
mod tests;
