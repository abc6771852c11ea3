//! What is done to which Wayland message (wayland-handling.md section 1). One file per subject; messages
//! without a rule pass unchanged.
//!
//! Not the engine that calls the rules. Invariant: a rule reads and changes [`State`] only, and every rule
//! names a message that exists in the tables (kept by a test).

mod capture;
mod display;
mod files;
mod gamma;
mod icon;
mod pace;
mod presentation;
mod registry;
mod selection;
mod shm;
mod surface;
mod toplevel;
mod viewport;

use std::sync::LazyLock;

pub(crate) use presentation::{linux_clock, local_clock};
pub(crate) use registry::admitted;

use crate::engine::dispatch::Handler;
use crate::engine::state::State;
use crate::objects::Data;
use crate::wayland::{MESSAGE_COUNT, ObjectId, Signature, Way, by_name};

/// A rule and the message it is for.
pub(crate) struct Rule {
    interface: &'static str,
    way: Way,
    message: &'static str,
    handler: Handler,
}

impl Rule {
    const fn request(interface: &'static str, message: &'static str, handler: Handler) -> Self {
        Self { interface, way: Way::Request, message, handler }
    }

    const fn event(interface: &'static str, message: &'static str, handler: Handler) -> Self {
        Self { interface, way: Way::Event, message, handler }
    }

    /// The message's number in the tables.
    fn signature(&self) -> Option<&'static Signature> {
        Some(by_name(self.interface.as_bytes())?.find(self.way, self.message)?.1)
    }
}

const SUBJECTS: &[&[Rule]] = &[
    capture::RULES,
    display::RULES,
    files::RULES,
    gamma::RULES,
    icon::RULES,
    pace::RULES,
    presentation::RULES,
    registry::RULES,
    selection::RULES,
    shm::RULES,
    surface::RULES,
    toplevel::RULES,
    viewport::RULES,
];

/// The rules by message number. Built once, never changed.
static TABLE: LazyLock<Vec<Option<Handler>>> = LazyLock::new(|| {
    let mut table = vec![None; MESSAGE_COUNT];
    for rule in SUBJECTS.iter().copied().flatten() {
        if let Some(slot) = rule.signature().and_then(|s| table.get_mut(usize::from(s.id))) {
            *slot = Some(rule.handler);
        }
    }
    table
});

/// The rule for a message, if there is one.
pub(crate) fn find(signature: &Signature) -> Option<Handler> {
    TABLE.get(usize::from(signature.id)).copied().flatten()
}

/// The destroy request of a client's object passed; its id lives on until `wl_display.delete_id`.
pub(crate) fn destroyed(state: &mut State, id: ObjectId) {
    match state.objects.data(id) {
        Some(Data::Buffer(buffer)) => buffer.destroyed = true,
        Some(Data::Surface(_)) => surface::destroyed(state, id),
        Some(Data::Viewport(_)) => viewport::destroyed(state, id),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
