//! Raw LZ4 blocks, with state that is allocated once.
//!
//! The binding crate declares only some of the library's functions. The rest of what is needed here is declared
//! below, as in `lz4.h` and `lz4hc.h` of 1.10, which the binding brings along. One is for those who link it statically.

use std::ffi::{c_char, c_int, c_void};

use ::lz4::liblz4::{LZ4_compressBound, LZ4_decompress_safe};

use super::PackError;

unsafe extern "C" {
    safe fn LZ4_sizeofState() -> c_int;
    safe fn LZ4_sizeofStateHC() -> c_int;
    fn LZ4_compress_fast_extState_fastReset(
        state: *mut c_void,
        src: *const c_char,
        dst: *mut c_char,
        src_size: c_int,
        dst_capacity: c_int,
        acceleration: c_int,
    ) -> c_int;
    fn LZ4_compress_HC_extStateHC(
        state: *mut c_void,
        src: *const c_char,
        dst: *mut c_char,
        src_size: c_int,
        dst_capacity: c_int,
        level: c_int,
    ) -> c_int;
}

/// The block that holds nothing: one token without literals.
const EMPTY_BLOCK: u8 = 0;

/// States for the two modes, as 64-bit words since they must be aligned so. Empty until needed.
#[derive(Default)]
pub(super) struct Lz4 {
    fast: Vec<u64>,
    high: Vec<u64>,
}

impl Lz4 {
    pub(super) fn pack(&mut self, level: i8, src: &[u8], out: &mut Vec<u8>) -> Result<(), PackError> {
        if src.is_empty() {
            // The library computes addresses before the start of its input, and an empty slice may start at 1.
            out.push(EMPTY_BLOCK);
            return Ok(());
        }
        let len = c_int::try_from(src.len()).map_err(|_| PackError::TooLarge)?;
        // SAFETY: pure arithmetic.
        let bound = unsafe { LZ4_compressBound(len) };
        if bound <= 0 {
            return Err(PackError::TooLarge);
        }
        out.try_reserve(bound as usize).map_err(|_| PackError::Memory)?;
        let room = out.spare_capacity_mut();
        let (from, to) = (src.as_ptr().cast(), room.as_mut_ptr().cast());
        let count = if level > 0 {
            let state = state(&mut self.high, LZ4_sizeofStateHC());
            // SAFETY: the state has the size and alignment that the library asks for, and needs no initial value;
            // `from` and `to` are valid for `len` and `bound` bytes.
            unsafe { LZ4_compress_HC_extStateHC(state, from, to, len, bound, level.into()) }
        } else {
            let state = state(&mut self.fast, LZ4_sizeofState());
            let acceleration = (-c_int::from(level)).max(1);
            // SAFETY: as above; and the state is all zeros or as the library left it, which it wants here. In return it
            // does not fill 16 KiB for each small block.
            unsafe { LZ4_compress_fast_extState_fastReset(state, from, to, len, bound, acceleration) }
        };
        if count <= 0 {
            *self = Self::default();
            return Err(PackError::Memory);
        }
        let len = out.len() + count as usize;
        // SAFETY: the library has initialised `count` bytes of the spare capacity.
        unsafe { out.set_len(len) };
        Ok(())
    }
}

fn state(words: &mut Vec<u64>, size: c_int) -> *mut c_void {
    if words.is_empty() {
        words.resize((size as usize).div_ceil(8), 0);
    }
    words.as_mut_ptr().cast()
}

/// The longest that so many bytes can become: a byte of length adds 255 at most.
pub(super) fn most(len: usize) -> usize {
    len.saturating_mul(255)
}

/// What a block unpacks to if it is a single run of `exact` literals, as for noise: then it is there already.
pub(super) fn literals(src: &[u8], exact: usize) -> Option<&[u8]> {
    /// A length in the token that goes on in the bytes after it.
    const LONG: u8 = 15;
    let (token, mut rest) = src.split_first()?;
    let mut length = usize::from(token >> 4);
    let mut last = if token >> 4 == LONG { u8::MAX } else { 0 };
    while last == u8::MAX {
        (last, rest) = rest.split_first().map(|(byte, rest)| (*byte, rest))?;
        length = length.saturating_add(last.into());
    }
    (exact > 0 && length == exact && rest.len() == exact).then_some(rest)
}

/// Fills `out` exactly.
pub(super) fn unpack(src: &[u8], out: &mut [u8]) -> Result<(), PackError> {
    if out.is_empty() {
        return if src == [EMPTY_BLOCK] { Ok(()) } else { Err(PackError::Damaged) };
    }
    if src.is_empty() {
        return Err(PackError::Length { exact: out.len() });
    }
    let have = c_int::try_from(src.len()).map_err(|_| PackError::TooLarge)?;
    let room = c_int::try_from(out.len()).map_err(|_| PackError::TooLarge)?;
    // SAFETY: both pointers are valid for their lengths; the library promises not to leave these bounds on any input.
    let count = unsafe { LZ4_decompress_safe(src.as_ptr().cast(), out.as_mut_ptr().cast(), have, room) };
    match count {
        count if count < 0 => Err(PackError::Damaged),
        count if count != room => Err(PackError::Length { exact: out.len() }),
        _ => Ok(()),
    }
}
