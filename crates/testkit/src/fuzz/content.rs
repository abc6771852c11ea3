//! Received content: unpacking, checking, writing.

use farway_sys::diff::{apply_diff, apply_fill};
use farway_sys::mem::{Mirror, Region};
use farway_sys::pack::{Compression, Packer};

use super::Input;

const SIZES: [usize; 9] = [0, 1, 3, 8, 63, 64, 65, 1000, 70_000];

/// An update with any payload and any bounds, applied to a file of some size. If it is refused, nothing was
/// written; if not, file and mirror are the same.
pub fn content(data: &[u8]) {
    let mut input = Input(data);
    let size = SIZES[usize::from(input.byte()) % SIZES.len()];
    let compression =
        [Compression::None, Compression::Lz4(0), Compression::Zstd(0)][usize::from(input.byte()) % 3];
    let fill = input.byte() & 1 == 1;
    let (first, second) = (input.word() as usize % (1 << 20), input.word() as usize % (1 << 20));
    let payload = input.take(usize::MAX);
    let exact = if fill { second.saturating_sub(first) } else { first + second };
    let mut packer = Packer::new();
    let unpacked = packer.unpack(compression, payload, exact);
    let Ok(raw) = unpacked else { return };
    assert_eq!(raw.len(), exact);
    let (Ok(mirror), region) = (Mirror::new(size as u64), Region::heap(size)) else { return };
    let refused = if fill {
        apply_fill(&region, Some(&mirror), first as u64, raw).is_err()
    } else {
        apply_diff(&region, Some(&mirror), raw, first, second).is_err()
    };
    let mut now = vec![0; size];
    assert!(region.read(0, &mut now).is_ok());
    assert!(mirror.lock(0..size as u64).is_ok_and(|copy| *copy == now[..]));
    assert!(!refused || now.iter().all(|byte| *byte == 0), "written although refused");
}
