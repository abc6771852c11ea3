//! One question to another machine, over a connection of its own, and its answer.
//!
//! Not a session. Invariants: nothing is asked twice and no program is sent; ssh has ended when the asking has, whatever
//! came of it.

use std::io::IoSlice;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use farway_proto::session::words::{Answer, Ask};
use farway_sys::event::Interest;
use farway_sys::net::{ByteStream, Received, Sent};
use rustix::process::Signal;

use super::attempt::{Attempt, Progress, Way, dismiss};
use crate::random;
use crate::run::house::House;
use crate::run::reaper::{Child, reap};
use crate::run::{OURS, RunError};
use crate::ssh::intro::IntroError;

/// How long ssh has to end by itself, and then again once it was told to.
const SSH_END: Duration = Duration::from_secs(1);

/// How long one round trip may take.
const TRIP: Duration = Duration::from_secs(3);

/// Round trips that are timed.
const TRIPS: usize = 5;

/// What came of a question.
#[derive(Debug)]
pub enum Outcome {
    /// This.
    Reply(Reply),
    /// A signal ended it first; the exit code for that.
    Signal(u8),
}

/// A question that was asked.
#[derive(Debug)]
pub struct Asked {
    /// From ssh's start to what came of it.
    pub took: Duration,
    /// What came of it, or why nothing did.
    pub outcome: Result<Outcome, RunError>,
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// In the other machine's words.
    pub answer: Answer,
    /// From here to there and back, over the link as it is; known after [`Ask::Probe`] only.
    pub trip: Option<Duration>,
}

/// Asks, and waits as long as ssh does.
///
/// # Errors
/// See [`RunError`]; [`RunError::NoSessions`] if there is no farway to ask.
pub fn ask(house: &mut House, way: &Way, ask: Ask) -> Result<Outcome, RunError> {
    match look(house, way, ask)?.outcome {
        Err(RunError::Intro(IntroError::NotAllowed { .. })) => {
            Err(RunError::NoSessions { name: way.name.clone() })
        }
        other => other,
    }
}

/// As [`ask`], but a failure is as good an outcome as any; where there is no farway to ask, it is
/// [`IntroError::NotAllowed`], which says what else there is.
///
/// # Errors
/// ssh cannot be started, or something failed on this machine.
pub fn look(house: &mut House, way: &Way, ask: Ask) -> Result<Asked, RunError> {
    let echoes = matches!(ask, Ask::Probe);
    let mut attempt = way.attempt(&random::secret()?, ask)?;
    let result = wait(house, &mut attempt);
    let took = attempt.age();
    let (mut child, link) = attempt.into_parts();
    let outcome = match result {
        Ok(Some(Err(code))) => Ok(Outcome::Signal(code)),
        Ok(Some(Ok(answer))) => {
            let trip = if echoes { round_trip(house, &link)? } else { None };
            Ok(Outcome::Reply(Reply { answer, trip }))
        }
        Ok(None) => Err(RunError::Answer),
        Err(error) => Err(error),
    };
    drop(link);
    see_off(house, &mut child, !matches!(outcome, Ok(Outcome::Reply(_))))?;
    Ok(Asked { took, outcome })
}

/// The answer, or the exit code for a signal; nothing if the other end said too much.
fn wait(house: &mut House, attempt: &mut Attempt) -> Result<Option<Result<Answer, u8>>, RunError> {
    loop {
        let mut fds = Vec::new();
        if !attempt.is_closed() {
            let (fd, writable) = attempt.poll_fd();
            fds.push((fd, Interest { readable: true, writable }));
        }
        let turn = house.turn_all(&fds, None, &mut [])?;
        drop(fds);
        if turn.arrived.child {
            reap(&mut [attempt.child()]);
        }
        if let Some(signal) = turn.arrived.ending.first() {
            return Ok(Some(Err(u8::try_from(128 + signal.as_raw()).unwrap_or(OURS))));
        }
        match attempt.turn() {
            Progress::Waiting => {}
            Progress::Answered(answer, rest) => return Ok(rest.is_empty().then_some(Ok(*answer))),
            Progress::Fallback(fallback) => return Err(fallback.why.into()),
            Progress::Failed(error) => return Err(error),
        }
    }
}

/// The quickest of some round trips. The other end says what it hears; if it does not, nothing is known.
fn round_trip(house: &mut House, link: &ByteStream) -> Result<Option<Duration>, RunError> {
    let mut best = None;
    for _ in 0..TRIPS {
        let begun = Instant::now();
        if !matches!(link.send(&[IoSlice::new(b".")]), Ok(Sent::Bytes(1))) {
            return Ok(best);
        }
        let mut input = BytesMut::new();
        while input.is_empty() {
            let left = TRIP.saturating_sub(begun.elapsed());
            let turn = house.turn(&[link.read_fd()], Some(left))?;
            if left.is_zero() || !turn.arrived.ending.is_empty() {
                return Ok(best);
            }
            match link.recv(&mut input, 16) {
                Ok(Received::Bytes(_) | Received::Empty) => {}
                Ok(Received::Closed) | Err(_) => return Ok(best),
            }
        }
        best = best.into_iter().chain([begun.elapsed()]).min();
    }
    Ok(best)
}

/// Waits for ssh to end, and makes it.
fn see_off(house: &mut House, child: &mut Child, at_once: bool) -> Result<(), RunError> {
    let begun = Instant::now();
    let mut told = false;
    loop {
        // It may have ended before we looked.
        reap(&mut [&mut *child]);
        if child.status().is_some() {
            return Ok(());
        }
        if (at_once || begun.elapsed() >= SSH_END) && !std::mem::replace(&mut told, true) {
            dismiss(child);
        }
        let left = (2 * SSH_END).saturating_sub(begun.elapsed());
        if left.is_zero() {
            child.signal(Signal::KILL);
            return Ok(());
        }
        house.turn(&[], Some(left.min(SSH_END)))?;
    }
}
