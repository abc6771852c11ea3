//! A stand-in for ssh: it runs the remote command on this machine, and puts an emulated link between its two ends.
//!
//! As with ssh, there is one connection, which the command's streams and all forwarded sockets share. Not ssh: no
//! encryption, no login, and options that have nothing to do with this are ignored. Invariant: every byte that is
//! relayed goes through the link, in the order of its channel.

mod hands;
mod mux;
mod words;

use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::Command;

use farway_sys::net::{ByteStream, ListenError, Socket, listen_unix};
use farway_sys::process::exit_code;

use crate::args::bench::link::{Link, LinkError};
pub use hands::Traffic;
use words::Words;

/// Why the stand-in cannot do its work.
#[derive(Debug, thiserror::Error)]
pub enum StandInError {
    /// The file that describes the link.
    #[error("cannot read the link's file {}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What stands in it.
    #[error("the link's file is wrong")]
    Link(#[from] LinkError),
    /// No destination, or no command.
    #[error("the stand-in for ssh needs a destination and a command")]
    Words,
    /// The forwarded socket cannot be made.
    #[error("cannot listen for -R")]
    Forward(#[from] ListenError),
    /// Anything else that the system refuses.
    #[error("the link is broken")]
    System(#[from] io::Error),
}

/// Where the counters of the link described by `file` are.
pub fn counters(file: &Path) -> PathBuf {
    file.with_extension("bytes")
}

/// Does what ssh would do with these words, over the link that `file` describes. Returns the exit code.
///
/// # Errors
/// See [`StandInError`].
pub fn run(file: &Path, words: &[OsString]) -> Result<u8, StandInError> {
    let text =
        std::fs::read_to_string(file).map_err(|source| StandInError::File { path: file.into(), source })?;
    let link: Link = text.trim().parse()?;
    let words = Words::parse(words).ok_or(StandInError::Words)?;
    let mut forwards = Vec::new();
    for (far, near) in words.forwards {
        forwards.push((listen_unix(&far, 128)?, near));
    }
    let (ours, theirs) = Socket::pair()?;
    let theirs = OwnedFd::from(theirs);
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(words.command).stdin(theirs.try_clone()?).stdout(theirs);
    let mut child = command.spawn()?;
    // The child's ends are its own.
    drop(command);
    let near = ByteStream::pair(
        rustix::stdio::stdin().try_clone_to_owned()?,
        rustix::stdio::stdout().try_clone_to_owned()?,
    );
    let far = ByteStream::from(OwnedFd::from(ours));
    let mut exit = move || Ok(child.try_wait()?.map(exit_code));
    let code = hands::relay(&link.profile, near, far, forwards, &counters(file), &mut exit)?;
    Ok(u8::try_from(code).unwrap_or(u8::MAX))
}
