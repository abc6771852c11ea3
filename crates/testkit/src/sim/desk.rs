//! The world of the desk: clients that carry out scripts, the proxy, and the compositor that farway brings along.
//!
//! Each script is carried out twice: directly, and through both halves of the proxy with everything between in any
//! order. Invariant: the seed decides everything, and what is seen at rest is the same in both.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use farway_view::Config;
use farway_view::config::{OutputConfig, Show};
use farway_view::geometry::Size;
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use super::carrier::Counts;
use super::kernel::Kernel;
use super::problem::Problem;
use super::sabotage::Kind;
use super::{Failure, Mode};
use client::{Client, Step};
use screen::Screen;
use script::Action;
use seen::Seen;
use world::World;

mod author;
mod client;
mod screen;
mod script;
mod seen;
mod world;

/// What a run has done and checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Steps of the world.
    pub steps: u64,
    /// Actions of all clients that crossed the link.
    pub actions: u64,
    /// Rests at which pictures were compared.
    pub rests: u64,
    /// Pixels compared.
    pub pixels: u64,
    /// Content updates that crossed the link.
    pub updates: u64,
    /// Updates that copied.
    pub copies: u64,
    /// Files whose content was only named.
    pub named: u64,
    /// Frame callbacks that were answered.
    pub frames: u64,
    /// Presentations that were told.
    pub presented: u64,
    /// Clients.
    pub clients: usize,
    /// A client, or its link, was cut off in the middle.
    pub abrupt: bool,
    /// What the session between the halves went through, if there was one.
    pub carried: Option<Counts>,
    /// The fault that was put in on purpose has happened.
    pub sabotaged: bool,
}

/// What a world is made of.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    show: Show,
    clients: usize,
}

impl Setup {
    fn new(rng: &mut SmallRng) -> Self {
        let mut output = |name: &str| OutputConfig {
            name: name.into(),
            size: Size::new(rng.random_range(80..200), rng.random_range(80..160)),
            scale: *[120, 120, 150, 180, 240].choose(rng).unwrap_or(&120),
            refresh: *[30_000, 60_000, 144_000].choose(rng).unwrap_or(&60_000),
        };
        let (one, two) = (output("SIM-1"), output("SIM-2"));
        match rng.random_range(0..10) {
            0..=3 => Self { show: Show::Outputs(vec![one]), clients: 1 },
            4..=5 => Self { show: Show::Outputs(vec![one, two]), clients: 1 },
            6 => Self { show: Show::Windows(one), clients: 1 },
            _ => Self { show: Show::Windows(one), clients: 2 },
        }
    }

    fn config(&self) -> Config {
        Config { show: self.show.clone(), ..Config::default() }
    }

    /// Logical sizes of the outputs.
    fn logical(&self) -> Vec<(usize, usize)> {
        let size = |it: &OutputConfig| (it.logical().width as usize, it.logical().height as usize);
        match &self.show {
            Show::Outputs(list) => list.iter().map(size).collect(),
            Show::Windows(one) => vec![size(one)],
        }
    }

    /// Windows share outputs.
    fn is_desk(&self) -> bool {
        matches!(self.show, Show::Outputs(_))
    }
}

/// Runs the world that `seed` describes; `steps` says how long scripts may be.
///
/// # Errors
/// What a checker found, with the line that replays it.
pub fn run(seed: u64, steps: u32, sabotage: Option<Kind>) -> Result<Report, Failure> {
    let mut at = 0;
    let mut sabotaged = false;
    let result = catch_unwind(AssertUnwindSafe(|| live(seed, steps, sabotage, &mut at, &mut sabotaged)));
    let problem = match result {
        Ok(Ok(report)) => return Ok(report),
        Ok(Err(problem)) => problem,
        Err(panic) => Problem::of_panic(&*panic),
    };
    Err(Failure { seed, steps, at, mode: Mode::Desk, problem, sabotaged })
}

fn live(
    seed: u64,
    steps: u32,
    sabotage: Option<Kind>,
    at: &mut u32,
    sabotaged: &mut bool,
) -> Result<Report, Problem> {
    let mut rng = SmallRng::seed_from_u64(seed);
    let setup = Setup::new(&mut rng);
    let most = (steps / 4).max(21);
    let mut write = |letter| {
        let actions = rng.random_range(20..most) as usize;
        Rc::new(author::write(rng.random(), letter, actions, &setup))
    };
    let scripts: Vec<Rc<Vec<Action>>> = ['A', 'B'].into_iter().take(setup.clients).map(&mut write).collect();
    let mut expected = Vec::new();
    for (script, letter) in scripts.iter().zip('A'..) {
        expected.push(directly(script, letter, &setup)?);
    }
    let mut world = World::new((seed, rng), &setup, scripts, expected, sabotage);
    let result = world.run();
    *at = world.report.steps as u32;
    *sabotaged = world.report().sabotaged;
    result.map(|()| world.report())
}

/// Carries a script out without a proxy; what is seen at each rest.
fn directly(script: &Rc<Vec<Action>>, letter: char, setup: &Setup) -> Result<Vec<Seen>, Problem> {
    let kernel = Rc::new(Kernel::default());
    let mut screen = Screen::new(setup.config(), Rc::clone(&kernel));
    let mut client = Client::new(kernel, Rc::clone(script));
    let id = screen.connect();
    let (mut seen, mut time) = (Vec::new(), 1_000_000_000);
    loop {
        let mut step = client.act();
        while step == Step::Done {
            step = client.act();
        }
        let mut moved = screen.read(time, id, &mut client.out, usize::MAX, 0)?;
        if let Some(out) = screen.out.get_mut(&id) {
            let (bytes, fds) = out.receive(usize::MAX, 0);
            moved |= !bytes.is_empty();
            client.get(&bytes, fds)?;
        }
        if moved {
            continue;
        }
        if let Some(next) = screen.view.poll_timeout() {
            time = next.max(time);
            screen.tick(time)?;
            continue;
        }
        match step {
            Step::Done => {}
            Step::Wait(what) => return Err(Problem::Stuck { at: client.at, what }),
            Step::Rest => {
                seen.push(Seen::of(&screen.view, letter, ""));
                client.rested();
            }
            Step::End => break,
        }
    }
    client.is_settled()?;
    screen.disconnect(id);
    world::is_empty(&mut screen, time)?;
    Ok(seen)
}
