//! What this machine has for sessions, for `farway doctor` at the other end.

use std::path::Path;

use farway_proto::session::words::Finding;

use super::home;

/// Looks at everything.
pub fn all(directory: &Path) -> Vec<Finding> {
    vec![version(), sessions(directory)]
}

fn version() -> Finding {
    Finding {
        subject: "farway".into(),
        good: true,
        text: format!("version {}", env!("CARGO_PKG_VERSION")),
        hint: String::new(),
    }
}

fn sessions(directory: &Path) -> Finding {
    let subject = "place for sessions".to_string();
    match home::prepare(directory) {
        Ok(()) => {
            let count = home::all(directory).len();
            let text = format!("{} ({count} running)", directory.display());
            Finding { subject, good: true, text, hint: String::new() }
        }
        Err(error) => Finding {
            subject,
            good: false,
            text: format!("cannot use {} ({error})", directory.display()),
            hint: "make it a directory of this user with mode 0700, or set XDG_RUNTIME_DIR".into(),
        },
    }
}
