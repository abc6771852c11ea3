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

use super::attempt::{Attempt, Progress, Way};
use super::farewell::{see_off, signalled};
use crate::random;
use crate::run::RunError;
use crate::run::house::House;
use crate::run::reaper::reap;
use crate::ssh::intro::IntroError;

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
    let (child, link) = attempt.into_parts();
    let mut outcome = match result {
        Ok(Heard::Answer(answer)) => {
            let trip = if echoes { round_trip(house, &link)? } else { Ok(None) };
            match trip {
                Ok(trip) => Ok(Outcome::Reply(Reply { answer, trip })),
                Err(code) => Ok(Outcome::Signal(code)),
            }
        }
        Ok(Heard::Signal(code)) => Ok(Outcome::Signal(code)),
        Err(error) => Err(error),
    };
    drop(link);
    if let Some(code) = see_off(house, &mut vec![child], !matches!(outcome, Ok(Outcome::Reply(_))))? {
        outcome = Ok(Outcome::Signal(code));
    }
    Ok(Asked { took, outcome })
}

/// What came first.
enum Heard {
    Answer(Answer),
    /// The exit code for it.
    Signal(u8),
}

fn wait(house: &mut House, attempt: &mut Attempt) -> Result<Heard, RunError> {
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
        if let Some(code) = signalled(&turn) {
            return Ok(Heard::Signal(code));
        }
        match attempt.turn() {
            Progress::Waiting => {}
            Progress::Answered(answer, rest) if rest.is_empty() => return Ok(Heard::Answer(*answer)),
            Progress::Answered(..) => return Err(RunError::Answer),
            Progress::Fallback(fallback) => return Err(fallback.why.into()),
            Progress::Failed(error) => return Err(error),
        }
    }
}

/// The quickest of some round trips, or the exit code for a signal. The other end says what it hears; if it does not,
/// nothing is known.
fn round_trip(house: &mut House, link: &ByteStream) -> Result<Result<Option<Duration>, u8>, RunError> {
    let mut best = None;
    for _ in 0..TRIPS {
        let begun = Instant::now();
        if !matches!(link.send(&[IoSlice::new(b".")]), Ok(Sent::Bytes(1))) {
            break;
        }
        let mut input = BytesMut::new();
        while input.is_empty() {
            let left = TRIP.saturating_sub(begun.elapsed());
            let turn = house.turn(&[link.read_fd()], Some(left))?;
            if let Some(code) = signalled(&turn) {
                return Ok(Err(code));
            }
            if left.is_zero() {
                return Ok(Ok(best));
            }
            match link.recv(&mut input, 16) {
                Ok(Received::Bytes(_) | Received::Empty) => {}
                Ok(Received::Closed) | Err(_) => return Ok(Ok(best)),
            }
        }
        best = best.into_iter().chain([begun.elapsed()]).min();
    }
    Ok(Ok(best))
}
