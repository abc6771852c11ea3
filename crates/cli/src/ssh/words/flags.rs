//! ssh's options, word for word.
//!
//! Not their meaning, except for the few that farway answers for itself. Invariant: what is not removed is kept as it
//! was typed.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::slice;

use super::{Program, Wish, WordsError, cluster};

/// Letters with a value: waypipe's list, and `P`, which has one since OpenSSH 9.4.
const VALUES: &[u8] = b"BbcDEeFIiJLlmOopPQRSWw";
/// Letters with a value in dbclient 2022.83.
const VALUES_DROPBEAR: &[u8] = b"BbcDEFIiJKLlmopRW";

/// What the options said.
pub struct Flags {
    program: Program,
    /// As typed.
    pub typed: Vec<OsString>,
    /// For a link.
    pub link: Vec<OsString>,
    pub terminal: Wish,
    pub no_input: bool,
    pub background: bool,
    /// No command is run.
    pub passthrough: bool,
    /// The first `-l`.
    pub user: Option<OsString>,
    /// The first `-p`.
    pub port: Option<OsString>,
}

/// What becomes of a letter.
enum Fate {
    Keep,
    Drop,
}

impl Flags {
    pub fn new(program: Program) -> Self {
        Self {
            program,
            typed: Vec::new(),
            link: Vec::new(),
            terminal: Wish::Auto,
            no_input: false,
            background: false,
            passthrough: false,
            user: None,
            port: None,
        }
    }

    /// Takes options up to the first other word. Says whether a `--` ended them; it is taken too.
    pub fn take(&mut self, words: &mut slice::Iter<OsString>) -> Result<bool, WordsError> {
        while let Some(word) = words.as_slice().first() {
            match word.as_bytes() {
                b"--" => {
                    words.next();
                    return Ok(true);
                }
                // No option of ssh: it may say so itself.
                [b'-', b'-', ..] => {
                    words.next();
                    self.typed.push(word.clone());
                    self.link.push(word.clone());
                }
                [b'-', letters @ ..] if !letters.is_empty() => {
                    words.next();
                    self.word(word, letters, words)?;
                }
                _ => break,
            }
        }
        Ok(false)
    }

    fn word(
        &mut self,
        word: &OsStr,
        letters: &[u8],
        words: &mut slice::Iter<OsString>,
    ) -> Result<(), WordsError> {
        self.typed.push(word.into());
        let mut kept = Vec::new();
        for (at, &letter) in letters.iter().enumerate() {
            if !self.has_value(letter) {
                match self.flag(letter) {
                    Fate::Keep => kept.push(letter),
                    Fate::Drop => {}
                }
                continue;
            }
            let attached = &letters[at + 1..];
            let next = match attached.is_empty() {
                true => Some(words.next().ok_or(WordsError::NoValue(char::from(letter)))?),
                false => None,
            };
            self.typed.extend(next.cloned());
            let value = next.map_or(attached, |next| next.as_bytes());
            match self.option(letter, value) {
                Fate::Keep => {
                    kept.push(letter);
                    self.link.push(cluster(&kept, attached));
                    self.link.extend(next.cloned());
                }
                Fate::Drop if kept.is_empty() => {}
                Fate::Drop => self.link.push(cluster(&kept, b"")),
            }
            return Ok(());
        }
        if !kept.is_empty() {
            self.link.push(cluster(&kept, b""));
        }
        Ok(())
    }

    fn has_value(&self, letter: u8) -> bool {
        match self.program {
            Program::OpenSsh => VALUES.contains(&letter),
            Program::Dropbear => VALUES_DROPBEAR.contains(&letter),
        }
    }

    fn flag(&mut self, letter: u8) -> Fate {
        match (letter, self.program) {
            (b'n', Program::OpenSsh) => self.no_input = true,
            (b'f', _) => self.background = true,
            (b'T', _) => self.terminal = Wish::Never,
            (b't', _) => {
                self.terminal = match self.terminal {
                    Wish::Wanted | Wish::Forced => Wish::Forced,
                    Wish::Auto | Wish::Never => Wish::Wanted,
                };
            }
            (b'N' | b'V' | b's', _) | (b'G', Program::OpenSsh) => {
                self.passthrough = true;
                return Fate::Keep;
            }
            _ => return Fate::Keep,
        }
        Fate::Drop
    }

    fn option(&mut self, letter: u8, value: &[u8]) -> Fate {
        let owned = || OsString::from_vec(value.to_vec());
        match (letter, self.program) {
            (b'W' | b'Q' | b'O', Program::OpenSsh) | (b'B', Program::Dropbear) => self.passthrough = true,
            (b'l', _) => {
                self.user.get_or_insert_with(owned);
            }
            (b'p', _) => {
                self.port.get_or_insert_with(owned);
            }
            (b'o', Program::OpenSsh) => return self.long(&String::from_utf8_lossy(value)),
            _ => {}
        }
        Fate::Keep
    }

    /// `-o KEY=VALUE`, for keys that mean the same as one of the flags above.
    fn long(&mut self, text: &str) -> Fate {
        let text = text.trim_start();
        let end = text.find(|letter: char| letter == '=' || letter.is_ascii_whitespace());
        let (key, value) = text.split_at(end.unwrap_or(text.len()));
        let value = value.trim_start_matches(|letter: char| letter == '=' || letter.is_ascii_whitespace());
        let value = value.trim().trim_matches('"').to_ascii_lowercase();
        let yes = matches!(value.as_str(), "yes" | "true");
        match key.to_ascii_lowercase().as_str() {
            "requesttty" => {
                self.terminal = match value.as_str() {
                    "yes" | "true" => Wish::Wanted,
                    "force" => Wish::Forced,
                    "no" | "false" => Wish::Never,
                    _ => self.terminal,
                };
            }
            "sessiontype" => self.passthrough |= matches!(value.as_str(), "none" | "subsystem"),
            // The link must stay in the foreground, and it must be able to read.
            "stdinnull" => {
                self.no_input |= yes;
                return Fate::Drop;
            }
            "forkafterauthentication" => {
                self.background |= yes;
                return Fate::Drop;
            }
            _ => {}
        }
        Fate::Keep
    }
}
