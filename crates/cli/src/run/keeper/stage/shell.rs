//! What ssh runs: the user's shell, with the command or as after a login.
//!
//! The environment is that of this process, which ssh made for the user. Invariant: what is wanted of it comes last, so
//! nobody's old value wins.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Wanted;

const FALLBACK: &str = "/bin/sh";

/// The shell, in the user's home.
pub fn command(wanted: &Wanted) -> Command {
    let ours = || Some(wanted.shell.clone()).filter(|shell| !shell.is_empty());
    let shell = given(wanted, "SHELL").or_else(ours).unwrap_or_else(|| FALLBACK.into());
    let name = Path::new(&shell).file_name().unwrap_or(&shell);
    let mut command = Command::new(&shell);
    match &wanted.command {
        Some(line) => command.arg0(name).arg("-c").arg(OsStr::from_bytes(line)),
        None => {
            let mut login = OsString::from("-");
            login.push(name);
            command.arg0(login)
        }
    };
    let home = given(wanted, "HOME").map(PathBuf::from).or_else(|| wanted.home.clone());
    command.current_dir(home.filter(|home| can_enter(home)).unwrap_or_else(|| "/".into()));
    for name in &wanted.unset {
        command.env_remove(name);
    }
    command.envs(wanted.env.iter().map(|(name, value)| (name, value)));
    command
}

/// A variable as the command is to see it; empty is as good as none.
fn given(wanted: &Wanted, name: &str) -> Option<OsString> {
    let given = wanted.env.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    given.filter(|value| !value.is_empty())
}

fn can_enter(folder: &Path) -> bool {
    folder.is_dir() && rustix::fs::access(folder, rustix::fs::Access::EXEC_OK).is_ok()
}
