//! A stage whose tests see what a keeper would see.

use std::io::Write;
use std::os::fd::AsFd;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use farway_sys::event::{Interest, PollSet};
use farway_sys::net::{ByteStream, Received};

use super::super::{Stage, Streams, Wanted};
use crate::run::signals::Signals;

/// Longer than anything takes, on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(30);

const ALONE: &str = "FARWAY_TEST_ALONE";

/// Runs the test of that name in a process of its own, where all children and descendants are its own.
pub fn alone(name: &str, test: fn()) {
    if std::env::var_os(ALONE).is_some() {
        return test();
    }
    let module = module_path!().split_once("::").unwrap().1;
    let full = format!("{}::{name}", module.strip_suffix("::play").unwrap());
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &full, "--test-threads=1", "--nocapture"]).env(ALONE, "1").stdin(Stdio::null());
    let output = command.output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && shown.contains("1 passed"), "{full}\n{shown}\n{errors}");
}

/// A script for a plain shell.
pub fn sh(script: &str) -> Wanted {
    Wanted { command: Some(script.into()), ..login() }
}

/// A plain shell.
pub fn login() -> Wanted {
    let env = [("SHELL", "/bin/sh"), ("HOME", "/"), ("PS1", "$ ")];
    Wanted {
        env: env.iter().map(|(name, value)| (name.into(), value.into())).collect(),
        unset: vec!["ENV".into()],
        ..Wanted::default()
    }
}

/// A command with all that it has said so far.
pub struct Play {
    pub stage: Stage,
    /// Standard input, or the terminal's master.
    pub input: Option<std::fs::File>,
    streams: Vec<Option<ByteStream>>,
    said: Vec<Vec<u8>>,
    signals: Signals,
}

impl Play {
    pub fn start(wanted: Wanted) -> Self {
        let signals = Signals::new().unwrap();
        let (stage, streams) = Stage::start(wanted).unwrap();
        let (input, outputs) = match streams {
            Streams::Pipes { stdin, stdout, stderr } => (stdin, vec![stdout, stderr]),
            Streams::Terminal(master) => (master.try_clone().unwrap(), vec![master]),
        };
        let said = vec![Vec::new(); outputs.len()];
        let streams = outputs.into_iter().map(|fd| Some(ByteStream::from(fd))).collect();
        Self { stage, input: Some(input.into()), streams, said, signals }
    }

    pub fn write(&mut self, text: &str) {
        self.input.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    }

    /// What it has said: 0 for standard output or the terminal, 1 for standard error.
    pub fn said(&self, stream: usize) -> String {
        String::from_utf8_lossy(&self.said[stream]).into_owned()
    }

    /// Waits until `what` is so.
    pub fn until(&mut self, name: &str, mut what: impl FnMut(&mut Self) -> bool) {
        let until = Instant::now() + PATIENCE;
        while !what(self) {
            let said: Vec<String> = (0..self.said.len()).map(|stream| self.said(stream)).collect();
            assert!(Instant::now() < until, "still waiting for {name}; said: {said:?}");
            self.turn();
        }
    }

    /// Waits until `text` was said, and forgets all until then.
    pub fn until_out(&mut self, text: &str) {
        self.until(text, |play| play.said(0).contains(text));
        let said = self.said(0);
        let end = said.find(text).unwrap() + text.len();
        self.said[0] = said.as_bytes()[end..].to_vec();
        if self.streams.len() > 1 {
            // Of pipes everything is compared, and nothing typed is in between.
            self.said[0] = said.into_bytes();
        }
    }

    /// Waits for its end.
    pub fn code(&mut self) -> u8 {
        self.until("the exit code", |play| play.stage.status().is_some());
        self.stage.status().unwrap()
    }

    /// All that it says until nobody can say anything any more.
    pub fn all_out(&mut self) -> String {
        self.until("the end of its words", |play| play.streams.iter().all(Option::is_none));
        self.said(0)
    }

    /// One wait. What no descriptor tells, such as that a process was stopped, is looked for every now and then.
    fn turn(&mut self) {
        let mut set = PollSet::new();
        set.add(self.signals.as_fd(), Interest::READ);
        for stream in self.streams.iter().flatten() {
            set.add(stream.read_fd(), Interest::READ);
        }
        set.wait(Some(Duration::from_millis(20))).unwrap();
        if self.signals.take().child {
            self.stage.reap([]);
        }
        self.stage.on_timeout(Instant::now());
        for (stream, said) in self.streams.iter_mut().zip(&mut self.said) {
            let mut room = bytes::BytesMut::new();
            while let Some(open) = stream {
                match open.recv(&mut room, 4096).unwrap() {
                    Received::Bytes(_) => {}
                    Received::Empty => break,
                    Received::Closed => *stream = None,
                }
            }
            said.extend_from_slice(&room);
        }
    }
}
