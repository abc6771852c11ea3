//! What follows `ssh` on our command line: ssh's options, the destination, the command.
//!
//! Not ssh's configuration file: what stands there is ssh's own business. Invariants: each word reaches ssh as it was
//! typed and in its order, except the flags `n`, `t`, `T` and `f`, which farway answers for itself; the letters
//! with values are those of waypipe's list (section 13.5 of the channel notes), and of the program at hand.

mod classic;
mod flags;
#[cfg(test)]
mod tests;

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use crate::log;
pub use classic::{ClassicOptions, Route, classic};
use flags::Flags;

/// Whose command line it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// OpenSSH, and everything that we do not know.
    OpenSsh,
    /// Dropbear's `dbclient`.
    Dropbear,
}

impl Program {
    /// The program by the name of its file.
    pub fn of(bin: &OsStr) -> Self {
        let name = bin.as_bytes().rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        match name.starts_with(b"dbclient") || name.starts_with(b"dropbear") {
            true => Self::Dropbear,
            false => Self::OpenSsh,
        }
    }
}

/// What to do with a command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Run a command or a shell over there.
    Session(Words),
    /// ssh runs no command at all (`-N`, `-W`, `-V` and the like): become ssh, with these words.
    Passthrough(Vec<OsString>),
}

/// Whether the command gets a terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wish {
    /// Only without a command.
    #[default]
    Auto,
    /// `-T`.
    Never,
    /// `-t`: if ours is one.
    Wanted,
    /// `-t -t`: in any case.
    Forced,
}

/// A command line that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Everything for ssh up to and including the destination, as it was typed. Options that were typed after the
    /// destination, as ssh allows, stand before it.
    pub typed: Vec<OsString>,
    /// The same for the link of a session: without `n`, `t`, `T` and `f`, and with `-T` as the last option. One word
    /// of shell text follows. It needs no `--`: ssh looks for options no further than the first other word, and
    /// dbclient complains about it.
    pub link: Vec<OsString>,
    /// Where to.
    pub destination: OsString,
    /// Where to, for people: `user@host:port` as far as it was said.
    pub name: String,
    /// Words after the destination as they were typed, a `--` before them included.
    pub rest: Vec<OsString>,
    /// The command as ssh sends it: its words joined by single spaces. Nothing: the user's shell.
    pub command: Option<Vec<u8>>,
    /// Whether a terminal is asked for.
    pub terminal: Wish,
    /// `-n`: the command reads nothing.
    pub no_input: bool,
    /// `-f`: go to the background once the command has been started; means `-n` too.
    pub background: bool,
    /// Whose command line it is.
    pub program: Program,
    /// `--` stood before the destination, so another one would be part of the command.
    closed: bool,
}

impl Words {
    /// Whether the command gets a terminal, by ssh's rules, if our input is a terminal or not.
    pub fn wants_terminal(&self, input_is_terminal: bool) -> bool {
        match self.terminal {
            Wish::Never => false,
            Wish::Forced => true,
            Wish::Wanted => input_is_terminal && !self.no_input,
            Wish::Auto => self.command.is_none() && input_is_terminal && !self.no_input,
        }
    }
}

/// Why a command line was not understood. All of them are wrong usage.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    /// Only options.
    #[error("ssh needs a destination: farway [options] ssh [ssh options] [user@]host [command...]")]
    NoDestination,
    /// A letter of the command line's end.
    #[error("the ssh option -{0} needs a value")]
    NoValue(char),
}

/// Understands what follows `ssh`.
///
/// # Errors
/// What is missing.
pub fn parse(words: &[OsString], program: Program) -> Result<Line, WordsError> {
    let mut flags = Flags::new(program);
    let mut left = words.iter();
    let closed = flags.take(&mut left)?;
    let destination = left.next();
    if destination.is_some() && !closed {
        // ssh reads options behind the destination too.
        let before = left.clone();
        let marked = flags.take(&mut left)?;
        if marked {
            // What follows `server` in waypipe's line begins with this `--`.
            left = before.as_slice()[before.len() - left.len() - 1..].iter();
        }
    }
    if flags.passthrough {
        return Ok(Line::Passthrough(words.to_vec()));
    }
    let destination = destination.ok_or(WordsError::NoDestination)?.clone();
    let rest: Vec<OsString> = left.cloned().collect();
    let spoken = rest.strip_prefix(&[OsString::from("--")]).unwrap_or(&rest);
    let command = spoken.iter().map(|word| word.as_bytes()).collect::<Vec<_>>().join(&b' ');
    let end = closed.then(|| OsString::from("--"));
    let line = |options: &[OsString], last: Option<&str>| {
        let mut line = options.to_vec();
        line.extend(last.map(OsString::from));
        line.extend(end.clone());
        line.push(destination.clone());
        line
    };
    Ok(Line::Session(Words {
        typed: line(&flags.typed, None),
        link: line(&flags.link, Some("-T")),
        name: name(&destination, flags.user.as_deref(), flags.port.as_deref()),
        destination,
        // An empty command is none, for ssh too.
        command: (!command.is_empty()).then_some(command),
        rest,
        terminal: flags.terminal,
        no_input: flags.no_input || flags.background,
        background: flags.background,
        program,
        closed,
    }))
}

/// Words cut where the options of ssh end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut<'a> {
    /// ssh's options with their values, and a `--` that ends them.
    pub options: &'a [OsString],
    /// The destination and what follows it.
    pub rest: &'a [OsString],
}

/// Finds the first word that is neither an option of ssh nor the value of one.
pub fn cut(words: &[OsString], program: Program) -> Cut<'_> {
    let mut left = words.iter();
    // What lacks its value is the last word, so nothing is left behind it either.
    let _ = Flags::new(program).take(&mut left);
    let (options, rest) = words.split_at(words.len() - left.len());
    Cut { options, rest }
}

/// `user@host:port`, as far as known.
fn name(destination: &OsStr, user: Option<&OsStr>, port: Option<&OsStr>) -> String {
    let text = destination.to_string_lossy();
    let uri = text.strip_prefix("ssh://");
    let text = uri.unwrap_or(&text).trim_end_matches('/');
    let (its_user, host) = match text.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, text),
    };
    let user = user.map(OsStr::to_string_lossy);
    let user = user.as_deref().or(its_user).map(|user| format!("{user}@")).unwrap_or_default();
    let has_port = uri.is_some() && host.rsplit(']').next().is_some_and(|end| end.contains(':'));
    let port = port.filter(|_| !has_port).map(|port| format!(":{}", port.to_string_lossy()));
    let host = match port.is_some() && host.contains(':') && !host.starts_with('[') {
        true => format!("[{host}]"),
        false => host.to_string(),
    };
    log::escaped(&format!("{user}{host}{}", port.unwrap_or_default()))
}

/// `-` and these letters, with a value behind them.
fn cluster(letters: &[u8], value: &[u8]) -> OsString {
    OsString::from_vec([b"-", letters, value].concat())
}
