use super::*;

#[test]
fn names_of_css_are_the_hosts() {
    assert_eq!((icon("text"), icon("ns-resize")), (CursorIcon::Text, CursorIcon::NsResize));
    assert_eq!((icon("grabbing"), icon("no-such")), (CursorIcon::Grabbing, CursorIcon::Default));
}

#[test]
fn pictures_lose_their_premultiplication_and_get_the_windows_scale() {
    let pixels = [0xff10_2030, 0x8040_0000, 0, 0xff00_00ff];
    let picture = |scales| Picture::new(&pixels, Size::new(2, 2), Point::new(1, 1), scales).expect("pixels");
    let same = picture((120, 120));
    assert_eq!((same.width, same.height, same.hotspot), (2, 2, (1, 1)));
    assert_eq!(same.rgba[..8], [0x10, 0x20, 0x30, 0xff, 0x80, 0, 0, 0x80]);
    let double = picture((240, 120));
    assert_eq!((double.width, double.hotspot, double.rgba.len()), (4, (2, 2), 64));
    assert_eq!(double.rgba[..8], [0x10, 0x20, 0x30, 0xff, 0x10, 0x20, 0x30, 0xff]);
    assert_eq!(picture((120, 240)).rgba.len(), 4);
}

#[test]
fn nonsense_is_no_picture() {
    let new = |pixels: &[u32], size, spot| Picture::new(pixels, size, spot, (120, 120));
    assert_eq!(new(&[], Size::default(), Point::default()), None);
    assert_eq!(new(&[0; 3], Size::new(2, 2), Point::default()), None);
    let far = new(&[0; 4], Size::new(2, 2), Point::new(-5, 90)).expect("pixels");
    assert_eq!(far.hotspot, (0, 1));
}
