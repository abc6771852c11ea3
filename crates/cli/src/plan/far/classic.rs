//! The way without a session: ssh forwards a socket, and each application has a channel through it.
//!
//! Not the words for it, which [`ssh::words`](crate::ssh::words) knows. Invariant: names are those that waypipe would
//! take (section 13.5 of the channel notes).

use std::ffi::OsString;

use crate::args::Args;
use crate::plan::{Channel, Circumstances, PlanError, named};
use crate::ssh::words::{ClassicOptions, Route};

/// What the first part of a socket's path is if nobody says otherwise.
const PREFIX: &str = "/tmp/waypipe";

/// The program over there if nobody says otherwise.
const BIN: &str = "waypipe";

/// Where to listen, and what to tell the far half.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classic {
    /// To listen on here, before ssh is started.
    pub channel: Channel,
    /// What the far half is told. The program is to be replaced if another one is found over there.
    pub options: ClassicOptions,
}

/// Decides. `oneshot` and `xwls` must be what they are in the end.
pub fn classic(args: &Args, here: &Circumstances) -> Result<Classic, PlanError> {
    let (channel, route) = if args.vsock {
        // The address is the same for both ends.
        let address = args.socket.clone().unwrap_or_default();
        (crate::plan::channel(args, PREFIX)?, Route::Vsock(address))
    } else {
        let mine = args.socket.clone().unwrap_or_else(|| PREFIX.into());
        let theirs = args.far.remote_socket.clone().unwrap_or_else(|| mine.clone());
        let path = |mut prefix: OsString, half: &str| {
            prefix.push(format!("-{half}-{}.sock", here.tag));
            named(prefix.into())
        };
        let (client, server) = (path(mine, "client")?, path(theirs, "server")?);
        let route = Route::Forward { server: server.into(), client: client.clone().into() };
        (Channel::Unix(client), route)
    };
    let options = ClassicOptions {
        remote_bin: args.far.remote_bin.clone().unwrap_or_else(|| BIN.into()),
        route,
        debug: args.debug,
        oneshot: args.oneshot,
        no_gpu: args.no_gpu,
        threads: args.threads,
        drm_node: args.far.remote_node.clone().map(OsString::from),
        compress: args.compress.compression().to_string(),
        video: args.video.wanted.then(|| args.video.list.clone()),
        display: Some(args.display.clone().unwrap_or_else(|| format!("wayland-{}", here.tag).into())),
        xwls: args.xwls,
    };
    Ok(Classic { channel, options })
}
