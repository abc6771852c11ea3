//! How pixels lie in a client's memory, and their conversion to ours.
//!
//! Facts: `wl_shm.format` for the codes, the kernel's `drm_fourcc.h` for the layouts (all little-endian). What it is
//! not: colour management; half floats are taken as values on the same scale as bytes. Invariants: rounding is to the
//! nearest value, so a colour that was not above its alpha still is not; what has no alpha becomes opaque.

#[cfg(test)]
mod tests;

use crate::descriptor::Memory;
use crate::geometry::Size;

/// Where a picture lies in shared memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Of its first byte.
    pub offset: u64,
    /// Bytes from one row to the next.
    pub stride: u32,
    /// Pixels, as stored.
    pub size: Size,
    /// What a pixel is.
    pub format: Format,
}

impl Layout {
    /// Bytes from the start of the memory to the end of the last row; `None` if that is beyond all numbers.
    #[must_use]
    pub fn end(&self) -> Option<u64> {
        if self.size.is_empty() {
            return Some(self.offset);
        }
        let rows = u64::from(self.size.height.unsigned_abs() - 1);
        let last = u64::from(self.size.width.unsigned_abs()) * self.format.bytes_per_pixel() as u64;
        (rows * u64::from(self.stride)).checked_add(last)?.checked_add(self.offset)
    }

    /// Whether all of it is within the memory.
    #[must_use]
    pub fn fits(&self, memory: &dyn Memory) -> bool {
        self.end().is_some_and(|end| end <= memory.len())
    }
}

macro_rules! formats {
    ($($(#[$doc:meta])* $name:ident = $fourcc:literal, $bytes:literal, $alpha:literal;)*) => {
        /// Layouts of pixels, named as in `drm_fourcc.h`: the highest bits of the little-endian number come first.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Format {
            $($(#[$doc])* $name,)*
        }

        impl Format {
            /// All that can be drawn; the two that every compositor must offer come first.
            #[must_use]
            pub const fn all() -> &'static [Self] {
                &[$(Self::$name),*]
            }

            /// The code in `drm_fourcc.h`.
            #[must_use]
            pub const fn fourcc(self) -> u32 {
                match self {
                    $(Self::$name => u32::from_le_bytes(*$fourcc),)*
                }
            }

            /// Bytes of a pixel.
            #[must_use]
            pub const fn bytes_per_pixel(self) -> usize {
                match self {
                    $(Self::$name => $bytes,)*
                }
            }

            /// Whether pixels can be translucent.
            #[must_use]
            pub const fn has_alpha(self) -> bool {
                match self {
                    $(Self::$name => $alpha,)*
                }
            }
        }
    };
}

formats! {
    /// `[31:0] A:R:G:B 8:8:8:8`.
    Argb8888 = b"AR24", 4, true;
    /// `[31:0] x:R:G:B 8:8:8:8`.
    Xrgb8888 = b"XR24", 4, false;
    /// `[31:0] A:B:G:R 8:8:8:8`.
    Abgr8888 = b"AB24", 4, true;
    /// `[31:0] x:B:G:R 8:8:8:8`.
    Xbgr8888 = b"XB24", 4, false;
    /// `[31:0] R:G:B:A 8:8:8:8`.
    Rgba8888 = b"RA24", 4, true;
    /// `[31:0] R:G:B:x 8:8:8:8`.
    Rgbx8888 = b"RX24", 4, false;
    /// `[31:0] B:G:R:A 8:8:8:8`.
    Bgra8888 = b"BA24", 4, true;
    /// `[31:0] B:G:R:x 8:8:8:8`.
    Bgrx8888 = b"BX24", 4, false;
    /// `[23:0] R:G:B 8:8:8`.
    Rgb888 = b"RG24", 3, false;
    /// `[23:0] B:G:R 8:8:8`.
    Bgr888 = b"BG24", 3, false;
    /// `[15:0] R:G:B 5:6:5`.
    Rgb565 = b"RG16", 2, false;
    /// `[15:0] B:G:R 5:6:5`.
    Bgr565 = b"BG16", 2, false;
    /// `[15:0] A:R:G:B 1:5:5:5`.
    Argb1555 = b"AR15", 2, true;
    /// `[15:0] x:R:G:B 1:5:5:5`.
    Xrgb1555 = b"XR15", 2, false;
    /// `[15:0] A:R:G:B 4:4:4:4`.
    Argb4444 = b"AR12", 2, true;
    /// `[15:0] x:R:G:B 4:4:4:4`.
    Xrgb4444 = b"XR12", 2, false;
    /// `[31:0] A:R:G:B 2:10:10:10`.
    Argb2101010 = b"AR30", 4, true;
    /// `[31:0] x:R:G:B 2:10:10:10`.
    Xrgb2101010 = b"XR30", 4, false;
    /// `[31:0] A:B:G:R 2:10:10:10`.
    Abgr2101010 = b"AB30", 4, true;
    /// `[31:0] x:B:G:R 2:10:10:10`.
    Xbgr2101010 = b"XB30", 4, false;
    /// `[63:0] A:B:G:R 16:16:16:16`.
    Abgr16161616 = b"AB48", 8, true;
    /// `[63:0] x:B:G:R 16:16:16:16`.
    Xbgr16161616 = b"XB48", 8, false;
    /// `[63:0] A:B:G:R 16:16:16:16`, IEEE 754 half floats.
    Abgr16161616F = b"AB4H", 8, true;
    /// `[63:0] x:B:G:R 16:16:16:16`, IEEE 754 half floats.
    Xbgr16161616F = b"XB4H", 8, false;
    /// `[7:0] R`, shown as grey.
    R8 = b"R8  ", 1, false;
}

impl Format {
    /// From a value of `wl_shm.format`.
    #[must_use]
    pub fn from_shm(code: u32) -> Option<Self> {
        Self::all().iter().copied().find(|format| format.code() == code)
    }

    /// From a code of `drm_fourcc.h`, as `zwp_linux_dmabuf_v1` uses them.
    #[must_use]
    pub fn from_fourcc(code: u32) -> Option<Self> {
        Self::all().iter().copied().find(|format| format.fourcc() == code)
    }

    /// The value of `wl_shm.format`.
    #[must_use]
    pub const fn code(self) -> u32 {
        match self {
            Self::Argb8888 => 0,
            Self::Xrgb8888 => 1,
            other => other.fourcc(),
        }
    }

    /// Whether its pixels are, as little-endian numbers, those of a canvas, but for the alpha perhaps.
    pub(super) const fn is_native(self) -> bool {
        matches!(self, Self::Argb8888 | Self::Xrgb8888)
    }

    /// Converts a row to premultiplied `0xAARRGGBB`; as many pixels as both sides have.
    pub(super) fn convert(self, from: &[u8], to: &mut [u32]) {
        match self {
            Self::Argb8888 => each(from, to, u32::from_le_bytes),
            Self::Xrgb8888 => each(from, to, |it| OPAQUE | u32::from_le_bytes(it)),
            Self::Abgr8888 => each(from, to, |it| u32::from_be_bytes(it).rotate_right(8)),
            Self::Xbgr8888 => each(from, to, |it| OPAQUE | u32::from_be_bytes(it).rotate_right(8)),
            Self::Rgba8888 => each(from, to, |it| u32::from_le_bytes(it).rotate_right(8)),
            Self::Rgbx8888 => each(from, to, |it| OPAQUE | (u32::from_le_bytes(it) >> 8)),
            Self::Bgra8888 => each(from, to, u32::from_be_bytes),
            Self::Bgrx8888 => each(from, to, |it| OPAQUE | u32::from_be_bytes(it)),
            Self::Rgb888 => each(from, to, |[b, g, r]: [u8; 3]| u32::from_be_bytes([255, r, g, b])),
            Self::Bgr888 => each(from, to, |[r, g, b]: [u8; 3]| u32::from_be_bytes([255, r, g, b])),
            Self::R8 => each(from, to, |[v]: [u8; 1]| u32::from_be_bytes([255, v, v, v])),
            Self::Rgb565 => each(from, to, |it| rgb565(it, 11, 0)),
            Self::Bgr565 => each(from, to, |it| rgb565(it, 0, 11)),
            Self::Argb1555 => each(from, to, |it| rgb555(it) | (u32::from(it[1] >> 7) * OPAQUE)),
            Self::Xrgb1555 => each(from, to, |it| rgb555(it) | OPAQUE),
            Self::Argb4444 => each(from, to, argb4444),
            Self::Xrgb4444 => each(from, to, |it| argb4444(it) | OPAQUE),
            Self::Argb2101010 => each(from, to, |it| argb2101010(it, 20, 0)),
            Self::Xrgb2101010 => each(from, to, |it| argb2101010(it, 20, 0) | OPAQUE),
            Self::Abgr2101010 => each(from, to, |it| argb2101010(it, 0, 20)),
            Self::Xbgr2101010 => each(from, to, |it| argb2101010(it, 0, 20) | OPAQUE),
            Self::Abgr16161616 => each(from, to, |it| abgr16(it, |v| unorm::<65535>(v.into()))),
            Self::Xbgr16161616 => each(from, to, |it| abgr16(it, |v| unorm::<65535>(v.into())) | OPAQUE),
            Self::Abgr16161616F => each(from, to, |it| abgr16(it, half)),
            Self::Xbgr16161616F => each(from, to, |it| abgr16(it, half) | OPAQUE),
        }
    }
}

/// Full alpha and no colour.
pub(super) const OPAQUE: u32 = 0xff00_0000;

fn each<const N: usize>(from: &[u8], to: &mut [u32], convert: impl Fn([u8; N]) -> u32) {
    for (bytes, pixel) in from.chunks_exact(N).zip(to) {
        if let Ok(bytes) = bytes.try_into() {
            *pixel = convert(bytes);
        }
    }
}

/// The byte nearest to `value / MAX`.
const fn unorm<const MAX: u32>(value: u32) -> u32 {
    (value * 255 + MAX / 2) / MAX
}

const fn rgb565(bytes: [u8; 2], red: u32, blue: u32) -> u32 {
    let value = u16::from_le_bytes(bytes) as u32;
    let (red, green, blue) = ((value >> red) & 31, (value >> 5) & 63, (value >> blue) & 31);
    OPAQUE | (unorm::<31>(red) << 16) | (unorm::<63>(green) << 8) | unorm::<31>(blue)
}

const fn rgb555(bytes: [u8; 2]) -> u32 {
    let value = u16::from_le_bytes(bytes) as u32;
    let (red, green, blue) = ((value >> 10) & 31, (value >> 5) & 31, value & 31);
    (unorm::<31>(red) << 16) | (unorm::<31>(green) << 8) | unorm::<31>(blue)
}

const fn argb4444(bytes: [u8; 2]) -> u32 {
    let value = u16::from_le_bytes(bytes) as u32;
    let apart = ((value & 0xf000) << 12) | ((value & 0xf00) << 8) | ((value & 0xf0) << 4) | (value & 0xf);
    apart * 17
}

const fn argb2101010(bytes: [u8; 4], red: u32, blue: u32) -> u32 {
    let value = u32::from_le_bytes(bytes);
    let (red, green, blue) = ((value >> red) & 1023, (value >> 10) & 1023, (value >> blue) & 1023);
    ((value >> 30) * 85) << 24
        | (unorm::<1023>(red) << 16)
        | (unorm::<1023>(green) << 8)
        | unorm::<1023>(blue)
}

fn abgr16(bytes: [u8; 8], convert: impl Fn(u16) -> u32) -> u32 {
    let [r0, r1, g0, g1, b0, b1, a0, a1] = bytes;
    let channel = |low, high| convert(u16::from_le_bytes([low, high]));
    (channel(a0, a1) << 24) | (channel(r0, r1) << 16) | (channel(g0, g1) << 8) | channel(b0, b1)
}

/// A half float from 0 to 1 as a byte; what is outside goes to the nearest end, and what is no number to 0.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn half(bits: u16) -> u32 {
    let fraction = f32::from(bits & 0x3ff);
    let exponent = i32::from((bits >> 10) & 31);
    if bits & 0x8000 != 0 || (exponent == 31 && fraction != 0.0) {
        return 0;
    }
    let value = if exponent == 0 {
        fraction * 2f32.powi(-24)
    } else {
        (1.0 + fraction / 1024.0) * 2f32.powi(exponent - 15)
    };
    (value.min(1.0) * 255.0 + 0.5) as u32
}
