//! Scripts for shells and pages for man, made from the description of the command line.
//!
//! Not the descriptions themselves, which are beside the options. Invariant: what is printed depends on this program
//! alone, not on the machine that it runs on; names of hosts are looked up when somebody completes.

mod page;
#[cfg(test)]
mod tests;

use std::path::Path;

use clap_complete::Shell;

use super::{RunError, print};
use crate::args;
use crate::config::hosts;
use crate::plan::far::HostFiles;

/// How bash completes names of hosts.
const BASH: &str = include_str!("manual/hosts.bash");
/// How fish does.
const FISH: &str = include_str!("manual/hosts.fish");
/// How zsh does.
const ZSH: &str = include_str!("manual/hosts.zsh");

/// Prints the script of a shell. Returns the exit code.
///
/// # Errors
/// Nothing can be written.
pub fn completions(shell: Shell) -> Result<u8, RunError> {
    print(&script(shell)).map(|()| 0)
}

/// The script of a shell.
fn script(shell: Shell) -> String {
    let mut bytes = Vec::new();
    clap_complete::generate(shell, &mut args::command(), "farway", &mut bytes);
    let script = String::from_utf8_lossy(&bytes).into_owned();
    match shell {
        Shell::Bash => script + BASH,
        Shell::Fish => script + FISH,
        Shell::Zsh => zsh(script),
        _ => script,
    }
}

/// Puts our function in the place of zsh's own where the words are those of ssh.
fn zsh(mut script: String) -> String {
    let modes = [("ssh", ""), ("sessions", " --json --help"), ("attach", " --help")];
    for (mode, options) in modes.into_iter().chain([("kill", " --help"), ("doctor", " --json --help")]) {
        let head = format!("({mode})\n");
        let Some(start) = script.find(&format!("{head}_arguments")).map(|at| at + head.len()) else {
            continue;
        };
        let Some(length) = script[start..].find(" \\\n&& ret=0") else { continue };
        script.replace_range(start..start + length, &format!("_farway_hosts{options}"));
    }
    // The first line, which names the program, must stay the first.
    match script.split_once('\n') {
        Some((first, rest)) => format!("{first}\n\n{ZSH}{rest}"),
        None => script,
    }
}

/// Prints names of hosts, one a line. Returns the exit code.
///
/// # Errors
/// Nothing can be written.
pub fn hosts(files: &HostFiles) -> Result<u8, RunError> {
    let names = hosts::names(files).into_iter().map(|name| name + "\n");
    print(&names.collect::<String>()).map(|()| 0)
}

/// Prints all pages, or writes each to its file. Returns the exit code.
///
/// # Errors
/// Nothing can be written.
pub fn man(directory: Option<&Path>) -> Result<u8, RunError> {
    let pages = page::pages(args::command());
    let Some(directory) = directory else {
        return print(&pages.into_iter().map(|page| page.text).collect::<String>()).map(|()| 0);
    };
    let no = |path: &Path, source| RunError::Picture { path: path.into(), source };
    std::fs::create_dir_all(directory).map_err(|source| no(directory, source))?;
    for page in pages {
        let path = directory.join(page.file);
        std::fs::write(&path, page.text).map_err(|source| no(&path, source))?;
    }
    Ok(0)
}
