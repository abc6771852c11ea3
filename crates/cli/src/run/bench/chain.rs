//! One program under test with everything around it: the display that it shows on, the link, its two halves.
//!
//! Over a link the program runs as users run it, `PROGRAM ssh HOST COMMAND`, with our stand-in as the only `ssh` in its
//! path. Without one, its `client` and `server` are joined by a socket. Invariant: when it is dropped, no process and
//! no file of it is left.

use std::ffi::{OsStr, OsString};
use std::fs::OpenOptions;
use std::io::{self, BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use farway_proxy::load::{Pace, Sink};
use rustix::process::{Pid, Signal, kill_process_group};

use super::BenchError;
use super::scratch::Scratch;
use super::stand_in::{self, Traffic};
use super::usage::{self, MARK, Usage};
use crate::args::bench::link::Link;
use crate::plan::bench::Measure;

/// How long a program may take to begin.
const PATIENCE: Duration = Duration::from_secs(20);

/// What runs at the other end: it says where its display is, and stays until its input ends.
const COMMAND: &str = "#!/bin/sh
case $WAYLAND_DISPLAY in
/*) echo \"$WAYLAND_DISPLAY\" ;;
*) echo \"$XDG_RUNTIME_DIR/$WAYLAND_DISPLAY\" ;;
esac
exec cat >/dev/null
";

/// A program under test.
#[derive(Clone, Debug)]
pub struct Program {
    /// Its file.
    pub path: PathBuf,
    /// For tables, such as `waypipe 0.11.2`.
    pub name: String,
    /// Whether it knows farway's own options.
    is_farway: bool,
}

impl Program {
    /// Asks the program what it is.
    ///
    /// # Errors
    /// It cannot be run.
    pub fn new(path: &Path) -> Result<Self, BenchError> {
        let failed = |source| BenchError::Program { program: path.into(), source };
        let path = std::path::absolute(path).map_err(failed)?;
        let output = Command::new(&path).arg("--version").stdin(Stdio::null()).output().map_err(failed)?;
        let text = String::from_utf8_lossy(&output.stdout);
        let line = text.lines().next().unwrap_or_default().trim();
        let name = match line.is_empty() {
            true => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            false => crate::log::escaped(line),
        };
        Ok(Self { is_farway: name.starts_with("farway"), path, name })
    }
}

/// See the module.
#[derive(Debug)]
pub struct Chain {
    // Dropped first, by our own hand: a command ends when its input does.
    input: Option<ChildStdin>,
    children: Vec<Child>,
    /// The display.
    pub sink: Sink,
    /// Where applications connect.
    pub display: PathBuf,
    mark: String,
    counters: PathBuf,
    _scratch: Scratch,
}

impl Chain {
    /// Starts all of it, and waits until applications can connect. `number` is one that no other chain of this process
    /// has.
    ///
    /// # Errors
    /// What cannot be started.
    pub fn start(
        plan: &Measure,
        program: &Program,
        link: &Link,
        pace: Pace,
        number: u32,
    ) -> Result<Self, BenchError> {
        let mark = format!("farway-bench-{}-{number}", plan.tag);
        let scratch = Scratch::new(&plan.temporary, &mark)?;
        let sink = Sink::listen_at(&scratch.join("sink"), pace)?;
        let counters = stand_in::counters(&scratch.join("link"));
        let mut chain = Self {
            input: None,
            children: Vec::new(),
            sink,
            display: scratch.join("display"),
            mark,
            counters,
            _scratch: scratch,
        };
        let started = match link.local {
            true => chain.start_pair(plan, program),
            false => chain.start_ssh(plan, program, link),
        };
        match started {
            Ok(()) => Ok(chain),
            Err(why) => Err(BenchError::Begin { why: Box::new(why), said: chain.said() }),
        }
    }

    /// What the program said last on stderr. While it works, nobody wants to see it.
    fn said(&self) -> String {
        let bytes = std::fs::read(self.folder().join("log")).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.lines().rev().take(3).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join(" | ")
    }

    fn folder(&self) -> &Path {
        self._scratch.path()
    }

    fn command(&self, plan: &Measure, program: &Program) -> Command {
        let mut command = Command::new(&program.path);
        if program.is_farway {
            command.arg("--no-config");
        }
        command.args(&plan.options).env(MARK, &self.mark);
        command.env("XDG_RUNTIME_DIR", self.folder()).env("WAYLAND_DISPLAY", self.folder().join("sink"));
        command.env_remove("WAYLAND_SOCKET").process_group(0);
        command
    }

    fn spawn(&mut self, mut command: Command) -> Result<&mut Child, BenchError> {
        command.stderr(OpenOptions::new().create(true).append(true).open(self.folder().join("log"))?);
        let child = command
            .spawn()
            .map_err(|source| BenchError::Program { program: command.get_program().to_owned(), source })?;
        self.children.push(child);
        let last = self.children.len() - 1;
        Ok(&mut self.children[last])
    }

    fn start_pair(&mut self, plan: &Measure, program: &Program) -> Result<(), BenchError> {
        let channel = self.folder().join("channel");
        let mut client = self.command(plan, program);
        client.arg("-s").arg(&channel).arg("client").stdin(Stdio::null());
        self.spawn(client)?;
        wait_for(&channel)?;
        let mut server = self.command(plan, program);
        server.arg("-s").arg(&channel).arg("--display").arg(&self.display);
        server.args(["server", "--", "sleep", "86400"]).stdin(Stdio::null());
        self.spawn(server)?;
        wait_for(&self.display.clone())
    }

    fn start_ssh(&mut self, plan: &Measure, program: &Program, link: &Link) -> Result<(), BenchError> {
        let file = self._scratch.join("link");
        std::fs::write(&file, link.to_text())?;
        let bin = Scratch::new(self.folder(), "bin")?;
        bin.script(
            "ssh",
            &format!(
                "#!/bin/sh\nexec {} --no-config bench --as-ssh {} -- \"$@\"\n",
                quoted(plan.exe.as_os_str()),
                quoted(file.as_os_str())
            ),
        )?;
        let far = bin.script("command", COMMAND)?;
        let mut path = OsString::from(bin.path());
        path.push(":");
        path.push(&plan.path);
        let mut command = self.command(plan, program);
        command.arg("--remote-bin").arg(&program.path);
        command.args(["ssh", "bench"]).arg(far).env("PATH", path);
        // It goes with the folder that it is in.
        std::mem::forget(bin);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let child = self.spawn(command)?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        self.input = input;
        let (say, said) = channel();
        let mut output = BufReader::new(output.ok_or(BenchError::NoDisplay)?);
        std::thread::spawn(move || {
            let mut line = String::new();
            let _ = output.read_line(&mut line).map(|_| say.send(line));
            // A pipe that nobody reads would end the program.
            let _ = io::copy(&mut output, &mut io::sink());
        });
        let line = said.recv_timeout(PATIENCE).map_err(|_| BenchError::NoDisplay)?;
        self.display = PathBuf::from(line.trim_end());
        match self.display.is_absolute() {
            true => wait_for(&self.display.clone()),
            false => Err(BenchError::NoDisplay),
        }
    }

    /// What both halves used so far.
    pub fn usage(&self) -> Usage {
        usage::usage(&self.mark)
    }

    /// What the link has carried so far.
    pub fn traffic(&self) -> Traffic {
        Traffic::read(&self.counters)
    }
}

impl Drop for Chain {
    fn drop(&mut self) {
        let gentle = self.input.take().is_some();
        if gentle {
            // Sessions are to end as they do for users.
            let until = Instant::now() + Duration::from_secs(2);
            let mut running = true;
            while running && Instant::now() < until {
                running = self.children.iter_mut().any(|child| matches!(child.try_wait(), Ok(None)));
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        for child in self.children.iter_mut().rev() {
            if matches!(child.try_wait(), Ok(None)) {
                let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
                let _ = child.wait();
            }
        }
        usage::end(&self.mark, Duration::from_millis(if gentle { 300 } else { 0 }));
    }
}

/// One word for a shell.
fn quoted(text: &OsStr) -> String {
    format!("'{}'", text.to_string_lossy().replace('\'', "'\\''"))
}

/// Returns when the socket is there. It is not connected to: that would be a session's first application.
fn wait_for(path: &Path) -> Result<(), BenchError> {
    let until = Instant::now() + PATIENCE;
    while !path.exists() {
        if Instant::now() > until {
            return Err(BenchError::Late { what: "the program's socket" });
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(())
}
