//! One ssh connection on its way to a session: the process, and what is said before the session's frames.
//!
//! Not the session. Invariant: nothing waits here; whoever lets an attempt go ends its ssh.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, IoSlice, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use farway_proto::session::frame::{FROM_NEAR, put_words, take_words};
use farway_proto::session::words::{Answer, Ask, Hello, PROTOCOL, Secret, WORDS_MAX};
use farway_sys::net::{ByteStream, Received, Sent, Socket};
use farway_sys::process::SpawnOptions;
use rustix::process::Signal;

use crate::plan::far::Reach;
use crate::run::RunError;
use crate::run::reaper::Child;
use crate::ssh::intro::{Fallback, Intro, IntroPlan, Step};
use crate::ssh::packed;
use crate::ssh::parcel::{Machine, Parcel, Places};
use crate::ssh::script::{Stage1, stage1};
use crate::ssh::words::{Program, Words};

/// How long ssh may take to be answered when it is tried again: connection, banner and keys.
const CONNECT: &str = "ConnectTimeout=10";

/// First words of up to this many letters go with the command line: some shells take no longer ones.
const INLINE_MAX: usize = 4 << 10;

/// How an attempt is made, any number of times.
#[derive(Clone, Debug)]
pub struct Way {
    ssh: OsString,
    words: Words,
    stage: Stage1,
    places: Places,
    /// What to call the other machine.
    pub name: String,
}

/// See the module.
#[derive(Debug)]
pub struct Attempt {
    child: Child,
    stream: ByteStream,
    intro: Intro,
    places: Places,
    out: VecDeque<Bytes>,
    /// What came behind the magic, until the answer is whole.
    answer: Option<BytesMut>,
    begun: Instant,
    upload: Option<Upload>,
    /// Nothing more will come.
    closed: bool,
}

/// A program on its way.
#[derive(Clone, Copy, Debug)]
pub struct Upload {
    /// Bytes in all.
    pub total: usize,
    /// Bytes that ssh has taken.
    pub done: usize,
}

/// What an attempt has come to.
#[derive(Debug)]
pub enum Progress {
    /// Nothing yet.
    Waiting,
    /// The other end has answered; what came behind its answer.
    Answered(Box<Answer>, BytesMut),
    /// Only a classic channel is possible.
    Fallback(Fallback),
    /// It has failed.
    Failed(RunError),
}

/// The first words of a near end, as they are on the link.
pub fn hello(near: &Secret, ask: Ask) -> Bytes {
    let hello = Hello {
        protocol: PROTOCOL,
        version: env!("CARGO_PKG_VERSION").into(),
        capabilities: Vec::new(),
        near: near.clone(),
        ask,
    };
    let mut first = BytesMut::new();
    // Values of these types always have a JSON form.
    put_words(&mut first, FROM_NEAR, &serde_json::to_vec(&hello).unwrap_or_default());
    first.freeze()
}

/// The first words, and the same as one word for the command line if they fit there. A preview is of use only there.
fn first_words(near: &Secret, mut ask: Ask) -> (Bytes, Option<String>) {
    loop {
        let first = hello(near, ask.clone());
        let word = Some(packed::encode(&first)).filter(|word| word.len() <= INLINE_MAX);
        let smaller = match &mut ask {
            Ask::Start(start) if word.is_none() => start.preview.shrink(),
            _ => false,
        };
        if !smaller {
            return (first, word);
        }
    }
}

impl Way {
    /// Decides how.
    ///
    /// # Errors
    /// `--remote-bin` cannot be said in a shell.
    pub fn new(reach: &Reach, words: &Words) -> Result<Self, RunError> {
        let remote_bin = match &reach.remote_bin {
            Some(bin) => Some(bin.to_str().ok_or(crate::ssh::script::ScriptError::RemoteBin)?.to_string()),
            None => None,
        };
        // One of another version that was sent before shall be replaced.
        let names = vec![format!("farway-{}-*", env!("CARGO_PKG_VERSION"))];
        let stage = Stage1 { remote_bin, bootstrap: reach.bootstrap, names, ..Stage1::default() };
        stage1(&stage)?;
        Ok(Self {
            ssh: reach.ssh.clone(),
            words: words.clone(),
            stage,
            places: reach.places.clone(),
            name: words.name.clone(),
        })
    }

    /// Starts ssh, and says the first words without waiting for anything.
    ///
    /// # Errors
    /// ssh cannot be started.
    pub fn attempt(&self, near: &Secret, ask: Ask) -> Result<Attempt, RunError> {
        // A secret is for the link alone.
        let again = matches!(ask, Ask::Resume { .. });
        let (mut first, words) = match again {
            true => (hello(near, ask), None),
            false => first_words(near, ask),
        };
        if first.len() > WORDS_MAX {
            return Err(RunError::TooLong);
        }
        if words.is_some() {
            first.clear();
        }
        let stage = Stage1 { first_flight_len: first.len(), hello: words, ..self.stage.clone() };
        let text = stage1(&stage)?;
        let intro = Intro::new(IntroPlan {
            first_flight: first.to_vec(),
            bootstrap: stage.may_send(),
            remote_bin: stage.remote_bin.clone(),
            version: env!("CARGO_PKG_VERSION").into(),
        });
        let (child, stream) = self.start(&text, again)?;
        Ok(Attempt {
            child,
            stream,
            intro,
            places: self.places.clone(),
            out: VecDeque::from_iter((!first.is_empty()).then_some(first)),
            answer: None,
            begun: Instant::now(),
            upload: None,
            closed: false,
        })
    }

    /// ssh's words. `again`: it is to be given up soon if nobody answers, as the network may be back by then; this does
    /// not count while somebody types a password. What the user has said of it comes first, which is what ssh takes.
    fn line(&self, again: bool) -> Vec<OsString> {
        let mut line = self.words.link.clone();
        if again && self.words.program == Program::OpenSsh {
            let at = line.iter().rposition(|word| word == "-T").unwrap_or(0);
            line.splice(at..at, ["-o".into(), CONNECT.into()]);
        }
        line
    }

    fn start(&self, text: &str, again: bool) -> Result<(Child, ByteStream), RunError> {
        let (ours, theirs) = Socket::pair()?;
        let theirs = OwnedFd::from(theirs);
        let mut command = Command::new(&self.ssh);
        command.args(self.line(again)).arg(text);
        command.stdin(theirs.try_clone()?).stdout(theirs);
        // They are this machine's, not the other's.
        command.env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET");
        // Ctrl-C is for the command over there, or for us.
        let ignore = vec![Signal::INT, Signal::QUIT, Signal::TSTP];
        let options = SpawnOptions { ignore, orphaned: Some(Signal::TERM), ..SpawnOptions::default() };
        let child = Child::start(&mut command, options)
            .map_err(|source| RunError::Command { program: self.ssh.clone(), source })?;
        Ok((child, ByteStream::from(OwnedFd::from(ours))))
    }
}

impl Attempt {
    /// ssh.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// How long it has taken so far.
    pub fn age(&self) -> Duration {
        self.begun.elapsed()
    }

    /// A program that is being sent.
    pub fn upload(&self) -> Option<Upload> {
        self.upload
    }

    /// What to wait for: to read, and also to write.
    pub fn poll_fd(&self) -> (BorrowedFd<'_>, bool) {
        (self.stream.read_fd(), !self.out.is_empty())
    }

    /// Whether its end of file was seen, so that only ssh's own end can bring more.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// ssh and the link, for the session.
    pub fn into_parts(self) -> (Child, ByteStream) {
        (self.child, self.stream)
    }

    /// Reads and writes what can be.
    pub fn turn(&mut self) -> Progress {
        if let Err(error) = self.write() {
            return Progress::Failed(error.into());
        }
        loop {
            let mut input = BytesMut::new();
            match self.stream.recv(&mut input, 64 << 10) {
                Ok(Received::Bytes(_)) => match self.understand(input) {
                    Progress::Waiting => {}
                    progress => return progress,
                },
                Ok(Received::Empty) => break,
                Ok(Received::Closed) => {
                    self.closed = true;
                    break;
                }
                Err(error) => return Progress::Failed(error.into()),
            }
        }
        match self.child.status() {
            Some(status) => Progress::Failed(self.intro.on_closed(status.code()).into()),
            None => Progress::Waiting,
        }
    }

    fn understand(&mut self, input: BytesMut) -> Progress {
        if self.answer.is_some() {
            return self.listen(&input);
        }
        for step in self.intro.on_bytes(&input) {
            match self.step(step) {
                Progress::Waiting => {}
                progress => return progress,
            }
        }
        if let Err(error) = self.write() {
            return Progress::Failed(error.into());
        }
        Progress::Waiting
    }

    fn step(&mut self, step: Step) -> Progress {
        match step {
            Step::Send(bytes) => self.out.push_back(bytes.into()),
            Step::Choose(machine) => {
                let step = self.choose(&machine);
                return self.step(step);
            }
            Step::Upload { bytes, folder } => {
                tracing::info!("sending farway to {folder} ({} bytes)", bytes.len());
                self.upload = Some(Upload { total: bytes.len(), done: 0 });
                self.out.push_back(bytes.into());
            }
            Step::Ready { rest } => {
                self.upload = None;
                self.answer = Some(BytesMut::new());
                return self.listen(&rest);
            }
            Step::Fallback(fallback) => return Progress::Fallback(fallback),
            Step::Failed(error) => return Progress::Failed(error.into()),
        }
        Progress::Waiting
    }

    fn choose(&mut self, machine: &Machine) -> Step {
        match Parcel::choose(machine, &self.places, read_at_most) {
            Ok(parcel) => self.intro.offer(&parcel),
            Err(error) => self.intro.no_offer(error),
        }
    }

    fn listen(&mut self, bytes: &[u8]) -> Progress {
        let Some(answer) = &mut self.answer else { return Progress::Waiting };
        answer.extend_from_slice(bytes);
        let words = match take_words(answer) {
            Ok(Some(words)) => words,
            Ok(None) => return Progress::Waiting,
            Err(_) => return Progress::Failed(RunError::Answer),
        };
        match serde_json::from_slice(&words) {
            Ok(words) => Progress::Answered(Box::new(words), std::mem::take(answer)),
            Err(_) => Progress::Failed(RunError::Answer),
        }
    }

    fn write(&mut self) -> io::Result<()> {
        while let Some(front) = self.out.front_mut() {
            match self.stream.send(&[IoSlice::new(front)])? {
                Sent::Bytes(count) => {
                    drop(front.split_to(count));
                    if let Some(upload) = &mut self.upload {
                        upload.done += count;
                    }
                    if front.is_empty() {
                        self.out.pop_front();
                    }
                }
                Sent::Full => return Ok(()),
                // What it has said is still to be read, and ssh's end to be seen.
                Sent::Closed => self.out.clear(),
            }
        }
        Ok(())
    }
}

/// The beginning of a file, or all of it.
///
/// # Errors
/// It cannot be read.
pub fn read_at_most(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Ends ssh, if it has not ended: politely, as it may be the master of other connections.
pub fn dismiss(child: &Child) {
    child.signal(Signal::TERM);
}

impl AsFd for Attempt {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.read_fd()
    }
}
