//! The half that lives on the main thread: who has which window, and the host's event loop.
//!
//! Invariant: each window of the compositor's that has a size has one native window, for as long as it is open.

use std::collections::BTreeMap;
use std::sync::mpsc::Sender;
use std::time::Instant;

use winit::application::ApplicationHandler;
use winit::event::{DeviceEvent, DeviceId, WindowEvent};
use winit::event_loop::{ActiveEventLoop, ControlFlow};
use winit::window::WindowId as NativeId;

use super::clipboard::Order;
use super::cursor::Look;
use super::entry::Entry;
use super::half::Windows;
use super::keys::Keys;
use super::native::Native;
use super::pointer::Pointer;
use super::present::Screen;
use super::user::Event;
use super::{Options, units};
use crate::compositor::Compositor;
use crate::config::OutputConfig;
use crate::effect::{Confinement, Cursor, WindowId, WindowKind};
use crate::geometry::{Point, Size};
use crate::input::Input;
use crate::server::Handle;

/// Starts the server, once.
pub(super) type Begin<'a> = Box<dyn FnOnce(Windows, OutputConfig) -> Option<Handle> + 'a>;

/// See the module.
pub(super) struct App<'a> {
    pub options: Options,
    begin: Option<(Begin<'a>, Windows)>,
    handle: Option<Handle>,
    pub clipboard: Option<Sender<Order>>,
    screen: Option<Screen>,
    pub entries: BTreeMap<WindowId, Entry>,
    pub natives: BTreeMap<NativeId, WindowId>,
    pub pointer: Pointer,
    pub keys: Keys,
    pub cursor: Cursor,
    pub confined: Option<Confinement>,
    /// The window that has the host's keyboard.
    pub focus: Option<WindowId>,
    /// The window that has it as the compositor knows.
    pub told: Option<WindowId>,
}

impl<'a> App<'a> {
    pub fn new(
        options: Options,
        windows: Windows,
        clipboard: Option<Sender<Order>>,
        begin: Begin<'a>,
    ) -> Self {
        Self {
            options,
            begin: Some((begin, windows)),
            handle: None,
            clipboard,
            screen: None,
            entries: BTreeMap::new(),
            natives: BTreeMap::new(),
            pointer: Pointer::default(),
            keys: Keys::default(),
            cursor: Cursor::Named("default"),
            confined: None,
            focus: None,
            told: None,
        }
    }

    /// Does something with the compositor, on its own thread.
    pub fn with(&self, task: impl FnOnce(&mut Compositor, u64) + Send + 'static) {
        if let Some(handle) = &self.handle {
            handle.run(task);
        }
    }

    /// The user did something.
    pub fn tell(&self, input: Input) {
        self.with(move |compositor, now| compositor.on_input(now, input));
    }

    /// The scale that a new window has presumably.
    pub fn scale_for(&self, kind: WindowKind) -> u32 {
        let known = match kind {
            WindowKind::Popup { parent, .. } => self.entries.get(&parent),
            WindowKind::Toplevel { .. } => self.entries.values().next(),
        };
        known.map_or(120, |it| it.scale)
    }

    /// The toplevel that a window stands on, and where the window's canvas begins on the toplevel's.
    pub fn offset(&self, mut id: WindowId) -> (WindowId, Point) {
        let mut by = Point::default();
        while let Some(WindowKind::Popup { parent, at }) = self.entries.get(&id).map(|it| it.kind) {
            by = by.plus(at);
            id = parent;
        }
        (id, by)
    }

    /// The toplevel that a window stands on.
    pub fn root(&self, id: WindowId) -> WindowId {
        self.offset(id).0
    }

    /// Where a popup is on the host's desktop.
    fn popup_place(&self, id: WindowId) -> Option<Point> {
        let (root, by) = self.offset(id);
        let entry = self.entries.get(&root).filter(|_| root != id)?;
        Some(units::place(entry.native.as_ref()?.inner()?, by, entry.scale))
    }

    /// Puts all popups on or above a window where they belong.
    pub fn place_popups(&self, of: WindowId) {
        let root = self.root(of);
        for (id, entry) in self.entries.iter().filter(|(_, it)| !it.is_toplevel()) {
            if self.root(*id) == root {
                let place = self.popup_place(*id).and_then(|at| Some((at, entry.native.as_ref()?)));
                place.into_iter().for_each(|(at, native)| native.move_to(at));
            }
        }
    }

    /// Tells the compositor where a toplevel's popups may be.
    pub fn tell_room(&mut self, id: WindowId) {
        let Some(entry) = self.entries.get_mut(&id).filter(|it| it.is_toplevel()) else { return };
        let Some(native) = &entry.native else { return };
        let (Some(monitor), Some(inner)) = (native.monitor(), native.inner()) else { return };
        let room = units::room(monitor, inner, entry.scale);
        if std::mem::replace(&mut entry.room, room) != room {
            self.with(move |compositor, _| compositor.set_room(id, room));
        }
    }

    /// Opens the native window.
    pub fn open(&mut self, event_loop: &ActiveEventLoop, id: WindowId) {
        let at = self.popup_place(id);
        let (Some(screen), Some(entry)) = (&self.screen, self.entries.get_mut(&id)) else { return };
        let window = match event_loop.create_window(entry.attributes(at)) {
            Ok(window) => window,
            Err(error) => return tracing::warn!("cannot open a window: {error}"),
        };
        let native_id = window.id();
        let mut native = match Native::new(screen, window, entry.sheet.clone()) {
            Ok(native) => native,
            Err(error) => return tracing::warn!("cannot draw into a window: {error}"),
        };
        native.title.clone_from(if entry.title.is_empty() { &entry.app_id } else { &entry.title });
        native.limits = (entry.min, entry.max);
        native.draw(self.options.background, true);
        let scale = units::scale(native.window.scale_factor());
        entry.native = Some(native);
        self.natives.insert(native_id, id);
        if self.entries.get(&id).is_some_and(Entry::is_toplevel) {
            self.rescaled(id, scale);
            self.tell_room(id);
        }
    }

    /// A toplevel is shown with this scale.
    pub fn rescaled(&mut self, id: WindowId, scale: u32) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        let (min, max) = (entry.min, entry.max);
        if std::mem::replace(&mut entry.scale, scale) != scale {
            entry.native.iter_mut().for_each(|it| it.set_limits((min, max), scale));
        }
        let above: Vec<WindowId> = self.entries.keys().copied().filter(|it| self.root(*it) == id).collect();
        for id in above {
            self.entries.get_mut(&id).into_iter().for_each(|it| it.scale = scale);
        }
        self.with(move |compositor, _| compositor.set_scale(id, scale));
    }

    /// Gives the pointer's look to the window that it is over.
    pub fn show_cursor(&self, event_loop: &ActiveEventLoop) {
        let entry = self.pointer.over().and_then(|it| self.entries.get(&it));
        let Some((native, scale)) = entry.and_then(|it| Some((it.native.as_ref()?, it.scale))) else {
            return;
        };
        Look::new(event_loop, &self.cursor, scale).show(&native.window);
    }

    /// Tells the compositor who has the keyboard, if that has changed.
    fn settle_focus(&mut self) {
        let focus = self.focus.map(|it| self.root(it));
        if focus == self.told {
            return;
        }
        let released: Vec<Input> = self.keys.release_all().collect();
        released.into_iter().for_each(|it| self.tell(it));
        if focus.is_some() {
            // Something may have been copied elsewhere meanwhile.
            self.clipboard.iter().for_each(|it| drop(it.send(Order::Look)));
        }
        self.told = focus;
        self.tell(Input::Focus(focus));
    }

    /// Clients that do not follow their window's size are followed. When to look again.
    fn settle_sizes(&mut self) -> Option<Instant> {
        let now = Instant::now();
        for entry in self.entries.values_mut() {
            let wish = entry.fit.on_time(now);
            if wish.is_some() {
                entry.resize_native(wish);
            }
        }
        self.entries.values().filter_map(|it| it.fit.due()).min()
    }
}

/// The screen that clients see: the host's first.
fn output(event_loop: &ActiveEventLoop) -> OutputConfig {
    let monitor = event_loop.primary_monitor().or_else(|| event_loop.available_monitors().next());
    let Some(monitor) = monitor else { return OutputConfig::default() };
    let default = OutputConfig::default();
    let size = monitor.size();
    let size = Size::new(size.width.min(32_767) as i32, size.height.min(32_767) as i32);
    OutputConfig {
        name: monitor.name().filter(|it| !it.is_empty()).unwrap_or(default.name),
        size: if size.is_empty() { default.size } else { size },
        scale: units::scale(monitor.scale_factor()),
        refresh: monitor.refresh_rate_millihertz().filter(|it| *it > 1_000).unwrap_or(default.refresh),
    }
}

impl ApplicationHandler<Event> for App<'_> {
    fn resumed(&mut self, event_loop: &ActiveEventLoop) {
        let Some((begin, windows)) = self.begin.take() else { return };
        self.screen = match Screen::new(event_loop) {
            Ok(screen) => Some(screen),
            Err(error) => {
                tracing::error!("cannot draw on this screen: {error}");
                return event_loop.exit();
            }
        };
        self.handle = begin(windows, output(event_loop));
        match &self.handle {
            Some(handle) => {
                if let Some(clipboard) = &self.clipboard {
                    let _ = clipboard.send(Order::Meet(handle.clone()));
                    let _ = clipboard.send(Order::Look);
                }
            }
            None => event_loop.exit(),
        }
    }

    fn user_event(&mut self, event_loop: &ActiveEventLoop, event: Event) {
        self.on_user(event_loop, event);
    }

    fn window_event(&mut self, event_loop: &ActiveEventLoop, native: NativeId, event: WindowEvent) {
        if let Some(id) = self.natives.get(&native).copied() {
            self.on_window(event_loop, id, event);
        }
    }

    fn device_event(&mut self, _event_loop: &ActiveEventLoop, _device: DeviceId, event: DeviceEvent) {
        if let (DeviceEvent::MouseMotion { delta: (dx, dy) }, Some(_)) = (event, self.confined) {
            self.tell(Input::Relative { dx, dy });
        }
    }

    fn about_to_wait(&mut self, event_loop: &ActiveEventLoop) {
        self.settle_focus();
        let due = self.settle_sizes();
        event_loop.set_control_flow(due.map_or(ControlFlow::Wait, ControlFlow::WaitUntil));
    }

    fn exiting(&mut self, _event_loop: &ActiveEventLoop) {
        // The server may outlive this, and with it its half's sender.
        self.clipboard.iter().for_each(|it| drop(it.send(Order::End)));
        self.entries.clear();
        self.natives.clear();
        self.screen = None;
    }
}
