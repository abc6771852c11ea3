//! Threads that run the jobs of large frames, for all connections of a process.
//!
//! Invariants: no thread exists before the first large frame; a worker sleeps when there is nothing to do; a
//! panic in a job fails that job only.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

use super::choose::{Costs, Sample};
use super::coding::Coding;
use super::shelf::Shelf;
use super::work::{QUIET, Tools, run};
use crate::lock;
use crate::store::Content;
use farway_proto::engine::{Done, Job, JobError};
use farway_sys::event::Waker;

/// A job with all that it needs.
#[derive(Debug)]
pub struct Task {
    /// What to do.
    pub job: Job,
    /// With what.
    pub content: Arc<Content>,
    /// The other file that it needs.
    pub source: Option<Arc<Content>>,
    /// How to pack or unpack.
    pub coding: Coding,
    /// Where files are kept, if both halves do so.
    pub shelf: Option<Arc<Shelf>>,
    /// Who wants to know.
    pub home: Arc<Home>,
}

impl Task {
    /// Runs the job here and now.
    pub fn run(self, tools: &mut Tools) -> Done {
        let ticket = self.job.ticket();
        tools.shelf = self.shelf;
        let work =
            AssertUnwindSafe(|| run(self.job, &self.content, self.source.as_deref(), self.coding, tools));
        catch_unwind(work).unwrap_or_else(|_| Done::Failed(ticket, JobError::Machine))
    }
}

/// Where a connection's finished jobs arrive.
#[derive(Debug)]
pub struct Home {
    done: Mutex<Vec<Done>>,
    waker: Waker,
}

impl Home {
    /// Wakes `waker` when something arrives.
    pub fn new(waker: Waker) -> Arc<Self> {
        Arc::new(Self { done: Mutex::default(), waker })
    }

    /// What has arrived.
    pub fn take(&self) -> Vec<Done> {
        std::mem::take(&mut *lock(&self.done))
    }

    fn put(&self, done: Done) {
        lock(&self.done).push(done);
        self.waker.wake();
    }
}

#[derive(Debug, Default)]
struct Queue {
    tasks: VecDeque<Task>,
    stopping: bool,
    threads: usize,
}

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Queue>,
    ready: Condvar,
    costs: Mutex<Costs>,
}

/// The threads. They end when this is dropped.
#[derive(Debug)]
pub struct Workers {
    shared: Arc<Shared>,
    threads: usize,
}

impl Workers {
    /// Up to `threads` workers.
    pub fn new(threads: usize) -> Self {
        Self { shared: Arc::default(), threads }
    }

    /// How many there may be.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// What packing costs, as far as any connection found out.
    pub fn costs(&self) -> Costs {
        *lock(&self.shared.costs)
    }

    /// Somebody found out.
    pub fn learn(&self, sample: Sample) {
        lock(&self.shared.costs).learn(sample);
    }

    /// Hands tasks over.
    pub fn submit(&self, tasks: impl IntoIterator<Item = Task>) {
        let mut queue = lock(&self.shared.queue);
        queue.tasks.extend(tasks);
        while queue.threads < self.threads.min(queue.tasks.len()) {
            queue.threads += 1;
            let shared = Arc::clone(&self.shared);
            let started = thread::Builder::new().name("farway-worker".into()).spawn(move || work(&shared));
            if started.is_err() {
                queue.threads -= 1;
                break;
            }
        }
        drop(queue);
        self.shared.ready.notify_all();
    }

    /// Takes back a task of `home` that no worker began yet.
    pub fn take_back(&self, home: &Arc<Home>) -> Option<Task> {
        let mut queue = lock(&self.shared.queue);
        let at = queue.tasks.iter().position(|task| Arc::ptr_eq(&task.home, home))?;
        queue.tasks.remove(at)
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        lock(&self.shared.queue).stopping = true;
        self.shared.ready.notify_all();
    }
}

fn work(shared: &Shared) {
    farway_sys::process::block_async_signals_in_this_thread();
    let mut tools = Tools::timed();
    let mut resting = true;
    let mut queue = lock(&shared.queue);
    loop {
        if let Some(task) = queue.tasks.pop_front() {
            drop(queue);
            let home = Arc::clone(&task.home);
            home.put(task.run(&mut tools));
            tools.sample().into_iter().for_each(|sample| lock(&shared.costs).learn(sample));
            resting = false;
            queue = lock(&shared.queue);
        } else if queue.stopping {
            return;
        } else if resting {
            queue = shared.ready.wait(queue).unwrap_or_else(PoisonError::into_inner);
        } else {
            let waited = shared.ready.wait_timeout(queue, QUIET).unwrap_or_else(PoisonError::into_inner);
            resting = waited.1.timed_out();
            queue = waited.0;
            if resting {
                tools = Tools::timed();
            }
        }
    }
}
