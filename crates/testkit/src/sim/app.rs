//! The simulated application: a Wayland client that does random legal things.
//!
//! Invariants: it damages what it changes, and leaves a buffer alone from the commit to the release (unless
//! it is made to scribble); it writes down every request for the checker.

use std::collections::BTreeMap;
use std::rc::Rc;

use farway_proto::wayland::{Builder, Form, ObjectId, by_name};
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use super::checker::{Checker, Rewrite, Sent, Snapshot, To, Token};
use super::kernel::{Fd, Kernel, ReadEnd, WriteEnd};
use super::party::{Party, move_ends};
use super::problem::Problem;
use super::wire::Socket;

mod events;
mod misc;
mod shm;

use shm::Shm;

/// What the application knows of the way to the screen, to foretell the rewrites.
#[derive(Clone, Debug, Default)]
pub struct Way {
    /// Title prefixes of both halves, the application's first.
    pub prefixes: [Vec<u8>; 2],
    /// What the screen calls its presentation clock.
    pub clock: u32,
    /// Wall clock minus presentation clock, on the application's machine and on the screen's.
    pub presentation: [i64; 2],
    /// Wall clock minus monotonic clock, likewise.
    pub monotonic: [i64; 2],
}

/// Descriptors that go with a request, and what must arrive for them.
type Fds = Vec<(Fd, Token)>;

/// See the module.
#[derive(Debug)]
pub struct App {
    rng: SmallRng,
    kernel: Rc<Kernel>,
    way: Way,
    party: Party,
    /// To its half of the proxy.
    pub out: Socket,
    next_id: u32,
    free_ids: Vec<u32>,
    /// Ids whose destroy request was sent.
    zombies: Vec<u32>,
    globals: BTreeMap<u32, (String, u32)>,
    /// Objects bound, by interface.
    bound: BTreeMap<String, Vec<u32>>,
    shm: Shm,
    offers: BTreeMap<u32, Vec<Vec<u8>>>,
    sources: Vec<u32>,
    gammas: BTreeMap<u32, u32>,
    /// Presentation clock known.
    clock: bool,
    /// Pipes that it reads from, and how many bytes it will take before it closes.
    readers: Vec<(ReadEnd, usize)>,
    /// Pipes that it writes to, and how many bytes remain.
    writers: Vec<(WriteEnd, usize)>,
    /// It was told of an error.
    pub error: bool,
    /// It writes to buffers whenever it likes.
    pub scribbles: bool,
    /// It draws on one surface most of the time, with frame callbacks.
    pub animates: bool,
    /// It has large surfaces, whose content moves.
    pub scrolls: bool,
    /// What it does more than anything else.
    favourite: u32,
    /// It has broken the protocol.
    pub rude: bool,
}

/// Globals that it binds, beside one that no table knows.
const WANTED: [&str; 16] = [
    "wl_compositor",
    "wl_shm",
    "wl_seat",
    "wl_output",
    "wl_subcompositor",
    "wl_data_device_manager",
    "wp_presentation",
    "wp_viewporter",
    "xdg_wm_base",
    "xdg_toplevel_icon_manager_v1",
    "wp_commit_timing_manager_v1",
    "zwlr_screencopy_manager_v1",
    "zwlr_gamma_control_manager_v1",
    "zwp_virtual_keyboard_manager_v1",
    "zwp_primary_selection_device_manager_v1",
    "zunknown_thing_v1",
];

impl App {
    /// An application that has just connected.
    pub fn new(seed: u64, kernel: Rc<Kernel>, way: Way, checker: &mut Checker) -> Self {
        let mut app = Self {
            rng: SmallRng::seed_from_u64(seed),
            kernel,
            way,
            party: Party::new(To::App),
            out: Socket::default(),
            next_id: 2,
            free_ids: Vec::new(),
            zombies: Vec::new(),
            globals: BTreeMap::new(),
            bound: BTreeMap::new(),
            shm: Shm::default(),
            offers: BTreeMap::new(),
            sources: Vec::new(),
            gammas: BTreeMap::new(),
            clock: false,
            readers: Vec::new(),
            writers: Vec::new(),
            error: false,
            scribbles: false,
            animates: false,
            scrolls: false,
            favourite: 0,
            rude: false,
        };
        app.favourite = app.rng.random_range(0..100);
        app.get_registry(checker);
        app
    }

    // ---- the connection ----

    /// An id for a new object, the lowest that is free or one that was freed.
    fn new_id(&mut self, interface: &str) -> u32 {
        let id = match self.free_ids.pop() {
            Some(id) => id,
            None => {
                self.next_id += 1;
                self.next_id - 1
            }
        };
        if let Some(interface) = by_name(interface.as_bytes()) {
            self.party.objects.insert(id, interface);
        }
        id
    }

    /// Sends a request.
    fn request(
        &mut self,
        checker: &mut Checker,
        id: u32,
        name: &str,
        build: impl FnOnce(Builder) -> Builder,
    ) {
        self.request_with(checker, id, name, build, Vec::new(), Rewrite::Same, None);
    }

    #[allow(clippy::too_many_arguments)] // each is a column of the same table
    fn request_with(
        &mut self,
        checker: &mut Checker,
        id: u32,
        name: &str,
        build: impl FnOnce(Builder) -> Builder,
        fds: Fds,
        rewrite: Rewrite,
        pixels: Option<Snapshot>,
    ) {
        let Some((builder, what)) = self.party.message(id, name) else { return };
        let Ok(bytes) = build(builder).finish(Form::Program, 0) else { return };
        let (fds, tokens): (Vec<Fd>, Vec<Token>) = fds.into_iter().unzip();
        self.out.send(&bytes, fds);
        checker.sent(To::Screen, Sent { what, bytes, tokens, rewrite, pixels });
    }

    /// Sends the destroy request of an object; its id lives on.
    fn destroy(&mut self, checker: &mut Checker, id: u32, name: &str) {
        self.request(checker, id, name, |it| it);
        if id >= 0xff00_0000 {
            self.party.objects.remove(&id);
        } else {
            self.zombies.push(id);
        }
    }

    /// One of the objects bound of an interface.
    fn any(&mut self, interface: &str) -> Option<u32> {
        self.bound.get(interface)?.choose(&mut self.rng).copied()
    }

    /// Live objects of an interface, dying ones left out.
    fn all(&self, interface: &str) -> Vec<u32> {
        let live = |id: &u32| !self.zombies.contains(id);
        let objects = self.party.objects.iter().filter(|(_, it)| it.name == interface);
        objects.map(|(id, _)| *id).filter(live).collect()
    }

    fn any_of(&mut self, interface: &str) -> Option<u32> {
        let all = self.all(interface);
        all.choose(&mut self.rng).copied()
    }

    fn get_registry(&mut self, checker: &mut Checker) {
        let id = self.new_id("wl_registry");
        self.request(checker, 1, "get_registry", |it| it.new_id(ObjectId(id)));
    }

    fn bind(&mut self, checker: &mut Checker) {
        let Some(registry) = self.any_of("wl_registry") else { return };
        let wanted: Vec<u32> = self.globals.keys().copied().collect();
        let Some(name) = wanted.choose(&mut self.rng).copied() else { return };
        let (interface, version) = self.globals[&name].clone();
        if !WANTED.contains(&interface.as_str()) || self.bound.get(&interface).is_some_and(|b| b.len() > 2) {
            return;
        }
        // With captures there are no copies.
        if self.scrolls && interface.contains("screencopy") && self.rng.random_bool(0.97) {
            return;
        }
        let id = self.new_id(&interface);
        self.request(checker, registry, "bind", |it| {
            it.uint(name).str(interface.as_bytes()).uint(version).new_id(ObjectId(id))
        });
        self.bound.entry(interface).or_default().push(id);
    }

    /// Does something.
    pub fn act(&mut self, checker: &mut Checker) {
        if self.out.len() > 64 * 1024 || self.party.lost || self.error {
            return;
        }
        let unbound = WANTED.len().saturating_sub(self.bound.len());
        if self.rng.random_range(0..100) < unbound * 5 {
            return (0..6).for_each(|_| self.bind(checker));
        }
        let often = if self.scrolls { 0.85 } else { 0.6 };
        if (self.animates || self.scrolls) && self.rng.random_bool(often) {
            return self.draw(checker);
        }
        let deed = if self.rng.random_bool(0.3) { self.favourite } else { self.rng.random_range(0..100) };
        match deed {
            0..=5 => self.new_pool(checker),
            6..=11 => self.new_surface(checker),
            12..=52 => self.draw(checker),
            53..=55 => self.shm_churn(checker),
            56..=60 => self.capture(checker),
            61..=62 => self.icon(checker),
            63..=64 => self.sync(checker),
            65..=67 => self.present(checker),
            68..=71 => self.role(checker),
            72..=76 => self.select(checker),
            77..=82 => self.receive(checker),
            83..=84 => self.forget_selection(checker),
            85..=88 => self.keyboards(checker),
            89..=90 => self.gamma(checker),
            91 => self.get_registry(checker),
            92..=93 => self.unknown(checker),
            94..=95 => self.regions(checker),
            96..=98 => self.subsurface(checker),
            _ => self.destroy_surface(checker),
        }
    }

    /// Moves bytes through its ends of pipes; true if any moved.
    pub fn pipes(&mut self) -> bool {
        move_ends(&mut self.rng, &mut self.readers, &mut self.writers)
    }

    /// Closes its ends of pipes.
    pub fn tear_down_pipes(&mut self) {
        self.readers.clear();
        self.writers.clear();
    }

    /// Lets go of everything that it can destroy.
    pub fn tear_down(&mut self, checker: &mut Checker) {
        self.tear_down_pipes();
        let ids: Vec<u32> = self.party.objects.keys().copied().collect();
        for id in ids.into_iter().filter(|id| !self.zombies.contains(id)).collect::<Vec<_>>() {
            let names = ["destroy", "release"];
            let has = |name: &&&str| {
                self.party.objects[&id].requests.iter().any(|it| it.destructor && it.name == **name)
            };
            if let Some(name) = names.iter().find(has).copied() {
                self.destroy(checker, id, name);
            }
        }
        self.shm = Shm::default();
        self.offers.clear();
        self.sources.clear();
        self.bound.clear();
        self.gammas.clear();
    }

    /// True if it waits for nothing.
    pub fn loose_fds(&self) -> usize {
        self.party.loose()
    }

    /// It gave up.
    pub fn is_lost(&self) -> bool {
        self.party.lost
    }

    /// Bytes and descriptors arrived.
    ///
    /// # Errors
    /// Not those that had to.
    pub fn get(&mut self, checker: &mut Checker, bytes: &[u8], fds: Vec<Fd>) -> Result<(), Problem> {
        self.party.push(bytes, fds);
        while let Some(event) = self.party.next(checker)? {
            self.event(checker, event);
        }
        Ok(())
    }
}
