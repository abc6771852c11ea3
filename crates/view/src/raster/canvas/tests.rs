use super::*;

fn numbered(width: i32, height: i32) -> Canvas {
    let pixels = (0..(width * height) as u32).map(|it| 0xff00_0000 | it).collect();
    Canvas::from_pixels(Size::new(width, height), pixels).expect("a fitting size")
}

#[test]
fn sizes_are_limited_and_negative_ones_are_empty() {
    assert_eq!(Canvas::new(Size::new(-4, 10)).size(), Size::new(0, 10));
    assert!(Canvas::new(Size::new(-4, 10)).pixels().is_empty());
    assert_eq!(Canvas::new(Size::new(i32::MAX, 1)).size(), Size::new(Canvas::MAX_SIDE, 1));
    assert!(Canvas::from_pixels(Size::new(2, 2), vec![0; 3]).is_none());
    assert!(Canvas::from_pixels(Size::new(-2, -2), vec![0; 4]).is_none());
}

#[test]
fn a_fill_stays_within_its_rectangle_and_the_canvas() {
    let mut canvas = Canvas::new(Size::new(5, 4));
    canvas.fill(Rect::new(3, -2, 100, 4), 7);
    for (x, y) in (0..5).flat_map(|x| (0..4).map(move |y| (x, y))) {
        assert_eq!(canvas.pixel(x, y), Some(if x >= 3 && y < 2 { 7 } else { 0 }));
    }
    canvas.fill(Rect::new(i32::MIN, i32::MIN, i32::MAX, i32::MAX), 9);
    canvas.fill(Rect::new(9, 9, 9, 9), 9);
    assert!(!canvas.pixels().contains(&9));
    assert_eq!(canvas.pixel(5, 0), None);
    assert_eq!(canvas.pixel(-1, 0), None);
    assert!(canvas.row(4).is_empty() && canvas.row(-1).is_empty());
}

#[test]
fn a_crop_has_the_part_and_is_transparent_outside() {
    let part = numbered(4, 3).crop(Rect::new(2, -1, 3, 3));
    assert_eq!(part.size(), Size::new(3, 3));
    assert_eq!(part.pixels(), [0, 0, 0, 0xff00_0002, 0xff00_0003, 0, 0xff00_0006, 0xff00_0007, 0]);
}

#[test]
fn differences_are_counted() {
    let canvas = numbered(4, 3);
    assert_eq!(canvas.diff(&canvas.clone()), 0);
    let mut other = canvas.clone();
    other.fill(Rect::new(1, 1, 2, 2), 0);
    assert_eq!(canvas.diff(&other), 4);
    assert_eq!(canvas.diff(&canvas.crop(Rect::new(0, 0, 3, 4))), 3 + 3);
    assert_eq!(canvas.diff(&Canvas::default()), 12);
}

fn decode(file: &[u8]) -> (png::ColorType, Vec<u8>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().expect("a header");
    let mut bytes = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut bytes).expect("a picture");
    assert_eq!((info.width, info.height), (2, 1));
    (info.color_type, bytes)
}

#[test]
fn a_png_file_has_the_pixels() {
    let canvas = Canvas::from_pixels(Size::new(2, 1), vec![0xff01_0203, 0x8080_4000]).expect("two pixels");
    let opaque = decode(&canvas.to_png(false).expect("a file"));
    assert_eq!(opaque, (png::ColorType::Rgb, vec![1, 2, 3, 128, 64, 0]));
    let alpha = decode(&canvas.to_png(true).expect("a file"));
    assert_eq!(alpha, (png::ColorType::Rgba, vec![1, 2, 3, 255, 255, 128, 0, 128]));
    assert!(Canvas::default().to_png(false).is_err());
}

#[test]
fn large_canvases_are_the_same_after_copies_and_new_sizes() {
    let size = Size::new(300, 200);
    let mut canvas = Canvas::new(size);
    assert_eq!(canvas.pixels(), vec![0; 60_000]);
    canvas.fill(Rect::new(299, 199, 1, 1), 5);
    assert_eq!(canvas.pixels()[59_999], 5);
    assert_eq!(canvas.clone(), canvas);
    assert_eq!(canvas.crop(size.rect()), canvas);
    assert_eq!(Canvas::from_pixels(size, canvas.pixels().to_vec()), Some(canvas.clone()));
    canvas.resize(Size::new(200, 300));
    assert_eq!(canvas.pixels(), vec![0; 60_000]);
    canvas.resize(Size::new(2, 3));
    assert_eq!(canvas.pixels(), [0; 6]);
}
