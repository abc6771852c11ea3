//! What another machine has, over one ssh connection.
//!
//! Invariant: nothing is changed there and no program is sent; that ssh does not get there is a finding, too.

#[cfg(test)]
mod tests;

use std::time::Duration;

use farway_proto::session::words::{Answer, Ask};

use crate::plan::far::Reach;
use crate::run::RunError;
use crate::run::finding::{Finding, bad, note, ok};
use crate::run::house::House;
use crate::run::sessions::unexpected;
use crate::run::ssh::ask::{Asked, Outcome, look};
use crate::run::ssh::attempt::{Way, read_at_most};
use crate::run::ssh::{destined, understood};
use crate::ssh::intro::IntroError;
use crate::ssh::parcel::{Machine, Parcel, Places};
use crate::ssh::script::Sum;
use crate::ssh::words::Line;

/// Longer than most people like to wait.
const SLOW: Duration = Duration::from_secs(3);

/// What to call it.
pub fn name(reach: &Reach) -> String {
    match understood(reach) {
        Ok(Line::Session(words)) => words.name,
        _ => reach.destination.to_string_lossy().into_owned(),
    }
}

/// Looks at everything, or says the exit code for a signal that ended that.
///
/// # Errors
/// Something failed on this machine.
pub fn all(house: &mut House, reach: &Reach) -> Result<Result<Vec<Finding>, u8>, RunError> {
    let way = match destined(reach).and_then(|words| Way::new(reach, &words)) {
        Ok(way) => way,
        Err(error) => return Ok(Ok(vec![failed(&error)])),
    };
    let asked = match look(house, &way, Ask::Probe) {
        Ok(asked) => asked,
        Err(error @ RunError::Command { .. }) => return Ok(Ok(vec![failed(&error)])),
        Err(error) => return Err(error),
    };
    Ok(match asked {
        Asked { outcome: Ok(Outcome::Signal(code)), .. } => Err(code),
        Asked { outcome: Ok(Outcome::Reply(reply)), took } => {
            let mut found = vec![connected(took)];
            found.extend(reply.trip.map(round_trip));
            match reply.answer {
                Answer::Probed(findings) => found.extend(findings),
                answer => found.push(failed(&unexpected(&way, answer))),
            }
            Ok(found)
        }
        Asked { outcome: Err(RunError::Intro(IntroError::NotAllowed { machine, tools })), took } => {
            Ok(vec![connected(took), nothing(&machine, &tools, &reach.places)])
        }
        Asked { outcome: Err(error), .. } => Ok(vec![failed(&error)]),
    })
}

fn connected(took: Duration) -> Finding {
    let text = format!("connected and answered in {:.2} s", took.as_secs_f64());
    match took > SLOW {
        true => note(
            "ssh",
            text,
            "ControlMaster and ControlPersist in ssh's configuration keep a connection open",
        ),
        false => ok("ssh", text),
    }
}

fn round_trip(trip: Duration) -> Finding {
    ok("link", format!("{:.2} ms from here to there and back", trip.as_secs_f64() * 1000.0))
}

/// There is no farway that could be asked.
fn nothing(machine: &Machine, tools: &[String], places: &Places) -> Finding {
    let subject = "farway";
    let has = |tool: &str| tools.iter().any(|has| has == tool);
    let missing = format!("there is none that fits this one ({machine})");
    let problem = match Parcel::choose(machine, places, read_at_most) {
        Ok(_) if Sum::ALL.into_iter().any(|sum| has(sum.tool())) => {
            return ok(subject, format!("{missing}; `farway ssh` will send one"));
        }
        Ok(_) => IntroError::NoSum,
        Err(error) => error.into(),
    };
    match has("farway") || has("waypipe") {
        true => note(
            subject,
            format!("{missing}; an older one or waypipe will do, but windows end with their link"),
            problem.to_string(),
        ),
        false => bad(subject, missing, problem.to_string()),
    }
}

fn failed(error: &RunError) -> Finding {
    let (subject, hint) = match error {
        RunError::Intro(IntroError::Ssh) => {
            ("ssh", "ssh has said why; first make `ssh` alone work with the same options")
        }
        RunError::Intro(IntroError::RemoteBinMissing { .. } | IntroError::RemoteBinOther { .. }) => {
            ("farway", "leave --remote-bin out to look for one, or install one there")
        }
        RunError::Refused { .. } | RunError::Answer => ("farway", "use the same version at both ends"),
        RunError::Intro(_) => ("login", "see whether `ssh` alone runs a command there, such as `true`"),
        error => ("ssh", error.hint().unwrap_or("see `farway --help`")),
    };
    let text = match error {
        RunError::Intro(cause) => cause.to_string(),
        error => crate::log::line(error),
    };
    bad(subject, text, hint)
}
