//! Who draws the frames of windows: xdg-decoration and the older protocol of KDE.

use crate::compositor::Compositor;
use crate::effect::WindowId;

impl Compositor {
    /// Part of a toplevel's configure.
    pub(crate) fn configure_decoration(&mut self, _id: WindowId) {}
}
