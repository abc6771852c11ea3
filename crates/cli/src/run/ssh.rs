//! `farway ssh`: a command on another machine, its windows and its terminal here, over one ssh connection.
//!
//! Not the session's rules. Invariants: ssh's own words reach it untouched; the exit code is the command's; what the
//! near end made is gone when [`run`] returns.

pub mod ask;
pub mod attempt;
mod classic;
mod farewell;
mod lookout;
mod near;
mod retry;
mod status;
mod terminal;

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::Duration;

use farway_proto::session::words::{Ask, Start};
use farway_proxy::Settings;
use farway_proxy::scout::Scout;

use super::house::House;
use super::screen::{self, Inherited};
use super::{RunError, keeper};
use crate::plan::far::{Attach, Reach, Ssh};
use crate::ssh::intro::IntroError;
use crate::ssh::words::{self, Line, Program, Words};
use attempt::Way;
use lookout::Lookout;
use near::{End, Near};
use terminal::Terminal;

/// How long a compositor may take to tell what it tells every new application. It is asked before ssh is started.
const SCOUT: Duration = Duration::from_millis(100);

/// What ssh's words mean.
///
/// # Errors
/// [`RunError::Words`].
pub fn understood(reach: &Reach) -> Result<Line, RunError> {
    Ok(words::parse(&reach.words, Program::of(&reach.ssh))?)
}

/// What ssh's words mean, where they must name a machine to log in to.
///
/// # Errors
/// [`RunError::Words`], or there are options with which ssh runs nothing.
pub fn destined(reach: &Reach) -> Result<Words, RunError> {
    match understood(reach)? {
        Line::Session(words) => Ok(words),
        Line::Passthrough(_) => Err(RunError::NoLogin),
    }
}

/// Runs the command. Returns its exit code.
///
/// # Errors
/// See [`RunError`].
pub fn run(plan: Ssh, settings: Settings) -> Result<u8, RunError> {
    let inherited = Inherited::take(&plan.shown.compositor)?;
    let words = match understood(&plan.reach)? {
        Line::Session(words) => words,
        Line::Passthrough(words) => return Err(passed_through(&plan.reach.ssh, &words)),
    };
    if words.background {
        return Err(RunError::Background);
    }
    super::room_for_connections();
    let mut house = House::new(settings.of_session())?;
    let ring = house.ring();
    let terminal = Terminal::new(words.wants_terminal(terminal::is_input()), plan.term.as_deref());
    let mut start =
        Start { command: words.command.clone(), terminal: terminal.words(), ..plan.start.clone() };
    let shown = &plan.shown;
    screen::with(&shown.compositor, shown.secctx.as_ref(), inherited, ring, |compositor| {
        let mut fallback = None;
        if !plan.only_classic {
            let way = Way::new(&plan.reach, &words)?;
            let scout = shown.optimistic.then(|| Scout::ask(&**compositor, SCOUT)).flatten();
            start.preview = scout.as_ref().and_then(Scout::preview).cloned().unwrap_or_default();
            let lookout = shown.optimistic.then(|| Lookout::new(compositor, scout));
            let ask = Ask::Start(Box::new(start));
            let near = Near::new(&mut house, compositor, way, terminal, words.no_input)?;
            match near.watching(lookout).run(ask)? {
                End::Code(code) => return Ok(code),
                End::Classic(bin) => fallback = Some(bin),
            }
        }
        classic::run(&mut house, compositor, &plan, &words, fallback)
    })
}

/// Goes on with a session. Returns the command's exit code.
///
/// # Errors
/// See [`RunError`].
pub fn attach(plan: Attach, settings: Settings) -> Result<u8, RunError> {
    let inherited = Inherited::take(&plan.shown.compositor)?;
    let words = destined(&plan.reach)?;
    super::room_for_connections();
    let mut house = House::new(settings.of_session())?;
    let ring = house.ring();
    let shown = &plan.shown;
    screen::with(&shown.compositor, shown.secctx.as_ref(), inherited, ring, |compositor| {
        let terminal = Terminal::new(terminal::is_input(), plan.term.as_deref());
        let ask = Ask::Attach { id: plan.id.clone(), terminal: terminal.words() };
        let way = Way::new(&plan.reach, &words)?;
        let lookout = shown.optimistic.then(|| Lookout::new(compositor, None));
        let near = Near::new(&mut house, compositor, way, terminal, words.no_input)?;
        match near.watching(lookout).run(ask) {
            Ok(End::Classic(_)) | Err(RunError::Intro(IntroError::NotAllowed { .. })) => {
                Err(RunError::NoSessions { name: words.name.clone() })
            }
            Ok(End::Code(code)) => Ok(code),
            Err(error) => Err(error),
        }
    })
}

/// Options with which ssh runs no command are ssh's business alone.
fn passed_through(ssh: &OsString, words: &[OsString]) -> RunError {
    let source = Command::new(ssh).args(words).exec();
    RunError::Command { program: ssh.clone(), source }
}

/// Names this process to keepers.
fn name() -> Result<farway_proto::session::words::Secret, RunError> {
    Ok(keeper::home::new_secret()?)
}
