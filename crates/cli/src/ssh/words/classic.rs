//! The command line of a classic channel: ssh forwards a socket, and a waypipe runs over there.
//!
//! Not the session's way. Invariant: for the same wishes it is word for word what waypipe 0.10.6 and later executes
//! (section 13.5 of the channel notes), so that every far half which serves waypipe serves us.

use std::ffi::{OsStr, OsString};

use super::{Program, Words};

/// How the channel gets from there to here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// ssh forwards a socket.
    Forward {
        /// Path of the socket over there.
        server: OsString,
        /// Path of ours; it must be bound and listening before ssh is started.
        client: OsString,
    },
    /// A vsock address as the far half must dial it.
    Vsock(OsString),
}

/// What the far half is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassicOptions {
    /// The program over there. The shell over there reads this word, as with waypipe.
    pub remote_bin: OsString,
    /// The way of the channel.
    pub route: Route,
    /// `--debug`.
    pub debug: bool,
    /// `--oneshot`.
    pub oneshot: bool,
    /// `--no-gpu`.
    pub no_gpu: bool,
    /// `--threads`.
    pub threads: usize,
    /// `--remote-node`, which is `--drm-node` over there.
    pub drm_node: Option<OsString>,
    /// As `--compress` spells it.
    pub compress: String,
    /// As `--video` spells it, if a codec is chosen.
    pub video: Option<String>,
    /// Name of the Wayland socket; not said for a single connection.
    pub display: Option<OsString>,
    /// `--xwls`.
    pub xwls: bool,
}

/// All words for ssh, the program's own name excepted.
pub fn classic(words: &Words, options: &ClassicOptions) -> Vec<OsString> {
    let mut line: Vec<OsString> = Vec::new();
    let shell = words.rest.is_empty();
    let socket = match &options.route {
        Route::Forward { server, .. } => server,
        Route::Vsock(address) => address,
    };
    if shell {
        line.push("-t".into());
    }
    if let Route::Forward { server, client } = &options.route {
        let mut pair = server.clone();
        pair.push(":");
        pair.push(client);
        line.extend(["-R".into(), pair]);
    }
    line.extend(words.typed.iter().cloned());
    // A second one would be part of the command, and dbclient knows none.
    if !words.closed && words.program == Program::OpenSsh {
        line.push("--".into());
    }
    line.push(options.remote_bin.clone());
    let mut say = |when: bool, said: &[&OsStr]| line.extend(said.iter().filter(|_| when).map(OsString::from));
    let threads = options.threads.to_string();
    let w = OsStr::new;
    say(options.debug, &[w("--debug")]);
    say(options.oneshot, &[w("--oneshot")]);
    say(shell, &[w("--login-shell")]);
    say(options.no_gpu, &[w("--no-gpu")]);
    say(true, &[w("--unlink-socket"), w("--threads"), w(&threads)]);
    if let Some(node) = &options.drm_node {
        say(true, &[w("--drm-node"), node]);
    }
    say(true, &[w("--compress"), w(&options.compress)]);
    if let Some(video) = &options.video {
        say(true, &[w(&format!("--video={video}"))]);
    }
    say(matches!(options.route, Route::Vsock(_)), &[w("--vsock")]);
    say(true, &[w("--socket"), socket]);
    if let Some(display) = options.display.as_ref().filter(|_| !options.oneshot) {
        say(true, &[w("--display"), display]);
    }
    say(options.xwls, &[w("--xwls")]);
    say(true, &[w("server")]);
    line.extend(words.rest.iter().cloned());
    line
}
