//! The way without a session: ssh forwards a socket, and each application has a channel through it.
//!
//! Invariant: the words are those that waypipe writes and understands (section 13.5 of the channel notes).

use std::ffi::OsString;
use std::path::PathBuf;

use crate::args::Args;
use crate::plan::{Channel, Circumstances, PlanError, named};

/// What the first part of a socket's path is if nobody says otherwise.
const PREFIX: &str = "/tmp/waypipe";

/// Everything but the words for ssh itself and the command:
/// `ssh [-t] [-R FORWARD:CHANNEL] … DESTINATION -- BIN [--login-shell] OPTIONS server [COMMAND]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classic {
    /// To listen on here, before ssh is started.
    pub channel: Channel,
    /// Socket over there that ssh forwards to `channel`; nothing with vsock.
    pub forward: Option<PathBuf>,
    /// Options of the other end, before the word `server`. `--login-shell` is missing: it belongs to no command.
    pub options: Vec<OsString>,
}

/// Decides. `oneshot` and `xwls` must be what they are in the end.
pub fn classic(args: &Args, here: &Circumstances) -> Result<Classic, PlanError> {
    let (channel, forward) = if args.vsock {
        (crate::plan::channel(args, PREFIX)?, None)
    } else {
        let mine = args.socket.clone().unwrap_or_else(|| PREFIX.into());
        let theirs = args.far.remote_socket.clone().unwrap_or_else(|| mine.clone());
        let path = |mut prefix: OsString, half: &str| {
            prefix.push(format!("-{half}-{}.sock", here.tag));
            named(prefix.into())
        };
        (Channel::Unix(path(mine, "client")?), Some(path(theirs, "server")?))
    };
    let options = options(args, forward.as_ref(), here);
    Ok(Classic { channel, forward, options })
}

fn options(args: &Args, forward: Option<&PathBuf>, here: &Circumstances) -> Vec<OsString> {
    let mut words: Vec<OsString> = Vec::new();
    let mut flag = |wanted: bool, name: &str| words.extend(wanted.then(|| name.into()));
    flag(args.debug, "--debug");
    flag(args.oneshot, "--oneshot");
    flag(args.no_gpu, "--no-gpu");
    flag(true, "--unlink-socket");
    flag(args.xwls, "--xwls");
    flag(args.vsock, "--vsock");
    flag(args.video.wanted, &format!("--video={}", args.video.list));
    let mut option = |name: &str, value: OsString| words.extend([name.into(), value]);
    option("--threads", args.threads.to_string().into());
    option("--compress", args.compress.to_string().into());
    if let Some(node) = &args.far.remote_node {
        option("--drm-node", node.into());
    }
    // With vsock the address is the same for both ends.
    if let Some(socket) = forward.map(OsString::from).or_else(|| args.socket.clone()) {
        option("--socket", socket);
    }
    if !args.oneshot {
        let display = args.display.clone().unwrap_or_else(|| format!("wayland-{}", here.tag).into());
        option("--display", display);
    }
    words
}
