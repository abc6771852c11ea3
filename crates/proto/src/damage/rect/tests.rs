use super::Rect;

#[test]
fn extreme_sizes_do_not_overflow() {
    let r = Rect::from_size(i32::MAX, i32::MIN, i32::MAX, i32::MAX);
    assert_eq!(r.x1, 2 * i64::from(i32::MAX));
    assert_eq!(r.y1, -1);
    assert!(Rect::from_size(0, 0, i32::MIN, 5).is_empty());
    assert!(Rect::from_size(0, 0, 0, 5).is_empty());
    let all = Rect { x0: i64::MIN, y0: i64::MIN, x1: i64::MAX, y1: i64::MAX };
    assert_eq!(all.area(), u64::MAX);
}

#[test]
fn boxes_meet_and_join() {
    let (a, b) = (Rect::from_size(0, 0, 4, 4), Rect::from_size(2, 3, 4, 4));
    assert_eq!(a.intersect(&b), Rect { x0: 2, y0: 3, x1: 4, y1: 4 });
    assert_eq!(a.intersect(&b).area(), 2);
    assert_eq!(a.hull(&b), Rect { x0: 0, y0: 0, x1: 6, y1: 7 });
    assert!(a.hull(&b).contains(&a) && !a.contains(&b));
    assert!(a.intersect(&Rect::from_size(4, 0, 1, 1)).is_empty());
    assert_eq!(a.intersect(&Rect::from_size(9, 9, 1, 1)).area(), 0);
}
