//! `zwp_idle_inhibit_manager_v1`: something is watched, the screen shall stay lit.
//!
//! Invariant: only surfaces that can be seen keep the host awake.

use std::collections::BTreeMap;

use crate::client::Data;
use crate::compositor::Compositor;
use crate::dispatch::{Refusal, Request, Rule};
use crate::effect::Effect;
use crate::surface::SurfaceId;
use crate::xdg::window::Window;

#[cfg(test)]
mod tests;

pub(crate) const RULES: &[Rule] = &[("zwp_idle_inhibit_manager_v1", "create_inhibitor", create)];

/// Who wants the screen lit.
#[derive(Debug, Default)]
pub(crate) struct Vigil {
    /// Inhibitors of each surface.
    surfaces: BTreeMap<SurfaceId, usize>,
    /// What the host was told.
    told: bool,
}

fn create(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let surface = view.surface_arg(request, 1)?;
    view.set_data(request.client, request.new_id(0), Data::OfSurface(surface));
    *view.vigil.surfaces.entry(surface).or_default() += 1;
    Ok(())
}

impl Compositor {
    /// An inhibitor is gone.
    pub(crate) fn inhibitor_gone(&mut self, surface: SurfaceId) {
        let Some(count) = self.vigil.surfaces.get_mut(&surface) else { return };
        *count -= 1;
        if *count == 0 {
            self.vigil.surfaces.remove(&surface);
        }
    }

    fn is_seen(&self, id: SurfaceId) -> bool {
        let content = self.surfaces.get(&id).is_some_and(|it| it.shown.buffer.is_some());
        let Some(window) = self.window_of(id).filter(|_| content) else { return false };
        let toplevel = self.windows.get(&self.toplevel_of(window).0);
        let shown =
            toplevel.filter(|it| it.mapped).and_then(Window::toplevel).is_some_and(|it| !it.minimized);
        shown && self.windows.get(&window).is_some_and(|it| it.mapped)
    }

    /// Tells the host if the first inhibitor has come into sight, or the last one gone.
    pub(crate) fn settle_vigil(&mut self) {
        let awake = self.vigil.surfaces.keys().any(|it| self.is_seen(*it));
        if std::mem::replace(&mut self.vigil.told, awake) != awake {
            self.effects.push_back(Effect::KeepAwake(awake));
        }
    }
}
