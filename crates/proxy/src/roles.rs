//! What a process does with connections: a thread for each, of the role that is asked for. Not the waiting for
//! new ones, and not when to stop: programs decide that.
//!
//! Invariant: a connection's thread ends with its connection, and nothing of it stays behind.

mod app;
mod display;
pub mod secctx;

use std::io;
use std::os::fd::OwnedFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use farway_proto::preview::Preview;
use farway_sys::event::{WakeReceiver, Waker, waker};
use farway_sys::pack::Compression;

use crate::bench::Workers;
use crate::lock;
use crate::pulse::Pulse;
use crate::settings::Settings;
use crate::transport::Dial;

/// All connections of a process.
#[derive(Debug)]
pub struct Service {
    settings: Settings,
    workers: Workers,
    pulse: Pulse,
    /// All connections, by number.
    live: Mutex<Vec<(u64, Waker)>>,
    /// They are to end.
    stopping: AtomicBool,
    ended: Condvar,
    next: AtomicU64,
    /// Rung whenever a connection ended.
    bell: Mutex<Option<Waker>>,
    /// The compression that a peer accepted after it had refused ours.
    accepted: Mutex<Option<Compression>>,
    /// What the compositor is known to tell new applications.
    preview: Mutex<Option<Arc<Preview>>>,
    /// Bytes per second that the link carries; 0 if that is not known.
    rate: AtomicU64,
}

/// What a connection's thread has of its service.
pub(crate) struct Seat {
    pub service: Arc<Service>,
    pub stop: WakeReceiver,
    pub wakes: Waker,
    pub number: u64,
}

impl Seat {
    /// The user's choices.
    pub fn settings(&self) -> &Settings {
        &self.service.settings
    }

    /// The shared workers.
    pub fn workers(&self) -> &Workers {
        &self.service.workers
    }

    /// The clock of all connections.
    pub fn pulse(&self) -> &Pulse {
        &self.service.pulse
    }

    /// What the link carries: see [`crate::connection::Parts::rate`].
    pub fn rate(&self) -> &AtomicU64 {
        &self.service.rate
    }

    /// True once the service wants its connections to end.
    pub fn is_stopping(&self) -> bool {
        self.service.stopping.load(Ordering::Acquire)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        lock(&self.service.live).retain(|(number, _)| *number != self.number);
        self.service.ended.notify_all();
        if let Some(bell) = &*lock(&self.service.bell) {
            bell.wake();
        }
    }
}

impl Service {
    /// A service without connections.
    pub fn new(settings: Settings) -> Arc<Self> {
        let workers = Workers::new(settings.threads);
        Arc::new(Self {
            settings,
            workers,
            pulse: Pulse::default(),
            live: Mutex::default(),
            stopping: AtomicBool::new(false),
            ended: Condvar::new(),
            next: AtomicU64::new(1),
            bell: Mutex::default(),
            accepted: Mutex::default(),
            preview: Mutex::default(),
            rate: AtomicU64::new(0),
        })
    }

    /// Wakes `bell` whenever a connection ended.
    pub fn ring(&self, bell: Waker) {
        *lock(&self.bell) = Some(bell);
    }

    /// Serves an application that connected to us, over a channel that is dialed for it.
    ///
    /// # Errors
    /// No thread or descriptor can be had.
    pub fn serve_app(self: &Arc<Self>, application: OwnedFd, channel: Arc<dyn Dial>) -> io::Result<()> {
        self.start("app", move |seat| app::serve(seat, application, &*channel))
    }

    /// Serves a channel that the other half opened, with a connection to the compositor.
    ///
    /// # Errors
    /// No thread or descriptor can be had.
    pub fn serve_display(self: &Arc<Self>, channel: OwnedFd, compositor: Arc<dyn Dial>) -> io::Result<()> {
        self.start("display", move |seat| display::serve(seat, channel, &*compositor))
    }

    /// How many connections there are.
    pub fn live(&self) -> usize {
        lock(&self.live).len()
    }

    /// Waits until no connection is left, or `patience` is over. True if none is left.
    pub fn wait(&self, patience: Option<Duration>) -> bool {
        let until = patience.map(|patience| Instant::now() + patience);
        let mut live = lock(&self.live);
        while !live.is_empty() {
            live = match until.map(|until| until.saturating_duration_since(Instant::now())) {
                Some(Duration::ZERO) => return false,
                Some(left) => self.ended.wait_timeout(live, left).unwrap_or_else(PoisonError::into_inner).0,
                None => self.ended.wait(live).unwrap_or_else(PoisonError::into_inner),
            };
        }
        true
    }

    /// Asks all connections to end; does not wait.
    pub fn stop(&self) {
        // Before the wake-up: whoever is woken looks at it.
        self.stopping.store(true, Ordering::Release);
        lock(&self.live).iter().for_each(|(_, waker)| waker.wake());
    }

    /// What the compositor is known to tell applications that will come from now on; nothing if that is not known.
    pub fn foretell(&self, preview: Option<Preview>) {
        *lock(&self.preview) = preview.map(Arc::new);
    }

    /// What the link of all connections carries, in bytes per second; nothing if that is not known.
    pub fn carries(&self, rate: Option<u64>) {
        self.rate.store(rate.unwrap_or(0), Ordering::Relaxed);
    }

    fn preview(&self) -> Option<Arc<Preview>> {
        lock(&self.preview).clone()
    }

    fn accepted(&self) -> Option<Compression> {
        *lock(&self.accepted)
    }

    fn remember_accepted(&self, compression: Compression) {
        *lock(&self.accepted) = Some(compression);
    }

    fn start(self: &Arc<Self>, role: &str, body: impl FnOnce(&Seat) + Send + 'static) -> io::Result<()> {
        let (wakes, stop) = waker()?;
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        lock(&self.live).push((number, wakes.clone()));
        let seat = Seat { service: Arc::clone(self), stop, wakes, number };
        let name = format!("farway-{role}-{number}");
        let thread = move || {
            farway_sys::process::block_async_signals_in_this_thread();
            let span = tracing::info_span!("connection", number = seat.number);
            let _entered = span.enter();
            // The sockets are closed by unwinding; nobody else is touched.
            if catch_unwind(AssertUnwindSafe(|| body(&seat))).is_err() {
                tracing::error!("internal error: this connection ended, others go on");
            }
        };
        // A thread that cannot be started drops the seat, and with it the entry.
        thread::Builder::new().name(name).stack_size(512 << 10).spawn(thread).map(drop)
    }
}
