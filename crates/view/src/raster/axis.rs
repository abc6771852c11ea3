//! Which pixels of a picture make up a pixel of the canvas, along one axis.
//!
//! Invariants: all indices lie within the shown part of the picture (its outermost pixels stand for what would be
//! beyond), and they grow with the position on the canvas.

#[cfg(test)]
mod tests;

/// How pixels are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kernel {
    /// The one below the centre: each pixel shows up as often as every other.
    Nearest,
    /// The two around the centre.
    Linear,
    /// All that are covered, since two would skip some.
    Mean,
}

/// The way from canvas to picture along one axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Axis {
    pub kernel: Kernel,
    /// Left or upper edge on the canvas.
    to: i32,
    /// The same edge in the picture.
    start: f64,
    /// Pixels of the picture for one of the canvas.
    step: f64,
    /// First and last pixel of the picture that are shown.
    low: i32,
    high: i32,
}

/// The pixels of the picture for a range of the canvas, one after the other.
#[derive(Debug, Default)]
pub(super) struct Taps {
    /// For each pixel of the canvas: the first pixel, and how many.
    pub spans: Vec<(usize, usize)>,
    /// One for each pixel of the picture, span after span, in parts of 256; those of a span add up to 256.
    pub weights: Vec<u16>,
}

impl Axis {
    /// Shows `len` pixels of a picture of `picture` pixels, from `start` on, on `to_len` pixels from `to` on. `None`
    /// if there is nothing to be seen, or a number is none.
    pub fn new(start: f64, len: f64, picture: i32, to: i32, to_len: i32) -> Option<Self> {
        let step = len / f64::from(to_len);
        let usable = start.is_finite() && len.is_finite() && len > 0.0 && step > 0.0;
        if !usable || to_len <= 0 || picture <= 0 {
            return None;
        }
        let last = picture - 1;
        let low = (start.floor() as i32).clamp(0, last);
        let high = ((start + len).ceil() as i32).saturating_sub(1).clamp(low, last);
        let factor = f64::from(to_len) / len;
        let kernel = if is_whole(factor) && factor > 0.5 && is_whole(start * factor) {
            Kernel::Nearest
        } else if step < 2.0 {
            Kernel::Linear
        } else {
            Kernel::Mean
        };
        Some(Self { kernel, to, start, step, low, high })
    }

    /// The same way with the cheapest kernel.
    pub fn nearest(self) -> Self {
        Self { kernel: Kernel::Nearest, ..self }
    }

    /// First and last pixel of the picture that count for the pixel at `at`.
    pub fn span(&self, at: i32) -> (i32, i32) {
        let (first, last) = match self.kernel {
            Kernel::Nearest => {
                let it = self.centre(at).floor();
                (it, it)
            }
            Kernel::Linear => {
                let it = self.linear(at).0;
                (it, it + 1.0)
            }
            Kernel::Mean => {
                let (left, right) = self.edges(at);
                (left.floor(), right.ceil() - 1.0)
            }
        };
        (self.within(first), self.within(last))
    }

    /// The two pixels at `at` and how many of 256 parts the second one has.
    pub fn pair(&self, at: i32) -> (i32, i32, u16) {
        let (first, last) = self.span(at);
        if self.kernel == Kernel::Linear { (first, last, self.linear(at).1) } else { (first, last, 0) }
    }

    /// The pixels and weights for `len` pixels from `from` on, counted from pixel `origin` of the picture.
    pub fn taps(&self, from: i32, len: i32, origin: i32, out: &mut Taps) {
        out.spans.clear();
        out.weights.clear();
        for at in from..from.saturating_add(len) {
            let (first, last) = self.span(at);
            let start = out.weights.len();
            match self.kernel {
                Kernel::Linear if last > first => {
                    let second = self.pair(at).2;
                    out.weights.extend([256 - second, second]);
                }
                Kernel::Nearest | Kernel::Linear => out.weights.push(256),
                Kernel::Mean => self.cover(at, first, last, &mut out.weights),
            }
            out.spans.push(((first - origin).max(0) as usize, out.weights.len() - start));
        }
    }

    /// Adds how much of the pixel at `at` each of the pixels covers.
    fn cover(&self, at: i32, first: i32, last: i32, weights: &mut Vec<u16>) {
        let (left, right) = self.edges(at);
        let covered = |pixel: i32| {
            let pixel = f64::from(pixel);
            (right.min(pixel + 1.0) - left.max(pixel)).max(0.0)
        };
        let sum: f64 = (first..=last).map(covered).sum();
        if sum <= 0.0 {
            weights.push(256);
            return;
        }
        // The sum is rounded and not the weights, so that nothing is lost.
        let (mut so_far, mut given) = (0.0, 0);
        for pixel in first..=last {
            so_far += covered(pixel) / sum;
            let upto = if pixel == last { 256 } else { ((so_far * 256.0 + 0.5) as u16).min(256) };
            weights.push(upto - given);
            given = upto;
        }
    }

    fn centre(&self, at: i32) -> f64 {
        self.start + (f64::from(at) - f64::from(self.to) + 0.5) * self.step
    }

    fn edges(&self, at: i32) -> (f64, f64) {
        let at = f64::from(at) - f64::from(self.to);
        (self.start + at * self.step, self.start + (at + 1.0) * self.step)
    }

    fn linear(&self, at: i32) -> (f64, u16) {
        let position = self.centre(at) - 0.5;
        let first = position.floor();
        (first, ((position - first) * 256.0).round() as u16)
    }

    fn within(&self, pixel: f64) -> i32 {
        (pixel as i32).clamp(self.low, self.high)
    }
}

/// Whether it is a whole number, but for what dividing loses.
fn is_whole(value: f64) -> bool {
    (value - value.round()).abs() < 1e-6
}
