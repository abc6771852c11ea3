//! One client of the compositor, on its own thread.
//!
//! Invariants: every request with a destructor and every callback is followed by one `delete_id`; it sleeps unless a
//! request, a question or a refresh that changes something is there.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::os::fd::AsFd;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Instant;

use bytes::Bytes;
use farway_proto::wayland::{Args, Header, Interface, ObjectId, Way, by_name};
use farway_sys::event::{Interest, PollSet};
use farway_sys::mem::Region;

use super::super::{Filled, Wire, finish, message};
use super::surface::Surface;
use super::{Ask, Ends, Frames, House, Pace, globals};

/// A key on the home row, as evdev counts.
const KEY: u32 = 30;

/// Part of a pool.
#[derive(Debug)]
struct Buffer {
    pool: Rc<Region>,
    offset: u64,
    len: usize,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Client {
    wire: Wire,
    house: Arc<House>,
    objects: HashMap<u32, &'static Interface>,
    pools: HashMap<u32, Rc<Region>>,
    buffers: HashMap<u32, Buffer>,
    surfaces: BTreeMap<u32, Surface>,
    /// From xdg_surface to wl_surface.
    windows: HashMap<u32, u32>,
    keyboard: u32,
    output: u32,
    serial: u32,
    begin: Instant,
    commits: Sender<Instant>,
    visible: Sender<(u64, Instant)>,
    shows: Sender<Frames>,
    /// Until it makes its first surface.
    frames: Option<Frames>,
    /// The refresh that is waited for.
    refresh: Option<Instant>,
}

impl Client {
    pub fn new(
        wire: Wire,
        house: Arc<House>,
        (shows, frames): (Sender<Frames>, Frames),
        (commits, visible): (Sender<Instant>, Sender<(u64, Instant)>),
    ) -> Self {
        let display = by_name(b"wl_display").expect("the core protocol is known");
        Self {
            wire,
            house,
            objects: [(1, display)].into(),
            pools: HashMap::new(),
            buffers: HashMap::new(),
            surfaces: BTreeMap::new(),
            windows: HashMap::new(),
            keyboard: 0,
            output: 0,
            serial: 0,
            begin: Instant::now(),
            commits,
            visible,
            shows,
            frames: Some(frames),
            refresh: None,
        }
    }

    /// Serves it to its end.
    pub fn serve(&mut self, ends: &Ends) -> io::Result<()> {
        let mut polls = PollSet::new();
        loop {
            while let Some((header, body)) = self.wire.take()? {
                self.request(header, &body, ends)?;
            }
            self.obey(ends)?;
            let now = Instant::now();
            if self.refresh.is_some_and(|at| at <= now) {
                self.show(now, ends)?;
            }
            match self.wire.fill()? {
                Filled::Some => continue,
                Filled::End => return Ok(()),
                Filled::Nothing => {}
            }
            polls.clear();
            polls.add(self.wire.socket.as_fd(), Interest::READ);
            polls.add(ends.woken.as_fd(), Interest::READ);
            polls.wait(self.refresh.map(|at| at.saturating_duration_since(Instant::now())))?;
        }
    }

    /// Does what it is asked to.
    fn obey(&mut self, ends: &Ends) -> io::Result<()> {
        ends.woken.drain();
        while let Ok(ask) = ends.asked.try_recv() {
            match ask {
                Ask::Key => {
                    let at = Instant::now();
                    self.press()?;
                    let _ = ends.pressed.send(at);
                }
                Ask::Pixels(number) => {
                    let so_far = self.surfaces.values().map(Surface::commits).max().unwrap_or(0);
                    ends.wanted.set(Some(if number == 0 { so_far + 1 } else { number }));
                    self.give(ends)?;
                }
            }
        }
        Ok(())
    }

    /// Gives the pixels that somebody wants, if they are visible.
    fn give(&self, ends: &Ends) -> io::Result<()> {
        let Some(wanted) = ends.wanted.get() else { return Ok(()) };
        let fits =
            |surface: &&Surface| surface.shown() != 0 && !surface.has_queued() && surface.commits() >= wanted;
        let Some(surface) = self.surfaces.values().find(fits) else { return Ok(()) };
        ends.wanted.set(None);
        let mut bytes = Vec::new();
        if let Some(buffer) = self.buffers.get(&surface.shown()) {
            bytes.resize(buffer.len, 0);
            buffer.pool.read(buffer.offset, &mut bytes).map_err(io::Error::other)?;
        }
        let _ = ends.pixels.send(bytes);
        Ok(())
    }

    fn serial(&mut self) -> u32 {
        self.serial += 1;
        self.serial
    }

    fn millis(&self) -> u32 {
        self.begin.elapsed().as_millis() as u32
    }

    fn press(&mut self) -> io::Result<()> {
        if self.keyboard == 0 {
            return Err(io::Error::other("there is no keyboard to press a key on"));
        }
        let mut bytes = Vec::new();
        for state in [1, 0] {
            let key = message(self.keyboard, 3).uint(self.serial()).uint(self.millis());
            bytes.extend(finish(key.uint(KEY).uint(state)));
        }
        self.wire.send(bytes, Vec::new())
    }

    fn request(&mut self, header: Header, body: &Bytes, ends: &Ends) -> io::Result<()> {
        let object = header.object.0;
        let Some(interface) = self.objects.get(&object).copied() else { return Ok(()) };
        let signature = interface.message(Way::Request, header.opcode).ok_or(io::ErrorKind::InvalidData)?;
        let args = Args::parse(signature, &body[8..]).map_err(io::Error::other)?;
        let mut version = 1;
        for at in 0..signature.args.len() {
            if let Ok(new) = args.new_id(at) {
                version = new.named.map_or(1, |named| named.1);
                if let Some(interface) = new.interface {
                    if self.objects.insert(new.id.0, interface).is_some() {
                        return Err(io::Error::other(format!("the id {} is in use", new.id.0)));
                    }
                }
            }
        }
        match interface.name {
            "wl_display" if signature.name == "get_registry" => {
                self.wire.send(globals::announce(new_id(&args, 0)), Vec::new())?;
            }
            "wl_display" => self.done(&[new_id(&args, 0)])?,
            "wl_registry" => {
                let id = new_id(&args, 1);
                let name = self.objects.get(&id).map_or("", |interface| interface.name);
                if name == "wl_output" {
                    self.output = id;
                }
                self.wire.send(globals::greet(name, version, id, self.house.pace), Vec::new())?;
            }
            "wl_compositor" if signature.name == "create_surface" => {
                self.surfaces.insert(new_id(&args, 0), Surface::default());
                // Nobody may wait for it any more.
                self.frames.take().into_iter().for_each(|frames| drop(self.shows.send(frames)));
            }
            "wl_seat" if signature.name == "get_keyboard" => {
                self.keyboard = new_id(&args, 0);
                let (bytes, fd) = globals::keyboard(self.keyboard, &self.house.keymap)?;
                self.wire.send(bytes, vec![fd])?;
            }
            "wl_shm" | "wl_shm_pool" => self.memory(object, signature.name, &args)?,
            "xdg_wm_base" | "xdg_surface" => self.window(object, signature.name, &args),
            "wl_surface" => self.surface(object, signature.name, &args, ends)?,
            _ => {}
        }
        if signature.destructor {
            self.destroyed(object)?;
        }
        Ok(())
    }

    fn memory(&mut self, object: u32, name: &str, args: &Args<'_>) -> io::Result<()> {
        let int = |at| u64::try_from(args.int(at).unwrap_or(0)).map_err(io::Error::other);
        match name {
            "create_pool" => {
                let fd = self.wire.fds.pop_front().ok_or(io::ErrorKind::InvalidData)?;
                let pool = Region::adopt(fd, int(2)?).map_err(io::Error::other)?;
                self.pools.insert(new_id(args, 0), Rc::new(pool));
            }
            "resize" => {
                if let Some(pool) = self.pools.get(&object) {
                    pool.grow(int(0)?).map_err(io::Error::other)?;
                }
            }
            "create_buffer" => {
                let pool = self.pools.get(&object).ok_or(io::ErrorKind::InvalidData)?;
                let len = usize::try_from(int(3)? * int(4)?).map_err(io::Error::other)?;
                let buffer = Buffer { pool: Rc::clone(pool), offset: int(1)?, len };
                self.buffers.insert(new_id(args, 0), buffer);
            }
            _ => {}
        }
        Ok(())
    }

    fn window(&mut self, object: u32, name: &str, args: &Args<'_>) {
        match name {
            "get_xdg_surface" => {
                let surface = args.object(1).map_or(0, |object| object.0);
                self.windows.insert(new_id(args, 0), surface);
                if let Some(surface) = self.surfaces.get_mut(&surface) {
                    surface.xdg = new_id(args, 0);
                }
            }
            "get_toplevel" => {
                let surface = self.windows.get(&object).and_then(|id| self.surfaces.get_mut(id));
                surface.into_iter().for_each(|surface| surface.toplevel = new_id(args, 0));
            }
            _ => {}
        }
    }

    fn surface(&mut self, object: u32, name: &str, args: &Args<'_>, ends: &Ends) -> io::Result<()> {
        let Some(surface) = self.surfaces.get_mut(&object) else { return Ok(()) };
        match name {
            "attach" => surface.attach(args.object(0).map_or(0, |object| object.0)),
            "frame" => surface.frame(new_id(args, 0)),
            "commit" => {
                let now = Instant::now();
                if surface.commit() {
                    let _ = self.commits.send(now);
                }
                let (xdg, toplevel) = (surface.xdg, surface.toplevel);
                if toplevel != 0 && !std::mem::replace(&mut surface.configured, true) {
                    let mut bytes = finish(message(toplevel, 0).int(0).int(0).array(&[]));
                    bytes.extend(finish(message(xdg, 0).uint(self.serial())));
                    self.wire.send(bytes, Vec::new())?;
                }
                match self.house.pace {
                    Pace::Unlimited => self.show(now, ends)?,
                    Pace::Display(beat) => {
                        self.refresh.get_or_insert(beat.after(now));
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A refresh.
    fn show(&mut self, now: Instant, ends: &Ends) -> io::Result<()> {
        self.refresh = None;
        let mut bytes = Vec::new();
        let mut callbacks = Vec::new();
        let mut entered = Vec::new();
        for (id, surface) in self.surfaces.iter_mut().filter(|it| it.1.is_waiting()) {
            let mut done = surface.refresh();
            if let Some(commit) = done.commit {
                let _ = self.visible.send((commit, now));
                if !std::mem::replace(&mut surface.entered, true) {
                    entered.push(*id);
                }
            }
            for buffer in done.released {
                bytes.extend(finish(message(buffer, 0)));
            }
            callbacks.append(&mut done.callbacks);
        }
        for surface in entered.into_iter().map(ObjectId) {
            if self.output != 0 {
                bytes.extend(finish(message(surface.0, 0).object(ObjectId(self.output))));
            }
            if self.keyboard != 0 {
                let enter = message(self.keyboard, 1).uint(self.serial()).object(surface).array(&[]);
                bytes.extend(finish(enter));
                let modifiers = message(self.keyboard, 4).uint(self.serial());
                bytes.extend(finish(modifiers.uint(0).uint(0).uint(0).uint(0)));
            }
        }
        self.wire.send(bytes, Vec::new())?;
        self.done(&callbacks)?;
        self.give(ends)
    }

    /// Answers callbacks.
    fn done(&mut self, callbacks: &[u32]) -> io::Result<()> {
        let mut bytes = Vec::new();
        for id in callbacks {
            bytes.extend(finish(message(*id, 0).uint(self.millis())));
            bytes.extend(finish(message(1, 1).uint(*id)));
            self.objects.remove(id);
        }
        self.wire.send(bytes, Vec::new())
    }

    fn destroyed(&mut self, id: u32) -> io::Result<()> {
        self.objects.remove(&id);
        self.pools.remove(&id);
        if self.buffers.remove(&id).is_some() {
            self.surfaces.values_mut().for_each(|surface| surface.forget(id));
        }
        self.surfaces.remove(&id);
        self.windows.remove(&id);
        for slot in [&mut self.keyboard, &mut self.output].into_iter().filter(|slot| **slot == id) {
            *slot = 0;
        }
        self.wire.send(finish(message(1, 1).uint(id)), Vec::new())
    }
}

fn new_id(args: &Args<'_>, at: usize) -> u32 {
    args.new_id(at).map_or(0, |new| new.id.0)
}
