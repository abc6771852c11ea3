//! Several clients of one [`World`], and more that tests of input need.

use super::*;
use crate::input::Input;

/// A client that the world does not speak for at the moment.
pub(crate) struct Peer {
    pub client: ClientId,
    objects: BTreeMap<u32, &'static Interface>,
    stream: Stream,
    next: u32,
    events: Vec<Event>,
    descriptors: Vec<Descriptor>,
    gone: bool,
    registry: u32,
}

impl World {
    /// Another client; the world speaks for it after [`Self::swap`].
    pub fn peer(&mut self) -> Peer {
        let display = by_name(b"wl_display").expect("known");
        let mut peer = Peer {
            client: self.view.connect(),
            objects: [(1, display)].into(),
            stream: Stream::new(Form::Program),
            next: 2,
            events: Vec::new(),
            descriptors: Vec::new(),
            gone: false,
            registry: 0,
        };
        self.swap(&mut peer);
        self.registry = self.make(1, "get_registry", "wl_registry", |it, id| it.new_id(id));
        self.swap(&mut peer);
        peer
    }

    /// Speaks for the other client from now on, and the peer is the one that it spoke for before.
    pub fn swap(&mut self, peer: &mut Peer) {
        use std::mem::swap;
        self.pump();
        swap(&mut self.client, &mut peer.client);
        swap(&mut self.objects, &mut peer.objects);
        swap(&mut self.stream, &mut peer.stream);
        swap(&mut self.next, &mut peer.next);
        swap(&mut self.events, &mut peer.events);
        swap(&mut self.descriptors, &mut peer.descriptors);
        swap(&mut self.gone, &mut peer.gone);
        swap(&mut self.registry, &mut peer.registry);
        for effect in std::mem::take(&mut self.effects) {
            self.sort(effect);
        }
        self.pump();
    }

    /// Binds a global with a version of its own.
    pub fn bind_at(&mut self, interface: &str, version: u32) -> u32 {
        let (name, _) = *self.globals.get(interface).expect("offered");
        let registry = self.registry;
        self.make(registry, "bind", interface, |it, id| {
            it.uint(name).str(interface.as_bytes()).uint(version).new_id(id)
        })
    }

    /// The user does something.
    pub fn input(&mut self, input: Input) {
        self.now += 1_000_000;
        self.view.on_input(self.now, input);
        self.pump();
    }
}
