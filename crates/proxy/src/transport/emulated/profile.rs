//! What a link is like, and how people write it.
//!
//! Not the link. Invariant: a parsed profile lies within the limits below, so that sums of its times and sizes do not
//! overflow.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// The longest round trip: more than to the moon and back.
const RTT_MOST: Duration = Duration::from_secs(60);
/// Bits per second.
const RATE_LEAST: u64 = 1_000;
/// Bits per second.
const RATE_MOST: u64 = 1_000_000_000_000;
/// Bytes.
const BUFFER_MOST: u64 = 1 << 30;
/// The buffer in front of a link that was not told otherwise: one bandwidth-delay product, but at least this.
const BUFFER_LEAST: u64 = 256 << 10;

/// Irregular delays, the same in every run with the same seed.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub struct Jitter {
    /// What a piece may be late at most, beyond half the round trip.
    pub most: Duration,
    /// Where the pseudo-random delays begin.
    pub seed: u64,
}

/// What a link is like. As text: `80ms,20Mbit`, `rtt=80ms,rate=unlimited,jitter=5ms,buffer=1MiB`.
#[derive(Copy, Clone, Debug, Default, Eq, PartialEq)]
pub struct LinkProfile {
    /// From one end to the other and back, without what the rate adds.
    pub rtt: Duration,
    /// Bits per second in each direction; `None` is unlimited.
    pub rate: Option<u64>,
    /// Bytes that may wait in front of the link in each direction. `None` is one bandwidth-delay product, at least
    /// 256 KiB.
    pub buffer: Option<usize>,
    /// Irregular delays, if any.
    pub jitter: Option<Jitter>,
}

/// Why text does not describe a link.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ProfileError {
    /// Neither a number with a unit nor a known word.
    #[error("{text:?} is no time; write for example 80ms, 1.5s or 250us")]
    Time {
        /// What was given.
        text: String,
    },
    /// Longer than a minute.
    #[error("{text:?} is too long for a link; at most {} s", RTT_MOST.as_secs())]
    TooLong {
        /// What was given.
        text: String,
    },
    /// Neither a number with a unit nor a known word.
    #[error("{text:?} is no rate; write for example 20Mbit, 1Gbit, 500kbit or unlimited")]
    Rate {
        /// What was given.
        text: String,
    },
    /// Below a kilobit or above a terabit per second.
    #[error("{text:?} is not between 1kbit and 1000Gbit")]
    RateRange {
        /// What was given.
        text: String,
    },
    /// Not a number of bytes up to a gibibyte.
    #[error("{text:?} is no size of a buffer; write for example 256KiB or 1MiB, at most 1024MiB")]
    Size {
        /// What was given.
        text: String,
    },
    /// A part of a profile that means nothing.
    #[error("{text:?} is no part of a link; write for example rtt=80ms,rate=20Mbit,jitter=5ms,buffer=1MiB")]
    Part {
        /// What was given.
        text: String,
    },
}

/// A number and what follows it. The number is not negative and finite.
fn split(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number = number.parse::<f64>().ok().filter(|number| number.is_finite())?;
    Some((number, unit.trim()))
}

/// A time such as `80ms`, `1.5s`, `250us` or `0`.
///
/// # Errors
/// [`ProfileError::Time`] for other text, [`ProfileError::TooLong`] above a minute.
pub fn parse_rtt(text: &str) -> Result<Duration, ProfileError> {
    let bad = || ProfileError::Time { text: text.to_owned() };
    let (number, unit) = split(text).ok_or_else(bad)?;
    let seconds = match unit {
        "s" => number,
        "ms" => number / 1e3,
        "us" | "µs" => number / 1e6,
        "" if number == 0.0 => 0.0,
        _ => return Err(bad()),
    };
    if seconds > RTT_MOST.as_secs_f64() {
        return Err(ProfileError::TooLong { text: text.to_owned() });
    }
    Duration::try_from_secs_f64(seconds).map_err(|_| bad())
}

/// A rate such as `20Mbit`, `1Gbit`, `500kbit`, `64000bit` or `unlimited` (`None`), in bits per second. Case does not
/// matter, and `/s` may follow.
///
/// # Errors
/// [`ProfileError::Rate`] for other text, [`ProfileError::RateRange`] beyond 1 kbit to 1000 Gbit.
pub fn parse_rate(text: &str) -> Result<Option<u64>, ProfileError> {
    let bad = || ProfileError::Rate { text: text.to_owned() };
    if text.trim().eq_ignore_ascii_case("unlimited") {
        return Ok(None);
    }
    let (number, unit) = split(text).ok_or_else(bad)?;
    let unit = unit.to_ascii_lowercase();
    let factor = match unit.strip_suffix("/s").unwrap_or(&unit) {
        "bit" => 1.0,
        "kbit" => 1e3,
        "mbit" => 1e6,
        "gbit" => 1e9,
        _ => return Err(bad()),
    };
    // In range for certain after the check.
    let rate = (number * factor).round();
    if rate < RATE_LEAST as f64 || rate > RATE_MOST as f64 {
        return Err(ProfileError::RateRange { text: text.to_owned() });
    }
    Ok(Some(rate as u64))
}

/// A size such as `256KiB`, `1MiB`, `64kB` or `65536`, in bytes.
///
/// # Errors
/// [`ProfileError::Size`] for other text, nothing, and more than a gibibyte.
pub fn parse_size(text: &str) -> Result<usize, ProfileError> {
    let bad = || ProfileError::Size { text: text.to_owned() };
    let (number, unit) = split(text).ok_or_else(bad)?;
    let factor = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "kb" => 1e3,
        "mb" => 1e6,
        "kib" => 1024.0,
        "mib" => 1024.0 * 1024.0,
        _ => return Err(bad()),
    };
    let size = (number * factor).round();
    if size < 1.0 || size > BUFFER_MOST as f64 { Err(bad()) } else { Ok(size as usize) }
}

impl LinkProfile {
    /// Bytes that fill the link for one round trip; `None` if the rate is unlimited.
    pub fn bandwidth_delay(&self) -> Option<u64> {
        let rtt = self.rtt.min(RTT_MOST).as_nanos();
        let bytes = u128::from(self.rate?) * rtt / 8_000_000_000;
        Some(u64::try_from(bytes).unwrap_or(u64::MAX))
    }

    /// Bytes that may wait in front of the link in each direction.
    pub fn buffer_bytes(&self) -> usize {
        let wanted = match self.buffer {
            Some(buffer) => buffer as u64,
            None => self.bandwidth_delay().unwrap_or(0).max(BUFFER_LEAST),
        };
        usize::try_from(wanted.clamp(1, BUFFER_MOST)).unwrap_or(usize::MAX)
    }

    /// The same with jitter that differs from connection to connection.
    pub(super) fn for_connection(self, number: u64) -> Self {
        let jitter =
            self.jitter.map(|jitter| Jitter { seed: jitter.seed.wrapping_add(number << 1), ..jitter });
        Self { jitter, ..self }
    }
}

impl FromStr for LinkProfile {
    type Err = ProfileError;

    fn from_str(text: &str) -> Result<Self, ProfileError> {
        let mut profile = Self::default();
        for (position, part) in text.split(',').enumerate() {
            let (key, value) = match (part.split_once('='), position) {
                (Some((key, value)), _) => (key.trim(), value),
                (None, 0) => ("rtt", part),
                (None, 1) => ("rate", part),
                (None, _) => return Err(ProfileError::Part { text: part.to_owned() }),
            };
            match key {
                "rtt" => profile.rtt = parse_rtt(value)?,
                "rate" => profile.rate = parse_rate(value)?,
                "buffer" => profile.buffer = Some(parse_size(value)?),
                "jitter" => profile.jitter = Some(Jitter { most: parse_rtt(value)?, seed: 1 }),
                _ => return Err(ProfileError::Part { text: part.to_owned() }),
            }
        }
        Ok(profile)
    }
}

impl fmt::Display for LinkProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} round trip, ", self.rtt)?;
        match self.rate {
            None => f.write_str("unlimited rate")?,
            Some(rate) if rate >= 1_000_000_000 => write!(f, "{} Gbit/s", rate as f64 / 1e9)?,
            Some(rate) if rate >= 1_000_000 => write!(f, "{} Mbit/s", rate as f64 / 1e6)?,
            Some(rate) => write!(f, "{} kbit/s", rate as f64 / 1e3)?,
        }
        if let Some(jitter) = self.jitter {
            write!(f, ", up to {:?} jitter", jitter.most)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
