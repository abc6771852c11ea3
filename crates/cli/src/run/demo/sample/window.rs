//! The window: what is asked of the compositor, and what its events mean.
//!
//! Not the bytes (see [`wire`](super::wire)) and not the picture (see [`scene`](super::scene)).

mod input;
mod meter;
mod setup;

use std::os::fd::AsFd;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use farway_proto::wayland::ObjectId;
use farway_sys::event::{Interest, PollSet, WakeReceiver};

use super::SampleError;
use super::picture::Rect;
use super::pool::Pool;
use super::scene::Scene;
use super::scene::state::State;
use super::stats::{SampleReport, SampleStats};
use super::wire::{Event, Object, Wire};
use input::Input;
use meter::Meter;
use setup::Globals;

/// The size that we choose if the compositor does not: width and height in pixels.
const SIZE: (i32, i32) = (960, 600);
/// Larger windows than this are not drawn, whatever the compositor says.
const LARGEST: i32 = 8192;

/// See the module.
#[derive(Debug)]
pub struct Window {
    wire: Wire,
    globals: Globals,
    surface: Object,
    xdg_surface: Object,
    input: Input,
    pool: Option<Pool>,
    /// Buffers of earlier sizes that the compositor still reads.
    retired: Vec<Object>,
    scene: Scene,
    state: State,
    start: Instant,
    /// The size that the next configuration will bring.
    wanted: (i32, i32),
    /// A configuration that was not answered with a frame yet.
    configured: Option<u32>,
    /// The frame callback that was asked for, and when.
    callback: Option<(ObjectId, Instant)>,
    /// The window was configured once, so it may have contents.
    mapped: bool,
    closed: bool,
    meter: Meter,
}

impl Window {
    /// Connects and asks for a window.
    pub fn open(display: &Path, start: Instant) -> Result<Self, SampleError> {
        let mut wire = Wire::connect(display)?;
        let globals = setup::discover(&mut wire)?;
        let (surface, xdg_surface) = setup::toplevel(&mut wire, &globals)?;
        Ok(Self {
            wire,
            globals,
            surface,
            xdg_surface,
            input: Input::default(),
            pool: None,
            retired: Vec::new(),
            scene: Scene::new(SIZE.0, SIZE.1),
            state: State::default(),
            start,
            wanted: SIZE,
            configured: None,
            callback: None,
            mapped: false,
            closed: false,
            meter: Meter::new(start),
        })
    }

    pub fn stats(&self) -> Arc<SampleStats> {
        self.meter.stats()
    }

    /// Until the end.
    pub fn run(mut self, stop: &WakeReceiver) -> Result<SampleReport, SampleError> {
        let mut set = PollSet::new();
        loop {
            while let Some(event) = self.wire.next()? {
                self.handle(&event)?;
            }
            if self.closed {
                break;
            }
            if self.may_draw() {
                self.draw()?;
            }
            self.wire.flush()?;
            set.clear();
            let stopped = set.add(stop.as_fd(), Interest::READ);
            set.add(self.wire.as_fd(), Interest { readable: true, writable: self.wire.is_full() });
            set.wait(None)?;
            if set.ready(stopped).any() {
                break;
            }
        }
        Ok(self.meter.report())
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    /// A frame is due when the last one was shown, or when the window has changed.
    fn may_draw(&self) -> bool {
        let due = self.callback.is_none() || self.configured.is_some();
        self.mapped && due && self.pool.as_ref().is_none_or(Pool::has_room)
    }

    fn draw(&mut self) -> Result<(), SampleError> {
        self.fit()?;
        let now = self.now();
        self.state.settle(now);
        let damage = self.scene.paint(&self.state, now);
        let Some(pool) = &mut self.pool else { return Ok(()) };
        let Some(buffer) = pool.fill(self.scene.picture(), &damage)? else { return Ok(()) };
        if let Some(serial) = self.configured.take() {
            self.wire.call(self.xdg_surface, "ack_configure", |it| it.uint(serial))?;
        }
        let wire = &mut self.wire;
        wire.call(self.surface, "attach", |it| it.object(buffer.id).int(0).int(0))?;
        for rect in &damage {
            let fill =
                |it: farway_proto::wayland::Builder| it.int(rect.x).int(rect.y).int(rect.w).int(rect.h);
            wire.call(self.surface, "damage_buffer", fill)?;
        }
        if self.callback.is_none() {
            let callback = wire.create("wl_callback")?;
            wire.call(self.surface, "frame", |it| it.new_id(callback.id))?;
            self.callback = Some((callback.id, Instant::now()));
        }
        wire.call(self.surface, "commit", |it| it)?;
        self.meter.committed(&damage);
        Ok(())
    }

    /// Makes scene and buffers as large as the window shall be.
    fn fit(&mut self) -> Result<(), SampleError> {
        let bounds = Rect::new(0, 0, self.wanted.0, self.wanted.1);
        if self.scene.picture().bounds() != bounds {
            self.scene = Scene::new(bounds.w, bounds.h);
            if let Some(pool) = self.pool.take() {
                let busy = pool.retire(&mut self.wire)?;
                self.retired.extend(busy);
            }
        }
        if self.pool.is_none() {
            self.pool = Some(Pool::new(&mut self.wire, self.globals.shm, bounds)?);
        }
        Ok(())
    }

    fn handle(&mut self, event: &Event) -> Result<(), SampleError> {
        let args = event.args()?;
        match (event.object.interface.name, event.signature.name) {
            ("wl_callback", "done") => {
                if let Some((_, committed)) = self.callback.take_if(|(id, _)| *id == event.object.id) {
                    self.meter.answered(committed, &mut self.state);
                }
            }
            ("wl_buffer", "release") => self.released(event.object)?,
            ("xdg_wm_base", "ping") => {
                let serial = args.uint(0)?;
                self.wire.call(event.object, "pong", |it| it.uint(serial))?;
            }
            ("xdg_toplevel", "configure") => {
                let size = |wanted: i32, own: i32| if wanted > 0 { wanted.min(LARGEST) } else { own };
                self.wanted = (size(args.int(0)?, self.wanted.0), size(args.int(1)?, self.wanted.1));
            }
            ("xdg_toplevel", "close") => self.closed = true,
            ("xdg_surface", "configure") => {
                self.configured = Some(args.uint(0)?);
                self.mapped = true;
            }
            _ => {
                let now = self.now();
                self.input.handle(event, &args, &mut self.wire, &self.globals, &mut self.state, now)?;
            }
        }
        Ok(())
    }

    fn released(&mut self, buffer: Object) -> Result<(), SampleError> {
        if self.pool.as_mut().is_some_and(|pool| pool.released(buffer.id)) {
            return Ok(());
        }
        if let Some(n) = self.retired.iter().position(|retired| retired.id == buffer.id) {
            self.retired.swap_remove(n);
            self.wire.call(buffer, "destroy", |it| it)?;
        }
        Ok(())
    }
}
