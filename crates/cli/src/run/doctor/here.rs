//! What this machine has.
//!
//! Invariant: looking changes nothing.

use farway_sys::process::raise_descriptor_limit;
use rustix::process::{Resource, getrlimit};

use super::{compositor, ssh};
use crate::config::{Config, ConfigError};
use crate::plan::far::Doctor;
use crate::run::finding::{Finding, bad, note, ok};
use crate::run::keeper::probe;
use crate::run::ssh::attempt::read_at_most;
use crate::ssh::parcel::{Arch, Parcel, Places};

/// Open files that many windows need.
const FILES: u64 = 1024;

/// Looks at everything.
pub fn all(plan: &Doctor, config: &Result<Config, ConfigError>) -> Vec<Finding> {
    let mut found = vec![probe::version()];
    found.extend(configuration(config));
    found.extend(compositor::findings(&plan.compositor));
    found.push(probe::runtime_dir(plan.runtime_dir.as_deref()));
    found.push(ssh::finding(&plan.ssh));
    found.extend(Arch::ALL.map(|arch| parcel(arch, &plan.places)));
    found.push(files());
    found
}

fn configuration(config: &Result<Config, ConfigError>) -> Vec<Finding> {
    let subject = "configuration";
    match config {
        Err(error) => {
            vec![bad(subject, crate::log::line(error), error.hint().unwrap_or("correct this line"))]
        }
        Ok(Config { path: None, .. }) => vec![ok(subject, "there is no file, and it needs none")],
        Ok(Config { path: Some(path), warnings, .. }) if warnings.is_empty() => {
            vec![ok(subject, path.display().to_string())]
        }
        Ok(Config { warnings, .. }) => {
            let line =
                |warning: &_| note(subject, format!("{warning}"), "it has no effect; correct or remove it");
            warnings.iter().map(line).collect()
        }
    }
}

/// What could be sent to machines without farway.
fn parcel(arch: Arch, places: &Places) -> Finding {
    let subject = format!("farway for Linux {}", arch.name());
    match Parcel::find_file(arch, places, read_at_most) {
        Some((file, bytes)) => {
            let size = bytes.len() >> 20;
            ok(&subject, format!("{} ({size} MiB) can be sent to machines without farway", file.display()))
        }
        None => {
            let file = arch.file();
            let place = places.exe.as_deref().and_then(|exe| exe.parent());
            let place = place.map_or_else(|| "farway".into(), |folder| folder.display().to_string());
            note(
                &subject,
                "there is none to send, so such machines need a farway of their own",
                format!("make {file} with `cargo xtask dist` and put it into {place}"),
            )
        }
    }
}

fn files() -> Finding {
    // As every run does that serves windows.
    let _ = raise_descriptor_limit();
    let subject = "open files";
    match getrlimit(Resource::Nofile).current {
        Some(limit) if limit < FILES => {
            note(subject, format!("at most {limit}, few for many windows"), "raise the limit (ulimit -Hn)")
        }
        Some(limit) => ok(subject, format!("at most {limit}")),
        None => ok(subject, "without a limit"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::finding::Level;

    #[test]
    fn nothing_to_send_is_worth_a_note() {
        let root = tempfile::tempdir().unwrap();
        let places =
            Places { exe: Some(root.path().join("bin/farway")), data_home: Some(root.path().into()) };
        let found = parcel(Arch::Aarch64, &places);
        if !std::path::Path::new("/usr/lib/farway").exists() {
            assert_eq!(Level::of(&found), Level::Note, "{found:?}");
            assert!(found.hint.contains("farway-linux-aarch64"), "{found:?}");
        }
    }

    #[test]
    fn configurations() {
        let levels = |config| -> Vec<Level> { configuration(&config).iter().map(Level::of).collect() };
        assert_eq!(levels(Ok(Config::default())), [Level::Ok]);
        let mut config = Config::default();
        config.path = Some("/c".into());
        assert_eq!(levels(Ok(config)), [Level::Ok]);
        let source = std::io::ErrorKind::PermissionDenied.into();
        assert_eq!(levels(Err(ConfigError::Read { path: "/c".into(), source })), [Level::Bad]);
    }
}
