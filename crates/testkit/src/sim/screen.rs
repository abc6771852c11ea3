//! The simulated screen: a compositor that answers every request in its own time.
//!
//! Invariants: it sends `delete_id` only after a destroy request or a destructor event, and one release for
//! each commit that showed a buffer; it writes down every event for the checker.

use std::collections::BTreeMap;
use std::rc::Rc;

use farway_proto::preview::{Event, Global, Preview};
use farway_proto::wayland::{Builder, Form, ObjectId, Way as Direction, by_name};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use super::app::Way;
use super::checker::{Checker, Rewrite, Sent, Snapshot, To, Token};
use super::kernel::{Fd, File, Kernel, ReadEnd, WriteEnd};
use super::party::{Party, move_ends};
use super::problem::Problem;
use super::wire::Socket;

mod act;
mod requests;

/// What is to become of a global on its way.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Same,
    Capped(u32),
    Hidden,
}

/// What it advertises. The fates are those of wayland-handling.md 1.3.
const GLOBALS: [(&str, u32, Fate); 24] = [
    ("wl_compositor", 6, Fate::Same),
    ("zwp_linux_dmabuf_v1", 5, Fate::Hidden),
    ("wl_shm", 3, Fate::Capped(2)),
    ("wl_drm", 2, Fate::Hidden),
    ("wl_seat", 9, Fate::Same),
    ("wl_output", 4, Fate::Same),
    ("wl_subcompositor", 1, Fate::Same),
    ("wl_data_device_manager", 3, Fate::Same),
    ("wp_presentation", 1, Fate::Same),
    ("wp_linux_drm_syncobj_manager_v1", 1, Fate::Hidden),
    ("wp_viewporter", 1, Fate::Same),
    ("xdg_wm_base", 6, Fate::Same),
    ("xdg_toplevel_icon_manager_v1", 1, Fate::Same),
    ("wp_commit_timing_manager_v1", 1, Fate::Same),
    ("zwlr_screencopy_manager_v1", 4, Fate::Capped(3)),
    ("zwlr_gamma_control_manager_v1", 1, Fate::Same),
    ("zwp_virtual_keyboard_manager_v1", 1, Fate::Same),
    ("zwp_primary_selection_device_manager_v1", 1, Fate::Same),
    ("zwp_linux_explicit_synchronization_v1", 2, Fate::Hidden),
    ("wp_security_context_manager_v1", 1, Fate::Hidden),
    ("zwlr_export_dmabuf_manager_v1", 1, Fate::Hidden),
    ("wp_drm_lease_device_v1", 1, Fate::Hidden),
    ("ext_image_copy_capture_manager_v1", 2, Fate::Capped(1)),
    ("zunknown_thing_v1", 77, Fate::Same),
];

/// A global of [`preview`] that nobody has.
pub const NOBODY: u32 = 99;

/// What a scout would have found, with what may be wrong of it: one global that is not there, one that is not known.
pub fn preview(rng: &mut SmallRng, clock: u32) -> Preview {
    let said = |interface: &str, event: &str, build: &dyn Fn(Builder) -> Builder| {
        let interface = by_name(interface.as_bytes())?;
        let message = build(Builder::new(ObjectId(2), interface.find(Direction::Event, event)?.0));
        Event::of(interface, &message.finish(Form::Program, 0).ok()?)
    };
    let devices = if rng.random_bool(0.2) { 1 } else { 3 };
    let mut globals = Vec::new();
    for (name, (interface, version, fate)) in GLOBALS.into_iter().enumerate() {
        let version = match fate {
            Fate::Hidden => continue,
            Fate::Capped(cap) => cap,
            Fate::Same => version,
        };
        let greeting = match interface {
            "wl_shm" => {
                vec![said(interface, "format", &|it| it.uint(0)), said(interface, "format", &|it| it.uint(1))]
            }
            // Sometimes it has changed since.
            "wl_seat" => vec![said(interface, "capabilities", &|it| it.uint(devices))],
            "wl_output" => vec![said(interface, "scale", &|it| it.int(1)), said(interface, "done", &|it| it)],
            "wp_presentation" => vec![said(interface, "clock_id", &|it| it.uint(clock))],
            _ => Vec::new(),
        };
        let greeting = greeting.into_iter().flatten().collect();
        globals.push(Global {
            name: name as u32,
            interface: interface.into(),
            version,
            greeting,
            ..Global::default()
        });
    }
    if rng.random_bool(0.3) {
        globals.remove(rng.random_range(0..globals.len()));
    }
    if rng.random_bool(0.3) {
        let at = rng.random_range(0..globals.len());
        globals.push(Global { name: NOBODY, ..globals[at].clone() });
    }
    Preview { globals }.checked()
}

/// Something that it will do, not necessarily soon.
#[derive(Debug)]
enum Duty {
    Release(u32, u64, Held),
    Done(u32),
    Presented(u32),
    Ready(u32, Picture),
    Keymap(u32),
    Delete(u32),
}

/// What a buffer was when the screen got it to show.
#[derive(Debug)]
struct Held {
    /// When that was said, at the earliest.
    since: u64,
    /// Its pixels, if they must stay as they are: it was attached anew, and nothing else was to be released.
    pixels: Option<Snapshot>,
}

/// A buffer as the screen knows it.
#[derive(Clone, Debug)]
struct Picture {
    file: Rc<File>,
    spans: Vec<(usize, usize)>,
    serial: u64,
}

/// See the module.
#[derive(Debug)]
pub struct Screen {
    rng: SmallRng,
    kernel: Rc<Kernel>,
    way: Way,
    party: Party,
    /// To its half of the proxy.
    pub out: Socket,
    registries: Vec<u32>,
    duties: Vec<Duty>,
    pools: BTreeMap<u32, Rc<File>>,
    buffers: BTreeMap<u32, Picture>,
    /// What is attached, by surface, and whether that is new.
    surfaces: BTreeMap<u32, (Option<u32>, bool)>,
    next_serial: u64,
    next_server_id: u32,
    free_server_ids: Vec<u32>,
    readers: Vec<(ReadEnd, usize)>,
    writers: Vec<(WriteEnd, usize)>,
    /// Commits that it saw.
    pub commits: u64,
    /// Captures that it made.
    pub captures: u64,
    /// It says nothing on its own any more.
    pub quiet: bool,
    /// Nanoseconds since the start.
    pub time: u64,
    /// When it had heard everything that was said.
    pub heard: u64,
    /// Buffers that were looked at before they were released.
    pub held: u64,
    /// One of them had changed.
    pub overwritten: Option<Problem>,
}

impl Screen {
    /// A screen to which somebody has just connected.
    pub fn new(seed: u64, kernel: Rc<Kernel>, way: Way) -> Self {
        Self {
            rng: SmallRng::seed_from_u64(seed),
            kernel,
            way,
            party: Party::new(To::Screen),
            out: Socket::default(),
            registries: Vec::new(),
            duties: Vec::new(),
            pools: BTreeMap::new(),
            buffers: BTreeMap::new(),
            surfaces: BTreeMap::new(),
            next_serial: 0,
            next_server_id: 0xff00_0000,
            free_server_ids: Vec::new(),
            readers: Vec::new(),
            writers: Vec::new(),
            commits: 0,
            captures: 0,
            quiet: false,
            time: 0,
            heard: 0,
            held: 0,
            overwritten: None,
        }
    }

    fn event(&mut self, checker: &mut Checker, id: u32, name: &str, build: impl FnOnce(Builder) -> Builder) {
        self.event_with(checker, id, name, build, Vec::new(), Rewrite::Same, None);
    }

    #[allow(clippy::too_many_arguments)] // each is a column of the same table
    fn event_with(
        &mut self,
        checker: &mut Checker,
        id: u32,
        name: &str,
        build: impl FnOnce(Builder) -> Builder,
        fds: Vec<(Fd, Token)>,
        rewrite: Rewrite,
        pixels: Option<Snapshot>,
    ) {
        let Some((builder, what)) = self.party.message(id, name) else { return };
        let Ok(bytes) = build(builder).finish(Form::Program, 0) else { return };
        let (fds, tokens): (Vec<Fd>, Vec<Token>) = fds.into_iter().unzip();
        self.out.send(&bytes, fds);
        checker.sent(To::App, Sent { what, bytes, tokens, rewrite, pixels });
    }

    fn delete(&mut self, checker: &mut Checker, id: u32) {
        self.event(checker, 1, "delete_id", |it| it.uint(id));
    }

    fn advertise(&mut self, checker: &mut Checker, registry: u32, name: u32) {
        let Some((interface, version, fate)) = GLOBALS.get(name as usize % 100).copied() else { return };
        let text = interface.as_bytes();
        let build = |it: Builder, version| it.uint(name).str(text).uint(version);
        let rewrite = match fate {
            Fate::Same => Rewrite::Same,
            Fate::Hidden => Rewrite::Gone,
            Fate::Capped(cap) => {
                let message = self.party.message(registry, "global");
                let into = message.and_then(|(it, _)| build(it, cap).finish(Form::Program, 0).ok());
                into.map_or(Rewrite::Same, Rewrite::Into)
            }
        };
        self.event_with(checker, registry, "global", |it| build(it, version), Vec::new(), rewrite, None);
    }

    /// A new object of its own.
    fn server_object(&mut self, interface: &str) -> u32 {
        let id = self.free_server_ids.pop().unwrap_or_else(|| {
            self.next_server_id += 1;
            self.next_server_id - 1
        });
        if let Some(interface) = by_name(interface.as_bytes()) {
            self.party.objects.insert(id, interface);
        }
        id
    }

    fn all(&self, interface: &str) -> Vec<u32> {
        self.party.objects.iter().filter(|(_, it)| it.name == interface).map(|(id, _)| *id).collect()
    }

    /// Bytes and descriptors arrived.
    ///
    /// # Errors
    /// Not those that had to.
    pub fn get(&mut self, checker: &mut Checker, bytes: &[u8], fds: Vec<Fd>) -> Result<(), Problem> {
        self.party.push(bytes, fds);
        while let Some(request) = self.party.next(checker)? {
            self.request(checker, request);
        }
        Ok(())
    }

    /// Descriptors that came without messages.
    pub fn loose_fds(&self) -> usize {
        self.party.loose()
    }

    /// It gave up.
    pub fn is_lost(&self) -> bool {
        self.party.lost
    }

    /// Closes its ends of pipes.
    pub fn tear_down(&mut self) {
        self.readers.clear();
        self.writers.clear();
    }

    /// Moves bytes through its ends of pipes; true if any moved.
    pub fn pipes(&mut self) -> bool {
        move_ends(&mut self.rng, &mut self.readers, &mut self.writers)
    }
}
