//! Pictures of a screen: reading, comparing, keeping. Not a renderer.
//!
//! Invariant: `rgb.len() == 3 * width * height`.

use super::RealError;
use super::error::Doing;
use std::fmt;
use std::fs::File;
use std::io::{BufWriter, Cursor};
use std::path::Path;

/// A picture, 8 bits a channel, rows from the top, no padding.
#[derive(Clone, PartialEq, Eq)]
pub struct Image {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    rgb: Vec<u8>,
}

/// A rectangle in pixels: the corner and the size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rect {
    /// Left edge.
    pub x: u32,
    /// Upper edge.
    pub y: u32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

/// How two pictures differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The sizes: first and second picture.
    Size((u32, u32), (u32, u32)),
    /// Some pixels.
    Pixels {
        /// The smallest rectangle around them.
        within: Rect,
        /// How many.
        count: usize,
        /// The largest difference of a channel.
        worst: u8,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Difference::Size(a, b) => write!(f, "size {}x{} against {}x{}", a.0, a.1, b.0, b.1),
            Difference::Pixels { within: r, count, worst } => write!(
                f,
                "{count} pixels in {}x{} at ({}, {}), by up to {worst}",
                r.width, r.height, r.x, r.y
            ),
        }
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Image({}x{})", self.width, self.height)
    }
}

impl Image {
    /// A picture from rows of red, green and blue; `None` unless `rgb` has the right length.
    pub fn new(width: u32, height: u32, rgb: Vec<u8>) -> Option<Self> {
        let size = 3usize.checked_mul(width as usize)?.checked_mul(height as usize)?;
        (rgb.len() == size).then_some(Image { width, height, rgb })
    }

    /// Reads a binary PPM (`P6`, maximum 255), as `grim -t ppm` writes it.
    pub fn from_ppm(bytes: &[u8]) -> Result<Self, RealError> {
        let mut at = 0;
        let mut word = || {
            let start = at + bytes.get(at..)?.iter().position(|b| !b.is_ascii_whitespace())?;
            let len = bytes[start..].iter().position(u8::is_ascii_whitespace)?;
            at = start + len;
            std::str::from_utf8(&bytes[start..at]).ok()
        };
        let header = (word(), word(), word(), word());
        let (Some("P6"), Some(width), Some(height), Some("255")) = header else {
            return Err(RealError::Picture("not a P6 header"));
        };
        let (Ok(width), Ok(height)) = (width.parse(), height.parse()) else {
            return Err(RealError::Picture("not a size"));
        };
        let rows = bytes.get(at + 1..).unwrap_or_default().to_vec();
        Image::new(width, height, rows).ok_or(RealError::Picture("PPM cut short"))
    }

    /// Reads a PNG with 8 bits a channel, with or without alpha; alpha is ignored, for screens are opaque.
    pub fn from_png(bytes: &[u8]) -> Result<Self, RealError> {
        let mut decoder = png::Decoder::new(Cursor::new(bytes));
        decoder.set_transformations(png::Transformations::normalize_to_color8());
        let mut reader = decoder.read_info().map_err(|_| RealError::Picture("not a PNG"))?;
        let size = reader.output_buffer_size().ok_or(RealError::Picture("PNG too large"))?;
        let mut raw = vec![0; size];
        let info = reader.next_frame(&mut raw).map_err(|_| RealError::Picture("PNG damaged"))?;
        raw.truncate(info.buffer_size());
        let rgb = match info.color_type {
            png::ColorType::Rgb => raw,
            png::ColorType::Rgba => opaque(raw),
            _ => return Err(RealError::Picture("PNG colour type")),
        };
        Image::new(info.width, info.height, rgb).ok_or(RealError::Picture("PNG cut short"))
    }

    /// The pixel at (x, y); `None` outside.
    pub fn pixel(&self, x: u32, y: u32) -> Option<[u8; 3]> {
        if x >= self.width || y >= self.height {
            return None;
        }
        let at = 3 * (y as usize * self.width as usize + x as usize);
        self.rgb.get(at..at + 3)?.try_into().ok()
    }

    /// What differs between `self` and `other`, ignoring differences of a channel up to `tolerance`.
    pub fn difference(&self, other: &Image, tolerance: u8) -> Option<Difference> {
        if (self.width, self.height) != (other.width, other.height) {
            return Some(Difference::Size((self.width, self.height), (other.width, other.height)));
        }
        // Most pictures are equal, and comparing bytes is quick even without optimisation.
        if self.rgb == other.rgb {
            return None;
        }
        let (mut left, mut top, mut right, mut bottom) = (u32::MAX, u32::MAX, 0, 0);
        let (mut count, mut worst) = (0, 0);
        for (at, (a, b)) in self.rgb.chunks_exact(3).zip(other.rgb.chunks_exact(3)).enumerate() {
            let by = a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0);
            if by > tolerance {
                let (x, y) = (at as u32 % self.width, at as u32 / self.width);
                (left, top) = (left.min(x), top.min(y));
                (right, bottom) = (right.max(x), bottom.max(y));
                count += 1;
                worst = worst.max(by);
            }
        }
        let rect = || Rect { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
        (count > 0).then(|| Difference::Pixels { within: rect(), count, worst })
    }

    /// The smallest rectangle that holds all that differs from `blank`: the window on an empty screen.
    pub fn window(&self, blank: &Image) -> Option<Rect> {
        match self.difference(blank, 0)? {
            Difference::Size(..) => None,
            Difference::Pixels { within, .. } => Some(within),
        }
    }

    /// Writes a PNG.
    pub fn save(&self, path: &Path) -> Result<(), RealError> {
        let file = File::create(path).doing(format!("create {}", path.display()))?;
        let mut encoder = png::Encoder::new(BufWriter::new(file), self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().map_err(|_| RealError::Picture("cannot write PNG"))?;
        writer.write_image_data(&self.rgb).map_err(|_| RealError::Picture("cannot write PNG"))
    }
}

/// Drops the alpha of every pixel.
fn opaque(mut rgba: Vec<u8>) -> Vec<u8> {
    let pixels = rgba.len() / 4;
    for at in 1..pixels {
        rgba.copy_within(4 * at..4 * at + 3, 3 * at);
    }
    rgba.truncate(3 * pixels);
    rgba
}

#[cfg(test)]
mod tests;
