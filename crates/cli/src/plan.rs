//! What to do, decided from the command line and the environment.
//!
//! Not the doing: this is a pure function, so that every combination can be tested. Invariant: nothing else in the
//! program reads the environment to decide anything. The rules are those of waypipe (section 13 of the channel notes).

pub mod bench;
mod error;
pub mod far;
#[cfg(test)]
mod tests;
pub mod view;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use clap_complete::Shell;
use farway_proto::channel::Capabilities;
use farway_proxy::Settings;
use farway_proxy::settings::Choice;
use farway_sys::net::VsockAddr;

use crate::args::view::ScreenArgs;
use crate::args::{Args, Mode};
use crate::config::Config;
pub use error::PlanError;

/// Where the client listens if nobody says otherwise.
pub const CLIENT_SOCKET: &str = "/tmp/waypipe-client.sock";
/// Where the server connects to if nobody says otherwise.
pub const SERVER_SOCKET: &str = "/tmp/waypipe-server.sock";

/// The longest name that a socket file can have: `sun_path` less its NUL, on Linux.
const NAME_MAX: usize = 107;

/// The environment of this process.
pub type Environment = BTreeMap<OsString, OsString>;

/// Facts that are neither on the command line nor in the environment.
#[derive(Clone, Debug)]
pub struct Circumstances {
    /// How many CPUs there are.
    pub cpus: usize,
    /// Random letters and digits, for names that must not clash.
    pub tag: String,
    /// Our process id.
    pub pid: u32,
    /// Our user id.
    pub uid: u32,
    /// Our own program, if the system knows.
    pub exe: Option<PathBuf>,
}

/// Everything that is to be done.
#[derive(Clone, Debug)]
pub struct Plan {
    /// For the connections.
    pub settings: Settings,
    /// What the user should know, one line each.
    pub notes: Vec<&'static str>,
    /// Which end of the channel to be.
    pub role: Role,
}

/// What to be.
#[derive(Clone, Debug, PartialEq)]
pub enum Role {
    /// Where they are seen, with a command on another machine.
    Ssh(Box<far::Ssh>),
    /// What runs on other machines.
    Sessions(far::Sessions),
    /// To go on with what runs there.
    Attach(Box<far::Attach>),
    /// To end it.
    Kill(far::Kill),
    /// To check both ends.
    Doctor(far::Doctor),
    /// What ssh starts on the other machine.
    Porter(far::Porter),
    /// What holds a session there.
    Keeper(far::Keeper),
    /// Where applications run.
    Server(Server),
    /// Where they are seen.
    Client(Client),
    /// A compositor by itself.
    View(view::View),
    /// Everything on one machine, to look at.
    Demo(view::Demo),
    /// To measure.
    Bench(bench::Bench),
    /// To print a script for this shell.
    Completions(Shell),
    /// To print names of hosts for such a script.
    CompleteHosts(far::HostFiles),
    /// To print the manual, or to write it into this folder.
    Man(Option<PathBuf>),
}

/// How the two halves find each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Channel {
    /// A unix socket.
    Unix(PathBuf),
    /// Between virtual machine and host.
    Vsock(VsockAddr),
}

/// To run a command and serve its windows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// To connect to.
    pub channel: Channel,
    /// Remove the channel's socket when it is not needed any more.
    pub unlink: bool,
    /// What to run.
    pub command: CommandLine,
    /// How the command finds us.
    pub shape: Shape,
}

/// How applications find the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// By a name, any number of them.
    Multi {
        /// `WAYLAND_DISPLAY` for the command.
        display: OsString,
        /// The socket that this names.
        socket: PathBuf,
        /// X11 applications too: `RUST_LOG` for their helper, unless it has one already.
        xwls: Option<Xwls>,
    },
    /// By an inherited descriptor, one of them. `inherited` is one of our own that the command must not get.
    Oneshot {
        /// Number of a descriptor that we inherited and do not need.
        inherited: Option<i32>,
    },
}

/// How to start the helper for X11.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Xwls {
    /// `RUST_LOG` for it; `None` leaves what is there.
    pub rust_log: Option<&'static str>,
}

/// A program and how to call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    /// Name or path.
    pub program: OsString,
    /// What it is told to be called, if not that.
    pub arg0: Option<OsString>,
    /// Its arguments.
    pub args: Vec<OsString>,
}

/// To show what arrives over channels.
#[derive(Clone, Debug, PartialEq)]
pub struct Client {
    /// To listen on.
    pub channel: Channel,
    /// End with the first connection.
    pub oneshot: bool,
    /// Who shows the windows.
    pub compositor: Compositor,
    /// Sandbox to show them in.
    pub secctx: Option<Secctx>,
}

/// Where the compositor is.
#[derive(Clone, Debug, PartialEq)]
pub enum Compositor {
    /// A socket to connect to.
    Path(PathBuf),
    /// A connection that we inherited.
    Inherited(i32),
    /// We bring it along.
    Own(view::Place, view::Screen),
}

/// A security context to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secctx {
    /// The application's ID in it.
    pub app_id: String,
    /// The ID of this instance of it.
    pub instance_id: String,
    /// Path for the context's socket.
    pub socket: PathBuf,
}

/// Decides. The configuration has a say in what the command line leaves open.
///
/// # Errors
/// What is missing or wrong in the environment or the options.
pub fn plan(
    mut args: Args,
    config: &Config,
    env: &Environment,
    here: &Circumstances,
) -> Result<Plan, PlanError> {
    // Modes with several destinations ask again for each.
    let destination = far::destination(&args);
    config.apply(&mut args, destination.as_deref());
    let mut notes = Vec::new();
    let role = role(&args, config, env, here, &mut notes)?;
    let shows = matches!(role, Role::Ssh(_) | Role::Attach(_) | Role::Server(_) | Role::Client(_));
    if args.drm_node.is_some() && !args.no_gpu && shows {
        notes.push("this build has no GPU support yet: --drm-node has no effect");
    }
    if args.video.wanted && !args.no_gpu && shows {
        notes.push("this build has no GPU support yet: --video has no effect");
    }
    Ok(Plan { settings: settings(&args, here), notes, role })
}

fn settings(args: &Args, here: &Circumstances) -> Settings {
    Settings {
        compression: args.compress.compression(),
        adaptive: args.compress == Choice::Auto,
        title_prefix: args.title_prefix.clone(),
        threads: match args.threads {
            0 => (here.cpus / 2).max(1),
            count => count,
        },
        trace: args.debug,
        capabilities: if args.plain { Capabilities::NONE } else { Settings::default().capabilities },
        ..Settings::default()
    }
}

fn role(
    args: &Args,
    config: &Config,
    env: &Environment,
    here: &Circumstances,
    notes: &mut Vec<&'static str>,
) -> Result<Role, PlanError> {
    Ok(match &args.mode {
        Mode::Ssh(ssh) => Role::Ssh(Box::new(far::ssh(args, &ssh.words, env, here, notes)?)),
        Mode::Attach(one) => Role::Attach(Box::new(far::attach(args, &one.words, env, here, notes)?)),
        Mode::Sessions(hosts) => Role::Sessions(far::sessions(args, hosts, config, env, here)),
        Mode::Kill(one) => Role::Kill(far::kill(args, &one.words, env, here)),
        Mode::Doctor(hosts) => Role::Doctor(far::doctor(args, hosts, env, here)),
        Mode::Porter { protocol } => Role::Porter(far::porter(*protocol, env, here)),
        Mode::Keeper => Role::Keeper(far::keeper(env, here)?),
        Mode::Completions { shell } => Role::Completions(*shell),
        Mode::CompleteHosts => Role::CompleteHosts(far::host_files(env)),
        Mode::Man { directory } => Role::Man(directory.clone()),
        Mode::Server { command } => Role::Server(Server {
            channel: channel(args, SERVER_SOCKET)?,
            unlink: args.unlink_socket,
            command: command_line(command, args.login_shell, env),
            shape: shape(args, env, here)?,
        }),
        Mode::Client { view, screen } => {
            let (compositor, secctx) = shown(args, *view, screen, env, here)?;
            if !view {
                note_own(&compositor, notes);
            }
            let oneshot = args.oneshot || matches!(compositor, Compositor::Inherited(_));
            Role::Client(Client { channel: channel(args, CLIENT_SOCKET)?, oneshot, compositor, secctx })
        }
        Mode::View(args) => {
            let view = view::view(args, env, here)?;
            if view.screen.nowhere && view.ask.is_none() {
                notes.push("there is no screen to open windows on: drawing into memory, see `farway view screenshot`");
            }
            Role::View(view)
        }
        Mode::Demo(args) => Role::Demo(view::demo(args, env, here)?),
        Mode::Bench(bench) => Role::Bench(bench::bench(args, bench, env, here)),
        // `args::parse` refuses these.
        Mode::Other(_) => return Err(PlanError::Mode),
    })
}

/// Nobody asked for a compositor of our own.
fn note_own(compositor: &Compositor, notes: &mut Vec<&'static str>) {
    if let Compositor::Own(..) = compositor {
        notes.push("WAYLAND_DISPLAY is not set: farway shows windows with a compositor of its own (--view)");
    }
}

fn channel(args: &Args, default: &str) -> Result<Channel, PlanError> {
    let socket = args.socket.as_deref().unwrap_or(OsStr::new(default));
    if args.vsock {
        let text = socket.to_str().ok_or_else(|| PlanError::VsockText { text: socket.into() })?;
        let address = text.parse().map_err(|source| PlanError::Vsock { text: text.into(), source })?;
        return Ok(Channel::Vsock(address));
    }
    Ok(Channel::Unix(named(PathBuf::from(socket))?))
}

fn command_line(command: &[OsString], login: bool, env: &Environment) -> CommandLine {
    if let Some((program, args)) = command.split_first() {
        return CommandLine { program: program.clone(), arg0: None, args: args.to_vec() };
    }
    let program = value(env, "SHELL").unwrap_or(OsStr::new("/bin/sh")).to_os_string();
    let arg0 = login.then(|| {
        let mut name = OsString::from("-");
        name.push(Path::new(&program).file_name().unwrap_or(&program));
        name
    });
    CommandLine { program, arg0, args: Vec::new() }
}

fn shape(args: &Args, env: &Environment, here: &Circumstances) -> Result<Shape, PlanError> {
    let inherited = env.get(OsStr::new("WAYLAND_SOCKET"));
    if args.oneshot || inherited.is_some() {
        if args.xwls {
            return Err(PlanError::XwlsOneshot);
        }
        // That it is there is what counts; a number that is none is not ours to complain about.
        let inherited = inherited.and_then(|text| descriptor(text).ok());
        return Ok(Shape::Oneshot { inherited });
    }
    let display = match args.display.clone() {
        Some(name) => name,
        None => format!("wayland-{}", here.tag).into(),
    };
    let socket = named(in_runtime_dir(&display, "--display", env)?)?;
    let xwls = args.xwls.then(|| Xwls {
        rust_log: match (env.get(OsStr::new("RUST_LOG")), args.debug) {
            (Some(_), _) => None,
            (None, true) => Some("debug"),
            (None, false) => Some("error"),
        },
    });
    Ok(Shape::Multi { display, socket, xwls })
}

/// Who shows windows, and in which sandbox.
fn shown(
    args: &Args,
    own: bool,
    screen: &ScreenArgs,
    env: &Environment,
    here: &Circumstances,
) -> Result<(Compositor, Option<Secctx>), PlanError> {
    let compositor = match env.get(OsStr::new("WAYLAND_SOCKET")) {
        Some(text) if !own => Compositor::Inherited(descriptor(text)?),
        _ => match value(env, "WAYLAND_DISPLAY").filter(|_| !own) {
            Some(display) => Compositor::Path(named(in_runtime_dir(display, "WAYLAND_DISPLAY", env)?)?),
            None if args.secctx.is_some() && args.given.contains("secctx") => {
                return Err(PlanError::NoDisplay);
            }
            None => Compositor::Own(view::place(None, env, here)?, view::Screen::new(screen, env)),
        },
    };
    let inherited = matches!(compositor, Compositor::Inherited(_));
    let secctx = match &args.secctx {
        None => None,
        // It is for the session's compositor, and only a general wish.
        Some(_) if matches!(compositor, Compositor::Own(..)) => None,
        Some(_) if inherited => return Err(PlanError::SecctxInherited),
        Some(app_id) => Some(Secctx {
            app_id: app_id.clone(),
            instance_id: here.pid.to_string(),
            socket: runtime_dir(env).unwrap_or(Path::new("/tmp")).join(format!("farway-secctx-{}", here.pid)),
        }),
    };
    Ok((compositor, secctx))
}

/// The variable's value. An empty one says nothing.
fn value<'a>(env: &'a Environment, name: &str) -> Option<&'a OsStr> {
    env.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
}

/// A relative path in it could mean anything, so it is invalid (XDG base directory specification).
fn runtime_dir(env: &Environment) -> Option<&Path> {
    value(env, "XDG_RUNTIME_DIR").map(Path::new).filter(|path| path.is_absolute())
}

fn in_runtime_dir(name: &OsStr, what: &'static str, env: &Environment) -> Result<PathBuf, PlanError> {
    let path = Path::new(name);
    if path.is_absolute() {
        return Ok(path.into());
    }
    if name.is_empty() {
        return Err(PlanError::EmptyName { what });
    }
    match (runtime_dir(env), value(env, "XDG_RUNTIME_DIR")) {
        (Some(directory), _) => Ok(directory.join(path)),
        (None, Some(bad)) => Err(PlanError::BadRuntimeDir { value: bad.into() }),
        (None, None) => Err(PlanError::NoRuntimeDir { what, name: name.into() }),
    }
}

/// Only the last part of a socket's path has a limit that no trick gets around.
fn named(path: PathBuf) -> Result<PathBuf, PlanError> {
    let bytes = path.as_os_str().as_bytes();
    let name = bytes.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    match name.len() {
        0 => Err(PlanError::NoFileName { path }),
        1..=NAME_MAX => Ok(path),
        len => Err(PlanError::LongName { path, len, limit: NAME_MAX }),
    }
}

/// `WAYLAND_SOCKET`: a decimal number, nothing else. Standard streams are no connections.
fn descriptor(text: &OsStr) -> Result<i32, PlanError> {
    let bad = || PlanError::BadInherited { value: text.into() };
    let digits = text.as_bytes().iter().all(u8::is_ascii_digit);
    let number: i32 = text.to_str().and_then(|text| text.parse().ok()).ok_or_else(bad)?;
    if digits && number > 2 { Ok(number) } else { Err(bad()) }
}
