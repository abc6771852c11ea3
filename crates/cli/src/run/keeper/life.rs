//! When a session ends. A clock is given, so every case can be tested.
//!
//! Invariant: a session that is over stays over, and whoever is alone is so for a bounded time.

use std::time::{Duration, Instant};

/// How long an ended session waits for a near end that should be told.
const UNTOLD: Duration = Duration::from_secs(600);

/// How long a session waits for a near end that may never have heard of it: for its user it was ssh that failed.
const UNKNOWN: Duration = Duration::from_secs(10);

/// How long connections have once everything ends.
const FAREWELL: Duration = Duration::from_secs(3);

/// How long after the command's end something that it left running may show its first window.
const LINGER: Duration = Duration::from_secs(3);

/// See the module.
#[derive(Debug)]
pub struct Life {
    grace: Duration,
    /// The near end has been away since.
    alone: Option<Instant>,
    /// Some near end knows of the session.
    known: bool,
    /// Everything is being ended since.
    ending: Option<Instant>,
    /// The near end wants nothing more from us.
    dismissed: bool,
    /// The command has ended, and what it left running has until then to show a window.
    command_ended: Option<Instant>,
    /// Nothing runs any more.
    over: bool,
    told: bool,
}

impl Life {
    /// A session with a near end.
    pub fn new(grace: Duration) -> Self {
        Self {
            grace,
            alone: None,
            known: false,
            ending: None,
            dismissed: false,
            command_ended: None,
            over: false,
            told: false,
        }
    }

    /// The near end is away; `known`: it had heard of the session.
    pub fn alone(&mut self, now: Instant, known: bool) {
        self.known |= known;
        self.alone.get_or_insert(now);
    }

    /// It is back.
    pub fn linked(&mut self) {
        self.alone = None;
        self.known = true;
    }

    /// Another near end must hear everything anew.
    pub fn taken_over(&mut self) {
        self.over = false;
        self.told = false;
    }

    /// Since when the near end has been away.
    pub fn alone_since(&self) -> Option<Instant> {
        self.alone
    }

    /// Nobody waits for what we would have to say.
    pub fn dismissed(&mut self) {
        self.dismissed = true;
    }

    /// Everything is to end.
    pub fn end(&mut self, now: Instant) {
        self.ending.get_or_insert(now);
    }

    /// Whether everything is to end.
    pub fn is_ending(&self) -> bool {
        self.ending.is_some()
    }

    /// The command has ended. True for the first time.
    pub fn command_ended(&mut self, now: Instant) -> bool {
        self.command_ended.replace(self.command_ended.unwrap_or(now + LINGER)).is_none()
    }

    /// Whether what the command left running has had time enough to show a window (`farway ssh host 'app &'`).
    pub fn has_lingered(&self, now: Instant) -> bool {
        self.command_ended.is_some_and(|until| now >= until)
    }

    /// Nothing runs any more. True for the first time.
    pub fn over(&mut self) -> bool {
        !std::mem::replace(&mut self.over, true)
    }

    /// The near end knows that it is over.
    pub fn told(&mut self) {
        self.told = true;
    }

    /// Whether connections have had their time to end.
    pub fn has_waited(&self, connections: usize, now: Instant) -> bool {
        connections == 0 || self.ending.is_some_and(|since| now >= since + FAREWELL)
    }

    /// Whether the near end has been away for too long.
    pub fn is_grace_over(&self, now: Instant) -> bool {
        (self.ending.is_none() || self.over) && self.patience().is_some_and(|until| now >= until)
    }

    /// Whether there is nothing left to do.
    pub fn is_over(&self) -> bool {
        self.over && (self.told || self.dismissed)
    }

    fn patience(&self) -> Option<Instant> {
        let patience = if self.over { self.grace.min(UNTOLD) } else { self.grace };
        let patience = if self.known { patience } else { patience.min(UNKNOWN) };
        // A grace beyond the clock's end is for ever.
        self.alone?.checked_add(patience)
    }

    /// When to look again.
    pub fn deadline(&self, now: Instant) -> Option<Instant> {
        match self.ending {
            Some(since) if !self.over => Some(since + FAREWELL).filter(|until| *until > now),
            Some(_) => self.patience().filter(|_| !self.dismissed),
            None => {
                [self.patience(), self.command_ended.filter(|until| *until > now)].into_iter().flatten().min()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_near_end_that_stays_away_ends_the_session() {
        let start = Instant::now();
        let mut life = Life::new(10 * SECOND);
        assert!(!life.is_grace_over(start + 1000 * SECOND), "it is here");
        life.alone(start, true);
        life.alone(start + 5 * SECOND, false);
        assert!(!life.is_grace_over(start + 9 * SECOND));
        assert!(life.is_grace_over(start + 10 * SECOND));
        life.linked();
        assert!(!life.is_grace_over(start + 10 * SECOND));
        assert_eq!(life.deadline(start), None);
    }

    #[test]
    fn a_session_that_nobody_knows_of_ends_soon() {
        let start = Instant::now();
        let mut life = Life::new(86_400 * SECOND);
        life.alone(start, false);
        assert!(!life.is_grace_over(start + UNKNOWN - SECOND) && life.is_grace_over(start + UNKNOWN));
        life.linked();
        life.alone(start, false);
        assert!(!life.is_grace_over(start + UNKNOWN));
    }

    #[test]
    fn a_session_is_over_once_the_near_end_knows() {
        let mut life = Life::new(SECOND);
        let now = Instant::now();
        assert!(life.command_ended(now) && !life.command_ended(now + SECOND));
        assert!(!life.has_lingered(now + 2 * SECOND) && life.has_lingered(now + 3 * SECOND));
        assert!(life.over() && !life.over());
        assert!(!life.is_over());
        life.told();
        assert!(life.is_over());
    }

    #[test]
    fn nobody_is_told_after_a_dismissal() {
        let now = Instant::now();
        let mut life = Life::new(SECOND);
        life.dismissed();
        life.end(now);
        assert!(!life.is_over(), "what runs has its time");
        assert!(!life.has_waited(1, now) && life.has_waited(0, now) && life.has_waited(1, now + FAREWELL));
        life.over();
        assert!(life.is_over());
    }

    #[test]
    fn an_ended_session_does_not_wait_a_day() {
        let start = Instant::now();
        let mut life = Life::new(86_400 * SECOND);
        life.alone(start, true);
        life.over();
        assert!(life.is_grace_over(start + UNTOLD));
    }
}
