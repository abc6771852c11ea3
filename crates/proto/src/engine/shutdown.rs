//! How a connection ends: what is still delivered, what each neighbour is told, and when it is over.
//!
//! Invariant: [`Effect::Finish`] is the last effect, and comes exactly once.

use super::effect::{Effect, Outcome, Side};
use super::fault::{Fault, error_event};
use super::{Engine, Life};
use crate::channel::Frame;
use crate::ids::Role;
use crate::wayland::Form;

impl Engine {
    /// Ends the connection if a side closed and everything that can still be delivered is.
    pub(super) fn maybe_finish(&mut self) {
        let Life { local_closed, channel_closed, goodbye, finished } = self.life;
        if finished {
            return;
        }
        if local_closed && !self.batch.sealed {
            self.finish(Side::Local, Outcome::LocalClosed);
        } else if (channel_closed || goodbye) && !self.is_held() && self.inbound.queue.is_empty() {
            let outcome = if goodbye { Outcome::PeerClosed } else { Outcome::PeerLost };
            self.finish(Side::Channel, outcome);
        }
    }

    fn finish(&mut self, closed: Side, outcome: Outcome) {
        if closed == Side::Local {
            self.state.send(Frame::Close(0));
        } else if outcome == Outcome::PeerLost && self.state.role == Role::App {
            self.tell_app("the connection to the display side was lost");
        }
        self.life.finished = true;
        self.state.effects.push_back(Effect::Finish(outcome));
    }

    /// Ends the connection because somebody did wrong.
    pub(super) fn die(&mut self, fault: Fault) {
        if self.life.finished {
            return;
        }
        let side = match self.state.role {
            Role::App => "application side",
            Role::Display => "display side",
        };
        self.tell_app(&format!("farway, {side}: {fault}"));
        self.state.send(Frame::Close(0));
        self.life.finished = true;
        self.state.effects.push_back(Effect::Finish(Outcome::Fault(fault)));
    }

    /// Tells the application why, wherever it is.
    fn tell_app(&mut self, text: &str) {
        match self.state.role {
            Role::App => {
                let bytes = error_event(text, Form::Program);
                self.state.effects.push_back(Effect::SendLocal { bytes, fds: Vec::new() });
            }
            Role::Display => self.state.send(Frame::Protocol(error_event(text, Form::Channel))),
        }
    }
}
