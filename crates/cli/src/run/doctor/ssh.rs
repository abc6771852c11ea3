//! Which ssh there is.
//!
//! Invariant: it is asked for its version, which connects to nothing.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::run::finding::{Finding, bad, ok};

const SUBJECT: &str = "ssh";

/// The first version of OpenSSH that hides when keys are pressed (`ObscureKeystrokeTiming`): packets go out at
/// intervals, which would slow all that goes over a link with a terminal.
const OBSCURES: (u32, u32) = (9, 5);

/// Looks. To be called before anything waits for children.
pub fn finding(program: &OsStr) -> Finding {
    let shown = Path::new(program).display();
    let output = Command::new(program).arg("-V").stdin(Stdio::null()).output();
    match output {
        Err(error) => {
            let hint = match error.kind() {
                io::ErrorKind::NotFound => "install OpenSSH's client, or name another one with --ssh-bin",
                _ => "name another one with --ssh-bin",
            };
            bad(SUBJECT, format!("cannot run {shown} ({})", crate::log::line(&error)), hint)
        }
        Ok(output) => {
            let said = [output.stderr, output.stdout].concat();
            ok(SUBJECT, about(&shown.to_string(), &String::from_utf8_lossy(&said)))
        }
    }
}

fn about(program: &str, said: &str) -> String {
    match version(said) {
        Some((major, minor)) if (major, minor) >= OBSCURES => format!(
            "{program} is OpenSSH {major}.{minor}; what it does to hide the times of key presses does not slow \
             farway, whose links have no terminal"
        ),
        Some((major, minor)) => format!("{program} is OpenSSH {major}.{minor}"),
        None => match said.lines().find(|line| line.starts_with("Dropbear")) {
            Some(line) => format!("{program} is {}", line.trim()),
            None => format!("{program} can be run; its version is not known"),
        },
    }
}

fn version(said: &str) -> Option<(u32, u32)> {
    let (_, rest) = said.split_once("OpenSSH_")?;
    // Windows' builds say `OpenSSH_for_Windows_9.5p1`.
    let rest = rest.strip_prefix("for_Windows_").unwrap_or(rest);
    let (major, rest) = rest.split_once('.')?;
    let minor: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::finding::Level;

    #[test]
    fn versions() {
        assert_eq!(version("OpenSSH_9.2p1 Debian-2+deb12u3, OpenSSL 3.0.15 3 Sep 2024\n"), Some((9, 2)));
        assert_eq!(version("OpenSSH_for_Windows_9.5p1, LibreSSL 3.8.2"), Some((9, 5)));
        assert_eq!(version("OpenSSH_10.0p2"), Some((10, 0)));
        assert_eq!(version("nonsense"), None);
        assert!(about("ssh", "OpenSSH_9.5p1").contains("key presses"));
        assert!(!about("ssh", "OpenSSH_9.4p1").contains("key presses"));
        assert!(about("dbclient", "Dropbear v2022.83\n").contains("is Dropbear v2022.83"));
    }

    #[test]
    fn one_that_is_missing() {
        let found = finding(OsStr::new("/nonexistent/ssh"));
        assert!(Level::of(&found) == Level::Bad && found.hint.contains("install"), "{found:?}");
    }
}
