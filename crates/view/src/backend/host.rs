//! An embedder that gets everything as values through one function.

use super::Backend;
use crate::effect::{CanvasId, Confinement, Cursor, SelectionKind, WindowChange, WindowId};
use crate::geometry::Rect;
use crate::raster::Canvas;

/// What an embedder is told.
#[derive(Debug)]
pub enum Notice<'a> {
    /// See [`Backend::present`].
    Present(CanvasId, &'a Canvas, &'a [Rect]),
    /// See [`Backend::window`].
    Window(WindowId, WindowChange),
    /// See [`Backend::cursor`].
    Cursor(Cursor),
    /// See [`Backend::confine`].
    Confine(Option<Confinement>),
    /// See [`Backend::text_input`].
    TextInput(Option<(WindowId, Rect)>),
    /// See [`Backend::clipboard_content`]: text only.
    Clipboard(SelectionKind, Vec<u8>),
    /// See [`Backend::keep_awake`].
    KeepAwake(bool),
}

/// A backend that is one function.
pub struct Host<F>(pub F);

impl<F: FnMut(Notice<'_>) + Send> Backend for Host<F> {
    fn present(&mut self, canvas: CanvasId, pixels: &Canvas, damage: &[Rect]) {
        (self.0)(Notice::Present(canvas, pixels, damage));
    }

    fn window(&mut self, window: WindowId, change: WindowChange) {
        (self.0)(Notice::Window(window, change));
    }

    fn cursor(&mut self, cursor: Cursor) {
        (self.0)(Notice::Cursor(cursor));
    }

    fn confine(&mut self, confinement: Option<Confinement>) {
        (self.0)(Notice::Confine(confinement));
    }

    fn text_input(&mut self, place: Option<(WindowId, Rect)>) {
        (self.0)(Notice::TextInput(place));
    }

    fn clipboard(&mut self, _selection: SelectionKind, types: &[String]) -> Option<String> {
        text_type(types)
    }

    fn clipboard_content(&mut self, selection: SelectionKind, _mime: &str, content: Vec<u8>) {
        (self.0)(Notice::Clipboard(selection, content));
    }

    fn keep_awake(&mut self, wanted: bool) {
        (self.0)(Notice::KeepAwake(wanted));
    }
}

/// The best of some MIME types for plain text.
#[must_use]
pub fn text_type(types: &[String]) -> Option<String> {
    let wanted = ["text/plain;charset=utf-8", "UTF8_STRING", "text/plain", "STRING", "TEXT"];
    wanted.iter().find_map(|want| types.iter().find(|it| it.eq_ignore_ascii_case(want))).cloned()
}
