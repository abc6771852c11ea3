//! The world: who is there, what can happen next, and what must hold when all is over.
//!
//! Invariant: each step is one legal event, chosen by the seed.

use std::rc::Rc;

use farway_proto::Role;
use farway_proto::channel::{Capabilities, WireVersion};
use farway_proto::engine::{Config, Limits, Outcome};
use farway_sys::pack::Compression;
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use super::app::{App, Way};
use super::carrier::{Carrier, FAR, NEAR};
use super::checker::ahead::Ahead;
use super::checker::foretold::Foretold;
use super::checker::{Checker, To};
use super::half::Half;
use super::kernel::Kernel;
use super::problem::Problem;
use super::sabotage::{Kind, Sabotage};
use super::screen::{self, Screen};
use super::{Mode, Report};

mod ending;
mod hostile;

const MILLISECOND: u64 = 1_000_000;

/// Mixed into the seed, so that worlds without a preview stay what they were.
pub const SALT: u64 = 0xf0_4e70_1d00;

/// What two halves that are both farway's can do.
pub const ABILITIES: Capabilities =
    Capabilities::RELEASES.with(Capabilities::PIXELS).with(Capabilities::HASHES);

/// See the module.
#[derive(Debug)]
pub struct World {
    rng: SmallRng,
    mode: Mode,
    /// Nanoseconds since the start.
    time: u64,
    app: App,
    left: Half,
    right: Half,
    screen: Screen,
    /// What brings bytes from half to half, and the stream; without one they go straight.
    carrier: Option<(Carrier, u32)>,
    checker: Checker,
    /// How far the run has come.
    pub step: u32,
    app_gone: bool,
    screen_gone: bool,
    /// The link is cut in this direction: so many bytes still arrive. To the right, to the left.
    cut: [Option<usize>; 2],
    /// The step at which the application breaks the protocol.
    rude_at: u32,
    /// Time passes steadily and the screen is quick: else hardly anything is told ahead of it.
    lively: Option<SmallRng>,
}

impl World {
    /// The world of a seed.
    pub fn new(seed: u64, sabotage: Option<Kind>) -> Self {
        let mut rng = SmallRng::seed_from_u64(seed);
        let drawn = Mode::of(rng.random_range(0..10));
        let mode = if sabotage.is_some() { Mode::Clean } else { drawn };
        let kernel = Rc::new(Kernel::default());
        let all = [Compression::None, Compression::Lz4(0), Compression::Zstd(0)];
        let compression = all.choose(&mut rng).copied().unwrap_or(Compression::None);
        let (mut left_config, mut right_config) = configs(&mut rng, mode);
        let mut clock = || rng.random_range(-1_000_000_000_000..2_000_000_000_000_000_000);
        let (monotonic, other) = ([clock(), clock()], [clock(), clock()]);
        // Wall clock, monotonic clock, another one.
        let (clock, presentation) =
            *[(0, [0, 0]), (1, monotonic), (4, other)].choose(&mut rng).unwrap_or(&(0, [0, 0]));
        let mut luck = SmallRng::seed_from_u64(seed ^ SALT);
        if luck.random_bool(0.5) {
            left_config.preview = Some(screen::preview(&mut luck, clock).into());
            right_config.preview = left_config.preview.clone();
        }
        let foretold =
            left_config.preview.as_deref().map(|it| Foretold::new(it.clone(), vec![screen::NOBODY]));
        let ahead = luck.random_bool(0.5);
        // Copies have worlds of their own beside: large pictures leave little time for anything else.
        let scrolls = !ahead && SmallRng::seed_from_u64(!seed).random_bool(0.6);
        let abilities = if ahead { ABILITIES } else { Capabilities::COPIES };
        if ahead || scrolls {
            (left_config.capabilities, right_config.capabilities) = (abilities, abilities);
            right_config.peer = Some(abilities);
        }
        let prefixes = [left_config.title_prefix.clone(), right_config.title_prefix.clone()];
        let way = Way { prefixes, clock, presentation, monotonic };
        let mut left = Half::new(Role::App, left_config, compression, Rc::clone(&kernel));
        let mut right = Half::new(Role::Display, right_config, compression, Rc::clone(&kernel));
        left.offsets = (monotonic[0], other[0]);
        right.offsets = (monotonic[1], other[1]);
        (left.hostile, right.hostile) = (mode == Mode::Hostile, mode == Mode::Hostile);
        if let Some(kind) = sabotage.filter(|kind| !kind.is_of_session()) {
            let seldom = matches!(kind, Kind::SkipAwait | Kind::WrongCopy);
            let patience = if seldom { 0 } else { rng.random_range(0..6) };
            let half = if kind.is_at_display() { &mut right } else { &mut left };
            half.sabotage = Some(Sabotage::new(kind, patience));
        }
        let mut checker = Checker::default();
        (checker.foretold, checker.ahead) = (foretold, ahead.then(Ahead::default));
        (checker.blind, checker.lax) = (mode == Mode::Hostile, mode == Mode::Scribbler);
        let mut app = App::new(rng.random(), Rc::clone(&kernel), way.clone(), &mut checker);
        (app.scribbles, app.animates, app.scrolls) = (mode == Mode::Scribbler, ahead, scrolls);
        let screen = Screen::new(rng.random(), kernel, way);
        let time = rng.random_range(0..1 << 40);
        let carrier = Carrier::of(seed, time, sabotage).map(|mut carrier| {
            let stream = carrier.open();
            (carrier, stream)
        });
        Self {
            mode,
            time,
            rude_at: rng.random_range(1..400),
            app,
            left,
            right,
            screen,
            carrier,
            checker,
            step: 0,
            app_gone: false,
            screen_gone: false,
            cut: [None; 2],
            lively: ahead.then_some(luck),
            rng,
        }
    }

    /// What was done.
    pub fn report(&self) -> Report {
        let done = |half: &Half| half.sabotage.as_ref().is_some_and(|sabotage| sabotage.done);
        Report {
            mode: self.mode,
            counts: self.checker.counts,
            updates: self.left.updates + self.right.updates,
            copies: self.left.copies,
            captures: self.screen.captures,
            held: self.screen.held,
            carried: self.carrier.as_ref().map(|(carrier, _)| carrier.counts),
            sabotaged: done(&self.left)
                || done(&self.right)
                || self.carrier.as_ref().is_some_and(|(carrier, _)| carrier.is_sabotaged()),
        }
    }

    /// Takes the steps, lets everything come to rest, and ends the connection.
    ///
    /// # Errors
    /// What a checker found.
    pub fn run(&mut self, steps: u32) -> Result<(), Problem> {
        // Sometimes the end comes in the middle of everything.
        let abrupt = self.rng.random_bool(0.3);
        let steps = if abrupt { self.rng.random_range(1..=steps.max(1)) } else { steps };
        while self.step < steps {
            self.step += 1;
            self.any_step()?;
            self.nothing_is_overwritten()?;
        }
        match self.mode {
            Mode::Hostile => self.end_hostile(),
            Mode::Rude => self.end_rude(),
            _ => self.end_clean(abrupt),
        }
    }

    /// What the screen holds stays as it is.
    fn nothing_is_overwritten(&mut self) -> Result<(), Problem> {
        self.checker.lax |= self.right.impatient;
        if self.right.local.len() == 0 {
            self.screen.heard = self.time;
        }
        let problem = self.screen.overwritten.take();
        problem.filter(|_| !self.checker.lax && !self.checker.blind).map_or(Ok(()), Err)
    }

    /// Bytes to move this time.
    fn chunk(&mut self) -> usize {
        match self.rng.random_range(0..6) {
            0 => 1,
            1 => self.rng.random_range(1..64),
            2 | 3 => self.rng.random_range(1..5000),
            _ => usize::MAX,
        }
    }

    fn any_step(&mut self) -> Result<(), Problem> {
        let chunk = self.chunk();
        if self.mode == Mode::Hostile && self.rng.random_bool(0.02) {
            self.damage();
        }
        if self.mode == Mode::Rude && self.step == self.rude_at {
            self.misbehave();
        }
        self.live()?;
        match self.rng.random_range(0..100) {
            0..=19 => {
                if !self.app_gone {
                    for _ in 0..self.rng.random_range(1..4) {
                        self.app.act(&mut self.checker);
                    }
                    if self.app.scribbles {
                        self.app.scribble();
                    }
                }
            }
            20..=25 => {
                self.screen.time = self.time;
                if !self.screen_gone {
                    self.screen.act(&mut self.checker);
                }
            }
            26..=35 => drop(self.app_to_left(chunk)?),
            36..=45 => drop(self.left_to_right(chunk)?),
            46..=53 => drop(self.right_to_screen(chunk)?),
            54..=60 => drop(self.screen_to_right(chunk)?),
            61..=67 => drop(self.right_to_left(chunk)?),
            68..=74 => drop(self.left_to_app(chunk)?),
            75..=88 => drop(self.work()?),
            89..=96 => {
                self.pipes()?;
                self.checker.pipes(false, &[])?;
            }
            _ => {
                let most = if self.rng.random_bool(0.02) { 20_000 } else { 60 };
                self.time += self.rng.random_range(0..most) * MILLISECOND;
                self.left.tick(self.time)?;
                self.right.tick(self.time)?;
            }
        }
        Ok(())
    }

    fn live(&mut self) -> Result<(), Problem> {
        let Some(luck) = &mut self.lively else { return Ok(()) };
        if luck.random_bool(0.6) {
            return Ok(());
        }
        self.time += luck.random_range(0..12) * MILLISECOND;
        self.screen.time = self.time;
        self.left.tick(self.time)?;
        self.right.tick(self.time)?;
        if !self.screen_gone {
            self.screen.answer(&mut self.checker);
        }
        let most = self.chunk();
        self.screen_to_right(most)?;
        self.right_to_left(most)?;
        self.left_to_app(most)?;
        Ok(())
    }

    fn early(&mut self) -> usize {
        if self.rng.random_bool(0.3) { self.rng.random_range(0..8) } else { 0 }
    }

    fn app_to_left(&mut self, most: usize) -> Result<bool, Problem> {
        let early = self.early();
        self.left.read_local(self.time, &mut self.app.out, most, early)
    }

    fn screen_to_right(&mut self, most: usize) -> Result<bool, Problem> {
        let early = self.early();
        self.right.read_local(self.time, &mut self.screen.out, most, early)
    }

    fn left_to_right(&mut self, most: usize) -> Result<bool, Problem> {
        if let Some((carrier, stream)) = &mut self.carrier {
            return carrier.carry(self.time, (*stream, FAR), (&mut self.left, &mut self.right), most);
        }
        let closed = self.left.outcome.is_some();
        cross(self.time, &mut self.left, &mut self.right, closed, &mut self.cut[0], most)
    }

    fn right_to_left(&mut self, most: usize) -> Result<bool, Problem> {
        if let Some((carrier, stream)) = &mut self.carrier {
            return carrier.carry(self.time, (*stream, NEAR), (&mut self.right, &mut self.left), most);
        }
        let closed = self.right.outcome.is_some();
        cross(self.time, &mut self.right, &mut self.left, closed, &mut self.cut[1], most)
    }

    fn right_to_screen(&mut self, most: usize) -> Result<bool, Problem> {
        let early = self.early();
        let (bytes, fds) = self.right.local.receive(most, early);
        if self.screen_gone || (bytes.is_empty() && fds.is_empty()) {
            return Ok(false);
        }
        self.screen.time = self.time;
        self.screen.get(&mut self.checker, &bytes, fds)?;
        if self.screen.is_lost() {
            self.screen_leaves();
        }
        Ok(true)
    }

    fn left_to_app(&mut self, most: usize) -> Result<bool, Problem> {
        let early = self.early();
        let (bytes, fds) = self.left.local.receive(most, early);
        if self.app_gone || (bytes.is_empty() && fds.is_empty()) {
            return Ok(false);
        }
        self.app.get(&mut self.checker, &bytes, fds)?;
        if self.app.is_lost() {
            self.app_leaves();
        }
        Ok(true)
    }

    fn work(&mut self) -> Result<bool, Problem> {
        let (first, second) = if self.rng.random() {
            (&mut self.left, &mut self.right)
        } else {
            (&mut self.right, &mut self.left)
        };
        Ok(first.work(self.time, &mut self.rng)? || second.work(self.time, &mut self.rng)?)
    }

    fn pipes(&mut self) -> Result<bool, Problem> {
        let mut moved = false;
        match self.rng.random_range(0..4) {
            0 if !self.app_gone => moved |= self.app.pipes(),
            1 if !self.screen_gone => moved |= self.screen.pipes(),
            2 => moved |= self.left.move_pipe(self.time, &mut self.rng)?,
            _ => moved |= self.right.move_pipe(self.time, &mut self.rng)?,
        }
        Ok(moved)
    }

    /// The application closes its socket.
    fn app_leaves(&mut self) {
        self.app_gone = true;
        self.app.out.closed = true;
        self.app.tear_down_pipes();
        self.checker.forgive(To::App);
    }

    /// The screen closes its socket.
    fn screen_leaves(&mut self) {
        self.screen_gone = true;
        self.screen.out.closed = true;
        self.screen.tear_down();
        self.checker.forgive(To::Screen);
    }

    fn outcomes(&self) -> [(&'static str, Option<Outcome>); 2] {
        [(self.left.name(), self.left.outcome), (self.right.name(), self.right.outcome)]
    }
}

/// Brings bytes over the link, or what still comes of them once it is cut.
pub(super) fn cross(
    time: u64,
    from: &mut Half,
    to: &mut Half,
    closed: bool,
    cut: &mut Option<usize>,
    most: usize,
) -> Result<bool, Problem> {
    let Some(left) = cut else { return to.read_link(time, &mut from.link, closed, most) };
    from.link.truncate(*left);
    let before = from.link.len();
    let moved = to.read_link(time, &mut from.link, true, most)?;
    *left -= before - from.link.len();
    Ok(moved)
}

fn configs(rng: &mut SmallRng, mode: Mode) -> (Config, Config) {
    let mut limits = Limits::default();
    if rng.random_bool(0.3) {
        limits.pipe_queue = 8192;
    }
    if mode == Mode::Hostile {
        limits.objects = 5000;
        limits.shadows = 300;
        limits.stored = 64 << 20;
        limits.update = 4 << 20;
        limits.fixed_file = 1 << 20;
    }
    let title_prefix = if rng.random_bool(0.3) { b"far: ".to_vec() } else { Vec::new() };
    let moves_from = 256;
    let left = Config { title_prefix, limits, moves_from, trace: rng.random_bool(0.1), ..Config::default() };
    let version = if rng.random() { WireVersion::V16 } else { WireVersion::V17 };
    let title_prefix = if rng.random_bool(0.3) { b"away ".to_vec() } else { Vec::new() };
    (left.clone(), Config { title_prefix, version, ..left })
}
