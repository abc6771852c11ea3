//! The command line as a value: what was asked for, before the environment has a say.
//!
//! Not the decisions (see [`plan`](crate::plan)). Invariants: options end at the mode word; everything after `server`
//! belongs to the command and everything after `ssh` to ssh, however it looks. Spellings are those of waypipe, because
//! either end may start the other.

pub mod bench;
mod check;
pub mod far;
#[cfg(test)]
mod tests;
pub mod view;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

use bench::BenchArgs;
use clap::parser::ValueSource;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, ValueHint};
use clap_complete::Shell;
use far::{FarArgs, HostsArgs, OneHostArgs, SshArgs};
use farway_proxy::settings::Choice;
use view::{DemoArgs, ScreenArgs, ViewArgs};

/// What `--version` prints after the program's name. The lines are those of waypipe, for scripts that look.
const VERSION: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    "\nfeatures:\n  lz4: true\n  zstd: true\n  dmabuf: false\n  video: false"
);

/// Run Wayland applications on one machine and show them on another.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "farway",
    version = VERSION,
    args_override_self = true,
    subcommand_value_name = "MODE",
    subcommand_help_heading = "Modes"
)]
pub struct Args {
    /// Compress the channel: auto, none, lz4[=LEVEL] or zstd[=LEVEL], with levels from -128 to 127. auto is what gets
    /// content there soonest, or lz4 where the other half is no farway
    #[arg(short, long, value_name = "METHOD", default_value = "auto", allow_hyphen_values = true)]
    pub compress: Choice,

    /// Log every message on stderr. This shows what is typed and copied
    #[arg(short, long)]
    pub debug: bool,

    /// Keep applications from using the GPU
    #[arg(short, long)]
    pub no_gpu: bool,

    /// Answer nothing for the compositor before applications ask (ssh)
    #[arg(long)]
    pub no_optimistic: bool,

    /// Use nothing that waypipe's channel does not have, though the other half is a farway too
    #[arg(long)]
    pub plain: bool,

    /// Serve a single connection
    #[arg(short, long)]
    pub oneshot: bool,

    /// The channel's socket: a path, or with --vsock `[[s]CID:]PORT`
    #[arg(short, long, value_name = "SOCKET", value_hint = ValueHint::AnyPath)]
    pub socket: Option<OsString>,

    /// Name or path of the Wayland socket that applications see (ssh, server)
    #[arg(long, value_name = "NAME")]
    pub display: Option<OsString>,

    /// GPU to use, by the path of its render node
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub drm_node: Option<PathBuf>,

    /// Start the command as a login shell (server)
    #[arg(long)]
    pub login_shell: bool,

    /// Threads that compress and compare large frames; 0 is half of the CPUs
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    pub threads: usize,

    /// Put in front of every window title
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true,
        allow_hyphen_values = true
    )]
    pub title_prefix: String,

    /// Remove the channel's socket once it is not needed any more (server)
    #[arg(long)]
    pub unlink_socket: bool,

    /// Video for content of GPU applications: none, or any of h264,vp9,av1,hw,sw,hwenc,swenc,hwdec,swdec,bpf=BITS
    #[arg(
        long,
        value_name = "LIST",
        num_args = 0..=1,
        require_equals = true,
        default_value = "none",
        default_missing_value = "h264"
    )]
    pub video: Video,

    /// The channel is a vsock connection, between a virtual machine and its host
    #[arg(long)]
    pub vsock: bool,

    /// Show applications in a sandbox's security context of this application ID (ssh, client)
    #[arg(long, value_name = "ID")]
    pub secctx: Option<String>,

    /// Serve X11 applications too, with xwayland-satellite (ssh, server)
    #[arg(long)]
    pub xwls: bool,

    /// Read this instead of $XDG_CONFIG_HOME/farway/config.toml
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "no_config")]
    pub config: Option<PathBuf>,

    /// Read no configuration
    #[arg(long)]
    pub no_config: bool,

    /// For the modes that go to another machine with ssh.
    #[command(flatten)]
    pub far: FarArgs,

    /// What to be
    #[command(subcommand)]
    pub mode: Mode,

    /// Names of the fields that were on the command line, not only there by default.
    #[arg(skip)]
    pub given: BTreeSet<String>,
}

/// What this process is.
#[derive(Clone, Debug, PartialEq, Subcommand)]
#[command(disable_help_subcommand = true)]
pub enum Mode {
    /// Run a command on another machine, reached with ssh, and show its windows here
    #[command(override_usage = "farway [OPTIONS] ssh [SSH OPTIONS] DESTINATION [COMMAND]...")]
    Ssh(SshArgs),
    /// List the sessions that run on other machines, or without a host those on this one
    #[command(override_usage = "farway [OPTIONS] sessions [--json] [SSH OPTIONS] [HOST]...")]
    Sessions(HostsArgs),
    /// Take over a session whose farway here is gone
    #[command(override_usage = "farway [OPTIONS] attach [SSH OPTIONS] HOST [ID]")]
    Attach(OneHostArgs),
    /// End a session on another machine, and all that runs in it
    #[command(override_usage = "farway [OPTIONS] kill [SSH OPTIONS] HOST ID")]
    Kill(OneHostArgs),
    /// Check this machine, or also another one, and say what works and how to mend what does not
    #[command(override_usage = "farway [OPTIONS] doctor [--json] [SSH OPTIONS] [HOST]")]
    Doctor(HostsArgs),
    /// Run a command whose windows appear at the other end
    #[command(disable_help_flag = true, disable_version_flag = true)]
    Server {
        /// The command; without one, your shell
        #[arg(
            trailing_var_arg = true,
            allow_hyphen_values = true,
            value_name = "COMMAND",
            value_hint = ValueHint::CommandWithArguments
        )]
        command: Vec<OsString>,
    },
    /// Show what the other end's applications draw
    #[command(disable_version_flag = true)]
    Client {
        /// Show windows with a compositor of farway's own; the default where WAYLAND_DISPLAY is not set
        #[arg(long)]
        view: bool,
        /// How that compositor shows windows
        #[command(flatten)]
        screen: ScreenArgs,
    },
    /// Run a compositor of farway's own, in windows or without any screen
    View(ViewArgs),
    /// Show farway at work on this machine alone: a compositor, both ends and a link between them
    Demo(DemoArgs),
    /// Measure farway over emulated links, and other programs beside it
    Bench(BenchArgs),
    /// Print a script that completes farway's command line in this shell
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Print the manual pages, or write them into a folder, one for each mode
    Man {
        /// The folder
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        directory: Option<PathBuf>,
    },
    /// What ssh starts on the other machine.
    #[command(skip)]
    Porter {
        /// Only print the version of the agreement.
        protocol: bool,
    },
    /// What holds a session on the other machine.
    #[command(skip)]
    Keeper,
    /// Names for the shell's completion.
    #[command(skip)]
    CompleteHosts,
    /// Anything else.
    #[command(external_subcommand)]
    Other(Vec<OsString>),
}

/// What `--video` asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Video {
    /// Whether any video is asked for.
    pub wanted: bool,
    /// As it was written.
    pub list: String,
}

/// A word of `--video` that nobody knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is none of none, h264, vp9, av1, hw, sw, hwenc, swenc, hwdec, swdec, bpf=BITS")]
pub struct VideoError {
    word: String,
}

impl FromStr for Video {
    type Err = VideoError;

    fn from_str(list: &str) -> Result<Self, Self::Err> {
        let mut wanted = false;
        for word in list.split(',') {
            match word {
                "none" => wanted = false,
                "h264" | "vp9" | "av1" => wanted = true,
                "hw" | "sw" | "hwenc" | "swenc" | "hwdec" | "swdec" => {}
                // waypipe writes the number in any form that a float has.
                _ if word.strip_prefix("bpf=").is_some_and(|bits| bits.parse::<f32>().is_ok()) => {}
                _ => return Err(VideoError { word: word.into() }),
            }
        }
        Ok(Self { wanted, list: list.into() })
    }
}

/// Parses a command line, program name first.
///
/// # Errors
/// What to tell the user; asking for help or the version counts. The error knows its exit code: 2 for wrong usage.
pub fn parse(line: impl IntoIterator<Item = OsString>) -> Result<Args, clap::Error> {
    let line: Vec<OsString> = line.into_iter().collect();
    let matches = Args::command().try_get_matches_from(&line)?;
    let mut args = Args::from_arg_matches(&matches)?;
    let by_user = |id: &&clap::Id| matches.value_source(id.as_str()) == Some(ValueSource::CommandLine);
    args.given = matches.ids().filter(by_user).map(ToString::to_string).collect();
    check::finish(&mut args, &line)?;
    Ok(args)
}

/// The description of the command line, for all that is made from it. Hidden modes are not in it.
pub fn command() -> clap::Command {
    Args::command()
}
