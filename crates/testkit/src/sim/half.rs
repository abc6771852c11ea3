//! One half of the connection: the engine under test, and a driver that does what it says in small steps.
//!
//! Not the real driver: no thread and no descriptor. But jobs run through the real bench code over heap
//! memory. Invariant: an effect that names something unknown, or a second time, is a [`Problem`].

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

use bytes::BytesMut;
use farway_proto::channel::{Capabilities, Deframer, Frame, Update};
use farway_proto::engine::fault::FdProblem;
use farway_proto::engine::{
    Access, Adopt, Config, Create, Done, Effect, Engine, FdQueue, Handover, Job, Note, Outcome, Side,
};
use farway_proto::{FdId, Instant, Now, Rid, Role};
use farway_proxy::bench::{Coding, Shelf, Tools, run};
use farway_proxy::store::Content;
use farway_sys::pack::Compression;
use rand::Rng;
use rand::rngs::SmallRng;

use super::kernel::{Fd, File, Kernel};
use super::problem::Problem;
use super::sabotage::Sabotage;
use super::wire::{Socket, take};

mod overlap;
mod pipes;

use overlap::Spans;
use pipes::LocalPipe;

/// Bytes that may wait for a slow neighbour before the other one is no longer read.
const ENOUGH: usize = 256 * 1024;

/// A job that was given out.
#[derive(Debug)]
struct Pending {
    rid: Rid,
    content: Arc<Content>,
    /// The other file that it needs.
    source: Option<(Rid, Arc<Content>)>,
    work: Work,
    spans: Spans,
}

#[derive(Debug)]
enum Work {
    /// Not started.
    Todo(Job),
    /// Finished; the engine was not told.
    Done(Done),
}

/// See the module.
#[derive(Debug)]
pub struct Half {
    /// The code under test.
    pub engine: Engine,
    name: &'static str,
    kernel: Rc<Kernel>,
    compression: Compression,
    tools: Tools,
    /// Wall clock minus the monotonic and the presentation clock, in nanoseconds.
    pub offsets: (i64, i64),
    files: BTreeMap<Rid, (Arc<Content>, Rc<File>)>,
    pipes: BTreeMap<Rid, LocalPipe>,
    live: BTreeSet<Rid>,
    fds: BTreeMap<FdId, Fd>,
    next_fd: u32,
    jobs: Vec<Pending>,
    /// Jobs that the engine takes for done: sabotage.
    late: Vec<Pending>,
    deframer: Deframer,
    /// To the local program.
    pub local: Socket,
    /// To the other half.
    pub link: VecDeque<u8>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// Pipes that were closed because nobody read them: numbers of the program's pipe.
    pub slow: Vec<u32>,
    /// A buffer was held for too long: nobody can say any more what is in it when.
    pub impatient: bool,
    /// What is done wrong on purpose.
    pub sabotage: Option<Sabotage>,
    /// Bytes were damaged on their way here: the peer or program may do anything.
    pub hostile: bool,
    /// Updates sent.
    pub updates: u64,
    /// Those that copied.
    pub copies: u64,
    /// Those that only named a file's content.
    pub named: u64,
    tell_closed: [bool; 2],
    /// A descriptor was of no use: the end is near.
    refused: bool,
}

impl Half {
    /// A half in its first state.
    pub fn new(role: Role, config: Config, compression: Compression, kernel: Rc<Kernel>) -> Self {
        let keeps = config.capabilities.has(Capabilities::HASHES);
        Self {
            engine: Engine::new(role, config),
            name: if role == Role::App { "the application's half" } else { "the display's half" },
            kernel,
            compression,
            tools: Tools::with(keeps.then(Arc::default)),
            offsets: (0, 0),
            files: BTreeMap::new(),
            pipes: BTreeMap::new(),
            live: BTreeSet::new(),
            fds: BTreeMap::new(),
            next_fd: 0,
            jobs: Vec::new(),
            late: Vec::new(),
            deframer: Deframer::new(),
            local: Socket::default(),
            link: VecDeque::new(),
            outcome: None,
            slow: Vec::new(),
            impatient: false,
            sabotage: None,
            hostile: false,
            updates: 0,
            copies: 0,
            named: 0,
            tell_closed: [false; 2],
            refused: false,
        }
    }

    /// Keeps files where others do, if it keeps any.
    pub fn keep_at(&mut self, shelf: &Arc<Shelf>) {
        self.tools.shelf.iter_mut().for_each(|it| *it = Arc::clone(shelf));
    }

    /// Who it is, for people.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Every coding that exists, as soon as the other half is known to understand it.
    fn coding(&self) -> Coding {
        match self.engine.agreed().has(Capabilities::PIXELS) {
            true => Coding::rehearsal(self.compression),
            false => Coding::plain(self.compression),
        }
    }

    fn now(&self, time: u64) -> Now {
        Now { instant: Instant(time), monotonic_offset: self.offsets.0, presentation_offset: self.offsets.1 }
    }

    fn problem(&self, effect: &'static str, rid: Rid) -> Problem {
        Problem::Effect { side: self.name, effect, rid }
    }

    /// Reads the local program, if the engine likes.
    pub fn read_local(
        &mut self,
        time: u64,
        from: &mut Socket,
        most: usize,
        early: usize,
    ) -> Result<bool, Problem> {
        if self.outcome.is_some() || !self.engine.appetite().local || self.link.len() > ENOUGH {
            return Ok(false);
        }
        let (bytes, fds) = from.receive(most, early);
        if bytes.is_empty() && fds.is_empty() {
            return self.close(time, Side::Local, from.closed);
        }
        let mut queue = FdQueue::new();
        for fd in fds {
            self.next_fd += 1;
            queue.push(FdId(self.next_fd));
            self.fds.insert(FdId(self.next_fd), fd);
        }
        let result = self.engine.on_local(self.now(time), &bytes, &mut queue);
        self.after(time, result)?;
        Ok(true)
    }

    /// Reads the link, frame by frame, as far as the engine likes.
    pub fn read_link(
        &mut self,
        time: u64,
        from: &mut VecDeque<u8>,
        closed: bool,
        most: usize,
    ) -> Result<bool, Problem> {
        let mut moved = false;
        if self.outcome.is_some() || self.local.len() > ENOUGH {
            return Ok(false);
        }
        if self.engine.appetite().channel {
            let bytes = take(from, most);
            self.deframer.buffer().extend_from_slice(&bytes);
            moved = !bytes.is_empty();
        }
        while self.outcome.is_none() && self.engine.appetite().channel {
            let result = match self.deframer.next() {
                Ok(Some(frame)) => self.engine.on_channel(self.now(time), frame),
                Ok(None) => {
                    let ended = closed && from.is_empty() && self.close(time, Side::Channel, true)?;
                    return Ok(moved || ended);
                }
                Err(error) => self.engine.on_bad_channel(self.now(time), error),
            };
            moved = true;
            self.after(time, result)?;
        }
        Ok(moved)
    }

    fn close(&mut self, time: u64, side: Side, closed: bool) -> Result<bool, Problem> {
        let told = &mut self.tell_closed[usize::from(side == Side::Channel)];
        if !closed || std::mem::replace(told, true) {
            return Ok(false);
        }
        self.engine.on_closed(self.now(time), side);
        self.absorb(time)?;
        Ok(true)
    }

    /// Calls the engine if it is time.
    pub fn tick(&mut self, time: u64) -> Result<bool, Problem> {
        if self.outcome.is_some() || self.engine.poll_timeout().is_none_or(|at| at > Instant(time)) {
            return Ok(false);
        }
        self.engine.on_timeout(self.now(time));
        self.absorb(time)?;
        self.verify()?;
        Ok(true)
    }

    /// When it wants to be called.
    pub fn timeout(&self) -> Option<u64> {
        if self.outcome.is_some() { None } else { self.engine.poll_timeout().map(|at| at.0) }
    }

    /// Runs a job, or tells the engine of one that ran.
    pub fn work(&mut self, time: u64, rng: &mut SmallRng) -> Result<bool, Problem> {
        let late = if self.late.is_empty() || !rng.random_bool(0.02) { None } else { self.late.pop() };
        if let Some(Pending { content, source, work: Work::Todo(job), .. }) = late {
            let source = source.as_ref().map(|it| &*it.1);
            let coding = self.coding();
            let _ = run(job, &content, source, coding, &mut self.tools);
        }
        if self.jobs.is_empty() || self.outcome.is_some() {
            return Ok(!self.late.is_empty() && self.outcome.is_none());
        }
        let n = rng.random_range(0..self.jobs.len());
        let Pending { rid, content, source, work, spans } = self.jobs.swap_remove(n);
        let done = match work {
            Work::Todo(job) if self.sabotage.as_mut().is_some_and(|sabotage| sabotage.skip(&job)) => {
                let done = Done::Applied(job.ticket());
                self.late.push(Pending { rid, content, source, work: Work::Todo(job), spans });
                let result = self.engine.on_done(self.now(time), done);
                return self.after(time, result).map(|()| true);
            }
            Work::Todo(mut job) => {
                if let Some(sabotage) = &mut self.sabotage {
                    sabotage.shrink(&mut job);
                }
                let target = self.sabotage.as_ref().and(overlap::target(&job, &content, self.compression));
                let coding = self.coding();
                let from = source.as_ref().map(|it| &*it.1);
                let done = run(job, &content, from, coding, &mut self.tools);
                if let (Some(at), Some(sabotage)) = (target, &mut self.sabotage) {
                    sabotage.flip(&content, at);
                }
                done
            }
            Work::Done(done) => done,
        };
        if rng.random_bool(0.2) {
            self.jobs.push(Pending { rid, content, source, work: Work::Done(done), spans });
            return Ok(true);
        }
        let result = self.engine.on_done(self.now(time), done);
        self.after(time, result)?;
        Ok(true)
    }

    /// Carries out what the engine wants, and looks at it.
    fn after(&mut self, time: u64, result: Result<(), farway_proto::engine::Fault>) -> Result<(), Problem> {
        self.absorb(time)?;
        if (result.is_err() || self.refused) != matches!(self.outcome, Some(Outcome::Fault(_))) {
            return Err(Problem::Ended { side: self.name, outcome: self.outcome });
        }
        // In debug builds the engine does so itself.
        if !cfg!(debug_assertions) {
            self.verify()?;
        }
        self.bounds()
    }

    fn verify(&self) -> Result<(), Problem> {
        self.engine.verify().map_err(|broken| Problem::Invariant(self.name, broken))
    }

    fn absorb(&mut self, time: u64) -> Result<(), Problem> {
        while let Some(effect) = self.engine.poll() {
            if self.outcome.is_some() {
                return Err(Problem::Undead(self.name));
            }
            match effect {
                Effect::SendLocal { bytes, fds } => self.send_local(&bytes, &fds)?,
                Effect::SendChannel(frame) => self.send_channel(frame),
                Effect::Adopt { rid, fd, kind } => self.adopt(time, rid, fd, kind)?,
                Effect::Create { rid, kind } => self.create(rid, kind)?,
                Effect::Resize { rid, size } => self.resize(time, rid, size)?,
                Effect::Run(job) => self.give_out(job)?,
                Effect::PipeWrite(rid, bytes) => match self.pipes.get_mut(&rid) {
                    Some(pipe) => pipe.queue(&bytes),
                    None => return Err(self.problem("PipeWrite", rid)),
                },
                Effect::PipeFinish(rid) => {
                    self.end(rid, "PipeFinish")?;
                    if let Some(pipe) = self.pipes.get_mut(&rid) {
                        pipe.finish();
                    }
                }
                Effect::Drop(rid) => self.drop_all(rid)?,
                Effect::Note(Note::SlowPipe(rid)) => {
                    self.slow.extend(self.pipes.get(&rid).and_then(LocalPipe::id));
                }
                Effect::Note(Note::HeldTooLong(_)) => self.impatient = true,
                Effect::Known(name) => self.tools.shelf.iter().for_each(|shelf| shelf.known(name)),
                Effect::Note(_) => {}
                Effect::Finish(outcome) => {
                    self.outcome = Some(outcome);
                    self.local.closed = true;
                }
            }
        }
        Ok(())
    }

    fn send_local(&mut self, bytes: &[u8], fds: &[Handover]) -> Result<(), Problem> {
        let mut out = Vec::new();
        for handover in fds {
            let fd = self.hand_over(handover)?;
            if let (Some(sabotage), Fd::File(file)) = (&mut self.sabotage, &fd) {
                if sabotage.doubles() {
                    out.push(Fd::File(Rc::clone(file)));
                }
            }
            out.push(fd);
        }
        self.local.send(bytes, out);
        Ok(())
    }

    fn hand_over(&mut self, handover: &Handover) -> Result<Fd, Problem> {
        let rid = handover.rid;
        if let Some((_, file)) = self.files.get(&rid) {
            return Ok(Fd::File(Rc::clone(file)));
        }
        if handover.access != Access::Move {
            return Err(self.problem("SendLocal", rid));
        }
        match self.pipes.get_mut(&rid).and_then(LocalPipe::hand_over) {
            Some(end) => Ok(end),
            None if self.pipes.contains_key(&rid) => Err(self.problem("SendLocal", rid)),
            None => Ok(Fd::Write(self.kernel.pipe(1).1)),
        }
    }

    fn send_channel(&mut self, frame: Frame) {
        self.updates += u64::from(matches!(frame, Frame::Update(..)));
        self.copies += u64::from(matches!(frame, Frame::Update(_, Update::Copy { .. })));
        self.named += u64::from(matches!(frame, Frame::Update(_, Update::Named { .. })));
        let frames = match &mut self.sabotage {
            Some(sabotage) => sabotage.frame(frame),
            None => vec![frame],
        };
        let mut out = BytesMut::new();
        frames.iter().for_each(|frame| frame.put(&mut out));
        self.link.extend(out.iter());
    }

    fn begin(&mut self, rid: Rid, effect: &'static str) -> Result<(), Problem> {
        if self.live.insert(rid) { Ok(()) } else { Err(self.problem(effect, rid)) }
    }

    fn end(&mut self, rid: Rid, effect: &'static str) -> Result<(), Problem> {
        if self.live.remove(&rid) { Ok(()) } else { Err(self.problem(effect, rid)) }
    }

    fn adopt(&mut self, time: u64, rid: Rid, fd: FdId, kind: Adopt) -> Result<(), Problem> {
        self.begin(rid, "Adopt")?;
        let Some(fd) = self.fds.remove(&fd) else { return Err(self.problem("Adopt", rid)) };
        let (file, size, mirrored) = match (kind, fd) {
            (Adopt::SharedFile { size }, Fd::File(file)) => (file, size, true),
            (Adopt::FixedFile { size }, Fd::File(file)) => (file, size, false),
            (Adopt::PipeToWrite, Fd::Write(end)) => {
                self.pipes.insert(rid, LocalPipe::to_write(end));
                return Ok(());
            }
            _ => return self.refuse(time, rid, FdProblem::NotAFile),
        };
        if (file.len() as u64) < size {
            return self.refuse(time, rid, FdProblem::TooSmall);
        }
        self.keep(rid, Some(file), size, mirrored)
    }

    fn refuse(&mut self, time: u64, rid: Rid, problem: FdProblem) -> Result<(), Problem> {
        self.refused = true;
        let _ = self.engine.on_bad_fd(self.now(time), rid, problem);
        Ok(())
    }

    /// An effect needs a file that is not there. After a refusal, those that were queued before the end do.
    fn missing(&self, effect: &'static str, rid: Rid) -> Result<(), Problem> {
        if self.refused { Ok(()) } else { Err(self.problem(effect, rid)) }
    }

    fn keep(&mut self, rid: Rid, file: Option<Rc<File>>, size: u64, mirrored: bool) -> Result<(), Problem> {
        let content = match Content::heap(size, mirrored) {
            Ok(content) => Arc::new(content),
            Err(_) => return Err(self.problem("allocation", rid)),
        };
        let file = match file {
            Some(file) => {
                file.attach(Arc::clone(&content));
                file
            }
            None => self.kernel.file_of(Arc::clone(&content)),
        };
        self.files.insert(rid, (content, file));
        Ok(())
    }

    fn create(&mut self, rid: Rid, kind: Create) -> Result<(), Problem> {
        self.begin(rid, "Create")?;
        match kind {
            Create::File { size, mirrored } => self.keep(rid, None, size, mirrored)?,
            Create::PipeToRead => {
                self.pipes.insert(rid, LocalPipe::made(self.kernel.pipe(8192), true));
            }
            Create::PipeToWrite => {
                self.pipes.insert(rid, LocalPipe::made(self.kernel.pipe(8192), false));
            }
        }
        Ok(())
    }

    fn resize(&mut self, time: u64, rid: Rid, size: u64) -> Result<(), Problem> {
        let Some((content, file)) = self.files.get(&rid) else { return self.missing("Resize", rid) };
        let uses =
            |it: &Pending| it.rid == rid || it.source.as_ref().is_some_and(|(source, _)| *source == rid);
        if self.jobs.iter().any(|pending| uses(pending) && matches!(pending.work, Work::Todo(_))) {
            return Err(Problem::Overlap(rid));
        }
        let before = content.region.len() as usize;
        let (content, file) = (Arc::clone(content), Rc::clone(file));
        let ours = rid.is_of(self.engine.role());
        if ours && (file.len() as u64) < size {
            return self.refuse(time, rid, FdProblem::TooSmall);
        }
        if content.grow(size).is_err() {
            return Err(self.problem("Resize", rid));
        }
        file.cover(before);
        Ok(())
    }

    fn give_out(&mut self, job: Job) -> Result<(), Problem> {
        let rid = job.rid();
        let Some((content, _)) = self.files.get(&rid) else { return self.missing("Run", rid) };
        let content = Arc::clone(content);
        let spans = match self.hostile {
            true => Spans::default(),
            false => Spans::of(&job, &content, self.compression),
        };
        let mut others = self.jobs.iter().filter(|pending| pending.rid == rid);
        if spans.meets_itself() || others.any(|other| spans.meets(&other.spans)) {
            return Err(Problem::Overlap(rid));
        }
        let source = match job.source() {
            Some(source) => match self.files.get(&source) {
                Some((content, _)) => Some((source, Arc::clone(content))),
                None => return self.missing("Run (source)", source),
            },
            None => None,
        };
        // Nothing else may use a source but for the same target, and a source may not be in use.
        let (other, mine) =
            (source.as_ref().map(|it| it.0), |pending: &Pending| pending.source.as_ref().map(|it| it.0));
        if self.jobs.iter().any(|it| {
            mine(it) == Some(rid)
                || (other.is_some() && (other == Some(it.rid) || other == mine(it) && it.rid != rid))
        }) {
            return Err(Problem::Overlap(rid));
        }
        self.jobs.push(Pending { rid, content, source, work: Work::Todo(job), spans });
        Ok(())
    }

    fn drop_all(&mut self, rid: Rid) -> Result<(), Problem> {
        // A pipe that is being finished may still be cut short.
        if !self.pipes.get(&rid).is_some_and(LocalPipe::is_finishing) {
            self.end(rid, "Drop")?;
        }
        let uses =
            |pending: &Pending| pending.rid == rid || pending.source.as_ref().is_some_and(|it| it.0 == rid);
        if self.jobs.iter().any(uses) && self.sabotage.is_none() {
            return Err(self.problem("Drop (in use)", rid));
        }
        self.files.remove(&rid);
        self.pipes.remove(&rid);
        Ok(())
    }

    /// Nothing grows without end.
    fn bounds(&self) -> Result<(), Problem> {
        let bounds = [
            ("descriptors without a message", self.fds.len(), 1024 + 64),
            ("jobs", self.jobs.len(), 8192),
            ("bytes for the link", self.link.len(), ENOUGH * 2 + (32 << 20)),
            ("bytes for the program", self.local.len(), ENOUGH * 2 + (1 << 20)),
        ];
        match bounds.into_iter().find(|(_, size, most)| size > most) {
            Some((what, size, _)) => Err(Problem::Unbounded { side: self.name, what, size }),
            None => Ok(()),
        }
    }

    /// Nothing is left.
    ///
    /// # Errors
    /// Something is.
    pub fn is_clean(&self) -> Result<(), Problem> {
        let kept = [("shadows", self.live.len()), ("descriptors", self.fds.len()), ("jobs", self.jobs.len())];
        match kept.into_iter().find(|(_, count)| *count > 0) {
            Some((what, count)) => Err(Problem::Leak { side: self.name, what, count }),
            None => Ok(()),
        }
    }
}
