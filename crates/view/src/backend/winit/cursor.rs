//! How the pointer looks, in the host's terms.
//!
//! Invariant: a picture that the host cannot show becomes the host's own arrow, never nothing.

use winit::event_loop::ActiveEventLoop;
use winit::window::{CursorIcon, CustomCursor, Window};

use crate::effect::Cursor;
use crate::geometry::{Point, Size};

/// Pixels of either side of a picture.
const SIDE: i32 = 512;

/// A pointer that any window can be given.
#[derive(Clone, Debug)]
pub(super) enum Look {
    Hidden,
    Icon(CursorIcon),
    Custom(CustomCursor),
}

impl Default for Look {
    fn default() -> Self {
        Self::Icon(CursorIcon::Default)
    }
}

impl Look {
    /// Makes the pointer that a client wants, for windows of this scale (120ths).
    pub fn new(event_loop: &ActiveEventLoop, cursor: &Cursor, scale: u32) -> Self {
        match cursor {
            Cursor::Hidden => Self::Hidden,
            Cursor::Named(name) => Self::Icon(icon(name)),
            Cursor::Image { pixels, size, hotspot, scale: own } => {
                // AppKit takes pictures in logical pixels.
                let scale = if cfg!(target_vendor = "apple") { 120 } else { scale };
                let picture = Picture::new(pixels, *size, *hotspot, (scale, *own));
                let source = picture.and_then(|it| {
                    let (x, y) = it.hotspot;
                    CustomCursor::from_rgba(it.rgba, it.width, it.height, x, y).ok()
                });
                source.map_or_else(Self::default, |it| Self::Custom(event_loop.create_custom_cursor(it)))
            }
        }
    }

    /// Gives it to a window.
    pub fn show(&self, window: &Window) {
        window.set_cursor_visible(!matches!(self, Self::Hidden));
        match self {
            Self::Hidden => {}
            Self::Icon(icon) => window.set_cursor(*icon),
            Self::Custom(cursor) => window.set_cursor(cursor.clone()),
        }
    }
}

/// A name of CSS.
fn icon(name: &str) -> CursorIcon {
    name.parse().unwrap_or(CursorIcon::Default)
}

/// A picture as hosts take it: RGBA, not premultiplied.
#[derive(Debug, PartialEq, Eq)]
struct Picture {
    rgba: Vec<u8>,
    width: u16,
    height: u16,
    hotspot: (u16, u16),
}

impl Picture {
    /// `None` if there is no pixel. The second scale is that of the pixels, the first the one that is wanted.
    fn new(pixels: &[u32], size: Size, hotspot: Point, (want, have): (u32, u32)) -> Option<Self> {
        let (want, have) = (i64::from(want.max(1)), i64::from(have.max(1)));
        let scaled =
            |side: i32| ((i64::from(side) * want + have / 2) / have).clamp(1, i64::from(SIDE)) as i32;
        let whole = !size.is_empty() && size.width as usize * size.height as usize <= pixels.len();
        whole.then_some(())?;
        let to = Size::new(scaled(size.width), scaled(size.height));
        let mut rgba = Vec::with_capacity(to.width as usize * to.height as usize * 4);
        for y in 0..to.height {
            let from_y = (i64::from(y) * i64::from(size.height) / i64::from(to.height)) as usize;
            for x in 0..to.width {
                let from_x = (i64::from(x) * i64::from(size.width) / i64::from(to.width)) as usize;
                let pixel = pixels.get(from_y * size.width as usize + from_x).copied().unwrap_or(0);
                rgba.extend(straight(pixel));
            }
        }
        let spot = |at: i32, side: i32, to: i32| {
            (i64::from(at) * i64::from(to) / i64::from(side)).clamp(0, i64::from(to) - 1) as u16
        };
        let hotspot = (spot(hotspot.x, size.width, to.width), spot(hotspot.y, size.height, to.height));
        Some(Self { rgba, width: to.width as u16, height: to.height as u16, hotspot })
    }
}

/// A premultiplied `0xAARRGGBB` as straight RGBA.
fn straight(pixel: u32) -> [u8; 4] {
    let [alpha, red, green, blue] = pixel.to_be_bytes();
    let divide = |channel: u8| {
        let value = (u32::from(channel) * 255 + u32::from(alpha) / 2).checked_div(u32::from(alpha));
        value.unwrap_or(0).min(255) as u8
    };
    [divide(red), divide(green), divide(blue), alpha]
}

#[cfg(test)]
mod tests;
