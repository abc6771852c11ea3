//! The half that lives on the server's thread.
//!
//! Invariant: it never waits, but while the other half copies a canvas.

use std::collections::BTreeMap;
use std::sync::mpsc::Sender;

use winit::event_loop::EventLoopProxy;

use super::clipboard::Order;
use super::sheet::Shared;
use super::user::Event;
use crate::backend::{Backend, host::text_type};
use crate::effect::{CanvasId, Confinement, Cursor, SelectionKind, WindowChange, WindowId};
use crate::geometry::Rect;
use crate::raster::Canvas;

/// The backend that shows native windows; see the module above. When it is dropped, [`run`](super::run) returns.
#[derive(Debug)]
pub struct Windows {
    proxy: EventLoopProxy<Event>,
    clipboard: Option<Sender<Order>>,
    sheets: BTreeMap<WindowId, Shared>,
}

impl Windows {
    pub(super) fn new(proxy: EventLoopProxy<Event>, clipboard: Option<Sender<Order>>) -> Self {
        Self { proxy, clipboard, sheets: BTreeMap::new() }
    }

    fn send(&self, event: Event) {
        // Without an event loop there are no windows: nothing to do.
        let _ = self.proxy.send_event(event);
    }
}

impl Drop for Windows {
    fn drop(&mut self) {
        self.send(Event::Quit);
    }
}

impl Backend for Windows {
    fn present(&mut self, canvas: CanvasId, pixels: &Canvas, damage: &[Rect]) {
        let CanvasId::Window(window) = canvas else { return };
        let Some(sheet) = self.sheets.get(&window) else { return };
        let told = sheet.lock().put(pixels, damage);
        if !told {
            self.send(Event::Drawn(window));
        }
    }

    fn window(&mut self, window: WindowId, change: WindowChange) {
        match change {
            WindowChange::Opened(kind) => {
                let sheet = Shared::default();
                self.sheets.insert(window, sheet.clone());
                self.send(Event::Opened(window, kind, sheet));
            }
            WindowChange::Closed => {
                if self.sheets.remove(&window).is_some() {
                    self.send(Event::Closed(window));
                }
            }
            change => self.send(Event::Changed(window, change)),
        }
    }

    fn cursor(&mut self, cursor: Cursor) {
        self.send(Event::Cursor(cursor));
    }

    fn confine(&mut self, confinement: Option<Confinement>) {
        self.send(Event::Confine(confinement));
    }

    fn text_input(&mut self, place: Option<(WindowId, Rect)>) {
        self.send(Event::TextInput(place));
    }

    fn clipboard(&mut self, _selection: SelectionKind, types: &[String]) -> Option<String> {
        self.clipboard.as_ref().and_then(|_| text_type(types))
    }

    fn clipboard_content(&mut self, selection: SelectionKind, _mime: &str, content: Vec<u8>) {
        let text = String::from_utf8_lossy(&content).into_owned();
        self.clipboard.iter().for_each(|it| drop(it.send(Order::Put(selection, text.clone()))));
    }
}
