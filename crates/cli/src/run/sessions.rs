//! `farway sessions` and `farway kill`: what runs in sessions, on this machine or on others, and its end.
//!
//! Invariants: no program is sent anywhere for this; a machine that does not answer does not hide what runs on the
//! others; what other machines say is shown with nothing in it that a terminal obeys.

mod table;

use std::collections::VecDeque;
use std::io;

use farway_proto::session::words::{Answer, Ask, Summary};
use farway_proxy::Settings;
use serde::Serialize;

use super::house::House;
use super::ssh::ask::{Outcome, ask};
use super::ssh::attempt::{Way, hello};
use super::{OURS, RunError, porter, print, ssh};
use crate::plan::far::{Kill, Reach, Sessions};
use crate::{log, random};

/// A session and where it is.
#[derive(Clone, Debug, Serialize)]
struct Entry {
    /// Nothing: on this machine.
    host: Option<String>,
    #[serde(flatten)]
    session: Summary,
}

/// What a machine was asked for.
enum Heard {
    Sessions(Vec<Summary>),
    Signal(u8),
}

/// Lists sessions. Returns the exit code: 255 if some machine did not answer.
///
/// # Errors
/// See [`RunError`]; the only machine that was asked did not answer.
pub fn list(plan: &Sessions, settings: Settings) -> Result<u8, RunError> {
    let mut entries = Vec::new();
    let mut code = 0;
    if plan.hosts.is_empty() {
        // Nothing has to be cleaned up here, so signals do what they always do.
        let words = hello(&random::secret()?, Ask::List);
        let sessions = porter::list(&plan.directory, &words);
        entries.extend(sessions.into_iter().map(|session| Entry { host: None, session }));
    } else {
        let mut house = House::new(settings)?;
        let mut hosts: VecDeque<&Reach> = plan.hosts.iter().collect();
        while let Some(host) = hosts.pop_front() {
            let name = host.destination.to_string_lossy().into_owned();
            match there(&mut house, host) {
                Ok(Heard::Sessions(sessions)) => {
                    let named = |session| Entry { host: Some(name.clone()), session };
                    entries.extend(sessions.into_iter().map(named));
                }
                Ok(Heard::Signal(signal)) => {
                    code = signal;
                    break;
                }
                Err(error) if plan.hosts.len() == 1 => return Err(error),
                Err(error) => {
                    eprintln!("farway: {}", log::escaped(&complaint(&name, &error)));
                    code = OURS;
                }
            }
        }
    }
    let text = match plan.json {
        true => serde_json::to_string_pretty(&entries).map_err(io::Error::from)? + "\n",
        false if entries.is_empty() && code == 0 => nothing(&plan.hosts),
        false if entries.is_empty() => String::new(),
        false => table::table(&entries, plan.hosts.len() > 1),
    };
    print(&text)?;
    Ok(code)
}

fn there(house: &mut House, host: &Reach) -> Result<Heard, RunError> {
    let way = Way::new(host, &ssh::destined(host)?)?;
    match ask(house, &way, Ask::List)? {
        Outcome::Signal(code) => Ok(Heard::Signal(code)),
        Outcome::Reply(reply) => match reply.answer {
            Answer::Sessions(sessions) => Ok(Heard::Sessions(sessions)),
            answer => Err(unexpected(&way, answer)),
        },
    }
}

/// Ends a session. Returns the exit code.
///
/// # Errors
/// See [`RunError`].
pub fn kill(plan: &Kill, settings: Settings) -> Result<u8, RunError> {
    let way = Way::new(&plan.reach, &ssh::destined(&plan.reach)?)?;
    let mut house = House::new(settings)?;
    match ask(&mut house, &way, Ask::Kill { id: Some(plan.id.clone()) })? {
        Outcome::Signal(code) => Ok(code),
        Outcome::Reply(reply) => match reply.answer {
            Answer::Killed { id } => {
                let text = format!("the session {id} on {} has been ended", way.name);
                print(&(log::escaped(&text) + "\n"))?;
                Ok(0)
            }
            answer => Err(unexpected(&way, answer)),
        },
    }
}

/// What is not the answer to our question.
pub fn unexpected(way: &Way, answer: Answer) -> RunError {
    match answer {
        Answer::Refused(refusal) => RunError::Refused { name: way.name.clone(), text: refusal.text },
        _ => RunError::Answer,
    }
}

fn complaint(name: &str, error: &RunError) -> String {
    let line = log::line(error);
    let named = if line.contains(name) { line } else { format!("{name}: {line}") };
    match error.hint() {
        Some(hint) => format!("{named}; {hint}"),
        None => named,
    }
}

fn nothing(hosts: &[Reach]) -> String {
    let names: Vec<_> = hosts.iter().map(|host| host.destination.to_string_lossy()).collect();
    let place = if names.is_empty() { "this machine".to_string() } else { names.join(", ") };
    format!("there are no sessions on {}\n", log::escaped(&place))
}
