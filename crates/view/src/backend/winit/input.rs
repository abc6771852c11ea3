//! What the host's windows tell: sizes, places, states, and what the user does.
//!
//! Invariant: positions are told in logical pixels of the window that the host measured them in.

use std::time::Instant;

use winit::dpi::PhysicalPosition;
use winit::event::{ElementState, Ime, Touch, WindowEvent};
use winit::event_loop::ActiveEventLoop;

use super::app::App;
use super::{pointer, units};
use crate::effect::{CanvasId, Confinement, WindowId};
use crate::input::Input;

impl App<'_> {
    pub(super) fn on_window(&mut self, event_loop: &ActiveEventLoop, id: WindowId, event: WindowEvent) {
        match event {
            WindowEvent::RedrawRequested => self.redraw(id),
            WindowEvent::Resized(_) => self.resized(id),
            WindowEvent::Moved(_) => {
                self.tell_room(id);
                self.place_popups(id);
            }
            WindowEvent::ScaleFactorChanged { scale_factor, .. } => self.scale_changed(id, scale_factor),
            WindowEvent::CloseRequested => self.with(move |compositor, _| compositor.close(id)),
            WindowEvent::Focused(true) => {
                self.focus = Some(id);
                self.check_minimized(id, true);
                self.check_state(id);
            }
            WindowEvent::Focused(false) => {
                self.focus = self.focus.filter(|it| *it != id);
                self.check_minimized(id, false);
            }
            WindowEvent::Occluded(_) => self.check_minimized(id, false),
            WindowEvent::KeyboardInput { event, is_synthetic, .. } => {
                self.keys.event(&event, is_synthetic).into_iter().for_each(|it| self.tell(it));
            }
            WindowEvent::Ime(Ime::Commit(text)) => self.tell(Input::Commit(text)),
            WindowEvent::Ime(Ime::Preedit(text, range)) => self.tell(Input::Preedit(text, range)),
            WindowEvent::CursorMoved { position, .. } => self.moved(event_loop, id, position),
            WindowEvent::CursorLeft { .. } => {
                self.pointer.leave(id).into_iter().for_each(|it| self.tell(it));
            }
            WindowEvent::MouseInput { state, button, .. } => {
                if state == ElementState::Pressed {
                    // What is pressed may open a menu.
                    self.tell_room(self.root(id));
                }
                self.pointer.button(button, state).into_iter().for_each(|it| self.tell(it));
            }
            WindowEvent::MouseWheel { delta, phase, .. } => {
                let axis = pointer::axis(delta, phase, self.scale(id));
                axis.into_iter().for_each(|it| self.tell(Input::Axis(it)));
            }
            WindowEvent::Touch(touch) => self.touched(id, &touch),
            _ => {}
        }
    }

    fn scale(&self, id: WindowId) -> u32 {
        self.entries.get(&id).map_or(120, |it| it.scale)
    }

    /// Logical pixels of a window.
    fn logical(&self, id: WindowId, at: PhysicalPosition<f64>) -> (f64, f64) {
        let factor = 120.0 / f64::from(self.scale(id).max(1));
        (at.x * factor, at.y * factor)
    }

    /// The host does not know any more what it showed.
    fn redraw(&mut self, id: WindowId) {
        let background = self.options.background;
        let native = self.entries.get_mut(&id).and_then(|it| it.native.as_mut());
        native.into_iter().for_each(|it| it.draw(background, true));
    }

    /// The host has given a window another size or state.
    fn resized(&mut self, id: WindowId) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        let now = Instant::now();
        if let (true, Some(native)) = (entry.is_toplevel(), &entry.native) {
            let size = units::logical(native.size(), entry.scale);
            let wanted = entry.fit.host(size, now);
            self.check_state(id);
            wanted.into_iter().for_each(|size| self.with(move |compositor, _| compositor.resize(id, size)));
            self.tell_room(id);
        }
        self.redraw(id);
    }

    /// The user may have maximised a window, or given it a whole screen, by the host's means.
    pub(super) fn check_state(&mut self, id: WindowId) {
        let Some(entry) = self.entries.get_mut(&id).filter(|it| it.is_toplevel()) else { return };
        let Some(native) = &mut entry.native else { return };
        let (maximized, fullscreen) = (native.window.is_maximized(), native.window.fullscreen().is_some());
        if std::mem::replace(&mut native.maximized, maximized) != maximized && entry.maximized != maximized {
            entry.maximized = maximized;
            self.with(move |compositor, _| compositor.set_maximized(id, maximized));
        }
        let Some(entry) = self.entries.get_mut(&id) else { return };
        let Some(native) = &mut entry.native else { return };
        if std::mem::replace(&mut native.fullscreen, fullscreen) != fullscreen
            && entry.fullscreen != fullscreen
        {
            entry.fullscreen = fullscreen;
            self.with(move |compositor, _| compositor.set_fullscreen(id, fullscreen, None));
        }
    }

    fn scale_changed(&mut self, id: WindowId, factor: f64) {
        if self.root(id) == id {
            self.rescaled(id, units::scale(factor));
            self.tell_room(id);
        }
    }

    /// A window may have been put out of sight, or back, which `focused` ones certainly are.
    fn check_minimized(&mut self, id: WindowId, focused: bool) {
        let Some(entry) = self.entries.get_mut(&id).filter(|it| it.is_toplevel()) else { return };
        let Some(native) = &mut entry.native else { return };
        let now = !focused && native.window.is_minimized().unwrap_or(false);
        let changed = std::mem::replace(&mut native.minimized, now) != now || focused;
        if changed && entry.minimized != now {
            entry.minimized = now;
            self.with(move |compositor, _| compositor.set_minimized(id, now));
        }
    }

    fn moved(&mut self, event_loop: &ActiveEventLoop, id: WindowId, at: PhysicalPosition<f64>) {
        if self.pointer.over() != Some(id) {
            self.pointer.enter(id);
            self.show_cursor(event_loop);
        }
        self.pointer.enter(id);
        if !matches!(self.confined, Some(Confinement::Locked(_))) {
            let (x, y) = self.logical(id, at);
            self.tell(Input::Motion { canvas: CanvasId::Window(id), x, y });
        }
    }

    fn touched(&mut self, id: WindowId, touch: &Touch) {
        let (finger, phase) = self.pointer.finger(touch.id, touch.phase);
        let (x, y) = self.logical(id, touch.location);
        self.tell(Input::Touch { id: finger, phase, canvas: CanvasId::Window(id), x, y });
    }
}
