//! What the application draws: pages that are made before any clock runs, and which part of them a frame shows.
//!
//! Pure but for the memory that is drawn into. Invariant: what a frame looks like depends on the workload and the
//! frame's number only, not on what the buffer held before.

use farway_sys::mem::{Region, RegionError};

use super::{Random, mix};

/// Pixels in a row of the display, and of all windows but [`Workload::Large`].
pub const WIDTH: usize = 1280;
/// Rows of them.
pub const HEIGHT: usize = 720;
/// Bytes of a row.
const STRIDE: usize = WIDTH * 4;
/// Bytes of a frame.
const FRAME: usize = STRIDE * HEIGHT;
/// Width and height of a large window.
const LARGE: (usize, usize) = (3840, 2160);
/// Bytes of a row of its half that moves.
const HALF: usize = LARGE.0 / 2 * 4;

/// Width and height of a character.
const CELL: (usize, usize) = (8, 16);
/// Rows of a line of text.
const LINE: usize = 20;
/// Rows after which the text begins anew, so that it can be scrolled without end.
const PERIOD: usize = 4 * HEIGHT;
/// How many photographs there are.
const PHOTOS: usize = 4;

/// The part of the window that scrolls in [`Workload::Pane`]: x, y, width, height.
const PANE: (usize, usize, usize, usize) = (320, 80, 640, 560);

/// What changes from one frame to the next.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub enum Workload {
    /// One character cell, the next each time.
    Typing,
    /// One character cell, always the same: a cursor that fades in and out.
    Cursor,
    /// A page of text moves up by 20 rows.
    Scroll,
    /// Text moves up in a part of the window, and a line of text elsewhere changes.
    Pane,
    /// Everything, smooth with a little noise, as photographs are.
    Photo,
    /// Everything, and it does not compress.
    Noise,
    /// A page of text moves up in one half of a window of 3840x2160.
    Large,
}

impl Workload {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Typing, Self::Cursor, Self::Scroll, Self::Pane, Self::Photo, Self::Noise, Self::Large];

    /// Width and height of its window.
    #[must_use]
    pub fn size(self) -> (usize, usize) {
        if self == Self::Large { LARGE } else { (WIDTH, HEIGHT) }
    }

    /// Bytes of a row of its window.
    pub(super) fn stride(self) -> usize {
        self.size().0 * 4
    }

    /// Bytes of its window.
    pub(super) fn bytes(self) -> usize {
        self.stride() * self.size().1
    }
}

/// A rectangle in pixels: x, y, width, height.
pub(super) type Rect = (i32, i32, i32, i32);

fn rect((x, y, w, h): (usize, usize, usize, usize)) -> Rect {
    (x as i32, y as i32, w as i32, h as i32)
}

/// Pages and how to draw from them.
#[derive(Debug)]
pub(super) struct Canvas {
    pub workload: Workload,
    page: Vec<u8>,
    scratch: Vec<u8>,
}

impl Canvas {
    /// `page` is that of the same workload.
    pub fn new(workload: Workload, page: Vec<u8>) -> Self {
        Self { workload, page, scratch: Vec::new() }
    }

    /// Draws `frame` into a buffer that begins at `base` and shows the frame `held` (nothing if zero). Returns what
    /// differs from the frame before.
    pub fn draw(
        &mut self,
        region: &Region,
        base: u64,
        held: u64,
        frame: u64,
    ) -> Result<Vec<Rect>, RegionError> {
        let full = vec![rect((0, 0, WIDTH, HEIGHT))];
        let at = frame as usize;
        match self.workload {
            Workload::Scroll => {
                let from = at * LINE % PERIOD * STRIDE;
                region.write(base, &self.page[from..from + FRAME])?;
                return Ok(full);
            }
            Workload::Photo => {
                let from = at % PHOTOS * FRAME;
                region.write(base, &self.page[from..from + FRAME])?;
                return Ok(full);
            }
            Workload::Noise => {
                let key = mix(frame).to_le_bytes();
                self.scratch.resize(FRAME, 0);
                for (new, old) in self.scratch.chunks_exact_mut(8).zip(self.page.chunks_exact(8)) {
                    let mut word = [0; 8];
                    word.copy_from_slice(old);
                    let mixed = u64::from_le_bytes(word) ^ u64::from_le_bytes(key);
                    new.copy_from_slice(&mixed.to_le_bytes());
                }
                region.write(base, &self.scratch)?;
                return Ok(full);
            }
            Workload::Large => return self.half(region, base, (held, frame)),
            Workload::Typing | Workload::Cursor | Workload::Pane => {}
        }
        if held == 0 {
            region.write(base, &self.page[..FRAME])?;
        }
        let damage = match self.workload {
            Workload::Typing => {
                let first = if held == 0 { 1 } else { held + 1 };
                for frame in first..=frame {
                    self.character(region, base, cell(frame as usize), frame)?;
                }
                let (x, y) = cell(at);
                vec![rect((x, y, CELL.0, CELL.1))]
            }
            Workload::Cursor => {
                self.block(region, base, (400, 320), [0x20, 0x80, 0xe0][at % 3])?;
                vec![rect((400, 320, CELL.0, CELL.1))]
            }
            _ => self.pane(region, base, frame)?,
        };
        Ok(if frame == 1 { full } else { damage })
    }

    fn half(&self, region: &Region, base: u64, (held, frame): (u64, u64)) -> Result<Vec<Rect>, RegionError> {
        let (width, height) = LARGE;
        if held == 0 {
            region.write(base, &vec![0xff; self.workload.bytes()])?;
        }
        let from = frame as usize * LINE % PERIOD;
        for (row, pixels) in self.page.chunks_exact(HALF).skip(from).take(height).enumerate() {
            region.write(base + (row * self.workload.stride()) as u64, pixels)?;
        }
        Ok(vec![rect((0, 0, if frame == 1 { width } else { width / 2 }, height))])
    }

    /// A character at x, y: which one depends on `salt`.
    fn character(
        &self,
        region: &Region,
        base: u64,
        (x, y): (usize, usize),
        salt: u64,
    ) -> Result<(), RegionError> {
        let glyph = mix(salt);
        for row in 0..CELL.1 {
            let mut pixels = [0xff_u8; CELL.0 * 4];
            for (column, pixel) in pixels.chunks_exact_mut(4).enumerate() {
                if inked(glyph, row, column) {
                    pixel[..3].fill(20);
                }
            }
            region.write(base + ((y + row) * STRIDE + x * 4) as u64, &pixels)?;
        }
        Ok(())
    }

    fn block(
        &self,
        region: &Region,
        base: u64,
        (x, y): (usize, usize),
        shade: u8,
    ) -> Result<(), RegionError> {
        for row in 0..CELL.1 {
            region.write(base + ((y + row) * STRIDE + x * 4) as u64, &[shade; CELL.0 * 4])?;
        }
        Ok(())
    }

    fn pane(&self, region: &Region, base: u64, frame: u64) -> Result<Vec<Rect>, RegionError> {
        const STATUS: (usize, usize, usize) = (40, 680, 40);
        let (x, y, w, h) = PANE;
        let from = frame as usize * LINE % PERIOD;
        for row in 0..h {
            let source = (from + row) * STRIDE;
            region.write(base + ((y + row) * STRIDE + x * 4) as u64, &self.page[source..source + w * 4])?;
        }
        for column in 0..STATUS.2 {
            let at = (STATUS.0 + column * CELL.0, STATUS.1);
            self.character(region, base, at, frame * 64 + column as u64)?;
        }
        Ok(vec![rect(PANE), rect((STATUS.0, STATUS.1, STATUS.2 * CELL.0, CELL.1))])
    }
}

/// Where the character of a frame stands.
fn cell(frame: usize) -> (usize, usize) {
    (frame * CELL.0 % (WIDTH - CELL.0), frame / 158 * CELL.1 % (HEIGHT - CELL.1))
}

/// Whether a pixel of a character is dark.
fn inked(glyph: u64, row: usize, column: usize) -> bool {
    (2..14).contains(&row) && column < 7 && glyph >> ((row / 2 * 7 + column) % 64) & 1 == 1
}

/// What a workload draws from. Takes a while, so make it before the clock runs.
pub fn page(workload: Workload) -> Vec<u8> {
    match workload {
        Workload::Typing | Workload::Cursor => text(STRIDE, HEIGHT),
        Workload::Scroll | Workload::Pane => text(STRIDE, PERIOD + HEIGHT),
        Workload::Large => text(HALF, PERIOD + LARGE.1),
        Workload::Noise => {
            let mut random = Random(7);
            (0..FRAME / 8).flat_map(|_| random.next().to_le_bytes()).collect()
        }
        Workload::Photo => (0..PHOTOS).flat_map(photo).collect(),
    }
}

/// Lines of words of different lengths, in a font of 64 characters.
fn text(stride: usize, rows: usize) -> Vec<u8> {
    let mut page = vec![0xff; rows * stride];
    for (number, lines) in page.chunks_mut(stride * LINE).enumerate() {
        let line = (number % (PERIOD / LINE)) as u64;
        let length = (40 + mix(line * 977) as usize % 80) * stride / STRIDE;
        for column in 0..length {
            let word = mix(line << 32 | column as u64);
            if word % 6 == 0 {
                continue;
            }
            let glyph = mix(word % 64 + 1000);
            for (row, pixels) in lines.chunks_mut(stride).enumerate().take(CELL.1) {
                for x in (0..CELL.0).filter(|x| inked(glyph, row, *x)) {
                    let at = (16 + column * CELL.0 + x) * 4;
                    pixels[at..at + 3].fill(20);
                }
            }
        }
    }
    page
}

/// One of several pictures.
fn photo(number: usize) -> Vec<u8> {
    let mut random = Random(number as u64 + 1);
    let mut page = vec![0xff; FRAME];
    let shift = number as f32 * 29.0;
    let across = |scale: f32, x: usize| ((x as f32 + shift) / scale).sin() * 50.0 + 55.0;
    let down = |scale: f32, y: usize| ((y as f32 - shift) / scale / 1.3).cos() * 50.0 + 55.0;
    let scales = [91.0, 47.0, 133.0];
    let columns: Vec<[f32; 3]> = (0..WIDTH).map(|x| scales.map(|scale| across(scale, x))).collect();
    for (y, row) in page.chunks_mut(STRIDE).enumerate() {
        let downs = scales.map(|scale| down(scale, y));
        for (pixel, column) in row.chunks_mut(4).zip(&columns) {
            let noise = random.next();
            for channel in 0..3 {
                let grain = (noise >> (8 * channel) & 7) as u8;
                pixel[channel] = ((column[channel] + downs[channel]) as u8).wrapping_add(grain);
            }
        }
    }
    page
}
