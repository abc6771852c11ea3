//! What would show windows on this machine.
//!
//! Invariant: a compositor is asked for the list of what it offers and for nothing else; an inherited connection is left
//! alone, as it is good for one program only.

use std::collections::BTreeSet;
use std::os::fd::AsFd;
use std::path::Path;
use std::time::{Duration, Instant};

use farway_sys::event::{Interest, PollSet};

use crate::plan::{Compositor, PlanError};
use crate::run::demo::sample::SampleError;
use crate::run::demo::sample::wire::Wire;
use crate::run::finding::{Finding, bad, note, ok};

/// A compositor answers within this, or it hangs.
const PATIENCE: Duration = Duration::from_secs(5);

const SUBJECT: &str = "compositor";

/// Without these there are no windows.
const NEEDED: [&str; 4] = ["wl_compositor", "wl_shm", "wl_seat", "xdg_wm_base"];

/// What is missed without these.
const WELCOME: [(&str, &str); 6] = [
    ("wl_data_device_manager", "copy and paste, and drag and drop"),
    ("zwp_primary_selection_device_manager_v1", "pasting with the middle button"),
    ("zxdg_decoration_manager_v1", "window frames of the desktop's own"),
    ("wp_viewporter", "scaled content"),
    ("wp_fractional_scale_manager_v1", "sharp windows with fractional scales"),
    ("wp_cursor_shape_manager_v1", "the desktop's own cursors"),
];

/// Looks.
pub fn findings(planned: &Result<Compositor, PlanError>) -> Vec<Finding> {
    match planned {
        Err(error) => {
            let hint = error.hint().unwrap_or("see `farway --help`");
            vec![bad(SUBJECT, crate::log::line(error), hint)]
        }
        Ok(Compositor::Inherited(number)) => {
            vec![ok(SUBJECT, format!("an inherited connection (WAYLAND_SOCKET={number}), for one program"))]
        }
        Ok(Compositor::Own(_, screen)) => {
            let text = "WAYLAND_DISPLAY is not set: farway shows windows with a compositor of its own";
            vec![match screen.nowhere {
                false => ok(SUBJECT, text),
                true => note(
                    SUBJECT,
                    format!("{text}, and there is no screen for it: they are drawn into memory"),
                    "run farway inside a graphical session to see windows",
                ),
            }]
        }
        Ok(Compositor::Path(path)) => at(path),
    }
}

fn at(path: &Path) -> Vec<Finding> {
    match globals(path) {
        Ok(globals) => offered(path, &globals),
        Err(error) => vec![bad(
            SUBJECT,
            crate::log::line(&error),
            "is it running? check WAYLAND_DISPLAY, or unset it to use farway's own compositor",
        )],
    }
}

fn offered(path: &Path, globals: &BTreeSet<String>) -> Vec<Finding> {
    let missing: Vec<&str> = NEEDED.into_iter().filter(|name| !globals.contains(*name)).collect();
    let shown = path.display();
    let mut found = vec![match missing.is_empty() {
        true => ok(SUBJECT, format!("{shown} offers {} interfaces, all that windows need", globals.len())),
        false => bad(
            SUBJECT,
            format!("{shown} has no {}", missing.join(", ")),
            "unset WAYLAND_DISPLAY to use farway's own compositor",
        ),
    }];
    found.extend(WELCOME.into_iter().filter(|(name, _)| !globals.contains(*name)).map(|(name, what)| {
        note(SUBJECT, format!("it has no {name}"), format!("nothing to mend; applications go without {what}"))
    }));
    found
}

/// Names of the interfaces that are offered.
fn globals(path: &Path) -> Result<BTreeSet<String>, SampleError> {
    let mut wire = Wire::connect(path)?;
    let display = wire.display()?;
    let registry = wire.create("wl_registry")?;
    wire.call(display, "get_registry", |it| it.new_id(registry.id))?;
    let sync = wire.create("wl_callback")?;
    wire.call(display, "sync", |it| it.new_id(sync.id))?;
    let until = Instant::now() + PATIENCE;
    let mut globals = BTreeSet::new();
    loop {
        wire.flush()?;
        let Some(event) = wire.next()? else {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(SampleError::Silent { seconds: PATIENCE.as_secs() });
            }
            let mut polls = PollSet::new();
            polls.add(wire.as_fd(), Interest { readable: true, writable: wire.is_full() });
            polls.wait(Some(left))?;
            continue;
        };
        if event.object.id == sync.id {
            return Ok(globals);
        }
        if event.object.id == registry.id && event.signature.name == "global" {
            globals.insert(String::from_utf8_lossy(event.args()?.str(1)?.unwrap_or_default()).into_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::finding::Level;

    #[test]
    fn what_is_missing_is_said() {
        let all = NEEDED.into_iter().chain(WELCOME.map(|(name, _)| name));
        let mut globals: BTreeSet<String> = all.map(String::from).collect();
        let levels = |globals: &BTreeSet<String>| -> Vec<Level> {
            offered(Path::new("/w"), globals).iter().map(Level::of).collect()
        };
        assert_eq!(levels(&globals), [Level::Ok]);
        globals.remove("wp_viewporter");
        assert_eq!(levels(&globals), [Level::Ok, Level::Note]);
        globals.remove("wl_seat");
        assert_eq!(levels(&globals), [Level::Bad, Level::Note]);
    }

    #[test]
    fn nobody_there() {
        let found = findings(&Ok(Compositor::Path("/nonexistent/wayland-0".into())));
        assert!(
            Level::of(&found[0]) == Level::Bad && found[0].text.contains("/nonexistent/wayland-0"),
            "{found:?}"
        );
        assert_eq!(Level::of(&findings(&Err(PlanError::NoDisplay))[0]), Level::Bad);
        assert_eq!(Level::of(&findings(&Ok(Compositor::Inherited(5)))[0]), Level::Ok);
    }
}
