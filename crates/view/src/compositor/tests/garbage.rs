//! Clients that send anything at all, beside one that behaves.
//!
//! Requests are valid on the wire and mostly speak to objects of the right kind, so that they get far; arguments are
//! whatever. The client that behaves must not notice.

use farway_proto::wayland::{ArgKind, Fixed, Signature};

use super::*;
use crate::client::Data;
use crate::config::{OutputConfig, Show};
use crate::effect::SelectionKind;
use crate::geometry::Rect;
use crate::surface::SurfaceId;
use crate::xdg::window::Window;

/// Numbers that look random (splitmix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        it ^ (it >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        from.get(self.below(from.len())).copied()
    }

    fn number(&mut self) -> i32 {
        match self.below(12) {
            0 => i32::MIN,
            1 => i32::MAX,
            2 => -1,
            3 => self.next() as i32,
            4..=7 => self.below(4) as i32,
            _ => self.below(200) as i32,
        }
    }
}

/// A client that sends anything.
struct Vandal {
    dice: Dice,
    client: ClientId,
    next: u32,
}

/// Which kind of object most requests want, by the request's name.
fn wanted(request: &str, at: usize) -> &'static str {
    match (request, at) {
        ("attach", _) => "wl_buffer",
        ("set_parent" | "get_toplevel_decoration", _) => "xdg_toplevel",
        ("get_popup", 1) => "xdg_surface",
        ("get_popup" | "reposition", _) => "xdg_positioner",
        ("set_opaque_region" | "set_input_region", _) => "wl_region",
        ("set_fullscreen" | "get_xdg_output", _) => "wl_output",
        (
            "get_data_device" | "get_device" | "get_text_input" | "set_serial" | "move" | "resize" | "grab",
            _,
        ) => "wl_seat",
        ("set_selection", _) | ("start_drag", 0) => "source",
        _ => "wl_surface",
    }
}

fn memory() -> Descriptor {
    Descriptor::Memory(Arc::new(Region::heap(4096)))
}

impl Vandal {
    fn new(world: &mut World, seed: u64) -> Self {
        let mut it = Self { dice: Dice(seed), client: world.view.connect(), next: 2 };
        it.settle_in(world);
        it
    }

    fn send(&mut self, world: &mut World, id: u32, name: &str, build: impl FnOnce(Builder) -> Builder) {
        let target = Target { client: self.client, id: ObjectId(id) };
        let Some(object) = world.view.object(target) else { return };
        let (opcode, signature) = object.interface.find(Way::Request, name).expect("a request");
        let descriptors = (0..signature.fds).map(|_| memory()).collect::<Vec<_>>();
        let bytes = build(Builder::new(ObjectId(id), opcode)).finish(Form::Program, 0).expect("fits");
        world.view.on_bytes(world.now, self.client, &bytes, descriptors);
    }

    fn fresh(&mut self) -> u32 {
        self.next += 1;
        self.next - 1
    }

    /// All globals, and a window as it should be.
    fn settle_in(&mut self, world: &mut World) {
        let registry = self.fresh();
        self.send(world, 1, "get_registry", |it| it.new_id(ObjectId(registry)));
        let mut ids = BTreeMap::new();
        for (interface, (name, version)) in world.globals.clone() {
            let id = self.fresh();
            self.send(world, registry, "bind", |it| {
                it.uint(name).str(interface.as_bytes()).uint(version).new_id(ObjectId(id))
            });
            ids.insert(interface, id);
        }
        let [surface, xdg, toplevel, pool, buffer] = [(); 5].map(|()| self.fresh());
        self.send(world, ids["wl_compositor"], "create_surface", |it| it.new_id(ObjectId(surface)));
        let base = ids["xdg_wm_base"];
        self.send(world, base, "get_xdg_surface", |it| it.new_id(ObjectId(xdg)).object(ObjectId(surface)));
        self.send(world, xdg, "get_toplevel", |it| it.new_id(ObjectId(toplevel)));
        self.send(world, surface, "commit", |it| it);
        let serial = self.serial(world).expect("a configure");
        self.send(world, xdg, "ack_configure", |it| it.uint(serial));
        self.send(world, ids["wl_shm"], "create_pool", |it| it.new_id(ObjectId(pool)).int(4096));
        self.send(world, pool, "create_buffer", |it| {
            it.new_id(ObjectId(buffer)).int(0).int(16).int(16).int(64).uint(0)
        });
        self.send(world, surface, "attach", |it| it.object(ObjectId(buffer)).int(0).int(0));
        self.send(world, surface, "commit", |it| it);
    }

    /// Serial of a configure that was not acknowledged.
    fn serial(&mut self, world: &World) -> Option<u32> {
        let own = world.view.windows.values().filter(|it| it.xdg.client == self.client);
        let serials: Vec<u32> = own.filter_map(|it| it.unanswered.back().copied()).collect();
        self.dice.pick(&serials)
    }

    /// One request of no sense.
    fn rage(&mut self, world: &mut World) {
        let Some(client) = world.view.clients.get(&self.client) else { return };
        let objects: Vec<(u32, &'static Interface, u32)> =
            client.objects.iter().map(|(id, it)| (*id, it.interface, it.version)).collect();
        let Some((id, interface, version)) = self.dice.pick(&objects) else { return };
        let opcode = self.dice.below(interface.requests.len());
        let Some(signature) = interface.requests.get(opcode) else { return };
        let careful = !self.dice.one_in(200);
        if careful && (signature.since > version || (signature.destructor && !self.dice.one_in(8))) {
            return;
        }
        let mut builder = Builder::new(ObjectId(id), opcode as u16);
        for (at, kind) in signature.args.iter().enumerate() {
            builder = self.argument(world, builder, (signature, at), *kind);
        }
        let Ok(bytes) = builder.finish(Form::Program, 0) else { return };
        let count = if careful { usize::from(signature.fds) } else { self.dice.below(3) };
        let descriptors: Vec<_> = (0..count)
            .map(|_| if self.dice.one_in(3) { Descriptor::Token(self.dice.next()) } else { memory() })
            .collect();
        world.view.on_bytes(world.now, self.client, &bytes, descriptors);
    }

    fn argument(
        &mut self,
        world: &World,
        builder: Builder,
        (signature, at): (&Signature, usize),
        kind: ArgKind,
    ) -> Builder {
        match kind {
            ArgKind::Int => builder.int(self.dice.number()),
            ArgKind::Uint if signature.name == "ack_configure" => {
                let serial = self.serial(world);
                builder.uint(serial.unwrap_or_else(|| self.dice.number() as u32))
            }
            ArgKind::Uint => builder.uint(self.dice.number() as u32),
            ArgKind::Fixed => builder.fixed(Fixed::from_f64(f64::from(self.dice.number()) / 3.0)),
            ArgKind::Str { nullable: true } if self.dice.one_in(4) => builder.null_str(),
            ArgKind::Str { .. } => {
                let long = "long ".repeat(self.dice.below(2000));
                let some = ["", "text/plain", "a", "\u{fffd}", &long];
                builder.str(some[self.dice.below(some.len())].as_bytes())
            }
            ArgKind::Object { nullable } => {
                let id = self.object(world, wanted(signature.name, at));
                let null = nullable && self.dice.one_in(4);
                builder.object(if null { ObjectId::NULL } else { id })
            }
            ArgKind::NewId(Some(_)) => {
                let id = if self.dice.one_in(300) { self.dice.number() as u32 } else { self.fresh() };
                builder.new_id(ObjectId(id))
            }
            ArgKind::NewId(None) => {
                let names: Vec<_> = world.globals.keys().collect();
                let name = names[self.dice.below(names.len())];
                builder.str(name.as_bytes()).uint(1).new_id(ObjectId(self.fresh()))
            }
            ArgKind::Array => builder.array(&[1, 2, 3]),
            ArgKind::Fd => builder,
        }
    }

    /// An object, mostly of the kind that is wanted.
    fn object(&mut self, world: &World, wanted: &str) -> ObjectId {
        let Some(client) = world.view.clients.get(&self.client) else { return ObjectId::NULL };
        let any = self.dice.one_in(30);
        let fits = |name: &str| any || name == wanted || (wanted == "source" && name.contains("_source"));
        let all = client.objects.iter().filter(|(_, it)| fits(it.interface.name));
        let all: Vec<u32> = all.map(|(id, _)| *id).collect();
        ObjectId(self.dice.pick(&all).unwrap_or(0))
    }

    /// The user and the host do something.
    fn disturb(&mut self, world: &mut World) {
        let dice = &mut self.dice;
        let view = &mut world.view;
        let surfaces: Vec<SurfaceId> = view.surfaces.keys().copied().collect();
        let windows: Vec<WindowId> = view.windows.keys().copied().collect();
        let (surface, window) = (dice.pick(&surfaces), dice.pick(&windows));
        let kind = if dice.one_in(2) { SelectionKind::Clipboard } else { SelectionKind::Primary };
        match (dice.below(12), window) {
            (0, _) => {
                view.selection_focus_changed(None, surface);
                view.text_focus_changed(None, surface);
            }
            (1, _) => view.drag_motion(surface.map(|it| (it, 1.0, -1e9))),
            (2, _) => view.drag_motion(None),
            (3, _) => view.drag_drop(),
            (4, _) => view.drag_cancel(),
            (5, _) => drop(view.text_preedit("pré", Some((dice.below(9), dice.below(9))))),
            (6, _) => drop(view.text_commit("text")),
            (7, _) => drop(view.fetch(kind, "text/plain", Descriptor::Token(1))),
            (8, _) => {
                let content: Arc<[u8]> = Arc::from(&b"host"[..]);
                view.set_host_selection(kind, vec![("a".into(), content)]);
            }
            (9, Some(it)) => view.set_maximized(it, dice.one_in(2)),
            (10, Some(it)) => view.resize(it, Size::new(dice.number(), dice.number())),
            (11, Some(it)) => view.set_minimized(it, dice.one_in(2)),
            _ => view.set_output(0, OutputConfig { size: Size::new(64, 48), ..OutputConfig::default() }),
        }
        if dice.one_in(4) {
            self.drag(world, surface);
        }
    }

    /// A drag begins, as if a button was held.
    fn drag(&mut self, world: &mut World, icon: Option<SurfaceId>) {
        let source = self.object(world, "wl_data_source");
        let target = Target { client: self.client, id: source };
        let number = match world.view.data(target) {
            Some(Data::Source(it)) if !it.used => it.number,
            _ => return,
        };
        let source = crate::data_device::source::SourceRef { target, number };
        let drag = crate::data_device::drag::Drag::new(self.client, Some(source), icon);
        world.view.drag_start(drag);
    }
}

fn config(seed: u64) -> Config {
    let output = OutputConfig { size: Size::new(64, 48), ..OutputConfig::default() };
    let show = if seed % 2 == 0 { Show::Outputs(vec![output]) } else { Show::Windows(output) };
    let mut config = Config { show, server_frames: seed % 3 == 0, ..Config::default() };
    (config.limits.objects, config.limits.surfaces) = (300, 40);
    (config.limits.extent, config.limits.pending) = (256, 20);
    config
}

/// Nothing has grown beyond what one client may have.
fn check_bounds(world: &World, vandal: ClientId) {
    let (view, limits) = (&world.view, world.view.config().limits);
    let objects = view.clients.get(&vandal).map_or(0, |it| it.objects.len());
    assert!(objects <= limits.objects, "{objects} objects");
    assert!(view.surfaces.values().filter(|it| it.client() == vandal).count() <= limits.surfaces);
    assert!(view.windows.len() <= limits.objects);
    assert!(view.desk.stack.len() <= view.windows.len());
}

/// Only the client that behaves is left.
fn check_clean(world: &World) {
    let view = &world.view;
    let own = world.client;
    assert!(view.clients.keys().all(|it| *it == own));
    assert!(view.surfaces.values().all(|it| it.client() == own));
    assert!(view.windows.values().all(|it| it.object.client == own));
    assert!(view.kde_frames.is_empty() && !view.drag_active());
    assert_eq!(view.desk.stack.len(), view.windows.values().filter(|it| it.mapped).count());
}

/// Requests that were taken before the vandal was thrown out.
fn rampage(seed: u64, steps: usize) -> usize {
    let mut world = World::new(config(seed));
    let (surface, _, toplevel) = world.window(Size::new(20, 20), 0xffff_ffff);
    world.send(toplevel, "set_title", |it| it.str(b"peace"));
    let mut vandal = Vandal::new(&mut world, seed);
    let mut taken = 0;
    for step in 0..steps {
        if vandal.dice.one_in(10) {
            vandal.disturb(&mut world)
        } else {
            vandal.rage(&mut world)
        }
        if step % 32 == 0 {
            check_bounds(&world, vandal.client);
            world.refresh();
            world.effects.clear();
        }
        let dead = world.view.clients.get(&vandal.client).is_none_or(|it| it.dead);
        taken += usize::from(!dead);
        if dead {
            world.view.disconnect(vandal.client);
            let seed = vandal.dice.next();
            vandal = Vandal::new(&mut world, seed);
        }
    }
    world.view.disconnect(vandal.client);
    world.pump();
    check_clean(&world);
    // The one that behaves is still served.
    assert!(!world.gone);
    let title = world.view.windows.values().filter_map(Window::toplevel).map(|it| it.title.clone());
    assert_eq!(title.collect::<Vec<_>>(), ["peace"]);
    world.events.clear();
    let callback = world.make(surface, "frame", "wl_callback", |it, id| it.new_id(id));
    let windows: Vec<WindowId> = world.view.windows.keys().copied().collect();
    windows.into_iter().for_each(|it| world.view.set_minimized(it, false));
    world.send(surface, "commit", |it| it);
    world.refresh();
    assert!(world.take("done").iter().any(|it| it.id == callback));
    taken
}

#[test]
fn nonsense_hurts_only_who_sends_it() {
    let taken: usize = (0..40).map(|seed| rampage(seed, 300)).sum();
    // Most of it gets as far as a handler that takes it.
    assert!(taken > 40 * 300 / 2, "{taken}");
}

#[test]
fn bytes_that_are_no_messages_hurt_only_who_sends_them() {
    let mut world = World::new(config(0));
    let mut dice = Dice(1);
    for _ in 0..300 {
        let client = world.view.connect();
        let mut bytes: Vec<u8> = (0..dice.below(200)).map(|_| dice.next() as u8).collect();
        if dice.one_in(2) && bytes.len() >= 8 {
            // Something that begins well.
            let len = bytes.len().min(0xfc) as u8 & 0xfc;
            bytes[..8].copy_from_slice(&[1, 0, 0, 0, 1, 0, len, 0]);
        }
        world.view.on_bytes(world.now, client, &bytes, []);
        world.view.disconnect(client);
    }
    world.pump();
    assert!(!world.gone);
    check_clean(&world);
}
