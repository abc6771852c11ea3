//! How a run ends: everything comes to rest, nothing is lost, nothing is left.

use farway_proto::engine::Outcome;
use farway_proto::engine::fault::{Fault, Party};
use rand::Rng;

use super::World;
use crate::sim::Mode;
use crate::sim::checker::To;
use crate::sim::half::Half;
use crate::sim::problem::Problem;

/// Rounds after which a world that still moves is restless. Pipes of one byte take many.
const ROUNDS: u32 = 2_000_000;

impl World {
    /// Moves everything until nothing moves, without new deeds of the programs.
    pub(super) fn rest(&mut self) -> Result<(), Problem> {
        self.carrier.iter_mut().for_each(|(carrier, _)| carrier.calm());
        let result = self.come_to_rest();
        self.carrier.iter_mut().for_each(|(carrier, _)| carrier.stir());
        result
    }

    fn come_to_rest(&mut self) -> Result<(), Problem> {
        let mut idle = 0;
        for _ in 0..ROUNDS {
            let mut moved = self.app_to_left(usize::MAX)?;
            moved |= self.left_to_right(usize::MAX)?;
            moved |= self.work()?;
            moved |= self.right_to_screen(usize::MAX)?;
            moved |= !self.screen_gone && self.screen.duty(&mut self.checker);
            moved |= self.screen_to_right(usize::MAX)?;
            moved |= self.right_to_left(usize::MAX)?;
            moved |= self.left_to_app(usize::MAX)?;
            for _ in 0..4 {
                moved |= self.pipes()?;
            }
            self.nothing_is_overwritten()?;
            idle = if moved { 0 } else { idle + 1 };
            if idle > 30 {
                let carrier = self.carrier.as_mut().and_then(|(carrier, _)| carrier.timeout());
                let halves = [self.left.timeout(), self.right.timeout()];
                let Some(next) = halves.into_iter().chain([carrier]).flatten().min() else { return Ok(()) };
                self.time = self.time.max(next);
                self.screen.time = self.time;
                self.left.tick(self.time)?;
                self.right.tick(self.time)?;
                idle = 0;
            }
        }
        Err(Problem::Restless)
    }

    pub(super) fn end_clean(&mut self, abrupt: bool) -> Result<(), Problem> {
        if !abrupt {
            self.rest()?;
            self.all_is_well()?;
            if self.mode == Mode::Scribbler {
                (self.app.scribbles, self.checker.lax) = (false, false);
                self.app.settle(&mut self.checker);
                self.rest()?;
                self.all_is_well()?;
            }
            self.screen.quiet = true;
            self.app.tear_down(&mut self.checker);
            self.screen.tear_down();
            self.rest()?;
            self.all_is_well()?;
            self.left.is_clean()?;
            self.right.is_clean()?;
        }
        match self.rng.random_range(0..3) {
            0 => self.end_by_app()?,
            1 => self.end_by_screen()?,
            _ => self.end_by_link()?,
        }
        self.carrier.iter().try_for_each(|(carrier, _)| carrier.is_over())
    }

    /// Nobody has given up, and everything that was sent has arrived.
    fn all_is_well(&mut self) -> Result<(), Problem> {
        for (side, outcome) in self.outcomes() {
            if outcome.is_some() {
                return Err(Problem::Ended { side, outcome });
            }
        }
        if self.app.is_lost() || self.screen.is_lost() || self.app.error {
            return Err(Problem::Lost { what: "the sense of a message", count: 1 });
        }
        self.checker.all_arrived(To::Screen)?;
        self.checker.all_arrived(To::App)?;
        self.checker.all_came_true()?;
        let loose = self.app.loose_fds() + self.screen.loose_fds();
        if loose > 0 {
            return Err(Problem::Lost { what: "messages of descriptors", count: loose });
        }
        let slow: Vec<u32> = self.left.slow.iter().chain(&self.right.slow).copied().collect();
        self.checker.pipes(true, &slow)
    }

    fn ended(&self, left: Outcome, right: Outcome) -> Result<(), Problem> {
        for ((side, outcome), expected) in self.outcomes().into_iter().zip([left, right]) {
            if outcome != Some(expected) {
                return Err(Problem::Ended { side, outcome });
            }
        }
        Ok(())
    }

    /// The application leaves: what it said before still arrives.
    fn end_by_app(&mut self) -> Result<(), Problem> {
        self.app_leaves();
        self.rest()?;
        self.checker.all_arrived(To::Screen)?;
        self.ended(Outcome::LocalClosed, Outcome::PeerClosed)
    }

    /// The screen leaves: what it said before still arrives.
    fn end_by_screen(&mut self) -> Result<(), Problem> {
        self.screen_leaves();
        self.rest()?;
        self.checker.all_arrived(To::App)?;
        self.ended(Outcome::PeerClosed, Outcome::LocalClosed)
    }

    /// The link breaks: both sides notice, and the application is told.
    fn end_by_link(&mut self) -> Result<(), Problem> {
        self.checker.forgive(To::App);
        self.checker.forgive(To::Screen);
        self.checker.blind = true;
        if let Some((carrier, stream)) = &mut self.carrier {
            carrier.give_up(*stream);
        } else {
            let mut some = |half: &Half| Some(self.rng.random_range(0..=half.link.len()));
            self.cut = [some(&self.left), some(&self.right)];
        }
        self.rest()?;
        if !self.app.error {
            return Err(Problem::Lost { what: "the news that the link broke", count: 1 });
        }
        self.ended(Outcome::PeerLost, Outcome::PeerLost)
    }

    /// The application broke the protocol: it is told, it alone is blamed, and nothing else is lost.
    pub(super) fn end_rude(&mut self) -> Result<(), Problem> {
        if !self.app.rude {
            self.misbehave();
        }
        self.rest()?;
        let blamed = matches!(self.left.outcome, Some(Outcome::Fault(Fault { at: Party::App, .. })));
        if !blamed || self.right.outcome != Some(Outcome::PeerClosed) {
            let [left, right] = self.outcomes();
            let (side, outcome) = if blamed { right } else { left };
            return Err(Problem::Ended { side, outcome });
        }
        if !self.app.error {
            return Err(Problem::Lost { what: "the news of the fault", count: 1 });
        }
        Ok(())
    }

    /// Anything may have happened, but it came to an end.
    pub(super) fn end_hostile(&mut self) -> Result<(), Problem> {
        self.app_leaves();
        self.screen_leaves();
        self.rest()?;
        if let Some((carrier, _)) = self.carrier.as_mut().filter(|(carrier, _)| carrier.is_damaged()) {
            // The streams may wait for bytes that nobody will send.
            carrier.die();
            self.rest()?;
        }
        for (side, outcome) in self.outcomes() {
            if outcome.is_none() {
                return Err(Problem::Ended { side, outcome });
            }
        }
        Ok(())
    }
}
