//! The application: it starts as toolkits do, then draws a frame when its frame callback has come and a buffer is free.
//!
//! Invariants: a buffer is drawn into only after its release; an id is used again only after its `delete_id`, and new
//! ids leave no gap, because libwayland takes no others.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use farway_proto::wayland::{Header, ObjectId};
use farway_sys::mem::{Region, SharedFile};
use farway_sys::net::{Socket, connect_unix};

use super::canvas::{Canvas, Workload, page};
use super::{Wire, finish, message};

const PATIENCE: Duration = Duration::from_secs(60);
const DISPLAY: u32 = 1;

/// Ids that are free.
#[derive(Debug)]
struct Ids {
    next: u32,
    free: Vec<u32>,
}

impl Ids {
    fn take(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            self.next += 1;
            self.next - 1
        })
    }
}

#[derive(Debug, Default)]
struct Buffer {
    id: u32,
    /// The compositor may read it.
    busy: bool,
    /// The frame in it; zero is none.
    holds: u64,
}

/// Objects that are made once. Zero: not there.
#[derive(Debug, Default)]
struct Objects {
    registry: u32,
    compositor: u32,
    shm: u32,
    seat: u32,
    keyboard: u32,
    base: u32,
    surface: u32,
    xdg: u32,
}

/// See the module.
#[derive(Debug)]
pub struct App {
    wire: Wire,
    ids: Ids,
    globals: HashMap<Vec<u8>, (u32, u32)>,
    objects: Objects,
    region: Region,
    file: SharedFile,
    canvas: Canvas,
    buffers: [Buffer; 2],
    shown: usize,
    /// Commits with a buffer so far.
    frame: u64,
    /// The callback that is waited for.
    callback: Option<u32>,
    sync: Option<u32>,
    configured: bool,
    has_keyboard: bool,
    /// Keys that were pressed and not looked at yet.
    keys: u64,
    keymap: usize,
}

impl App {
    /// Connects and makes its surface and buffers.
    ///
    /// # Errors
    /// The socket cannot be reached, or the other side did something unexpected.
    pub fn connect(display: &Path, workload: Workload) -> io::Result<Self> {
        Self::connect_with(display, workload, page(workload))
    }

    /// Like [`Self::connect`], with a page that was made before the clock ran.
    ///
    /// # Errors
    /// The socket cannot be reached, or the other side did something unexpected.
    pub fn connect_with(display: &Path, workload: Workload, page: Vec<u8>) -> io::Result<Self> {
        let file = SharedFile::create(2 * workload.bytes() as u64, None)?;
        let mut app = Self {
            wire: Wire::new(Socket::from(connect_unix(display)?)),
            ids: Ids { next: 2, free: Vec::new() },
            globals: HashMap::new(),
            objects: Objects::default(),
            region: Region::of_shared(&file)?,
            file,
            canvas: Canvas::new(workload, page),
            buffers: Default::default(),
            shown: 0,
            frame: 0,
            callback: None,
            sync: None,
            configured: false,
            has_keyboard: false,
            keys: 0,
            keymap: 0,
        };
        app.objects.registry = app.ids.take();
        app.round_trip(finish(message(DISPLAY, 1).new_id(ObjectId(app.objects.registry))))?;
        let bytes = app.bind_all()?;
        app.round_trip(bytes)?;
        app.make_window()?;
        Ok(app)
    }

    /// Sends, and waits until all answers are there.
    fn round_trip(&mut self, mut bytes: Vec<u8>) -> io::Result<()> {
        let sync = self.ids.take();
        bytes.extend(finish(message(DISPLAY, 0).new_id(ObjectId(sync))));
        self.wire.send(bytes, Vec::new())?;
        self.sync = Some(sync);
        while self.sync.is_some() {
            self.turn(PATIENCE)?;
        }
        Ok(())
    }

    fn bind_all(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut bind = |interface: &[u8], most: u32| {
            let Some((name, version)) = self.globals.get(interface).copied() else { return 0 };
            let id = self.ids.take();
            let start = message(self.objects.registry, 0).uint(name).str(interface);
            bytes.extend(finish(start.uint(version.min(most)).new_id(ObjectId(id))));
            id
        };
        let compositor = bind(b"wl_compositor", 4);
        let shm = bind(b"wl_shm", 1);
        let seat = bind(b"wl_seat", 5);
        bind(b"wl_output", 2);
        let base = bind(b"xdg_wm_base", 1);
        if compositor == 0 || shm == 0 {
            return Err(io::Error::other("the compositor has no wl_compositor or no wl_shm"));
        }
        self.objects =
            Objects { compositor, shm, seat, base, registry: self.objects.registry, ..Objects::default() };
        Ok(bytes)
    }

    /// Makes the surface, a window if there are any, and the buffers. The keyboard's keymap comes meanwhile.
    fn make_window(&mut self) -> io::Result<()> {
        let mut bytes = Vec::new();
        if self.has_keyboard {
            self.objects.keyboard = self.ids.take();
            bytes.extend(finish(message(self.objects.seat, 1).new_id(ObjectId(self.objects.keyboard))));
        }
        self.objects.surface = self.ids.take();
        let surface = ObjectId(self.objects.surface);
        bytes.extend(finish(message(self.objects.compositor, 0).new_id(surface)));
        if self.objects.base != 0 {
            self.objects.xdg = self.ids.take();
            let (xdg, toplevel) = (ObjectId(self.objects.xdg), ObjectId(self.ids.take()));
            bytes.extend(finish(message(self.objects.base, 2).new_id(xdg).object(surface)));
            bytes.extend(finish(message(xdg.0, 1).new_id(toplevel)));
            bytes.extend(finish(message(surface.0, 6)));
            self.wire.send(std::mem::take(&mut bytes), Vec::new())?;
            while !self.configured || (self.has_keyboard && self.keymap == 0) {
                self.turn(PATIENCE)?;
            }
        }
        let pool = self.ids.take();
        let ((width, height), stride) = (self.canvas.workload.size(), self.canvas.workload.stride());
        let size = self.canvas.workload.bytes();
        bytes.extend(finish(message(self.objects.shm, 0).new_id(ObjectId(pool)).int(2 * size as i32)));
        for n in 0..2 {
            self.buffers[n].id = self.ids.take();
            let create = message(pool, 0).new_id(ObjectId(self.buffers[n].id)).int((n * size) as i32);
            bytes.extend(finish(create.int(width as i32).int(height as i32).int(stride as i32).uint(1)));
        }
        self.wire.send(bytes, vec![Arc::new(self.file.share()?)])
    }

    /// Takes one message.
    fn turn(&mut self, patience: Duration) -> io::Result<()> {
        match self.wire.next(patience)? {
            Some((header, body)) => self.event(header, &body),
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    fn event(&mut self, header: Header, body: &Bytes) -> io::Result<()> {
        let word = |at: usize| {
            let bytes = body.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
            bytes.map(u32::from_le_bytes).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))
        };
        let it = &self.objects;
        match (header.object.0, header.opcode) {
            (DISPLAY, 0) => {
                let text = body.get(20..).unwrap_or_default();
                return Err(io::Error::other(String::from_utf8_lossy(text).into_owned()));
            }
            (DISPLAY, 1) => self.ids.free.push(word(8)?),
            (object, 0) if object == it.registry => {
                let length = word(12)? as usize;
                let name = body.get(16..(16 + length).saturating_sub(1)).unwrap_or_default();
                let version = word(16 + length.next_multiple_of(4))?;
                self.globals.entry(name.to_vec()).or_insert((word(8)?, version));
            }
            (object, 0) if Some(object) == self.callback => self.callback = None,
            (object, 0) if Some(object) == self.sync => self.sync = None,
            (object, 0) if object == it.seat => self.has_keyboard = word(8)? & 2 != 0,
            (object, 0) if object == it.base => {
                self.wire.send(finish(message(object, 3).uint(word(8)?)), Vec::new())?;
            }
            (object, 0) if object == it.xdg => {
                self.wire.send(finish(message(object, 4).uint(word(8)?)), Vec::new())?;
                self.configured = true;
            }
            (object, 0) if object == it.keyboard => {
                let fd = self.wire.fds.pop_front().ok_or(io::ErrorKind::InvalidData)?;
                let mut text = vec![0; (word(12)? as usize).min(1 << 20)];
                File::from(fd).read_exact_at(&mut text, 0)?;
                self.keymap = text.len();
            }
            (object, 3) if object == it.keyboard => self.keys += u64::from(word(20)? == 1),
            (object, 0) => {
                for buffer in self.buffers.iter_mut().filter(|buffer| buffer.id == object) {
                    buffer.busy = false;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Draws and shows one frame, as soon as a buffer is free; returns when it was committed.
    ///
    /// # Errors
    /// The connection is gone, or no buffer became free for long.
    pub fn show(&mut self) -> io::Result<Instant> {
        let n = loop {
            // The one that was not shown last, if both are free.
            match [1 - self.shown, self.shown].into_iter().find(|n| !self.buffers[*n].busy) {
                Some(n) => break n,
                None => self.turn(PATIENCE)?,
            }
        };
        self.frame += 1;
        let held = self.buffers[n].holds;
        let base = n * self.canvas.workload.bytes();
        let damage = self.canvas.draw(&self.region, base as u64, held, self.frame);
        let damage = damage.map_err(io::Error::other)?;
        let (surface, buffer) = (self.objects.surface, self.buffers[n].id);
        let mut bytes = finish(message(surface, 1).object(ObjectId(buffer)).int(0).int(0));
        for (x, y, w, h) in damage {
            bytes.extend(finish(message(surface, 9).int(x).int(y).int(w).int(h)));
        }
        // One at a time, however often it is shown.
        if self.callback.is_none() {
            let callback = self.ids.take();
            bytes.extend(finish(message(surface, 3).new_id(ObjectId(callback))));
            self.callback = Some(callback);
        }
        bytes.extend(finish(message(surface, 6)));
        self.buffers[n] = Buffer { id: buffer, busy: true, holds: self.frame };
        self.shown = n;
        let at = Instant::now();
        self.wire.send(bytes, Vec::new())?;
        Ok(at)
    }

    /// Waits for the frame callback.
    ///
    /// # Errors
    /// The connection is gone, or nothing came for long.
    pub fn wait(&mut self) -> io::Result<()> {
        while self.callback.is_some() {
            self.turn(PATIENCE)?;
        }
        Ok(())
    }

    /// Waits for a key, and for the frame callback before that; false if none was pressed in time.
    ///
    /// # Errors
    /// The connection is gone.
    pub fn wait_key(&mut self, patience: Duration) -> io::Result<bool> {
        let until = Instant::now() + patience;
        while self.keys == 0 || self.callback.is_some() {
            let left = until.saturating_duration_since(Instant::now());
            match self.turn(left) {
                Err(error) if error.kind() == io::ErrorKind::TimedOut => return Ok(false),
                result => result?,
            }
        }
        self.keys -= 1;
        Ok(true)
    }

    /// How long the compositor takes to answer.
    ///
    /// # Errors
    /// The connection is gone, or nothing came for long.
    pub fn sync(&mut self) -> io::Result<Duration> {
        let begin = Instant::now();
        self.round_trip(Vec::new())?;
        Ok(begin.elapsed())
    }

    /// How many frames were shown.
    pub fn frames(&self) -> u64 {
        self.frame
    }

    /// The bytes of the frame shown last.
    ///
    /// # Errors
    /// The memory cannot be read.
    pub fn shown(&self) -> io::Result<Vec<u8>> {
        let size = self.canvas.workload.bytes();
        let mut pixels = vec![0; size];
        self.region.read((self.shown * size) as u64, &mut pixels).map_err(io::Error::other)?;
        Ok(pixels)
    }
}
