//! Who has the keyboard: which toplevel is active, and which surface gets the keys.
//!
//! Invariant: on outputs, the toplevel that was clicked, opened or raised last is active, as long as it can be seen;
//! where the host shows the windows, the host says so. A popup that grabs has the keyboard instead of its toplevel.

use crate::compositor::Compositor;
use crate::config::Show;
use crate::effect::{ClientId, WindowId};
use crate::surface::SurfaceId;
use crate::xdg::window::Window;

/// What the pointer does instead of speaking to the surface under it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Grab {
    /// Nothing.
    #[default]
    None,
    /// It drags data: the data devices hear of it instead.
    Dnd,
}

#[derive(Debug, Default)]
pub(super) struct State {
    /// The active toplevel.
    active: Option<WindowId>,
    /// The highest toplevel when that was last looked at.
    top: Option<WindowId>,
    /// The window that the host gave the keyboard to.
    host: Option<WindowId>,
}

impl State {
    pub fn forget(&mut self, id: WindowId) {
        for place in [&mut self.active, &mut self.top, &mut self.host] {
            *place = place.filter(|it| *it != id);
        }
    }
}

impl Compositor {
    /// The surface that gets the keys.
    #[cfg(test)]
    pub(crate) fn keyboard_focus(&self) -> Option<SurfaceId> {
        self.seat.keyboard.focus
    }

    /// The client that gets the keys.
    pub(crate) fn focus_client(&self) -> Option<ClientId> {
        self.client_of(self.seat.keyboard.focus?)
    }

    /// The host has given the keyboard to a window, or to none. Where windows are on outputs, giving it to one raises
    /// it, and taking it away only makes whoever has it forget the keys that are down.
    pub(super) fn host_focus(&mut self, window: Option<WindowId>) {
        let toplevel = window.filter(|it| self.windows.contains_key(it)).map(|it| self.toplevel_of(it).0);
        let popup = self.grabbing_popup().map(|it| self.toplevel_of(it).0);
        if popup.is_some() && popup != toplevel {
            self.dismiss_grabs();
        }
        if window.is_none() {
            // A leave, not releases: those would have effects, such as that of Alt on menus.
            self.give_keyboard(None);
            self.seat.keyboard.keys.release_all();
        }
        match self.config.show {
            Show::Windows(_) => self.seat.focus.host = toplevel,
            Show::Outputs(_) => toplevel.into_iter().for_each(|it| self.activate(it)),
        }
    }

    /// The user has pressed something in a surface: its window comes to the top, if that is for us to say.
    pub(super) fn click(&mut self, surface: SurfaceId) {
        if let (Show::Outputs(_), Some(window)) = (&self.config.show, self.window_of(surface)) {
            let (toplevel, _) = self.toplevel_of(window);
            self.activate(toplevel);
            // The client learns that it has the keyboard before it learns of the press.
            self.settle_keyboard();
        }
    }

    /// Makes a toplevel the active one on outputs.
    fn activate(&mut self, toplevel: WindowId) {
        if !self.can_be_active(toplevel) {
            return;
        }
        if self.desk.stack.last() != Some(&toplevel) {
            self.raise(toplevel);
        }
        // Dialogues of it are above it now, which is no reason to give them the keyboard.
        self.seat.focus.top = self.highest();
        self.seat.focus.active = Some(toplevel);
    }

    fn can_be_active(&self, id: WindowId) -> bool {
        let toplevel = self.windows.get(&id).filter(|it| it.mapped).and_then(Window::toplevel);
        toplevel.is_some_and(|it| !it.minimized)
    }

    fn highest(&self) -> Option<WindowId> {
        self.desk.stack.iter().rev().copied().find(|it| self.can_be_active(*it))
    }

    /// The toplevel that is active now.
    fn active_toplevel(&mut self) -> Option<WindowId> {
        if matches!(self.config.show, Show::Windows(_)) {
            return self.seat.focus.host.filter(|it| self.windows.get(it).is_some_and(|it| it.mapped));
        }
        let highest = self.highest();
        let kept = self.seat.focus.active.filter(|it| self.can_be_active(*it));
        // Whatever has come to the top was opened or raised, or is next after one that went.
        let risen = std::mem::replace(&mut self.seat.focus.top, highest) != highest;
        self.seat.focus.active = if risen { highest } else { kept.or(highest) };
        self.seat.focus.active
    }

    pub(super) fn settle_keyboard(&mut self) {
        let active = self.active_toplevel();
        let popup = self.grabbing_popup().map(|it| (it, self.toplevel_of(it).0));
        let fits =
            |it: &(WindowId, WindowId)| matches!(self.config.show, Show::Outputs(_)) || active == Some(it.1);
        let popup = popup.filter(fits);
        let active = popup.map(|it| it.1).or(active);
        let changed = |(id, it): (&WindowId, &Window)| {
            let told = it.toplevel()?.activated;
            (told != (active == Some(*id))).then_some(*id)
        };
        for id in self.windows.iter().filter_map(changed).collect::<Vec<_>>() {
            if let Some(toplevel) = self.toplevel_mut(id) {
                toplevel.activated = active == Some(id);
            }
            self.want_configure(id);
        }
        let window = popup.map(|it| it.0).or(active);
        let surface = window.and_then(|it| self.windows.get(&it)).map(|it| it.surface);
        self.give_keyboard(surface);
        self.text_focus_changed(None, surface);
    }

    /// A surface's client loses or gets the keyboard. Called between the `leave` of the old and the `enter` of the
    /// new one.
    pub(crate) fn focus_changed(&mut self, old: Option<SurfaceId>, new: Option<SurfaceId>) {
        self.selection_focus_changed(old, new);
    }
}
