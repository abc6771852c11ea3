//! A second client beside the first.

use super::*;
use crate::surface::SurfaceId;

/// A client that has not the floor at the moment.
pub(crate) struct Parked {
    pub client: ClientId,
    objects: BTreeMap<u32, &'static Interface>,
    stream: Stream,
    next: u32,
    events: Vec<Event>,
    descriptors: Vec<Descriptor>,
    gone: bool,
    registry: u32,
    globals: BTreeMap<String, (u32, u32)>,
}

impl World {
    /// Another client of the same compositor. It has the floor; the one before is parked.
    pub fn join(&mut self) -> Parked {
        let client = self.view.connect();
        let display = by_name(b"wl_display").expect("known");
        let mut parked = Parked {
            client,
            objects: [(1, display)].into(),
            stream: Stream::new(Form::Program),
            next: 2,
            events: Vec::new(),
            descriptors: Vec::new(),
            gone: false,
            registry: 0,
            globals: self.globals.clone(),
        };
        self.switch(&mut parked);
        self.registry = self.make(1, "get_registry", "wl_registry", |it, id| it.new_id(id));
        self.events.clear();
        parked
    }

    /// Gives the floor to the other one.
    pub fn switch(&mut self, to: &mut Parked) {
        self.pump();
        std::mem::swap(&mut self.client, &mut to.client);
        std::mem::swap(&mut self.objects, &mut to.objects);
        std::mem::swap(&mut self.stream, &mut to.stream);
        std::mem::swap(&mut self.next, &mut to.next);
        std::mem::swap(&mut self.events, &mut to.events);
        std::mem::swap(&mut self.descriptors, &mut to.descriptors);
        std::mem::swap(&mut self.gone, &mut to.gone);
        std::mem::swap(&mut self.registry, &mut to.registry);
        std::mem::swap(&mut self.globals, &mut to.globals);
        for effect in std::mem::take(&mut self.effects) {
            match effect {
                Effect::Send { client, bytes, descriptors } if client == self.client => {
                    self.stream.push(&bytes);
                    self.descriptors.extend(descriptors);
                }
                Effect::Disconnect(client) if client == self.client => self.gone = true,
                other => self.effects.push(other),
            }
        }
        self.understand();
    }

    /// The surface behind an object of the client that has the floor.
    pub fn surface_id(&self, id: u32) -> SurfaceId {
        let target = Target { client: self.client, id: ObjectId(id) };
        self.view.surface_id(target).expect("a surface")
    }

    /// Tells selections and text inputs that this surface has the keyboard.
    pub fn focus(&mut self, surface: Option<SurfaceId>) {
        self.view.selection_focus_changed(None, surface);
        self.view.text_focus_changed(None, surface);
        self.view.settle();
        self.pump();
    }
}
