//! The clipboard of the machine that we are shown on.
//!
//! Invariant: the host's content goes only to the client with the keyboard, and a client's content to the host only
//! when the host asks.

use std::sync::Arc;

use super::Owner;
use crate::compositor::Compositor;
use crate::descriptor::Descriptor;
use crate::effect::SelectionKind;

/// What the host has on its clipboard.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    pub number: u32,
    parts: Arc<[(String, Arc<[u8]>)]>,
}

impl Content {
    pub fn types(&self) -> Vec<String> {
        self.parts.iter().map(|it| it.0.clone()).collect()
    }

    pub fn get(&self, mime: &str) -> Option<Arc<[u8]>> {
        self.parts.iter().find(|it| it.0 == mime).map(|it| Arc::clone(&it.1))
    }
}

impl Compositor {
    /// The host has put this on a clipboard: pairs of a MIME type and bytes; nothing clears it. The client that had
    /// it is told. What does not fit into the limits for types is left out.
    pub fn set_host_selection(&mut self, kind: SelectionKind, content: Vec<(String, Arc<[u8]>)>) {
        let limits = self.config.limits;
        let parts = content.into_iter().filter(|it| it.0.len() <= limits.text).take(limits.types).collect();
        let content = Content { number: self.number(), parts };
        let owner = (!content.parts.is_empty()).then_some(Owner::Host(content));
        self.own(kind, owner);
        self.settle();
    }

    /// Asks the client that owns a selection to write its content of this MIME type to a pipe. `false`: no client
    /// has such a thing; the descriptor is closed.
    pub fn fetch(&mut self, kind: SelectionKind, mime: &str, to: Descriptor) -> bool {
        let Some(Owner::Client(source)) = self.exchange.owner(kind).cloned() else { return false };
        self.pass_on(source, mime, to)
    }

    /// The MIME types that a selection has, whoever owns it.
    #[must_use]
    pub fn selection_types(&self, kind: SelectionKind) -> Vec<String> {
        match self.exchange.owner(kind) {
            Some(Owner::Client(source)) => {
                self.source(*source).map(|it| it.types.clone()).unwrap_or_default()
            }
            Some(Owner::Host(content)) => content.parts.iter().map(|it| it.0.clone()).collect(),
            None => Vec::new(),
        }
    }
}
