use super::*;

const BACKGROUND: u32 = 0xff11_2233;

fn canvas(size: Size, color: u32) -> Canvas {
    let mut canvas = Canvas::new(size);
    canvas.fill(size.rect(), color);
    canvas
}

#[test]
fn only_what_changed_is_copied_and_told_once() {
    let size = Size::new(8, 4);
    let mut sheet = Sheet::default();
    assert!(!sheet.put(&canvas(size, 0xffff_0000), &[Rect::new(0, 0, 1, 1)]));
    assert_eq!(sheet.take_fresh(), Area::from(size.rect()), "a new size is new everywhere");
    let other = canvas(size, 0xff00_ff00);
    assert!(!sheet.put(&other, &[Rect::new(1, 1, 2, 1)]));
    assert!(sheet.put(&other, &[Rect::new(4, 3, 90, 90)]));
    let fresh = sheet.take_fresh();
    assert!(fresh.has(crate::geometry::Point::new(2, 1)) && fresh.covers(Rect::new(4, 3, 4, 1)));
    assert!(!fresh.has(crate::geometry::Point::new(3, 1)));
    let mut drawn = vec![7; 32];
    sheet.draw(&mut drawn, 8, size.rect(), BACKGROUND);
    let green = drawn.iter().filter(|it| **it == 0x00ff00).count();
    assert_eq!((green, drawn.len() - green), (6, 26));
    assert!(sheet.take_fresh().is_empty());
}

#[test]
fn beyond_the_canvas_and_below_clear_pixels_is_the_background() {
    let mut sheet = Sheet::default();
    sheet.put(&canvas(Size::new(2, 2), 0x8040_0000), &[]);
    let mut drawn = vec![7; 16];
    sheet.draw(&mut drawn, 4, Rect::new(0, 0, 4, 3), 0xff00_00ff);
    assert_eq!(drawn[..4], [0x0040_007f, 0x0040_007f, 0xff, 0xff]);
    assert_eq!(drawn[8..12], [0xff; 4]);
    assert_eq!(drawn[12..], [7; 4]);
    // A part that is partly beyond, and one that does not fit into what is drawn on.
    sheet.draw(&mut drawn, 4, Rect::new(1, 1, 3, 1), 0xff00_00fe);
    assert_eq!(drawn[4..8], [0x0040_007f, 0x0040_007f, 0xfe, 0xfe]);
    sheet.draw(&mut drawn, 4, Rect::new(3, 3, 9, 9), 0);
    sheet.draw(&mut drawn, 4, Rect::new(-3, -3, 2, 2), 0);
    assert_eq!(drawn[12..], [7; 4]);
}

#[test]
fn older_buffers_get_what_they_missed() {
    let size = Size::new(100, 100);
    let (a, b, c) = (Rect::new(0, 0, 5, 5), Rect::new(10, 0, 5, 5), Rect::new(20, 0, 5, 5));
    let mut history = History::default();
    assert_eq!(history.wanted(size, 0, Area::from(a)), Area::from(size.rect()));
    assert_eq!(history.wanted(size, 1, Area::from(b)), Area::from(b));
    let two = history.wanted(size, 2, Area::from(c));
    assert!(two.covers(c) && two.covers(b) && !two.covers(a));
    // Too old, or of another size: everything.
    assert_eq!(history.wanted(size, 200, Area::default()), Area::from(size.rect()));
    let larger = Size::new(200, 100);
    assert_eq!(history.wanted(larger, 1, Area::from(a)), Area::from(larger.rect()));
    assert_eq!(history.wanted(larger, 1, Area::from(a)), Area::from(a));
    history.forget();
    assert_eq!(history.wanted(larger, 1, Area::from(a)), Area::from(larger.rect()));
}
