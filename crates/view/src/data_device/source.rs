//! Sources: what a client has to give.
//!
//! Invariant: a source is used once, for a selection or for a drag, and says what it has before.

use crate::client::{Data, Target};
use crate::compositor::Compositor;
use crate::dispatch::{Refusal, Request};

/// Errors of `wl_data_source`.
pub(crate) mod code {
    pub const INVALID_ACTION_MASK: u32 = 0;
    pub const INVALID_SOURCE: u32 = 1;
}

/// Bits of `wl_data_device_manager.dnd_action`.
pub(crate) mod action {
    pub const COPY: u32 = 1;
    pub const ASK: u32 = 4;
    pub const ALL: u32 = 7;
}

/// A source object.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// Never used again, other than the id of the object.
    pub number: u32,
    /// For the primary selection.
    pub primary: bool,
    pub types: Vec<String>,
    /// It was given to a selection or to a drag.
    pub used: bool,
    /// What may be done with what is dragged, if the client said so.
    pub actions: Option<u32>,
}

/// A source by name; it may be gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SourceRef {
    pub target: Target,
    pub number: u32,
}

pub(super) fn create(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let id = request.new_id(0);
    let number = view.number();
    let object = view.object(Target { client: request.client, id });
    let primary = object.is_some_and(|it| it.interface.name == "zwp_primary_selection_source_v1");
    let source = Source { number, primary, types: Vec::new(), used: false, actions: None };
    view.set_data(request.client, id, Data::Source(Box::new(source)));
    Ok(())
}

fn spoken_to<'a>(view: &'a mut Compositor, request: &Request<'_>) -> Option<&'a mut Source> {
    match view.data_mut(request.target())? {
        Data::Source(source) => Some(source),
        _ => None,
    }
}

pub(super) fn add_type(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let limits = view.config.limits;
    let mime = request.text(0).unwrap_or_default();
    let Some(source) = spoken_to(view, request) else { return Ok(()) };
    // Whoever was offered it has been told already.
    if source.used || source.types.contains(&mime) {
        return Ok(());
    }
    if source.types.len() >= limits.types {
        return Err(request.refuse_limit("too many MIME types"));
    }
    if mime.len() > limits.text {
        return Err(request.refuse_limit("a MIME type is too long"));
    }
    source.types.push(mime);
    Ok(())
}

pub(super) fn set_actions(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let actions = request.uint(0);
    if actions & !action::ALL != 0 {
        return Err(request.refuse(code::INVALID_ACTION_MASK, format!("invalid actions {actions:#x}")));
    }
    let Some(source) = spoken_to(view, request) else { return Ok(()) };
    if source.used || source.actions.replace(actions).is_some() {
        return Err(request.refuse(code::INVALID_SOURCE, "actions were set before, or too late"));
    }
    Ok(())
}

impl Compositor {
    /// A source, if it is still there.
    pub(super) fn source(&self, source: SourceRef) -> Option<&Source> {
        match self.data(source.target)? {
            Data::Source(it) if it.number == source.number => Some(it),
            _ => None,
        }
    }

    pub(super) fn source_mut(&mut self, source: SourceRef) -> Option<&mut Source> {
        match self.data_mut(source.target)? {
            Data::Source(it) if it.number == source.number => Some(it),
            _ => None,
        }
    }

    /// A source object is gone.
    pub(crate) fn source_gone(&mut self, number: u32) {
        self.selection_forgets_source(number);
        self.drag_forgets_source(number);
    }
}
