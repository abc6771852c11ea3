use super::{ImageError, ShmImage};
use crate::damage::history::Dirty;
use crate::damage::intervals::{ALIGN, GAP, Interval, Intervals};
use crate::damage::rect::Rect;
use proptest::prelude::*;

const AR24: u32 = 0;
const NV12: u32 = u32::from_le_bytes(*b"NV12");
const UNKNOWN: u32 = 0xdead_beef;

fn fourcc(bpp: i32) -> u32 {
    let codes = [b"C8  ", b"RG16", b"RG24", b"AR24", b"RG48", b"XR48"];
    u32::from_le_bytes(*codes[[1, 2, 3, 4, 6, 8].iter().position(|b| *b == bpp).expect("listed")])
}

fn image(offset: i32, width: i32, height: i32, stride: i32, format: u32) -> ShmImage {
    ShmImage { offset, width, height, stride, format }
}

/// Marks each block that holds a byte of a dirty pixel, fills holes of one block, and lists the runs.
fn brute(image: &ShmImage, bpp: i64, rects: &[Rect], pool: u64) -> Vec<Interval> {
    let mut blocks = vec![false; pool.div_ceil(ALIGN) as usize + 2];
    for y in 0..i64::from(image.height) {
        for x in 0..i64::from(image.width) {
            if rects.iter().any(|r| (r.x0..r.x1).contains(&x) && (r.y0..r.y1).contains(&y)) {
                let at = i64::from(image.offset) + y * i64::from(image.stride) + x * bpp;
                (at..at + bpp).for_each(|byte| blocks[byte as usize / ALIGN as usize] = true);
            }
        }
    }
    let mut out: Vec<Interval> = Vec::new();
    for (b, _) in blocks.iter().enumerate().filter(|(_, dirty)| **dirty) {
        let (start, end) = (b as u64 * ALIGN, (b as u64 + 1) * ALIGN);
        match out.last_mut() {
            Some(last) if last.end + GAP > start => last.end = end,
            _ => out.push(Interval { start, end }),
        }
    }
    out
}

fn covers(set: &Intervals, inner: &[Interval]) -> bool {
    let holds = |i: &Interval| set.as_slice().iter().any(|o| o.start <= i.start && i.end <= o.end);
    inner.iter().all(holds)
}

fn valid(set: &Intervals) -> bool {
    let list = set.as_slice();
    list.iter().all(|i| i.start % ALIGN == 0 && i.end % ALIGN == 0 && !i.is_empty())
        && list.windows(2).all(|p| p[0].end + GAP <= p[1].start)
}

fn rasters() -> impl Strategy<Value = (ShmImage, i64)> {
    let bpp = prop::sample::select(vec![1, 2, 3, 4, 6, 8]);
    (bpp, 1..80, 1..24, 0..500, 0..700).prop_map(|(bpp, width, height, offset, pad)| {
        (image(offset, width, height, width * bpp + pad, fourcc(bpp)), i64::from(bpp))
    })
}

fn boxes(most: usize) -> impl Strategy<Value = Vec<Rect>> {
    let one = (-4..80, -4..24, prop_oneof![1..4, 1..90], prop_oneof![1..4, 1..30]);
    prop::collection::vec(one.prop_map(|(x, y, w, h)| Rect::from_size(x, y, w, h)), 0..most)
}

proptest! {
    #[test]
    fn few_rectangles_equal_brute_force((image, bpp) in rasters(), rects in boxes(8)) {
        let pool = image.extent(0).end;
        prop_assert_eq!(image.check(pool), Ok(()));
        let expected = brute(&image, bpp, &rects, pool);
        let got = image.intervals(&Dirty::Rects(rects), pool);
        prop_assert_eq!(got.as_slice(), &expected[..]);
    }

    #[test]
    fn many_rectangles_are_covered((image, bpp) in rasters(), rects in boxes(120)) {
        let pool = image.extent(0).end;
        let expected = brute(&image, bpp, &rects, pool);
        let got = image.intervals(&Dirty::Rects(rects), pool);
        prop_assert!(valid(&got) && covers(&got, &expected));
        let mut whole = image.intervals(&Dirty::Whole, pool);
        prop_assert!(covers(&whole, got.as_slice()));
        whole.clip(pool);
        prop_assert_eq!(whole.total(), pool - u64::from(image.offset.unsigned_abs()) / ALIGN * ALIGN);
    }

    #[test]
    fn overlapping_rows_are_covered((image, bpp) in rasters(), rects in boxes(20), cut in 0..640i32) {
        let image = ShmImage { stride: (image.stride - cut).max(0), ..image };
        let pool = image.extent(0).end;
        let got = image.intervals(&Dirty::Rects(rects.clone()), pool);
        prop_assert!(valid(&got) && covers(&got, &brute(&image, bpp, &rects, pool)));
    }

    #[test]
    fn no_input_panics(
        (offset, width, height, stride) in any::<(i32, i32, i32, i32)>(),
        format in prop::sample::select(vec![AR24, NV12, UNKNOWN, fourcc(8), fourcc(1)]),
        rects in prop::collection::vec(any::<(i64, i64, i64, i64)>(), 0..6),
        pool in prop_oneof![any::<u64>(), 0..100_000u64],
    ) {
        let image = image(offset, width, height, stride, format);
        let extent = image.extent(pool);
        prop_assert!(!extent.is_empty());
        if image.check(pool).is_ok() && format != UNKNOWN {
            prop_assert!(extent.end <= pool);
        }
        let rects: Vec<Rect> =
            rects.into_iter().map(|(x0, y0, x1, y1)| Rect { x0, y0, x1, y1 }).collect();
        // A pool is at most 2 GiB; a larger one here would only make the test slow.
        let pool = pool.min(1 << 24);
        prop_assert!(valid(&image.intervals(&Dirty::Rects(rects), pool)));
        prop_assert!(!image.intervals(&Dirty::Whole, pool).is_empty());
        prop_assert!(image.intervals(&Dirty::Nothing, pool).is_empty());
    }
}

#[test]
fn checks() {
    let ok = |i: ShmImage, pool| i.check(pool);
    let size = |width, height| Err(ImageError::NonPositiveSize { width, height });
    assert_eq!(ok(image(0, 0, 4, 16, AR24), 64), size(0, 4));
    assert_eq!(ok(image(0, 4, -1, 16, UNKNOWN), 64), size(4, -1));
    assert_eq!(ok(image(-1, 4, 4, 16, AR24), 64), Err(ImageError::NegativeOffset(-1)));
    assert_eq!(ok(image(0, 4, 4, -16, UNKNOWN), 64), Err(ImageError::NegativeStride(-16)));
    assert_eq!(ok(image(0, 4, 4, 0, AR24), 64), Ok(()));
    assert_eq!(ok(image(0, 4, 4, 16, AR24), 64), Ok(()));
    assert_eq!(ok(image(1, 4, 4, 16, AR24), 64), Err(ImageError::OutOfPool { pool_size: 64 }));
    assert_eq!(ok(image(0, 4, 4, 4, NV12), 24), Ok(()));
    assert_eq!(ok(image(0, 4, 4, 4, NV12), 23), Err(ImageError::OutOfPool { pool_size: 23 }));
    let huge = image(0, 4, i32::MAX, i32::MAX, AR24);
    assert_eq!(ok(huge, 1 << 31), Err(ImageError::OutOfPool { pool_size: 1 << 31 }));
    assert_eq!(ok(image(i32::MAX, 4, 4, 16, UNKNOWN), 64), Ok(()));
}

#[test]
fn unknown_formats_reach_to_the_end_of_the_pool() {
    let at = |offset| image(offset, 4, 4, 16, UNKNOWN).extent(1000);
    assert_eq!(at(100), Interval { start: 100, end: 1000 });
    assert_eq!(at(i32::MAX), Interval { start: 999, end: 1000 });
    assert_eq!(image(5, 4, 4, 16, UNKNOWN).extent(0), Interval { start: 0, end: 1 });
    let dirty = Dirty::Rects(vec![Rect::from_size(0, 0, 1, 1)]);
    let got = image(100, 4, 4, 16, UNKNOWN).intervals(&dirty, 1000);
    assert_eq!(got.as_slice(), [Interval { start: 64, end: 1024 }]);
    assert!(image(0, 4, 4, 16, UNKNOWN).intervals(&Dirty::Rects(vec![]), 64).is_empty());
    // Known, but not plain pixels: the extent, not the pool.
    let planes = image(0, 16, 16, 16, NV12).intervals(&dirty, 1000);
    assert_eq!(planes.as_slice(), [Interval { start: 0, end: 384 }]);
}

#[test]
fn two_corners_are_cheap() {
    let image = image(0, 64, 64, 256, AR24);
    let dirty = Dirty::Rects(vec![Rect::from_size(0, 0, 1, 1), Rect::from_size(63, 63, 1, 1)]);
    assert_eq!(image.intervals(&dirty, 16384).total(), 2 * ALIGN);
}

#[test]
fn one_character_is_its_rows() {
    let image = image(0, 1920, 1080, 7680, AR24);
    let glyph = Rect::from_size(160, 320, 8, 16);
    let got = image.intervals(&Dirty::Rects(vec![glyph]), 1920 * 1080 * 4);
    assert_eq!((got.as_slice().len(), got.total()), (16, 16 * ALIGN));
    let line = Rect::from_size(0, 320, 1900, 16);
    let got = image.intervals(&Dirty::Rects(vec![line]), 1920 * 1080 * 4);
    assert_eq!(got.as_slice().len(), 1, "wide rows are one run");
}

/// Shapes that clients draw: a diagonal line, a circle, snow, vertical lines, near overlaps.
#[test]
fn shapes_equal_brute_force_where_cheap() {
    let image = image(64, 200, 200, 800, AR24);
    let pool = image.extent(0).end;
    let dot = |x: i32, y: i32| Rect::from_size(x, y, 1, 1);
    let circle = (0..300).map(|i| {
        let a = f64::from(i) * 0.021;
        dot(100 + (90.0 * a.cos()) as i32, 100 + (90.0 * a.sin()) as i32)
    });
    let shapes: [Vec<Rect>; 5] = [
        (0..200).map(|i| dot(i, i)).collect(),
        circle.collect(),
        (0..250).map(|i| dot(i * 7919 % 200, i * 104_729 / 7 % 200)).collect(),
        (0..20).map(|i| Rect::from_size(i * 10, 0, 1, 200)).collect(),
        (0..60).map(|i| Rect::from_size(i * 3, i * 3, 4, 4)).collect(),
    ];
    for rects in shapes {
        let expected = brute(&image, 4, &rects, pool);
        let got = image.intervals(&Dirty::Rects(rects), pool);
        assert_eq!(got.as_slice(), &expected[..]);
    }
}

#[test]
fn a_tangle_ends_in_one_run() {
    let image = image(0, 400, 100, 1600, AR24);
    let pool = image.extent(0).end;
    // Tall columns that overlap in rows but not in bytes: exact bands would cost more than a scan.
    let rects: Vec<Rect> = (0..600).map(|i| Rect::from_size(i % 8 * 50, i / 12, 1, 50)).collect();
    let expected = brute(&image, 4, &rects, pool);
    let got = image.intervals(&Dirty::Rects(rects), pool);
    assert!(valid(&got) && covers(&got, &expected));
    let last = got.as_slice().last().expect("not empty");
    assert!(got.as_slice().len() > 10 && last.len() > 1600, "exact first, then one run: {got:?}");
}

#[test]
fn rows_are_merged_below_the_gap_only() {
    let image = image(0, 128, 2, 512, AR24);
    let columns = |x| Dirty::Rects(vec![Rect::from_size(0, 0, 16, 1), Rect::from_size(x, 0, 16, 1)]);
    assert_eq!(image.intervals(&columns(48), 1024).as_slice().len(), 2, "128 bytes apart");
    assert_eq!(image.intervals(&columns(47), 1024).as_slice().len(), 1, "124 bytes apart");
}

#[test]
fn overlapping_rows_cost_little() {
    // Cut into rows, these would be 10^10 pieces.
    let image = image(0, 1 << 20, 1 << 20, 256, AR24);
    let rects: Vec<Rect> = (0..10_000).map(|i| Rect::from_size(i * 100, i % 7, 1, i32::MAX)).collect();
    let got = image.intervals(&Dirty::Rects(rects), 1 << 31);
    assert!(valid(&got) && got.as_slice().len() == 1);
}
