//! What x86-64 processors do to blocks: with SSE2, which all have, with AVX2, and with AVX-512.
//!
//! AVX-512 is for what is equal only: what differs goes to the mirror and the output anyway, at the speed of memory.
//!
//! Invariant: memory that others write is read by the loads in assembly here and by nothing else, so the compiler
//! cannot read it a second time in place of a register.

use std::arch::asm;
use std::arch::x86_64::*;
use std::is_x86_feature_detected;

use super::BLOCK;
use super::kernel::Kernel;
use super::vector::{Runs, Vector};
use crate::mem::SharedBytes;

/// Registers of 16 bytes.
struct Sse2;

/// Registers of 32 bytes.
struct Avx2;

/// Registers of 64 bytes while nothing differs, else of 32.
struct Avx512;

/// What this processor can run, the fastest first.
pub(super) fn kernels() -> [Option<Kernel>; 3] {
    // Processors before those with VBMI lower their clock for registers so wide.
    let wide = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vbmi");
    let wide = wide && is_x86_feature_detected!("avx2");
    // SAFETY: the processor was asked.
    let avx512 = wide.then(|| unsafe { Kernel::vector("AVX-512", avx512) });
    // SAFETY: the processor was asked.
    let avx2 = is_x86_feature_detected!("avx2").then(|| unsafe { Kernel::vector("AVX2", avx2) });
    // SAFETY: SSE2 is part of x86-64.
    let sse2 = unsafe { Kernel::vector("SSE2", sse2) };
    [avx512, avx2, Some(sse2)]
}

/// [`Runs::piece`] with SSE2.
fn sse2(runs: &mut Runs, new: SharedBytes<'_>, old: &mut [u8], at: usize, out: &mut Vec<u8>) {
    // SAFETY: SSE2 is part of x86-64.
    unsafe { runs.piece::<Sse2>(new, old, at, out) }
}

/// [`Runs::piece`] with AVX2.
///
/// # Safety
/// The processor has AVX2.
#[target_feature(enable = "avx2")]
unsafe fn avx2(runs: &mut Runs, new: SharedBytes<'_>, old: &mut [u8], at: usize, out: &mut Vec<u8>) {
    // SAFETY: promised by the caller.
    unsafe { runs.piece::<Avx2>(new, old, at, out) }
}

/// [`Runs::piece`] with AVX-512.
///
/// # Safety
/// The processor has AVX-512F and AVX2.
#[target_feature(enable = "avx2")]
unsafe fn avx512(runs: &mut Runs, new: SharedBytes<'_>, old: &mut [u8], at: usize, out: &mut Vec<u8>) {
    // SAFETY: promised by the caller.
    unsafe { runs.piece::<Avx512>(new, old, at, out) }
}

/// Loads 64 bytes, once.
///
/// # Safety
/// They are readable.
#[inline(always)]
unsafe fn load_sse2(from: *const u8) -> [__m128i; 4] {
    let (a, b, c, d);
    // SAFETY: reads what the caller promises, and nothing else happens.
    unsafe {
        asm!(
            "movdqu {a}, [{from}]",
            "movdqu {b}, [{from} + 16]",
            "movdqu {c}, [{from} + 32]",
            "movdqu {d}, [{from} + 48]",
            from = in(reg) from,
            a = out(xmm_reg) a,
            b = out(xmm_reg) b,
            c = out(xmm_reg) c,
            d = out(xmm_reg) d,
            options(readonly, nostack, preserves_flags),
        );
    }
    [a, b, c, d]
}

/// Loads 64 bytes, once.
///
/// # Safety
/// They are readable, and the processor has AVX2.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn load_avx2(from: *const u8) -> [__m256i; 2] {
    let (a, b);
    // SAFETY: reads what the caller promises, and nothing else happens.
    unsafe {
        asm!(
            "vmovdqu {a}, [{from}]",
            "vmovdqu {b}, [{from} + 32]",
            from = in(reg) from,
            a = out(ymm_reg) a,
            b = out(ymm_reg) b,
            options(readonly, nostack, preserves_flags),
        );
    }
    [a, b]
}

/// Whether `BLOCKS` blocks are equal.
///
/// # Safety
/// They are readable on both sides.
#[inline(always)]
unsafe fn equal_sse2<const BLOCKS: usize>(new: *const u8, old: *const u8) -> bool {
    // SAFETY: promised by the caller; SSE2 is part of x86-64.
    unsafe {
        let mut bits = _mm_setzero_si128();
        for block in 0..BLOCKS {
            let new = load_sse2(new.add(block * BLOCK));
            let old = old.add(block * BLOCK).cast::<__m128i>();
            for (n, new) in new.into_iter().enumerate() {
                bits = _mm_or_si128(bits, _mm_xor_si128(new, _mm_loadu_si128(old.add(n))));
            }
        }
        _mm_movemask_epi8(_mm_cmpeq_epi8(bits, _mm_setzero_si128())) == 0xffff
    }
}

/// Whether `BLOCKS` blocks are equal.
///
/// # Safety
/// They are readable on both sides, and the processor has AVX2.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn equal_avx2<const BLOCKS: usize>(new: *const u8, old: *const u8) -> bool {
    // SAFETY: promised by the caller.
    unsafe {
        let mut bits = _mm256_setzero_si256();
        for block in 0..BLOCKS {
            let [a, b] = load_avx2(new.add(block * BLOCK));
            let old = old.add(block * BLOCK).cast::<__m256i>();
            let a = _mm256_xor_si256(a, _mm256_loadu_si256(old));
            let b = _mm256_xor_si256(b, _mm256_loadu_si256(old.add(1)));
            bits = _mm256_or_si256(bits, _mm256_or_si256(a, b));
        }
        _mm256_testz_si256(bits, bits) == 1
    }
}

/// Whether `BLOCKS` blocks are equal: four in wide registers, others as with AVX2. In assembly, as the oldest compiler
/// that we support has no intrinsics for it. The answer comes through a mask, which is the shortest way: where little
/// differs, what follows waits for it.
///
/// # Safety
/// They are readable on both sides, and the processor has AVX-512F and AVX2.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn equal_avx512<const BLOCKS: usize>(new: *const u8, old: *const u8) -> bool {
    // SAFETY: promised by the caller.
    unsafe {
        if BLOCKS != 4 {
            return equal_avx2::<BLOCKS>(new, old);
        }
        let equal: u32;
        asm!(
            "vmovdqu32 {a:z}, [{new}]",
            "vmovdqu32 {b:z}, [{new} + 64]",
            "vmovdqu32 {c:z}, [{new} + 128]",
            "vmovdqu32 {d:z}, [{new} + 192]",
            "vpxord {a:z}, {a:z}, [{old}]",
            "vpxord {b:z}, {b:z}, [{old} + 64]",
            "vpxord {c:z}, {c:z}, [{old} + 128]",
            "vpxord {d:z}, {d:z}, [{old} + 192]",
            "vpternlogd {a:z}, {b:z}, {c:z}, 0xfe",
            "vpord {a:z}, {a:z}, {d:z}",
            "vptestmd k1, {a:z}, {a:z}",
            "kmovw {equal:e}, k1",
            new = in(reg) new,
            old = in(reg) old,
            a = out(ymm_reg) _,
            b = out(ymm_reg) _,
            c = out(ymm_reg) _,
            d = out(ymm_reg) _,
            equal = out(reg) equal,
            out("k1") _,
            options(readonly, nostack, preserves_flags),
        );
        equal == 0
    }
}

/// Stores a block.
///
/// # Safety
/// There are 64 writable bytes.
#[inline(always)]
unsafe fn store_sse2(to: *mut u8, [a, b, c, d]: [__m128i; 4]) {
    let to = to.cast::<__m128i>();
    // SAFETY: promised by the caller; SSE2 is part of x86-64.
    unsafe {
        _mm_storeu_si128(to, a);
        _mm_storeu_si128(to.add(1), b);
        _mm_storeu_si128(to.add(2), c);
        _mm_storeu_si128(to.add(3), d);
    }
}

/// Stores a block.
///
/// # Safety
/// There are 64 writable bytes, and the processor has AVX2.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn store_avx2(to: *mut u8, [a, b]: [__m256i; 2]) {
    let to = to.cast::<__m256i>();
    // SAFETY: promised by the caller.
    unsafe {
        _mm256_storeu_si256(to, a);
        _mm256_storeu_si256(to.add(1), b);
    }
}

/// The words in which a block differs, a bit for each.
///
/// # Safety
/// 64 bytes are readable at `old`.
#[inline(always)]
unsafe fn mask_sse2([a, b, c, d]: [__m128i; 4], old: *const u8) -> u64 {
    let old = old.cast::<__m128i>();
    // SAFETY: promised by the caller; SSE2 is part of x86-64.
    let equal = unsafe {
        let a = _mm_cmpeq_epi32(a, _mm_loadu_si128(old));
        let b = _mm_cmpeq_epi32(b, _mm_loadu_si128(old.add(1)));
        let c = _mm_cmpeq_epi32(c, _mm_loadu_si128(old.add(2)));
        let d = _mm_cmpeq_epi32(d, _mm_loadu_si128(old.add(3)));
        _mm_movemask_epi8(_mm_packs_epi16(_mm_packs_epi32(a, b), _mm_packs_epi32(c, d)))
    };
    u64::from(equal as u32 ^ 0xffff)
}

/// The words in which a block differs, a bit for each.
///
/// # Safety
/// 64 bytes are readable at `old`, and the processor has AVX2.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn mask_avx2([a, b]: [__m256i; 2], old: *const u8) -> u64 {
    let old = old.cast::<__m256i>();
    // SAFETY: promised by the caller.
    let (low, high) = unsafe {
        let a = _mm256_cmpeq_epi32(a, _mm256_loadu_si256(old));
        let b = _mm256_cmpeq_epi32(b, _mm256_loadu_si256(old.add(1)));
        (_mm256_movemask_ps(_mm256_castsi256_ps(a)), _mm256_movemask_ps(_mm256_castsi256_ps(b)))
    };
    u64::from((low as u32 | (high as u32) << 8) ^ 0xffff)
}

macro_rules! vector {
    ($kind:ident, $stride:literal, $equal:ident, $load:ident, $mask:ident, $store:ident) => {
        impl Vector for $kind {
            const STRIDE: usize = $stride * BLOCK;
            const BITS: u32 = 1;

            #[inline(always)]
            unsafe fn equal(new: *const u8, old: *const u8) -> bool {
                // SAFETY: promised by the caller.
                unsafe { $equal::<$stride>(new, old) }
            }

            #[inline(always)]
            unsafe fn equal_block(new: *const u8, old: *const u8) -> bool {
                // SAFETY: promised by the caller.
                unsafe { $equal::<1>(new, old) }
            }

            #[inline(always)]
            unsafe fn take(new: *const u8, old: *mut u8, out: Option<*mut u8>) -> u64 {
                // SAFETY: promised by the caller.
                unsafe {
                    let block = $load(new);
                    let mask = $mask(block, old);
                    if mask != 0 {
                        $store(old, block);
                        if let Some(out) = out {
                            $store(out, block);
                        }
                    }
                    mask
                }
            }
        }
    };
}

vector!(Sse2, 2, equal_sse2, load_sse2, mask_sse2, store_sse2);
vector!(Avx2, 4, equal_avx2, load_avx2, mask_avx2, store_avx2);
vector!(Avx512, 4, equal_avx512, load_avx2, mask_avx2, store_avx2);
