//! `farway demo`: everything on one machine, to look at: a compositor, both halves, a link between them, a window.
//!
//! Not a model: the halves, the channel and the compositor are those of every other run; only the link is emulated.
//! Invariant: the figures are measured in this run, and nothing of it is left behind but the picture.

use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::sync::{Arc, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use farway_proxy::Settings;
use farway_proxy::roles::Service;
use farway_proxy::stats::Tally;
use farway_proxy::transport::Dial;
use farway_proxy::transport::emulated::{Emulated, LinkProfile, LinkTraffic};
use farway_sys::event::{Waker, waker};
use farway_sys::net::Socket;
use farway_sys::process::exit_code;
use farway_view::effect::CanvasId;
use rustix::process::Signal;

use super::RunError;
use super::door::Door;
use super::house::House;
use super::reaper::{Child, reap};
use super::server::command;
use super::view::home::Home;
use super::view::stage::{self, Stage};
use crate::plan::view::Demo;
use report::{Figures, LiveLine, Pixels, Snapshot};
use sample::{Sample, SampleReport, SampleStats};

pub mod report;
pub mod sample;

/// How often the live line is written.
const BEAT: Duration = Duration::from_millis(250);

/// Starts the other half in this process for each connection.
#[derive(Debug)]
struct OtherHalf {
    service: Arc<Service>,
    compositor: Arc<dyn Dial>,
}

impl fmt::Display for OtherHalf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the other half")
    }
}

impl Dial for OtherHalf {
    fn dial(&self) -> io::Result<OwnedFd> {
        let (ours, theirs) = Socket::pair()?;
        self.service.serve_display(theirs.into(), Arc::clone(&self.compositor))?;
        Ok(ours.into())
    }
}

/// Shows it. Returns the exit code.
///
/// # Errors
/// See [`RunError`].
pub fn run(demo: Demo, mut settings: Settings) -> Result<u8, RunError> {
    let tally = Arc::<Tally>::default();
    settings.tally = Some(Arc::clone(&tally));
    let house = House::new(settings)?;
    super::room_for_connections();
    let home = Home::new(&demo.place)?;
    let ring = house.ring();
    let screen = demo.screen.clone();
    stage::with(&screen, None, ring, move |stage| Show::start(house, &home, stage, &demo, tally)?.run())
}

/// What is shown.
enum Guest {
    Sample { stop: Waker, stats: Arc<OnceLock<Arc<SampleStats>>>, thread: std::thread::JoinHandle<SampleEnd> },
    Command(Child),
}

type SampleEnd = Result<SampleReport, sample::SampleError>;

/// A demo that is running.
struct Show<'a> {
    house: House,
    door: Door,
    channel: Arc<dyn Dial>,
    traffic: Arc<LinkTraffic>,
    link: LinkProfile,
    stage: &'a Stage,
    demo: &'a Demo,
    tally: Arc<Tally>,
    guest: Guest,
    begin: Instant,
    line: LiveLine,
}

impl<'a> Show<'a> {
    fn start(
        house: House,
        home: &Home,
        stage: &'a Stage,
        demo: &'a Demo,
        tally: Arc<Tally>,
    ) -> Result<Self, RunError> {
        let link = LinkProfile { rtt: demo.rtt, rate: demo.rate, ..LinkProfile::default() };
        let other = OtherHalf { service: Arc::clone(&house.service), compositor: Arc::new(stage.clone()) };
        let emulated = Emulated::new(link, other);
        let traffic = emulated.traffic();
        let door = Door::new(home.listen()?);
        let channel: Arc<dyn Dial> = Arc::new(emulated);
        let guest = match &demo.command {
            None => sample(home, &house)?,
            Some(line) => {
                let mut command = command::of(line);
                command.envs(super::view::environment(home)).env_remove("WAYLAND_SOCKET");
                Guest::Command(command::start(&mut command, Vec::new())?)
            }
        };
        let columns = rustix::termios::tcgetwinsize(io::stderr()).ok().map(|it| usize::from(it.ws_col));
        let line = LiveLine::new(columns.filter(|_| !demo.json));
        let begin = Instant::now();
        Ok(Self { house, door, channel, traffic, link, stage, demo, tally, guest, begin, line })
    }

    fn run(mut self) -> Result<u8, RunError> {
        let (mut before, mut code) = (self.snapshot(), 0);
        let mut next = self.begin + BEAT;
        loop {
            let over = self.begin.elapsed() >= self.demo.time || self.is_over();
            if over {
                break;
            }
            if Instant::now() >= next {
                next += BEAT;
                let now = self.snapshot();
                let text = report::status(&before, &now, self.latency());
                self.say(&format!("farway demo: {text}"));
                before = now;
            }
            if let Some(signal) = self.turn(next)? {
                code = 128 + u8::try_from(signal.as_raw()).unwrap_or(0);
                break;
            }
        }
        let end = self.line.end();
        let _ = io::stderr().write_all(end.as_bytes());
        self.finish(code)
    }

    fn say(&mut self, text: &str) {
        let text = self.line.show(text);
        let _ = io::stderr().write_all(text.as_bytes());
    }

    /// One wait; the signal that ends us, if one came.
    fn turn(&mut self, next: Instant) -> Result<Option<Signal>, RunError> {
        let left = next.saturating_duration_since(Instant::now());
        let timeout = self.door.timeout().map_or(left, |pause| pause.min(left));
        let fds: Vec<_> = self.door.poll_fd().into_iter().collect();
        let turn = self.house.turn(&fds, Some(timeout))?;
        if turn.arrived.child {
            match &mut self.guest {
                Guest::Command(child) => reap(&mut [child]),
                Guest::Sample { .. } => reap(&mut []),
            }
        }
        if turn.ready.contains(&true) {
            admit(&mut self.door, &self.house, &self.channel);
        }
        Ok(turn.arrived.ending.first().copied())
    }

    fn is_over(&self) -> bool {
        let clients = *self.stage.clients.lock().unwrap_or_else(PoisonError::into_inner);
        self.stage.is_over()
            || match &self.guest {
                Guest::Sample { thread, .. } => thread.is_finished(),
                Guest::Command(child) => child.status().is_some() && clients == 0,
            }
    }

    fn snapshot(&self) -> Snapshot {
        let frames = match &self.guest {
            Guest::Sample { stats, .. } => stats.get().map_or(0, |it| it.frames()),
            Guest::Command(_) => self.stage.handle.ask(|view, _| view.drawn()).unwrap_or(0),
        };
        let (up, down) = (self.traffic.up(), self.traffic.down());
        Snapshot { at: self.begin.elapsed(), frames, up, down }
    }

    fn latency(&self) -> Option<Duration> {
        match &self.guest {
            Guest::Sample { stats, .. } => stats.get().map(|it| it.last_latency()).filter(|it| !it.is_zero()),
            Guest::Command(_) => None,
        }
    }

    /// The picture, the end of everything, the table.
    fn finish(mut self, mut code: u8) -> Result<u8, RunError> {
        let total = self.snapshot();
        let picture = self.picture()?;
        let mut figures = Figures { link: self.link.to_string(), total, ..Figures::default() };
        let (differing, sent) = (Some(self.tally.differing()), self.tally.packed());
        self.door.close();
        match self.guest {
            Guest::Sample { stop, thread, .. } => {
                stop.wake();
                if let Ok(end) = thread.join() {
                    let end = end.map_err(RunError::Sample)?;
                    let micros = |percent| end.latencies.percentile(percent).map(Duration::from_micros);
                    (figures.p50, figures.p99) = (micros(50), micros(99));
                    figures.first_frame = end.first_frame;
                    figures.pixels = Some(Pixels { damaged: end.damaged, differing, sent });
                }
            }
            Guest::Command(child) => {
                figures.pixels = Some(Pixels { damaged: 0, differing, sent });
                match child.status() {
                    Some(status) => code = u8::try_from(exit_code(status)).unwrap_or(super::OURS),
                    None => child.signal(Signal::TERM),
                }
            }
        }
        self.house.wind_down()?;
        let text = if self.demo.json { report::json(&figures) } else { report::table(&figures) };
        let _ = io::stdout().write_all(text.as_bytes());
        if picture {
            eprintln!("farway: the screen is in {}", self.demo.picture.display());
        }
        Ok(code)
    }

    /// Writes what is seen to a file; false if there is nothing to see.
    fn picture(&self) -> Result<bool, RunError> {
        let canvas = self.stage.handle.ask(|view, _| {
            let window = view.window_list().first().map(|it| CanvasId::Window(it.id));
            let canvas = view.canvas(CanvasId::Output(0)).or_else(|| view.canvas(window?));
            canvas.cloned()
        });
        let Ok(Some(bytes)) = canvas.map(|it| it.and_then(|it| it.to_png(false).ok())) else {
            return Ok(false);
        };
        let path = self.demo.picture.clone();
        fs::write(&path, bytes).map_err(|source| RunError::Picture { path, source })?;
        Ok(true)
    }
}

fn admit(door: &mut Door, house: &House, channel: &Arc<dyn Dial>) {
    for application in door.take(usize::MAX) {
        if let Err(error) = house.service.serve_app(application, Arc::clone(channel)) {
            door.complain(&error);
        }
    }
}

/// Starts the sample on a thread of its own: while it connects, the door must be served.
fn sample(home: &Home, house: &House) -> Result<Guest, RunError> {
    let path = home.path();
    let (stop, stopped) = waker()?;
    let ring = house.ring();
    let stats = Arc::<OnceLock<Arc<SampleStats>>>::default();
    let place = Arc::clone(&stats);
    let thread = std::thread::Builder::new().name("sample".into()).spawn(move || {
        let end = Sample::connect(&path).and_then(|sample| {
            let _ = place.set(sample.stats());
            sample.run(&stopped)
        });
        ring.wake();
        end
    })?;
    Ok(Guest::Sample { stop, stats, thread })
}
