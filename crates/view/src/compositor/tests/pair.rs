//! A second client beside the first, who comes and speaks at once.

use super::peer::Peer;
use super::*;
use crate::surface::SurfaceId;

impl World {
    /// Another client of the same compositor, for which the world speaks from now on; see [`World::swap`].
    pub fn join(&mut self) -> Peer {
        let mut other = self.peer();
        self.swap(&mut other);
        self.events.clear();
        other
    }

    /// The surface behind an object of the client that has the floor.
    pub fn surface_id(&self, id: u32) -> SurfaceId {
        let target = Target { client: self.client, id: ObjectId(id) };
        self.view.surface_id(target).expect("a surface")
    }

    /// Tells selections and text inputs that this surface has the keyboard.
    pub fn focus(&mut self, surface: Option<SurfaceId>) {
        self.view.selection_focus_changed(None, surface);
        self.view.text_focus_changed(None, surface);
        self.view.settle();
        self.pump();
    }
}
