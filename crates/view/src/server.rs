//! Drives a [`Compositor`] with sockets, pipes and time, on one thread.
//!
//! Not a thinker: it moves bytes and calls the compositor and its backend. Invariants: a client that does not read is
//! let go when more than [`OUTBOX_MAX`] waits for it; nothing here blocks but the one wait of each turn.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::BytesMut;
use farway_sys::clock::monotonic;
use farway_sys::event::{Interest, PollSet, WakeReceiver, Waker, waker};
use farway_sys::net::{Flush, Outbox, Received, Socket, UnixListening};

use crate::backend::Backend;
use crate::compositor::Compositor;
use crate::config::Config;
use crate::descriptor::Descriptor;
use crate::effect::{ClientId, Effect};
use crate::server::pipes::Pipes;

mod pipes;
#[cfg(test)]
mod tests;

/// Bytes that may wait for a client that does not read.
pub const OUTBOX_MAX: usize = 8 << 20;

/// Descriptors that may wait for a client that does not read, and that are taken from one at once.
const DESCRIPTORS_MAX: usize = 1024;

/// Bytes that are read from one client before the others have their turn.
const TURN: usize = 64 << 10;

/// Clients that are taken at once.
const AT_ONCE: usize = 64;

/// How long no client is taken when that failed.
const PAUSE: Duration = Duration::from_millis(200);

type Task = Box<dyn FnOnce(&mut Compositor, u64) + Send>;

enum Order {
    Run(Task),
    Adopt(OwnedFd),
    Stop,
}

/// Reaches a running server from other threads.
#[derive(Clone)]
pub struct Handle {
    orders: Sender<Order>,
    waker: Waker,
}

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Handle")
    }
}

/// The server is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the compositor has ended")]
pub struct Ended;

impl Handle {
    /// Does something with the compositor, on its thread; the number is the present time for its methods.
    pub fn run(&self, task: impl FnOnce(&mut Compositor, u64) + Send + 'static) {
        if self.orders.send(Order::Run(Box::new(task))).is_ok() {
            self.waker.wake();
        }
    }

    /// Does something with the compositor and waits for the answer. Not to be called on the server's own thread.
    ///
    /// # Errors
    /// The server is gone.
    pub fn ask<T: Send + 'static>(
        &self,
        task: impl FnOnce(&mut Compositor, u64) -> T + Send + 'static,
    ) -> Result<T, Ended> {
        let (answer, wait) = channel();
        self.run(move |compositor, now| {
            let _ = answer.send(task(compositor, now));
        });
        wait.recv().map_err(|_| Ended)
    }

    /// A client that is connected already.
    pub fn adopt(&self, socket: OwnedFd) {
        if self.orders.send(Order::Adopt(socket)).is_ok() {
            self.waker.wake();
        }
    }

    /// Ends the server; its clients lose their connections.
    pub fn stop(&self) {
        if self.orders.send(Order::Stop).is_ok() {
            self.waker.wake();
        }
    }
}

/// A client's socket.
struct Line {
    socket: Socket,
    outbox: Outbox,
    /// It is to be closed once everything was sent.
    ending: bool,
}

/// See the module.
pub struct Server {
    compositor: Compositor,
    backend: Box<dyn Backend>,
    listener: Option<UnixListening>,
    /// No client is taken before this time.
    paused: u64,
    lines: BTreeMap<ClientId, Line>,
    pipes: Pipes,
    orders: Receiver<Order>,
    bell: WakeReceiver,
    buffer: BytesMut,
    poll: PollSet,
    clients: Arc<Mutex<usize>>,
    ring: Option<Waker>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("clients", &self.lines.len()).finish_non_exhaustive()
    }
}

impl Server {
    /// A server that is not running yet. Without a listener, clients come through [`Handle::adopt`] only.
    ///
    /// # Errors
    /// Too many open files.
    pub fn new(
        config: Config,
        backend: Box<dyn Backend>,
        listener: Option<UnixListening>,
    ) -> io::Result<(Self, Handle)> {
        let (ring, bell) = waker()?;
        let (send, orders) = channel();
        let server = Self {
            compositor: Compositor::new(config),
            backend,
            listener,
            paused: 0,
            lines: BTreeMap::new(),
            pipes: Pipes::default(),
            orders,
            bell,
            buffer: BytesMut::new(),
            poll: PollSet::new(),
            clients: Arc::default(),
            ring: None,
        };
        Ok((server, Handle { orders: send, waker: ring }))
    }

    /// The number of clients, for whoever wants to know when the last one has gone.
    #[must_use]
    pub fn clients(&self) -> Arc<Mutex<usize>> {
        Arc::clone(&self.clients)
    }

    /// Wakes `bell` whenever a client came or went.
    pub fn ring(&mut self, bell: Waker) {
        self.ring = Some(bell);
    }

    /// Serves until [`Handle::stop`], or until all handles are gone.
    ///
    /// # Errors
    /// What `poll` says: out of memory.
    pub fn run(mut self) -> io::Result<()> {
        loop {
            if !self.obey() {
                return Ok(());
            }
            self.act();
            self.turn()?;
        }
    }

    /// Takes orders; false if it is over.
    fn obey(&mut self) -> bool {
        loop {
            match self.orders.try_recv() {
                Ok(Order::Run(task)) => task(&mut self.compositor, monotonic()),
                Ok(Order::Adopt(socket)) => self.admit(socket),
                Ok(Order::Stop) => return false,
                Err(std::sync::mpsc::TryRecvError::Empty) => return true,
                Err(std::sync::mpsc::TryRecvError::Disconnected) => return false,
            }
        }
    }

    fn admit(&mut self, socket: OwnedFd) {
        let client = self.compositor.connect();
        let line = Line { socket: Socket::from(socket), outbox: Outbox::new(), ending: false };
        self.lines.insert(client, line);
        self.count();
    }

    fn count(&self) {
        *self.clients.lock().unwrap_or_else(PoisonError::into_inner) = self.lines.len();
        self.ring.iter().for_each(Waker::wake);
    }

    /// Draws what is due, and does what the compositor wants.
    fn act(&mut self) {
        let now = monotonic();
        if self.compositor.poll_timeout().is_some_and(|due| due <= now) {
            self.compositor.on_timeout(now);
        }
        loop {
            // What the backend answers may lead to more.
            while let Some(effect) = self.compositor.poll() {
                self.effect(effect);
            }
            let full: Vec<ClientId> =
                self.lines.iter_mut().filter_map(|(id, line)| line.flush(*id)).collect();
            if full.is_empty() {
                return;
            }
            // Their windows go with them, which the backend is to hear before anything is waited for.
            full.into_iter().for_each(|client| self.let_go(client));
        }
    }

    fn let_go(&mut self, client: ClientId) {
        self.lines.remove(&client);
        self.compositor.disconnect(client);
        self.count();
    }

    fn effect(&mut self, effect: Effect) {
        match effect {
            Effect::Send { client, bytes, descriptors } => {
                let Some(line) = self.lines.get_mut(&client) else { return };
                let fds = descriptors.into_iter().filter_map(|it| match it {
                    Descriptor::Fd(fd) => Some(Arc::new(fd)),
                    _ => None,
                });
                line.outbox.push(bytes, fds.collect());
            }
            Effect::Disconnect(client) => {
                self.lines.get_mut(&client).into_iter().for_each(|line| line.ending = true);
            }
            Effect::Present { canvas, damage } => {
                if let Some(pixels) = self.compositor.canvas(canvas) {
                    self.backend.present(canvas, pixels, &damage);
                }
            }
            Effect::Window { window, change } => self.backend.window(window, change),
            Effect::Cursor(cursor) => self.backend.cursor(cursor),
            Effect::Confine(confinement) => self.backend.confine(confinement),
            Effect::TextInput(place) => self.backend.text_input(place),
            Effect::KeepAwake(wanted) => self.backend.keep_awake(wanted),
            Effect::Feed { to, content } => self.pipes.feed(to, content),
            Effect::Clipboard { selection, types } => {
                if let Some(mime) = self.backend.clipboard(selection, &types) {
                    self.pipes.fetch(&mut self.compositor, selection, mime);
                }
            }
        }
    }

    /// One wait, and what it brought.
    fn turn(&mut self) -> io::Result<()> {
        let now = monotonic();
        self.poll.clear();
        let bell = self.poll.add(self.bell.as_fd(), Interest::READ);
        let door = match &self.listener {
            Some(listener) if self.paused <= now => Some(self.poll.add(listener.as_fd(), Interest::READ)),
            _ => None,
        };
        let first = self.poll.len();
        for line in self.lines.values() {
            self.poll.add(line.socket.as_fd(), line.interest());
        }
        let piped = self.poll.len();
        self.pipes.add_to(&mut self.poll);
        let paused = (self.paused > now).then_some(self.paused);
        let due = [self.compositor.poll_timeout(), paused].into_iter().flatten().min();
        self.poll.wait(due.map(|due| Duration::from_nanos(due.saturating_sub(now))))?;
        if self.poll.ready(bell).any() {
            self.bell.drain();
        }
        let ids: Vec<ClientId> = self.lines.keys().copied().collect();
        for (at, id) in ids.into_iter().enumerate() {
            let ready = self.poll.ready(first + at);
            if ready.readable || ready.hangup || ready.error {
                self.read(id);
            }
        }
        for content in self.pipes.turn(&self.poll, piped) {
            self.backend.clipboard_content(content.selection, &content.mime, content.bytes);
        }
        if door.is_some_and(|door| self.poll.ready(door).any()) {
            self.accept();
        }
        Ok(())
    }

    fn read(&mut self, client: ClientId) {
        let Some(line) = self.lines.get_mut(&client).filter(|it| !it.ending) else { return };
        let mut descriptors = VecDeque::new();
        let mut total = 0;
        let mut gone = false;
        while total < TURN && descriptors.len() < DESCRIPTORS_MAX {
            match line.socket.recv(&mut self.buffer, 64 << 10, &mut descriptors) {
                Ok(Received::Bytes(count)) => total += count,
                Ok(Received::Empty) => break,
                Ok(Received::Closed) => {
                    gone = true;
                    break;
                }
                Err(error) => {
                    tracing::debug!(client = client.0, "{error}");
                    gone = true;
                    break;
                }
            }
        }
        let descriptors = descriptors.into_iter().map(Descriptor::Fd);
        self.compositor.on_bytes(monotonic(), client, &self.buffer, descriptors);
        self.buffer.clear();
        if gone {
            self.let_go(client);
        }
    }

    fn accept(&mut self) {
        for _ in 0..AT_ONCE {
            match self.listener.as_ref().map(UnixListening::accept) {
                Some(Ok(Some(socket))) => self.admit(socket),
                Some(Err(error)) => {
                    tracing::warn!("cannot take a client now ({error}); trying again");
                    self.paused = monotonic() + PAUSE.as_nanos() as u64;
                    return;
                }
                _ => return,
            }
        }
    }
}

impl Line {
    fn interest(&self) -> Interest {
        Interest { readable: !self.ending, writable: !self.outbox.is_empty() }
    }

    /// Sends what can be sent; `Some` if the client must go.
    fn flush(&mut self, client: ClientId) -> Option<ClientId> {
        let over = match self.outbox.flush(&self.socket) {
            Ok(Flush::Done) => self.ending,
            Ok(Flush::Full) if self.outbox.len() > OUTBOX_MAX || self.outbox.fds() > DESCRIPTORS_MAX => {
                tracing::warn!(client = client.0, "a program does not read what it is sent, and is let go");
                true
            }
            Ok(Flush::Full) => false,
            Ok(Flush::Closed) => true,
            Err(error) => {
                tracing::debug!(client = client.0, "{error}");
                true
            }
        };
        over.then_some(client)
    }
}
