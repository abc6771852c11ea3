//! The compositor: all state of all clients, what goes in and what comes out.
//!
//! What it is: the owner of everything, the sending of events, the life of clients and objects. What it is not: the
//! meaning of requests, which is in one module for each subject. Invariant: pure; time comes in as nanoseconds of the
//! monotonic clock, and the only reads are those of clients' shared memory.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use farway_proto::wayland::{Builder, Form, Interface, ObjectId, Way};

use crate::activation::Tokens;
use crate::client::{Client, Data, Object, Target};
use crate::config::Config;
use crate::data_device::Exchange;
use crate::descriptor::Descriptor;
use crate::desk::Desk;
use crate::dispatch::{Refusal, Table};
use crate::effect::{CanvasId, ClientId, Effect, WindowId};
use crate::idle_inhibit::Vigil;
use crate::output::Output;
use crate::paint::Painter;
use crate::raster::Canvas;
use crate::seat::Seat;
use crate::surface::{Surface, SurfaceId};
use crate::text_input::TextFocus;
use crate::xdg::window::Window;

#[cfg(test)]
pub(crate) mod tests;

/// See the module.
#[derive(Debug)]
pub struct Compositor {
    pub(crate) config: Config,
    pub(crate) table: Table,
    pub(crate) now: u64,
    pub(crate) clients: BTreeMap<ClientId, Client>,
    pub(crate) surfaces: BTreeMap<SurfaceId, Surface>,
    pub(crate) windows: BTreeMap<WindowId, Window>,
    pub(crate) outputs: Vec<Output>,
    pub(crate) desk: Desk,
    pub(crate) seat: Seat,
    pub(crate) painter: Painter,
    pub(crate) exchange: Exchange,
    /// Decorations of KDE, and whether their clients want to draw the frame themselves.
    pub(crate) kde_frames: BTreeMap<SurfaceId, (Target, bool)>,
    pub(crate) tokens: Tokens,
    pub(crate) text_focus: TextFocus,
    pub(crate) vigil: Vigil,
    pub(crate) effects: VecDeque<Effect>,
    next_client: u32,
    next_number: u32,
    next_serial: u32,
}

impl Compositor {
    /// A compositor without clients. An unknown keyboard layout becomes `us`.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            table: Table::new(crate::globals::SUBJECTS),
            now: 0,
            clients: BTreeMap::new(),
            surfaces: BTreeMap::new(),
            windows: BTreeMap::new(),
            outputs: Output::all(&config),
            desk: Desk::default(),
            seat: Seat::new(&config),
            painter: Painter::new(&config),
            exchange: Exchange::default(),
            kde_frames: BTreeMap::new(),
            tokens: Tokens::default(),
            text_focus: TextFocus::default(),
            vigil: Vigil::default(),
            effects: VecDeque::new(),
            next_client: 1,
            next_number: 1,
            next_serial: 1,
            config,
        }
    }

    /// Somebody has connected.
    pub fn connect(&mut self) -> ClientId {
        let id = ClientId(self.next_client);
        self.next_client += 1;
        self.clients.insert(id, Client::new());
        id
    }

    /// Bytes and descriptors have arrived from a client. What is wrong with them is the client's own trouble.
    pub fn on_bytes(
        &mut self,
        now: u64,
        client: ClientId,
        bytes: &[u8],
        descriptors: impl IntoIterator<Item = Descriptor>,
    ) {
        self.now = self.now.max(now);
        let most = self.config.limits.descriptors;
        let Some(it) = self.clients.get_mut(&client).filter(|it| !it.dead) else { return };
        it.stream.push(bytes);
        it.descriptors.extend(descriptors);
        self.dispatch(client);
        let waiting = self.clients.get(&client).map_or(0, |it| it.descriptors.len());
        if waiting > most {
            let text = "descriptors without messages".into();
            self.post(client, &Refusal { object: ObjectId(1), code: 1, text });
        }
        self.settle();
    }

    /// A client is gone, or must go: everything of it disappears.
    pub fn disconnect(&mut self, client: ClientId) {
        self.bury(client);
        self.clients.remove(&client);
        self.settle();
    }

    /// Time has passed; call it when [`Self::poll_timeout`] says so.
    pub fn on_timeout(&mut self, now: u64) {
        self.now = self.now.max(now);
        self.on_refresh();
        self.settle();
    }

    /// When [`Self::on_timeout`] wants to be called; `None`: not before something else happens.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<u64> {
        self.next_refresh()
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Effect> {
        if let Some(effect) = self.effects.pop_front() {
            return Some(effect);
        }
        for (id, client) in &mut self.clients {
            if !client.out.is_empty() {
                let bytes: Bytes = client.out.split().freeze();
                let descriptors = std::mem::take(&mut client.out_descriptors);
                return Some(Effect::Send { client: *id, bytes, descriptors });
            }
            if client.dead && !client.dismissed {
                client.dismissed = true;
                return Some(Effect::Disconnect(*id));
            }
        }
        None
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What a canvas shows; `None` if there is no such canvas (any more).
    #[must_use]
    pub fn canvas(&self, id: CanvasId) -> Option<&Canvas> {
        self.painter.canvas(id)
    }

    /// What follows from changes, once after each input from outside: focus, what the pointer is over.
    pub(crate) fn settle(&mut self) {
        let flooded = self.clients.iter().filter(|(_, it)| it.flooded && !it.dead).map(|(id, _)| *id);
        for client in flooded.collect::<Vec<_>>() {
            self.bury(client);
        }
        self.settle_focus();
        self.settle_vigil();
    }

    pub(crate) fn serial(&mut self) -> u32 {
        self.next_serial = self.next_serial.wrapping_add(1).max(1);
        self.next_serial
    }

    /// A number that was not used before, for surfaces and windows.
    pub(crate) fn number(&mut self) -> u32 {
        loop {
            self.next_number = self.next_number.wrapping_add(1);
            let number = self.next_number;
            // Who makes and destroys thousands of millions of surfaces must not get at those of others.
            let used = self.surfaces.contains_key(&SurfaceId(number))
                || self.windows.contains_key(&WindowId(number));
            if number != 0 && !used {
                return number;
            }
        }
    }

    /// Milliseconds, as events of input carry them.
    pub(crate) fn milliseconds(&self) -> u32 {
        (self.now / 1_000_000) as u32
    }

    pub(crate) fn object(&self, target: Target) -> Option<&Object> {
        self.clients.get(&target.client)?.object(target.id)
    }

    pub(crate) fn data(&self, target: Target) -> Option<&Data> {
        Some(&self.object(target)?.data)
    }

    pub(crate) fn data_mut(&mut self, target: Target) -> Option<&mut Data> {
        Some(&mut self.clients.get_mut(&target.client)?.objects.get_mut(&target.id.0)?.data)
    }

    pub(crate) fn set_data(&mut self, client: ClientId, id: ObjectId, data: Data) {
        if let Some(place) = self.data_mut(Target { client, id }) {
            *place = data;
        }
    }

    /// All objects of an interface, of one client or of all.
    pub(crate) fn objects_of(&self, client: Option<ClientId>, interface: &str) -> Vec<Target> {
        let clients =
            self.clients.iter().filter(|(id, it)| !it.dead && client.is_none_or(|want| want == **id));
        let all =
            clients.flat_map(|(client, it)| it.objects.iter().map(|(id, object)| (*client, *id, object)));
        all.filter(|(_, _, object)| object.interface.name == interface)
            .map(|(client, id, _)| Target { client, id: ObjectId(id) })
            .collect()
    }

    /// Sends an event; it vanishes if the object is gone or too old for it.
    pub(crate) fn event(&mut self, to: Target, name: &str, build: impl FnOnce(Builder) -> Builder) {
        self.event_with(to, name, Vec::new(), build);
    }

    /// Sends an event with descriptors.
    pub(crate) fn event_with(
        &mut self,
        to: Target,
        name: &str,
        descriptors: Vec<Descriptor>,
        build: impl FnOnce(Builder) -> Builder,
    ) {
        let most = self.config.limits.backlog;
        let Some(client) = self.clients.get_mut(&to.client).filter(|it| !it.dead) else { return };
        // One who asks for keymaps without end must not take the descriptors of all others.
        let waiting = client.out_descriptors.len() + descriptors.len();
        client.flooded |= client.out.len() > most || waiting > self.config.limits.descriptors;
        if client.flooded {
            return;
        }
        let Some(object) = client.object(to.id) else { return };
        let Some((opcode, signature)) = object.interface.find(Way::Event, name) else {
            debug_assert!(false, "{} has no event {name}", object.interface.name);
            return;
        };
        if signature.since > object.version {
            return;
        }
        if let Ok(bytes) = build(Builder::new(to.id, opcode)).finish(Form::Program, 0) {
            client.out.extend_from_slice(&bytes);
            client.out_descriptors.extend(descriptors);
        }
        if signature.destructor {
            self.remove(to);
        }
    }

    /// An object of the compositor's own making, announced by the event that the caller sends next.
    pub(crate) fn create(
        &mut self,
        client: ClientId,
        interface: &'static Interface,
        version: u32,
        data: Data,
    ) -> Option<ObjectId> {
        let most = self.config.limits.objects;
        let it = self.clients.get_mut(&client).filter(|it| !it.dead && it.objects.len() < most)?;
        Some(it.add_server_object(interface, version, data))
    }

    /// An object is destroyed: takes it out, tells the client that its id is free, and lets its subject know.
    pub(crate) fn remove(&mut self, target: Target) {
        let Some(client) = self.clients.get_mut(&target.client) else { return };
        let Some(object) = client.objects.remove(&target.id.0) else { return };
        if crate::client::is_client_id(target.id) {
            let display = Target { client: target.client, id: ObjectId(1) };
            self.event(display, "delete_id", |it| it.uint(target.id.0));
        }
        self.gone(target, &object);
    }

    /// Tells a client what it did wrong. It is not listened to any more.
    pub(crate) fn post(&mut self, client: ClientId, refusal: &Refusal) {
        let display = Target { client, id: ObjectId(1) };
        let known = self.object(Target { client, id: refusal.object });
        let name = known.map_or("wl_display", |object| object.interface.name);
        tracing::debug!(client = client.0, object = name, code = refusal.code, "{}", refusal.text);
        let object = if known.is_some() { refusal.object } else { ObjectId(1) };
        let text = refusal.text.as_bytes();
        self.event(display, "error", |it| it.object(object).uint(refusal.code).str(text));
        self.bury(client);
    }

    /// Everything of a client goes, the newest first; only what it is still to be sent stays.
    fn bury(&mut self, client: ClientId) {
        let Some(it) = self.clients.get_mut(&client) else { return };
        it.dead = true;
        it.descriptors.clear();
        // Roles before surfaces: windows end before what they show.
        let objects = std::mem::take(&mut it.objects);
        let (surfaces, others): (Vec<_>, Vec<_>) =
            objects.into_iter().partition(|(_, object)| matches!(object.data, Data::Surface(_)));
        for (id, object) in others.into_iter().rev().chain(surfaces.into_iter().rev()) {
            self.gone(Target { client, id: ObjectId(id) }, &object);
        }
    }
}
