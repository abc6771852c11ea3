//! Clocks: the monotonic time, offsets between clocks, and what their numbers mean on other systems.
//!
//! The number of a clock in `wp_presentation.clock_id` is one of the compositor's system, and each system counts
//! differently. On the channel, and as "canonical" here, the numbers are those of Linux.

use rustix::time::Timespec;

use crate::platform;

/// Nanoseconds of the monotonic clock; only differences mean something.
#[must_use]
pub fn monotonic() -> u64 {
    let time = nanoseconds(rustix::time::clock_gettime(rustix::time::ClockId::Monotonic));
    u64::try_from(time).unwrap_or(0)
}

/// A clock of this system that can be read, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockId(libc::clockid_t);

impl ClockId {
    /// The clock that local programs call `local`; `None` if there is none that can be read.
    #[must_use]
    pub fn from_local(local: u32) -> Option<Self> {
        let id = Self(libc::clockid_t::try_from(local).ok()?);
        id.read().map(|_| id)
    }

    /// The clock of this system that is closest to the one Linux calls `canonical`.
    #[must_use]
    pub fn from_canonical(canonical: u32) -> Option<Self> {
        local_clock(canonical).and_then(Self::from_local)
    }

    /// The number that local programs use.
    #[must_use]
    #[allow(clippy::cast_sign_loss, clippy::unnecessary_cast)] // made from a `u32`
    pub fn local(self) -> u32 {
        self.0 as u32
    }

    /// The number of the closest clock of Linux.
    #[must_use]
    pub fn canonical(self) -> Option<u32> {
        canonical_clock(self.local())
    }

    /// Its time in nanoseconds.
    fn read(self) -> Option<i128> {
        // SAFETY: all-zero bytes are a valid `timespec`.
        let mut time: libc::timespec = unsafe { std::mem::zeroed() };
        // SAFETY: the pointer is to a live `timespec`; an unknown clock is refused.
        let result = unsafe { libc::clock_gettime(self.0, &mut time) };
        #[allow(clippy::useless_conversion, clippy::unnecessary_cast)] // the widths differ between systems
        let time = Timespec { tv_sec: time.tv_sec as i64, tv_nsec: time.tv_nsec as _ };
        (result == 0).then(|| nanoseconds(time))
    }
}

/// Real time minus `clock`, in nanoseconds: what to add to a time of `clock` to get real time. The real time is read
/// between two readings of the clock and compared with their middle. Sample it again after the system has slept.
#[must_use]
pub fn offset_to_realtime(clock: ClockId) -> i64 {
    let mut best = (i128::MAX, 0);
    // The closest of a few: the thread may be interrupted between two readings.
    for _ in 0..3 {
        let before = clock.read().unwrap_or(0);
        let real = nanoseconds(rustix::time::clock_gettime(rustix::time::ClockId::Realtime));
        let after = clock.read().unwrap_or(0);
        let width = (after - before).abs();
        if width < best.0 {
            best = (width, real - (before + (after - before) / 2));
        }
    }
    best.1.clamp(i64::MIN.into(), i64::MAX.into()) as i64
}

/// The Linux number of the clock that is `local_id` here.
#[must_use]
pub fn canonical_clock(local_id: u32) -> Option<u32> {
    platform::CLOCKS.iter().find(|pair| pair.0 == local_id).map(|pair| pair.1)
}

/// The number here of the clock closest to the one Linux calls `canonical`.
#[must_use]
pub fn local_clock(canonical: u32) -> Option<u32> {
    platform::CLOCKS.iter().find(|pair| pair.1 == canonical).map(|pair| pair.0)
}

#[allow(clippy::useless_conversion)] // the width of `tv_nsec` differs between systems
fn nanoseconds(time: Timespec) -> i128 {
    i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec)
}

#[cfg(test)]
mod tests;
