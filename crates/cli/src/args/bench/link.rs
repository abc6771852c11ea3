//! The links that are measured over, by name or by profile.
//!
//! Pure. Invariant: what a link writes of itself is read as the same link.

use std::fmt;
use std::str::FromStr;

use farway_proxy::transport::emulated::{LinkProfile, ProfileError};

/// What waits in front of a link: the send buffers of ssh and TCP.
const BUFFER: usize = 1 << 20;

/// Names that people use.
const NAMED: [(&str, &str); 3] = [("wifi", "5ms,100Mbit"), ("wan", "40ms,50Mbit"), ("far", "120ms,20Mbit")];

/// A link and what it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// As it was given.
    pub name: String,
    /// What it is like.
    pub profile: LinkProfile,
    /// No link at all: both halves on this machine, joined by a socket.
    pub local: bool,
}

/// Text that is no link.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is neither local, wifi, wan, far nor a profile such as 80ms,20Mbit")]
pub struct LinkError {
    text: String,
    source: ProfileError,
}

impl FromStr for Link {
    type Err = LinkError;

    fn from_str(text: &str) -> Result<Self, LinkError> {
        let name = text.to_owned();
        if text == "local" {
            return Ok(Self { name, profile: LinkProfile::default(), local: true });
        }
        let profile = NAMED.iter().find(|it| it.0 == text).map_or(text, |it| it.1);
        let mut profile: LinkProfile =
            profile.parse().map_err(|source| LinkError { text: text.into(), source })?;
        profile.buffer.get_or_insert(BUFFER);
        Ok(Self { name, profile, local: false })
    }
}

impl Link {
    /// Those that are measured if nobody says otherwise.
    pub fn defaults() -> Vec<Self> {
        NAMED.iter().filter_map(|it| it.0.parse().ok()).collect()
    }

    /// A profile that parses as the same link.
    pub fn to_text(&self) -> String {
        let profile = &self.profile;
        let mut text = format!("rtt={}us", profile.rtt.as_micros());
        text += &profile.rate.map_or(",rate=unlimited".into(), |rate| format!(",rate={rate}bit"));
        text += &profile.buffer.map_or(String::new(), |buffer| format!(",buffer={buffer}"));
        text += &profile.jitter.map_or(String::new(), |it| format!(",jitter={}us", it.most.as_micros()));
        text
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.local {
            true => write!(f, "{}: both halves joined by a socket", self.name),
            false => write!(f, "{}: {}", self.name, self.profile),
        }
    }
}

#[cfg(test)]
mod tests;
