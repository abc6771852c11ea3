//! The oracle: what each program must receive, written down when the other sends it.
//!
//! Not the code under test, and it asks that code nothing. It knows the few rewrites that are wanted
//! ([`Rewrite`]). Invariant: a message that arrives is compared with the oldest one that has not arrived.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use super::kernel::{Fd, File, Memory};
use super::problem::Problem;

pub mod ahead;
pub mod foretold;

use ahead::Ahead;
use foretold::Foretold;

/// Which way a message travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// An event, to the application.
    App,
    /// A request, to the screen.
    Screen,
}

impl To {
    fn name(self) -> &'static str {
        match self {
            Self::App => "the application",
            Self::Screen => "the screen",
        }
    }
}

/// What is to become of a message on its way.
#[derive(Clone, Debug)]
pub enum Rewrite {
    /// Nothing.
    Same,
    /// It disappears.
    Gone,
    /// It arrives as these bytes.
    Into(Vec<u8>),
}

/// The twin that must arrive for a descriptor.
#[derive(Clone, Debug)]
pub enum Token {
    /// A shared file of at least so many bytes.
    Pool(Rc<File>, usize),
    /// A file with these bytes.
    Fixed(Vec<u8>),
    /// A pipe: the sender reads what is written at the other end.
    Pipe(Memory),
}

/// Bytes of a file at the time of a message.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Whose.
    pub file: Rc<File>,
    /// Positions and bytes.
    pub spans: Vec<(usize, Vec<u8>)>,
}

impl Snapshot {
    /// The present bytes of these spans (position, length).
    pub fn take(file: &Rc<File>, spans: &[(usize, usize)]) -> Self {
        let spans = spans.iter().map(|&(at, len)| (at, file.read(at, len))).collect();
        Self { file: Rc::clone(file), spans }
    }
}

/// A message that was sent.
#[derive(Debug)]
pub struct Sent {
    /// What it is, for people.
    pub what: &'static str,
    /// As it was sent.
    pub bytes: Vec<u8>,
    /// What must arrive with it.
    pub tokens: Vec<Token>,
    /// What is to become of it.
    pub rewrite: Rewrite,
    /// What the receiver must see when it arrives.
    pub pixels: Option<Snapshot>,
}

impl Sent {
    /// Its bytes at the other end.
    fn arrives_as(&self) -> &[u8] {
        match &self.rewrite {
            Rewrite::Into(other) => other,
            _ => &self.bytes,
        }
    }
}

/// What was checked, to see that something was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Messages that arrived.
    pub messages: u64,
    /// Events that the application had before they were sent.
    pub foretold: u64,
    /// Frame callbacks and releases that it had before they were sent.
    pub ahead: u64,
    /// Messages whose pixels were compared.
    pub pictures: u64,
    /// Bytes of pixels compared.
    pub bytes: u64,
    /// Descriptors that arrived.
    pub fds: u64,
    /// Pipes whose bytes were compared.
    pub pipes: u64,
}

/// See the module.
#[derive(Debug, Default)]
pub struct Checker {
    to_app: VecDeque<Sent>,
    to_screen: VecDeque<Sent>,
    /// Files and their twins, by the number of the file.
    twins: BTreeMap<u32, (Rc<File>, Rc<File>)>,
    /// Where bytes come out, where they go in.
    pipes: Vec<(Memory, Memory)>,
    /// Only whether anything panics is of interest: bytes were damaged on their way.
    pub blind: bool,
    /// Pixels are not compared: the application writes whenever it likes.
    pub lax: bool,
    /// A half is to end with an error that it tells the application.
    pub doomed: bool,
    /// The application's half may say some things before the screen.
    pub foretold: Option<Foretold>,
    /// And frame callbacks and releases.
    pub ahead: Option<Ahead>,
    /// What was checked.
    pub counts: Counts,
}

fn short(bytes: &[u8]) -> Vec<u8> {
    bytes[..bytes.len().min(48)].to_vec()
}

impl Checker {
    fn queue(&mut self, to: To) -> &mut VecDeque<Sent> {
        match to {
            To::App => &mut self.to_app,
            To::Screen => &mut self.to_screen,
        }
    }

    /// A program sends a message.
    pub fn sent(&mut self, to: To, sent: Sent) {
        if self.blind || matches!(sent.rewrite, Rewrite::Gone) {
            return;
        }
        let ahead = self.ahead.as_mut().is_some_and(|ahead| match to {
            To::App => ahead.was_told(sent.what, sent.arrives_as()),
            To::Screen => {
                ahead.asked(sent.what, &sent.bytes);
                false
            }
        });
        let told = match (&mut self.foretold, to) {
            (Some(foretold), To::App) => foretold.was_told(sent.arrives_as()),
            (Some(foretold), To::Screen) => {
                foretold.asked(&sent.bytes);
                false
            }
            (None, _) => false,
        };
        if !told && !ahead {
            self.queue(to).push_back(sent);
        }
    }

    /// A program has got a message.
    ///
    /// # Errors
    /// It is not the one that must come now.
    pub fn arrived(&mut self, to: To, bytes: &[u8], fds: &[Fd]) -> Result<(), Problem> {
        if self.blind {
            return Ok(());
        }
        if self.doomed && to == To::App && bytes.starts_with(&[1, 0, 0, 0, 0, 0]) {
            self.to_app.clear(); // what did not come before the error does not come
            return Ok(());
        }
        let (name, got) = (to.name(), short(bytes));
        let due = self.queue(to).front().is_some_and(|sent| sent.arrives_as() == bytes);
        let foretold = self.foretold.as_mut().filter(|_| to == To::App && !due && fds.is_empty());
        if foretold.is_some_and(|it| it.may_come(bytes, &mut self.to_app)) {
            self.counts.foretold += 1;
            return Ok(());
        }
        let ahead = self.ahead.as_mut().filter(|_| to == To::App && fds.is_empty());
        if let Some(ahead) = ahead {
            if due {
                ahead.came(bytes);
            } else if ahead.may_come(bytes, &mut self.to_app) {
                self.counts.ahead += 1;
                return Ok(());
            }
        }
        let Some(sent) = self.queue(to).pop_front() else { return Err(Problem::Surplus { to: name, got }) };
        let what = sent.what;
        let expected = sent.arrives_as();
        if expected != bytes {
            return Err(Problem::Transparency { to: name, what, got, expected: short(expected) });
        }
        if sent.tokens.len() != fds.len() {
            return Err(Problem::WrongFd(what));
        }
        for (token, fd) in sent.tokens.iter().zip(fds) {
            self.pair(what, token, fd)?;
        }
        self.counts.messages += 1;
        match &sent.pixels {
            Some(snapshot) if !self.lax => self.compare(to, what, snapshot),
            _ => Ok(()),
        }
    }

    fn pair(&mut self, what: &'static str, token: &Token, fd: &Fd) -> Result<(), Problem> {
        self.counts.fds += 1;
        let fine = match (token, fd) {
            (Token::Pool(file, size), Fd::File(twin)) => {
                let new = self.twins.values().all(|(_, other)| other.id != twin.id);
                let pair = (Rc::clone(file), Rc::clone(twin));
                self.twins.insert(file.id, pair).is_none() && new && twin.len() >= *size
            }
            (Token::Fixed(bytes), Fd::File(twin)) => {
                twin.len() == bytes.len() && twin.read(0, bytes.len()) == *bytes
            }
            (Token::Pipe(memory), Fd::Write(end)) => {
                let new = self.pipes.iter().all(|(_, far)| far.id() != end.memory().id());
                self.pipes.push((memory.clone(), end.memory()));
                new
            }
            _ => false,
        };
        if fine { Ok(()) } else { Err(Problem::WrongFd(what)) }
    }

    fn compare(&mut self, to: To, what: &'static str, snapshot: &Snapshot) -> Result<(), Problem> {
        let mine = match to {
            To::App => {
                self.twins.values().find(|(_, twin)| twin.id == snapshot.file.id).map(|(file, _)| file)
            }
            To::Screen => self.twins.get(&snapshot.file.id).map(|(_, twin)| twin),
        };
        let Some(mine) = mine.cloned() else { return Err(Problem::WrongFd(what)) };
        self.counts.pictures += 1;
        for (start, expected) in &snapshot.spans {
            let got = mine.read(*start, expected.len());
            self.counts.bytes += got.len() as u64;
            if let Some(n) = got.iter().zip(expected).position(|(a, b)| a != b) {
                let (got, expected) = (got[n], expected[n]);
                return Err(Problem::Pixels { what, at: start + n, got, expected });
            }
        }
        Ok(())
    }

    /// Compares present bytes of both machines.
    ///
    /// # Errors
    /// They differ.
    pub fn same_now(&mut self, what: &'static str, snapshot: &Snapshot) -> Result<(), Problem> {
        self.compare(To::Screen, what, snapshot)
    }

    /// Compares the pipes. `whole`: everything that was written must have come out, where somebody reads.
    ///
    /// # Errors
    /// Other bytes came out than went in.
    pub fn pipes(&mut self, whole: bool, except: &[u32]) -> Result<(), Problem> {
        for (out, into) in &self.pipes {
            let skip = out.is_unread() || except.contains(&out.id());
            if !out.follows(into, whole && !skip) {
                return Err(Problem::Pipe(out.id()));
            }
            self.counts.pipes += u64::from(whole);
        }
        Ok(())
    }

    /// Everything that was sent this way has arrived.
    ///
    /// # Errors
    /// Something has not.
    pub fn all_arrived(&self, to: To) -> Result<(), Problem> {
        let (queue, what) = match to {
            To::App => (&self.to_app, "events"),
            To::Screen => (&self.to_screen, "requests"),
        };
        if queue.is_empty() || self.blind {
            return Ok(());
        }
        Err(Problem::Lost { what, count: queue.len() })
    }

    /// The screen has said everything that was said for it, or it was taken back.
    ///
    /// # Errors
    /// It has not.
    pub fn all_came_true(&self) -> Result<(), Problem> {
        match &self.foretold {
            Some(foretold) if !self.blind && !foretold.is_over() => {
                Err(Problem::Lost { what: "events that were foretold", count: 1 })
            }
            _ => Ok(()),
        }?;
        match &self.ahead {
            Some(ahead) if !self.blind && !ahead.is_over() => {
                Err(Problem::Lost { what: "answers that were given ahead", count: 1 })
            }
            _ => Ok(()),
        }
    }

    /// Nothing more is to be compared this way: the receiver is gone, or the way there.
    pub fn forgive(&mut self, to: To) {
        self.queue(to).clear();
    }
}

/// A point in time on another machine: wall-clock offsets (nanoseconds) of the sending and the receiving clock.
pub fn moved(time: u64, from: i64, to: i64) -> u64 {
    let wall = (i128::from(time) + i128::from(from)).max(0);
    (wall - i128::from(to)).max(0) as u64
}
