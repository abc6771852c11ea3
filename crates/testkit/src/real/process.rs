//! Child processes with their logs. Not job control: a child is started, watched, and killed with its whole group.
//!
//! Invariant: dropping a [`Process`] kills and reaps its process group.

use super::RealError;
use super::error::Doing;
use super::wait::{self, DEADLINE};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::fs::{self, File};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

/// How much of a log goes into an error.
const LOG_TAIL: usize = 2000;

/// How long a program may take to end by itself.
const GRACE: Duration = Duration::from_millis(500);

/// A running program, the leader of its own process group.
#[derive(Debug)]
pub struct Process {
    label: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `command` with standard error (and output, unless set by the caller) in the file `log`.
    pub fn start(label: &str, mut command: Command, log: PathBuf) -> Result<Self, RealError> {
        let file = File::create(&log).doing(format!("create {}", log.display()))?;
        command.stderr(file).process_group(0);
        let child = command.spawn().doing(format!("start {:?}", command.get_program()))?;
        Ok(Process { label: label.to_owned(), child, log })
    }

    /// Starts `command`, which is to make itself the leader of a session (`setsid`), with `terminal` for all three
    /// streams. Its log stays empty.
    pub fn start_on_terminal(
        label: &str,
        mut command: Command,
        terminal: OwnedFd,
        log: PathBuf,
    ) -> Result<Self, RealError> {
        File::create(&log).doing(format!("create {}", log.display()))?;
        let share = || terminal.try_clone().doing("share a terminal");
        // No group of its own: setsid, of which it would be the leader, makes one.
        command.stdin(share()?).stdout(share()?).stderr(share()?);
        let child = command.spawn().doing(format!("start {:?}", command.get_program()))?;
        Ok(Process { label: label.to_owned(), child, log })
    }

    /// The process id, which is also that of the group.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The child itself, for its pipes.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// An error when the program has ended.
    pub fn check(&mut self) -> Result<(), RealError> {
        match self.child.try_wait().doing(format!("wait for {}", self.label))? {
            None => Ok(()),
            Some(status) => {
                Err(RealError::Exited { program: self.label.clone(), status, log: self.log_tail() })
            }
        }
    }

    /// Waits until the program ends by itself.
    pub fn finish(&mut self, limit: Duration) -> Result<ExitStatus, RealError> {
        let what = format!("{} ends", self.label);
        wait::until(&what, limit, || self.child.try_wait().doing("wait for a child"))
    }

    /// Sends `signal` to the program alone, not to its group.
    pub fn signal(&self, signal: Signal) -> Result<(), RealError> {
        kill_process(self.group(), signal).doing(format!("signal {}", self.label))
    }

    /// Ends the group, first with TERM so that the leader can reap children of its own, and reaps the leader.
    /// Doing it twice is harmless.
    pub fn kill(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = kill_process_group(self.group(), Signal::TERM);
            let _ = wait::until("a child ends", GRACE, || self.child.try_wait().doing("wait for a child"));
        }
        // The group may be gone already.
        let _ = kill_process_group(self.group(), Signal::KILL);
        // One that was to make a group may not have come to it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// The end of what the program wrote.
    pub fn log_tail(&self) -> String {
        tail(&self.log)
    }

    fn group(&self) -> Pid {
        Pid::from_child(&self.child)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

fn tail(path: &Path) -> String {
    let text = String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned();
    let start = text.len().saturating_sub(LOG_TAIL);
    let start = (start..text.len()).find(|i| text.is_char_boundary(*i)).unwrap_or(0);
    text[start..].to_owned()
}

/// Runs `command` to its end, at most for the ordinary deadline, and returns its standard output.
///
/// # Errors
/// [`RealError::Failed`] unless it ends with status 0.
pub fn run(command: Command) -> Result<Vec<u8>, RealError> {
    run_with(command, Vec::new())
}

/// As [`run`], with `input` on standard input.
pub fn run_with(mut command: Command, input: Vec<u8>) -> Result<Vec<u8>, RealError> {
    let program = format!("{:?}", command.get_program());
    let stdin = if input.is_empty() { Stdio::null() } else { Stdio::piped() };
    command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let mut child = command.spawn().doing(format!("start {program}"))?;
    // Pipes are served by threads: the program may fill one while it waits for another.
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let out = std::thread::spawn(move || out.map(slurp).unwrap_or_default());
    let err = std::thread::spawn(move || err.map(slurp).unwrap_or_default());
    if let Some(mut stdin) = child.stdin.take() {
        std::thread::spawn(move || {
            // A program that closes its input early says so in its status.
            let _ = std::io::Write::write_all(&mut stdin, &input);
        });
    }
    let ended =
        wait::until(&format!("{program} ends"), DEADLINE, || child.try_wait().doing("wait for a child"));
    if ended.is_err() {
        let _ = kill_process_group(Pid::from_child(&child), Signal::KILL);
        let _ = child.wait();
    }
    let status = ended?;
    let log = String::from_utf8_lossy(&err.join().unwrap_or_default()).into_owned();
    if !status.success() {
        return Err(RealError::Failed { program, status, log });
    }
    Ok(out.join().unwrap_or_default())
}

fn slurp(mut from: impl std::io::Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    // What could be read before an error is what there is.
    let _ = from.read_to_end(&mut bytes);
    bytes
}

/// Kills every process whose environment names `mark`, except this one; a daemon that left its group is found so.
pub fn sweep(mark: &Path) {
    for (pid, _) in marked(mark.as_os_str().as_bytes()) {
        if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
            let _ = kill_process(pid, Signal::KILL);
        }
    }
}

/// Every process whose environment holds `needle`, except this one: its id and command line.
pub fn marked(needle: &[u8]) -> Vec<(u32, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|n| n.parse::<u32>().ok()) else { continue };
        let Ok(environ) = fs::read(entry.path().join("environ")) else { continue };
        if pid != std::process::id() && environ.windows(needle.len()).any(|w| w == needle) {
            let words = fs::read(entry.path().join("cmdline")).unwrap_or_default();
            let words = String::from_utf8_lossy(&words).replace('\0', " ");
            found.push((pid, words.trim_end().to_owned()));
        }
    }
    found
}
