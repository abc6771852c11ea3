//! The far run: scripts through both halves of the proxy, in any order of events that can be.
//!
//! Invariant: each step is one legal event, chosen by the seed; pictures are compared only when nothing moves.

use std::rc::Rc;
use std::sync::Arc;

use farway_proto::Role;
use farway_proto::channel::{Capabilities, WireVersion};
use farway_proto::engine::{Config, Outcome};
use farway_proto::preview::Preview;
use farway_proxy::bench::Shelf;
use farway_sys::pack::Compression;
use farway_view::effect::ClientId;
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use super::client::{Client, Step};
use super::screen::Screen;
use super::script::Action;
use super::seen::Seen;
use super::{Report, Setup};
use crate::sim::carrier::{Carrier, FAR, NEAR};
use crate::sim::half::Half;
use crate::sim::kernel::Kernel;
use crate::sim::problem::Problem;
use crate::sim::sabotage::{Kind, Sabotage};
use crate::sim::world::{ABILITIES, SALT, cross};

const MILLISECOND: u64 = 1_000_000;

/// Rounds after which a world that still moves is restless.
const ROUNDS: u32 = 200_000;

/// Steps without an action after which everything is moved at once.
const PATIENCE: u32 = 400;

/// How one client's connection is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    /// The client is gone.
    Client,
    /// The link breaks.
    Link,
}

/// Mixed into the seed for whether files are kept for all.
const SHELVES: u64 = 0x6b65_796d_6170;

/// Where the applications' halves keep files, and the display's.
type Shelves = [Arc<Shelf>; 2];

/// One client and its two halves.
#[derive(Debug)]
struct Line {
    letter: char,
    client: Client,
    left: Half,
    right: Half,
    /// The stream between the halves, if a session brings their bytes.
    stream: u32,
    id: ClientId,
    expected: Vec<Seen>,
    rests: usize,
    prefix: String,
    /// The action at which it is cut off.
    cut_at: Option<(usize, Cut)>,
    cut: Option<Cut>,
    /// The link is cut in this direction: so many bytes still arrive. To the right, to the left.
    cuts: [Option<usize>; 2],
    /// It has ended at both sides.
    over: bool,
}

/// See the module.
#[derive(Debug)]
pub struct World {
    rng: SmallRng,
    time: u64,
    screen: Screen,
    lines: Vec<Line>,
    /// What brings bytes from half to half; without one they go straight.
    carrier: Option<Carrier>,
    /// What was done.
    pub report: Report,
    idle: u32,
}

impl World {
    /// The world of a seed.
    pub fn new(
        (seed, mut rng): (u64, SmallRng),
        setup: &Setup,
        scripts: Vec<Rc<Vec<Action>>>,
        expected: Vec<Vec<Seen>>,
        sabotage: Option<Kind>,
    ) -> Self {
        let kernel = Rc::new(Kernel::default());
        let mut screen = Screen::new(setup.config(), Rc::clone(&kernel));
        let preview = Screen::preview(setup.config()).map(Arc::new);
        let mut luck = SmallRng::seed_from_u64(seed ^ SALT);
        // In a session, all halves at one end are in one process, and keep files at one place.
        let shelves = SmallRng::seed_from_u64(seed ^ SHELVES).random_bool(0.5).then(Shelves::default);
        let mut lines = Vec::new();
        // One that is cut off is the last, so that others can be looked at.
        let cut = sabotage.is_none() && rng.random_bool(0.3);
        for ((script, expected), letter) in scripts.into_iter().zip(expected).zip('A'..) {
            let last = lines.len() + 1 == setup.clients;
            let cut_at = (cut && last).then(|| {
                let how = if rng.random() { Cut::Client } else { Cut::Link };
                (rng.random_range(1..script.len()), how)
            });
            let preview = preview.clone().filter(|_| luck.random_bool(0.5));
            let ahead = luck.random_bool(0.5) || shelves.is_some();
            let client = (screen.connect(), preview, ahead);
            let mut line = Line::new(&mut rng, &kernel, letter, script, expected, client);
            line.cut_at = cut_at;
            if let Some([near, far]) = &shelves {
                line.left.keep_at(near);
                line.right.keep_at(far);
            }
            if let Some(kind) = sabotage.filter(|kind| !kind.is_of_session()) {
                let patience = rng.random_range(0..12);
                let half = if kind.is_at_display() { &mut line.right } else { &mut line.left };
                half.sabotage = Some(Sabotage::new(kind, patience));
            }
            lines.push(line);
        }
        let report = Report { clients: lines.len(), abrupt: cut, ..Report::default() };
        let time = rng.random_range(0..1 << 40);
        let mut carrier = Carrier::of(seed, time, sabotage);
        for line in &mut lines {
            line.stream = carrier.as_mut().map_or(0, Carrier::open);
        }
        Self { time, rng, screen, lines, carrier, report, idle: 0 }
    }

    /// What was done.
    pub fn report(&self) -> Report {
        let mut report = Report { sabotaged: self.is_sabotaged(), ..self.report };
        report.sabotaged |= self.report.sabotaged;
        report.carried = self.carrier.as_ref().map(|carrier| carrier.counts);
        for line in &self.lines {
            report.updates += line.left.updates + line.right.updates;
            report.copies += line.left.copies;
            report.named += line.right.named;
            report.frames += line.client.frames;
            report.presented += line.client.presented;
            report.actions += line.client.at as u64;
        }
        report
    }

    /// The fault that was put in on purpose has happened.
    fn is_sabotaged(&self) -> bool {
        let done = |half: &Half| half.sabotage.as_ref().is_some_and(|it| it.done);
        self.lines.iter().any(|line| done(&line.left) || done(&line.right))
            || self.carrier.as_ref().is_some_and(Carrier::is_sabotaged)
    }

    /// Runs all scripts to their ends, and looks at what is left.
    ///
    /// # Errors
    /// What a checker found.
    pub fn run(&mut self) -> Result<(), Problem> {
        while self.lines.iter().any(|it| !it.over) {
            self.report.steps += 1;
            let at = self.rng.random_range(0..self.lines.len());
            self.any_step(at)?;
            self.idle += 1;
            if self.idle > PATIENCE {
                self.hurry()?;
            }
        }
        // The last words of the halves may still be on their way.
        self.rest()?;
        self.carrier.iter().try_for_each(Carrier::is_over)?;
        is_empty(&mut self.screen, self.time)?;
        self.report = self.report();
        self.lines.clear();
        let held = self.screen.held();
        if held > 0 {
            return Err(Problem::Leak { side: "the compositor", what: "pieces of memory", count: held });
        }
        Ok(())
    }

    fn chunk(&mut self) -> usize {
        match self.rng.random_range(0..6) {
            0 => 1,
            1 => self.rng.random_range(1..64),
            2 | 3 => self.rng.random_range(1..5000),
            _ => usize::MAX,
        }
    }

    fn any_step(&mut self, at: usize) -> Result<(), Problem> {
        let chunk = self.chunk();
        match self.rng.random_range(0..100) {
            0..=24 => {
                for _ in 0..self.rng.random_range(1..6) {
                    if self.act(at)? != Step::Done {
                        break;
                    }
                }
            }
            25..=93 => {
                let way = self.rng.random_range(0..8);
                self.move_some(at, way, chunk)?;
            }
            _ => {
                let most = if self.rng.random_bool(0.02) { 20_000 } else { 60 };
                self.time += self.rng.random_range(0..most) * MILLISECOND;
                self.tick()?;
            }
        }
        Ok(())
    }

    fn tick(&mut self) -> Result<(), Problem> {
        self.screen.tick(self.time)?;
        for line in &mut self.lines {
            line.left.tick(self.time)?;
            line.right.tick(self.time)?;
        }
        Ok(())
    }

    /// Moves something on one of the ways of a line; true if there was anything.
    fn move_some(&mut self, at: usize, way: u32, most: usize) -> Result<bool, Problem> {
        let early = if self.rng.random_bool(0.3) { self.rng.random_range(0..8) } else { 0 };
        let (line, time) = (&mut self.lines[at], self.time);
        if line.over && (self.carrier.is_none() || !matches!(way, 1 | 4)) {
            return Ok(false);
        }
        if let Some(carrier) = &mut self.carrier {
            match way {
                1 => return carrier.carry(time, (line.stream, FAR), (&mut line.left, &mut line.right), most),
                4 => {
                    return carrier.carry(time, (line.stream, NEAR), (&mut line.right, &mut line.left), most);
                }
                _ => {}
            }
        }
        match way {
            0 => line.left.read_local(time, &mut line.client.out, most, early),
            1 => {
                let closed = line.left.outcome.is_some();
                cross(time, &mut line.left, &mut line.right, closed, &mut line.cuts[0], most)
            }
            2 => self.screen.read(time, line.id, &mut line.right.local, most, early),
            3 => match self.screen.out.get_mut(&line.id) {
                Some(out) => line.right.read_local(time, out, most, early),
                None => Ok(false),
            },
            4 => {
                let closed = line.right.outcome.is_some();
                cross(time, &mut line.right, &mut line.left, closed, &mut line.cuts[1], most)
            }
            5 => {
                let (bytes, fds) = line.left.local.receive(most, early);
                if line.cut.is_none() {
                    line.client.get(&bytes, fds)?;
                    if line.client.keymaps.drain(..).any(|it| !self.screen.files.contains(&it)) {
                        return Err(Problem::WrongFd("wl_keyboard.keymap"));
                    }
                }
                Ok(!bytes.is_empty())
            }
            6 => line.left.work(time, &mut self.rng),
            _ => line.right.work(time, &mut self.rng),
        }
    }

    /// Moves everything until nothing moves, without new deeds of the clients.
    fn rest(&mut self) -> Result<(), Problem> {
        self.carrier.iter_mut().for_each(Carrier::calm);
        let result = self.come_to_rest();
        self.carrier.iter_mut().for_each(Carrier::stir);
        result
    }

    fn come_to_rest(&mut self) -> Result<(), Problem> {
        let mut idle = 0;
        for _ in 0..ROUNDS {
            let mut moved = false;
            for at in 0..self.lines.len() {
                for way in 0..8 {
                    moved |= self.move_some(at, way, usize::MAX)?;
                }
                self.settle(at)?;
            }
            idle = if moved { 0 } else { idle + 1 };
            if idle > 10 {
                let halves = self.lines.iter().flat_map(|it| [it.left.timeout(), it.right.timeout()]);
                let carrier = self.carrier.as_mut().and_then(Carrier::timeout);
                let all = halves.chain([self.screen.view.poll_timeout(), carrier]);
                let Some(next) = all.flatten().min() else { return Ok(()) };
                self.time = self.time.max(next);
                self.tick()?;
                idle = 0;
            }
        }
        Err(Problem::Restless)
    }

    /// A client does the next thing.
    fn act(&mut self, at: usize) -> Result<Step, Problem> {
        let line = &mut self.lines[at];
        if line.over || line.cut.is_some() {
            return Ok(Step::End);
        }
        if let Some((_, how)) = line.cut_at.filter(|(action, _)| line.client.at >= *action) {
            line.cut = Some(how);
            match how {
                Cut::Client => line.client.out.closed = true,
                Cut::Link if self.carrier.is_some() => {
                    self.carrier.iter_mut().for_each(|carrier| carrier.give_up(line.stream));
                }
                Cut::Link => {
                    let mut some = |half: &Half| Some(self.rng.random_range(0..=half.link.len()));
                    line.cuts = [some(&line.left), some(&line.right)];
                }
            }
            return Ok(Step::Done);
        }
        let step = line.client.act();
        match step {
            Step::Done => self.idle = 0,
            Step::Wait(_) => {}
            Step::Rest => {
                self.rest()?;
                self.compare(at)?;
            }
            Step::End => self.leave(at)?,
        }
        Ok(step)
    }

    /// Nothing has happened for long: moves everything, and then each client must be able to go on.
    fn hurry(&mut self) -> Result<(), Problem> {
        self.idle = 0;
        self.rest()?;
        for at in 0..self.lines.len() {
            if let Step::Wait(what) = self.act(at)? {
                // It may have asked only now.
                self.rest()?;
                if let Step::Wait(_) = self.act(at)? {
                    return Err(Problem::Stuck { at: self.lines[at].client.at, what });
                }
            }
        }
        Ok(())
    }

    fn compare(&mut self, at: usize) -> Result<(), Problem> {
        let line = &mut self.lines[at];
        self.idle = 0;
        let seen = Seen::of(&self.screen.view, line.letter, &line.prefix);
        if let Some(expected) = line.expected.get(line.rests) {
            seen.same(expected, line.rests)?;
        }
        line.client.compare(|pool, at, len| self.screen.read_file(line.id, pool, at, len))?;
        self.report.rests += 1;
        self.report.pixels += seen.pixels();
        line.rests += 1;
        line.client.rested();
        Ok(())
    }

    /// A client is at the end of its script, and closes its socket.
    fn leave(&mut self, at: usize) -> Result<(), Problem> {
        self.rest()?;
        let line = &mut self.lines[at];
        line.client.is_settled()?;
        line.left.is_clean()?;
        line.right.is_clean()?;
        for half in [&line.left, &line.right] {
            if half.outcome.is_some() {
                return Err(Problem::Ended { side: half.name(), outcome: half.outcome });
            }
        }
        line.cut = Some(Cut::Client);
        line.client.out.closed = true;
        self.rest()
    }

    /// Ends a line when both halves are done.
    fn settle(&mut self, at: usize) -> Result<(), Problem> {
        let line = &mut self.lines[at];
        let all_said = line.right.local.len() == 0;
        let (Some(left), Some(right)) = (line.left.outcome, line.right.outcome) else { return Ok(()) };
        if line.over || !all_said {
            return Ok(());
        }
        let expected = match line.cut {
            None => [None, None],
            Some(Cut::Client) => [Some(Outcome::LocalClosed), Some(Outcome::PeerClosed)],
            Some(Cut::Link) => [Some(Outcome::PeerLost); 2],
        };
        for ((half, outcome), expected) in
            [(&line.left, left), (&line.right, right)].into_iter().zip(expected)
        {
            if Some(outcome) != expected {
                return Err(Problem::Ended { side: half.name(), outcome: Some(outcome) });
            }
        }
        line.over = true;
        self.screen.disconnect(line.id);
        Ok(())
    }
}

impl Line {
    fn new(
        rng: &mut SmallRng,
        kernel: &Rc<Kernel>,
        letter: char,
        script: Rc<Vec<Action>>,
        expected: Vec<Seen>,
        (id, preview, ahead): (ClientId, Option<Arc<Preview>>, bool),
    ) -> Self {
        let compression = *[Compression::None, Compression::Lz4(0), Compression::Zstd(0)]
            .choose(rng)
            .unwrap_or(&Compression::None);
        let prefix = if rng.random_bool(0.3) { "far: " } else { "" };
        let version = if rng.random() { WireVersion::V16 } else { WireVersion::V17 };
        let abilities = ABILITIES.with(Capabilities::COPIES);
        let capabilities = if ahead { abilities } else { Capabilities::NONE };
        let trace = rng.random_bool(0.1);
        let near = Config { preview, version, trace, capabilities, moves_from: 256, ..Config::default() };
        let peer = ahead.then_some(abilities);
        let far = Config { title_prefix: prefix.into(), peer, ..near.clone() };
        Self {
            letter,
            client: Client::new(Rc::clone(kernel), script),
            left: Half::new(Role::App, near, compression, Rc::clone(kernel)),
            right: Half::new(Role::Display, far, compression, Rc::clone(kernel)),
            stream: 0,
            id,
            expected,
            rests: 0,
            prefix: prefix.into(),
            cut_at: None,
            cut: None,
            cuts: [None; 2],
            over: false,
        }
    }
}

/// Nobody is connected, and nothing is seen or kept.
///
/// # Errors
/// Something is.
pub fn is_empty(screen: &mut Screen, mut time: u64) -> Result<(), Problem> {
    while let Some(next) = screen.view.poll_timeout() {
        time = time.max(next);
        screen.tick(time)?;
    }
    let background = screen.view.config().background;
    let nothing = Seen::of(&screen.view, ' ', "").is_empty(background);
    if nothing && screen.view.is_empty() {
        return Ok(());
    }
    Err(Problem::Leak { side: "the compositor", what: "things of clients who left", count: 1 })
}
