//! Hostile clients, a restless user and a host that changes, all at once, around the embedded compositor.
//!
//! The data is a script: each step is a byte that says what happens, and what that needs. Not a model of the protocols;
//! it checks what holds for every client and host. Invariant: the target sees what any driver sees, nothing inside.

mod guest;
mod host;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use farway_view::config::{Limits, OutputConfig, Show};
use farway_view::effect::{CanvasId, ClientId, Confinement, Effect, WindowChange, WindowId};
use farway_view::geometry::Size;
use farway_view::{Compositor, Config};

use super::Input;
use guest::Guest;

/// Steps of one script: more find nothing new, only later.
const STEPS: usize = 600;
/// Clients at a time.
const GUESTS: usize = 4;

/// Whatever clients, the user and the host do, the compositor keeps to its word towards the driver, and when all clients
/// are gone nothing of them is left.
pub fn view(data: &[u8]) {
    let mut input = Input(data);
    let mut world = World::new(input.byte());
    for _ in 0..STEPS {
        if input.is_empty() {
            break;
        }
        world.step(&mut input);
        world.pump();
    }
    world.finish();
}

/// The compositor, those around it, and what they were told.
struct World {
    view: Compositor,
    now: u64,
    guests: Vec<Guest>,
    /// Windows that are open now.
    open: BTreeSet<WindowId>,
    /// All that ever were.
    known: BTreeSet<WindowId>,
    held: Option<Confinement>,
    awake: bool,
    /// Effects so far.
    effects: u64,
    /// Each memory that was passed has a clone.
    memory: Arc<()>,
}

fn output(size: Size, scale: u32) -> OutputConfig {
    OutputConfig { name: "FUZZ".into(), size, scale, refresh: 60_000 }
}

fn config(manner: u8) -> Config {
    let small = output(Size::new(64, 48), if manner & 8 == 0 { 120 } else { 150 });
    let show = match manner & 3 {
        0 | 1 => Show::Windows(small),
        2 => Show::Outputs(vec![small]),
        _ => Show::Outputs(vec![small.clone(), small]),
    };
    let limits = Limits {
        objects: 200,
        surfaces: 30,
        pools: 12,
        pool_bytes: 1 << 20,
        pending: 20,
        text: 200,
        types: 5,
        descriptors: 8,
        extent: 256,
        backlog: 1 << 16,
        depth: 6,
    };
    let keyboard = ["us", "de", "us,ru", "no such layout"][usize::from(manner >> 4) % 4];
    Config { show, limits, server_frames: manner & 4 != 0, keyboard: keyboard.into(), ..Config::default() }
}

impl World {
    fn new(manner: u8) -> Self {
        Self {
            view: Compositor::new(config(manner)),
            now: 1_000_000_000,
            guests: Vec::new(),
            open: BTreeSet::new(),
            known: BTreeSet::new(),
            held: None,
            awake: false,
            effects: 0,
            memory: Arc::default(),
        }
    }

    fn step(&mut self, input: &mut Input<'_>) {
        let what = input.byte();
        let at = usize::from(what >> 5) % self.guests.len().max(1);
        let Some(guest) = self.guests.get_mut(at) else { return self.arrive(input) };
        match what & 31 {
            0 => self.arrive(input),
            1 => {
                let id = self.guests.remove(at).id;
                self.view.disconnect(id);
            }
            2 => guest.babble(&mut self.view, self.now, input, &self.memory),
            3..=5 => {
                self.now += u64::from(input.byte()) << (what >> 4);
                self.view.on_timeout(self.now);
            }
            6..=8 => {
                self.now = self.view.poll_timeout().map_or(self.now, |it| it.max(self.now));
                self.view.on_timeout(self.now);
            }
            9..=14 => {
                self.now += 1_000_000;
                let did = host::input(input, &self.windows());
                self.view.on_input(self.now, did);
            }
            15 | 16 => {
                let windows = self.windows();
                host::change(&mut self.view, input, &windows);
            }
            _ => guest.request(&mut self.view, self.now, input, &self.memory),
        }
    }

    fn windows(&self) -> Vec<WindowId> {
        self.open.iter().copied().collect()
    }

    /// A client comes; some have a window at once.
    fn arrive(&mut self, input: &mut Input<'_>) {
        if self.guests.len() >= GUESTS {
            return;
        }
        let id = self.view.connect();
        self.guests.push(Guest::new(id));
        if input.byte() & 3 != 0 {
            let Some(guest) = self.guests.last_mut() else { return };
            guest.ask(&mut self.view, self.now);
            self.pump();
            for part in 0..guest::PARTS {
                if let Some(guest) = self.guests.iter_mut().find(|it| it.id == id) {
                    guest.settle_in(&mut self.view, self.now, part, &self.memory);
                }
                self.pump();
            }
        }
    }

    /// Does what is to be done.
    fn pump(&mut self) {
        let mut over = Vec::new();
        while let Some(effect) = self.view.poll() {
            self.effects += 1;
            self.learn(effect, &mut over);
        }
        for guest in &self.guests {
            assert!(!guest.refused || over.contains(&guest.id), "refused, and still served");
        }
        for id in over {
            self.guests.retain(|it| it.id != id);
            self.view.disconnect(id);
        }
    }

    fn learn(&mut self, effect: Effect, over: &mut Vec<ClientId>) {
        match effect {
            Effect::Send { client, bytes, .. } => {
                let guest = self.guests.iter_mut().find(|it| it.id == client);
                guest.unwrap_or_else(|| panic!("words for nobody: {client:?}")).hear(&bytes);
            }
            Effect::Disconnect(id) => {
                assert!(self.guests.iter().any(|it| it.id == id) && !over.contains(&id), "{id:?} is gone");
                over.push(id);
            }
            Effect::Present { canvas, damage } => {
                assert!(!damage.is_empty());
                let Some(shown) = self.view.canvas(canvas) else { return };
                let whole = shown.size().rect();
                assert!(damage.iter().all(|it| it.intersect(whole) == *it), "{damage:?} of {whole:?}");
            }
            Effect::Window { window, change: WindowChange::Opened(_) } => {
                assert!(self.known.insert(window), "{window:?} opens again");
                self.open.insert(window);
            }
            Effect::Window { window, change: WindowChange::Closed } => {
                assert!(self.open.remove(&window), "{window:?} was not open");
            }
            Effect::Confine(held) => self.held = held,
            Effect::KeepAwake(on) => self.awake = on,
            _ => {}
        }
    }

    /// Lets everybody go, and looks at what is left.
    fn finish(mut self) {
        for guest in std::mem::take(&mut self.guests) {
            self.view.disconnect(guest.id);
        }
        let mut rounds = BTreeMap::new();
        for round in 0..8 {
            self.pump();
            rounds.insert(round, self.effects);
            let Some(next) = self.view.poll_timeout() else { break };
            self.now = self.now.max(next);
            self.view.on_timeout(self.now);
        }
        assert_eq!(self.view.poll_timeout(), None, "it does not come to rest: {rounds:?}");
        assert_eq!(self.view.window_list(), []);
        assert!(self.open.is_empty(), "{:?}", self.open);
        assert!(self.known.iter().all(|it| self.view.canvas(CanvasId::Window(*it)).is_none()));
        assert_eq!((self.held, self.awake), (None, false));
        let background = self.view.config().background;
        for at in 0..2 {
            let shown = self.view.canvas(CanvasId::Output(at)).map_or(&[][..], |it| it.pixels());
            assert!(shown.iter().all(|it| *it == background), "something is still seen");
        }
        assert_eq!(Arc::strong_count(&self.memory), 1, "memory of clients is held");
    }
}
