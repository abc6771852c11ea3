//! A link that is not there: what is dialled through it arrives later and slower, as over a distance.
//!
//! Not a model of TCP: nothing is lost, there is no congestion window, and connecting costs no round trip. What it
//! models is what a user feels: half a round trip each way, a rate, and a buffer in front of it that fills. The
//! [`Lane`] is pure and knows no clock; the relay moves bytes and waits. Invariant: every byte comes out once and in
//! order, and memory per direction is bounded.

mod lane;
mod profile;
mod relay;

pub use lane::Lane;
pub use profile::{Jitter, LinkProfile, ProfileError, parse_rate, parse_rtt, parse_size};
pub use relay::relay;

use std::fmt;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use farway_sys::net::{ByteStream, Socket};

use super::Dial;

/// The kernel's share of the buffering on the dialling side, in bytes: small, so that the lane's buffer is what
/// counts.
const SOCKET_BUFFER: usize = 64 << 10;

/// What has gone into a link so far, over all its connections. Readable from any thread.
#[derive(Debug, Default)]
pub struct LinkTraffic {
    up: AtomicU64,
    down: AtomicU64,
    connections: AtomicU64,
}

impl LinkTraffic {
    /// Bytes that whoever dialled has sent. Where the application's half dials, these are the frames.
    pub fn up(&self) -> u64 {
        self.up.load(Ordering::Relaxed)
    }

    /// Bytes that were sent back to whoever dialled.
    pub fn down(&self) -> u64 {
        self.down.load(Ordering::Relaxed)
    }

    /// Connections that were made, those that have ended included.
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    fn add(&self, way: Way, bytes: usize) {
        let counter = match way {
            Way::Up => &self.up,
            Way::Down => &self.down,
        };
        counter.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

/// A direction of a link.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
enum Way {
    /// From whoever dialled.
    Up,
    /// To whoever dialled.
    Down,
}

/// Dials another [`Dial`] and puts a link between. Each connection is a link of its own, with a thread that ends when
/// either end has closed.
#[derive(Debug)]
pub struct Emulated<D> {
    profile: LinkProfile,
    inner: D,
    traffic: Arc<LinkTraffic>,
}

impl<D: Dial> Emulated<D> {
    /// A link as `profile` says, to wherever `inner` leads.
    pub fn new(profile: LinkProfile, inner: D) -> Self {
        Self { profile, inner, traffic: Arc::default() }
    }

    /// The counters of this link, live.
    pub fn traffic(&self) -> Arc<LinkTraffic> {
        Arc::clone(&self.traffic)
    }

    /// What the link is like.
    pub fn profile(&self) -> &LinkProfile {
        &self.profile
    }
}

impl<D: Dial> fmt::Display for Emulated<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (emulated link, {})", self.inner, self.profile)
    }
}

impl<D: Dial> Dial for Emulated<D> {
    fn dial(&self) -> io::Result<OwnedFd> {
        let far = ByteStream::from(self.inner.dial()?);
        let (ours, theirs) = Socket::pair()?;
        ours.set_buffers(SOCKET_BUFFER);
        theirs.set_buffers(SOCKET_BUFFER);
        let near = ByteStream::from(OwnedFd::from(ours));
        let traffic = self.traffic();
        let profile = self.profile.for_connection(traffic.connections.fetch_add(1, Ordering::Relaxed));
        std::thread::Builder::new().name("link".into()).spawn(move || {
            if let Err(error) = relay(&profile, &near, &far, &traffic) {
                tracing::warn!("the emulated link broke: {error}");
            }
        })?;
        Ok(theirs.into())
    }
}

#[cfg(test)]
mod tests;
