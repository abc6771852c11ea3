//! Why there is no session.
//!
//! Not the wish to try again: whoever drives the link knows that. Invariant: each is one line that says what was
//! seen, and what to do about it where that can be known.

use crate::ssh::parcel::{Machine, ParcelError};

/// Why there is no session.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IntroError {
    /// ssh did not get there. It has said why.
    #[error("ssh could not connect")]
    Ssh,
    /// ssh was killed.
    #[error("ssh was killed before the session began")]
    Killed,
    /// It ended as if all were well.
    #[error(
        "the far side ended without a word: its login shell or a forced command runs no commands of farway's"
    )]
    Silent,
    /// Something else than a shell, or one that refuses.
    #[error("the login shell over there did not run farway's command (exit code {status}); it said: {said}")]
    NoShell {
        /// ssh's exit code.
        status: i32,
        /// The far side's last line.
        said: String,
    },
    /// The same, or dbclient could not connect. What was said went to stderr.
    #[error(
        "ssh ended with exit code {status} before farway began over there; the lines above say why, if anything \
         does: a shell that is restricted or missing may be silent"
    )]
    NoStart {
        /// ssh's exit code.
        status: i32,
    },
    /// The link ended in the midst of it.
    #[error("the connection ended while {doing} (ssh's exit code {status}){}", quote(.said))]
    Lost {
        /// What was being done.
        doing: &'static str,
        /// ssh's exit code.
        status: i32,
        /// The far side's last line.
        said: Option<String>,
    },
    /// Our bytes came back.
    #[error(
        "the far side sends farway's words back instead of doing what they say: there is a terminal between \
         (RequestTTY in ssh's configuration?), or a forced command"
    )]
    Echo,
    /// No end of banners.
    #[error("the far side prints without end instead of starting farway{}", quote(.said))]
    Flood {
        /// Its last line.
        said: Option<String>,
    },
    /// Its agreement is another one.
    #[error("farway over there speaks version {0} of the session, this one version 1; update the older one")]
    Version(char),
    /// Not in this order.
    #[error("the far side answered `{came}` while {doing}")]
    Confused {
        /// What came.
        came: String,
        /// What was being done.
        doing: &'static str,
    },
    /// The program was named, and it is not there.
    #[error("there is no `{bin}` over there that can be run; see --remote-bin")]
    RemoteBinMissing {
        /// As named.
        bin: String,
    },
    /// The program was named, and it is no farway of this version.
    #[error("`{bin}` over there is no farway that can begin a session")]
    RemoteBinOther {
        /// As named.
        bin: String,
    },
    /// Nothing may be sent.
    #[error(
        "there is no suitable farway over there, and --no-bootstrap forbids to send one; install farway over there"
    )]
    NotAllowed {
        /// What the machine is.
        machine: Machine,
        /// What it has that sending a program would need, and other ways.
        tools: Vec<String>,
    },
    /// Nothing can be sent.
    #[error(transparent)]
    Parcel(#[from] ParcelError),
    /// What arrives could not be checked.
    #[error(
        "farway cannot be sent: there is none of sha256sum, shasum, openssl, sha512sum and cksum over there to \
         check it; install farway there"
    )]
    NoSum,
    /// Nowhere to put it.
    #[error(
        "farway cannot be sent: no folder over there can hold a program (read-only, full, or mounted noexec): \
         {tried}; install farway there, or set XDG_CACHE_HOME over there"
    )]
    NoFolder {
        /// Folders that were tried.
        tried: String,
    },
    /// Not what was sent.
    #[error("the program that was sent did not arrive whole in {folder}, and was removed; is the disk full?")]
    Damaged {
        /// The folder.
        folder: String,
    },
    /// It does not work there.
    #[error("the program that was sent to {folder} does not run there{}, and was removed", kind(.machine))]
    DoesNotRun {
        /// The folder.
        folder: String,
        /// What the machine is.
        machine: Option<Machine>,
    },
    /// The last step.
    #[error("the program that was sent could not be put in place in {folder}")]
    NotWritten {
        /// The folder.
        folder: String,
    },
    /// For a reason that this version does not know.
    #[error("the far side refused: {what}")]
    Refused {
        /// In its words.
        what: String,
    },
}

fn quote(said: &Option<String>) -> String {
    said.as_ref().map(|said| format!("; it said: {said}")).unwrap_or_default()
}

fn kind(machine: &Option<Machine>) -> String {
    machine.as_ref().map(|machine| format!(" ({machine})")).unwrap_or_default()
}
