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
use crate::args::far::HostsArgs;
use crate::args::view::ScreenArgs;
use crate::args::{Args, Mode};
use crate::config::Config;
use crate::ssh::parcel::Places;
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
    /// Where programs to be sent may be.
    pub places: Places,
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
    /// The other end may know what the compositor tells everybody.
    pub optimistic: bool,
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
    /// Where programs to be sent may be.
    pub places: Places,
    /// As JSON.
    pub json: bool,
}

/// What brings a porter its first words ([`crate::ssh::packed`]).
pub const HELLO: &str = "FARWAY_HELLO";

/// To bring the link to a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Porter {
    /// Only say which version of the agreement we speak.
    pub protocol: bool,
    /// Where sessions are.
    pub directory: PathBuf,
    /// A log is wanted of the keeper, too.
    pub log: bool,
    /// The near end's first words, if they came with the command line.
    pub hello: Option<Vec<u8>>,
    /// What the environment says of the user.
    pub user: User,
}

/// What the environment says of the user of this machine. What is not said is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
    /// The name.
    pub name: Option<OsString>,
    /// The home folder.
    pub home: Option<PathBuf>,
    /// The shell.
    pub shell: OsString,
    /// Where what can be made again is kept.
    pub cache: Option<PathBuf>,
    /// `XDG_RUNTIME_DIR`.
    pub runtime_dir: Option<PathBuf>,
    /// Where programs are.
    pub path: Vec<PathBuf>,
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
    /// The user's home folder.
    pub home: Option<PathBuf>,
    /// Letters and digits, for names that must not clash.
    pub tag: String,
    /// `RUST_LOG` is set, so the helper for X11 has its level.
    pub rust_log: bool,
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
pub fn destination(args: &Args) -> Option<String> {
    let words = match &args.mode {
        Mode::Ssh(ssh) => &ssh.words,
        Mode::Attach(one) | Mode::Kill(one) => &one.words,
        Mode::Doctor(hosts) => &hosts.words,
        _ => return None,
    };
    args.far.cut(words).rest.first().map(|word| word.to_string_lossy().into_owned())
}

/// `words` begin with ssh's options; `destination` is the word after these.
fn reach(
    args: &Args,
    words: Vec<OsString>,
    destination: &OsStr,
    env: &Environment,
    here: &Circumstances,
) -> Reach {
    Reach {
        ssh: args.far.ssh(),
        words,
        destination: destination.into(),
        remote_bin: args.far.remote_bin.clone(),
        // Only a command is worth it: where farway is missing, there are no sessions to ask for.
        bootstrap: !args.far.no_bootstrap && matches!(args.mode, Mode::Ssh(_)),
        places: places(env, here),
    }
}

/// Options and the destination, and the words after it. `args::parse` lets nothing without a destination through.
fn target(
    args: &Args,
    words: &[OsString],
    env: &Environment,
    here: &Circumstances,
) -> (Reach, Vec<OsString>) {
    let cut = args.far.cut(words);
    let (destination, after) = match cut.rest.split_first() {
        Some((destination, after)) => (destination.clone(), after.to_vec()),
        None => (OsString::new(), Vec::new()),
    };
    let words = [cut.options, from_ref(&destination)].concat();
    (reach(args, words, &destination, env, here), after)
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
    Ok(Shown { compositor, secctx, oneshot, optimistic: !(args.no_optimistic || args.plain) })
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
    let destination = args.far.cut(words).rest.first().cloned().unwrap_or_default();
    Ok(Ssh {
        reach: reach(&args, words.to_vec(), &destination, env, here),
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
pub fn sessions(
    args: &Args,
    hosts: &HostsArgs,
    config: &Config,
    env: &Environment,
    here: &Circumstances,
) -> Sessions {
    let cut = args.far.cut(&hosts.words);
    let host = |name: &OsString| {
        let mut args = args.clone();
        config.apply(&mut args, Some(&name.to_string_lossy()));
        reach(&args, [cut.options, from_ref(name)].concat(), name, env, here)
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
    let (reach, after) = target(args, words, env, here);
    let id = after.first().map(|id| id.to_string_lossy().into_owned());
    Ok(Attach { reach, id, shown, term: value(env, "TERM").map(OsString::from) })
}

/// Decides for `farway kill`.
pub fn kill(args: &Args, words: &[OsString], env: &Environment, here: &Circumstances) -> Kill {
    let (reach, after) = target(args, words, env, here);
    Kill { reach, id: after.first().map(|id| id.to_string_lossy().into_owned()).unwrap_or_default() }
}

/// Decides for `farway doctor`. What is wrong with the environment is a finding there, not a failure.
pub fn doctor(args: &Args, hosts: &HostsArgs, env: &Environment, here: &Circumstances) -> Doctor {
    let there = !args.far.cut(&hosts.words).rest.is_empty();
    Doctor {
        reach: there.then(|| target(args, &hosts.words, env, here).0),
        compositor: super::shown(args, false, &ScreenArgs::default(), env, here).map(|(it, _)| it),
        runtime_dir: runtime_dir(env).map(PathBuf::from),
        ssh: args.far.ssh(),
        places: places(env, here),
        json: hosts.json,
    }
}

/// Where the sockets of sessions are. Not in `XDG_RUNTIME_DIR`, which goes away with the user's last login, and that may
/// have been the link; not below `TMPDIR`, which may be another one for the next login.
fn directory(here: &Circumstances) -> PathBuf {
    Path::new("/tmp").join(format!("farway-{}", here.uid))
}

/// Decides for the mode that ssh starts.
pub fn porter(protocol: bool, env: &Environment, here: &Circumstances) -> Porter {
    let log = env.contains_key(OsStr::new("FARWAY_LOG"));
    let hello = value(env, HELLO).and_then(OsStr::to_str).and_then(crate::ssh::packed::decode);
    Porter { protocol, directory: directory(here), log, hello, user: user(env) }
}

fn user(env: &Environment) -> User {
    let home = value(env, "HOME").map(PathBuf::from);
    User {
        name: value(env, "USER").or_else(|| value(env, "LOGNAME")).map(OsString::from),
        shell: shell(env),
        cache: base(env, "XDG_CACHE_HOME", ".cache"),
        runtime_dir: value(env, "XDG_RUNTIME_DIR").map(PathBuf::from),
        path: value(env, "PATH").map(|path| std::env::split_paths(path).collect()).unwrap_or_default(),
        home,
    }
}

fn shell(env: &Environment) -> OsString {
    value(env, "SHELL").unwrap_or(OsStr::new("/bin/sh")).into()
}

fn places(env: &Environment, here: &Circumstances) -> Places {
    Places { exe: here.exe.clone(), data_home: base(env, "XDG_DATA_HOME", ".local/share") }
}

/// A base folder (XDG base directory specification): the variable's if it is absolute, or one in the user's home.
fn base(env: &Environment, variable: &str, default: &str) -> Option<PathBuf> {
    let absolute = |name: &str| value(env, name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute(variable).or_else(|| absolute("HOME").map(|home| home.join(default)))
}

/// Decides for the mode that holds a session.
pub fn keeper(env: &Environment, here: &Circumstances) -> Result<Keeper, PlanError> {
    Ok(Keeper {
        directory: directory(here),
        place: view::place(None, env, here)?,
        shell: shell(env),
        home: value(env, "HOME").map(PathBuf::from),
        tag: here.tag.clone(),
        rust_log: env.contains_key(OsStr::new("RUST_LOG")),
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
