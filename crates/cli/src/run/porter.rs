//! What ssh starts on the far machine: brings the link to the keeper of its session, and waits there until it is over.
//!
//! Not the session: the keeper reads and writes the link itself. Invariant: not one byte more than the near end's first
//! words is read from the link, because what follows is the keeper's.

use std::io::{self, IoSlice};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use farway_proto::session::frame::FROM_NEAR;
use farway_proto::session::words::{Answer, Ask, Hello, PROTOCOL, RefusalReason, Summary, WORDS_MAX};
use farway_sys::event::{Interest, PollSet};
use farway_sys::net::Socket;
use farway_sys::process::{Session, SpawnOptions, spawn};

use super::keeper::{home, probe, wire};
use super::{OURS, RunError};
use crate::plan::far::Porter;

/// How long a keeper may take to say what it has.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long all of them together may take for a list.
const LIST: Duration = Duration::from_secs(3);

/// More than anybody needs who measures the link.
const ECHOES: usize = 32;

/// Brings the link. Returns the exit code.
///
/// # Errors
/// See [`RunError`]; the near end is told, where it can be.
pub fn run(porter: &Porter) -> Result<u8, RunError> {
    if porter.protocol {
        println!("{PROTOCOL}");
        return Ok(0);
    }
    let words = match &porter.hello {
        Some(words) => words.clone(),
        None => first_words()?,
    };
    let hello = match wire::parse(&words) {
        Ok(Some(hello)) => hello,
        Ok(None) | Err(wire::NotWords) => {
            say(&wire::refused(
                RefusalReason::Protocol,
                "the farway over there does not understand this one",
            ))?;
            return Ok(OURS);
        }
    };
    if hello.protocol != PROTOCOL {
        say(&wire::refused(RefusalReason::Protocol, mismatch(&hello)))?;
        return Ok(OURS);
    }
    match serve(porter, &hello, &words) {
        Ok(code) => Ok(code),
        Err(error) => {
            say(&wire::refused(RefusalReason::Failed, crate::log::line(&error)))?;
            Ok(OURS)
        }
    }
}

fn mismatch(hello: &Hello) -> String {
    let (ours, theirs) = (env!("CARGO_PKG_VERSION"), &hello.version);
    format!("farway {ours} over there and farway {theirs} here do not know each other's sessions")
}

fn serve(porter: &Porter, hello: &Hello, words: &[u8]) -> Result<u8, RunError> {
    let directory = &*porter.directory;
    let no = |text: String| {
        say(&wire::refused(RefusalReason::NoSession, text))?;
        Ok(OURS)
    };
    match &hello.ask {
        Ask::Start(_) => {
            let keeper = start_keeper(porter.log)?;
            bring(&keeper, words)
        }
        Ask::Resume { id, .. } => match home::connect(directory, id)? {
            Some(keeper) => bring(&keeper, words),
            None => no(format!("the session {id} has ended")),
        },
        Ask::Attach { id, .. } => match find(directory, id.as_deref())? {
            Ok((_, keeper)) => bring(&keeper, words),
            Err(text) => no(text),
        },
        Ask::Kill { id } => match find(directory, id.as_deref())? {
            Ok((id, keeper)) => {
                wire::call(&keeper, words, &[])?;
                let answer = wire::listen(&keeper, Some(PATIENCE))?;
                say(&answer.unwrap_or(Answer::Killed { id }))?;
                Ok(0)
            }
            Err(text) => no(text),
        },
        Ask::List => {
            say(&Answer::Sessions(list(directory, words)))?;
            Ok(0)
        }
        Ask::Probe => {
            say(&Answer::Probed(probe::all(porter)))?;
            echo()?;
            Ok(0)
        }
    }
}

/// The sessions of this user on this machine. `words` ask for that.
pub fn list(directory: &Path, words: &[u8]) -> Vec<Summary> {
    let ask = |keeper: Socket| wire::call(&keeper, words, &[]).map(|()| keeper);
    // All are asked before the first is listened to.
    let asked: Vec<_> =
        home::all(directory).into_iter().map(|(id, keeper)| (id, keeper.and_then(ask))).collect();
    let until = Instant::now() + LIST;
    let mut all = Vec::new();
    for (id, keeper) in asked {
        let left = until.saturating_duration_since(Instant::now());
        match keeper.and_then(|keeper| wire::listen(&keeper, Some(left))) {
            Ok(Some(Answer::Sessions(sessions))) => all.extend(sessions),
            Err(error) if matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock) => {
                all.push(home::silent(directory, id));
            }
            // It has ended meanwhile.
            Ok(_) => {}
            Err(error) => tracing::debug!("session {id}: {error}"),
        }
    }
    all
}

/// The session of this name, or the only one; the text says what to do otherwise.
fn find(directory: &Path, id: Option<&str>) -> io::Result<Result<(String, Socket), String>> {
    if let Some(id) = id {
        let found = home::connect(directory, id)?;
        return Ok(found.map(|keeper| (id.into(), keeper)).ok_or(format!("there is no session {id}")));
    }
    let mut all = home::all(directory);
    Ok(match all.len() {
        0 => Err("there is no session".into()),
        1 => {
            let (id, keeper) = all.remove(0);
            Ok((id, keeper?))
        }
        _ => {
            let names: Vec<String> = all.into_iter().map(|(id, _)| id).collect();
            Err(format!("there are several sessions, name one of them: {}", names.join(", ")))
        }
    })
}

/// Gives the link to the keeper, and waits until it lets us go.
fn bring(keeper: &Socket, words: &[u8]) -> Result<u8, RunError> {
    wire::call(keeper, words, &[rustix::stdio::stdin(), rustix::stdio::stdout()])?;
    // Whatever it is: the near end has heard it over the link.
    let _ = wire::listen(keeper, None);
    Ok(0)
}

/// Starts a keeper that does not depend on us, and gives the socket by which it is told everything.
fn start_keeper(log: bool) -> Result<Socket, RunError> {
    let (ours, theirs) = Socket::pair()?;
    let myself = std::env::current_exe()?;
    let mut command = Command::new(&myself);
    command.args(["--no-config", "keeper"]).stdin(OwnedFd::from(theirs)).stdout(Stdio::null());
    // The command shall not inherit it.
    command.env_remove(crate::plan::far::HELLO);
    if !log {
        command.stderr(Stdio::null());
    }
    let options = SpawnOptions { session: Session::Own, ..SpawnOptions::default() };
    spawn(&mut command, options).map_err(|source| RunError::Command { program: myself.into(), source })?;
    Ok(ours)
}

/// Reads exactly the near end's first words.
fn first_words() -> io::Result<Vec<u8>> {
    let mut words = vec![0; FROM_NEAR.len() + 4];
    fill(&mut words)?;
    let length = u32::from_le_bytes([words[8], words[9], words[10], words[11]]) as usize;
    if !words.starts_with(FROM_NEAR) || length > WORDS_MAX {
        return Ok(words);
    }
    let head = words.len();
    words.resize(head + length, 0);
    fill(&mut words[head..])?;
    Ok(words)
}

fn fill(mut room: &mut [u8]) -> io::Result<()> {
    while !room.is_empty() {
        match rustix::io::read(rustix::stdio::stdin(), &mut *room) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => room = &mut room[count..],
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Says what it hears, for whoever measures the link; not for ever.
fn echo() -> io::Result<()> {
    let mut polls = PollSet::new();
    for _ in 0..ECHOES {
        polls.clear();
        polls.add(rustix::stdio::stdin(), Interest::READ);
        polls.wait(Some(PATIENCE))?;
        let mut heard = [0; 16];
        if !polls.ready(0).any() {
            break;
        }
        let count = rustix::io::read(rustix::stdio::stdin(), &mut heard)?;
        if count == 0 || rustix::io::write(rustix::stdio::stdout(), &heard[..count]).is_err() {
            break;
        }
    }
    Ok(())
}

/// Says something to the near end, over the link.
fn say(words: &Answer) -> io::Result<()> {
    let bytes = wire::answer(words);
    let mut left = &bytes[..];
    while !left.is_empty() {
        let count = rustix::io::writev(rustix::stdio::stdout().as_fd(), &[IoSlice::new(left)])?;
        left = &left[count..];
    }
    Ok(())
}
