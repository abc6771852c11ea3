//! What the compositor wants done, in order.
//!
//! Invariant: these are values; nothing has happened before the driver does it.

use std::sync::Arc;

use bytes::Bytes;

use crate::descriptor::Descriptor;
use crate::geometry::{Point, Rect, Size};

/// A client, by the number that [`Compositor::connect`](crate::Compositor::connect) gave it; never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(pub u32);

/// A toplevel or a popup; never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WindowId(pub u32);

/// Something that is drawn on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CanvasId {
    /// A whole screen with several windows, by its position in the configuration.
    Output(usize),
    /// A window that the host shows by itself.
    Window(WindowId),
}

/// What is to be done.
#[derive(Debug)]
pub enum Effect {
    /// Send to a client. Bytes hold whole messages; the descriptors belong to them in order.
    Send {
        /// To whom.
        client: ClientId,
        /// Messages.
        bytes: Bytes,
        /// Their descriptors.
        descriptors: Vec<Descriptor>,
    },
    /// Close a client's connection, after everything that was sent.
    Disconnect(ClientId),
    /// A canvas shows something new in these rectangles (physical pixels); see
    /// [`Compositor::canvas`](crate::Compositor::canvas).
    Present {
        /// Which one.
        canvas: CanvasId,
        /// What changed; never empty.
        damage: Vec<Rect>,
    },
    /// A window changed.
    Window {
        /// Which one.
        window: WindowId,
        /// In what way.
        change: WindowChange,
    },
    /// The pointer looks like this from now on.
    Cursor(Cursor),
    /// Put the host's pointer here and hold it, let it move only there, or let it go.
    Confine(Option<Confinement>),
    /// The window with the keyboard wants text from an input method, with its cursor in this rectangle (logical
    /// pixels of the canvas), or does not want any.
    TextInput(Option<(WindowId, Rect)>),
    /// Write these bytes to the descriptor and close it: the host's clipboard on its way to a client.
    Feed {
        /// The write end of a pipe.
        to: Descriptor,
        /// What to write.
        content: Arc<[u8]>,
    },
    /// A client has put something on the clipboard. If the host wants it, it calls
    /// [`Compositor::fetch`](crate::Compositor::fetch) with a pipe.
    Clipboard {
        /// Of which selection.
        selection: SelectionKind,
        /// MIME types on offer; empty when it was cleared.
        types: Vec<String>,
    },
    /// Whether something on the screen wants it to stay lit.
    KeepAwake(bool),
}

/// Which clipboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SelectionKind {
    /// Copy and paste.
    Clipboard,
    /// Selected text, pasted with the middle button.
    Primary,
}

/// How the pointer is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confinement {
    /// It does not move at all; relative motion goes on.
    Locked(WindowId),
    /// It moves within the window only.
    Confined(WindowId),
}

/// How the pointer looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// Not at all.
    Hidden,
    /// As the host's own cursor of that name (those of CSS, such as `text` or `ns-resize`).
    Named(&'static str),
    /// As a picture.
    Image {
        /// Premultiplied `0xAARRGGBB`, row by row.
        pixels: Arc<[u32]>,
        /// Of the picture, in pixels.
        size: Size,
        /// The pixel that points.
        hotspot: Point,
        /// Pixels per logical pixel, in 120ths.
        scale: u32,
    },
}

/// What happened to a window. Hosts that show whole outputs may leave all of it out.
#[derive(Clone, Debug, PartialEq)]
pub enum WindowChange {
    /// It has its first content and is to be shown.
    Opened(WindowKind),
    /// It is gone.
    Closed,
    /// Its title.
    Title(String),
    /// Name of its desktop entry.
    AppId(String),
    /// Its canvas has this size in physical pixels, and this size in logical ones.
    Resized {
        /// Of the canvas.
        pixels: Size,
        /// As the client counts.
        logical: Size,
    },
    /// It may not be made smaller or larger than this (logical pixels; zero is no limit).
    Limits {
        /// Smallest.
        min: Size,
        /// Largest.
        max: Size,
    },
    /// A popup is to be here, relative to its parent's canvas, in logical pixels.
    Moved(Point),
    /// The client wants to be maximised, or not any more.
    Maximize(bool),
    /// The client wants the whole screen, or not any more.
    Fullscreen(bool),
    /// The client wants to be out of sight.
    Minimize,
    /// The user drags the window with the pointer: the host moves it.
    Drag,
    /// The user drags these edges of it: the host resizes it.
    DragEdges(Edges),
    /// Whether the host shall draw a frame around it.
    Frame(bool),
    /// The client wants attention or focus, with a right to it.
    Activate,
}

/// What kind of window it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowKind {
    /// A window on its own.
    Toplevel {
        /// A dialogue of this one.
        parent: Option<WindowId>,
    },
    /// A menu or a tooltip over another window.
    Popup {
        /// Which one.
        parent: WindowId,
        /// Left upper corner relative to the parent's canvas, in logical pixels.
        at: Point,
    },
}

/// Edges of a window that are dragged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Edges {
    /// The upper one.
    pub top: bool,
    /// The lower one.
    pub bottom: bool,
    /// The left one.
    pub left: bool,
    /// The right one.
    pub right: bool,
}
