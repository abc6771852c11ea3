//! What aarch64 processors do to blocks, with the NEON registers that all of them have.
//!
//! Invariant: memory that others write is read by the loads in assembly here and by nothing else, so the compiler
//! cannot read it a second time in place of a register.

use std::arch::aarch64::*;
use std::arch::asm;

use super::BLOCK;
use super::kernel::Kernel;
use super::vector::{Runs, Vector};
use crate::mem::SharedBytes;

/// Registers of 16 bytes.
struct Neon;

/// What this processor can run.
pub(super) fn kernels() -> [Option<Kernel>; 1] {
    // SAFETY: NEON is part of the targets this is compiled for.
    [Some(unsafe { Kernel::vector("NEON", neon) })]
}

/// [`Runs::piece`] with NEON.
fn neon(runs: &mut Runs, new: SharedBytes<'_>, old: &mut [u8], at: usize, out: &mut Vec<u8>) {
    // SAFETY: NEON is part of the targets this is compiled for.
    unsafe { runs.piece::<Neon>(new, old, at, out) }
}

/// Loads 64 bytes, once.
///
/// # Safety
/// They are readable.
#[inline(always)]
unsafe fn load(from: *const u8) -> [uint32x4_t; 4] {
    let (a, b, c, d);
    // SAFETY: reads what the caller promises, and nothing else happens.
    unsafe {
        asm!(
            "ldp {a:q}, {b:q}, [{from}]",
            "ldp {c:q}, {d:q}, [{from}, #32]",
            from = in(reg) from,
            a = out(vreg) a,
            b = out(vreg) b,
            c = out(vreg) c,
            d = out(vreg) d,
            options(readonly, nostack, preserves_flags),
        );
    }
    [a, b, c, d]
}

/// Loads 64 bytes of private memory, at any address.
///
/// # Safety
/// They are readable.
#[inline(always)]
unsafe fn load_private(from: *const u8) -> [uint32x4_t; 4] {
    // SAFETY: promised by the caller.
    unsafe {
        [
            vreinterpretq_u32_u8(vld1q_u8(from)),
            vreinterpretq_u32_u8(vld1q_u8(from.add(16))),
            vreinterpretq_u32_u8(vld1q_u8(from.add(32))),
            vreinterpretq_u32_u8(vld1q_u8(from.add(48))),
        ]
    }
}

/// Whether `BLOCKS` blocks are equal.
///
/// # Safety
/// They are readable on both sides.
#[inline(always)]
unsafe fn equal<const BLOCKS: usize>(new: *const u8, old: *const u8) -> bool {
    // SAFETY: promised by the caller.
    unsafe {
        let mut bits = vld1q_u32([0; 4].as_ptr());
        for block in 0..BLOCKS {
            let new = load(new.add(block * BLOCK));
            let old = load_private(old.add(block * BLOCK));
            let ab = vorrq_u32(veorq_u32(new[0], old[0]), veorq_u32(new[1], old[1]));
            let cd = vorrq_u32(veorq_u32(new[2], old[2]), veorq_u32(new[3], old[3]));
            bits = vorrq_u32(bits, vorrq_u32(ab, cd));
        }
        vmaxvq_u32(bits) == 0
    }
}

/// The words in which a block differs, four bits for each.
///
/// # Safety
/// 64 bytes are readable at `old`.
#[inline(always)]
unsafe fn mask(new: [uint32x4_t; 4], old: *const u8) -> u64 {
    // SAFETY: promised by the caller.
    unsafe {
        let old = load_private(old);
        let (a, b) = (vceqq_u32(new[0], old[0]), vceqq_u32(new[1], old[1]));
        let (c, d) = (vceqq_u32(new[2], old[2]), vceqq_u32(new[3], old[3]));
        let ab = vcombine_u16(vmovn_u32(a), vmovn_u32(b));
        let cd = vcombine_u16(vmovn_u32(c), vmovn_u32(d));
        // A byte for each word, of which four bits are kept.
        let bytes = vcombine_u8(vmovn_u16(ab), vmovn_u16(cd));
        let equal = vshrn_n_u16::<4>(vreinterpretq_u16_u8(bytes));
        !vget_lane_u64::<0>(vreinterpret_u64_u8(equal))
    }
}

/// Stores a block.
///
/// # Safety
/// There are 64 writable bytes.
#[inline(always)]
unsafe fn store(to: *mut u8, block: [uint32x4_t; 4]) {
    // SAFETY: promised by the caller.
    unsafe {
        vst1q_u8(to, vreinterpretq_u8_u32(block[0]));
        vst1q_u8(to.add(16), vreinterpretq_u8_u32(block[1]));
        vst1q_u8(to.add(32), vreinterpretq_u8_u32(block[2]));
        vst1q_u8(to.add(48), vreinterpretq_u8_u32(block[3]));
    }
}

impl Vector for Neon {
    const STRIDE: usize = 2 * BLOCK;
    const BITS: u32 = 4;

    #[inline(always)]
    unsafe fn equal(new: *const u8, old: *const u8) -> bool {
        // SAFETY: promised by the caller.
        unsafe { equal::<2>(new, old) }
    }

    #[inline(always)]
    unsafe fn equal_block(new: *const u8, old: *const u8) -> bool {
        // SAFETY: promised by the caller.
        unsafe { equal::<1>(new, old) }
    }

    #[inline(always)]
    unsafe fn take(new: *const u8, old: *mut u8, out: Option<*mut u8>) -> u64 {
        // SAFETY: promised by the caller.
        unsafe {
            let block = load(new);
            let mask = mask(block, old);
            if mask != 0 {
                store(old, block);
                if let Some(out) = out {
                    store(out, block);
                }
            }
            mask
        }
    }
}
