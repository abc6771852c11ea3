//! The compositor: answers every commit at once, remembers when it came, and can show what it was given.

use std::io;
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use farway_proto::wayland::{Builder, Form, Interface, ObjectId, Way, by_name};
use farway_sys::event::{Interest, PollSet, WakeReceiver, Waker, waker};
use farway_sys::mem::Region;
use farway_sys::net::{Socket, UnixListening, listen_unix};

use super::Wire;

const PATIENCE: Duration = Duration::from_secs(600);

/// What one connection showed.
#[derive(Debug)]
pub struct Frames {
    /// When each commit with a buffer arrived.
    pub commits: Receiver<Instant>,
    /// Asks for the pixels of the buffer shown last.
    ask: Sender<()>,
    pixels: Receiver<Vec<u8>>,
}

impl Frames {
    /// Asks for the pixels of the next commit.
    pub fn ask(&self) {
        // If nobody listens any more, `pixels` says so.
        let _ = self.ask.send(());
    }

    /// The bytes of the buffer that the commit after [`Self::ask`] showed, as the compositor saw them then.
    ///
    /// # Errors
    /// The connection is gone.
    pub fn pixels(&self) -> io::Result<Vec<u8>> {
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        self.pixels.recv_timeout(Duration::from_secs(10)).map_err(gone)
    }
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
    /// Listens, and serves each connection in a thread of its own.
    ///
    /// # Errors
    /// The socket cannot be made.
    pub fn listen(path: &Path) -> io::Result<Self> {
        let listener = listen_unix(path, 128).map_err(io::Error::other)?;
        let (end, ended) = waker()?;
        let (shows, shown) = channel();
        thread::spawn(move || admit(&listener, &ended, &shows));
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

fn admit(listener: &UnixListening, ended: &WakeReceiver, shows: &Sender<Frames>) {
    loop {
        let mut polls = PollSet::new();
        polls.add(listener.as_fd(), Interest::READ);
        let end = polls.add(ended.as_fd(), Interest::READ);
        if polls.wait(None).is_err() || polls.ready(end).any() {
            return;
        }
        // An error is somebody's who did not wait.
        while let Ok(Some(fd)) = listener.accept() {
            let shows = shows.clone();
            thread::spawn(move || {
                let (mut client, ends) = Client::new(Wire::new(Socket::from(fd)), shows);
                // An error ends this connection; whoever waits for commits sees that.
                let _ = client.serve(&ends);
            });
        }
    }
}

/// Where a client's thread hears what is asked, and answers.
#[derive(Debug)]
struct Ends {
    asked: Receiver<()>,
    pixels: Sender<Vec<u8>>,
}

#[derive(Debug)]
struct Client {
    wire: Wire,
    objects: std::collections::HashMap<u32, &'static Interface>,
    pool: Option<Region>,
    buffers: std::collections::HashMap<u32, (u64, usize)>,
    attached: u32,
    shown: u32,
    frame: Vec<u32>,
    commits: Sender<Instant>,
    shows: Sender<Frames>,
    /// Until it makes its first surface.
    frames: Option<Frames>,
}

impl Client {
    fn new(wire: Wire, shows: Sender<Frames>) -> (Self, Ends) {
        let display = by_name(b"wl_display").expect("the core protocol is known");
        let (commits, told) = channel();
        let (ask, asked) = channel();
        let (pixels, seen) = channel();
        let client = Self {
            shows,
            frames: Some(Frames { commits: told, ask, pixels: seen }),
            wire,
            objects: [(1, display)].into(),
            pool: None,
            buffers: Default::default(),
            attached: 0,
            shown: 0,
            frame: Vec::new(),
            commits,
        };
        (client, Ends { asked, pixels })
    }

    fn serve(&mut self, ends: &Ends) -> io::Result<()> {
        while let Some((header, body)) = self.wire.next(PATIENCE)? {
            let now = Instant::now();
            let interface = self.objects.get(&header.object.0).copied();
            let Some((interface, signature)) =
                interface.and_then(|i| Some((i, i.message(Way::Request, header.opcode)?)))
            else {
                continue;
            };
            let args = farway_proto::wayland::Args::parse(signature, &body[8..]).map_err(io::Error::other)?;
            for at in 0..signature.args.len() {
                if let Ok(new) = args.new_id(at) {
                    if let Some(interface) = new.interface {
                        self.objects.insert(new.id.0, interface);
                    }
                }
            }
            let int = |at| args.int(at).unwrap_or(0);
            let id = |at| args.new_id(at).map_or(0, |new| new.id.0);
            match (interface.name, signature.name) {
                ("wl_display", "get_registry") => self.globals(id(0))?,
                ("wl_display", "sync") => self.done(&[id(0)])?,
                ("wl_compositor", "create_surface") => {
                    // Nobody may wait for it any more.
                    self.frames.take().into_iter().for_each(|frames| drop(self.shows.send(frames)));
                }
                ("wl_shm", "create_pool") => {
                    let fd = self.wire.fds.pop_front().ok_or(io::ErrorKind::InvalidData)?;
                    self.pool = Some(Region::adopt(fd, int(2) as u64).map_err(io::Error::other)?);
                }
                ("wl_shm_pool", "create_buffer") => {
                    self.buffers.insert(id(0), (int(1) as u64, (int(3) * int(4)) as usize));
                }
                ("wl_surface", "attach") => self.attached = args.object(0).map_or(0, |object| object.0),
                ("wl_surface", "frame") => self.frame.push(id(0)),
                ("wl_surface", "commit") => self.commit(now, ends)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn commit(&mut self, now: Instant, ends: &Ends) -> io::Result<()> {
        let _ = self.commits.send(now);
        let released = std::mem::replace(&mut self.shown, self.attached);
        if ends.asked.try_recv().is_ok() {
            let (offset, len) = self.buffers.get(&self.shown).copied().unwrap_or((0, 0));
            let mut bytes = vec![0; len];
            if let Some(pool) = &self.pool {
                pool.read(offset, &mut bytes).map_err(io::Error::other)?;
            }
            let _ = ends.pixels.send(bytes);
        }
        if released != 0 && released != self.shown {
            let release =
                Builder::new(ObjectId(released), 0).finish(Form::Program, 0).map_err(io::Error::other)?;
            self.wire.send(release, Vec::new())?;
        }
        let frame = std::mem::take(&mut self.frame);
        self.done(&frame)
    }

    fn done(&mut self, callbacks: &[u32]) -> io::Result<()> {
        let mut bytes = Vec::new();
        for id in callbacks {
            let done = Builder::new(ObjectId(*id), 0).uint(0).finish(Form::Program, 0);
            let deleted = Builder::new(ObjectId::DISPLAY, 1).uint(*id).finish(Form::Program, 0);
            bytes.extend(done.map_err(io::Error::other)?);
            bytes.extend(deleted.map_err(io::Error::other)?);
            self.objects.remove(id);
        }
        self.wire.send(bytes, Vec::new())
    }

    fn globals(&mut self, registry: u32) -> io::Result<()> {
        for (name, (interface, version)) in [("wl_compositor", 4), ("wl_shm", 1)].into_iter().enumerate() {
            let global = Builder::new(ObjectId(registry), 0).uint(name as u32 + 1).str(interface.as_bytes());
            let bytes = global.uint(version).finish(Form::Program, 0).map_err(io::Error::other)?;
            self.wire.send(bytes, Vec::new())?;
        }
        Ok(())
    }
}
