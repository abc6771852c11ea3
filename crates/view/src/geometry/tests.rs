use proptest::prelude::*;

use super::*;

fn rect() -> impl Strategy<Value = Rect> {
    (-4..12_i32, -4..12_i32, -1..9_i32, -1..9_i32)
        .prop_map(|(x, y, width, height)| Rect::new(x, y, width, height))
}

proptest! {
    #[test]
    fn an_area_is_the_pixels_that_were_put_into_it(steps in proptest::collection::vec((any::<bool>(), rect()), 0..12)) {
        let mut area = Area::default();
        let mut pixels = std::collections::BTreeSet::new();
        for (add, rect) in &steps {
            if *add { area.add(*rect) } else { area.subtract(*rect) }
            for x in rect.x..rect.right() {
                for y in rect.y..rect.bottom() {
                    if *add { pixels.insert((x, y)); } else { pixels.remove(&(x, y)); }
                }
            }
        }
        for x in -6..24 {
            for y in -6..24 {
                prop_assert_eq!(area.has(Point::new(x, y)), pixels.contains(&(x, y)));
            }
        }
        let count: i32 = area.rects().iter().map(|it| it.width * it.height).sum();
        prop_assert_eq!(count as usize, pixels.len());
        let bounds = area.bounds();
        prop_assert!(area.rects().iter().all(|it| bounds.covers(*it)));
    }
}

#[test]
fn absurd_numbers_saturate() {
    let far = Rect::new(i32::MAX - 1, i32::MIN, i32::MAX, i32::MAX);
    assert_eq!(far.right(), i32::MAX);
    assert!(far.moved(Point::new(i32::MAX, i32::MIN)).intersect(Rect::new(0, 0, 10, 10)).is_empty());
    assert!(Area::from(Rect::new(0, 0, 4, 4)).covers(Rect::new(1, 1, 3, 3)));
    assert!(!Area::from(Rect::new(0, 0, 4, 4)).covers(Rect::new(1, 1, 4, 3)));
}
