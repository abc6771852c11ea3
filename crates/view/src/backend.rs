//! Who shows what the compositor draws: nobody, native windows, or an embedder.
//!
//! Invariant: a backend is called on the server's thread only, and never blocks it.

use crate::effect::{CanvasId, Confinement, Cursor, SelectionKind, WindowChange, WindowId};
use crate::geometry::Rect;
use crate::raster::Canvas;

pub mod headless;
pub mod host;
#[cfg(feature = "winit")]
pub mod winit;

/// The host's side of a compositor. Everything has a default that does nothing.
pub trait Backend: Send {
    /// A canvas shows something new in these rectangles, in physical pixels.
    fn present(&mut self, canvas: CanvasId, pixels: &Canvas, damage: &[Rect]) {
        let _ = (canvas, pixels, damage);
    }

    /// A window changed.
    fn window(&mut self, window: WindowId, change: WindowChange) {
        let _ = (window, change);
    }

    /// The pointer looks like this.
    fn cursor(&mut self, cursor: Cursor) {
        let _ = cursor;
    }

    /// The pointer is to be held, or let go.
    fn confine(&mut self, confinement: Option<Confinement>) {
        let _ = confinement;
    }

    /// A client wants text from an input method, with its cursor here, or does not any more.
    fn text_input(&mut self, place: Option<(WindowId, Rect)>) {
        let _ = place;
    }

    /// A client has put something on a clipboard; none of these types if it was cleared. The answer is the type that
    /// the host wants to have, which [`Self::clipboard_content`] brings.
    fn clipboard(&mut self, selection: SelectionKind, types: &[String]) -> Option<String> {
        let _ = (selection, types);
        None
    }

    /// What a client has put on a clipboard.
    fn clipboard_content(&mut self, selection: SelectionKind, mime: &str, content: Vec<u8>) {
        let _ = (selection, mime, content);
    }

    /// The screen is to stay lit.
    fn keep_awake(&mut self, wanted: bool) {
        let _ = wanted;
    }
}
