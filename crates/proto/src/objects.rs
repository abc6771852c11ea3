//! Which Wayland objects live on this connection, and what is remembered of each. Each half keeps its own
//! table; nothing in it ever crosses the channel.
//!
//! Invariant: an object that holds a shadow names it in its [`Data`], so that forgetting the object is enough
//! to know what to let go of ([`Data::holds`]).

use std::collections::BTreeMap;

use crate::damage::{History, ShmImage};
use crate::engine::ahead::{Callback, Paced, Use};
use crate::engine::moves::Moves;
use crate::ids::Rid;
use crate::wayland::{Interface, ObjectId, by_name};

/// A live object of a known interface.
#[derive(Debug)]
pub struct Object {
    /// Its type.
    pub interface: &'static Interface,
    /// What is remembered of it.
    pub data: Data,
}

/// What is remembered of an object besides its type.
#[derive(Debug)]
pub enum Data {
    /// Nothing.
    Plain,
    /// `wl_shm_pool`: the file.
    Pool(Rid),
    /// `wl_buffer` from a pool.
    Buffer(Buffer),
    /// `wl_surface`.
    Surface(Box<Surface>),
    /// `wl_subsurface`: its surface.
    Subsurface(ObjectId),
    /// A frame callback.
    Callback(Callback),
    /// `wl_output`: its refresh rate in millihertz, as it says.
    Output(Option<i32>),
    /// `wp_viewport`: its surface, until that is destroyed.
    Viewport(Option<ObjectId>),
    /// `zwlr_gamma_control_v1`: entries of one ramp, once the compositor said it.
    Gamma(Option<u32>),
    /// A capture frame: the buffer that the compositor will write to.
    Capture(Option<Target>),
}

/// A `wl_buffer` that shows a part of a shm pool.
#[derive(Clone, Debug)]
pub struct Buffer {
    /// The pool's file.
    pub rid: Rid,
    /// Where in the file, and how.
    pub image: ShmImage,
    /// Never used again, unlike object ids.
    pub serial: u64,
    /// The surface whose damage history tells what is in it, and the serial that it has there. Nobody's after it
    /// was used for something else.
    pub shown: Option<(ObjectId, u64)>,
    /// Who has it.
    pub ahead: Use,
    /// The destroy request passed; only the id lives on until `delete_id`.
    pub destroyed: bool,
}

/// A `wl_surface`.
#[derive(Debug, Default)]
pub struct Surface {
    /// The attached buffer and its serial; sticky across commits.
    pub attached: Option<(ObjectId, u64)>,
    /// Damage of the last commits. Kept by the application's side only.
    pub history: History,
    /// The viewport object that refers to this surface.
    pub viewport: Option<ObjectId>,
    /// Whether to look for moved content.
    pub moves: Moves,
    /// When it may be drawn again.
    pub paced: Paced,
}

/// The buffer behind a capture in progress; outlives the `wl_buffer`.
#[derive(Clone, Debug)]
pub struct Target {
    /// The file.
    pub rid: Rid,
    /// The part of it.
    pub image: ShmImage,
}

impl Data {
    /// What a new object of `interface` starts with.
    pub fn initial(interface: &'static Interface) -> Self {
        match interface.name {
            "wl_surface" => Self::Surface(Box::default()),
            "wp_viewport" => Self::Viewport(None),
            "zwlr_gamma_control_v1" => Self::Gamma(None),
            "zwlr_screencopy_frame_v1"
            | "ext_image_copy_capture_frame_v1"
            | "hyprland_toplevel_export_frame_v1"
            | "weston_capture_source_v1"
            | "weston_screenshooter" => Self::Capture(None),
            _ => Self::Plain,
        }
    }

    /// The shadow that this object keeps alive.
    pub fn holds(&self) -> Option<Rid> {
        match self {
            Self::Pool(rid) => Some(*rid),
            Self::Buffer(buffer) => Some(buffer.rid),
            Self::Capture(Some(target)) => Some(target.rid),
            _ => None,
        }
    }
}

/// The table.
#[derive(Debug)]
pub struct Objects {
    map: BTreeMap<ObjectId, Object>,
}

impl Objects {
    /// The table of a new connection: `wl_display` alone.
    pub fn new() -> Self {
        let mut map = BTreeMap::new();
        if let Some(interface) = by_name(b"wl_display") {
            map.insert(ObjectId::DISPLAY, Object { interface, data: Data::Plain });
        }
        Self { map }
    }

    /// How many live.
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// The object of this id.
    pub fn get(&self, id: ObjectId) -> Option<&Object> {
        self.map.get(&id)
    }

    /// Adds an object; returns the one that had this id.
    pub fn insert(&mut self, id: ObjectId, interface: &'static Interface) -> Option<Object> {
        self.map.insert(id, Object { interface, data: Data::initial(interface) })
    }

    /// Takes an object out.
    pub fn remove(&mut self, id: ObjectId) -> Option<Object> {
        self.map.remove(&id)
    }

    /// What is remembered of an object.
    pub fn data(&mut self, id: ObjectId) -> Option<&mut Data> {
        self.map.get_mut(&id).map(|object| &mut object.data)
    }

    /// The surface of this id.
    pub fn surface(&mut self, id: ObjectId) -> Option<&mut Surface> {
        match self.data(id) {
            Some(Data::Surface(surface)) => Some(surface),
            _ => None,
        }
    }

    /// Something that is no surface uses a buffer: what is in it afterwards, no damage history knows.
    pub fn estrange(&mut self, id: ObjectId) {
        if let Some(Data::Buffer(buffer)) = self.data(id) {
            buffer.shown = None;
        }
    }

    /// The shm buffer of this id, destroyed or not.
    pub fn buffer(&self, id: ObjectId) -> Option<&Buffer> {
        match self.map.get(&id) {
            Some(Object { data: Data::Buffer(buffer), .. }) => Some(buffer),
            _ => None,
        }
    }

    /// All objects, in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = (ObjectId, &Object)> {
        self.map.iter().map(|(id, object)| (*id, object))
    }
}

impl Default for Objects {
    fn default() -> Self {
        Self::new()
    }
}
