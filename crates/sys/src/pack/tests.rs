use super::*;
use crate::testing::Rng;

const ALL: [Compression; 12] = [
    Compression::None,
    Compression::Lz4(0),
    Compression::Lz4(-1),
    Compression::Lz4(-128),
    Compression::Lz4(1),
    Compression::Lz4(9),
    Compression::Lz4(127),
    Compression::Zstd(0),
    Compression::Zstd(-7),
    Compression::Zstd(-128),
    Compression::Zstd(5),
    Compression::Zstd(19),
];

fn samples() -> Vec<Vec<u8>> {
    let mut rng = Rng(5);
    let mut samples: Vec<_> = [0, 1, 9, 63, 64, 4096, 60_001].map(|len| rng.bytes(len)).into();
    samples.push(vec![0; 100_000]);
    samples.push(b"abcd".repeat(10_000));
    samples
}

#[test]
fn round_trips() {
    let mut packer = Packer::new();
    for sample in samples() {
        for compression in ALL {
            let mut out = b"before".to_vec();
            packer.pack(compression, &sample, &mut out).unwrap();
            assert_eq!(&out[..6], b"before");
            let back = packer.unpack(compression, &out[6..], sample.len()).unwrap();
            assert!(back == sample, "{compression}");
            let mut into = vec![1; sample.len()];
            packer.unpack_into(compression, &out[6..], &mut into).unwrap();
            assert!(into == sample);
        }
    }
}

#[test]
fn what_lz4_could_not_shorten_is_lent() {
    let (mut packer, mut rng) = (Packer::new(), Rng(3));
    for len in [1, 14, 15, 16, 269, 270, 271, 100_000] {
        let (noise, mut out) = (rng.bytes(len), Vec::new());
        packer.pack(Compression::Lz4(0), &noise, &mut out).unwrap();
        let place = out.as_ptr_range();
        let back = packer.unpack(Compression::Lz4(0), &out, len).unwrap();
        assert_eq!(back, noise);
        assert!(place.contains(&back.as_ptr()), "{len} bytes were copied");
        out.pop();
        assert!(packer.unpack(Compression::Lz4(0), &out, len).is_err());
        assert!(packer.unpack(Compression::Lz4(0), &out, len - 1).is_err());
    }
    // A length that goes on for ever.
    assert!(packer.unpack(Compression::Lz4(0), &[255; 300], 299).is_err());
}

#[test]
fn only_the_exact_length_will_do() {
    let mut packer = Packer::new();
    for sample in samples() {
        for compression in ALL {
            let mut out = Vec::new();
            packer.pack(compression, &sample, &mut out).unwrap();
            for wrong in [sample.len() + 1, sample.len().wrapping_sub(1), sample.len() * 2 + 1, 0] {
                if wrong != sample.len() {
                    assert!(packer.unpack(compression, &out, wrong).is_err(), "{compression} {wrong}");
                }
            }
        }
    }
}

#[test]
fn claims_take_no_memory() {
    let mut packer = Packer::new();
    for compression in ALL {
        let mut out = Vec::new();
        packer.pack(compression, &[0; 1000], &mut out).unwrap();
        for claim in [1 << 32, u32::MAX as usize, usize::MAX, isize::MAX as usize] {
            assert!(packer.unpack(compression, &out, claim).is_err());
        }
    }
    assert!(packer.unpacked.capacity() < 1 << 20);
}

#[test]
fn bombs_are_stopped() {
    let mut packer = Packer::new();
    let zeros = vec![0; 16 << 20];
    for compression in [Compression::Lz4(0), Compression::Zstd(3)] {
        let mut out = Vec::new();
        packer.pack(compression, &zeros, &mut out).unwrap();
        assert!(out.len() < zeros.len() / 200);
        assert!(packer.unpack(compression, &out, 1000).is_err());
        assert!(packer.unpacked.capacity() < 1 << 20);
    }
}

#[test]
fn garbage_is_an_error() {
    let (mut packer, mut rng) = (Packer::new(), Rng(6));
    for len in 0..300 {
        let mut garbage = rng.bytes(len);
        for compression in [Compression::Lz4(0), Compression::Zstd(0)] {
            let _ = packer.unpack(compression, &garbage, rng.below(5000));
        }
        let mut good = Vec::new();
        packer.pack(Compression::Zstd(0), &garbage, &mut good).unwrap();
        let at = rng.below(good.len());
        good[at] ^= 1 << rng.below(8);
        let _ = packer.unpack(Compression::Zstd(0), &good, len);
        garbage.clear();
    }
}

#[test]
fn a_frame_without_its_size_is_fine() {
    // A raw last block of three bytes: magic, descriptor 0 with a window byte, block header.
    let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x00, 0x19, 0x00, 0x00, b'a', b'b', b'c'];
    let mut packer = Packer::new();
    assert_eq!(packer.unpack(Compression::Zstd(0), &frame, 3).unwrap(), b"abc");
    assert_eq!(packer.unpack(Compression::Zstd(0), &frame, 4), Err(PackError::Length { exact: 4 }));
}

#[test]
fn names() {
    for (text, compression) in [
        ("none", Compression::None),
        ("lz4=0", Compression::Lz4(0)),
        ("lz4=-5", Compression::Lz4(-5)),
        ("zstd=19", Compression::Zstd(19)),
    ] {
        assert_eq!(text.parse(), Ok(compression));
        assert_eq!(compression.to_string(), text);
    }
    assert_eq!("lz4".parse(), Ok(Compression::Lz4(0)));
    assert_eq!("zstd".parse(), Ok(Compression::Zstd(0)));
    for bad in ["none=1", "lz4=", "zstd=x", "lz4=200"] {
        assert_eq!(bad.parse::<Compression>(), Err(ParseCompressionError::Level), "{bad}");
    }
    for bad in ["", "LZ4", "gzip", "zst"] {
        assert_eq!(bad.parse::<Compression>(), Err(ParseCompressionError::Name));
    }
    assert!(Compression::Lz4(0).matches(Compression::Lz4(9)));
    assert!(!Compression::Lz4(0).matches(Compression::Zstd(0)));
}
