//! Decisions about other machines: how to reach them, what to ask of them, and what shows their windows here.
//!
//! Not the words of ssh's own command line beyond where the destination is. Invariant: nothing that is secret is in
//! here, because all of it may end up on a command line.

mod classic;
#[cfg(test)]
mod tests;

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::slice::from_ref;

use farway_proto::session::words::Start;

use super::view::{self, Place};
use super::{Circumstances, Compositor, Environment, PlanError, Secctx, note_own, runtime_dir, value};
use crate::args::far::{HostsArgs, cut};
use crate::args::view::ScreenArgs;
use crate::args::{Args, Mode};
use crate::config::Config;
pub use classic::Classic;

/// How to reach a machine, and what to start there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The program that is ssh.
    pub ssh: OsString,
    /// Options of ssh and the destination, as typed; for [`Ssh`] also what follows it.
    pub words: Vec<OsString>,
    /// The destination among them, for messages.
    pub destination: OsString,
    /// farway over there, if it need not be looked for.
    pub remote_bin: Option<OsString>,
    /// A program may be sent if none is there.
    pub bootstrap: bool,
}

/// What shows windows on this machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// The compositor.
    pub compositor: Compositor,
    /// Sandbox to show them in.
    pub secctx: Option<Secctx>,
    /// It is good for one application.
    pub oneshot: bool,
}

/// To run a command on another machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Ssh {
    /// Which, and how.
    pub reach: Reach,
    /// What shows windows.
    pub shown: Shown,
    /// For the far half. `command` and `terminal` are open: only who understands ssh's words knows them.
    pub start: Start,
    /// `TERM`, if the command gets a terminal.
    pub term: Option<OsString>,
    /// The way with a forwarded socket, for far halves that know no sessions.
    pub classic: Classic,
    /// There is no other way than that one, because `--vsock` asks for it.
    pub only_classic: bool,
}

/// To list sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sessions {
    /// Where; if nowhere, on this machine.
    pub hosts: Vec<Reach>,
    /// Where sessions of this machine are.
    pub directory: PathBuf,
    /// As JSON.
    pub json: bool,
}

/// To go on with a session.
#[derive(Clone, Debug, PartialEq)]
pub struct Attach {
    /// Where it is.
    pub reach: Reach,
    /// Its name, or the only one there is.
    pub id: Option<String>,
    /// What shows windows.
    pub shown: Shown,
    /// `TERM`, for sessions with a terminal.
    pub term: Option<OsString>,
}

/// To end a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kill {
    /// Where it is.
    pub reach: Reach,
    /// Its name.
    pub id: String,
}

/// To check this machine and perhaps another one.
#[derive(Clone, Debug, PartialEq)]
pub struct Doctor {
    /// The other one.
    pub reach: Option<Reach>,
    /// What would show windows here, or why nothing would.
    pub compositor: Result<Compositor, PlanError>,
    /// `XDG_RUNTIME_DIR`, if it is set to something that can be one.
    pub runtime_dir: Option<PathBuf>,
    /// The program that is ssh.
    pub ssh: OsString,
    /// As JSON.
    pub json: bool,
}

/// To bring the link to a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Porter {
    /// Only say which version of the agreement we speak.
    pub protocol: bool,
    /// Where sessions are.
    pub directory: PathBuf,
}

/// To hold a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keeper {
    /// Where sessions are.
    pub directory: PathBuf,
    /// Where Wayland sockets are. The command must be told if that is a directory of our own.
    pub place: Place,
    /// The user's shell.
    pub shell: OsString,
    /// Letters and digits, for names that must not clash.
    pub tag: String,
}

/// Files that have names of hosts in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostFiles {
    /// Configurations of ssh, and the folder that relative names in each are in.
    pub configs: Vec<PathBuf>,
    /// Keys of known hosts.
    pub known: Vec<PathBuf>,
    /// What `~` is.
    pub home: Option<PathBuf>,
}

/// The one destination that a mode names, for the configuration.
pub fn destination(mode: &Mode) -> Option<String> {
    let words = match mode {
        Mode::Ssh(ssh) => &ssh.words,
        Mode::Attach(one) | Mode::Kill(one) => &one.words,
        Mode::Doctor(hosts) => &hosts.words,
        _ => return None,
    };
    cut(words).rest.first().map(|word| word.to_string_lossy().into_owned())
}

fn ssh_program(args: &Args) -> OsString {
    args.far.ssh_bin.clone().unwrap_or_else(|| "ssh".into())
}

/// `words` begin with ssh's options; `destination` is the word after these.
fn reach(args: &Args, words: Vec<OsString>, destination: &OsStr) -> Reach {
    Reach {
        ssh: ssh_program(args),
        words,
        destination: destination.into(),
        remote_bin: args.far.remote_bin.clone(),
        bootstrap: !args.far.no_bootstrap,
    }
}

/// Options and the destination, and the words after it. `args::parse` lets nothing without a destination through.
fn target(args: &Args, words: &[OsString]) -> (Reach, Vec<OsString>) {
    let cut = cut(words);
    let (destination, after) = match cut.rest.split_first() {
        Some((destination, after)) => (destination.clone(), after.to_vec()),
        None => (OsString::new(), Vec::new()),
    };
    let words = [cut.options, from_ref(&destination)].concat();
    (reach(args, words, &destination), after)
}

fn shown(
    args: &Args,
    env: &Environment,
    here: &Circumstances,
    notes: &mut Vec<&'static str>,
) -> Result<Shown, PlanError> {
    let (compositor, secctx) = super::shown(args, false, &ScreenArgs::default(), env, here)?;
    note_own(&compositor, notes);
    let oneshot = args.oneshot || matches!(compositor, Compositor::Inherited(_));
    Ok(Shown { compositor, secctx, oneshot })
}

/// Decides for `farway ssh`.
pub fn ssh(
    args: &Args,
    words: &[OsString],
    env: &Environment,
    here: &Circumstances,
    notes: &mut Vec<&'static str>,
) -> Result<Ssh, PlanError> {
    let shown = shown(args, env, here, notes)?;
    let mut args = args.clone();
    if shown.oneshot && args.xwls {
        if args.given.contains("xwls") {
            return Err(PlanError::XwlsOneshot);
        }
        args.xwls = false;
    }
    args.oneshot = shown.oneshot;
    let destination = cut(words).rest.first().cloned().unwrap_or_default();
    Ok(Ssh {
        reach: reach(&args, words.to_vec(), &destination),
        start: start(&args),
        term: value(env, "TERM").map(OsString::from),
        classic: classic::classic(&args, here)?,
        only_classic: args.vsock,
        shown,
    })
}

fn start(args: &Args) -> Start {
    let bytes = |text: &OsStr| text.as_bytes().to_vec();
    Start {
        oneshot: args.oneshot,
        display: args.display.as_deref().map(bytes),
        xwls: args.xwls,
        compress: args.compress.to_string(),
        threads: args.threads,
        no_gpu: args.no_gpu,
        drm_node: args.far.remote_node.as_ref().map(|path| bytes(path.as_os_str())),
        debug: args.debug,
        grace: args.far.grace.as_secs(),
        ..Start::default()
    }
}

/// Decides for `farway sessions`. Each host has its own table in the configuration.
pub fn sessions(args: &Args, hosts: &HostsArgs, config: &Config, here: &Circumstances) -> Sessions {
    let cut = cut(&hosts.words);
    let host = |name: &OsString| {
        let mut args = args.clone();
        config.apply(&mut args, Some(&name.to_string_lossy()));
        reach(&args, [cut.options, from_ref(name)].concat(), name)
    };
    let directory = directory(here);
    Sessions { hosts: cut.rest.iter().map(host).collect(), directory, json: hosts.json }
}

/// Decides for `farway attach`.
pub fn attach(
    args: &Args,
    words: &[OsString],
    env: &Environment,
    here: &Circumstances,
    notes: &mut Vec<&'static str>,
) -> Result<Attach, PlanError> {
    let shown = shown(args, env, here, notes)?;
    let (reach, after) = target(args, words);
    let id = after.first().map(|id| id.to_string_lossy().into_owned());
    Ok(Attach { reach, id, shown, term: value(env, "TERM").map(OsString::from) })
}

/// Decides for `farway kill`.
pub fn kill(args: &Args, words: &[OsString]) -> Kill {
    let (reach, after) = target(args, words);
    Kill { reach, id: after.first().map(|id| id.to_string_lossy().into_owned()).unwrap_or_default() }
}

/// Decides for `farway doctor`. What is wrong with the environment is a finding there, not a failure.
pub fn doctor(args: &Args, hosts: &HostsArgs, env: &Environment, here: &Circumstances) -> Doctor {
    let there = !cut(&hosts.words).rest.is_empty();
    Doctor {
        reach: there.then(|| target(args, &hosts.words).0),
        compositor: super::shown(args, false, &ScreenArgs::default(), env, here).map(|(it, _)| it),
        runtime_dir: runtime_dir(env).map(PathBuf::from),
        ssh: ssh_program(args),
        json: hosts.json,
    }
}

/// Where the sockets of sessions are. Not in `XDG_RUNTIME_DIR`, which goes away with the user's last login, and that may
/// have been the link; not below `TMPDIR`, which may be another one for the next login.
fn directory(here: &Circumstances) -> PathBuf {
    Path::new("/tmp").join(format!("farway-{}", here.uid))
}

/// Decides for the mode that ssh starts.
pub fn porter(protocol: bool, here: &Circumstances) -> Porter {
    Porter { protocol, directory: directory(here) }
}

/// Decides for the mode that holds a session.
pub fn keeper(env: &Environment, here: &Circumstances) -> Result<Keeper, PlanError> {
    Ok(Keeper {
        directory: directory(here),
        place: view::place(None, env, here)?,
        shell: value(env, "SHELL").unwrap_or(OsStr::new("/bin/sh")).into(),
        tag: here.tag.clone(),
    })
}

/// Where ssh has names of hosts (ssh_config(5), sshd(8)).
pub fn host_files(env: &Environment) -> HostFiles {
    let home = value(env, "HOME").map(PathBuf::from).filter(|home| home.is_absolute());
    let both = |name: &str, system: &str| {
        let mine = home.iter().map(|home| home.join(".ssh").join(name));
        mine.chain([PathBuf::from("/etc/ssh").join(system)]).collect()
    };
    HostFiles {
        configs: both("config", "ssh_config"),
        known: both("known_hosts", "ssh_known_hosts"),
        home: home.clone(),
    }
}
