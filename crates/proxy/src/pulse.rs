//! Finds out which connections have gone quiet, so that none of them needs a timer of its own in each of its waits.
//!
//! One thread for all connections of a service, which is there only while one of them is awake. Not what they do then.
//! Invariants: who goes quiet is told so once, some time after [`QUIET`] and before twice as long; what those freed is
//! given back to the system; with nobody awake nothing runs.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

use farway_sys::event::Waker;
use farway_sys::mem::trim_heap;

use crate::bench::QUIET;
use crate::lock;

/// The signs of life of one connection.
#[derive(Debug)]
pub struct Heart {
    stirs: AtomicU64,
    /// It is to rest, and nobody watches it.
    quiet: AtomicBool,
    waker: Waker,
}

impl Heart {
    /// One at rest, that `waker` wakes when it is to rest again.
    pub fn new(waker: Waker) -> Arc<Self> {
        Arc::new(Self { stirs: AtomicU64::new(0), quiet: AtomicBool::new(true), waker })
    }

    /// Something has happened.
    pub fn stir(&self) {
        // Nobody else writes it.
        self.stirs.store(self.stirs.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
    }

    /// Whether it is to rest.
    pub fn is_quiet(&self) -> bool {
        self.quiet.load(Ordering::Relaxed)
    }

    /// Ends the rest, if it was one: then it is to be watched.
    pub fn take_quiet(&self) -> bool {
        self.is_quiet() && self.quiet.swap(false, Ordering::Relaxed)
    }
}

#[derive(Debug, Default)]
struct State {
    /// Who is awake, and the signs of life at the last look.
    awake: Vec<(Arc<Heart>, Option<u64>)>,
    running: bool,
    stopping: bool,
}

impl State {
    /// Looks at everybody. True if somebody went quiet.
    fn beat(&mut self) -> bool {
        let before = self.awake.len();
        self.awake.retain_mut(|(heart, seen)| {
            // Nobody has it any more but us: the connection is gone.
            if Arc::strong_count(heart) == 1 {
                return false;
            }
            let stirs = heart.stirs.load(Ordering::Relaxed);
            if seen.replace(stirs) != Some(stirs) {
                return true;
            }
            heart.quiet.store(true, Ordering::Relaxed);
            heart.waker.wake();
            false
        });
        self.awake.len() < before
    }
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    ended: Condvar,
}

/// See the module. Its thread ends when it is dropped.
#[derive(Debug, Default)]
pub struct Pulse {
    shared: Arc<Shared>,
}

impl Pulse {
    /// This connection is awake. To be called once after [`Heart::take_quiet`].
    pub fn watch(&self, heart: &Arc<Heart>) {
        let mut state = lock(&self.shared.state);
        state.awake.push((Arc::clone(heart), None));
        if !state.running {
            let shared = Arc::clone(&self.shared);
            let started = thread::Builder::new().name("farway-pulse".into()).stack_size(64 << 10);
            // Without it, memory is kept.
            state.running = started.spawn(move || run(&shared)).is_ok();
        }
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        lock(&self.shared.state).stopping = true;
        self.shared.ended.notify_all();
    }
}

fn run(shared: &Shared) {
    farway_sys::process::block_async_signals_in_this_thread();
    let mut state = lock(&shared.state);
    let mut freed = false;
    while !state.stopping {
        let rests = state.beat();
        // What went quiet at the last beat has freed its memory meanwhile.
        if std::mem::replace(&mut freed, rests) {
            drop(state);
            trim_heap();
            state = lock(&shared.state);
        }
        if state.awake.is_empty() && !freed {
            break;
        }
        state = shared.ended.wait_timeout(state, QUIET).unwrap_or_else(PoisonError::into_inner).0;
    }
    state.running = false;
}

#[cfg(test)]
mod tests {
    use super::*;
    use farway_sys::event::waker;

    #[test]
    fn who_goes_quiet_is_told_once() {
        let (waker, _woken) = waker().unwrap();
        let (busy, idle, gone) = (Heart::new(waker.clone()), Heart::new(waker.clone()), Heart::new(waker));
        assert!([&busy, &idle, &gone].iter().all(|it| it.take_quiet()), "all begin at rest");
        let awake = [&busy, &idle, &gone].map(|it| (Arc::clone(it), None)).into();
        let mut state = State { awake, ..State::default() };
        drop(gone);
        assert!(state.beat(), "who is gone is forgotten");
        busy.stir();
        assert!(state.beat(), "one rests");
        assert!(idle.take_quiet() && !idle.take_quiet() && !busy.take_quiet());
        assert_eq!(state.awake.len(), 1);
        busy.stir();
        assert!(!state.beat());
        assert!(state.beat() && busy.take_quiet() && state.awake.is_empty());
    }
}
