use super::{Difference, Image, Rect};

fn grey(width: u32, height: u32) -> Image {
    Image::new(width, height, vec![40; 3 * (width * height) as usize]).expect("size fits")
}

#[test]
fn ppm_is_read_and_its_length_checked() {
    let image = Image::from_ppm(b"P6\n2 1\n255\n\x01\x02\x03\n \x20").expect("a PPM");
    assert_eq!((image.width, image.height), (2, 1));
    assert_eq!(image.pixel(0, 0), Some([1, 2, 3]));
    assert_eq!(image.pixel(1, 0), Some(*b"\n  "));
    assert_eq!(image.pixel(2, 0), None);
    for bad in [&b""[..], b"P6", b"P6 2 1 255\n\x01", b"P5 1 1 255\n\x01", b"P6 x 1 255\n\x01"] {
        assert!(Image::from_ppm(bad).is_err());
    }
}

#[test]
fn png_survives_a_round_trip() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("a.png");
    let image = Image::new(2, 2, (0..12).collect()).expect("size fits");
    image.save(&path).expect("saved");
    let bytes = std::fs::read(&path).expect("read");
    assert_eq!(Image::from_png(&bytes).expect("a PNG"), image);
    assert!(Image::from_png(&bytes[..20]).is_err());
}

#[test]
fn alpha_is_dropped() {
    assert_eq!(super::opaque(vec![1, 2, 3, 255, 4, 5, 6, 255, 7, 8, 9, 0]), (1..=9).collect::<Vec<u8>>());
}

#[test]
fn difference_reports_box_count_and_worst() {
    let a = grey(10, 8);
    let mut b = a.clone();
    b.rgb[3 * (2 * 10 + 3)] = 50;
    b.rgb[3 * (5 * 10 + 7) + 2] = 35;
    let within = Rect { x: 3, y: 2, width: 5, height: 4 };
    assert_eq!(a.difference(&b, 0), Some(Difference::Pixels { within, count: 2, worst: 10 }));
    assert_eq!(b.window(&a), Some(within));
    assert_eq!(a.difference(&b, 10), None);
    assert_eq!(a.difference(&a, 0), None);
    assert_eq!(a.difference(&grey(8, 10), 0), Some(Difference::Size((10, 8), (8, 10))));
}
