use super::*;

#[test]
fn sizes_come_back_as_they_were() {
    for factor in [1.0, 1.25, 1.5, 1.75, 2.0, 3.0] {
        let scale = scale(factor);
        for side in 1..2000 {
            let size = Size::new(side, 2001 - side);
            assert_eq!(logical(physical(size, scale), scale), size, "{factor}");
        }
    }
}

#[test]
fn strange_factors_are_bent() {
    assert_eq!((scale(0.0), scale(f64::INFINITY), scale(1.5)), (120, 1920, 180));
    assert_eq!(logical(Size::new(0, 0), 120), Size::new(1, 1));
}

#[test]
fn a_popup_is_beside_its_parent() {
    let inner = Point::new(100, 50);
    assert_eq!(place(inner, Point::new(10, -10), 240), Point::new(120, 30));
    let room = room(Rect::new(0, 0, 1920, 1080), inner, 240);
    assert_eq!(room, Rect::from_edges(-50, -25, 910, 515));
    // A monitor's corner is where it was.
    assert_eq!(place(inner, room.origin(), 240), Point::new(0, 0));
}
