//! Lines of pixels put together again.
//!
//! Each pixel needs the one before it, so vectors are of no use along a line; but the four channels of a pixel fit into
//! one, and machines have the very operations for bytes. Invariant: every [`Lane`] gives the same bytes.

use super::{CHANNELS, Mode};

/// Four channels of a pixel, each modulo 256.
pub trait Lane: Copy {
    /// From a word.
    fn of(word: u32) -> Self;
    /// As a word.
    fn word(self) -> u32;
    /// `self + other`.
    fn plus(self, other: Self) -> Self;
    /// `self - other`.
    fn minus(self, other: Self) -> Self;
    /// The smaller of both.
    fn least(self, other: Self) -> Self;
    /// The larger of both.
    fn most(self, other: Self) -> Self;
    /// The mean of both, rounded up.
    fn mean(self, other: Self) -> Self;
}

#[cfg(target_arch = "x86_64")]
pub type Here = sse2::Lanes;
#[cfg(target_arch = "aarch64")]
pub type Here = neon::Lanes;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub type Here = [u8; CHANNELS];

#[inline(always)]
fn each(a: [u8; CHANNELS], b: [u8; CHANNELS], of: impl Fn(u8, u8) -> u8) -> [u8; CHANNELS] {
    [of(a[0], b[0]), of(a[1], b[1]), of(a[2], b[2]), of(a[3], b[3])]
}

impl Lane for [u8; CHANNELS] {
    #[inline(always)]
    fn of(word: u32) -> Self {
        word.to_le_bytes()
    }
    #[inline(always)]
    fn word(self) -> u32 {
        u32::from_le_bytes(self)
    }
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        each(self, other, u8::wrapping_add)
    }
    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        each(self, other, u8::wrapping_sub)
    }
    #[inline(always)]
    fn least(self, other: Self) -> Self {
        each(self, other, u8::min)
    }
    #[inline(always)]
    fn most(self, other: Self) -> Self {
        each(self, other, u8::max)
    }
    #[inline(always)]
    fn mean(self, other: Self) -> Self {
        each(self, other, |a, b| (u16::from(a) + u16::from(b)).div_ceil(2) as u8)
    }
}

#[cfg(target_arch = "x86_64")]
mod sse2 {
    use std::arch::x86_64::{
        __m128i, _mm_add_epi8, _mm_avg_epu8, _mm_cvtsi32_si128, _mm_cvtsi128_si32, _mm_max_epu8,
        _mm_min_epu8, _mm_sub_epi8,
    };

    /// The lowest four bytes of a register.
    #[derive(Clone, Copy)]
    pub struct Lanes(__m128i);

    impl super::Lane for Lanes {
        #[inline(always)]
        fn of(word: u32) -> Self {
            // SAFETY: SSE2 belongs to x86-64, and this works on registers alone. So do the others.
            Self(unsafe { _mm_cvtsi32_si128(word as i32) })
        }
        #[inline(always)]
        fn word(self) -> u32 {
            // SAFETY: as above.
            (unsafe { _mm_cvtsi128_si32(self.0) }) as u32
        }
        #[inline(always)]
        fn plus(self, other: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { _mm_add_epi8(self.0, other.0) })
        }
        #[inline(always)]
        fn minus(self, other: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { _mm_sub_epi8(self.0, other.0) })
        }
        #[inline(always)]
        fn least(self, other: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { _mm_min_epu8(self.0, other.0) })
        }
        #[inline(always)]
        fn most(self, other: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { _mm_max_epu8(self.0, other.0) })
        }
        #[inline(always)]
        fn mean(self, other: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { _mm_avg_epu8(self.0, other.0) })
        }
    }
}

#[cfg(target_arch = "aarch64")]
mod neon {
    use std::arch::aarch64::{
        uint8x8_t, vadd_u8, vcreate_u8, vget_lane_u32, vmax_u8, vmin_u8, vreinterpret_u32_u8, vrhadd_u8,
        vsub_u8,
    };

    /// The lowest four bytes of a register.
    #[derive(Clone, Copy)]
    pub struct Lanes(uint8x8_t);

    impl super::Lane for Lanes {
        #[inline(always)]
        fn of(word: u32) -> Self {
            // SAFETY: every machine of this kind that runs an operating system has NEON, and this works on registers
            // alone. So do the others.
            Self(unsafe { vcreate_u8(word.into()) })
        }
        #[inline(always)]
        fn word(self) -> u32 {
            // SAFETY: as above.
            unsafe { vget_lane_u32::<0>(vreinterpret_u32_u8(self.0)) }
        }
        #[inline(always)]
        fn plus(self, other: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { vadd_u8(self.0, other.0) })
        }
        #[inline(always)]
        fn minus(self, other: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { vsub_u8(self.0, other.0) })
        }
        #[inline(always)]
        fn least(self, other: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { vmin_u8(self.0, other.0) })
        }
        #[inline(always)]
        fn most(self, other: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { vmax_u8(self.0, other.0) })
        }
        #[inline(always)]
        fn mean(self, other: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { vrhadd_u8(self.0, other.0) })
        }
    }
}

/// Collects `count` pixels from the four planes, from place `at` on.
#[inline(always)]
pub fn gather(planes: &[u8], at: usize, count: usize, line: &mut Vec<u32>) {
    let plane = planes.len() / CHANNELS;
    let part = |n: usize| &planes[n * plane + at..n * plane + at + count];
    let word = |byte: &u8, shift: u32| u32::from(*byte) << shift;
    let colours = part(0).iter().zip(part(1)).zip(part(2).iter().zip(part(3)));
    line.clear();
    line.extend(colours.map(|((a, b), (c, d))| word(a, 0) | word(b, 8) | word(c, 16) | word(d, 24)));
}

/// Makes pixels of what is left of a line.
#[inline(always)]
pub fn restore<L: Lane>(mode: Mode, above: Option<&[u32]>, line: &mut [u32]) {
    let Some((first, rest)) = line.split_first_mut() else { return };
    let mut corner = L::of(above.and_then(|above| above.first()).copied().unwrap_or(0));
    let mut before = L::of(*first).plus(corner);
    *first = before.word();
    let Some(above) = above else {
        for pixel in rest {
            before = L::of(*pixel).plus(before);
            *pixel = before.word();
        }
        return;
    };
    let pixels = rest.iter_mut().zip(&above[1..]);
    if mode.gradient() {
        for (pixel, upper) in pixels {
            let upper = L::of(*upper);
            // From one pixel to the next there are four operations; what can be done before is.
            let told = corner.most(before.least(upper)).least(before.most(upper));
            before = L::of(*pixel).plus(upper).plus(before).minus(told);
            *pixel = before.word();
            corner = upper;
        }
    } else {
        for (pixel, upper) in pixels {
            before = L::of(*pixel).plus(before.mean(L::of(*upper)));
            *pixel = before.word();
        }
    }
}
