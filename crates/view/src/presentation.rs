//! `wp_presentation`: when a commit was seen.
//!
//! Invariant: every feedback is answered once: presented with the time of the refresh that showed its commit, or
//! discarded.

use crate::client::{Data, Target};
use crate::compositor::Compositor;
use crate::dispatch::{Refusal, Request, Rule};

pub(crate) const RULES: &[Rule] = &[("wp_presentation", "feedback", feedback)];

pub(crate) fn bound(view: &mut Compositor, target: Target) {
    let clock = view.config.clock;
    view.event(target, "clock_id", |it| it.uint(clock));
}

fn feedback(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let id = view.surface_arg(request, 0)?;
    let most = view.config.limits.pending;
    let callback = request.new_id(1);
    let Some(surface) = view.surfaces.get_mut(&id) else { return Ok(()) };
    surface.pending.feedbacks.push(callback);
    if surface.pending.feedbacks.len() > most {
        return Err(request.refuse_limit("too many presentation feedbacks"));
    }
    view.set_data(request.client, callback, Data::OfSurface(id));
    Ok(())
}

impl Compositor {
    /// The commit of this feedback was shown by the refresh at `now`, the `sequence`th of its output.
    pub(crate) fn presented(&mut self, feedback: Target, output: usize, period: u64, sequence: u64) {
        for bound in self.outputs_bound(feedback.client, output) {
            self.event(feedback, "sync_output", |it| it.object(bound));
        }
        let (seconds, rest) = (self.now / 1_000_000_000, self.now % 1_000_000_000);
        self.event(feedback, "presented", |it| {
            let it = it.uint((seconds >> 32) as u32).uint(seconds as u32).uint(rest as u32);
            it.uint(period as u32).uint((sequence >> 32) as u32).uint(sequence as u32).uint(0)
        });
    }
}
