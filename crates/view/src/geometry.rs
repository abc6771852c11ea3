//! Points, sizes, rectangles and sets of rectangles, in whatever pixels the user of them means.
//!
//! Invariant: arithmetic saturates, so no number that a client sends can wrap around or panic.

#[cfg(test)]
mod tests;

/// A position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Point {
    /// Rightwards.
    pub x: i32,
    /// Downwards.
    pub y: i32,
}

/// A width and a height; negative ones count as empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Size {
    /// Pixels across.
    pub width: i32,
    /// Pixels down.
    pub height: i32,
}

/// A rectangle: its right and lower edges are just outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rect {
    /// Left edge.
    pub x: i32,
    /// Upper edge.
    pub y: i32,
    /// Pixels across.
    pub width: i32,
    /// Pixels down.
    pub height: i32,
}

impl Point {
    /// A position.
    #[must_use]
    pub const fn new(x: i32, y: i32) -> Self {
        Self { x, y }
    }

    /// Moved by another.
    #[must_use]
    pub const fn plus(self, by: Self) -> Self {
        Self { x: self.x.saturating_add(by.x), y: self.y.saturating_add(by.y) }
    }

    /// Moved back by another.
    #[must_use]
    pub const fn minus(self, by: Self) -> Self {
        Self { x: self.x.saturating_sub(by.x), y: self.y.saturating_sub(by.y) }
    }
}

impl Size {
    /// A width and a height.
    #[must_use]
    pub const fn new(width: i32, height: i32) -> Self {
        Self { width, height }
    }

    /// Whether it has no pixel.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.width <= 0 || self.height <= 0
    }

    /// The rectangle of this size at the origin.
    #[must_use]
    pub const fn rect(self) -> Rect {
        Rect { x: 0, y: 0, width: self.width, height: self.height }
    }
}

impl Rect {
    /// From the left upper corner and the size.
    #[must_use]
    pub const fn new(x: i32, y: i32, width: i32, height: i32) -> Self {
        Self { x, y, width, height }
    }

    /// From edges; empty if they are the wrong way round.
    #[must_use]
    pub const fn from_edges(left: i32, top: i32, right: i32, bottom: i32) -> Self {
        Self { x: left, y: top, width: right.saturating_sub(left), height: bottom.saturating_sub(top) }
    }

    /// Just outside, to the right.
    #[must_use]
    pub const fn right(self) -> i32 {
        self.x.saturating_add(self.width)
    }

    /// Just outside, below.
    #[must_use]
    pub const fn bottom(self) -> i32 {
        self.y.saturating_add(self.height)
    }

    /// Its left upper corner.
    #[must_use]
    pub const fn origin(self) -> Point {
        Point { x: self.x, y: self.y }
    }

    /// Its size.
    #[must_use]
    pub const fn size(self) -> Size {
        Size { width: self.width, height: self.height }
    }

    /// Whether it has no pixel.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.width <= 0 || self.height <= 0
    }

    /// Moved.
    #[must_use]
    pub const fn moved(self, by: Point) -> Self {
        Self { x: self.x.saturating_add(by.x), y: self.y.saturating_add(by.y), ..self }
    }

    /// With so many pixels more on each side.
    #[must_use]
    pub const fn grown(self, by: i32) -> Self {
        Self::from_edges(
            self.x.saturating_sub(by),
            self.y.saturating_sub(by),
            self.right().saturating_add(by),
            self.bottom().saturating_add(by),
        )
    }

    /// What both have; empty if that is nothing.
    #[must_use]
    pub fn intersect(self, other: Self) -> Self {
        let both = Self::from_edges(
            self.x.max(other.x),
            self.y.max(other.y),
            self.right().min(other.right()),
            self.bottom().min(other.bottom()),
        );
        if both.is_empty() { Self::default() } else { both }
    }

    /// The smallest one around both; an empty one does not count.
    #[must_use]
    pub fn around(self, other: Self) -> Self {
        if self.is_empty() {
            return other;
        }
        if other.is_empty() {
            return self;
        }
        Self::from_edges(
            self.x.min(other.x),
            self.y.min(other.y),
            self.right().max(other.right()),
            self.bottom().max(other.bottom()),
        )
    }

    /// Whether the pixel is inside.
    #[must_use]
    pub const fn has(self, point: Point) -> bool {
        point.x >= self.x && point.y >= self.y && point.x < self.right() && point.y < self.bottom()
    }

    /// Whether all of `other` is inside; an empty one always is.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        other.is_empty() || self.intersect(other) == other
    }
}

/// A set of pixels, kept as rectangles that do not overlap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Area {
    rects: Vec<Rect>,
}

impl From<Rect> for Area {
    fn from(rect: Rect) -> Self {
        let mut area = Self::default();
        area.add(rect);
        area
    }
}

impl Area {
    /// The rectangles, none of them empty, in no order.
    #[must_use]
    pub fn rects(&self) -> &[Rect] {
        &self.rects
    }

    /// Whether it has no pixel.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rects.is_empty()
    }

    /// Removes everything.
    pub fn clear(&mut self) {
        self.rects.clear();
    }

    /// Adds a rectangle.
    pub fn add(&mut self, rect: Rect) {
        if rect.is_empty() || self.rects.iter().any(|it| it.covers(rect)) {
            return;
        }
        self.subtract(rect);
        self.rects.push(rect);
    }

    /// Takes a rectangle away.
    pub fn subtract(&mut self, rect: Rect) {
        if !self.rects.iter().any(|it| !it.intersect(rect).is_empty()) {
            return;
        }
        let mut left = Vec::with_capacity(self.rects.len() + 3);
        for it in self.rects.drain(..) {
            split(it, rect, &mut left);
        }
        self.rects = left;
    }

    /// Whether the pixel is in it.
    #[must_use]
    pub fn has(&self, point: Point) -> bool {
        self.rects.iter().any(|rect| rect.has(point))
    }

    /// Whether all of a rectangle is in it.
    #[must_use]
    pub fn covers(&self, rect: Rect) -> bool {
        let mut rest = Self { rects: vec![rect] };
        self.rects.iter().for_each(|it| rest.subtract(*it));
        rest.rects.iter().all(|it| it.is_empty())
    }

    /// Cuts off everything outside of a rectangle.
    pub fn clip(&mut self, to: Rect) {
        self.rects.iter_mut().for_each(|it| *it = it.intersect(to));
        self.rects.retain(|it| !it.is_empty());
    }

    /// The smallest rectangle around everything.
    #[must_use]
    pub fn bounds(&self) -> Rect {
        self.rects.iter().fold(Rect::default(), |sum, it| sum.around(*it))
    }

    /// Moves everything.
    pub fn shift(&mut self, by: Point) {
        self.rects.iter_mut().for_each(|it| *it = it.moved(by));
    }

    /// Gives up precision where there are more rectangles than `most`: the set becomes its bounds.
    pub fn simplify(&mut self, most: usize) {
        if self.rects.len() > most {
            self.rects = vec![self.bounds()];
        }
    }
}

/// The up to four parts of `whole` outside of `hole`.
fn split(whole: Rect, hole: Rect, out: &mut Vec<Rect>) {
    let cut = whole.intersect(hole);
    if cut.is_empty() {
        out.push(whole);
        return;
    }
    let parts = [
        Rect::from_edges(whole.x, whole.y, whole.right(), cut.y),
        Rect::from_edges(whole.x, cut.bottom(), whole.right(), whole.bottom()),
        Rect::from_edges(whole.x, cut.y, cut.x, cut.bottom()),
        Rect::from_edges(cut.right(), cut.y, whole.right(), cut.bottom()),
    ];
    out.extend(parts.into_iter().filter(|part| !part.is_empty()));
}
