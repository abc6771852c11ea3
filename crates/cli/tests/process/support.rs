//! A folder for each test, farways in it, and waiting for conditions.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// Longer than anything takes, on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until `what` is there.
pub fn wait_for<T>(name: &str, mut what: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = what() {
            return found;
        }
        assert!(Instant::now() < until, "still waiting for {name}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A runtime folder.
pub struct Sandbox(TempDir);

impl Sandbox {
    pub fn new() -> Self {
        Self(tempfile::Builder::new().prefix("farway").tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Names of what is in it.
    pub fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Writes a program. By another process: what is open for writing here, when another test forks, is open there
    /// too for a moment, and the system starts no program that somebody writes.
    pub fn install(&self, name: &str, content: &[u8]) {
        let mut command = Command::new("sh");
        self.prepare(&mut command);
        let mut running = Running::start(command.args(["-c", "cat >\"$0\" && chmod 755 \"$0\"", name]));
        running.stdin.as_mut().unwrap().write_all(content).unwrap();
        running.end().expect(0);
    }

    /// A farway with nothing in its environment but this folder.
    pub fn farway(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_farway"));
        self.prepare(&mut command);
        command.args(args);
        command
    }

    /// Gives any command the environment of this folder.
    pub fn prepare(&self, command: &mut Command) {
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap());
        command.env("XDG_RUNTIME_DIR", self.0.path()).current_dir(self.0.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    }

    /// Runs to the end.
    pub fn run(&self, args: &[&str]) -> Ended {
        Running::start(&mut self.farway(args)).end()
    }

    /// A client with a compositor that accepts connections and says nothing.
    pub fn client(&self, args: &[&str]) -> (Running, UnixListener) {
        let compositor = UnixListener::bind(self.path("wayland-0")).unwrap();
        let mut command = self.farway(args);
        let running = Running::start(command.env("WAYLAND_DISPLAY", "wayland-0"));
        (running, compositor)
    }

    /// Connects as soon as somebody listens there.
    pub fn connect(&self, name: &str) -> UnixStream {
        wait_for(name, || UnixStream::connect(self.path(name)).ok())
    }
}

/// A process that is killed if the test does not see its end.
pub struct Running {
    child: Child,
    pub stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    stderr: BufReader<ChildStderr>,
}

/// How a process ended and what it said.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Running {
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let stderr = BufReader::new(child.stderr.take().unwrap());
        Self { child, stdin, stdout, stderr }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The next line on stdout.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line.trim_end().into()
    }

    /// The next line on stderr.
    pub fn error_line(&mut self) -> String {
        let mut line = String::new();
        self.stderr.read_line(&mut line).unwrap();
        line
    }

    /// Time that it has used, in hundredths of a second.
    pub fn processor_ticks(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap();
        // The name may contain anything; user and system time are the 12th and 13th after it.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
    }

    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.pid()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// Waits for the end. Nobody writes to its stdin any more.
    pub fn end(mut self) -> Ended {
        drop(self.stdin.take());
        self.end_with_stdin_open()
    }

    /// Waits for the end.
    pub fn end_with_stdin_open(&mut self) -> Ended {
        let status = wait_for("the end of a process", || self.child.try_wait().unwrap());
        drop(self.stdin.take());
        let (mut out, mut err) = (String::new(), String::new());
        self.stdout.read_to_string(&mut out).unwrap();
        self.stderr.read_to_string(&mut err).unwrap();
        Ended { code: status.code(), out, err }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    /// Checks the code; what was said goes into the message.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }

    /// Checks that there was one clear line with all of these words in it.
    #[track_caller]
    pub fn says(self, words: &[&str]) -> Self {
        assert_eq!(self.err.lines().count(), 1, "{self:?}");
        assert!(self.err.starts_with("farway: "), "{self:?}");
        for word in words {
            assert!(self.err.contains(word), "{word} in {self:?}");
        }
        self
    }
}

/// Mode bits of a file.
pub fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}
