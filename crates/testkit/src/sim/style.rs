//! How the pixels of a surface are laid out and shown.

/// NV12: a plane of bytes, then one of byte pairs at half the resolution.
pub const NV12: u32 = u32::from_le_bytes(*b"NV12");
/// In no table: everything up to the pool's end is sent.
pub const UNKNOWN: u32 = 0xdead_beef;
/// ARGB, RGB565, RGB888, R8 and two with special rules.
pub const FORMATS: [(u32, usize); 6] = [
    (0, 4),
    (u32::from_le_bytes(*b"RG16"), 2),
    (u32::from_le_bytes(*b"RG24"), 3),
    (u32::from_le_bytes(*b"R8  "), 1),
    (NV12, 1),
    (UNKNOWN, 4),
];

/// Everything that says which byte is which pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Pixels of the buffer.
    pub width: usize,
    /// Pixels of the buffer.
    pub height: usize,
    /// `wl_shm.format`.
    pub format: u32,
    /// Buffer pixels for each surface pixel.
    pub scale: usize,
    /// `wl_output.transform`.
    pub transform: u32,
    /// The viewport's.
    pub destination: Option<(u32, u32)>,
}

impl Style {
    /// Four bytes a pixel, nothing turned.
    pub fn plain(width: usize, height: usize) -> Self {
        Self { width, height, format: 0, scale: 1, transform: 0, destination: None }
    }

    /// Bytes of a pixel of the first plane.
    pub fn pixel(&self) -> usize {
        FORMATS.iter().find(|(format, _)| *format == self.format).map_or(4, |(_, bytes)| *bytes)
    }

    /// The smallest stride.
    pub fn stride(&self) -> usize {
        self.width * self.pixel()
    }

    /// Rows of memory.
    fn lines(&self) -> usize {
        if self.format == NV12 { self.height + self.height / 2 } else { self.height }
    }

    /// Bytes from the first to the last row.
    pub fn extent(&self, stride: usize) -> usize {
        stride * self.lines()
    }

    /// Position and length of each row's pixels.
    pub fn rows(&self, stride: usize) -> impl Iterator<Item = (usize, usize)> + use<> {
        let len = self.stride();
        (0..self.lines()).map(move |line| (line * stride, len))
    }

    /// Bytes of all pixels.
    pub fn bytes(&self) -> usize {
        self.stride() * self.lines()
    }

    /// Its layout is not known, so that it reaches to the end of its pool.
    pub fn is_open(&self) -> bool {
        self.format == UNKNOWN
    }

    /// Both can use the same buffers.
    pub fn same_memory(&self, other: &Self) -> bool {
        (self.width, self.height, self.format) == (other.width, other.height, other.format)
    }

    /// A rectangle of the buffer (x, y, width, height) in coordinates of the surface, rounded outward. `None`
    /// where that is left to simpler damage.
    pub fn on_surface(
        &self,
        (x, y, w, h): (usize, usize, usize, usize),
    ) -> Option<(usize, usize, usize, usize)> {
        if self.destination.is_some() {
            return None;
        }
        let (width, height) = (self.width, self.height);
        // Corners as the compositor shows them: the inverse of what was done to the buffer.
        let (x1, y1) = (x + w, y + h);
        let (left, top, right, bottom) = match self.transform {
            0 => (x, y, x1, y1),
            1 => (height - y1, x, height - y, x1),
            2 => (width - x1, height - y1, width - x, height - y),
            3 => (y, width - x1, y1, width - x),
            4 => (width - x1, y, width - x, y1),
            5 => (y, x, y1, x1),
            6 => (x, height - y1, x1, height - y),
            _ => (height - y1, width - x1, height - y, width - x),
        };
        let s = self.scale;
        let (left, top, right, bottom) = (left / s, top / s, right.div_ceil(s), bottom.div_ceil(s));
        Some((left, top, right - left, bottom - top))
    }
}
