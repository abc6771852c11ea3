//! Replays commits on real pixels: a client with many buffers draws a changing scene, says what it
//! changed, and a copy of each buffer that receives only the dirty pixels must equal the buffer.

use super::super::{BufferUse, Dirty, History};
use crate::damage::geometry::Transform;
use crate::damage::rect::Rect;
use proptest::prelude::*;
use std::ops::Range;

/// Scene points per surface unit: divisible by every scale used.
const FINE: i64 = 6;
/// The scene in surface units; surfaces show its upper left part.
const PLANE: i64 = 5;
const SIDE: usize = (FINE * PLANE) as usize;

/// A small generator, so that a case is one number.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as i64) % n
    }

    fn one_in(&mut self, n: i64) -> bool {
        self.below(n) == 0
    }

    fn range(&mut self, top: i64, longest: i64) -> Range<i64> {
        let start = self.below(top);
        start..(start + 1 + self.below(longest)).min(top)
    }
}

/// How a buffer is attached; surface sizes in units.
#[derive(Clone, Copy, Debug)]
struct Look {
    scale: i64,
    transform: i32,
    /// Size after transform and scale.
    turned: (i64, i64),
    destination: Option<(i64, i64)>,
}

impl Look {
    fn roll(dice: &mut Dice, size: (i64, i64), viewports: bool) -> Self {
        let (scale, transform) = (1 + dice.below(3), dice.below(8) as i32);
        if viewports && dice.one_in(2) {
            let turned = (1 + dice.below(9), 1 + dice.below(9));
            return Self { scale, transform, turned, destination: Some(size) };
        }
        Self { scale, transform, turned: size, destination: None }
    }

    fn surface(&self) -> (i64, i64) {
        self.destination.unwrap_or(self.turned)
    }

    /// Size in pixels after the transform.
    fn full(&self) -> (i64, i64) {
        (self.turned.0 * self.scale, self.turned.1 * self.scale)
    }

    fn size(&self) -> (i64, i64) {
        let (w, h) = self.full();
        if self.transform % 2 == 1 { (h, w) } else { (w, h) }
    }

    /// Where a pixel of the turned image is in the buffer.
    fn place(&self, (mut x, mut y): (i64, i64)) -> (i64, i64) {
        let (mut w, mut h) = self.full();
        if self.transform >= 4 {
            x = w - 1 - x;
        }
        for _ in 0..self.transform % 4 {
            (x, y) = (y, w - 1 - x);
            (w, h) = (h, w);
        }
        (x, y)
    }

    /// The scene points that pixel `i` of `full` shows of a surface of `size` units.
    fn points(i: i64, full: i64, size: i64) -> Range<i64> {
        let unit = size * FINE;
        (i * unit) / full..((i + 1) * unit + full - 1) / full
    }

    fn draw(&self, scene: &[u32]) -> Vec<u32> {
        let ((w, h), (sw, sh), width) = (self.full(), self.surface(), self.size().0);
        let mut out = vec![0; (w * h) as usize];
        for (x, y) in (0..h).flat_map(|y| (0..w).map(move |x| (x, y))) {
            let mut sum = 1u32;
            for row in Self::points(y, h, sh) {
                for column in Self::points(x, w, sw) {
                    sum = sum.wrapping_mul(31).wrapping_add(scene[row as usize * SIDE + column as usize]);
                }
            }
            let (bx, by) = self.place((x, y));
            out[(by * width + bx) as usize] = sum;
        }
        out
    }

    /// The box of pixels that show any point of a changed part of the scene.
    fn touched(&self, xs: &Range<i64>, ys: &Range<i64>) -> Option<Rect> {
        let ((w, h), (sw, sh)) = (self.full(), self.surface());
        let meets = |a: Range<i64>, b: &Range<i64>| a.start < b.end && b.start < a.end;
        let columns: Vec<i64> = (0..w).filter(|x| meets(Self::points(*x, w, sw), xs)).collect();
        let rows: Vec<i64> = (0..h).filter(|y| meets(Self::points(*y, h, sh), ys)).collect();
        let corners =
            [self.place((*columns.first()?, *rows.first()?)), self.place((*columns.last()?, *rows.last()?))];
        corners
            .map(|(x, y)| Rect { x0: x, y0: y, x1: x + 1, y1: y + 1 })
            .into_iter()
            .reduce(|a, b| a.hull(&b))
    }
}

struct Buffer {
    look: Look,
    serial: u64,
    copy: Vec<u32>,
}

fn attach(history: &mut History, look: &Look) {
    history.set_scale(look.scale as i32);
    history.set_transform(Transform::try_from(look.transform).expect("below 8"));
    history.set_destination(look.destination.map(|(w, h)| (w as i32, h as i32)));
}

/// Changes the scene and says so, in surface or buffer coordinates.
fn step(dice: &mut Dice, scene: &mut [u32], history: &mut History, look: &Look) {
    let (xs, ys) = (dice.range(SIDE as i64, 5), dice.range(SIDE as i64, 5));
    let value = dice.below(1 << 20) as u32;
    for y in ys.clone() {
        scene[y as usize * SIDE..][xs.start as usize..xs.end as usize].fill(value);
    }
    if dice.one_in(2) {
        let low = |v: i64| (v / FINE) as i32;
        let len = |r: &Range<i64>| ((r.end + FINE - 1) / FINE) as i32 - low(r.start);
        history.damage_surface(low(xs.start), low(ys.start), len(&xs), len(&ys));
    } else if let Some(r) = look.touched(&xs, &ys) {
        // Some clients give a far edge instead of the right one.
        let far = |edge: i64, max: i64, huge: bool| if huge { i32::MAX } else { (edge.min(max)) as i32 };
        let (w, h) = (far(r.x1 - r.x0, 99, dice.one_in(20)), far(r.y1 - r.y0, 99, dice.one_in(20)));
        history.damage_buffer(r.x0 as i32, r.y0 as i32, w, h);
    }
}

/// One client; returns how many pixels were sent and how many the buffers had.
fn play(seed: u64, viewports: bool, sizes: bool, restless: bool) -> (u64, u64) {
    let dice = &mut Dice(seed);
    let mut scene: Vec<u32> = (0..SIDE * SIDE).map(|i| i as u32).collect();
    let mut history = History::new();
    let size = |dice: &mut Dice| {
        if sizes { (1 + dice.below(PLANE), 1 + dice.below(PLANE)) } else { (PLANE, PLANE - 1) }
    };
    let mut buffers: Vec<Buffer> = (0..17)
        .map(|serial| {
            let size = size(dice);
            Buffer { look: Look::roll(dice, size, viewports), serial, copy: Vec::new() }
        })
        .collect();
    let (mut sent, mut all) = (0, 0);
    for _ in 0..47 {
        // Mostly among few buffers, else the history would never be long enough.
        let choice = if dice.one_in(6) { dice.below(17) } else { dice.below(4) } as usize;
        if dice.one_in(25) {
            assert_eq!(history.commit(None), Dirty::Nothing);
        }
        let buffer = &mut buffers[choice];
        if restless && dice.one_in(4) {
            // Another mapping of the same buffer: only the transform, so that the pixels stay.
            buffer.look.transform = (buffer.look.transform + 2 * dice.below(2) as i32 + 4) % 8;
        }
        attach(&mut history, &buffer.look);
        (0..dice.below(4)).for_each(|_| step(dice, &mut scene, &mut history, &buffer.look));
        let drawn = buffer.look.draw(&scene);
        let (width, height) = buffer.look.size();
        let used = BufferUse { serial: buffer.serial, width: width as i32, height: height as i32 };
        all += drawn.len() as u64;
        match history.commit(Some(used)) {
            Dirty::Nothing => {}
            Dirty::Whole => {
                buffer.copy.clone_from(&drawn);
                sent += drawn.len() as u64;
            }
            Dirty::Rects(rects) => {
                let bounds = Rect::from_size(0, 0, used.width, used.height);
                for r in rects {
                    assert!(!r.is_empty() && bounds.contains(&r));
                    for y in r.y0..r.y1 {
                        let range = (y * width + r.x0) as usize..(y * width + r.x1) as usize;
                        buffer.copy[range.clone()].copy_from_slice(&drawn[range]);
                    }
                    sent += r.area();
                }
            }
        }
        assert_eq!(buffer.copy, drawn, "{:?}", buffer.look);
    }
    (sent, all)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn copies_equal_the_buffers(seed: u64) {
        for viewports in [false, true] {
            for sizes in [false, true] {
                play(seed, viewports, sizes, false);
                play(seed, viewports, sizes, true);
            }
        }
    }
}

#[test]
fn less_is_sent_than_everything() {
    let (mut sent, mut all) = (0, 0);
    for seed in 0..20 {
        let (s, a) = play(seed, true, false, false);
        (sent, all) = (sent + s, all + a);
    }
    // First uses and lost history are full; the rest must be small.
    assert!(sent * 3 < all * 2, "{sent} of {all}");
}
