//! What every run waits for: signals, children, connections that end, and whoever knocks.
//!
//! Not what follows from it. Invariant: nothing that happens between two turns is missed, because all of it is a
//! readable descriptor until it is looked at.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use farway_proxy::Settings;
use farway_proxy::roles::Service;
use farway_proxy::session::Bridge;
use farway_sys::event::{Interest, PollSet, WakeReceiver, Waker, waker};

use super::signals::{Arrived, Signals};

/// How long connections have to say goodbye once we were told to end.
const PATIENCE: Duration = Duration::from_secs(2);

/// The connections, and what to wait for.
#[derive(Debug)]
pub struct House {
    /// Serves connections.
    pub service: Arc<Service>,
    signals: Signals,
    ring: Waker,
    bell: WakeReceiver,
    poll: PollSet,
}

/// What happened in one turn.
#[derive(Clone, Debug, Default)]
pub struct Turn {
    /// Signals and children.
    pub arrived: Arrived,
    /// A connection has ended.
    pub ended: bool,
    /// Which of the given descriptors are ready.
    pub ready: Vec<bool>,
}

impl House {
    /// Takes over the signals. To be made before anything that has to be cleaned up.
    ///
    /// # Errors
    /// Too many open files.
    pub fn new(settings: Settings) -> io::Result<Self> {
        let signals = Signals::new()?;
        let (ring, bell) = waker()?;
        let service = Service::new(settings);
        service.ring(ring.clone());
        Ok(Self { service, signals, ring, bell, poll: PollSet::new() })
    }

    /// Ends a wait from another thread.
    pub fn ring(&self) -> Waker {
        self.ring.clone()
    }

    /// Waits until something happens or `timeout` is over.
    ///
    /// # Errors
    /// What `poll` says.
    pub fn turn(&mut self, fds: &[BorrowedFd<'_>], timeout: Option<Duration>) -> io::Result<Turn> {
        let fds: Vec<_> = fds.iter().map(|fd| (*fd, Interest::READ)).collect();
        self.turn_all(&fds, timeout, &mut [])
    }

    /// As [`Self::turn`], and sessions move meanwhile.
    ///
    /// # Errors
    /// What `poll` says.
    pub fn turn_all(
        &mut self,
        fds: &[(BorrowedFd<'_>, Interest)],
        timeout: Option<Duration>,
        bridges: &mut [&mut Bridge],
    ) -> io::Result<Turn> {
        self.poll.clear();
        let signals = self.poll.add(self.signals.as_fd(), Interest::READ);
        let bell = self.poll.add(self.bell.as_fd(), Interest::READ);
        let first = self.poll.len();
        for (fd, interest) in fds {
            self.poll.add(*fd, *interest);
        }
        let last = self.poll.len();
        let mut timeouts: Vec<Duration> = timeout.into_iter().collect();
        for bridge in &mut *bridges {
            bridge.prepare(&mut self.poll);
            timeouts.extend(bridge.timeout());
        }
        self.poll.wait(timeouts.into_iter().min())?;
        for bridge in bridges {
            bridge.turn(&self.poll);
        }
        let ended = self.poll.ready(bell).any();
        if ended {
            self.bell.drain();
        }
        let arrived = match self.poll.ready(signals).any() {
            true => self.signals.take(),
            false => Arrived::default(),
        };
        let ready = (first..last).map(|index| self.poll.ready(index).any()).collect();
        Ok(Turn { arrived, ended, ready })
    }

    /// Asks all connections to end, and gives them a moment for it; a further signal cuts that short.
    ///
    /// # Errors
    /// What `poll` says.
    pub fn wind_down(&mut self) -> io::Result<()> {
        self.service.stop();
        let until = Instant::now() + PATIENCE;
        while self.service.live() > 0 {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || !self.turn(&[], Some(left))?.arrived.ending.is_empty() {
                tracing::debug!("{} connections were cut", self.service.live());
                break;
            }
        }
        Ok(())
    }
}
