//! How each figure is measured.
//!
//! Invariants: the clock runs from one visible frame to another; the last frame of every application that is measured
//! is compared at both ends.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::{JoinHandle, spawn};
use std::time::{Duration, Instant};

use farway_proxy::load::{App, Beat, Frames, Pace, Workload, page};

use super::BenchError;
use super::chain::{Chain, Program};
use super::figures::Figures;
use crate::args::bench::Task;
use crate::args::bench::link::Link;
use crate::plan::bench::Measure;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// What is not measured at the beginning, at least.
const WARM_UP: Duration = Duration::from_millis(1000);
/// Frames that are not measured: both buffers were sent, and one more.
const WARM_FRAMES: usize = 3;
/// Starts that say enough.
const STARTS: usize = 7;
/// Keys that say enough.
const KEYS: usize = 100;
/// Applications that do nothing.
pub const IDLE: usize = 200;
/// How long they do nothing before what they cost is read.
const SETTLED: Duration = Duration::from_secs(10);
/// Round trips that say enough.
const TRIPS: usize = 20_000;

/// Where programs are measured.
#[derive(Debug)]
pub struct Bed<'a> {
    plan: &'a Measure,
    stop: Arc<AtomicBool>,
    /// The page that was used last.
    page: Option<(Workload, Vec<u8>)>,
    chains: u32,
}

/// An application on its thread, which returns it and when each frame was committed.
type Running = JoinHandle<io::Result<(App, Vec<Instant>)>>;

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn join(running: Running) -> Result<(App, Vec<Instant>), BenchError> {
    Ok(running.join().map_err(|_| BenchError::Panic)??)
}

/// Draws a frame for each frame callback.
fn animate(mut app: App, stop: Arc<AtomicBool>) -> Running {
    spawn(move || {
        let mut sent = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            sent.push(app.show()?);
            app.wait()?;
        }
        Ok((app, sent))
    })
}

/// Draws a frame for each key.
fn answer(mut app: App, stop: Arc<AtomicBool>) -> Running {
    spawn(move || {
        let mut sent = vec![app.show()?];
        while !stop.load(Ordering::Relaxed) {
            if app.wait_key(Duration::from_millis(50))? {
                sent.push(app.show()?);
            }
        }
        Ok((app, sent))
    })
}

/// Whether the display shows what the application drew last.
fn compare(app: &App, frames: &Frames) -> Result<(), BenchError> {
    frames.ask_for(app.frames());
    match frames.pixels()? == app.shown()? {
        true => Ok(()),
        false => Err(BenchError::Pixels),
    }
}

impl<'a> Bed<'a> {
    /// `stop` ends a measurement.
    pub fn new(plan: &'a Measure, stop: Arc<AtomicBool>) -> Self {
        Self { plan, stop, page: None, chains: 0 }
    }

    /// Measures.
    ///
    /// # Errors
    /// See [`BenchError`].
    pub fn measure(&mut self, link: &Link, task: Task, program: &Program) -> Result<Figures, BenchError> {
        match task {
            Task::Typing => self.frames(link, program, Workload::Typing),
            Task::Cursor => self.frames(link, program, Workload::Cursor),
            Task::Scroll => self.frames(link, program, Workload::Scroll),
            Task::Pane => self.frames(link, program, Workload::Pane),
            Task::Photo => self.frames(link, program, Workload::Photo),
            Task::Noise => self.frames(link, program, Workload::Noise),
            Task::Large => self.frames(link, program, Workload::Large),
            Task::Start => self.starts(link, program),
            Task::Again => self.starts_again(link, program),
            Task::Key => self.keys(link, program),
            Task::Sync => self.trips(link, program),
            Task::Idle => self.idle(link, program),
        }
    }

    fn page(&mut self, workload: Workload) -> Vec<u8> {
        match &self.page {
            Some((made, page)) if *made == workload => page.clone(),
            _ => {
                let page = page(workload);
                self.page = Some((workload, page.clone()));
                page
            }
        }
    }

    fn chain(&mut self, link: &Link, program: &Program) -> Result<Chain, BenchError> {
        let beat = Beat::new(Instant::now(), self.plan.refresh);
        let pace = if link.local { Pace::Unlimited } else { Pace::Display(beat) };
        self.chains += 1;
        Chain::start(self.plan, program, link, pace, self.chains)
    }

    fn connect(&mut self, chain: &Chain, workload: Workload) -> Result<(App, Frames), BenchError> {
        let (page, display) = (self.page(workload), chain.display.clone());
        let app = self.patiently("a connection", move || App::connect_with(&display, workload, page))??;
        let frames = chain.sink.accept(PATIENCE).map_err(|_| BenchError::Late { what: "an application" })?;
        Ok((app, frames))
    }

    /// Waits, but not after the user has had enough.
    fn wait<T>(&self, what: &'static str, receiver: &Receiver<T>) -> Result<T, BenchError> {
        let until = Instant::now() + PATIENCE;
        loop {
            match receiver.recv_timeout(Duration::from_millis(100)) {
                Ok(it) => return Ok(it),
                Err(_) if self.stop.load(Ordering::Relaxed) => return Err(BenchError::Interrupted),
                Err(RecvTimeoutError::Timeout) if Instant::now() < until => {}
                Err(_) => return Err(BenchError::Late { what }),
            }
        }
    }

    /// Does it on another thread, so that the user can have enough of it.
    fn patiently<T: Send + 'static>(
        &self,
        what: &'static str,
        act: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, BenchError> {
        let (say, said) = channel();
        spawn(move || drop(say.send(act())));
        self.wait(what, &said)
    }

    fn frames(&mut self, link: &Link, program: &Program, workload: Workload) -> Result<Figures, BenchError> {
        let chain = self.chain(link, program)?;
        let (app, frames) = self.connect(&chain, workload)?;
        let stop = Arc::new(AtomicBool::new(false));
        let running = animate(app, Arc::clone(&stop));
        let warm = Instant::now() + WARM_UP + link.profile.rtt * 4;
        let mut seen = 0;
        let begin = loop {
            let (_, at) = self.wait("a frame", &frames.visible)?;
            seen += 1;
            if seen >= WARM_FRAMES && at >= warm {
                break at;
            }
        };
        let before = (chain.usage(), chain.traffic());
        // Looking takes time, and frames go on meanwhile.
        let counted = Instant::now();
        let mut shown = 0_u32;
        let end = loop {
            let (_, at) = self.wait("a frame", &frames.visible)?;
            shown += 1;
            if at.saturating_duration_since(begin).as_secs_f64() >= self.plan.seconds {
                break at;
            }
        };
        let (uncounted, after) = (Instant::now(), (chain.usage(), chain.traffic()));
        stop.store(true, Ordering::Relaxed);
        let (app, sent) = join(running)?;
        compare(&app, &frames)?;
        let arrived: Vec<Instant> = frames.commits.try_iter().collect();
        let of_interest = |at: &Instant| *at >= begin && *at <= end;
        let times = sent.iter().zip(&arrived).filter(|it| of_interest(it.0));
        let times = times.map(|(sent, arrived)| millis(arrived.saturating_duration_since(*sent))).collect();
        let commits = arrived.iter().filter(|at| **at >= counted && **at <= uncounted).count().max(1) as f64;
        let bytes = after.1.up.saturating_sub(before.1.up) as f64 / commits;
        Ok(Figures {
            fps: Some(f64::from(shown) / end.saturating_duration_since(begin).as_secs_f64()),
            bytes: Some(bytes).filter(|_| !link.local),
            cpu: after.0.cpu_each(&before.0, commits),
            ..Figures::of_times(times)
        })
    }

    /// The time from an application's first word until its first frame is visible.
    fn start(&mut self, chain: &Chain) -> Result<f64, BenchError> {
        let (page, display) = (self.page(Workload::Typing), chain.display.clone());
        let first = move || -> io::Result<_> {
            let begin = Instant::now();
            let mut app = App::connect_with(&display, Workload::Typing, page)?;
            app.show()?;
            Ok((begin, app))
        };
        let (begin, mut app) = self.patiently("a connection", first)??;
        let late = |_| BenchError::Late { what: "an application" };
        let frames = chain.sink.accept(PATIENCE).map_err(late)?;
        let (_, at) = self.wait("the first frame", &frames.visible)?;
        app.wait()?;
        compare(&app, &frames)?;
        Ok(millis(at.saturating_duration_since(begin)))
    }

    fn starts(&mut self, link: &Link, program: &Program) -> Result<Figures, BenchError> {
        let mut times = Vec::new();
        for _ in 0..STARTS {
            let chain = self.chain(link, program)?;
            times.push(self.start(&chain)?);
        }
        Ok(Figures::of_times(times))
    }

    fn starts_again(&mut self, link: &Link, program: &Program) -> Result<Figures, BenchError> {
        let chain = self.chain(link, program)?;
        self.start(&chain)?;
        let times = (0..STARTS).map(|_| self.start(&chain)).collect::<Result<Vec<_>, _>>()?;
        Ok(Figures::of_times(times))
    }

    fn keys(&mut self, link: &Link, program: &Program) -> Result<Figures, BenchError> {
        let chain = self.chain(link, program)?;
        let (app, frames) = self.connect(&chain, Workload::Typing)?;
        let stop = Arc::new(AtomicBool::new(false));
        let typing = answer(app, Arc::clone(&stop));
        self.wait("the first frame", &frames.visible)?;
        let (flood, flooded) = self.connect(&chain, Workload::Noise)?;
        let flooding = animate(flood, Arc::clone(&stop));
        for _ in 0..2 {
            self.wait("a frame of the flood", &flooded.visible)?;
        }
        let mut times = Vec::new();
        // There are fewer of them in the same time than frames.
        let end = Instant::now() + Duration::from_secs_f64(self.plan.seconds * 2.0);
        while times.len() < KEYS && Instant::now() < end {
            // Not in step with the refresh.
            let pause = 20 + times.len() as u64 * 37 % 60;
            std::thread::sleep(Duration::from_millis(pause));
            frames.commits.try_iter().for_each(drop);
            let pressed = frames.press()?;
            let answered = self.wait("the answer to a key", &frames.commits)?;
            let time = answered.saturating_duration_since(pressed);
            times.push(millis(time) - millis(link.profile.rtt));
        }
        stop.store(true, Ordering::Relaxed);
        let (app, _) = join(typing)?;
        compare(&app, &frames)?;
        // Its last frame may be long in coming, and is over with the chain.
        drop(chain);
        drop(flooding);
        Ok(Figures::of_times(times))
    }

    fn trips(&mut self, link: &Link, program: &Program) -> Result<Figures, BenchError> {
        let chain = self.chain(link, program)?;
        let (mut app, frames) = self.connect(&chain, Workload::Typing)?;
        let end = Instant::now() + Duration::from_secs_f64(self.plan.seconds);
        let (mut times, before) = (Vec::new(), chain.usage());
        while times.len() < TRIPS && Instant::now() < end && !self.stop.load(Ordering::Relaxed) {
            times.push(millis(app.sync()?));
        }
        let cpu = chain.usage().cpu_each(&before, times.len().max(1) as f64);
        app.show()?;
        compare(&app, &frames)?;
        Ok(Figures { cpu, ..Figures::of_times(times) })
    }

    fn idle(&mut self, link: &Link, program: &Program) -> Result<Figures, BenchError> {
        let chain = self.chain(link, program)?;
        let mut held = Vec::new();
        while held.len() < IDLE && !self.stop.load(Ordering::Relaxed) {
            held.push(self.connect(&chain, Workload::Typing)?);
        }
        let end = Instant::now() + SETTLED;
        while Instant::now() < end && !self.stop.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(50));
        }
        let usage = chain.usage();
        let known = usage.processes > 0;
        Ok(Figures {
            kib: known.then_some(usage.private_kib as f64),
            processes: known.then_some(usage.processes as f64),
            ..Figures::default()
        })
    }
}
