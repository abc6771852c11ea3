//! The compositor: a display with a refresh rate, or one that answers at once. It says when each commit came and when it
//! became visible, can show what it was given, and presses keys.
//!
//! Invariant: it draws nothing, so what it costs does not depend on what is shown.

pub(super) mod beat;
mod client;
mod globals;
mod surface;

use std::io;
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use farway_sys::event::{Interest, PollSet, WakeReceiver, Waker, waker};
use farway_sys::net::{Socket, UnixListening, listen_unix};

use super::{Wire, keymap};
use beat::Beat;
use client::Client;

/// When frames are answered.
#[derive(Copy, Clone, Debug)]
pub enum Pace {
    /// At once.
    Unlimited,
    /// At the refreshes of a display.
    Display(Beat),
}

/// What one connection showed.
#[derive(Debug)]
pub struct Frames {
    /// When each commit with a buffer arrived.
    pub commits: Receiver<Instant>,
    /// Which commit, counted from one, became visible when. Those that were replaced before do not.
    pub visible: Receiver<(u64, Instant)>,
    asks: Sender<Ask>,
    waker: Waker,
    pixels: Receiver<Vec<u8>>,
    pressed: Receiver<Instant>,
}

/// What a client's thread is asked.
#[derive(Copy, Clone, Debug)]
enum Ask {
    /// The pixels of the commit of this number, counted from one, or a later one; zero is the next to come.
    Pixels(u64),
    /// Press a key and let it go.
    Key,
}

impl Frames {
    fn send(&self, ask: Ask) {
        // If nobody listens any more, `pixels` says so.
        let _ = self.asks.send(ask);
        self.waker.wake();
    }

    /// Asks for the pixels of the next commit.
    pub fn ask(&self) {
        self.send(Ask::Pixels(0));
    }

    /// Asks for the pixels of a commit, counted from one, once it is visible.
    pub fn ask_for(&self, commit: u64) {
        self.send(Ask::Pixels(commit));
    }

    /// The bytes of the buffer that was asked for, as the compositor saw them when it became visible.
    ///
    /// # Errors
    /// The connection is gone.
    pub fn pixels(&self) -> io::Result<Vec<u8>> {
        self.pixels.recv_timeout(Duration::from_secs(30)).map_err(gone)
    }

    /// Presses a key. Returns when it was sent.
    ///
    /// # Errors
    /// The connection is gone, or the application has no keyboard.
    pub fn press(&self) -> io::Result<Instant> {
        self.send(Ask::Key);
        self.pressed.recv_timeout(Duration::from_secs(10)).map_err(gone)
    }
}

fn gone(_: impl std::error::Error) -> io::Error {
    io::ErrorKind::BrokenPipe.into()
}

/// See the module.
#[derive(Debug)]
pub struct Sink {
    /// Those who have begun to show something.
    shown: Receiver<Frames>,
    /// Ends the thread that lets them in.
    end: Waker,
}

impl Sink {
    /// Listens, answers at once, and serves each connection in a thread of its own.
    ///
    /// # Errors
    /// The socket cannot be made.
    pub fn listen(path: &Path) -> io::Result<Self> {
        Self::listen_at(path, Pace::Unlimited)
    }

    /// Like [`Self::listen`], at a pace.
    ///
    /// # Errors
    /// The socket cannot be made.
    pub fn listen_at(path: &Path, pace: Pace) -> io::Result<Self> {
        let listener = listen_unix(path, 128).map_err(io::Error::other)?;
        let (end, ended) = waker()?;
        let (shows, shown) = channel();
        let house = Arc::new(House { pace, keymap: keymap() });
        thread::spawn(move || admit(&listener, &ended, &shows, &house));
        Ok(Self { shown, end })
    }

    /// Waits for the next application. Those who only look whether somebody listens, or what there is, are none.
    ///
    /// # Errors
    /// Nobody came in time.
    pub fn accept(&self, patience: Duration) -> io::Result<Frames> {
        self.shown.recv_timeout(patience).map_err(|_| io::ErrorKind::TimedOut.into())
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.end.wake();
    }
}

/// What all clients have in common.
#[derive(Debug)]
struct House {
    pace: Pace,
    keymap: Vec<u8>,
}

fn admit(listener: &UnixListening, ended: &WakeReceiver, shows: &Sender<Frames>, house: &Arc<House>) {
    loop {
        let mut polls = PollSet::new();
        polls.add(listener.as_fd(), Interest::READ);
        let end = polls.add(ended.as_fd(), Interest::READ);
        if polls.wait(None).is_err() || polls.ready(end).any() {
            return;
        }
        // An error is somebody's who did not wait.
        while let Ok(Some(fd)) = listener.accept() {
            let (shows, house) = (shows.clone(), Arc::clone(house));
            thread::spawn(move || -> io::Result<()> {
                // An error ends this connection; whoever waits for commits sees that.
                let (mut client, ends) = client(Wire::new(Socket::from(fd)), shows, house)?;
                let result = client.serve(&ends);
                if let Err(error) = &result {
                    tracing::debug!("the sink ends a connection: {error}");
                }
                result
            });
        }
    }
}

/// Where a client's thread hears what is asked, and answers.
#[derive(Debug)]
struct Ends {
    asked: Receiver<Ask>,
    woken: WakeReceiver,
    pixels: Sender<Vec<u8>>,
    pressed: Sender<Instant>,
    /// The number of the commit that somebody wants to see.
    wanted: std::cell::Cell<Option<u64>>,
}

fn client(wire: Wire, shows: Sender<Frames>, house: Arc<House>) -> io::Result<(Client, Ends)> {
    let (commit, commits) = channel();
    let (show, visible) = channel();
    let (asks, asked) = channel();
    let (give, pixels) = channel();
    let (press, pressed) = channel();
    let (waker, woken) = waker()?;
    let frames = Frames { commits, visible, asks, waker, pixels, pressed };
    let ends = Ends { asked, woken, pixels: give, pressed: press, wanted: Default::default() };
    Ok((Client::new(wire, house, (shows, frames), (commit, show)), ends))
}
