//! What the two ends of a session say to one another: how it begins, and messages that are not bytes of a stream.
//!
//! Values only, and their form as JSON. Invariants: what is not known is skipped or refused, never misread; fields
//! that come later have defaults, so a peer that knows less gets less. Nothing here is printed with its secret.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::preview::Preview;

/// Version of the whole agreement. A peer of another version is refused with one line.
pub const PROTOCOL: u32 = 1;

/// The longest hello, answer or message, in bytes of JSON.
pub const WORDS_MAX: usize = 256 << 10;

/// A secret in hexadecimal, which no debug output shows.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// The first words of the near end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hello {
    /// Of the agreement, see [`PROTOCOL`].
    pub protocol: u32,
    /// The program's version, for messages to people.
    pub version: String,
    /// What this end can do beyond the first version of the agreement.
    #[serde(default)]
    pub capabilities: Vec<String>,
    /// Names this near process: 32 random hexadecimal digits. Only the same process can resume. A name and not a key:
    /// without the session's own secret it opens nothing, so it may stand on a command line.
    pub near: Secret,
    /// What is wanted.
    pub ask: Ask,
}

/// What the near end wants.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ask {
    /// A new session.
    Start(Box<Start>),
    /// To go on after the link was lost, with the memory of what was received.
    Resume {
        /// The session.
        id: String,
        /// What the keeper gave out when it began.
        secret: Secret,
        /// What was received of each stream.
        positions: Vec<Position>,
    },
    /// To take over a session whose near end is gone.
    Attach {
        /// The session, or the only one there is.
        id: Option<String>,
        /// The terminal that it is shown on from now on.
        terminal: Option<Terminal>,
    },
    /// What is running here.
    List,
    /// To end a session.
    Kill {
        /// The session, or the only one there is.
        id: Option<String>,
    },
    /// What this machine has, for `farway doctor`.
    Probe,
}

/// A session to begin.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Start {
    /// For the user's shell, as ssh gives it; without one, the shell itself.
    pub command: Option<Vec<u8>>,
    /// The command gets a terminal.
    pub terminal: Option<Terminal>,
    /// One application only, by an inherited connection.
    pub oneshot: bool,
    /// Name or path of the Wayland socket that applications see.
    pub display: Option<Vec<u8>>,
    /// X11 applications too.
    pub xwls: bool,
    /// As `--compress` spells it.
    pub compress: String,
    /// Threads for large frames; 0: half of the CPUs.
    pub threads: usize,
    /// Keep applications from using the GPU.
    pub no_gpu: bool,
    /// The GPU to use.
    pub drm_node: Option<Vec<u8>>,
    /// Log every message.
    pub debug: bool,
    /// Seconds that the applications wait for a lost near end.
    pub grace: u64,
    /// What the display tells every new application, so that they need not wait for it. True until
    /// [`Message::Changed`], and as long as the link is there.
    #[serde(skip_serializing_if = "is_unknown")]
    pub preview: Preview,
    /// More of the environment, such as what ssh's `SendEnv` would send.
    pub env: Vec<(String, String)>,
}

fn is_unknown(preview: &Preview) -> bool {
    preview.globals.is_empty()
}

/// A terminal as the far side must know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terminal {
    /// `TERM`.
    pub kind: String,
    /// Its size.
    pub size: Size,
    /// Control characters and modes, by the numbers of RFC 4254 section 8.
    #[serde(default)]
    pub modes: Vec<(u8, u32)>,
}

/// Rows and columns of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// In characters.
    pub rows: u16,
    /// In characters.
    pub columns: u16,
}

/// How far one stream was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The stream.
    pub stream: u32,
    /// Bytes received since it began.
    pub received: u64,
}

/// The keeper's answer to a hello.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It has begun.
    Started(Started),
    /// It goes on; what the far end had received.
    Resumed {
        /// What was received of each stream.
        positions: Vec<Position>,
    },
    /// Taken over: a new memory begins. Streams that go on are opened anew.
    Attached(Started),
    /// Sessions of this user on this machine.
    Sessions(Vec<Summary>),
    /// It has been ended, or will be at once.
    Killed {
        /// Which.
        id: String,
    },
    /// What this machine has: names and values for people.
    Probed(Vec<Finding>),
    /// No, and why.
    Refused(Refusal),
}

/// What the near end must know of its session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Started {
    /// Its name on that machine.
    pub id: String,
    /// To resume it.
    pub secret: Secret,
    /// Version of the program over there.
    pub version: String,
    /// What that end can do beyond the first version of the agreement.
    #[serde(default)]
    pub capabilities: Vec<String>,
}

/// One session in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Its name.
    pub id: String,
    /// What runs in it.
    pub command: String,
    /// Seconds since it began.
    pub age: u64,
    /// Seconds since its near end was lost; nothing while there is one.
    pub alone: Option<u64>,
    /// Applications with a Wayland connection.
    pub windows: usize,
    /// Connections whose display is gone for good.
    #[serde(default)]
    pub stranded: usize,
    /// Whether the command has a terminal.
    pub terminal: bool,
    /// What it waits for, in plain words; empty if for nothing.
    #[serde(default)]
    pub waits: String,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What was looked at.
    pub subject: String,
    /// Whether it is as it should be.
    pub good: bool,
    /// What was found, in plain words.
    pub text: String,
    /// How to mend it; empty if there is nothing to mend.
    #[serde(default)]
    pub hint: String,
}

/// Why a hello is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// For programs.
    pub reason: RefusalReason,
    /// For people: one line.
    pub text: String,
}

/// Kinds of refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalReason {
    /// The agreement has another version there.
    Protocol,
    /// There is no such session, or more than one is meant.
    NoSession,
    /// Wrong secret, or another user's.
    Denied,
    /// The command or the display cannot be had; [`Refusal::text`] has the cause.
    Failed,
    /// Anything later than this version.
    #[serde(other)]
    Other,
}

/// Messages within a session, in either direction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Message {
    /// Near to far: the terminal's size has changed.
    Resize(Size),
    /// Near to far: a signal for the command, by its name without SIG, such as `INT`.
    Signal(String),
    /// Near to far: end the session; what runs is told so (SIGHUP and SIGTERM), and then killed.
    End,
    /// Near to far: what [`Start::preview`] or [`Message::Foretell`] says is true no more.
    Changed,
    /// Near to far: what the display tells every new application from now on, as [`Start::preview`].
    Foretell(Preview),
    /// Far to near: the command has ended with this exit code (128 and the number for signals).
    Exited(u8),
    /// Far to near: nothing runs any more, and all bytes have been sent. The near end hangs up.
    Over,
    /// Far to near: something that the user should know, one line.
    Note(String),
    /// Far to near: another near end has taken over.
    TakenOver,
    /// Anything later than this version.
    #[serde(other)]
    Unknown,
}
