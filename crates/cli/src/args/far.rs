//! What can be said to the modes that go to another machine with ssh, and where the machine is named in it.
//!
//! Not what ssh's options mean: they are kept as they were written, and [`words`] knows which have values. Invariant: a
//! word after `--` is never taken for an option of ours.

#[cfg(test)]
mod tests;

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args as ClapArgs, ValueHint};

use crate::ssh::words::{self, Cut, Line, Program, WordsError};

/// Options of the modes that go to another machine.
#[derive(Clone, Debug, PartialEq, Eq, ClapArgs)]
#[command(next_help_heading = "Options for other machines")]
pub struct FarArgs {
    /// Program to use as ssh
    #[arg(long, value_name = "PATH", value_hint = ValueHint::CommandName)]
    pub ssh_bin: Option<OsString>,

    /// farway on the other machine; by default it is looked for, and sent if it is not there
    #[arg(long, value_name = "PATH")]
    pub remote_bin: Option<OsString>,

    /// Where a forwarded channel's socket is on the other machine, if one is needed: the path's first part (ssh)
    #[arg(long, value_name = "PREFIX")]
    pub remote_socket: Option<OsString>,

    /// GPU to use on the other machine, by the path of its render node (ssh)
    #[arg(long, value_name = "PATH")]
    pub remote_node: Option<PathBuf>,

    /// Send no program to a machine that has no farway
    #[arg(long)]
    pub no_bootstrap: bool,

    /// How long applications wait for a lost link, such as 90s, 15m or 24h; 0 ends them at once (ssh)
    #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = grace)]
    pub grace: Duration,
}

/// What follows `ssh`.
#[derive(Clone, Debug, PartialEq, Eq, ClapArgs)]
#[command(disable_help_flag = true, disable_version_flag = true)]
pub struct SshArgs {
    /// Options of ssh, the destination, and the command; without one, a shell
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "ARGUMENT",
        value_hint = ValueHint::Hostname
    )]
    pub words: Vec<OsString>,
}

/// Any number of machines.
#[derive(Clone, Debug, PartialEq, Eq, ClapArgs)]
#[command(disable_version_flag = true)]
pub struct HostsArgs {
    /// As JSON
    #[arg(long)]
    pub json: bool,

    /// Options of ssh, and hosts
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "HOST",
        value_hint = ValueHint::Hostname
    )]
    pub words: Vec<OsString>,
}

/// One machine and a session there.
#[derive(Clone, Debug, PartialEq, Eq, ClapArgs)]
#[command(disable_version_flag = true)]
pub struct OneHostArgs {
    /// Options of ssh, a host, and the name of a session there
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "HOST [ID]",
        value_hint = ValueHint::Hostname
    )]
    pub words: Vec<OsString>,
}

impl FarArgs {
    /// The program that is ssh.
    pub fn ssh(&self) -> OsString {
        self.ssh_bin.clone().unwrap_or_else(|| "ssh".into())
    }

    /// Finds the destination behind options of ssh.
    pub fn cut<'a>(&self, words: &'a [OsString]) -> Cut<'a> {
        words::cut(words, Program::of(&self.ssh()))
    }

    /// Understands words of ssh.
    ///
    /// # Errors
    /// What is missing.
    pub fn line(&self, words: &[OsString]) -> Result<Line, WordsError> {
        words::parse(words, Program::of(&self.ssh()))
    }
}

/// Takes a flag of ours out of the words, wherever it is before a `--`, and says whether it was there.
pub fn take_flag(words: &mut Vec<OsString>, flag: &str) -> bool {
    let end = words.iter().position(|word| word == OsStr::new("--")).unwrap_or(words.len());
    let before = words.len();
    let mut at = 0;
    words.retain(|word| {
        at += 1;
        at > end || word != OsStr::new(flag)
    });
    words.len() < before
}

/// A length of time as `--grace` has it.
///
/// # Errors
/// What it should look like.
pub fn grace(text: &str) -> Result<Duration, GraceError> {
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let unit = text.chars().last().ok_or(GraceError)?;
    let factor = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return Err(GraceError),
    };
    let digits = &text[..text.len() - unit.len_utf8()];
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(GraceError);
    }
    // Ten digits are three centuries of seconds; more would only overflow somewhere.
    let number: u32 = digits.parse().map_err(|_| GraceError)?;
    Ok(Duration::from_secs(u64::from(number) * factor))
}

/// Not a length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a time is written like 90s, 15m, 24h or 7d, or 0")]
pub struct GraceError;
