//! Names of hosts in ssh's files, for completion.
//!
//! Not what ssh makes of these files. Invariants: only names are taken that a shell can complete without quoting, so
//! nothing in these files can become an option or a command; includes are followed one level deep.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::plan::far::HostFiles;

/// The longest file that is read, in bytes.
const MAX: u64 = 8 << 20;
/// So many included files are read at most.
const INCLUDES_MAX: usize = 64;

/// All names in files that are there and can be read, sorted.
pub fn names(files: &HostFiles) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for path in &files.configs {
        let config = config(&text(path));
        names.extend(config.names);
        let folder = path.parent().unwrap_or(Path::new("/"));
        let included = config.includes.iter().flat_map(|name| included(name, folder, files.home.as_deref()));
        for path in included.take(INCLUDES_MAX) {
            names.extend(self::config(&text(&path)).names);
        }
    }
    for path in &files.known {
        names.extend(known(&text(path)));
    }
    names
}

/// What cannot be read has no names in it. Only plain files are read: a pipe could make the shell wait for ever.
fn text(path: &Path) -> String {
    let mut bytes = Vec::new();
    if path.is_file() {
        let _ = File::open(path).and_then(|file| file.take(MAX).read_to_end(&mut bytes));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What a configuration of ssh has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SshConfig {
    /// Of `Host` lines, without patterns.
    pub names: Vec<String>,
    /// Of `Include` lines, as written.
    pub includes: Vec<String>,
}

/// Reads ssh_config(5): a keyword in any case, spaces or one `=`, words that may be quoted.
pub fn config(text: &str) -> SshConfig {
    let mut config = SshConfig::default();
    for line in text.lines() {
        let line = line.trim();
        let end = line.find(|letter: char| letter == '=' || letter.is_whitespace()).unwrap_or(line.len());
        let (keyword, rest) = line.split_at(end);
        let rest = rest.trim_start();
        let rest = rest.strip_prefix('=').unwrap_or(rest);
        if keyword.eq_ignore_ascii_case("host") {
            config.names.extend(words(rest).filter(|name| is_plain(name)).map(String::from));
        } else if keyword.eq_ignore_ascii_case("include") {
            config.includes.extend(words(rest).map(String::from));
        }
    }
    config
}

/// Words of a line, up to a comment. A quoted one has spaces in it.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        if rest.is_empty() || rest.starts_with('#') {
            return None;
        }
        let (word, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())),
        };
        rest = after;
        Some(word)
    })
}

/// Names in a file of known hosts (sshd(8)): `[@MARKER] NAMES TYPE KEY`. Hashed ones have none.
pub fn known(text: &str) -> Vec<String> {
    let names = |line: &str| {
        let mut words = line.split_whitespace();
        let first = words.next().filter(|word| !word.starts_with('#'))?;
        let names = if first.starts_with('@') { words.next()? } else { first };
        Some(names.split(',').filter_map(known_name).collect::<Vec<_>>())
    };
    text.lines().filter_map(names).flatten().collect()
}

/// A name may be `[name]:port`; the port alone would be lost on ssh.
fn known_name(name: &str) -> Option<String> {
    let bare = name.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(name, |(bare, _)| bare);
    is_plain(bare).then(|| bare.to_string())
}

/// Names that are no patterns, no options, no hashes, and nothing to a shell.
fn is_plain(name: &str) -> bool {
    let good = |letter: char| letter.is_ascii_alphanumeric() || "._-:@%".contains(letter);
    name.starts_with(|letter: char| letter.is_ascii_alphanumeric())
        && name.chars().all(good)
        && name.len() < 256
}

/// Files that an `Include` names. Stars are understood in the last part of a path only.
fn included(name: &str, folder: &Path, home: Option<&Path>) -> Vec<PathBuf> {
    let path = match (name.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        (Some(_), None) => return Vec::new(),
        (None, _) => folder.join(name),
    };
    let Some(last) = path.file_name().and_then(|last| last.to_str()) else { return Vec::new() };
    if super::pattern::is_exact(last) {
        return vec![path];
    }
    let entries = path.parent().and_then(|parent| parent.read_dir().ok());
    let entries = entries.into_iter().flatten().flatten().map(|entry| entry.path());
    let mut found: Vec<_> = entries
        .filter(|path| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            !name.starts_with('.') && super::pattern::is_like(last, name)
        })
        .collect();
    found.sort();
    found
}
