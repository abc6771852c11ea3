use super::{layout, table};
use std::collections::HashSet;

fn code(text: &[u8; 4]) -> u32 {
    table::fourcc(*text)
}

fn extent(text: &[u8; 4], w: i32, h: i32, stride: i32) -> Option<u64> {
    layout(code(text)).expect("known").extent(w, h, stride)
}

#[test]
fn codes_are_unique_and_planes_sane() {
    let mut seen = HashSet::new();
    for (layout, codes) in table::TABLE {
        assert!(!layout.planes().is_empty());
        for p in layout.planes() {
            assert!([p.bytes, p.block_width, p.block_height, p.sub_x, p.sub_y].iter().all(|v| *v > 0));
        }
        assert_eq!((layout.planes()[0].sub_x, layout.planes()[0].sub_y), (1, 1));
        for c in *codes {
            assert!(seen.insert(**c), "{c:?} twice");
            assert_eq!(super::layout(code(c)), Some(layout));
        }
    }
}

#[test]
fn pixel_sizes() {
    let bpp = |c: &[u8; 4]| layout(code(c)).and_then(|l| l.bytes_per_pixel());
    assert_eq!(layout(0), layout(code(b"AR24")));
    assert_eq!(layout(1), layout(code(b"XR24")));
    for (c, size) in [(b"AR24", 4), (b"RG16", 2), (b"C8  ", 1), (b"BG24", 3), (b"RG48", 6), (b"AB4H", 8)] {
        assert_eq!(bpp(c), Some(size), "{c:?}");
    }
    for c in [b"YUYV", b"NV12", b"C4  ", b"XRA8", b"Y0L2"] {
        assert_eq!(bpp(c), None, "{c:?}");
    }
    for unknown in [2, 0xdead_beef, u32::MAX, code(b"YU08"), code(b"YU10"), code(b"VU30")] {
        assert_eq!(layout(unknown), None);
    }
}

#[test]
fn extents() {
    assert_eq!(extent(b"AR24", 3, 3, 12), Some(36));
    // Padding after the last row is not touched; rows may overlap, and with stride 0 there is one.
    assert_eq!(extent(b"AR24", 3, 3, 16), Some(44));
    assert_eq!(extent(b"AR24", 3, 3, 0), Some(12));
    assert_eq!(extent(b"AR24", 3, 3, 4), Some(20));
    assert_eq!(extent(b"R1  ", 9, 2, 2), Some(4));
    assert_eq!(extent(b"YUYV", 3, 2, 8), Some(16));
    assert_eq!(extent(b"Y0L0", 4, 3, 16), Some(32));
    assert_eq!(extent(b"NV12", 4, 4, 4), Some(24));
    assert_eq!(extent(b"NV12", 5, 5, 6), Some(30 + 18));
    assert_eq!(extent(b"NV24", 4, 4, 4), Some(16 + 32));
    assert_eq!(extent(b"YU12", 4, 4, 8), Some(32 + 8 + 4 + 2));
    assert_eq!(extent(b"YV24", 2, 2, 2), Some(12));
    assert_eq!(extent(b"P010", 4, 4, 8), Some(32 + 16));
    assert_eq!(extent(b"NV15", 4, 2, 5), Some(10 + 5));
    assert_eq!(extent(b"NV30", 4, 2, 5), Some(10 + 20));
    assert_eq!(extent(b"P030", 6, 2, 8), Some(16 + 8));
    assert_eq!(extent(b"XRA8", 2, 2, 8), Some(16 + 4));
    assert_eq!(extent(b"S416", 2, 2, 4), Some(24));
}

#[test]
fn hostile_sizes() {
    let max = i32::MAX;
    let m = max as u64;
    assert_eq!(extent(b"AR24", max, max, max), Some((m - 1) * m + 4 * m));
    assert_eq!(extent(b"AR24", 0, 1, 4), None);
    assert_eq!(extent(b"AR24", 1, -1, 4), None);
    assert_eq!(extent(b"AR24", 1, 1, -4), None);
    for (layout, _) in table::TABLE {
        for w in [1, 2, 7, max - 1, max] {
            for stride in [0, 1, 63, max] {
                let small = layout.extent(w, 1, stride);
                let large = layout.extent(w, max, stride);
                assert!(small.is_some_and(|s| s > 0));
                assert!(large.is_none_or(|l| Some(l) >= small));
            }
        }
    }
}
