//! Where connections come in.
//!
//! Not who serves them. Invariant: a lack of descriptors makes the door wait, not spin: a listener stays readable
//! while `accept` fails.

use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use farway_proxy::transport::Accept;

/// How long to wait when no connection can be taken, unless one ends before.
const PAUSE: Duration = Duration::from_millis(500);

/// Taken at once at most; signals should not wait for a flood.
const AT_ONCE: usize = 64;

/// A listener, or what is left of it. Closing it removes its socket file.
#[derive(Debug)]
pub struct Door {
    listener: Option<Box<dyn Accept>>,
    pause: Option<Instant>,
    complained: bool,
}

impl Door {
    /// An open door.
    pub fn new(listener: impl Accept + 'static) -> Self {
        Self { listener: Some(Box::new(listener)), pause: None, complained: false }
    }

    /// Nobody can come in.
    pub fn closed() -> Self {
        Self { listener: None, pause: None, complained: false }
    }

    /// Lets nobody in any more.
    pub fn close(&mut self) {
        self.listener = None;
    }

    /// What to poll now.
    pub fn poll_fd(&self) -> Option<BorrowedFd<'_>> {
        match self.pause {
            Some(_) => None,
            None => self.listener.as_deref().map(Accept::poll_fd),
        }
    }

    /// How long to poll at most.
    pub fn timeout(&mut self) -> Option<Duration> {
        let left = self.pause?.saturating_duration_since(Instant::now());
        if left.is_zero() {
            self.pause = None;
            return None;
        }
        Some(left)
    }

    /// Tries again at once: something has been freed.
    pub fn resume(&mut self) {
        self.pause = None;
    }

    /// The connections that wait, at most `most` of them.
    pub fn take(&mut self, most: usize) -> Vec<OwnedFd> {
        let mut came = Vec::new();
        let Some(listener) = self.listener.as_deref() else { return came };
        while came.len() < most.min(AT_ONCE) {
            match listener.accept() {
                Ok(Some(stream)) => came.push(stream),
                Ok(None) => break,
                Err(error) => {
                    self.pause = Some(Instant::now() + PAUSE);
                    self.complain(&error);
                    break;
                }
            }
        }
        if !came.is_empty() {
            self.complained = false;
        }
        came
    }

    /// Says once that a connection could not be taken, until one could.
    pub fn complain(&mut self, error: &io::Error) {
        if !self.complained {
            tracing::warn!("cannot take a connection now ({error}); trying again when one ends");
            self.complained = true;
        }
    }
}
