//! Why nothing can be done, and what to do about it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use farway_sys::net::VsockParseError;

/// What is missing or wrong in the environment or the options.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A mode that does not exist.
    #[error("unknown mode")]
    Mode,
    /// `--xwls` in a oneshot environment.
    #[error("--xwls cannot serve a single connection, which the set variable WAYLAND_SOCKET asks for")]
    XwlsOneshot,
    /// `--secctx` with an inherited connection.
    #[error(
        "--secctx cannot be used with an inherited connection, which the set variable WAYLAND_SOCKET asks for"
    )]
    SecctxInherited,
    /// No compositor is named.
    #[error("WAYLAND_DISPLAY is not set, so there is no compositor to show windows on")]
    NoDisplay,
    /// A relative name without a directory.
    #[error("XDG_RUNTIME_DIR is not set, so {what} ({}) names no socket", Path::new(name).display())]
    NoRuntimeDir {
        /// Which name.
        what: &'static str,
        /// The name.
        name: OsString,
    },
    /// The directory is none.
    #[error("XDG_RUNTIME_DIR ({}) is no absolute path", Path::new(value).display())]
    BadRuntimeDir {
        /// Its value.
        value: OsString,
    },
    /// An empty name.
    #[error("{what} is empty")]
    EmptyName {
        /// Which name.
        what: &'static str,
    },
    /// A path that ends in a slash.
    #[error("{} has no file name, so it cannot be a socket", path.display())]
    NoFileName {
        /// The path.
        path: PathBuf,
    },
    /// A name that fits no socket address.
    #[error("the name of the socket {} is too long ({len} bytes, at most {limit})", path.display())]
    LongName {
        /// The whole path.
        path: PathBuf,
        /// Bytes of its last part.
        len: usize,
        /// Bytes that would do.
        limit: usize,
    },
    /// `WAYLAND_SOCKET` is no descriptor.
    #[error("WAYLAND_SOCKET ({}) is no number of an inherited connection", Path::new(value).display())]
    BadInherited {
        /// Its value.
        value: OsString,
    },
    /// The vsock address is not even text.
    #[error("{} is no vsock address", Path::new(text).display())]
    VsockText {
        /// What was given.
        text: OsString,
    },
    /// The vsock address is none.
    #[error("{text} is no vsock address ({source})")]
    Vsock {
        /// What was given.
        text: String,
        /// What is wrong with it.
        source: VsockParseError,
    },
}

impl PlanError {
    /// What the user can do.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Mode => return None,
            Self::XwlsOneshot | Self::SecctxInherited => "unset WAYLAND_SOCKET",
            Self::NoDisplay => "run this inside a Wayland session, or set WAYLAND_DISPLAY to its socket",
            Self::NoRuntimeDir { .. } => "set XDG_RUNTIME_DIR, or give an absolute path",
            Self::BadRuntimeDir { .. } => "set it to a directory of yours, often /run/user/UID",
            Self::EmptyName { .. } | Self::NoFileName { .. } => "give a name for the socket",
            Self::LongName { .. } => "choose a shorter name",
            Self::BadInherited { .. } => "unset WAYLAND_SOCKET to use WAYLAND_DISPLAY",
            Self::VsockText { .. } | Self::Vsock { .. } => "write [[s]CID:]PORT, such as 1234 or 3:1234",
        })
    }
}
