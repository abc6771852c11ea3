//! Whether a window's size is the host's or the client's to choose, when the two differ.
//!
//! What it is: a small state machine over logical sizes and time. Invariant: neither side is asked for the same size
//! twice in a row, so the two can never chase each other.

use std::time::{Duration, Instant};

use crate::geometry::Size;

/// How long the client has to follow the host, counted from the host's last change.
const PATIENCE: Duration = Duration::from_millis(300);

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Fit {
    client: Size,
    host: Size,
    /// What the client was last asked for.
    asked: Option<Size>,
    /// What the host was last asked for.
    wished: Option<Size>,
    /// The client has until then to follow.
    due: Option<Instant>,
}

impl Fit {
    /// The host's window has this size. The answer is to be asked of the client.
    pub fn host(&mut self, size: Size, now: Instant) -> Option<Size> {
        if self.host != size {
            self.host = size;
            self.due = (self.client != size).then(|| now + PATIENCE);
        }
        (self.asked.replace(size) != Some(size)).then_some(size)
    }

    /// The client draws with this size. The answer is to be asked of the host.
    pub fn client(&mut self, size: Size) -> Option<Size> {
        self.client = size;
        if size == self.host {
            self.due = None;
            return None;
        }
        // What was drawn before the client heard of the host's size says nothing.
        if self.due.is_some() { None } else { self.wish() }
    }

    /// When [`Self::on_time`] wants to be called.
    pub fn due(&self) -> Option<Instant> {
        self.due
    }

    /// The client had its time. The answer is to be asked of the host.
    pub fn on_time(&mut self, now: Instant) -> Option<Size> {
        self.due.filter(|due| *due <= now)?;
        self.due = None;
        self.wish()
    }

    fn wish(&mut self) -> Option<Size> {
        let differs = self.client != self.host && self.wished != Some(self.client);
        self.wished = Some(self.client);
        differs.then_some(self.client)
    }
}

#[cfg(test)]
mod tests;
