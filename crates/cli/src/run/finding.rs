//! What was looked at, and how it is: the lines of `farway doctor`.
//!
//! Invariant: what is bad says how to mend it; what is good and has a hint nevertheless is worth a note.

pub use farway_proto::session::words::Finding;
use serde::Serialize;

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// As it should be.
    Ok,
    /// It works, but not all of it or not well.
    Note,
    /// It does not work.
    Bad,
}

impl Level {
    /// Of one finding.
    pub fn of(finding: &Finding) -> Self {
        match (finding.good, finding.hint.is_empty()) {
            (true, true) => Self::Ok,
            (true, false) => Self::Note,
            (false, _) => Self::Bad,
        }
    }

    /// As a word of the same width.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok  ",
            Self::Note => "note",
            Self::Bad => "bad ",
        }
    }
}

/// As it should be.
pub fn ok(subject: &str, text: impl Into<String>) -> Finding {
    Finding { subject: subject.into(), good: true, text: text.into(), hint: String::new() }
}

/// Good enough.
pub fn note(subject: &str, text: impl Into<String>, hint: impl Into<String>) -> Finding {
    Finding { hint: hint.into(), ..ok(subject, text) }
}

/// Not good.
pub fn bad(subject: &str, text: impl Into<String>, hint: impl Into<String>) -> Finding {
    Finding { good: false, ..note(subject, text, hint) }
}
