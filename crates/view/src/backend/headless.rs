//! No screen at all: what is drawn can be asked for.

use super::Backend;

/// See the module. Pictures are taken with [`Handle::ask`](crate::server::Handle::ask) from
/// [`Compositor::canvas`](crate::Compositor::canvas).
#[derive(Clone, Copy, Debug, Default)]
pub struct Headless;

impl Backend for Headless {}
