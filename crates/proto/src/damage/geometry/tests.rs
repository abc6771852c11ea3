use super::{Geometry, Mapping, Transform, Viewport};
use crate::damage::rect::Rect;
use proptest::prelude::*;

/// The place of a pixel of a `w` x `h` image after the transform: flipped first, then turned a quarter
/// counter-clockwise as often as it takes. Independent of the table in the code.
fn place(transform: i32, (mut x, mut y): (i64, i64), (mut w, mut h): (i64, i64)) -> (i64, i64) {
    if transform >= 4 {
        x = w - 1 - x;
    }
    for _ in 0..transform % 4 {
        (x, y) = (y, w - 1 - x);
        (w, h) = (h, w);
    }
    (x, y)
}

/// The smallest box around some pixels.
fn hull(pixels: impl Iterator<Item = (i64, i64)>) -> Rect {
    pixels
        .map(|(x, y)| Rect { x0: x, y0: y, x1: x + 1, y1: y + 1 })
        .reduce(|a, b| a.hull(&b))
        .unwrap_or_default()
}

fn holds(r: &Rect, (x, y): (i64, i64)) -> bool {
    (r.x0..r.x1).contains(&x) && (r.y0..r.y1).contains(&y)
}

/// True if surface column (or row) `s` shows part of column `t` of the turned buffer.
fn shows(s: i64, t: i64, at: i64, len: i64, surface: i64) -> bool {
    let (from, to) = (at * surface + s * len, at * surface + (s + 1) * len);
    t * 256 * surface < to && (t + 1) * 256 * surface > from
}

#[derive(Clone, Debug)]
struct Case {
    geometry: Geometry,
    transform: i32,
    /// Size after transform and scale.
    turned: (i64, i64),
}

impl Case {
    /// Which surface pixel shows which buffer pixel, one by one.
    fn pairs(&self) -> Vec<((i64, i64), (i64, i64))> {
        let (tw, th) = self.turned;
        let Viewport { source, destination } = self.geometry.viewport;
        let (x, y, w, h) = source.map_or((0, 0, tw * 256, th * 256), |(x, y, w, h)| {
            (i64::from(x), i64::from(y), i64::from(w), i64::from(h))
        });
        let size =
            destination.map_or(((w + 255) / 256, (h + 255) / 256), |(w, h)| (i64::from(w), i64::from(h)));
        let scale = i64::from(self.geometry.scale);
        let full = (tw * scale, th * scale);
        let mut out = Vec::new();
        for (sx, sy) in (0..size.1).flat_map(|sy| (0..size.0).map(move |sx| (sx, sy))) {
            for (px, py) in (0..full.1).flat_map(|py| (0..full.0).map(move |px| (px, py))) {
                if shows(sx, px / scale, x, w, size.0) && shows(sy, py / scale, y, h, size.1) {
                    out.push(((sx, sy), place(self.transform, (px, py), full)));
                }
            }
        }
        out
    }

    fn mapping(&self) -> Mapping {
        self.geometry.mapping().expect("a valid case")
    }
}

fn viewport(turned: (i32, i32)) -> impl Strategy<Value = Viewport> {
    let axis = |size: i32| {
        let odd = (0..size * 256).prop_flat_map(move |at| (Just(at), 1..=size * 256 - at));
        let whole =
            (0..size).prop_flat_map(move |at| (Just(at * 256), (1..=size - at).prop_map(|l| l * 256)));
        prop_oneof![odd, whole]
    };
    let source = (axis(turned.0), axis(turned.1)).prop_map(|((x, w), (y, h))| (x, y, w, h));
    (prop::option::of(source), prop::option::of((1..9, 1..9)))
        .prop_map(|(source, destination)| Viewport { source, destination })
}

fn cases() -> impl Strategy<Value = Case> {
    (0..8, 1..4, 1..6, 1..6).prop_flat_map(|(transform, scale, w, h)| {
        viewport((w, h)).prop_map(move |viewport| {
            let (bw, bh) = if transform % 2 == 1 { (h, w) } else { (w, h) };
            Case {
                geometry: Geometry {
                    scale,
                    transform: Transform::try_from(transform).expect("below 8"),
                    viewport,
                    width: bw * scale,
                    height: bh * scale,
                },
                transform,
                turned: (w.into(), h.into()),
            }
        })
    })
}

fn boxes() -> impl Strategy<Value = Rect> {
    (-3..14, -3..14, 1..9, 1..9).prop_map(|(x, y, w, h)| Rect::from_size(x, y, w, h))
}

fn same(a: &Rect, b: &Rect) -> bool {
    a == b || (a.is_empty() && b.is_empty())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn both_ways_equal_the_pixel_model(case in cases(), r in boxes()) {
        let (pairs, mapping) = (case.pairs(), case.mapping());
        let down = hull(pairs.iter().filter(|(s, _)| holds(&r, *s)).map(|(_, b)| *b));
        prop_assert!(same(&mapping.to_buffer(&r), &down), "{:?} {:?}", mapping.to_buffer(&r), down);
        let up = hull(pairs.iter().filter(|(_, b)| holds(&r, *b)).map(|(s, _)| *s));
        prop_assert!(same(&mapping.to_surface(&r), &up), "{:?} {:?}", mapping.to_surface(&r), up);
    }

    #[test]
    fn no_geometry_panics(
        (scale, transform) in (any::<i32>(), 0..8),
        (width, height) in any::<(i32, i32)>(),
        source in any::<Option<(i32, i32, i32, i32)>>(),
        destination in any::<Option<(i32, i32)>>(),
        (x, y, w, h) in any::<(i32, i32, i32, i32)>(),
        small in 1..4,
    ) {
        let transform = Transform::try_from(transform).expect("below 8");
        let viewport = Viewport { source, destination };
        for scale in [scale, small, 1] {
            let geometry = Geometry { scale, transform, viewport, width, height };
            if let Some(mapping) = geometry.mapping() {
                let r = Rect::from_size(x, y, w, h);
                let (a, b) = (mapping.to_buffer(&r), mapping.to_surface(&r));
                let _ = (mapping.to_surface(&a), mapping.to_buffer(&b));
            }
        }
    }
}

#[test]
fn quarter_turns_are_counter_clockwise() {
    // A 4 x 2 surface in a 2 x 4 buffer: its top right corner becomes the top left.
    let geometry =
        Geometry { scale: 1, transform: Transform::R90, viewport: Viewport::default(), width: 2, height: 4 };
    let mapping = geometry.mapping().expect("valid");
    assert_eq!(mapping.surface_size(), (4, 2));
    assert_eq!(mapping.to_buffer(&Rect::from_size(3, 0, 1, 1)), Rect::from_size(0, 0, 1, 1));
    assert_eq!(mapping.to_surface(&Rect::from_size(0, 0, 1, 1)), Rect::from_size(3, 0, 1, 1));
}

#[test]
fn client_errors_have_no_mapping() {
    let good = Geometry {
        scale: 2,
        transform: Transform::Normal,
        viewport: Viewport::default(),
        width: 6,
        height: 4,
    };
    assert!(good.mapping().is_some());
    assert!(Geometry { width: 5, ..good }.mapping().is_none());
    assert!(Geometry { scale: 0, ..good }.mapping().is_none());
    assert!(Geometry { height: -4, ..good }.mapping().is_none());
    let view =
        |source, destination| Geometry { viewport: Viewport { source, destination }, ..good }.mapping();
    assert!(view(None, Some((0, 5))).is_none());
    assert!(view(Some((0, 0, -256, 256)), None).is_none());
    // A fractional size without a destination is rounded up.
    assert_eq!(view(Some((0, 0, 896, 256)), None).map(|m| m.surface_size()), Some((4, 1)));
    assert_eq!(Transform::try_from(8).map_err(|e| e.to_string()), Err("8 is not a transform".into()));
    assert!(Transform::try_from(-1).is_err());
}
