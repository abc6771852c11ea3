use super::*;

/// A menu of 100x200 below a button at 10,10 of 50x20, with the given adjustment.
fn menu(adjustment: u32) -> Positioner {
    Positioner {
        size: Size::new(100, 200),
        anchor_rect: Some(Rect::new(10, 10, 50, 20)),
        anchor: 6,
        gravity: 8,
        adjustment,
        ..Positioner::default()
    }
}

#[test]
fn a_menu_hangs_below_its_button() {
    assert_eq!(menu(0).place(Rect::new(0, 0, 500, 500)), Rect::new(10, 30, 100, 200));
    let centred = Positioner { anchor: 2, gravity: 2, ..menu(0) };
    assert_eq!(centred.place(Rect::new(-500, 0, 1000, 500)), Rect::new(-15, 30, 100, 200));
}

#[test]
fn without_adjustment_it_may_leave_the_room() {
    assert_eq!(menu(0).place(Rect::new(0, 0, 50, 50)), Rect::new(10, 30, 100, 200));
}

#[test]
fn it_flips_to_the_other_side_if_it_fits_there() {
    let low = Positioner { anchor_rect: Some(Rect::new(10, 400, 50, 20)), ..menu(8) };
    assert_eq!(low.place(Rect::new(0, 0, 500, 500)), Rect::new(10, 200, 100, 200));
    // It fits on neither side: it stays where it was to be.
    assert_eq!(low.place(Rect::new(0, 350, 500, 150)), Rect::new(10, 420, 100, 200));
}

#[test]
fn it_slides_into_sight() {
    let right = Positioner { anchor_rect: Some(Rect::new(450, 10, 50, 20)), ..menu(1) };
    assert_eq!(right.place(Rect::new(0, 0, 500, 500)), Rect::new(400, 30, 100, 200));
    // Wider than the room: the edge from which it grows stays.
    assert_eq!(right.place(Rect::new(420, 0, 60, 500)).x, 420);
}

#[test]
fn it_is_cut_to_what_is_seen() {
    assert_eq!(menu(32).place(Rect::new(0, 0, 500, 100)), Rect::new(10, 30, 100, 70));
    // Flip, slide and resize together: flip fails, slide shows as much as there is, resize cuts the rest.
    assert_eq!(menu(63).place(Rect::new(0, 0, 80, 100)), Rect::new(0, 0, 80, 100));
}

#[test]
fn absurd_numbers_do_not_panic() {
    let absurd = Positioner {
        size: Size::new(i32::MAX, i32::MAX),
        anchor_rect: Some(Rect::new(i32::MAX, i32::MIN, i32::MAX, i32::MAX)),
        offset: Point::new(i32::MIN, i32::MAX),
        ..menu(63)
    };
    for side in 0..9 {
        let it = Positioner { anchor: side, gravity: 8 - side, ..absurd };
        assert!(!it.place(Rect::new(0, 0, 100, 100)).is_empty());
        assert!(!it.place(Rect::new(i32::MIN, i32::MIN, i32::MAX, i32::MAX)).is_empty());
    }
}
