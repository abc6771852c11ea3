//! From the link's first byte to the session: what the far side says before its magic, and what is sent for it.
//!
//! Not the session, and no input or output: bytes come in, [`Step`]s go out. Invariants: whatever comes is answered
//! without a panic and with bounded memory; bytes behind the magic come back untouched; what is shown of the far
//! side's words is one short line that no terminal obeys.
//!
//! The far side's lines begin with `farway:`, after whatever banners it has:
//!
//! | line | meaning |
//! |---|---|
//! | `farway:need SYSTEM CPU [TOOL…]` | no suitable farway; the first flight has been thrown away |
//! | `farway:send FOLDER` | the parcel can come |
//! | `farway:have PATH` | it has come and runs; the first flight can come again |
//! | `farway:fail WHAT [WHERE]` | it ends here: `folder`, `damaged`, `run`, `write` |

mod error;
mod lines;
#[cfg(test)]
mod tests;

use std::io;

use super::parcel::{Machine, Parcel};
use super::script::{STAGE1_MARK, Stage2, Sum, stage2};
use crate::log;
pub use error::IntroError;
use lines::{Found, Lines};

/// What the far side says before the session's bytes begin: its version of the agreement comes behind.
pub const MAGIC: &[u8; 8] = b"farway<1";

/// The most that is skipped before the far side says something to us, in bytes.
pub const BANNER_MAX: usize = 64 << 10;

/// The most that is shown of what the far side said, in characters.
const SHOWN_MAX: usize = 200;

/// What an introduction is about.
#[derive(Clone, Debug)]
pub struct IntroPlan {
    /// What the near side sends without being asked, and again to a program that was sent.
    pub first_flight: Vec<u8>,
    /// Whether a program may be sent: [`Stage1::may_send`](super::script::Stage1::may_send).
    pub bootstrap: bool,
    /// `--remote-bin`.
    pub remote_bin: Option<String>,
    /// Our version, for the name of the file over there.
    pub version: String,
}

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Write these bytes to the link.
    Send(Vec<u8>),
    /// Find a program for that machine, and call [`Intro::offer`] or [`Intro::no_offer`].
    Choose(Machine),
    /// Write the parcel to the link, which may take a while. Go on reading meanwhile: it may be refused.
    Upload {
        /// What to write.
        bytes: Vec<u8>,
        /// Where it is kept over there, to be shown.
        folder: String,
    },
    /// The session begins.
    Ready {
        /// What came behind the magic.
        rest: Vec<u8>,
    },
    /// No session is possible, but a classic channel is. This link is of no more use.
    Fallback(Fallback),
    /// It ends here. This link is of no more use.
    Failed(IntroError),
}

/// What a classic channel can use over there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fallback {
    /// The program, for `--remote-bin` of the classic command line.
    pub bin: String,
    /// Why no session is possible, for people.
    pub why: IntroError,
}

/// What we wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The magic, or what is needed.
    Look,
    /// Our own side, for a program.
    Choose,
    /// A folder over there.
    Folder,
    /// The parcel's arrival.
    Upload,
    /// The magic of the program that was sent.
    Begin,
    /// Nothing any more.
    Done,
}

/// The introduction. Write [`IntroPlan::first_flight`] to the link first.
#[derive(Debug)]
pub struct Intro {
    plan: IntroPlan,
    phase: Phase,
    lines: Lines,
    tools: Vec<String>,
    machine: Option<Machine>,
    /// What to write when it is asked for.
    packed: Vec<u8>,
}

impl Intro {
    /// At the link's first byte.
    pub fn new(plan: IntroPlan) -> Self {
        Self {
            plan,
            phase: Phase::Look,
            lines: Lines::default(),
            tools: Vec::new(),
            machine: None,
            packed: Vec::new(),
        }
    }

    /// Takes bytes from the link. After `Ready`, `Fallback` or `Failed` nothing is taken any more.
    pub fn on_bytes(&mut self, bytes: &[u8]) -> Vec<Step> {
        let mut steps = Vec::new();
        if self.phase == Phase::Done {
            return steps;
        }
        self.lines.feed(bytes);
        while self.phase != Phase::Done {
            let step = match self.lines.next() {
                None => break,
                Some(Found::Version(b'1')) if matches!(self.phase, Phase::Look | Phase::Begin) => {
                    Some(Step::Ready { rest: self.lines.take_rest() })
                }
                Some(Found::Version(b'1')) => Some(Step::Failed(self.confused("a session"))),
                Some(Found::Version(other)) => Some(Step::Failed(IntroError::Version(char::from(other)))),
                Some(Found::Flood) => Some(Step::Failed(IntroError::Flood { said: self.said() })),
                Some(Found::Echo) => Some(Step::Failed(IntroError::Echo)),
                Some(Found::Word(line)) => self.word(&line),
            };
            if let Some(Step::Ready { .. } | Step::Fallback(_) | Step::Failed(_)) = step {
                self.phase = Phase::Done;
            }
            steps.extend(step);
        }
        steps
    }

    /// A line for us, without `farway:`.
    fn word(&mut self, line: &str) -> Option<Step> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();
        match (word, self.phase) {
            ("need", Phase::Look) => Some(self.needed(rest)),
            ("send", Phase::Folder) => {
                self.phase = Phase::Upload;
                let bytes = std::mem::take(&mut self.packed);
                Some(Step::Upload { bytes, folder: shown(rest) })
            }
            ("have", Phase::Upload) => {
                self.phase = Phase::Begin;
                Some(Step::Send(self.plan.first_flight.clone()))
            }
            ("fail", _) => Some(Step::Failed(self.refused(rest))),
            ("need" | "send" | "have", _) => Some(Step::Failed(self.confused(word))),
            // Of a later version, which says the important things in words that are known.
            _ => None,
        }
    }

    fn needed(&mut self, text: &str) -> Step {
        let mut words = text.split_ascii_whitespace().map(shown);
        let mut next = || words.next().unwrap_or_else(|| "-".into());
        let machine = Machine { system: next(), cpu: next() };
        self.tools = words.collect();
        if let Some(bin) = &self.plan.remote_bin {
            let bin = bin.clone();
            return match self.has("remote") {
                true => {
                    Step::Fallback(Fallback { why: IntroError::RemoteBinOther { bin: bin.clone() }, bin })
                }
                false => Step::Failed(IntroError::RemoteBinMissing { bin }),
            };
        }
        if !self.plan.bootstrap {
            return self.otherwise(IntroError::NotAllowed { machine, tools: self.tools.clone() });
        }
        self.machine = Some(machine.clone());
        self.phase = Phase::Choose;
        Step::Choose(machine)
    }

    fn has(&self, tool: &str) -> bool {
        self.tools.iter().any(|has| has == tool)
    }

    /// Without a session.
    fn otherwise(&self, why: IntroError) -> Step {
        match ["farway", "waypipe"].into_iter().find(|bin| self.has(bin)) {
            Some(bin) => Step::Fallback(Fallback { bin: bin.into(), why }),
            None => Step::Failed(why),
        }
    }

    /// Answers [`Step::Choose`] with a program.
    pub fn offer(&mut self, parcel: &Parcel) -> Step {
        let found = Sum::ALL.into_iter().find(|sum| self.has(sum.tool()));
        let gzip = self.has("gzip").then(|| parcel.gzip()).and_then(io::Result::ok);
        let step = match found {
            _ if self.phase != Phase::Choose => Step::Failed(self.confused("an offer")),
            None => self.otherwise(IntroError::NoSum),
            Some(sum) => {
                let plain = gzip.is_none();
                self.packed = gzip.unwrap_or_else(|| parcel.bytes().to_vec());
                self.phase = Phase::Folder;
                Step::Send(stage2(&Stage2 {
                    name: parcel.name(&self.plan.version),
                    len: parcel.bytes().len() as u64,
                    packed_len: self.packed.len() as u64,
                    gzip: !plain,
                    sum,
                    digest: parcel.digest(sum),
                }))
            }
        };
        if !matches!(step, Step::Send(_)) {
            self.phase = Phase::Done;
        }
        step
    }

    /// Answers [`Step::Choose`] if there is nothing to send, and why.
    pub fn no_offer(&mut self, why: super::parcel::ParcelError) -> Step {
        self.phase = Phase::Done;
        self.otherwise(IntroError::Parcel(why))
    }

    /// The link has ended before there was a session, and ssh with this exit code (nothing: by a signal).
    pub fn on_closed(&mut self, status: Option<i32>) -> IntroError {
        let said = self.said();
        let phase = std::mem::replace(&mut self.phase, Phase::Done);
        match (phase, status) {
            // ssh has said on stderr what is wrong.
            (Phase::Look, Some(255)) if said.is_none() => IntroError::Ssh,
            (_, None) => IntroError::Killed,
            (Phase::Look, _) if said.as_ref().is_some_and(|said| said.contains(STAGE1_MARK)) => {
                IntroError::Echo
            }
            (Phase::Look, Some(0)) if said.is_none() => IntroError::Silent,
            (Phase::Look, Some(status)) if status != 255 => match said {
                Some(said) => IntroError::NoShell { status, said },
                None => IntroError::NoStart { status },
            },
            (_, Some(status)) => IntroError::Lost { doing: doing(phase), status, said },
        }
    }

    fn said(&self) -> Option<String> {
        self.lines.last().map(|line| shown(&line))
    }

    fn confused(&self, came: &str) -> IntroError {
        IntroError::Confused { came: came.into(), doing: doing(self.phase) }
    }

    fn refused(&self, text: &str) -> IntroError {
        let (what, place) = text.split_once(' ').unwrap_or((text, ""));
        let place = shown(place);
        match what {
            "folder" => IntroError::NoFolder { tried: place },
            "damaged" => IntroError::Damaged { folder: place },
            "run" => IntroError::DoesNotRun { folder: place, machine: self.machine.clone() },
            "write" => IntroError::NotWritten { folder: place },
            _ => IntroError::Refused { what: shown(text) },
        }
    }
}

/// What a phase waits for, in plain words.
fn doing(phase: Phase) -> &'static str {
    match phase {
        Phase::Look => "looking for farway over there",
        Phase::Choose => "choosing a program to send",
        Phase::Folder => "finding a folder over there",
        Phase::Upload => "sending a program",
        Phase::Begin | Phase::Done => "starting farway over there",
    }
}

/// A short line without anything that a terminal obeys.
fn shown(text: &str) -> String {
    let line = log::escaped(text.trim());
    match line.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}
