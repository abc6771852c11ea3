//! The part of ssh's command line that a stand-in has to understand.
//!
//! Pure. Invariant: a word is taken for the destination only if ssh would take it for that.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

/// Letters of options that have a value.
const WITH_VALUE: &[u8] = b"BbcDEeFIiJLlmOoPpQRSWw";

/// What is to be done.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// Unix sockets that are forwarded: there, and here.
    pub forwards: Vec<(PathBuf, PathBuf)>,
    /// Text for the shell.
    pub command: OsString,
}

impl Words {
    /// Understands them; `None` if there is no destination or no command.
    pub fn parse(words: &[OsString]) -> Option<Self> {
        let mut found = Self::default();
        let mut left = words.iter().map(|word| word.as_bytes()).peekable();
        options(&mut left, &mut found);
        left.next()?;
        // ssh reads options behind the destination too.
        options(&mut left, &mut found);
        let command = left.collect::<Vec<_>>().join(&b' ');
        found.command = OsString::from_vec(command);
        (!found.command.is_empty()).then_some(found)
    }
}

fn options<'a>(left: &mut std::iter::Peekable<impl Iterator<Item = &'a [u8]>>, found: &mut Words) {
    while let Some(word) = left.next_if(|word| word.len() > 1 && word[0] == b'-') {
        if word == b"--" {
            return;
        }
        let Some(at) = word.iter().position(|letter| WITH_VALUE.contains(letter)) else { continue };
        let attached = &word[at + 1..];
        let value = if attached.is_empty() { left.next().unwrap_or_default() } else { attached };
        if word[at] == b'R' {
            let mut parts = value.splitn(2, |byte| *byte == b':').map(OsStr::from_bytes);
            if let (Some(far), Some(near)) = (parts.next(), parts.next()) {
                found.forwards.push((far.into(), near.into()));
            }
        }
    }
}

#[cfg(test)]
mod tests;
