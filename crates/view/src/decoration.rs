//! Who draws the frames of windows: xdg-decoration and the older protocol of KDE.

use crate::compositor::Compositor;
use crate::effect::WindowId;

impl Compositor {
    /// Part of a toplevel's configure.
    pub(crate) fn configure_decoration(&mut self, _id: WindowId) {}
}

impl Compositor {
    /// Asks the owner of a selection to write it; false if there is none.
    pub fn fetch(
        &mut self,
        _kind: crate::effect::SelectionKind,
        _mime: &str,
        _to: crate::Descriptor,
    ) -> bool {
        false
    }
}
impl Compositor {
    pub fn set_host_selection(
        &mut self,
        _k: crate::effect::SelectionKind,
        _c: Vec<(String, std::sync::Arc<[u8]>)>,
    ) {
    }
    pub fn selection_types(&self, _k: crate::effect::SelectionKind) -> Vec<String> {
        Vec::new()
    }
}
