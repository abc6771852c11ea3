//! Carries out what the engine asks for. No decision is made here but where a job runs.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use farway_proto::channel::Capabilities;
use farway_proto::engine::fault::FdProblem;
use farway_proto::engine::{Adopt, Create, Done, Effect, Handover, Job, JobError, Note, Outcome, Side};
use farway_proto::{Rid, Role};
use farway_sys::event::{Interest, PollSet};
use farway_sys::pipe::{PipeReader, PipeWriter, pipe};

use super::Connection;
use crate::bench::{Coding, Task};

/// Work up to this many bytes is never handed over.
const INLINE: u64 = 512 << 10;
/// From so many bytes on, what is done of a frame is sent while the rest is worked on.
const EARLY: usize = 256 << 10;

impl Connection<'_> {
    /// Carries out everything that the engine wants, jobs included, until it wants nothing more for now.
    pub(super) fn perform(&mut self) {
        loop {
            self.take_effects();
            if self.jobs.is_empty() {
                return;
            }
            self.run_jobs();
        }
    }

    fn take_effects(&mut self) {
        while let Some(effect) = self.engine.poll() {
            self.effect(effect);
        }
        if self.channel_out.len() >= EARLY {
            self.clocks.pass();
            if let Err(error) = self.channel_out.flush(&self.channel) {
                tracing::debug!("channel: {error}");
                // Nothing may follow what was lost: the stream is useless.
                self.channel_gone = true;
                self.channel_out.clear();
                let now = self.now();
                self.engine.on_closed(now, Side::Channel);
            }
        }
    }

    fn effect(&mut self, effect: Effect) {
        match effect {
            Effect::SendLocal { bytes, fds } => self.send_local(bytes, &fds),
            Effect::SendChannel(frame) if !self.channel_gone => self.channel_out.push(&frame),
            Effect::SendChannel(_) => {}
            Effect::Adopt { rid, fd, kind } => self.adopt(rid, fd, kind),
            Effect::Create { rid, kind } => self.create(rid, kind),
            Effect::Resize { rid, size } => self.resize(rid, size),
            Effect::Run(job) => self.jobs.push_back(job),
            Effect::PipeWrite(rid, bytes) => self.pipes.write(rid, bytes),
            Effect::PipeFinish(rid) => self.pipes.finish(rid),
            Effect::Drop(rid) => {
                self.store.drop_file(rid);
                self.pipes.close(rid);
            }
            Effect::Known(name) => self.settings.shelf.iter().for_each(|shelf| shelf.known(name)),
            Effect::Note(note) => log(&note),
            Effect::Finish(outcome) => self.finish(outcome),
        }
    }

    fn send_local(&mut self, bytes: bytes::Bytes, fds: &[Handover]) {
        if self.local_gone {
            return;
        }
        let mut owned = Vec::with_capacity(fds.len());
        for handover in fds {
            match self.store.hand_over(handover.rid, handover.access) {
                Ok(fd) => owned.push(Arc::new(fd)),
                Err(error) => return self.bad_fd(handover.rid, FdProblem::Machine, &error),
            }
        }
        self.local_out.push(bytes, owned);
    }

    fn bad_fd(&mut self, rid: Rid, problem: FdProblem, cause: &dyn std::fmt::Display) {
        tracing::debug!(%rid, %problem, %cause, "descriptor");
        let now = self.now();
        // The fault comes back as an effect.
        let _ = self.engine.on_bad_fd(now, rid, problem);
    }

    fn adopt(&mut self, rid: Rid, fd: farway_proto::FdId, kind: Adopt) {
        let Some(fd) = self.fds.claim(fd) else {
            return self.bad_fd(rid, FdProblem::Machine, &"it was claimed twice");
        };
        let result = match kind {
            Adopt::SharedFile { size } => self.store.adopt_file(rid, fd, size, true),
            // Without a keymap, compositors send what they have at hand: /dev/null, often.
            Adopt::FixedFile { size: 0 } => Ok(()),
            Adopt::FixedFile { size } => self.store.adopt_file(rid, fd, size, false),
            Adopt::PipeToWrite => {
                self.pipes.write_to(rid, PipeWriter::new(fd));
                Ok(())
            }
        };
        if let Err(problem) = result {
            self.bad_fd(rid, problem, &"adopt");
        }
    }

    fn create(&mut self, rid: Rid, kind: Create) {
        let dir = self.settings.temporary.as_deref();
        let result = match kind {
            Create::File { size, mirrored } => self.store.create_file(rid, size, mirrored, dir),
            Create::PipeToRead => pipe().and_then(|(read, write)| {
                self.store.keep_end(rid, write);
                self.pipes.read_from(rid, PipeReader::new(read)?);
                Ok(())
            }),
            Create::PipeToWrite => pipe().map(|(read, write)| {
                self.store.keep_end(rid, read);
                self.pipes.write_to(rid, PipeWriter::new(write));
            }),
        };
        if let Err(error) = result {
            self.bad_fd(rid, FdProblem::Machine, &error);
        }
    }

    fn resize(&mut self, rid: Rid, size: u64) {
        // Memory may move: nothing may be working on it.
        self.finish_jobs();
        let result = self.store.content(rid).map_or(Ok(()), |content| content.grow(size));
        if let Err(problem) = result {
            self.bad_fd(rid, problem, &"resize");
        }
    }

    fn finish(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Fault(fault) => tracing::warn!("connection ended: {fault}"),
            Outcome::PeerLost => tracing::warn!("connection ended: the other half is gone without a word"),
            Outcome::LocalClosed | Outcome::PeerClosed => tracing::debug!("connection ended: {outcome:?}"),
        }
        self.jobs.clear();
        self.pipes.finish_all();
        self.outcome = Some(outcome);
    }

    // ---- jobs ----

    fn run_jobs(&mut self) {
        let weight: u64 = self.jobs.iter().map(Job::weight).sum();
        if self.jobs.len() == 1 || weight <= INLINE || self.workers.threads() == 0 {
            // Each may change what is to be done next.
            if let Some(task) = self.next_task() {
                let done = self.work(task);
                self.done(done);
            }
            return;
        }
        let mut tasks = Vec::with_capacity(self.jobs.len());
        while let Some(task) = self.next_task() {
            tasks.push(task);
        }
        self.away += tasks.len();
        self.workers.submit(tasks);
        self.help_on();
    }

    /// Does jobs that the workers did not begin.
    pub(super) fn help_on(&mut self) {
        let begin = self.now();
        self.jobs_left = false;
        while !self.jobs_left && self.help() {
            self.take_effects();
            self.jobs_left = self.is_long(begin);
        }
    }

    /// How content is coded now.
    fn coding(&self) -> Coding {
        let free = self.settings.adaptive && self.engine.agreed().has(Capabilities::PIXELS);
        let known = Some(self.rate.load(Ordering::Relaxed)).filter(|rate| *rate > 0);
        match known.or_else(|| self.engine.link_rate()) {
            Some(rate) if free => Coding::soonest(self.compression, rate, self.workers.costs()),
            None if free && self.engine.link_is_near() => Coding::near(self.compression),
            _ => Coding::plain(self.compression),
        }
    }

    fn next_task(&mut self) -> Option<Task> {
        let job = self.jobs.pop_front()?;
        let source = job.source().map(|source| self.store.content(source).cloned());
        let content = self.store.content(job.rid()).cloned();
        let (Some(content), None | Some(Some(_))) = (content, &source) else {
            self.done(Done::Failed(job.ticket(), JobError::Machine));
            return None;
        };
        let coding = self.coding();
        // Only on the way to the application: the far end of a session outlives the near ones, and what one of those
        // kept, the next does not have.
        let there = match job {
            Job::Fill { .. } => self.role == Role::Display,
            _ => self.role == Role::App,
        };
        let kept = there && self.engine.agreed().has(Capabilities::HASHES);
        let shelf = self.settings.shelf.clone().filter(|_| kept);
        Some(Task { job, content, source: source.flatten(), coding, shelf, home: Arc::clone(&self.home) })
    }

    fn work(&mut self, task: Task) -> Done {
        let done = task.run(&mut self.tools);
        self.clocks.pass();
        self.tools.sample().into_iter().for_each(|sample| self.workers.learn(sample));
        done
    }

    /// Does one job that the workers did not begin, and takes what they finished. False if there is none.
    fn help(&mut self) -> bool {
        let Some(task) = self.workers.take_back(&self.home) else { return false };
        let done = self.work(task);
        self.away -= 1;
        self.done(done);
        self.collect();
        true
    }

    /// Takes what the workers finished.
    pub(super) fn collect(&mut self) {
        for done in self.home.take() {
            self.away -= 1;
            self.done(done);
        }
    }

    fn done(&mut self, done: Done) {
        if let (Some(tally), Done::Update(_, Some(update))) = (&self.settings.tally, &done) {
            tally.sent(update);
        }
        let now = self.now();
        let _ = self.engine.on_done(now, done);
    }

    /// Returns when no job is under way. What they lead to is left for later.
    fn finish_jobs(&mut self) {
        while let Some(task) = self.next_task() {
            let done = self.work(task);
            self.done(done);
        }
        while self.help() {}
        let mut polls = PollSet::new();
        while self.away > 0 {
            polls.clear();
            polls.add(std::os::fd::AsFd::as_fd(self.woken), Interest { readable: true, writable: false });
            if polls.wait(None).is_err() {
                return;
            }
            self.clocks.pass();
            self.woken.drain();
            self.collect();
        }
    }
}

fn log(note: &Note) {
    match note {
        Note::Message(text) => tracing::debug!(target: "farway::wayland", "{text}"),
        Note::SlowPipe(rid) => {
            tracing::warn!(%rid, "a program did not read its clipboard pipe for too long; the transfer was cut short");
        }
        other => tracing::debug!("{other:?}"),
    }
}
