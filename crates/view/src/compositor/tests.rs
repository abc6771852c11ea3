//! A client made of a few lines, and what every client must be told.

use std::sync::Arc;

use farway_proto::wayland::{Args, Builder, Form, Header, Interface, ObjectId, Stream, Way, by_name};
use farway_sys::mem::Region;

use super::*;
use crate::descriptor::Descriptor;
use crate::geometry::Size;

mod garbage;
mod limits;
mod pair;
pub(crate) mod peer;

/// A refresh of the default output, in nanoseconds.
pub(crate) const REFRESH: u64 = 16_666_667;

/// An event as a test sees it: object, name, arguments as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub id: u32,
    pub name: &'static str,
    pub args: Vec<String>,
}

/// A compositor and one client of it.
pub(crate) struct World {
    pub view: Compositor,
    pub client: ClientId,
    pub now: u64,
    objects: BTreeMap<u32, &'static Interface>,
    stream: Stream,
    next: u32,
    pub events: Vec<Event>,
    pub effects: Vec<Effect>,
    pub descriptors: Vec<Descriptor>,
    pub gone: bool,
    registry: u32,
    pub globals: BTreeMap<String, (u32, u32)>,
}

impl World {
    pub fn new(config: Config) -> Self {
        let mut view = Compositor::new(config);
        let client = view.connect();
        let display = by_name(b"wl_display").expect("known");
        let mut world = Self {
            view,
            client,
            now: 1_000_000_000,
            objects: [(1, display)].into(),
            stream: Stream::new(Form::Program),
            next: 2,
            events: Vec::new(),
            effects: Vec::new(),
            descriptors: Vec::new(),
            gone: false,
            registry: 0,
            globals: BTreeMap::new(),
        };
        world.registry = world.make(1, "get_registry", "wl_registry", |it, id| it.new_id(id));
        for event in world.take("global") {
            let [name, interface, version] = &event.args[..] else { panic!("{event:?}") };
            let numbers = (name.parse().expect("number"), version.parse().expect("number"));
            world.globals.insert(interface.clone(), numbers);
        }
        world
    }

    /// Sends a request.
    pub fn send(&mut self, id: u32, name: &str, build: impl FnOnce(Builder) -> Builder) {
        self.send_with(id, name, Vec::new(), build);
    }

    pub fn send_with(
        &mut self,
        id: u32,
        name: &str,
        descriptors: Vec<Descriptor>,
        build: impl FnOnce(Builder) -> Builder,
    ) {
        let interface = self.objects.get(&id).expect("an object of the client");
        let (opcode, signature) = interface.find(Way::Request, name).expect("a request");
        let bytes = build(Builder::new(ObjectId(id), opcode)).finish(Form::Program, 0).expect("fits");
        if signature.destructor {
            self.objects.remove(&id);
        }
        self.view.on_bytes(self.now, self.client, &bytes, descriptors);
        self.pump();
    }

    /// Sends a request that makes an object; its id.
    pub fn make(
        &mut self,
        id: u32,
        name: &str,
        interface: &str,
        build: impl FnOnce(Builder, ObjectId) -> Builder,
    ) -> u32 {
        let new = self.fresh(interface);
        self.send(id, name, |it| build(it, ObjectId(new)));
        new
    }

    /// An id for a new object of an interface.
    pub fn fresh(&mut self, interface: &str) -> u32 {
        let new = self.next;
        self.next += 1;
        self.objects.insert(new, by_name(interface.as_bytes()).expect("known"));
        new
    }

    /// Binds a global with the version offered.
    pub fn bind(&mut self, interface: &str) -> u32 {
        let (name, version) = *self.globals.get(interface).expect("offered");
        let registry = self.registry;
        self.make(registry, "bind", interface, |it, id| {
            it.uint(name).str(interface.as_bytes()).uint(version).new_id(id)
        })
    }

    /// Lets time pass, refresh by refresh.
    pub fn refresh(&mut self) {
        self.now += REFRESH;
        self.view.on_timeout(self.now);
        self.pump();
    }

    /// Collects what the compositor has to say.
    pub fn pump(&mut self) {
        while let Some(effect) = self.view.poll() {
            self.sort(effect);
        }
        self.understand();
    }

    /// Takes what is for the present client, and keeps the rest.
    fn sort(&mut self, effect: Effect) {
        match effect {
            Effect::Send { client, bytes, descriptors } if client == self.client => {
                self.stream.push(&bytes);
                self.descriptors.extend(descriptors);
            }
            Effect::Disconnect(client) if client == self.client => self.gone = true,
            other => self.effects.push(other),
        }
    }

    /// Makes events of the bytes that have come.
    fn understand(&mut self) {
        while let Ok(Some((header, bytes))) = self.stream.next() {
            let id = header.object.0;
            let interface = *self.objects.get(&id).unwrap_or_else(|| panic!("event for unknown object {id}"));
            let signature = interface.message(Way::Event, header.opcode).expect("an event");
            let args = Args::parse(signature, &bytes[Header::SIZE..]).expect("valid");
            for (at, _) in signature.args.iter().enumerate() {
                if let Some(new) = args.new_id(at).ok().filter(|it| it.interface.is_some()) {
                    self.objects.insert(new.id.0, new.interface.expect("checked"));
                }
            }
            if (id, signature.name) == (1, "delete_id") {
                self.objects.remove(&args.uint(0).expect("id"));
            }
            let args = args.iter().map(text).collect();
            self.events.push(Event { id, name: signature.name, args });
        }
    }

    /// All events of a name so far; they are taken out.
    pub fn take(&mut self, name: &str) -> Vec<Event> {
        let (taken, kept) = self.events.drain(..).partition(|it| it.name == name);
        self.events = kept;
        taken
    }

    /// The protocol error that the client got: object, code.
    pub fn error(&mut self) -> Option<(u32, u32)> {
        let event = self.take("error").pop()?;
        Some((event.args[0].parse().ok()?, event.args[1].parse().ok()?))
    }

    /// A buffer of one colour; also gives the memory behind it.
    pub fn buffer(&mut self, size: Size, color: u32) -> (u32, Arc<Region>) {
        let bytes = (size.width * size.height * 4) as usize;
        let region = Arc::new(Region::heap(bytes));
        let pixels: Vec<u8> = color.to_le_bytes().into_iter().cycle().take(bytes).collect();
        region.write(0, &pixels).expect("fits");
        let shm = self.bind("wl_shm");
        let pool = self.fresh("wl_shm_pool");
        let memory = Descriptor::Memory(Arc::clone(&region) as Arc<dyn crate::Memory>);
        self.send_with(shm, "create_pool", vec![memory], |it| it.new_id(ObjectId(pool)).int(bytes as i32));
        let buffer = self.make(pool, "create_buffer", "wl_buffer", |it, id| {
            it.new_id(id).int(0).int(size.width).int(size.height).int(size.width * 4).uint(0)
        });
        self.send(pool, "destroy", |it| it);
        (buffer, region)
    }

    pub fn surface(&mut self) -> u32 {
        let compositor = self.bind("wl_compositor");
        self.make(compositor, "create_surface", "wl_surface", |it, id| it.new_id(id))
    }

    /// A mapped toplevel: surface, xdg_surface, xdg_toplevel.
    pub fn window(&mut self, size: Size, color: u32) -> (u32, u32, u32) {
        let (surface, base) = (self.surface(), self.bind("xdg_wm_base"));
        let xdg = self
            .make(base, "get_xdg_surface", "xdg_surface", |it, id| it.new_id(id).object(ObjectId(surface)));
        let toplevel = self.make(xdg, "get_toplevel", "xdg_toplevel", |it, id| it.new_id(id));
        self.send(surface, "commit", |it| it);
        self.acknowledge(xdg);
        let (buffer, _) = self.buffer(size, color);
        self.show(surface, buffer);
        (surface, xdg, toplevel)
    }

    /// Puts the newest window somewhere, as a user would who drags it.
    pub fn place(&mut self, x: i32, y: i32) {
        let newest = *self.view.windows.keys().next_back().expect("a window");
        let window = self.view.windows.get_mut(&newest).expect("it is there");
        window.at = crate::geometry::Point::new(x, y);
        self.view.painter.want(None);
        self.view.settle();
        self.pump();
    }

    /// Acknowledges the last configure of an xdg_surface.
    pub fn acknowledge(&mut self, xdg: u32) {
        let last = self.events.iter().rev().find(|it| it.id == xdg && it.name == "configure").cloned();
        let serial: u32 = last.expect("a configure").args[0].parse().expect("a serial");
        self.send(xdg, "ack_configure", |it| it.uint(serial));
    }

    /// Attaches a buffer, damages all and commits.
    pub fn show(&mut self, surface: u32, buffer: u32) {
        self.send(surface, "attach", |it| it.object(ObjectId(buffer)).int(0).int(0));
        self.send(surface, "damage_buffer", |it| it.int(0).int(0).int(i32::MAX).int(i32::MAX));
        self.send(surface, "commit", |it| it);
    }

    /// A pixel of the first output.
    pub fn pixel(&self, x: i32, y: i32) -> u32 {
        let canvas = self.view.canvas(CanvasId::Output(0)).expect("an output");
        canvas.pixel(x, y).expect("inside")
    }
}

fn text(arg: farway_proto::wayland::Arg<'_>) -> String {
    use farway_proto::wayland::Arg;
    match arg {
        Arg::Int(value) => value.to_string(),
        Arg::Uint(value) => value.to_string(),
        Arg::Fixed(value) => value.to_f64().to_string(),
        Arg::Str(value) => value.map(|it| String::from_utf8_lossy(it).into_owned()).unwrap_or_default(),
        Arg::Object(id) => id.0.to_string(),
        Arg::NewId(new) => new.id.0.to_string(),
        Arg::Array(bytes) => bytes.iter().map(|it| format!("{it:02x}")).collect(),
        Arg::Fd => "fd".into(),
    }
}

#[test]
fn every_rule_is_of_a_request_that_exists() {
    // The table itself asserts it.
    let _ = Compositor::new(Config::default());
}

#[test]
fn a_window_is_seen_and_its_frame_callback_answered() {
    let mut world = World::new(Config::default());
    world.bind("wl_output");
    let (surface, ..) = world.window(Size::new(100, 50), 0xffff_0000);
    let callback = world.make(surface, "frame", "wl_callback", |it, id| it.new_id(id));
    world.send(surface, "commit", |it| it);
    world.refresh();
    assert_eq!(world.pixel(640, 360), 0xffff_0000);
    assert_eq!(world.pixel(0, 0), Config::default().background);
    let done = world.take("done");
    assert!(done.iter().any(|it| it.id == callback), "{done:?}");
    assert!(world.take("enter").iter().any(|it| it.id == surface));
}

#[test]
fn nothing_is_drawn_when_nothing_changed() {
    let mut world = World::new(Config::default());
    let (surface, ..) = world.window(Size::new(100, 50), 0xffff_0000);
    world.refresh();
    world.refresh();
    world.effects.clear();
    assert_eq!(world.view.poll_timeout(), None);
    world.make(surface, "frame", "wl_callback", |it, id| it.new_id(id));
    world.send(surface, "commit", |it| it);
    world.refresh();
    assert!(!world.effects.iter().any(|it| matches!(it, Effect::Present { .. })));
    assert_eq!(world.take("done").len(), 1);
}

#[test]
fn a_buffer_is_released_when_another_takes_its_place() {
    let mut world = World::new(Config::default());
    let (surface, ..) = world.window(Size::new(100, 50), 0xffff_0000);
    world.refresh();
    assert!(world.take("release").is_empty());
    let (next, region) = world.buffer(Size::new(100, 50), 0xff00_ff00);
    world.show(surface, next);
    assert_eq!(world.take("release").len(), 1);
    world.refresh();
    assert_eq!(world.pixel(640, 360), 0xff00_ff00);
    // Only the damaged part is read again.
    region.write(0, &[0xff; 100 * 50 * 4]).expect("fits");
    world.send(surface, "attach", |it| it.object(ObjectId(next)).int(0).int(0));
    world.send(surface, "damage", |it| it.int(0).int(0).int(10).int(10));
    world.send(surface, "commit", |it| it);
    assert!(world.take("release").is_empty());
    world.refresh();
    assert_eq!(world.pixel(590, 335), 0xffff_ffff);
    assert_eq!(world.pixel(640, 360), 0xff00_ff00);
}

#[test]
fn who_breaks_the_protocol_is_told_and_leaves_alone() {
    let mut world = World::new(Config::default());
    let other = world.view.connect();
    let surface = world.surface();
    world.send(surface, "set_buffer_scale", |it| it.int(0));
    assert_eq!(world.error(), Some((surface, 0)));
    assert!(world.gone);
    // Nothing counts any more.
    world.view.on_bytes(world.now, world.client, &[0; 64], []);
    let hello = Builder::new(ObjectId(1), 0).new_id(ObjectId(2)).finish(Form::Program, 0).expect("fits");
    world.view.on_bytes(world.now, other, &hello, []);
    assert!(matches!(world.view.poll(), Some(Effect::Send { client, .. }) if client == other));
}

#[test]
fn subsurfaces_wait_for_their_parent() {
    let mut world = World::new(Config::default());
    let (surface, ..) = world.window(Size::new(100, 50), 0xffff_0000);
    let child = world.surface();
    let subcompositor = world.bind("wl_subcompositor");
    let sub = world.make(subcompositor, "get_subsurface", "wl_subsurface", |it, id| {
        it.new_id(id).object(ObjectId(child)).object(ObjectId(surface))
    });
    world.send(sub, "set_position", |it| it.int(20).int(10));
    let (buffer, _) = world.buffer(Size::new(10, 10), 0xff00_00ff);
    world.show(child, buffer);
    world.refresh();
    assert_eq!(world.pixel(590 + 25, 335 + 15), 0xffff_0000);
    world.send(surface, "commit", |it| it);
    world.refresh();
    assert_eq!(world.pixel(590 + 25, 335 + 15), 0xff00_00ff);
    // Below its parent it cannot be seen.
    world.send(sub, "place_below", |it| it.object(ObjectId(surface)));
    world.send(surface, "commit", |it| it);
    world.refresh();
    assert_eq!(world.pixel(590 + 25, 335 + 15), 0xffff_0000);
    world.send(sub, "place_above", |it| it.object(ObjectId(surface)));
    world.send(sub, "set_desync", |it| it);
    world.send(surface, "commit", |it| it);
    let (buffer, _) = world.buffer(Size::new(10, 10), 0xff00_ff00);
    world.show(child, buffer);
    world.refresh();
    assert_eq!(world.pixel(590 + 25, 335 + 15), 0xff00_ff00);
    world.send(sub, "destroy", |it| it);
    world.refresh();
    assert_eq!(world.pixel(590 + 25, 335 + 15), 0xffff_0000);
}

#[test]
fn a_client_that_leaves_takes_everything_along() {
    let mut world = World::new(Config::default());
    world.window(Size::new(100, 50), 0xffff_0000);
    world.refresh();
    world.view.disconnect(world.client);
    world.now += REFRESH;
    world.view.on_timeout(world.now);
    assert_eq!(world.pixel(640, 360), Config::default().background);
    let view = &world.view;
    assert!(view.clients.is_empty() && view.surfaces.is_empty() && view.windows.is_empty());
}
