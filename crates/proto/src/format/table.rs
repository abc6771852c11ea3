//! The table of formats, from the facts stated in the kernel's `drm_fourcc.h`.
//!
//! What it is: fourcc codes grouped by layout. What it is not: complete for formats that need a modifier.
//! Invariant: each code is listed once; formats without a linear layout (`YU08`, `YU10`, `VU30`) never.

use super::{Layout, Plane};

/// A fourcc as the kernel writes it: first character lowest.
pub(super) const fn fourcc(code: [u8; 4]) -> u32 {
    u32::from_le_bytes(code)
}

type Codes = &'static [&'static [u8; 4]];

/// One sample per `bytes`, at full resolution.
const fn whole(bytes: u8) -> Plane {
    sub(bytes, 1, 1)
}

/// One sample per `bytes`, standing for `sub_x` x `sub_y` pixels.
const fn sub(bytes: u8, sub_x: u8, sub_y: u8) -> Plane {
    block(bytes, 1, 1, sub_x, sub_y)
}

/// `width` samples share `bytes`, side by side.
const fn packed(bytes: u8, width: u8) -> Plane {
    block(bytes, width, 1, 1, 1)
}

const fn block(bytes: u8, block_width: u8, block_height: u8, sub_x: u8, sub_y: u8) -> Plane {
    Plane { bytes, block_width, block_height, sub_x, sub_y }
}

const fn planes(planes: &'static [Plane]) -> Layout {
    Layout { planes }
}

pub(super) static TABLE: &[(Layout, Codes)] = &[
    // Single plane, whole bytes: RGB, packed 4:4:4, depth-like and float formats.
    (
        planes(&[whole(4)]),
        &[
            b"AR24", b"XR24", b"AB24", b"XB24", b"RA24", b"RX24", b"BA24", b"BX24", b"AR30", b"XR30",
            b"AB30", b"XB30", b"RA30", b"RX30", b"BA30", b"BX30", b"RG32", b"GR32", b"AYUV", b"AVUY",
            b"XYUV", b"XVUY", b"Y410", b"XV30", b"GR H", b"R  F",
        ],
    ),
    (
        planes(&[whole(2)]),
        &[
            b"RG16", b"BG16", b"XR12", b"XB12", b"RX12", b"BX12", b"AR12", b"AB12", b"RA12", b"BA12",
            b"XR15", b"XB15", b"RX15", b"BX15", b"AR15", b"AB15", b"RA15", b"BA15", b"R10 ", b"R12 ",
            b"R16 ", b"RG88", b"GR88", b"R  H",
        ],
    ),
    (
        planes(&[whole(8)]),
        &[
            b"XR48", b"XB48", b"AR48", b"AB48", b"XR4H", b"XB4H", b"AR4H", b"AB4H", b"AB10", b"Y412",
            b"Y416", b"XV36", b"XV48", b"GR F",
        ],
    ),
    (planes(&[whole(1)]), &[b"C8  ", b"D8  ", b"R8  ", b"RGB8", b"BGR8"]),
    (planes(&[whole(3)]), &[b"RG24", b"BG24", b"VU24"]),
    (planes(&[whole(6)]), &[b"RG48", b"BG48", b"BGRH"]),
    (planes(&[whole(12)]), &[b"BGRF"]),
    (planes(&[whole(16)]), &[b"AB8F"]),
    // Less than a byte per pixel.
    (planes(&[packed(1, 8)]), &[b"C1  ", b"D1  ", b"R1  "]),
    (planes(&[packed(1, 4)]), &[b"C2  ", b"D2  ", b"R2  "]),
    (planes(&[packed(1, 2)]), &[b"C4  ", b"D4  ", b"R4  "]),
    // Packed 4:2:2, then packed 4:2:0 in blocks of 2x2.
    (planes(&[packed(4, 2)]), &[b"YUYV", b"YVYU", b"UYVY", b"VYUY"]),
    (planes(&[packed(8, 2)]), &[b"Y210", b"Y212", b"Y216"]),
    (planes(&[block(8, 2, 2, 1, 1)]), &[b"Y0L0", b"X0L0", b"Y0L2", b"X0L2"]),
    // Colour and a separate plane of alpha.
    (planes(&[whole(4), whole(1)]), &[b"XRA8", b"XBA8", b"RXA8", b"BXA8"]),
    (planes(&[whole(3), whole(1)]), &[b"R8A8", b"B8A8"]),
    (planes(&[whole(2), whole(1)]), &[b"R5A8", b"B5A8"]),
    // Luma, then both chroma interleaved.
    (planes(&[whole(1), sub(2, 2, 2)]), &[b"NV12", b"NV21"]),
    (planes(&[whole(1), sub(2, 2, 1)]), &[b"NV16", b"NV61"]),
    (planes(&[whole(1), sub(2, 1, 1)]), &[b"NV24", b"NV42"]),
    (planes(&[whole(2), sub(4, 2, 2)]), &[b"P010", b"P012", b"P016"]),
    (planes(&[whole(2), sub(4, 2, 1)]), &[b"P210"]),
    // 10 bits per sample without padding: 4 luma samples or 2 chroma pairs in 5 bytes.
    (planes(&[packed(5, 4), block(5, 2, 1, 2, 2)]), &[b"NV15"]),
    (planes(&[packed(5, 4), block(5, 2, 1, 2, 1)]), &[b"NV20"]),
    (planes(&[packed(5, 4), block(5, 2, 1, 1, 1)]), &[b"NV30"]),
    // Three 10 bit samples in 32 bits.
    (planes(&[packed(4, 3), block(8, 3, 1, 2, 2)]), &[b"P030"]),
    // Three planes of one byte per sample.
    (planes(&[whole(1), sub(1, 4, 4), sub(1, 4, 4)]), &[b"YUV9", b"YVU9"]),
    (planes(&[whole(1), sub(1, 4, 1), sub(1, 4, 1)]), &[b"YU11", b"YV11"]),
    (planes(&[whole(1), sub(1, 2, 2), sub(1, 2, 2)]), &[b"YU12", b"YV12"]),
    (planes(&[whole(1), sub(1, 2, 1), sub(1, 2, 1)]), &[b"YU16", b"YV16"]),
    (planes(&[whole(1), sub(1, 1, 1), sub(1, 1, 1)]), &[b"YU24", b"YV24"]),
    // Three planes of two bytes per sample.
    (planes(&[whole(2), sub(2, 2, 2), sub(2, 2, 2)]), &[b"S010", b"S012", b"S016"]),
    (planes(&[whole(2), sub(2, 2, 1), sub(2, 2, 1)]), &[b"S210", b"S212", b"S216"]),
    (planes(&[whole(2), whole(2), whole(2)]), &[b"Q410", b"Q401", b"S410", b"S412", b"S416"]),
];
