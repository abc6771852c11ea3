//! What a client of the desk is to do, written down before it begins.
//!
//! Things are named by numbers of the script's own, never by ids of objects, so that what comes of it does not depend
//! on when anything arrives. Invariant: carried out in order, each action after what it waits for, it is legal.

use crate::sim::style::Style;

/// Position and size.
pub type Rect = (i32, i32, i32, i32);

/// One thing to do.
#[derive(Clone, Debug)]
pub enum Action {
    /// Makes a pool over a new file.
    Pool { pool: usize, size: usize },
    /// Makes file and pool longer.
    GrowPool { pool: usize, size: usize },
    /// Destroys a pool; its buffers live on.
    DestroyPool(usize),
    /// Makes a buffer.
    Buffer { buffer: usize, pool: usize, offset: usize, stride: usize, style: Style },
    /// Makes a buffer of one pixel: red, green, blue, alpha.
    Solid { buffer: usize, color: [u32; 4] },
    /// Destroys a buffer, shown or not.
    DestroyBuffer(usize),
    /// Makes a surface.
    Surface(usize),
    /// Makes a surface a toplevel.
    Window { surface: usize, title: String, parent: Option<usize> },
    /// Makes a surface a popup.
    Popup { surface: usize, parent: usize, place: Place },
    /// Makes a surface a subsurface.
    Subsurface { surface: usize, parent: usize },
    /// Moves a subsurface.
    Position { surface: usize, x: i32, y: i32 },
    /// Changes the order of subsurfaces.
    Stack { surface: usize, sibling: usize, above: bool },
    /// Makes a subsurface follow its parent, or not.
    Sync { surface: usize, on: bool },
    /// Gives a toplevel another title.
    Title { surface: usize, title: String },
    /// A request of a toplevel without arguments, or to be fullscreen on this output.
    State { surface: usize, request: &'static str, output: Option<usize> },
    /// Changes a surface and commits it.
    Commit { surface: usize, change: Box<Change> },
    /// Waits for a configure and acknowledges it.
    Configured(usize),
    /// Waits until all frame callbacks of a surface were answered.
    Frame(usize),
    /// Waits until everything that was said has been heard.
    Roundtrip,
    /// Waits until nothing moves anywhere. Pictures are compared here.
    Rest,
    /// Binds the seat.
    Seat,
    /// Gets the keyboard and the pointer of the seat, those that it has.
    Devices,
    /// Gives them back.
    EndDevices,
    /// Destroys the objects that give a surface its role.
    EndRole(usize),
    /// Destroys the viewport of a surface.
    EndViewport(usize),
    /// Destroys a surface.
    EndSurface(usize),
}

/// Where a popup goes.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub size: (i32, i32),
    pub anchor_rect: Rect,
    pub anchor: u32,
    pub gravity: u32,
    pub adjustment: u32,
    pub offset: (i32, i32),
}

/// What a commit changes; `None`: nothing.
#[derive(Clone, Debug, Default)]
pub struct Change {
    pub attach: Option<Attach>,
    pub scale: Option<usize>,
    pub transform: Option<u32>,
    pub source: Option<Option<[f64; 4]>>,
    pub destination: Option<Option<(u32, u32)>>,
    pub opaque: Option<Option<Vec<Rect>>>,
    pub input: Option<Option<Vec<Rect>>>,
    pub geometry: Option<Rect>,
    /// Smallest and largest size of a toplevel.
    pub limits: Option<[(i32, i32); 2]>,
    /// Ask for a frame callback.
    pub frame: bool,
    /// Ask for presentation feedback.
    pub feedback: bool,
    /// The first commit of a window: what was configured before does not count.
    pub begins: bool,
}

/// What a surface is to show.
#[derive(Clone, Debug)]
pub enum Attach {
    /// Nothing.
    Nothing,
    /// A buffer of one pixel.
    Solid(usize),
    /// A buffer that is painted now.
    Paint(Paint),
}

/// What is painted into a buffer: all that the surface showed before, and something new.
#[derive(Clone, Debug)]
pub struct Paint {
    pub buffer: usize,
    pub style: Style,
    /// Of what is painted.
    pub seed: u64,
    /// Pixels of the buffer that are new: x, y, width, height.
    pub rects: Vec<(usize, usize, usize, usize)>,
    /// All of it is new.
    pub whole: bool,
    /// Damage is told in coordinates of the surface, where that can be.
    pub on_surface: bool,
}
