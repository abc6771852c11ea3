//! Why a run ended, and what to do about it.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use farway_proxy::roles::secctx::SecctxError;
use farway_sys::net::ListenError;

use farway_proto::session::SessionError;

use super::OURS;
use super::view::AskError;
use crate::ssh::intro::IntroError;
use crate::ssh::script::ScriptError;
use crate::ssh::words::WordsError;

/// Why a run ended.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The channel's socket cannot be made.
    #[error("cannot listen for the other end")]
    Channel(#[source] ListenError),
    /// The applications' socket cannot be made.
    #[error("cannot make the Wayland display")]
    Display(#[source] ListenError),
    /// No vsock listener.
    #[error("cannot listen on vsock port {port}")]
    Vsock {
        /// The port.
        port: u32,
        /// What the system said.
        source: io::Error,
    },
    /// `WAYLAND_SOCKET` names nothing that we have.
    #[error("WAYLAND_SOCKET ({number}) is not an open connection")]
    Inherited {
        /// The number.
        number: i32,
        /// What the system said.
        source: io::Error,
    },
    /// There is no compositor.
    #[error("there is no compositor at {}", path.display())]
    NoCompositor {
        /// Where it should be.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A run that was planned otherwise.
    #[error("internal error: the plan has another shape")]
    Shape,
    /// The command cannot be started.
    #[error("cannot run {}", Path::new(program).display())]
    Command {
        /// Its name.
        program: OsString,
        /// What the system said.
        source: io::Error,
    },
    /// The sockets of our own compositor have no place.
    #[error("cannot use the directory {}", path.display())]
    Home {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The keyboard is not known.
    #[error("cannot make a keyboard")]
    Keyboard(#[source] farway_view::keymap::KeymapError),
    /// A compositor of ours was asked in vain.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// A measurement failed.
    #[error(transparent)]
    Bench(#[from] super::bench::BenchError),
    /// The demo's sample failed.
    #[error("the sample failed")]
    Sample(#[source] super::demo::sample::SampleError),
    /// A picture or a page of the manual cannot be written.
    #[error("cannot write {}", path.display())]
    Picture {
        /// Where to.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The compositor made no security context.
    #[error("cannot make a security context")]
    Secctx(#[source] SecctxError),
    /// X11 sockets cannot be made.
    #[error("cannot make an X11 display")]
    X11(#[source] io::Error),
    /// ssh's words are not understood.
    #[error(transparent)]
    Words(#[from] WordsError),
    /// The shell text cannot be made.
    #[error(transparent)]
    Script(#[from] ScriptError),
    /// There is no session, and why.
    #[error("no session")]
    Intro(#[from] IntroError),
    /// What the other end says is not of this agreement.
    #[error("the farway at the other end says something that this one does not understand")]
    Answer,
    /// The session cannot go on.
    #[error("the session cannot go on")]
    Session(#[source] SessionError),
    /// The other end says no.
    #[error("{name}: {}", crate::log::escaped(text))]
    Refused {
        /// Where.
        name: String,
        /// Its reason.
        text: String,
    },
    /// The other machine has no farway any more.
    #[error("farway is gone on {name}")]
    SessionLost {
        /// Where.
        name: String,
    },
    /// The other machine has only a waypipe.
    #[error("there is no farway on {name}, and so no sessions")]
    NoSessions {
        /// Where.
        name: String,
    },
    /// Options with which ssh runs nothing.
    #[error("with these options ssh does not log in")]
    NoLogin,
    /// More than one message can carry.
    #[error("the command is too long")]
    TooLong,
    /// `-f`.
    #[error("ssh's option -f cannot be used: windows need this process")]
    Background,
    /// A system call failed that always works, but for a lack of resources.
    #[error("the system refused")]
    System(#[from] io::Error),
}

impl RunError {
    /// What the user can do.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Channel(ListenError::Exists { .. }) => Some(
                "if no other farway or waypipe client uses it, remove it; or choose another path with --socket",
            ),
            Self::Channel(_) => Some("choose another path with --socket"),
            Self::Display(ListenError::Exists { .. }) => {
                Some("if no compositor uses it, remove it; or choose another name with --display")
            }
            Self::Display(_) => Some("choose another name with --display, and check XDG_RUNTIME_DIR"),
            Self::Inherited { .. } => Some("unset WAYLAND_SOCKET to use WAYLAND_DISPLAY"),
            Self::NoCompositor { .. } => Some("check WAYLAND_DISPLAY"),
            Self::Command { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                Some("is it installed, and in PATH?")
            }
            Self::Home { .. } => Some("check XDG_RUNTIME_DIR, or TMPDIR without it"),
            Self::Ask(error) => error.hint(),
            Self::Secctx(_) => Some("leave --secctx out to go without"),
            Self::Background => Some("let your shell put farway into the background instead, with &"),
            Self::TooLong => Some("put it into a script over there"),
            Self::Answer => Some("use the same version at both ends"),
            Self::NoSessions { .. } => Some("install farway there"),
            _ => None,
        }
    }

    /// The exit code. For commands that cannot be started, it is what shells say.
    pub fn code(&self) -> u8 {
        match self {
            Self::Command { source, .. } if source.kind() == io::ErrorKind::NotFound => 127,
            Self::Command { .. } => 126,
            Self::Words(_) | Self::NoLogin | Self::Background | Self::Script(_) => 2,
            _ => OURS,
        }
    }
}
