//! A client that carries out a script, and sees to it that it gets everything that it is owed.
//!
//! Invariant: what it says depends on the script alone, but for ids and serials; when it says it depends on what has
//! arrived.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use farway_proto::wayland::{Builder, Form, ObjectId, by_name};

use super::script::{Action, Rect};
use crate::sim::checker::{Checker, To};
use crate::sim::kernel::{Fd, File, Kernel};
use crate::sim::party::{Party, Received};
use crate::sim::problem::Problem;
use crate::sim::style::Style;
use crate::sim::wire::Socket;

mod act;

/// Devices of a seat: bit of `wl_seat.capability`, interface, request.
const DEVICES: [(u32, &str, &str); 2] =
    [(1, "wl_pointer", "get_pointer"), (2, "wl_keyboard", "get_keyboard")];

/// What became of the action that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It was carried out.
    Done,
    /// It waits for this.
    Wait(&'static str),
    /// It is a rest: whoever moves the world says when it is over.
    Rest,
    /// There is none.
    End,
}

/// A question whether everything so far was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Round {
    None,
    /// Asked, with this callback.
    Under(u32),
    /// Answered.
    Over,
}

/// Memory of a buffer.
#[derive(Debug)]
struct Place {
    pool: usize,
    file: Rc<File>,
    style: Style,
    offset: usize,
    stride: usize,
}

/// What a surface shows after its next commit.
#[derive(Debug)]
struct Picture {
    style: Style,
    bytes: Vec<u8>,
}

/// See the module.
#[derive(Debug)]
pub struct Client {
    kernel: Rc<Kernel>,
    party: Party,
    blind: Checker,
    /// To the compositor, or to its half of the proxy.
    pub out: Socket,
    script: Rc<Vec<Action>>,
    /// The action that is due.
    pub at: usize,
    next_id: u32,
    free: Vec<u32>,
    /// Objects by interface and number of the script.
    names: BTreeMap<(&'static str, usize), u32>,
    /// Names of globals, and their versions.
    globals: BTreeMap<String, Vec<(u32, u32)>>,
    /// Ids that wait for `delete_id`.
    zombies: BTreeSet<u32>,
    /// Callbacks, feedbacks: the surface that they were asked of, or none.
    owed: BTreeMap<u32, Option<usize>>,
    /// Buffers that the compositor holds.
    busy: BTreeSet<usize>,
    /// Serials of configures that were not acknowledged, by the xdg_surface.
    serials: BTreeMap<u32, u32>,
    pools: BTreeMap<usize, Rc<File>>,
    places: BTreeMap<usize, Place>,
    pictures: BTreeMap<usize, Picture>,
    roundtrip: Round,
    greeted: u32,
    /// What the seat has: `wl_seat.capability`.
    devices: u32,
    /// Keymaps that came, and were not looked at.
    pub keymaps: Vec<Vec<u8>>,
    /// Frame callbacks that were answered.
    pub frames: u64,
    /// Presentations that were told.
    pub presented: u64,
}

impl Client {
    /// A client that has just connected.
    pub fn new(kernel: Rc<Kernel>, script: Rc<Vec<Action>>) -> Self {
        let mut blind = Checker::default();
        blind.blind = true;
        Self {
            kernel,
            party: Party::new(To::App),
            blind,
            out: Socket::default(),
            script,
            at: 0,
            next_id: 2,
            free: Vec::new(),
            names: BTreeMap::new(),
            globals: BTreeMap::new(),
            zombies: BTreeSet::new(),
            owed: BTreeMap::new(),
            busy: BTreeSet::new(),
            serials: BTreeMap::new(),
            pools: BTreeMap::new(),
            places: BTreeMap::new(),
            pictures: BTreeMap::new(),
            roundtrip: Round::None,
            greeted: 0,
            devices: 0,
            keymaps: Vec::new(),
            frames: 0,
            presented: 0,
        }
    }

    /// A rest is over.
    pub fn rested(&mut self) {
        self.at += 1;
    }

    fn id(&self, interface: &'static str, number: usize) -> u32 {
        self.names.get(&(interface, number)).copied().unwrap_or(0)
    }

    /// Sends a request.
    fn say(&mut self, id: u32, name: &str, build: impl FnOnce(Builder) -> Builder) {
        self.say_with(id, name, None, build);
    }

    fn say_with(&mut self, id: u32, name: &str, fd: Option<Fd>, build: impl FnOnce(Builder) -> Builder) {
        let Some((builder, _)) = self.party.message(id, name) else {
            debug_assert!(false, "no request {name} of {id} ({})", self.party.kind(id));
            return;
        };
        if let Ok(bytes) = build(builder).finish(Form::Program, 0) {
            self.out.send(&bytes, fd);
        }
    }

    fn fresh(&mut self, interface: &str) -> u32 {
        let id = self.free.pop().unwrap_or_else(|| {
            self.next_id += 1;
            self.next_id - 1
        });
        if let Some(interface) = by_name(interface.as_bytes()) {
            self.party.objects.insert(id, interface);
        }
        id
    }

    /// Sends a request that makes an object with a name.
    fn make(
        &mut self,
        (interface, number): (&'static str, usize),
        from: u32,
        request: &str,
        build: impl FnOnce(Builder, ObjectId) -> Builder,
    ) -> u32 {
        let id = self.fresh(interface);
        self.names.insert((interface, number), id);
        self.say(from, request, |it| build(it, ObjectId(id)));
        id
    }

    /// Destroys an object that has a name, if it is there.
    fn end(&mut self, interface: &'static str, number: usize) {
        if let Some(id) = self.names.remove(&(interface, number)) {
            let request = if DEVICES.iter().any(|it| it.1 == interface) { "release" } else { "destroy" };
            self.say(id, request, |it| it);
            self.zombies.insert(id);
            self.serials.remove(&id);
        }
    }

    /// The object of a global, bound when it is needed first.
    fn global(&mut self, interface: &'static str, at: usize) -> u32 {
        if let Some(id) = self.names.get(&(interface, at)) {
            return *id;
        }
        let Some((name, version)) = self.globals.get(interface).and_then(|it| it.get(at)).copied() else {
            debug_assert!(false, "no global {interface}");
            return 0;
        };
        self.make((interface, at), 2, "bind", |it, id| {
            it.uint(name).str(interface.as_bytes()).uint(version).new_id(id)
        })
    }

    /// A region of these rectangles, for as long as `then` needs it.
    fn with_region(&mut self, rects: &Option<Vec<Rect>>, then: impl FnOnce(&mut Self, ObjectId)) {
        let Some(rects) = rects else { return then(self, ObjectId(0)) };
        let compositor = self.global("wl_compositor", 0);
        let region = self.make(("wl_region", 0), compositor, "create_region", |it, id| it.new_id(id));
        for (x, y, width, height) in rects {
            self.say(region, "add", |it| it.int(*x).int(*y).int(*width).int(*height));
        }
        then(self, ObjectId(region));
        self.end("wl_region", 0);
    }

    /// Bytes and descriptors have arrived.
    ///
    /// # Errors
    /// Something came that had not to, or twice.
    pub fn get(&mut self, bytes: &[u8], fds: Vec<Fd>) -> Result<(), Problem> {
        self.party.push(bytes, fds);
        while let Some(event) = self.party.next(&mut self.blind)? {
            self.event(&event)?;
        }
        if self.party.lost {
            return Err(Problem::Lost { what: "the sense of a message", count: 1 });
        }
        Ok(())
    }

    fn event(&mut self, event: &Received) -> Result<(), Problem> {
        let id = event.id;
        match event.name() {
            ("wl_display", "delete_id") => return self.deleted(event.number(0)),
            ("wl_display", "error") => {
                let text = event.args().and_then(|args| args.str(2).ok().flatten().map(<[u8]>::to_vec));
                let text = String::from_utf8_lossy(&text.unwrap_or_default()).into_owned();
                return Err(Problem::Refused { object: self.party.kind(event.number(0)), text });
            }
            ("wl_registry", "global") => {
                let name = event.args().and_then(|args| args.str(1).ok().flatten().map(<[u8]>::to_vec));
                let interface = String::from_utf8_lossy(&name.unwrap_or_default()).into_owned();
                self.globals.entry(interface).or_default().push((event.number(0), event.number(2)));
            }
            ("wl_callback", "done") => {
                self.frames += u64::from(self.owed.get(&id).is_some_and(Option::is_some));
                return self.answered(id, "an answer of a callback");
            }
            ("wp_presentation_feedback", "presented") => {
                self.presented += 1;
                return self.answered(id, "an answer of a feedback");
            }
            ("wp_presentation_feedback", "discarded") => {
                return self.answered(id, "an answer of a feedback");
            }
            ("wl_buffer", "release") => {
                let buffer = self.names.iter().find(|(name, it)| name.0 == "wl_buffer" && **it == id);
                if let Some(((_, number), _)) = buffer {
                    if !self.busy.remove(number) {
                        return Err(Problem::Duty("a release", id));
                    }
                }
            }
            ("xdg_surface", "configure") if !self.zombies.contains(&id) => {
                self.serials.insert(id, event.number(0));
            }
            ("wl_keyboard", "keymap") => {
                if let Some(Fd::File(file)) = event.fds.first() {
                    self.keymaps.push(file.read(0, event.number(2) as usize));
                }
            }
            ("wl_seat", "capabilities") => self.devices = event.number(0),
            ("xdg_wm_base", "ping") => {
                let serial = event.number(0);
                self.say(id, "pong", |it| it.uint(serial));
            }
            _ => {}
        }
        Ok(())
    }

    fn answered(&mut self, id: u32, what: &'static str) -> Result<(), Problem> {
        if self.owed.remove(&id).is_none() {
            return Err(Problem::Duty(what, id));
        }
        if self.roundtrip == Round::Under(id) {
            self.roundtrip = Round::Over;
        }
        self.zombies.insert(id);
        Ok(())
    }

    fn deleted(&mut self, id: u32) -> Result<(), Problem> {
        let of_dead = |surface: usize| !self.names.contains_key(&("wl_surface", surface));
        let unanswered = self.owed.get(&id).copied().flatten().is_some_and(of_dead)
            && self.party.kind(id) == "wl_callback";
        if unanswered {
            self.owed.remove(&id);
        } else if !self.zombies.remove(&id) {
            return Err(Problem::Duty("the end of an id", id));
        }
        self.party.objects.remove(&id);
        self.free.push(id);
        Ok(())
    }

    /// Compares all buffers that the compositor holds with what `read` gives of them: pool, position, length.
    ///
    /// # Errors
    /// They differ.
    pub fn compare(&self, read: impl Fn(usize, usize, usize) -> Option<Vec<u8>>) -> Result<(), Problem> {
        for place in self.busy.iter().filter_map(|buffer| self.places.get(buffer)) {
            for (at, len) in place.style.rows(place.stride) {
                let at = place.offset + at;
                let expected = place.file.read(at, len);
                let Some(got) = read(place.pool, at, len) else {
                    return Err(Problem::WrongFd("wl_shm.create_pool"));
                };
                if let Some(n) = got.iter().zip(&expected).position(|(a, b)| a != b) {
                    let (got, expected) = (got[n], expected[n]);
                    return Err(Problem::Pixels { what: "a buffer at rest", at: at + n, got, expected });
                }
            }
        }
        Ok(())
    }

    /// Everything that it has destroyed is gone, and it is owed nothing.
    ///
    /// # Errors
    /// It is.
    pub fn is_settled(&self) -> Result<(), Problem> {
        let alive = |buffer: &&usize| self.names.contains_key(&("wl_buffer", **buffer));
        let lists = [
            ("answers of callbacks and feedbacks", self.owed.len()),
            ("ends of ids", self.zombies.len()),
            ("releases", self.busy.iter().filter(alive).count()),
            ("messages of descriptors", self.party.loose()),
        ];
        match lists.into_iter().find(|(_, count)| *count > 0) {
            Some((what, count)) => Err(Problem::Lost { what, count }),
            None => Ok(()),
        }
    }
}
