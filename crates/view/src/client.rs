//! A client: its objects, what it sent and is not understood yet, and what it is sent.
//!
//! Invariant: whatever it does, its part of our memory stays within [`Limits`](crate::config::Limits), and no object
//! of another client can be named through it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use bytes::BytesMut;
use farway_proto::wayland::{Form, Interface, ObjectId, Stream, by_name};

use crate::activation::Wish;
use crate::data_device::offer::Offer;
use crate::data_device::source::Source;
use crate::descriptor::Descriptor;
use crate::effect::{ClientId, WindowId};
use crate::geometry::Area;
use crate::shm::{Buffer, Pool};
use crate::surface::SurfaceId;
use crate::text_input::TextInput;
use crate::xdg::positioner::Positioner;

/// The first id of objects that the compositor makes.
const SERVER_IDS: u32 = 0xff00_0000;

/// An object of a client. A stale one (the object is gone) is harmless: what is sent to it vanishes. An id is used
/// again after `delete_id`, so lists of these must be cleaned when the object goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Target {
    pub client: ClientId,
    pub id: ObjectId,
}

/// What we know of an object beyond its interface.
#[derive(Clone, Debug)]
pub(crate) enum Data {
    /// Nothing.
    Plain,
    Surface(SurfaceId),
    Region(Area),
    Pool(Arc<Pool>),
    Buffer(Arc<Buffer>),
    /// The surface that has the role.
    Subsurface(SurfaceId),
    /// The surface that the object belongs to: viewport, fractional scale, inhibitor, decoration of KDE.
    OfSurface(SurfaceId),
    /// By its position in the list of outputs.
    Output(usize),
    Positioner(Box<Positioner>),
    XdgSurface(SurfaceId),
    /// A toplevel, its decoration.
    Toplevel(WindowId),
    Popup(WindowId),
    /// The object that this one was made for: cursor shapes and relative motion of a pointer.
    For(ObjectId),
    /// A number that the subject gives a meaning to.
    Number(u32),
    Source(Box<Source>),
    Offer(Box<Offer>),
    /// A token for activation that is still being made.
    Wish(Wish),
    TextInput(Box<TextInput>),
}

#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub interface: &'static Interface,
    pub version: u32,
    pub data: Data,
}

#[derive(Debug)]
pub(crate) struct Client {
    pub objects: BTreeMap<u32, Object>,
    pub stream: Stream,
    pub descriptors: VecDeque<Descriptor>,
    pub out: BytesMut,
    pub out_descriptors: Vec<Descriptor>,
    /// It broke the protocol or went away: nothing it says counts any more.
    pub dead: bool,
    /// It is owed more than it may be: it goes with the next occasion.
    pub flooded: bool,
    /// [`Effect::Disconnect`](crate::effect::Effect::Disconnect) was given.
    pub dismissed: bool,
    pub surfaces: usize,
    pub regions: usize,
    /// Its wl_outputs, and which ones they are.
    pub outputs: Vec<(usize, ObjectId)>,
    pub pool_bytes: Arc<std::sync::atomic::AtomicU64>,
    next_server_id: u32,
}

impl Client {
    pub fn new() -> Self {
        let display = by_name(b"wl_display");
        let object = |interface| (1, Object { interface, version: 1, data: Data::Plain });
        Self {
            objects: display.into_iter().map(object).collect(),
            stream: Stream::new(Form::Program),
            descriptors: VecDeque::new(),
            out: BytesMut::new(),
            out_descriptors: Vec::new(),
            dead: false,
            flooded: false,
            dismissed: false,
            surfaces: 0,
            regions: 0,
            outputs: Vec::new(),
            pool_bytes: Arc::default(),
            next_server_id: SERVER_IDS,
        }
    }

    pub fn object(&self, id: ObjectId) -> Option<&Object> {
        self.objects.get(&id.0)
    }

    /// Puts an object of the compositor's own making into the client's list.
    pub fn add_server_object(&mut self, interface: &'static Interface, version: u32, data: Data) -> ObjectId {
        // After all of them it begins anew; limits see to it that some are free.
        while self.objects.contains_key(&self.next_server_id) {
            self.next_server_id = self.next_server_id.checked_add(1).unwrap_or(SERVER_IDS);
        }
        let id = self.next_server_id;
        self.next_server_id = self.next_server_id.checked_add(1).unwrap_or(SERVER_IDS);
        self.objects.insert(id, Object { interface, version, data });
        ObjectId(id)
    }
}

/// Whether an id is of the range that clients allocate from.
pub(crate) fn is_client_id(id: ObjectId) -> bool {
    (2..SERVER_IDS).contains(&id.0)
}
