//! What this machine has for sessions, for `farway doctor` at the other end, or here.
//!
//! Invariant: looking changes nothing, but for the directory of sessions, which is made.

mod logind;

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, StatVfsMountFlags};

use super::home;
use crate::plan::far::{Porter, User};
use crate::run::finding::{Finding, bad, note, ok};

/// Room for a program to be sent and for what it needs, in bytes.
const ROOM: u64 = 64 << 20;

/// Looks at everything.
pub fn all(porter: &Porter) -> Vec<Finding> {
    let user = &porter.user;
    let mut found = vec![version(), sessions(&porter.directory), runtime_dir(user.runtime_dir.as_deref())];
    found.extend([shell(user), home_folder(user), cache(user)]);
    found.extend(logind::finding(user.name.as_deref()));
    found.extend([waypipe(user), gpu(Path::new("/dev/dri"))]);
    found
}

/// Which farway this is.
pub fn version() -> Finding {
    let program = std::env::current_exe().map(|path| format!(" ({})", path.display())).unwrap_or_default();
    ok("farway", format!("version {}{program}", env!("CARGO_PKG_VERSION")))
}

fn sessions(directory: &Path) -> Finding {
    let subject = "place for sessions";
    match home::prepare(directory) {
        Ok(()) => {
            let count = home::all(directory).len();
            ok(subject, format!("{} ({count} running)", directory.display()))
        }
        Err(error) => bad(
            subject,
            format!("cannot use {} ({})", directory.display(), crate::log::line(&error)),
            "make it a directory of this user with mode 0700, or remove it",
        ),
    }
}

/// The folder for sockets of this user's programs.
pub fn runtime_dir(folder: Option<&Path>) -> Finding {
    let subject = "XDG_RUNTIME_DIR";
    let Some(folder) = folder else { return ok(subject, "not set; farway makes a folder of its own") };
    let shown = folder.display();
    let hint = "set it to a folder of this user alone, often /run/user/UID, or unset it";
    if !folder.is_absolute() {
        return bad(subject, format!("{shown} is no absolute path"), hint);
    }
    match fs::metadata(folder) {
        Err(error) => bad(subject, format!("cannot use {shown} ({})", crate::log::line(&error)), hint),
        Ok(found) if !found.is_dir() => bad(subject, format!("{shown} is no folder"), hint),
        Ok(_) if rustix::fs::access(folder, Access::WRITE_OK | Access::EXEC_OK).is_err() => {
            bad(subject, format!("nothing can be made in {shown}"), hint)
        }
        Ok(found) if found.mode() & 0o077 != 0 || found.uid() != rustix::process::getuid().as_raw() => {
            note(subject, format!("{shown} is not this user's alone"), "give it mode 0700")
        }
        Ok(_) => ok(subject, shown.to_string()),
    }
}

fn shell(user: &User) -> Finding {
    let path = Path::new(&user.shell);
    let shown = path.display();
    if rustix::fs::access(path, Access::EXEC_OK).is_err() {
        return bad("shell", format!("{shown} cannot be run"), "give this user another one with chsh");
    }
    match path.file_name().and_then(|name| name.to_str()) {
        Some("nologin" | "false") => {
            bad("shell", format!("{shown} runs no commands"), "give this user another one with chsh")
        }
        _ => ok("shell", shown.to_string()),
    }
}

fn home_folder(user: &User) -> Finding {
    let hint = "commands start in / there";
    match &user.home {
        None => note("home", "HOME is not set", hint),
        Some(home) if rustix::fs::access(home.as_path(), Access::EXEC_OK).is_err() || !home.is_dir() => {
            note("home", format!("{} cannot be entered", home.display()), hint)
        }
        Some(home) => ok("home", home.display().to_string()),
    }
}

/// Where a farway is put that is sent.
fn cache(user: &User) -> Finding {
    let subject = "cache folder";
    let hint = "a farway that is sent is kept in /var/tmp, /tmp or /dev/shm instead";
    let Some(cache) = &user.cache else { return note(subject, "there is none without HOME", hint) };
    let shown = cache.display();
    let there = existing(cache);
    let problem = match (rustix::fs::access(&*there, Access::WRITE_OK), rustix::fs::statvfs(&*there)) {
        (_, Err(error)) => Some(crate::log::line(&io::Error::from(error))),
        (Err(error), _) => Some(crate::log::line(&io::Error::from(error))),
        (_, Ok(system)) if is_noexec(system.f_flag) => {
            Some("no program can be run from there (noexec)".into())
        }
        (_, Ok(system)) if system.f_bavail.saturating_mul(system.f_frsize) < ROOM => {
            Some(format!("less than {} MiB are free", ROOM >> 20))
        }
        _ => None,
    };
    match problem {
        Some(problem) => note(subject, format!("{shown}: {problem}"), hint),
        None => ok(subject, shown.to_string()),
    }
}

/// The folder, or the lowest above it that is there.
fn existing(folder: &Path) -> PathBuf {
    folder.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("/")).into()
}

/// `ST_NOEXEC` of Linux; elsewhere nobody says so, and the bit is not used (POSIX has only two of them).
fn is_noexec(flags: StatVfsMountFlags) -> bool {
    flags.bits() & 8 != 0
}

fn waypipe(user: &User) -> Finding {
    let mut files = user.path.iter().map(|folder| folder.join("waypipe"));
    let found = files.find(|file| file.is_file() && rustix::fs::access(file, Access::EXEC_OK).is_ok());
    match found {
        Some(file) => ok("waypipe", format!("{}, which farway can use if it must", file.display())),
        None => ok("waypipe", "not installed, and not needed"),
    }
}

fn gpu(folder: &Path) -> Finding {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut nodes: Vec<String> = names.filter(|name| name.starts_with("renderD")).collect();
    nodes.sort();
    match nodes.is_empty() {
        true => ok("GPU", format!("none in {}: applications draw without", folder.display())),
        false => ok("GPU", format!("{} in {}", nodes.join(", "), folder.display())),
    }
}

#[cfg(test)]
mod tests;
