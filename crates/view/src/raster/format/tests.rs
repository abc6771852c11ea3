use super::*;

fn one(format: Format, bytes: &[u8]) -> u32 {
    assert_eq!(bytes.len(), format.bytes_per_pixel());
    let mut out = [0x1234_5678];
    format.convert(bytes, &mut out);
    out[0]
}

/// A pixel of each format, worked out by hand from the layout in `drm_fourcc.h`.
#[test]
fn each_format_gives_the_hand_computed_pixel() {
    let cases: &[(Format, &[u8], u32)] = &[
        (Format::Argb8888, &[0x11, 0x22, 0x33, 0x44], 0x4433_2211),
        (Format::Xrgb8888, &[0x11, 0x22, 0x33, 0x44], 0xff33_2211),
        (Format::Abgr8888, &[0x11, 0x22, 0x33, 0x44], 0x4411_2233),
        (Format::Xbgr8888, &[0x11, 0x22, 0x33, 0x44], 0xff11_2233),
        (Format::Rgba8888, &[0x44, 0x11, 0x22, 0x33], 0x4433_2211),
        (Format::Rgbx8888, &[0x44, 0x11, 0x22, 0x33], 0xff33_2211),
        (Format::Bgra8888, &[0x44, 0x33, 0x22, 0x11], 0x4433_2211),
        (Format::Bgrx8888, &[0x44, 0x33, 0x22, 0x11], 0xff33_2211),
        (Format::Rgb888, &[0x11, 0x22, 0x33], 0xff33_2211),
        (Format::Bgr888, &[0x11, 0x22, 0x33], 0xff11_2233),
        // 10000 100000 00011: 16/31, 32/63, 3/31.
        (Format::Rgb565, &[0x03, 0x84], 0xff84_8219),
        (Format::Bgr565, &[0x03, 0x84], 0xff19_8284),
        // 1 10000 00001 11111.
        (Format::Argb1555, &[0x3f, 0xc0], 0xff84_08ff),
        (Format::Argb1555, &[0x00, 0x00], 0x0000_0000),
        (Format::Xrgb1555, &[0x3f, 0x40], 0xff84_08ff),
        (Format::Argb4444, &[0x12, 0x84], 0x8844_1122),
        (Format::Xrgb4444, &[0x12, 0x84], 0xff44_1122),
        // 10 0100000000 0000000011 1111111111: 256/1023 is 63.8, 3/1023 is 0.7.
        (Format::Argb2101010, &0x9000_0fff_u32.to_le_bytes(), 0xaa40_01ff),
        (Format::Xrgb2101010, &0x1000_0fff_u32.to_le_bytes(), 0xff40_01ff),
        (Format::Abgr2101010, &0x9000_0fff_u32.to_le_bytes(), 0xaaff_0140),
        (Format::Xbgr2101010, &0x1000_0fff_u32.to_le_bytes(), 0xffff_0140),
        // 0x0101 of 0xffff is 1, 0xffff is 255, 0x8000 is 127.502.
        (Format::Abgr16161616, &[0x01, 0x01, 0xff, 0xff, 0x00, 0x00, 0x00, 0x80], 0x8001_ff00),
        (Format::Xbgr16161616, &[0x01, 0x01, 0xff, 0xff, 0x00, 0x00, 0x00, 0x80], 0xff01_ff00),
        // 1.0, 0.5, a subnormal, 0.25.
        (Format::Abgr16161616F, &[0x00, 0x3c, 0x00, 0x38, 0x01, 0x00, 0x00, 0x34], 0x40ff_8000),
        // 2.0, not a number, -1.0, ignored.
        (Format::Xbgr16161616F, &[0x00, 0x40, 0x01, 0x7c, 0x00, 0xbc, 0x00, 0x00], 0xffff_0000),
        (Format::Abgr16161616F, &[0x00, 0x7c, 0x00, 0xfc, 0x00, 0x80, 0x00, 0x7c], 0xffff_0000),
        (Format::R8, &[0x42], 0xff42_4242),
    ];
    for (format, bytes, expected) in cases {
        let got = one(*format, bytes);
        assert_eq!(got, *expected, "{format:?}: {got:08x} instead of {expected:08x}");
    }
    let covered = |format| cases.iter().any(|(it, ..)| it == format);
    assert!(Format::all().iter().all(covered));
}

#[test]
fn the_ends_of_each_scale_are_reached_and_alpha_is_as_declared() {
    for format in Format::all().iter().copied() {
        let bytes = format.bytes_per_pixel();
        assert_eq!(one(format, &vec![0; bytes]) >> 24 == 0, format.has_alpha(), "{format:?}");
        let white = if matches!(format, Format::Abgr16161616F | Format::Xbgr16161616F) {
            [0x00, 0x3c].repeat(4)
        } else {
            vec![0xff; bytes]
        };
        assert_eq!(one(format, &white), 0xffff_ffff, "{format:?}");
    }
}

#[test]
fn codes_are_unique_and_found_again() {
    for format in Format::all().iter().copied() {
        assert_eq!(Format::from_shm(format.code()), Some(format));
        assert_eq!(Format::from_fourcc(format.fourcc()), Some(format));
    }
    assert_eq!(Format::from_shm(0), Some(Format::Argb8888));
    assert_eq!(Format::from_shm(1), Some(Format::Xrgb8888));
    assert_eq!(Format::from_shm(0x3432_4258), Some(Format::Xbgr8888));
    assert_eq!(Format::from_shm(Format::Argb8888.fourcc()), None);
    assert_eq!(Format::from_shm(u32::MAX), None);
}

#[test]
fn the_end_of_a_layout_leaves_out_the_last_gap() {
    let layout = |offset, stride, width, height| Layout {
        offset,
        stride,
        size: Size::new(width, height),
        format: Format::Rgb888,
    };
    assert_eq!(layout(5, 100, 10, 3).end(), Some(235));
    assert_eq!(layout(5, 100, 10, 0).end(), Some(5));
    assert_eq!(layout(5, 100, -1, 3).end(), Some(5));
    assert_eq!(layout(u64::MAX, 100, 10, 3).end(), None);
    assert!(layout(0, u32::MAX, i32::MAX, i32::MAX).end().is_some());
}
