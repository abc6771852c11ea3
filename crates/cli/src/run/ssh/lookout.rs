//! What the near end knows of its compositor, and what the other end was told of it.
//!
//! Not the asking: see [`farway_proxy::scout`]. Invariant: what the other end believes was true when it was said, and it
//! hears when it is true no more; whoever has lost the link forgets, and is told again.

use std::os::fd::{AsFd as _, BorrowedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use farway_proto::preview::Preview;
use farway_proto::session::words::Message;
use farway_proxy::scout::{Scout, State};
use farway_proxy::transport::Dial;

/// Changes come together: an output and a seat, say.
const CALM: Duration = Duration::from_millis(300);

/// See the module.
pub struct Lookout {
    compositor: Arc<dyn Dial>,
    /// Asks, or has asked and listens for changes.
    scout: Option<Scout>,
    /// The other end believes what the scout knows.
    told: bool,
    /// When to ask again.
    again: Option<Instant>,
}

impl Lookout {
    /// Watches a compositor. `scout` knows what the other end is told with the first words; without one nothing is told
    /// until [`Self::tell`] is called.
    pub fn new(compositor: &Arc<dyn Dial>, scout: Option<Scout>) -> Self {
        Self { compositor: Arc::clone(compositor), told: scout.is_some(), scout, again: None }
    }

    /// What everybody is told, as far as it is known.
    pub fn preview(&self) -> Option<&Preview> {
        self.scout.as_ref()?.preview()
    }

    /// Readable when [`Self::hear`] has something to hear.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.scout.as_ref().map(|scout| scout.as_fd())
    }

    /// When to call [`Self::turn`] if nothing else happens.
    pub fn next(&self) -> Option<Instant> {
        self.again
    }

    /// The other end knows nothing: it is there only now, or again.
    pub fn tell(&mut self) -> Option<Message> {
        self.told = false;
        if self.scout.is_none() && self.again.is_none() {
            self.scout = Scout::begin(&*self.compositor);
        }
        self.news()
    }

    /// The compositor has said something.
    pub fn hear(&mut self) -> Option<Message> {
        if self.scout.as_mut()?.hear() != State::Stale {
            return self.news();
        }
        self.scout = None;
        self.again = Some(Instant::now() + CALM);
        std::mem::take(&mut self.told).then_some(Message::Changed)
    }

    /// Asks again if it is time.
    pub fn turn(&mut self) -> Option<Message> {
        self.again.take_if(|at| *at <= Instant::now())?;
        self.scout = Scout::begin(&*self.compositor);
        self.news()
    }

    fn news(&mut self) -> Option<Message> {
        let preview = self.scout.as_ref()?.preview()?;
        (!std::mem::replace(&mut self.told, true)).then(|| Message::Foretell(preview.clone()))
    }
}
