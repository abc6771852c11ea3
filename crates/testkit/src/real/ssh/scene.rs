//! `farway ssh` to a machine of its own: what most tests of sessions have in common. Says nothing about what is right.
//!
//! Invariants: the far machine has a `/tmp` that nobody else writes to, so what lies there is from this scene; the
//! display is a socket that nobody answers, unless the test has its own compositor.

use super::super::error::Doing;
use super::super::process;
use super::super::wait::{self, DEADLINE};
use super::super::{RealError, Sandbox, programs};
use super::far::account;
use super::{Far, Server, Stdio, Talk, Volume, farway_ssh};
use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio as Io};

/// `/tmp` of the far machine, in KiB.
const TMP: u32 = 256 << 10;

/// A near machine, a far one, and a display.
#[derive(Debug)]
pub struct Scene {
    /// The far machine's server.
    pub server: Server,
    display: PathBuf,
    // Nobody answers, but it listens.
    _listener: UnixListener,
    /// Last: it sweeps up after all others.
    pub sandbox: Sandbox,
}

/// What a program said, and how it ended.
#[derive(Debug)]
pub struct Ended {
    /// How.
    pub status: ExitStatus,
    /// All of its standard output.
    pub out: Vec<u8>,
    /// All of its standard error.
    pub err: Vec<u8>,
}

impl Ended {
    /// The exit code; -1 after a signal.
    pub fn code(&self) -> i32 {
        self.status.code().unwrap_or(-1)
    }

    /// Standard output as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.out).into_owned()
    }

    /// Standard error as text.
    pub fn errors(&self) -> String {
        String::from_utf8_lossy(&self.err).into_owned()
    }
}

/// `far` with a `/tmp` of its own.
pub fn secluded(far: Far) -> Far {
    if far.tmp == Volume::Plain { Far { tmp: Volume::Tiny(TMP), ..far } } else { far }
}

impl Scene {
    /// OpenSSH's server and a machine that has farway.
    pub fn new(test: &str) -> Result<Self, RealError> {
        Scene::with(test, Far::with_farway(), &[])
    }

    /// OpenSSH's server with further lines for its settings.
    pub fn with(test: &str, far: Far, config: &[&str]) -> Result<Self, RealError> {
        let sandbox = Sandbox::new(test)?;
        let server = Server::sshd(&sandbox, &secluded(far), config)?;
        Scene::of(sandbox, server)
    }

    /// Any server.
    pub fn of(sandbox: Sandbox, server: Server) -> Result<Self, RealError> {
        let display = sandbox.socket("nobody");
        let listener = UnixListener::bind(&display).doing("make a display")?;
        Ok(Scene { server, display, _listener: listener, sandbox })
    }

    /// The display that nobody answers.
    pub fn display(&self) -> &Path {
        &self.display
    }

    /// Words for OpenSSH's ssh: the destination, then these.
    pub fn words(&self, after: &[&str]) -> Vec<String> {
        let mut words = self.server.client().openssh();
        words.extend(after.iter().map(|word| (*word).to_owned()));
        words
    }

    /// Starts `farway OPTIONS… ssh … far AFTER…` with a user in front of it.
    pub fn talk(&self, stdio: Stdio, options: &[&str], after: &[&str]) -> Result<Talk, RealError> {
        farway_ssh(&self.sandbox, Some(&self.display), stdio, options, &self.words(after))
    }

    /// Runs `farway ssh … far AFTER…` to its end without input.
    pub fn run(&self, after: &[&str]) -> Result<Ended, RealError> {
        self.run_with(&[], after, Vec::new())
    }

    /// Runs `farway OPTIONS… ssh … far AFTER…` to its end.
    pub fn run_with(&self, options: &[&str], after: &[&str], input: Vec<u8>) -> Result<Ended, RealError> {
        let mut command = self.farway(options)?;
        command.arg("ssh").args(self.words(after));
        to_its_end(command, input)
    }

    /// `farway OPTIONS…`, for any mode.
    pub fn farway(&self, options: &[&str]) -> Result<Command, RealError> {
        let mut command = self.sandbox.command(programs::farway()?);
        command.env("WAYLAND_DISPLAY", &self.display).args(options);
        Ok(command)
    }

    /// `farway MODE … far AFTER…` with a user in front of it: `attach` and the like.
    pub fn mode(&self, stdio: Stdio, mode: &str, after: &[&str]) -> Result<Talk, RealError> {
        let words = self.words(after);
        let words: Vec<&OsStr> = [OsStr::new(mode)].into_iter().chain(words.iter().map(OsStr::new)).collect();
        Talk::start(&self.sandbox, stdio, &programs::farway()?, &words, |command| {
            command.env("WAYLAND_DISPLAY", &self.display);
        })
    }

    // ---- The far machine --------------------------------------------------------------------------------------

    /// A path of the far machine as seen from here, its `/tmp` too. Not for bare machines.
    pub fn far_path(&mut self, path: &str) -> PathBuf {
        let root = format!("/proc/{}/root", self.server.process().pid());
        Path::new(&root).join(path.trim_start_matches('/'))
    }

    /// The folder with the sockets of sessions.
    pub fn sessions_folder(&mut self) -> PathBuf {
        self.far_path(&format!("/tmp/farway-{}", account().0))
    }

    /// Names of the sessions there, whether somebody keeps them or not.
    pub fn sessions(&mut self) -> Vec<String> {
        let mut names = names(&self.sessions_folder());
        names.retain(|name| name.ends_with(".session"));
        names.into_iter().map(|name| name.trim_end_matches(".session").to_owned()).collect()
    }

    /// Waits for the one session there.
    pub fn session(&mut self) -> Result<String, RealError> {
        wait::until("there is one session", DEADLINE, || {
            let mut all = self.sessions();
            Ok((all.len() == 1).then(|| all.remove(0)))
        })
    }

    /// Processes of the far machine whose command line has `part` in it.
    pub fn far_processes(&self, part: &str) -> Vec<u32> {
        let all = self.server.machine().processes();
        all.into_iter().filter(|(_, words)| words.contains(part)).map(|(pid, _)| pid).collect()
    }

    /// Waits for the one process of the far machine whose command line has `part` in it.
    pub fn far_process(&self, part: &str) -> Result<u32, RealError> {
        wait::until(&format!("`{part}` runs over there"), DEADLINE, || {
            let all = self.far_processes(part);
            Ok((all.len() == 1).then(|| all[0]))
        })
    }

    /// Processes of the near machine whose command line has `part` in it.
    pub fn near_processes(&self, part: &str) -> Vec<u32> {
        let mark = format!("FARWAY_SANDBOX={}\0", self.sandbox.path().display());
        let all = process::marked(mark.as_bytes());
        all.into_iter().filter(|(_, words)| words.contains(part)).map(|(pid, _)| pid).collect()
    }

    /// What a session has left on either side: processes, sockets, locks.
    pub fn leftovers(&mut self) -> Vec<String> {
        let mut left: Vec<String> = self
            .server
            .machine()
            .processes()
            .into_iter()
            .map(|(pid, words)| format!("{pid} {words}"))
            .collect();
        left.extend(self.near_processes("farway").into_iter().map(|pid| format!("near: {pid} farway")));
        left.extend(self.near_processes("ssh -F").into_iter().map(|pid| format!("near: {pid} ssh")));
        let ours = self.display.file_name().map(|name| name.to_string_lossy().into_owned());
        let near = names(&self.sandbox.runtime());
        left.extend(
            near.into_iter().filter(|name| Some(name) != ours.as_ref()).map(|name| format!("near: {name}")),
        );
        // Of programs that are none of ours.
        let foreign = |name: &String| name == "dropbear.pid" || name.starts_with("fish_");
        left.extend(names(&self.server.machine().runtime()).into_iter().filter(|name| !foreign(name)));
        left.extend(names(&self.sessions_folder()));
        left
    }

    /// Waits until nothing of a session is left on either side.
    pub fn expect_nothing_left(&mut self) -> Result<(), RealError> {
        let mut left = Vec::new();
        let result = wait::until("nothing is left behind", DEADLINE, || {
            left = self.leftovers();
            Ok(left.is_empty().then_some(()))
        });
        result.inspect_err(|_| eprintln!("left behind: {left:#?}"))
    }
}

/// Whether a process is there; one that has ended and was not waited for is not.
pub fn lives(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')')
        .is_some_and(|(_, rest)| !matches!(rest.trim_start().chars().next(), Some('Z' | 'X')))
}

/// Kills any process, whoever started it.
pub fn kill(pid: u32, signal: rustix::process::Signal) -> Result<(), RealError> {
    let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw);
    let pid = pid.ok_or(RealError::Answer("a process without a number"))?;
    rustix::process::kill_process(pid, signal).doing("signal a process")
}

/// Runs a command to its end, serving all three of its streams.
pub fn to_its_end(mut command: Command, input: Vec<u8>) -> Result<Ended, RealError> {
    let label = command.get_program().to_string_lossy().into_owned();
    // A group of its own, to be killed with all that holds our pipes.
    command.stdin(Io::piped()).stdout(Io::piped()).stderr(Io::piped()).process_group(0);
    let mut child = command.spawn().doing(format!("start {label}"))?;
    let mut stdin = child.stdin.take();
    let writer = std::thread::spawn(move || {
        // Whoever ends early does not want the rest.
        let _ = stdin.as_mut().map(|stdin| stdin.write_all(&input));
    });
    let out = child.stdout.take().map(slurp);
    let err = child.stderr.take().map(slurp);
    let ended =
        wait::until(&format!("{label} ends"), DEADLINE, || child.try_wait().doing("wait for a child"));
    if ended.is_err() {
        let _ = rustix::process::kill_process_group(
            rustix::process::Pid::from_child(&child),
            rustix::process::Signal::KILL,
        );
        let _ = child.wait();
    }
    let get = |thread: Option<std::thread::JoinHandle<Vec<u8>>>| {
        thread.and_then(|thread| thread.join().ok()).unwrap_or_default()
    };
    let (out, err) = (get(out), get(err));
    let status = ended.inspect_err(|_| {
        eprintln!("out: {}\nerr: {}", String::from_utf8_lossy(&out), String::from_utf8_lossy(&err));
    })?;
    let _ = writer.join();
    Ok(Ended { status, out, err })
}

fn slurp(mut from: impl Read + Send + 'static) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // What could be read before an error is what there is.
        let _ = from.read_to_end(&mut bytes);
        bytes
    })
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
