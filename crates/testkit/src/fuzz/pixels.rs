//! Pixels: there and back, and what somebody else calls pixels.

use bytes::Bytes;
use farway_proto::channel::Update;
use farway_proto::engine::{Done, Job};
use farway_proto::{Rid, Ticket};
use farway_proxy::bench::{Coding, Tools, run};
use farway_proxy::store::Content;
use farway_sys::pack::{Compression, Packer};
use farway_sys::pixels::{Scratch, forward, inverse, transformed};

use super::Input;

/// Bytes of the file that is written to.
const SIZE: u64 = 5000;

/// Any bytes as rows come back as they were; any bytes as transformed rows are refused or become that many bytes; an
/// update of any words writes nothing outside of its rows, and the same into file and mirror.
pub fn pixels(data: &[u8]) {
    let mut input = Input(data);
    match input.byte() % 3 {
        0 => there_and_back(input),
        1 => foreign(input),
        _ => update(input),
    }
}

fn there_and_back(mut input: Input) {
    let row = input.word() as usize % 4000;
    let bytes = input.take(usize::MAX);
    let (mut planes, mut packed, mut scratch) = (Vec::new(), Vec::new(), Scratch::default());
    forward(bytes, row, &mut planes, &mut scratch);
    let mut packer = Packer::new();
    assert!(packer.pack_pixels(&planes, &mut packed).is_ok());
    let exact = transformed(bytes.len(), row);
    let unpacked = packer.unpack(Compression::Zstd(0), &packed, exact).unwrap_or_default();
    let mut out = vec![1; bytes.len()];
    assert!(inverse(unpacked, row, &mut out, &mut scratch).is_ok());
    assert!(out == bytes, "rows of {row} bytes came back as others");
}

fn foreign(mut input: Input) {
    let (row, length) = (input.word() as usize, input.word() as usize % 70_000);
    let mut out = vec![0; length];
    let bytes = input.take(usize::MAX);
    let _ = inverse(bytes, row, &mut out, &mut Scratch::default());
    // As many bytes as it must have, so that the modes matter too.
    let mut bytes = bytes.to_vec();
    bytes.resize(transformed(length, row), 3);
    let _ = inverse(&bytes, row, &mut out, &mut Scratch::default());
}

fn update(mut input: Input) {
    let Ok(content) = Content::heap(SIZE, true) else { return };
    let [start, pitch, row, total] = [(); 4].map(|()| input.word());
    // Words that somebody's engine would let through, most of the time.
    let (start, row) = if start & 3 == 0 { (start, row) } else { (start % 4000, row % 600) };
    let pitch = if pitch & 3 == 0 { pitch } else { row + pitch % 100 };
    let total = if total & 3 == 0 { total % 100_000 } else { total % 3000 };
    let (packed, rest) = (input.byte() & 1 == 0, input.take(usize::MAX));
    let mut payload = rest.to_vec();
    if packed {
        payload.resize(transformed(total as usize, row as usize), 2);
        let mut out = Vec::new();
        assert!(Packer::new().pack_pixels(&payload, &mut out).is_ok());
        payload = out;
    }
    let payload = Bytes::from(payload);
    let update = Update::Pixels { start, pitch, row, total, coding: 3, payload };
    let job = Job::Apply { ticket: Ticket(1), rid: Rid(1), update };
    let done = run(job, &content, None, Coding::plain(Compression::None), &mut Tools::default());
    assert!(matches!(done, Done::Applied(_) | Done::Failed(..)));
    let mut now = vec![0; SIZE as usize];
    assert!(content.region.read(0, &mut now).is_ok());
    let mirror = content.mirror.as_ref();
    assert!(mirror.is_some_and(|it| it.lock(0..SIZE).is_ok_and(|it| *it == now[..])));
    let (start, pitch, row) = (start as usize, pitch.max(1) as usize, row as usize);
    let outside = |n: &usize| *n < start || (*n - start) % pitch >= row;
    assert!((0..now.len()).filter(outside).all(|n| now[n] == 0), "written outside of the rows");
}
