//! The processes of a test: a server, a client, or both, and the sockets around them.
//!
//! Invariant: everything that is started is in a process group that ends with the site, and listens before a
//! constructor returns.

use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use farway_proto::wayland::Way;
use farway_sys::net::{UnixListening, connect_unix, listen_unix};
use rustix::event::PollFlags;
use tempfile::TempDir;

use super::end::ready;
use super::line::reason;
use super::party::DISPLAY;
use super::{DEADLINE, End, Line, Pair, Party, Peer, RigError, wait};
use crate::real::process::Process;
use crate::real::programs::Program;
use crate::real::wait as until;

/// Server and client; the test is application and compositor.
#[derive(Debug)]
pub struct Both {
    // The order of the fields is that of dropping.
    server: Process,
    client: Process,
    display: PathBuf,
    compositor: UnixListening,
    _dir: TempDir,
}

/// A server; the test is application and channel peer.
#[derive(Debug)]
pub struct AppHalf {
    server: Process,
    display: PathBuf,
    channel: UnixListening,
    _dir: TempDir,
}

/// A client; the test is channel peer and compositor.
#[derive(Debug)]
pub struct ScreenHalf {
    client: Process,
    channel: PathBuf,
    compositor: UnixListening,
    _dir: TempDir,
}

impl Both {
    /// Starts both processes and waits until applications can connect.
    ///
    /// # Errors
    /// A program is missing or ends at once.
    pub fn start(pair: &Pair) -> Result<Self, RigError> {
        let dir = home()?;
        let (channel, display) = (unique(&dir, "channel"), unique(&dir, "display"));
        let compositor = listen(&unique(&dir, "compositor"))?;
        let client = client(&dir, &pair.client, &pair.compress, &pair.client_options, &channel)?;
        let server = server(&dir, &pair.server, &pair.compress, &pair.server_options, &channel, &display)?;
        Ok(Self { server, client, display, compositor, _dir: dir })
    }

    /// A new connection from end to end; `wl_display.get_registry` has arrived at the compositor.
    ///
    /// # Errors
    /// The connection ends, for example with a reason.
    pub fn connect(&mut self) -> Result<Line, RigError> {
        let app = Party::connect(&self.display)?;
        // A line of a closed screen, so that `create` can be used before the compositor is connected.
        let (near, _) = farway_sys::net::Socket::pair()?;
        let mut line = Line::new(app, Party::new(Way::Event, near.into()));
        line.registry = line.create(DISPLAY, "get_registry")?;
        line.screen = accept(&self.compositor, &mut line.app)?;
        line.deliver()?;
        Ok(line)
    }

    /// An application whose connection nobody has accepted yet.
    ///
    /// # Errors
    /// Nobody listens.
    pub fn app(&self) -> Result<Party, RigError> {
        Party::connect(&self.display)
    }

    /// An error, with the end of its log, if a process has ended.
    ///
    /// # Errors
    /// A process has ended.
    pub fn check(&mut self) -> Result<(), RigError> {
        self.client.check()?;
        Ok(self.server.check()?)
    }

    /// The server's process.
    pub fn server(&mut self) -> &mut Process {
        &mut self.server
    }

    /// The client's process.
    pub fn client(&mut self) -> &mut Process {
        &mut self.client
    }

    /// The end of both logs, for reports.
    pub fn logs(&self) -> String {
        format!("server: {}\nclient: {}", self.server.log_tail(), self.client.log_tail())
    }
}

impl AppHalf {
    /// Starts a server with these options and waits until applications can connect.
    ///
    /// # Errors
    /// The program is missing or ends at once.
    pub fn start(program: &Program, compress: &str, options: &[&str]) -> Result<Self, RigError> {
        let dir = home()?;
        let (channel, display) = (unique(&dir, "channel"), unique(&dir, "display"));
        let listening = listen(&channel)?;
        let options: Vec<_> = options.iter().map(|it| (*it).to_owned()).collect();
        let server = server(&dir, program, compress, &options, &channel, &display)?;
        Ok(Self { server, display, channel: listening, _dir: dir })
    }

    /// An application and the stream that the server opened for it; its header is not read yet.
    ///
    /// # Errors
    /// The server opens none.
    pub fn connect(&mut self) -> Result<(Party, Peer), RigError> {
        let mut app = Party::connect(&self.display)?;
        let peer = self.accept(&mut app)?;
        Ok((app, peer))
    }

    /// The next stream that the server opens; `app` is served meanwhile.
    ///
    /// # Errors
    /// It opens none.
    pub fn accept(&mut self, app: &mut Party) -> Result<Peer, RigError> {
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(fd) = self.channel.accept()? {
                return Ok(Peer::new(fd));
            }
            app.turn()?;
            let both = [Some((self.channel.as_fd(), PollFlags::IN)), app.interest()];
            if !ready(&both.into_iter().flatten().collect::<Vec<_>>(), deadline)? {
                self.server.check()?;
                return Err(RigError::Timeout("the server to open a channel".to_owned()));
            }
        }
    }

    /// The process.
    pub fn process(&mut self) -> &mut Process {
        &mut self.server
    }
}

impl ScreenHalf {
    /// Starts a client with these options and waits until its channel listens.
    ///
    /// # Errors
    /// The program is missing or ends at once.
    pub fn start(program: &Program, compress: &str, options: &[&str]) -> Result<Self, RigError> {
        let dir = home()?;
        let channel = unique(&dir, "channel");
        let compositor = listen(&unique(&dir, "compositor"))?;
        let options: Vec<_> = options.iter().map(|it| (*it).to_owned()).collect();
        let client = client(&dir, program, compress, &options, &channel)?;
        Ok(Self { client, channel, compositor, _dir: dir })
    }

    /// A stream to the client, over which nothing was sent.
    ///
    /// # Errors
    /// Nobody listens.
    pub fn peer(&self) -> Result<Peer, RigError> {
        Ok(Peer::new(connect_unix(&self.channel)?))
    }

    /// The compositor's end of the connection that has something to say; `peer` is served meanwhile.
    ///
    /// # Errors
    /// None comes.
    pub fn accept(&mut self, peer: &mut Peer) -> Result<Party, RigError> {
        let what = "a connection to the compositor";
        let mut waiting = Waiting { listening: &self.compositor, parties: Vec::new() };
        wait(&mut waiting, peer, what, |waiting, peer| {
            let found = waiting.speaking();
            if found.is_none() && peer.is_closed() { Err(RigError::Closed(what.into())) } else { Ok(found) }
        })
    }

    /// The process.
    pub fn process(&mut self) -> &mut Process {
        &mut self.client
    }
}

/// Connections to the compositor that have said nothing yet: some clients try whether it is there.
struct Waiting<'a> {
    listening: &'a UnixListening,
    parties: Vec<Party>,
}

impl Waiting<'_> {
    fn speaking(&mut self) -> Option<Party> {
        let position = self.parties.iter().position(|party| !party.inbox.is_empty())?;
        Some(self.parties.swap_remove(position))
    }
}

impl End for Waiting<'_> {
    fn turn(&mut self) -> Result<(), RigError> {
        while let Some(fd) = self.listening.accept()? {
            self.parties.push(Party::new(Way::Event, fd));
        }
        self.parties.iter_mut().try_for_each(Party::turn)?;
        self.parties.retain(|party| !party.is_closed() || !party.inbox.is_empty());
        Ok(())
    }

    fn interest(&self) -> Option<(std::os::fd::BorrowedFd<'_>, PollFlags)> {
        match self.parties.last() {
            // The newest one is the most likely to speak.
            Some(party) => party.interest(),
            None => Some((self.listening.as_fd(), PollFlags::IN)),
        }
    }
}

fn accept(listening: &UnixListening, app: &mut Party) -> Result<Party, RigError> {
    let mut waiting = Waiting { listening, parties: Vec::new() };
    wait(&mut waiting, app, "a connection to the compositor", |waiting, app| match waiting.speaking() {
        Some(party) => Ok(Some(party)),
        None => match reason(app)? {
            Some(text) => Err(RigError::Display { code: 0, text }),
            None => Ok(None),
        },
    })
}

fn home() -> Result<TempDir, RigError> {
    // A short path: socket addresses hold 107 bytes.
    Ok(tempfile::Builder::new().prefix("fr-").tempdir_in("/tmp")?)
}

/// A path whose file name is unique on the machine: `listening` knows sockets by that.
fn unique(dir: &TempDir, label: &str) -> PathBuf {
    let tag = dir.path().file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
    dir.path().join(format!("{label}-{tag}"))
}

fn listen(path: &Path) -> Result<UnixListening, RigError> {
    listen_unix(path, 128).map_err(|error| RigError::Failed(error.to_string()))
}

fn command(dir: &TempDir, program: &Program, compress: &str, options: &[String], channel: &Path) -> Command {
    let mut command = Command::new(&program.path);
    command.env_clear().current_dir(dir.path()).stdin(Stdio::piped()).stdout(Stdio::null());
    command.env("PATH", std::env::var_os("PATH").unwrap_or_else(|| "/usr/bin:/bin".into()));
    command.env("XDG_RUNTIME_DIR", dir.path()).env("RUST_BACKTRACE", "1");
    // No GPU: what is shared must be the same on every machine. One worker: the machine runs many pairs at once.
    command
        .args(["--no-gpu", "--threads", "1", "--compress", compress, "--socket"])
        .arg(channel)
        .args(options);
    if std::env::var_os("FARWAY_DEBUG").is_some() {
        command.arg("--debug");
    }
    command
}

fn client(
    dir: &TempDir,
    program: &Program,
    compress: &str,
    options: &[String],
    channel: &Path,
) -> Result<Process, RigError> {
    let mut command = command(dir, program, compress, options, channel);
    command.env("WAYLAND_DISPLAY", unique(dir, "compositor")).arg("client");
    let mut process = Process::start("client", command, dir.path().join("client.log"))?;
    listening(&mut process, channel)?;
    Ok(process)
}

fn server(
    dir: &TempDir,
    program: &Program,
    compress: &str,
    options: &[String],
    channel: &Path,
    display: &Path,
) -> Result<Process, RigError> {
    let mut command = command(dir, program, compress, options, channel);
    // A server lives as long as its command, and that as long as the test holds its input open.
    command.arg("--display").arg(display).args(["server", "--", "cat"]);
    let mut process = Process::start("server", command, dir.path().join("server.log"))?;
    listening(&mut process, display)?;
    Ok(process)
}

fn listening(process: &mut Process, path: &Path) -> Result<(), RigError> {
    Ok(until::until("a proxy listens", DEADLINE, || {
        process.check()?;
        Ok(until::listening(path).then_some(()))
    })?)
}
