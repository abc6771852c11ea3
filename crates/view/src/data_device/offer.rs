//! Offers: what a client may take.
//!
//! Invariant: an offer gives nothing once its reader has lost the focus, the content has been replaced, or what was
//! dragged has gone elsewhere; descriptors for such are closed.

use super::Owner;
use super::source::{SourceRef, action};
use crate::client::{Data, Target};
use crate::compositor::Compositor;
use crate::descriptor::Descriptor;
use crate::dispatch::{Refusal, Request};
use crate::effect::{ClientId, Effect, SelectionKind};

/// Errors of `wl_data_offer`.
mod code {
    pub const INVALID_FINISH: u32 = 0;
    pub const INVALID_ACTION_MASK: u32 = 1;
    pub const INVALID_ACTION: u32 = 2;
    pub const INVALID_OFFER: u32 = 3;
}

/// An offer object.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    /// Of the content: of its source, or of what the host has.
    pub number: u32,
    pub purpose: Purpose,
}

/// Which way the content goes.
#[derive(Clone, Debug)]
pub(crate) enum Purpose {
    Selection(SelectionKind),
    Drag(Dragged),
}

/// An offer of something that is dragged.
#[derive(Clone, Debug)]
pub(crate) struct Dragged {
    pub source: SourceRef,
    /// The stay of the pointer over the surface that this offer is for.
    pub visit: u32,
    /// What the client can do with it; `None`: not said.
    pub actions: Option<u32>,
    pub preferred: u32,
    /// What is to be done with it, as agreed.
    pub action: u32,
    /// The client takes one of its types.
    pub accepted: bool,
    pub dropped: bool,
    pub finished: bool,
}

impl Dragged {
    pub fn new(source: SourceRef, visit: u32) -> Self {
        Self {
            source,
            visit,
            actions: None,
            preferred: 0,
            action: 0,
            accepted: false,
            dropped: false,
            finished: false,
        }
    }
}

/// What is done with something dragged: what the destination prefers, else the first that both can.
fn agreed(source: u32, offer: u32, preferred: u32) -> u32 {
    let both = source & offer;
    if both & preferred != 0 { preferred } else { both & both.wrapping_neg() }
}

pub(super) fn accept(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let mime = request.text(1);
    let Some((dragged, true)) = view.dragged(request.target()) else { return Ok(()) };
    if dragged.dropped {
        return Ok(());
    }
    let source = dragged.source;
    if let Some(dragged) = view.dragged_mut(request.target()) {
        dragged.accepted = mime.is_some();
    }
    view.event(source.target, "target", |it| match &mime {
        Some(mime) => it.str(mime.as_bytes()),
        None => it.null_str(),
    });
    Ok(())
}

pub(super) fn receive(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let (Some(to), Some(mime)) = (request.descriptor(), request.text(0)) else { return Ok(()) };
    match view.content(request.target()) {
        Some(Owner::Client(source)) => {
            view.pass_on(source, &mime, to);
        }
        Some(Owner::Host(content)) => {
            if let Some(content) = content.get(&mime) {
                view.effects.push_back(Effect::Feed { to, content });
            }
        }
        None => drop(to),
    }
    Ok(())
}

pub(super) fn set_actions(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let (actions, preferred) = (request.uint(0), request.uint(1));
    let Some((_, live)) = view.dragged(request.target()) else {
        return Err(request.refuse(code::INVALID_OFFER, "the offer is not of something dragged"));
    };
    if actions & !action::ALL != 0 {
        return Err(request.refuse(code::INVALID_ACTION_MASK, format!("invalid actions {actions:#x}")));
    }
    if preferred != 0 && (preferred.count_ones() != 1 || preferred & actions == 0) {
        return Err(request.refuse(code::INVALID_ACTION, format!("invalid preferred action {preferred:#x}")));
    }
    if let Some(dragged) = view.dragged_mut(request.target()).filter(|_| live) {
        (dragged.actions, dragged.preferred) = (Some(actions), preferred);
        view.negotiate(request.target());
    }
    Ok(())
}

pub(super) fn finish(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let Some((dragged, _)) = view.dragged(request.target()) else {
        return Err(request.refuse(code::INVALID_OFFER, "the offer is not of something dragged"));
    };
    let settled = dragged.accepted && dragged.action != 0 && dragged.action != action::ASK;
    if !dragged.dropped || dragged.finished || !settled {
        return Err(request.refuse(code::INVALID_FINISH, "nothing was dropped that could be finished"));
    }
    let source = dragged.source;
    if let Some(dragged) = view.dragged_mut(request.target()) {
        dragged.finished = true;
    }
    if view.source(source).is_some() {
        view.event(source.target, "dnd_finished", |it| it);
    }
    Ok(())
}

impl Compositor {
    /// The drag that an offer is of, and whether it still counts.
    fn dragged(&self, target: Target) -> Option<(&Dragged, bool)> {
        let Some(Data::Offer(offer)) = self.data(target) else { return None };
        let Purpose::Drag(dragged) = &offer.purpose else { return None };
        let there = self.source(dragged.source).is_some();
        let hovers = self.exchange.drag.as_ref().is_some_and(|it| it.is_at(dragged.visit));
        Some((dragged, there && !dragged.finished && (hovers || dragged.dropped)))
    }

    pub(super) fn dragged_mut(&mut self, target: Target) -> Option<&mut Dragged> {
        match self.data_mut(target)? {
            Data::Offer(offer) => match &mut offer.purpose {
                Purpose::Drag(dragged) => Some(dragged),
                Purpose::Selection(_) => None,
            },
            _ => None,
        }
    }

    /// Finds out what is to be done with what is dragged, and tells both sides if that changed.
    pub(super) fn negotiate(&mut self, target: Target) {
        let Some(version) = self.object(target).map(|it| it.version) else { return };
        let Some((dragged, true)) = self.dragged(target) else { return };
        let source = dragged.source;
        // Before version 3 everything was copied.
        let mine = dragged.actions.unwrap_or(if version < 3 { action::COPY } else { 0 });
        let theirs = self.source(source).and_then(|it| it.actions).unwrap_or(action::COPY);
        let action = agreed(theirs, mine, dragged.preferred);
        let Some(dragged) = self.dragged_mut(target).filter(|it| it.action != action) else { return };
        dragged.action = action;
        self.event(target, "action", |it| it.uint(action));
        self.event(source.target, "action", |it| it.uint(action));
    }

    /// Where the content of an offer is; `None`: the reader has no right to it any more.
    fn content(&self, target: Target) -> Option<Owner> {
        let Some(Data::Offer(offer)) = self.data(target) else { return None };
        match &offer.purpose {
            Purpose::Selection(kind) => {
                let owner = self.exchange.owner(*kind).filter(|it| it.number() == offer.number)?;
                self.reads(target.client).then(|| owner.clone())
            }
            Purpose::Drag(dragged) => {
                self.dragged(target).filter(|it| it.1).map(|_| Owner::Client(dragged.source))
            }
        }
    }

    fn reads(&self, client: ClientId) -> bool {
        self.exchange.reader() == Some(client)
    }

    /// Lets a source write to a descriptor. `false`: it has no such type, or is asked for more than it answers; the
    /// descriptor is closed.
    pub(super) fn pass_on(&mut self, source: SourceRef, mime: &str, to: Descriptor) -> bool {
        let has = self.source(source).is_some_and(|it| it.types.iter().any(|it| it == mime));
        // A reader must not be able to drown the source.
        let most = self.config.limits.descriptors / 2;
        let waiting = self.clients.get(&source.target.client).map_or(0, |it| it.out_descriptors.len());
        let fits = has && waiting < most;
        if fits {
            self.event_with(source.target, "send", vec![to], |it| it.str(mime.as_bytes()));
        }
        fits
    }

    /// An offer object is gone: something dropped that was not finished has failed, or was an old client's way to
    /// finish.
    pub(crate) fn offer_gone(&mut self, offer: &Offer, version: u32) {
        let Purpose::Drag(dragged) = &offer.purpose else { return };
        if self.source(dragged.source).is_none() || dragged.finished {
            return;
        }
        let source = dragged.source.target;
        if dragged.dropped {
            // Before version 3 there was no other way to finish.
            if version < 3 { self.event(source, "dnd_finished", |it| it) } else { self.drag_failed(source) }
        } else if self.exchange.drag.as_ref().is_some_and(|it| it.is_at(dragged.visit)) {
            self.event(source, "target", |it| it.null_str());
        }
    }
}
