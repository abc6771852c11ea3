//! Who writes scripts: keeps account of what a compositor does with surfaces and buffers, as the protocols say.
//!
//! Not the code under test, and it asks that code nothing. Invariant: every action that it writes is legal after those
//! before, and every buffer that it paints will have been released.

use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use super::Setup;
use super::script::{Action, Attach, Change, Paint};
use crate::sim::style::Style;

mod account;
mod looks;
mod parts;

use account::{Buffer, Pool, Role, Surface};
use looks::Look;

/// Writes one script.
pub fn write(seed: u64, letter: char, actions: usize, setup: &Setup) -> Vec<Action> {
    let mut author = Author {
        rng: SmallRng::seed_from_u64(seed),
        letter,
        sizes: setup.logical(),
        desk: setup.is_desk(),
        script: Vec::new(),
        pools: Vec::new(),
        buffers: Vec::new(),
        surfaces: Vec::new(),
        favourite: 0,
    };
    author.favourite = author.rng.random_range(0..100);
    for action in [Action::Seat, Action::Roundtrip, Action::Devices] {
        author.put(action);
    }
    author.open();
    while author.script.len() < actions {
        author.something();
    }
    author.put(Action::Rest);
    author.tear_down();
    author.put(Action::EndDevices);
    author.put(Action::Rest);
    author.script
}

/// See the module.
#[derive(Debug)]
struct Author {
    rng: SmallRng,
    letter: char,
    /// Logical sizes of the outputs.
    sizes: Vec<(usize, usize)>,
    /// Windows are on outputs, and not on canvases of their own.
    desk: bool,
    script: Vec<Action>,
    pools: Vec<Pool>,
    buffers: Vec<Buffer>,
    surfaces: Vec<Surface>,
    favourite: u32,
}

impl Author {
    fn put(&mut self, action: Action) {
        self.script.push(action);
    }

    fn something(&mut self) {
        let deed = if self.rng.random_bool(0.3) { self.favourite } else { self.rng.random_range(0..100) };
        match deed {
            0..=3 => self.open(),
            4..=34 => self.paint(false),
            35..=44 => self.paint(true),
            45..=50 => self.add_part(),
            51..=57 => self.move_part(),
            58..=61 => self.sync_part(),
            62..=66 => self.popup(),
            67..=70 => self.plain_commit(),
            71..=73 => self.solid(),
            74..=76 => self.hide(),
            77..=79 => self.state(),
            80..=81 => self.title(),
            82..=84 => self.end_something(),
            85..=86 => self.drop_memory(),
            87..=89 => self.wait_for_frame(),
            90 => self.put(Action::Roundtrip),
            _ => self.put(Action::Rest),
        }
    }

    /// A look at what there is, with this chance.
    fn maybe_rest(&mut self, chance: f64) {
        if self.rng.random_bool(chance) {
            self.put(Action::Rest);
        }
    }

    /// Surfaces that can be committed.
    fn live(&self) -> Vec<usize> {
        let all = 0..self.surfaces.len();
        all.filter(|at| self.surfaces[*at].alive).collect()
    }

    fn live_of(&self, fits: impl Fn(&Surface) -> bool) -> Vec<usize> {
        self.live().into_iter().filter(|at| fits(&self.surfaces[*at])).collect()
    }

    fn any(&mut self, fits: impl Fn(&Surface) -> bool) -> Option<usize> {
        let list = self.live_of(fits);
        list.choose(&mut self.rng).copied()
    }

    fn new_surface(&mut self, role: Role, parent: Option<usize>) -> usize {
        self.surfaces.push(Surface::new(role, parent));
        let surface = self.surfaces.len() - 1;
        self.put(Action::Surface(surface));
        surface
    }

    /// A new toplevel.
    fn open(&mut self) {
        if self.live_of(|it| it.role == Role::Window).len() > 3 {
            return;
        }
        let parent = if self.rng.random_bool(0.2) { self.any(|it| it.role == Role::Window) } else { None };
        let surface = self.new_surface(Role::Window, None);
        let title = format!("{}{surface}", self.letter);
        self.put(Action::Window { surface, title, parent });
        self.begin(surface);
    }

    /// First commit, configure, first content.
    fn begin(&mut self, surface: usize) {
        self.commit(surface, Change { begins: true, ..Change::default() });
        self.put(Action::Configured(surface));
        self.surfaces[surface].mapped = true;
        self.show(surface, true);
    }

    fn paint(&mut self, anew: bool) {
        let Some(surface) = self.any(|it| it.mapped) else { return self.open() };
        for _ in 0..self.rng.random_range(1..4) {
            self.show(surface, anew);
            self.maybe_rest(0.2);
        }
    }

    /// Paints a surface and commits it; `anew`: with another size or format.
    fn show(&mut self, surface: usize, anew: bool) {
        let mut change = Change::default();
        let state = &self.surfaces[surface];
        let anew = anew || state.anew || state.look.is_none();
        let look = match &state.look {
            Some(look) if !anew => look.clone(),
            _ => self.new_look(surface),
        };
        let whole = anew || self.surfaces[surface].painted.is_none_or(|it| !it.same_memory(&look.style));
        let buffer = self.buffer_for(look.style);
        let rects = self.rects(&look.style);
        let on_surface = self.rng.random_bool(0.5) && look.source.is_none();
        let paint = Paint { buffer, style: look.style, seed: self.rng.random(), rects, whole, on_surface };
        change.attach = Some(Attach::Paint(paint));
        self.tell_look(surface, &look, &mut change);
        self.extras(surface, &look, &mut change);
        self.surfaces[surface].painted = Some(look.style);
        self.surfaces[surface].look = Some(look);
        self.commit(surface, change);
    }

    /// A commit without a new buffer.
    fn plain_commit(&mut self) {
        let Some(surface) = self.any(|it| it.mapped && it.look.is_some()) else { return };
        let Some(look) = self.surfaces[surface].look.clone() else { return };
        let mut change = Change::default();
        self.extras(surface, &look, &mut change);
        self.commit(surface, change);
    }

    /// A surface of one colour.
    fn solid(&mut self) {
        let Some(surface) = self.any(|it| it.mapped) else { return };
        let alpha: u32 = if self.rng.random_bool(0.6) { u32::MAX } else { self.rng.random() };
        let mut channel = || self.rng.random_range(0..=alpha);
        let color = [channel(), channel(), channel(), alpha];
        let buffer = self.new_buffer(Buffer::solid());
        self.put(Action::Solid { buffer, color });
        let mut look = Look::solid();
        if self.rng.random_bool(0.8) {
            look.style.destination = Some((self.rng.random_range(1..90), self.rng.random_range(1..90)));
        }
        let mut change = Change { attach: Some(Attach::Solid(buffer)), ..Change::default() };
        self.tell_look(surface, &look, &mut change);
        self.extras(surface, &look, &mut change);
        self.surfaces[surface].painted = None;
        self.surfaces[surface].look = Some(look);
        self.commit(surface, change);
        // What follows has another size.
        self.surfaces[surface].anew = true;
    }

    /// Takes the content of a surface away. A window comes back, or goes for good.
    fn hide(&mut self) {
        let Some(surface) = self.any(|it| it.mapped && it.role != Role::Popup) else { return };
        let is_window = self.surfaces[surface].role == Role::Window;
        self.maybe_rest(0.5);
        if is_window {
            self.end_popups(surface);
        }
        self.commit(surface, Change { attach: Some(Attach::Nothing), ..Change::default() });
        (self.surfaces[surface].painted, self.surfaces[surface].anew) = (None, true);
        if is_window {
            self.surfaces[surface].mapped = false;
            self.put(Action::Roundtrip);
            if self.rng.random_bool(0.7) {
                self.begin(surface);
            }
        }
    }

    fn state(&mut self) {
        let requests =
            ["set_maximized", "unset_maximized", "set_fullscreen", "unset_fullscreen", "set_maximized"];
        let Some(surface) = self.any(|it| it.role == Role::Window && it.mapped) else { return };
        let request = *requests.choose(&mut self.rng).unwrap_or(&"set_maximized");
        let output = if request == "set_fullscreen" && self.rng.random_bool(0.5) {
            Some(self.rng.random_range(0..self.sizes.len()))
        } else {
            None
        };
        self.put(Action::State { surface, request, output });
        self.surfaces[surface].full = request.starts_with("set").then_some(output.unwrap_or(0));
        if self.rng.random_bool(0.6) {
            self.show(surface, true);
        }
    }

    fn title(&mut self) {
        let Some(surface) = self.any(|it| it.role == Role::Window) else { return };
        let title = format!("{}{surface} {}", self.letter, self.rng.random_range(0..1000));
        self.put(Action::Title { surface, title });
    }

    fn wait_for_frame(&mut self) {
        // A part to the left of its window moves it to the right, perhaps out of sight, and then nobody answers.
        let seen = |it: &Surface| it.role == Role::Window && it.mapped && it.all_parts().is_empty();
        let Some(surface) = self.any(seen) else { return };
        self.commit(surface, Change { frame: true, ..Change::default() });
        self.put(Action::Frame(surface));
    }

    fn rects(&mut self, style: &Style) -> Vec<(usize, usize, usize, usize)> {
        let count = self.rng.random_range(0..4);
        let mut rects = Vec::new();
        for _ in 0..count {
            let (x, y) = (self.rng.random_range(0..style.width), self.rng.random_range(0..style.height));
            let most = if self.rng.random_bool(0.7) { 12 } else { 400 };
            let width = self.rng.random_range(1..=(style.width - x).min(most));
            let height = self.rng.random_range(1..=(style.height - y).min(most));
            rects.push((x, y, width, height));
        }
        rects
    }
}
