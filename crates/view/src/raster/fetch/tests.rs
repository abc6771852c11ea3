use super::*;
use crate::geometry::Size;
use crate::raster::format::{Format, OPAQUE};
use farway_sys::mem::Region;
use std::sync::Mutex;

/// Notes the length of each read.
#[derive(Debug)]
struct Noted {
    region: Region,
    reads: Mutex<Vec<usize>>,
}

impl Noted {
    fn new(bytes: &[u8]) -> Self {
        let region = Region::heap(bytes.len());
        region.write(0, bytes).expect("room");
        Self { region, reads: Mutex::default() }
    }

    fn take(&self) -> Vec<usize> {
        std::mem::take(&mut *self.reads.lock().expect("no panic"))
    }
}

impl Memory for Noted {
    fn len(&self) -> u64 {
        self.region.len()
    }

    fn grow(&self, size: u64) -> Result<(), RegionError> {
        self.region.grow(size)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), RegionError> {
        self.reads.lock().expect("no panic").push(out.len());
        self.region.read(offset, out)
    }
}

fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|it| (it * 7 + it / 251) as u8).collect()
}

fn check(format: Format, size: Size, stride: u32, rect: Rect, pitch: usize) -> Vec<usize> {
    let layout = Layout { offset: 3, stride, size, format };
    let content = bytes(layout.end().expect("a number") as usize);
    let memory = Noted::new(&content);
    let reader = Reader { memory: &memory, layout, opaque: !format.has_alpha() };
    let (width, height) = (rect.width as usize, rect.height as usize);
    let mut out = vec![0x0102_0304; pitch * (height - 1) + width];
    reader.fetch(rect, &mut out, pitch, &mut Vec::new()).expect("all is there");
    let pixel = format.bytes_per_pixel();
    for (at, got) in out.iter().enumerate() {
        let (x, y) = (at % pitch, at / pitch);
        let mut expected = [0x0102_0304];
        if x < width {
            let start = 3 + (y + rect.y as usize) * stride as usize + (x + rect.x as usize) * pixel;
            format.convert(&content[start..start + pixel], &mut expected);
        }
        assert_eq!(*got, expected[0], "{format:?} {x},{y}");
    }
    memory.take()
}

#[test]
fn rows_without_gaps_are_read_together_in_pieces_that_fit_the_cache() {
    let size = Size::new(512, 300);
    let reads = check(Format::Xrgb8888, size, 2048, size.rect(), 512);
    let mut pieces = vec![CHUNK; 9];
    pieces.push(12 * 2048);
    assert_eq!(reads, pieces);
    let reads = check(Format::Rgb565, size, 1024, size.rect(), 700);
    assert_eq!(reads, [vec![CHUNK; 4], vec![44 * 1024]].concat());
}

#[test]
fn short_rows_with_small_gaps_are_read_together_without_the_last_gap() {
    let size = Size::new(64, 30);
    let reads = check(Format::Argb8888, size, 300, Rect::new(2, 3, 60, 20), 1000);
    assert_eq!(reads, [19 * 300 + 240]);
    let reads = check(Format::Rgb888, size, 200, Rect::new(2, 3, 60, 20), 60);
    assert_eq!(reads, [19 * 200 + 180]);
}

#[test]
fn large_gaps_are_left_out() {
    let size = Size::new(1280, 30);
    let reads = check(Format::Argb8888, size, 5120, Rect::new(7, 3, 60, 20), 60);
    assert_eq!(reads, [240; 20]);
    let reads = check(Format::Xbgr16161616, size, 10240, Rect::new(7, 3, 60, 20), 100);
    assert_eq!(reads, [480; 20]);
    let reads = check(Format::Xrgb8888, size, 6000, Rect::new(0, 0, 1280, 3), 1280);
    assert_eq!(reads, [5120; 3]);
}

#[test]
fn a_stride_that_is_too_small_or_zero_is_followed() {
    for format in [Format::Argb8888, Format::Rgb888] {
        check(format, Size::new(50, 4), 10, Rect::new(0, 0, 50, 4), 50);
        check(format, Size::new(50, 4), 0, Rect::new(1, 1, 40, 3), 50);
    }
}

#[test]
fn missing_memory_is_an_error_and_what_was_read_is_valid() {
    for format in Format::all().iter().copied() {
        let pixel = format.bytes_per_pixel();
        let layout = Layout { offset: 0, stride: 600 * pixel as u32, size: Size::new(600, 4), format };
        let memory = Noted::new(&vec![0; 600 * pixel * 2 + 5]);
        for pitch in [600, 601] {
            let mut out = vec![OPAQUE; pitch * 3 + 600];
            let reader = Reader { memory: &memory, layout, opaque: true };
            let result = reader.fetch(layout.size.rect(), &mut out, pitch, &mut Vec::new());
            assert!(matches!(result, Err(RegionError::OutOfRange { .. })), "{format:?}");
            assert!(out.iter().all(|it| *it == OPAQUE), "{format:?}");
        }
    }
    let layout =
        Layout { offset: u64::MAX - 4, stride: u32::MAX, size: Size::new(1, 9), format: Format::Argb8888 };
    let memory = Noted::new(&[]);
    let reader = Reader { memory: &memory, layout, opaque: false };
    assert!(reader.fetch(Rect::new(0, 8, 1, 1), &mut [0], 1, &mut Vec::new()).is_err());
}
