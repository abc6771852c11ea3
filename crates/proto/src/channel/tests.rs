//! Worked bytes of channel.md section 16, the borders of every field, and streams in pieces.

use bytes::{Bytes, BytesMut};

use super::*;
use crate::ids::Rid;
use crate::wayland::ObjectId;

fn written(frame: &Frame) -> Vec<u8> {
    let mut out = BytesMut::new();
    frame.put(&mut out);
    out.to_vec()
}

fn fill(bytes: &'static [u8]) -> Frame {
    let end = bytes.len() as u32 + 4;
    Frame::Update(Rid(-1), Update::Fill { start: 4, end, payload: Bytes::from_static(bytes) })
}

/// One frame of each type, with its bytes.
fn samples() -> Vec<(Frame, Vec<u8>)> {
    let sync = Bytes::from_static(&[1, 0, 0, 0, 0, 0, 12, 0, 3, 0, 0, 0]);
    let diff = Update::Diff { diff_size: 12, ntrailing: 1, payload: Bytes::from_static(&[9; 13]) };
    let rect = CopyRect { dst: 1, src: 2, row: 3, rows: 4, dst_pitch: 5, src_pitch: 262 };
    let copy = Update::copy(Rid(2), &[rect]);
    let mut protocol = vec![0, 2, 0, 0];
    protocol.extend_from_slice(&sync);
    vec![
        (Frame::Protocol(sync), protocol),
        (Frame::InjectRids(vec![Rid(1)]), vec![1, 1, 0, 0, 1, 0, 0, 0]),
        (Frame::OpenFile { rid: Rid(1), size: 720 }, vec![0x82, 1, 0, 0, 1, 0, 0, 0, 0xd0, 2, 0, 0]),
        (Frame::ExtendFile { rid: Rid(1), size: 2048 }, vec![0x83, 1, 0, 0, 1, 0, 0, 0, 0, 8, 0, 0]),
        (fill(b"xkb"), vec![0x65, 2, 0, 0, 255, 255, 255, 255, 4, 0, 0, 0, 7, 0, 0, 0, b'x', b'k', b'b', 0]),
        (
            Frame::Update(Rid(1), diff),
            [&[0xa6, 3, 0, 0, 1, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0][..], &[9; 13], &[0; 3]].concat(),
        ),
        (
            Frame::Update(
                Rid(1),
                Update::Packed { coding: 2, diff_size: 12, ntrailing: 1, payload: Bytes::from_static(&[9; 2]) },
            ),
            vec![0xdc, 2, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 9, 9, 0, 0],
        ),
        (
            Frame::Update(
                Rid(1),
                Update::Pixels {
                    start: 64,
                    pitch: 16,
                    row: 8,
                    total: 20,
                    coding: 3,
                    payload: Bytes::from_static(&[9; 3]),
                },
            ),
            [&[0xfb, 3, 0, 0, 1, 0, 0, 0, 64, 0, 0, 0, 16, 0, 0, 0, 8, 0, 0, 0, 20, 0, 0, 0, 3, 0, 0, 0][..], &[9, 9, 9, 0]]
                .concat(),
        ),
        (Frame::OpenReadPipe(Rid(2)), vec![7, 1, 0, 0, 2, 0, 0, 0]),
        (Frame::OpenWritePipe(Rid(2)), vec![8, 1, 0, 0, 2, 0, 0, 0]),
        (
            Frame::PipeTransfer(Rid(-3), Bytes::from_static(b"hello golden selection\n")),
            [&[0xea, 3, 0, 0, 0xfd, 255, 255, 255][..], b"hello golden selection\n\0"].concat(),
        ),
        (Frame::PipeShutdownR(Rid(2)), vec![0x0b, 1, 0, 0, 2, 0, 0, 0]),
        (Frame::PipeShutdownW(Rid(-3)), vec![0x0c, 1, 0, 0, 0xfd, 255, 255, 255]),
        (Frame::Ack(1), vec![0x10, 1, 0, 0, 1, 0, 0, 0]),
        (Frame::Close(0), vec![0x12, 1, 0, 0, 0, 0, 0, 0]),
        (Frame::Close(-1), vec![0x12, 1, 0, 0, 255, 255, 255, 255]),
        (Frame::Version(17), vec![0x17, 1, 0, 0, 17, 0, 0, 0]),
        (Frame::Capabilities(Capabilities(5)), vec![0x18, 1, 0, 0, 5, 0, 0, 0]),
        (Frame::AwaitRelease(ObjectId(9)), vec![0x19, 1, 0, 0, 9, 0, 0, 0]),
        (Frame::Have([8; 32]), [&[0x9e, 4, 0, 0][..], &[8; 32]].concat()),
        (
            Frame::Update(Rid(1), Update::Named { size: 9, name: Bytes::from_static(&[8; 32]) }),
            [&[0x9f, 5, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0][..], &[8; 32]].concat(),
        ),
        (Frame::Held(ObjectId(9), 5), vec![0x9d, 1, 0, 0, 9, 0, 0, 0, 5, 0, 0, 0]),
        (
            Frame::Update(Rid(1), copy),
            [
                &[0x9a, 4, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0][..],
                &[1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0],
                &[4, 0, 0, 0, 5, 0, 0, 0, 6, 1, 0, 0],
            ]
            .concat(),
        ),
    ]
}

#[test]
fn worked_bytes() {
    for (frame, bytes) in samples() {
        assert_eq!(written(&frame), bytes, "{frame:?}");
        assert_eq!(frame.wire_len(), bytes.len());
        assert_eq!(frame.kind(), bytes[0] & 31);
        let exact = bytes.len() - frame.padding();
        assert_eq!(Frame::parse(Bytes::from(bytes).slice(..exact)), Ok(frame));
    }
}

#[test]
fn every_frame_but_two_is_counted() {
    for (frame, _) in samples() {
        assert_eq!(frame.is_counted(), !matches!(frame, Frame::Ack(_) | Frame::Close(_)));
    }
}

/// X11: whatever the pieces, and whatever stands in the padding.
#[test]
fn pieces() {
    let (mut stream, mut expected) = (Vec::new(), Vec::new());
    for (frame, mut bytes) in samples() {
        let end = bytes.len();
        bytes[end - frame.padding()..].fill(0xff);
        stream.extend_from_slice(&bytes);
        expected.push(frame);
    }
    for size in [1, 2, 3, 5, 7, 16, 1000] {
        let (mut deframer, mut frames) = (Deframer::new(), Vec::new());
        for piece in stream.chunks(size) {
            deframer.buffer().extend_from_slice(piece);
            while let Some(frame) = deframer.next().unwrap() {
                frames.push(frame);
            }
        }
        assert_eq!(frames, expected);
        assert!(deframer.is_empty());
    }
}

/// A frame is given out before its padding has come; the padding is then not taken for the next one.
#[test]
fn padding_may_be_late() {
    let mut deframer = Deframer::new();
    deframer.buffer().extend_from_slice(&written(&fill(b"a"))[..17]);
    assert_eq!(deframer.next(), Ok(Some(fill(b"a"))));
    assert!(deframer.is_empty());
    deframer.buffer().extend_from_slice(&[5, 5]);
    assert_eq!(deframer.next(), Ok(None));
    deframer.buffer().extend_from_slice(&[5]);
    deframer.buffer().extend_from_slice(&written(&Frame::Ack(3)));
    assert_eq!(deframer.next(), Ok(Some(Frame::Ack(3))));
}

/// A length that is only stated costs nothing.
#[test]
fn stated_lengths_are_free() {
    let mut deframer = Deframer::new();
    deframer.buffer().extend_from_slice(&(u32::MAX << 5).to_le_bytes());
    assert_eq!(deframer.next(), Ok(None));
    assert_eq!(deframer.missing(), MAX_FRAME - 4);
    assert!(deframer.buffer().capacity() < 4096);
}

#[test]
fn impossible_frames() {
    let word = |length: u32, kind: u32| length << 5 | kind;
    let length = |kind, length| ChannelError::Length { kind, length };
    let cases: [(&[u32], ChannelError); 18] = [
        (&[word(0, 0)], length(0, 0)),
        (&[word(3, 7)], length(7, 3)),
        (&[word(4, 1)], length(1, 4)),
        (&[word(6, 1), 1], length(1, 6)),
        (&[word(8, 2), 1], length(2, 8)),
        (&[word(16, 3), 1, 1, 1], length(3, 16)),
        (&[word(12, 5), 1, 1], length(5, 12)),
        (&[word(4, 10)], length(10, 4)),
        (&[word(12, 7), 1, 1], length(7, 12)),
        (&[word(4, 16)], length(16, 4)),
        (&[word(12, 23), 1, 1], length(23, 12)),
        (&[word(8, 7), 0], ChannelError::ZeroRid),
        (&[word(12, 2), 0, 1], ChannelError::ZeroRid),
        (&[word(8, 9), 1], ChannelError::UnexpectedKind(9)),
        (&[word(8, 17), 1], ChannelError::UnexpectedKind(17)),
        (&[word(8, 29), 1], length(29, 8)),
        (&[word(12, 30), 1, 1], length(30, 12)),
        (&[word(16, 31), 1, 1, 1], length(31, 16)),
    ];
    for (words, error) in cases {
        let mut deframer = Deframer::new();
        for word in words {
            deframer.buffer().extend_from_slice(&word.to_le_bytes());
        }
        assert_eq!(deframer.next(), Err(error), "{words:x?}");
    }
}

fn header(lead: u32) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&lead.to_le_bytes());
    bytes
}

/// The headers that exist.
#[test]
fn headers() {
    use CompressionCode::{Lz4, None as Raw, Zstd};
    let cases = [
        (0x0001_0988, 17, Some(Raw)),
        (0x0001_0a88, 17, Some(Lz4)),
        (0x0001_0b8c, 17, Some(Zstd)),
        (0x0001_0980, 16, Some(Raw)),
        (0x0001_0a81, 16, Some(Lz4)),
        (0x0001_0080, 16, None), // before 0.8.2
        (0x0001_09f8, 31, Some(Raw)),
        (0x0012_0988, 289, Some(Raw)),
    ];
    for (lead, version, compression) in cases {
        let greeting = Greeting::parse(&header(lead)).unwrap();
        assert_eq!((greeting.version, greeting.compression), (WireVersion(version), compression));
        assert_eq!(greeting.no_dmabuf, lead & 4 != 0);
        assert_eq!(greeting.reconnectable, lead & 1 != 0);
        assert_eq!(greeting.negotiated(), WireVersion(version.min(17)));
        assert!(!greeting.from_farway());
        assert_eq!(greeting.to_bytes(), header(lead));
    }
}

#[test]
fn not_headers() {
    let cases = [
        (0x8000_0000, ChannelError::ByteOrder),
        (0x8809_0100, ChannelError::ByteOrder),
        (0, ChannelError::NotAHeader(0)),
        (0x0001_0900, ChannelError::NotAHeader(0x0001_0900)),
        (0x0101_0988, ChannelError::NotAHeader(0x0101_0988)),
        (0x0001_0c88, ChannelError::NotAHeader(0x0001_0c88)), // an unassigned compression
        (0x0000_09f8, ChannelError::Version(15)),
    ];
    for (lead, error) in cases {
        assert_eq!(Greeting::parse(&header(lead)), Err(error), "{lead:#x}");
    }
}

/// Ours: what every peer accepts, and what another farway knows us by.
#[test]
fn our_header() {
    for compression in [CompressionCode::None, CompressionCode::Lz4, CompressionCode::Zstd] {
        let ours = Greeting::ours(compression, Capabilities::RELEASES);
        let read = Greeting::parse(&ours.to_bytes()).unwrap();
        assert_eq!(read, ours);
        assert!(read.from_farway() && read.no_dmabuf);
        let lead = u32::from_le_bytes(ours.to_bytes()[..4].try_into().unwrap());
        // The C programs take bits 16 to 31 for one number, which must be 1.
        assert_eq!(lead >> 16, 1);
    }
}
