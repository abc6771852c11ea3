//! STUB, to be removed when the seat and the data devices are there.

use std::sync::Arc;

use crate::effect::SelectionKind;
use crate::input::Input;

impl crate::Compositor {
    pub fn on_input(&mut self, _now: u64, _input: Input) {}
    pub fn set_host_selection(&mut self, _kind: SelectionKind, _content: Vec<(String, Arc<[u8]>)>) {}
}
