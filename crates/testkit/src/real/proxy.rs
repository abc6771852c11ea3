//! A pair of proxies between applications and a compositor. Which program is which side is a parameter.
//!
//! Invariant: when [`Proxy::start`] returns, applications can connect; when a proxy is dropped, both sides and all
//! their connections are gone.

use super::process::Process;
use super::programs::Program;
use super::wait::{self, DEADLINE};
use super::{RealError, Sandbox};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The programs of both sides and their options.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The application's side.
    pub server: Program,
    /// The display's side.
    pub client: Program,
    /// The value of `--compress`.
    pub compress: String,
    /// Further options of the server.
    pub server_options: Vec<String>,
    /// Further options of the client.
    pub client_options: Vec<String>,
}

impl Pair {
    /// Two programs by name ([`Program::find`]) and a compression.
    pub fn new(server: &str, client: &str, compress: &str) -> Result<Self, RealError> {
        Ok(Pair {
            server: Program::find(server)?,
            client: Program::find(client)?,
            compress: compress.to_owned(),
            server_options: Vec::new(),
            client_options: Vec::new(),
        })
    }

    /// What `FARWAY_SERVER`, `FARWAY_CLIENT` and `FARWAY_COMPRESS` say; farway on both sides by default.
    pub fn from_env() -> Result<Self, RealError> {
        let get = |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| default.to_owned());
        Pair::new(
            &get("FARWAY_SERVER", "farway"),
            &get("FARWAY_CLIENT", "farway"),
            &get("FARWAY_COMPRESS", "lz4"),
        )
    }

    /// A name for reports.
    pub fn name(&self) -> String {
        format!("{} to {} with {}", self.server.name, self.client.name, self.compress)
    }

    fn command(&self, sandbox: &Sandbox, side: &Program, options: &[String], socket: &Path) -> Command {
        let mut command = sandbox.command(&side.path);
        // Without GPU: headless machines have none, and software rendering is what the pictures are of.
        command.args(["--no-gpu", "--compress", &self.compress, "--socket"]).arg(socket).args(options);
        if std::env::var_os("FARWAY_DEBUG").is_some() {
            command.arg("--debug");
        }
        command
    }
}

/// A running client, and servers that connect to it.
#[derive(Debug)]
pub struct Proxy {
    pair: Pair,
    channel: PathBuf,
    display: PathBuf,
    // The order of the fields is that of dropping: the application's side first.
    server: Process,
    client: Process,
}

impl Proxy {
    /// Starts client and server towards the compositor at `compositor` and waits until both listen.
    pub fn start(sandbox: &Sandbox, pair: &Pair, compositor: &Path) -> Result<Self, RealError> {
        let channel = sandbox.socket("channel");
        let mut command = pair.command(sandbox, &pair.client, &pair.client_options, &channel);
        command.env("WAYLAND_DISPLAY", compositor).arg("client");
        let mut client = sandbox.start("client", command)?;
        wait::until("the client listens on its channel", DEADLINE, || {
            client.check()?;
            Ok(wait::listening(&channel).then_some(()))
        })?;
        let display = sandbox.socket("display");
        let mut command = server(sandbox, pair, &channel, &display);
        // A server lives as long as its command. Applications come from outside.
        command.args(["sleep", "infinity"]);
        let mut server = sandbox.start("server", command)?;
        wait::until("the server listens on its display", DEADLINE, || {
            server.check()?;
            Ok(wait::listening(&display).then_some(()))
        })?;
        Ok(Proxy { pair: pair.clone(), channel, display, server, client })
    }

    /// The socket for applications: the value for `WAYLAND_DISPLAY`.
    pub fn display(&self) -> &Path {
        &self.display
    }

    /// The pair it was started with.
    pub fn pair(&self) -> &Pair {
        &self.pair
    }

    /// One more server of the same pair, which runs `program` itself: `server -- program args…`.
    pub fn server_running(
        &self,
        sandbox: &Sandbox,
        program: impl AsRef<OsStr>,
        args: &[&str],
    ) -> Result<Process, RealError> {
        let mut command = server(sandbox, &self.pair, &self.channel, &sandbox.socket("display"));
        command.arg(program).args(args);
        sandbox.start("server-command", command)
    }

    /// An error when a side has ended.
    pub fn check(&mut self) -> Result<(), RealError> {
        self.client.check()?;
        self.server.check()
    }

    /// The client's process.
    pub fn client(&mut self) -> &mut Process {
        &mut self.client
    }

    /// The server's process.
    pub fn server(&mut self) -> &mut Process {
        &mut self.server
    }
}

/// `PROGRAM options --display D server --`, without the command.
fn server(sandbox: &Sandbox, pair: &Pair, channel: &Path, display: &Path) -> Command {
    let mut command = pair.command(sandbox, &pair.server, &pair.server_options, channel);
    command.arg("--display").arg(display).args(["server", "--"]);
    command
}
