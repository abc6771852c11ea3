use super::*;

#[test]
fn mixing_ends_where_it_should() {
    let (black, white) = (rgb(0), rgb(0xff_ffff));
    assert_eq!(mix(black, white, 0), black);
    assert_eq!(mix(black, white, 255), white);
    assert_eq!(mix(rgb(0x12_3456), rgb(0x12_3456), 77), rgb(0x12_3456));
    assert_eq!(mix(black, white, 128), [128, 128, 128, 255]);
    assert_eq!(rgb(0x11_2233), [0x33, 0x22, 0x11, 0xff]);
}

#[test]
fn nothing_is_painted_outside_the_clip() {
    let clip = Rect::new(3, 4, 5, 6);
    let mut picture = Picture::new(16, 16, rgb(0));
    let mut brush = picture.brush(clip);
    brush.fill(Rect::new(-10, -10, 100, 100), rgb(0xff));
    brush.rounded(Rect::new(-1, 2, 30, 30), 5.0, rgb(0xff00), 0.5);
    brush.disc(8.0, 8.0, 50.0, rgb(0xff_0000), 0.3);
    brush.glow(0.0, 0.0, 50.0, rgb(0xff_0000), 0.3);
    brush.row(-5, 5, &[rgb(0xffff); 40]);
    brush.row(-5, 15, &[rgb(0xffff); 40]);
    for y in 0..16 {
        for x in 0..16 {
            let painted = picture.row(y, x, x + 1) != [rgb(0)];
            assert_eq!(painted, clip.contains(x, y), "{x} {y}");
        }
    }
}

#[test]
fn a_disc_covers_its_area_softly() {
    let mut picture = Picture::new(40, 40, rgb(0));
    picture.brush(Rect::new(0, 0, 40, 40)).disc(20.3, 19.8, 10.0, rgb(0xff), 1.0);
    let sum: f32 =
        (0..40).flat_map(|y| picture.row(y, 0, 40).to_vec()).map(|pixel| f32::from(pixel[0])).sum();
    let area = sum / 255.0;
    assert!((area - 314.16).abs() < 2.5, "{area}");
}

#[test]
fn rectangles_intersect() {
    let a = Rect::new(0, 0, 10, 10);
    assert_eq!(a.intersect(Rect::new(5, 6, 10, 10)), Rect::new(5, 6, 5, 4));
    assert!(a.intersect(Rect::new(10, 0, 5, 5)).is_empty());
    assert!(a.inset(6).is_empty());
    assert!(Rect::around(5.0, 5.0, 3.0).contains(1, 1));
}
