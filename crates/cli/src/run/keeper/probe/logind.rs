//! Whether systemd ends what a user runs when they log out. Sessions are to outlive that.
//!
//! Invariant: what cannot be read says nothing, so nobody is warned for nothing.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use crate::run::finding::{Finding, note, ok};

/// Where its configuration is (logind.conf(5)), the weakest first.
const PLACES: [&str; 4] = ["/usr/lib/systemd", "/usr/local/lib/systemd", "/run/systemd", "/etc/systemd"];

/// Nothing where there is no systemd.
pub fn finding(user: Option<&OsStr>) -> Option<Finding> {
    Path::new("/run/systemd/system").is_dir().then(|| {
        let texts: Vec<String> = files(&PLACES.map(PathBuf::from))
            .iter()
            .filter_map(|path| fs::read_to_string(path).ok())
            .collect();
        let lingers = user.is_some_and(|user| Path::new("/var/lib/systemd/linger").join(user).exists());
        judged(kills(&texts), lingers)
    })
}

fn judged(kills: bool, lingers: bool) -> Finding {
    let subject = "after logout";
    match (kills, lingers) {
        (true, false) => note(
            subject,
            "systemd-logind ends all processes of users who log out (KillUserProcesses=yes)",
            "so that sessions outlive their links: loginctl enable-linger",
        ),
        (true, true) => ok(subject, "processes go on: this user lingers"),
        (false, _) => ok(subject, "processes go on"),
    }
}

/// All files in the order in which they count: the strongest main file, then parts by their names; of parts with the
/// same name only the strongest.
fn files(places: &[PathBuf]) -> Vec<PathBuf> {
    let main = places.iter().rev().map(|place| place.join("logind.conf")).find(|path| path.is_file());
    let mut parts: BTreeMap<OsString, PathBuf> = BTreeMap::new();
    for place in places {
        for entry in fs::read_dir(place.join("logind.conf.d")).into_iter().flatten().flatten() {
            if entry.path().extension() == Some(OsStr::new("conf")) {
                parts.insert(entry.file_name(), entry.path());
            }
        }
    }
    main.into_iter().chain(parts.into_values()).collect()
}

/// The last word on it; without any, no.
fn kills(texts: &[String]) -> bool {
    let lines = texts.iter().flat_map(|text| text.lines());
    let mut values = lines
        .filter_map(|line| line.trim().strip_prefix("KillUserProcesses")?.trim_start().strip_prefix('='));
    values.next_back().is_some_and(|value| {
        let value = value.trim().to_ascii_lowercase();
        ["1", "yes", "y", "true", "t", "on"].contains(&&*value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::finding::Level;

    #[test]
    fn the_last_word_counts() {
        let kills = |texts: &[&str]| kills(&texts.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert!(!kills(&[]));
        assert!(!kills(&["[Login]\n#KillUserProcesses=yes\n"]));
        assert!(kills(&["[Login]\nKillUserProcesses = Yes\n"]));
        assert!(!kills(&["KillUserProcesses=yes", "KillUserProcesses=no"]));
        assert!(!kills(&["KillUserProcessesNot=yes"]));
        let levels = [(true, false), (true, true), (false, false)]
            .map(|(kills, lingers)| Level::of(&judged(kills, lingers)));
        assert_eq!(levels, [Level::Note, Level::Ok, Level::Ok]);
    }

    #[test]
    fn files_in_etc_are_stronger() {
        let root = tempfile::tempdir().unwrap();
        let places = ["weak", "strong"].map(|name| root.path().join(name));
        for place in &places {
            fs::create_dir_all(place.join("logind.conf.d")).unwrap();
            for name in ["logind.conf", "logind.conf.d/b.conf", "logind.conf.d/ignored"] {
                fs::write(place.join(name), "").unwrap();
            }
        }
        fs::write(places[0].join("logind.conf.d/a.conf"), "").unwrap();
        let expected = [
            places[1].join("logind.conf"),
            places[0].join("logind.conf.d/a.conf"),
            places[1].join("logind.conf.d/b.conf"),
        ];
        assert_eq!(files(&places), expected);
    }
}
