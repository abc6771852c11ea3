//! A user in front of a program: types, reads, closes, resizes, goes away. Knows nothing of what is said.
//!
//! Invariant: everything the program prints is collected from the start, so that a wait can never be too late.

use super::super::error::Doing;
use super::super::process::Process;
use super::super::programs;
use super::super::wait::{self, DEADLINE};
use super::super::{RealError, Sandbox};
use rustix::fs::{Mode, OFlags};
use rustix::pty::OpenptFlags;
use rustix::termios::Winsize;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError};

/// What a program has for standard input, output and errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stdio {
    /// A pipe in, a pipe out; errors go to a log.
    Pipes,
    /// A terminal of its own, for all three.
    Terminal {
        /// Rows of characters.
        rows: u16,
        /// Characters in a row.
        columns: u16,
    },
}

/// What was printed, and whether that is all.
#[derive(Debug, Default)]
struct Heard {
    bytes: Vec<u8>,
    over: bool,
}

/// A program that somebody talks to; killed on drop.
#[derive(Debug)]
pub struct Talk {
    process: Process,
    input: Option<File>,
    terminal: Option<File>,
    heard: Arc<Mutex<Heard>>,
    read_up_to: usize,
}

impl Talk {
    /// Starts `program` with `words` in the sandbox. `prepare` may add to its environment.
    pub fn start(
        sandbox: &Sandbox,
        stdio: Stdio,
        program: &Path,
        words: &[&OsStr],
        prepare: impl FnOnce(&mut Command),
    ) -> Result<Self, RealError> {
        match stdio {
            Stdio::Pipes => {
                let mut command = sandbox.command(program);
                command.args(words).stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
                prepare(&mut command);
                let mut process = sandbox.start(&label(program), command)?;
                let input = process.child().stdin.take().map(|pipe| File::from(OwnedFd::from(pipe)));
                let output = process.child().stdout.take().map(|pipe| File::from(OwnedFd::from(pipe)));
                let heard = output.map(listen).unwrap_or_default();
                Ok(Talk { process, input, terminal: None, heard, read_up_to: 0 })
            }
            Stdio::Terminal { rows, columns } => {
                let (ours, theirs) = terminal(rows, columns)?;
                // Becomes the program, as the leader of a session whose terminal this is.
                let mut command = sandbox.command(programs::need("setsid")?);
                command.arg("--ctty").arg(program).args(words);
                prepare(&mut command);
                let process = sandbox.start_on_terminal(&label(program), command, theirs)?;
                let clone = |file: &File| file.try_clone().doing("share a terminal");
                let heard = listen(clone(&ours)?);
                Ok(Talk { process, input: Some(clone(&ours)?), terminal: Some(ours), heard, read_up_to: 0 })
            }
        }
    }

    /// Types or pipes `bytes` in.
    pub fn send(&mut self, bytes: &[u8]) -> Result<(), RealError> {
        match &mut self.input {
            Some(input) => input.write_all(bytes).doing("write to a program"),
            None => Err(RealError::Answer("a program whose input was closed")),
        }
    }

    /// Ends the input: closes the pipe. On a terminal that is [`Talk::send`] of Ctrl-D.
    pub fn close_input(&mut self) {
        if self.terminal.is_none() {
            self.input = None;
        }
    }

    /// Waits until `text` is printed after what was waited for before.
    pub fn expect(&mut self, text: &str) -> Result<(), RealError> {
        let needle = text.as_bytes();
        let what = format!("{text:?} is printed");
        let found = wait::until(&what, DEADLINE, || {
            let heard = self.heard();
            let rest = heard.bytes.get(self.read_up_to..).unwrap_or_default();
            let at = rest.windows(needle.len().max(1)).position(|w| w == needle);
            match at {
                Some(at) => Ok(Some(at)),
                None if heard.over => {
                    Err(RealError::Missing(format!("text {text:?} in what was printed: {}", show(rest))))
                }
                None => Ok(None),
            }
        });
        // A deadline alone would not say what there was instead.
        let at = found.inspect_err(|_| eprintln!("printed: {}\nlog: {}", self.text(), self.errors()))?;
        self.read_up_to += at + needle.len();
        Ok(())
    }

    /// All that was printed so far, on a terminal with the errors.
    pub fn output(&self) -> Vec<u8> {
        self.heard().bytes.clone()
    }

    /// As [`Talk::output`], as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.heard().bytes).into_owned()
    }

    /// The end of what was written to standard error, if that is not a terminal.
    pub fn errors(&self) -> String {
        self.process.log_tail()
    }

    /// Changes the terminal's size, as a window's edge that is dragged.
    pub fn resize(&self, rows: u16, columns: u16) -> Result<(), RealError> {
        let terminal = self.terminal.as_ref().ok_or(RealError::Answer("a program without a terminal"))?;
        rustix::termios::tcsetwinsize(terminal, size(rows, columns)).doing("resize a terminal")
    }

    /// The terminal goes away, as when its window is closed: SIGHUP for the program.
    pub fn hang_up(&mut self) {
        // The collecting thread holds on to its own end until the program lets go; the signal is what counts.
        let _ = self.process.signal(rustix::process::Signal::HUP);
        (self.input, self.terminal) = (None, None);
    }

    /// Waits until the program has ended and everything it printed was read.
    pub fn finish(&mut self) -> Result<ExitStatus, RealError> {
        let ended = self.process.finish(DEADLINE);
        let status = ended.inspect_err(|_| eprintln!("printed: {}\nlog: {}", self.text(), self.errors()))?;
        // The program's children may hold the pipe still: what they print later is not waited for.
        let over = || Ok(self.heard().over.then_some(()));
        let _ = wait::until("the output ends", std::time::Duration::from_secs(1), over);
        Ok(status)
    }

    /// The program's process: on a terminal the leader of its session.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    fn heard(&self) -> std::sync::MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts `farway OPTIONS… ssh WORDS…` on the display of a compositor (none: without one).
pub fn farway_ssh(
    sandbox: &Sandbox,
    display: Option<&Path>,
    stdio: Stdio,
    options: &[&str],
    words: &[String],
) -> Result<Talk, RealError> {
    let all: Vec<&OsStr> = options
        .iter()
        .map(OsStr::new)
        .chain([OsStr::new("ssh")])
        .chain(words.iter().map(OsStr::new))
        .collect();
    Talk::start(sandbox, stdio, &programs::farway()?, &all, |command| {
        if let Some(display) = display {
            command.env("WAYLAND_DISPLAY", display);
        }
    })
}

/// Both ends of a new terminal.
fn terminal(rows: u16, columns: u16) -> Result<(File, OwnedFd), RealError> {
    let make = || {
        let ours = rustix::pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
        rustix::pty::grantpt(&ours)?;
        rustix::pty::unlockpt(&ours)?;
        let name = rustix::pty::ptsname(&ours, Vec::new())?;
        let theirs = rustix::fs::open(&name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())?;
        rustix::termios::tcsetwinsize(&ours, size(rows, columns))?;
        Ok((File::from(ours), theirs))
    };
    make().map_err(|e: rustix::io::Errno| e).doing("make a terminal")
}

fn size(rows: u16, columns: u16) -> Winsize {
    Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }
}

/// Collects on a thread what comes out of `from`. A terminal whose program is gone reads as an error.
fn listen(mut from: File) -> Arc<Mutex<Heard>> {
    let heard = Arc::new(Mutex::new(Heard::default()));
    let to = Arc::clone(&heard);
    std::thread::spawn(move || {
        let mut buffer = [0; 16 << 10];
        let lock = || to.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match from.read(&mut buffer) {
                Ok(count) if count > 0 => lock().bytes.extend(&buffer[..count]),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                _ => break,
            }
        }
        lock().over = true;
    });
    heard
}

fn label(program: &Path) -> String {
    program.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

fn show(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
