//! Copy and paste: `wl_data_device_manager` and `zwp_primary_selection_device_manager_v1`.
//!
//! What it is: who owns each selection and who is told of it. What content is called and how it travels is in
//! [`source`], [`offer`] and [`host`]; drag and drop is in [`drag`]. Invariant: only the client with the keyboard
//! focus can read a selection, and nothing of it passes through us: descriptors go from reader to owner.

use farway_proto::wayland::{ObjectId, by_name};

use crate::client::{Data, Target};
use crate::compositor::Compositor;
use crate::dispatch::{Refusal, Request, Rule, code as display};
use crate::effect::{ClientId, Effect, SelectionKind};
use crate::surface::SurfaceId;

pub(crate) mod drag;
mod host;
pub(crate) mod offer;
pub(crate) mod source;

use drag::Drag;
use host::Content;
use offer::{Offer, Purpose};
use source::SourceRef;

#[cfg(test)]
mod tests;

use SelectionKind::{Clipboard, Primary};

pub(crate) const RULES: &[Rule] = &[
    ("wl_data_device_manager", "create_data_source", source::create),
    ("wl_data_device_manager", "get_data_device", |view, request| get_device(view, request, Clipboard)),
    ("wl_data_source", "offer", source::add_type),
    ("wl_data_source", "set_actions", source::set_actions),
    ("wl_data_device", "start_drag", drag::start),
    ("wl_data_device", "set_selection", |view, request| set_selection(view, request, Clipboard)),
    ("wl_data_offer", "accept", offer::accept),
    ("wl_data_offer", "receive", offer::receive),
    ("wl_data_offer", "finish", offer::finish),
    ("wl_data_offer", "set_actions", offer::set_actions),
    ("zwp_primary_selection_device_manager_v1", "create_source", source::create),
    ("zwp_primary_selection_device_manager_v1", "get_device", |view, request| {
        get_device(view, request, Primary)
    }),
    ("zwp_primary_selection_source_v1", "offer", source::add_type),
    ("zwp_primary_selection_device_v1", "set_selection", |view, request| {
        set_selection(view, request, Primary)
    }),
    ("zwp_primary_selection_offer_v1", "receive", offer::receive),
];

/// Devices of one client for one kind of selection: each is told everything.
const DEVICES: usize = 16;

/// Errors of `wl_data_device`.
pub(crate) mod code {
    pub const ROLE: u32 = 0;
    pub const USED_SOURCE: u32 = 1;
}

/// Both selections, and what is dragged.
#[derive(Debug, Default)]
pub(crate) struct Exchange {
    clipboard: Option<Owner>,
    primary: Option<Owner>,
    /// Whom both selections are offered to: the client with the keyboard.
    reader: Option<ClientId>,
    /// All devices of all clients.
    devices: Vec<(SelectionKind, Target)>,
    pub drag: Option<Drag>,
}

/// Where a selection comes from.
#[derive(Clone, Debug)]
pub(crate) enum Owner {
    Client(SourceRef),
    Host(Content),
}

impl Owner {
    /// Tells contents apart, so that offers of older ones are known.
    fn number(&self) -> u32 {
        match self {
            Self::Client(source) => source.number,
            Self::Host(content) => content.number,
        }
    }
}

impl Exchange {
    fn owner(&self, kind: SelectionKind) -> Option<&Owner> {
        match kind {
            Clipboard => self.clipboard.as_ref(),
            Primary => self.primary.as_ref(),
        }
    }

    fn place(&mut self, kind: SelectionKind) -> &mut Option<Owner> {
        match kind {
            Clipboard => &mut self.clipboard,
            Primary => &mut self.primary,
        }
    }

    /// The devices of a client.
    fn devices(&self, kind: SelectionKind, client: ClientId) -> Vec<Target> {
        let of_it = |it: &&(SelectionKind, Target)| it.0 == kind && it.1.client == client;
        self.devices.iter().filter(of_it).map(|it| it.1).collect()
    }

    /// The client that has the keyboard, as far as selections know.
    pub fn reader(&self) -> Option<ClientId> {
        self.reader
    }
}

/// Interface of offers.
fn interface(kind: SelectionKind) -> &'static str {
    match kind {
        Clipboard => "wl_data_offer",
        Primary => "zwp_primary_selection_offer_v1",
    }
}

fn get_device(view: &mut Compositor, request: &Request<'_>, kind: SelectionKind) -> Result<(), Refusal> {
    let device = Target { client: request.client, id: request.new_id(0) };
    if view.exchange.devices(kind, device.client).len() >= DEVICES {
        return Err(request.refuse_limit("too many data devices"));
    }
    view.exchange.devices.push((kind, device));
    if view.exchange.reader == Some(request.client) && view.exchange.owner(kind).is_some() {
        view.tell_device(kind, device);
    }
    Ok(())
}

/// The source that an argument names; the inner `None` for null.
fn source_arg(view: &Compositor, request: &Request<'_>, at: usize) -> Result<Option<SourceRef>, Refusal> {
    let Some(id) = request.object(at) else { return Ok(None) };
    let target = Target { client: request.client, id };
    match view.data(target) {
        Some(Data::Source(source)) => Ok(Some(SourceRef { target, number: source.number })),
        _ => Err(request.refuse_at(ObjectId(1), display::INVALID_OBJECT, "not a source")),
    }
}

fn set_selection(view: &mut Compositor, request: &Request<'_>, kind: SelectionKind) -> Result<(), Refusal> {
    let source = source_arg(view, request, 0)?;
    if let Some(used) = source.and_then(|it| view.source(it)) {
        if used.primary != (kind == Primary) {
            return Err(request.refuse_at(ObjectId(1), display::INVALID_OBJECT, "a source of another kind"));
        }
        if used.used && kind == Clipboard {
            return Err(request.refuse(code::USED_SOURCE, "the source was used already"));
        }
        if let Some(source) = source.filter(|_| used.actions.is_some()) {
            let text = "the source is for drag and drop";
            return Err(request.refuse_at(source.target.id, source::code::INVALID_SOURCE, text));
        }
    }
    // The protocol of the primary selection has no error for it.
    let used = source.and_then(|it| view.source(it)).is_some_and(|it| it.used);
    if used || !view.may_select(request.client, request.uint(1)) {
        // Too late, or never allowed: the protocol lets us ignore it, and the client is told.
        if let Some(source) = source {
            view.event(source.target, "cancelled", |it| it);
        }
        return Ok(());
    }
    if let Some(source) = source.and_then(|it| view.source_mut(it)) {
        source.used = true;
    }
    view.own(kind, source.map(Owner::Client));
    view.tell_host(kind);
    Ok(())
}

impl Compositor {
    /// Whether a client may set the selections or activate windows: it has the keyboard, or had the user's attention
    /// just now.
    pub(crate) fn may_select(&self, client: ClientId, serial: u32) -> bool {
        self.exchange.reader == Some(client) || self.serial_is_recent(client, serial)
    }

    /// A selection has a new owner, or none: the old one is told, and who may read it.
    fn own(&mut self, kind: SelectionKind, owner: Option<Owner>) {
        let same = |old: &Owner| owner.as_ref().is_some_and(|new| new.number() == old.number());
        let old = self.exchange.owner(kind).filter(|old| !same(old)).cloned();
        *self.exchange.place(kind) = owner;
        if let Some(Owner::Client(source)) = old {
            if self.source(source).is_some() {
                self.event(source.target, "cancelled", |it| it);
            }
        }
        if let Some(reader) = self.exchange.reader {
            self.tell_reader(kind, reader);
        }
    }

    fn tell_reader(&mut self, kind: SelectionKind, reader: ClientId) {
        for device in self.exchange.devices(kind, reader) {
            self.tell_device(kind, device);
        }
    }

    /// Offers a selection through one device.
    fn tell_device(&mut self, kind: SelectionKind, device: Target) {
        let offer = self.exchange.owner(kind).map(Owner::number).and_then(|number| {
            let types = self.types(kind)?;
            self.make_offer(kind, device, Offer { number, purpose: Purpose::Selection(kind) }, &types)
        });
        self.event(device, "selection", |it| it.object(offer.unwrap_or(ObjectId::NULL)));
    }

    /// Makes an offer and says what it has.
    fn make_offer(
        &mut self,
        kind: SelectionKind,
        device: Target,
        offer: Offer,
        types: &[String],
    ) -> Option<ObjectId> {
        let version = self.object(device)?.version;
        let interface = by_name(interface(kind).as_bytes())?;
        let id = self.create(device.client, interface, version, Data::Offer(Box::new(offer)))?;
        self.event(device, "data_offer", |it| it.new_id(id));
        for mime in types {
            self.event(Target { id, ..device }, "offer", |it| it.str(mime.as_bytes()));
        }
        Some(id)
    }

    /// MIME types of a selection; `None`: there is none.
    fn types(&self, kind: SelectionKind) -> Option<Vec<String>> {
        match self.exchange.owner(kind)? {
            Owner::Client(source) => Some(self.source(*source)?.types.clone()),
            Owner::Host(content) => Some(content.types()),
        }
    }

    /// Tells the host what a client put on the clipboard, or that it took it away.
    fn tell_host(&mut self, kind: SelectionKind) {
        let types = self.types(kind).unwrap_or_default();
        self.effects.push_back(Effect::Clipboard { selection: kind, types });
    }

    /// A device is gone.
    pub(crate) fn device_gone(&mut self, target: Target) {
        self.exchange.devices.retain(|it| it.1 != target);
        if self.exchange.devices(Clipboard, target.client).is_empty() {
            self.drag_forgets_client(target.client);
        }
    }

    /// A source is gone, and with it the selection that it was.
    fn selection_forgets_source(&mut self, number: u32) {
        for kind in [Clipboard, Primary] {
            if self.exchange.owner(kind).is_some_and(|it| it.number() == number) {
                self.own(kind, None);
                self.tell_host(kind);
            }
        }
    }

    /// The keyboard has another surface now. The client of the new one is told of the selections; what the old one
    /// was offered is void.
    pub(crate) fn selection_focus_changed(&mut self, _old: Option<SurfaceId>, new: Option<SurfaceId>) {
        let reader = new.and_then(|it| self.surfaces.get(&it)).map(|it| it.client());
        if self.exchange.reader == reader {
            return;
        }
        self.exchange.reader = reader;
        if let Some(reader) = reader {
            self.tell_reader(Clipboard, reader);
            self.tell_reader(Primary, reader);
        }
    }
}
