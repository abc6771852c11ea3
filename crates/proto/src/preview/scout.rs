//! Asks a compositor for a [`Preview`], and notices when that is no longer true.
//!
//! Bytes in, bytes out; it binds what greets, and makes nothing else. Invariants: whatever comes, the answer is a
//! [`State`]; memory is bounded by what a preview may hold.

use std::collections::BTreeMap;

use super::{EVENTS_MAX, Event, GLOBALS_MAX, GREETERS, Global, Preview};
use crate::handlers::{admitted, linux_clock};
use crate::wayland::{Args, Builder, Form, Header, Interface, ObjectId, Stream, Way, by_name};

const REGISTRY: ObjectId = ObjectId(2);
const FIRST: ObjectId = ObjectId(3);

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The compositor has not said everything yet.
    Asking,
    /// The preview is whole, and true as far as anybody knows.
    Known,
    /// It is of no use: the compositor has changed something, or does not speak Wayland.
    Stale,
}

/// What one object greets.
#[derive(Clone, Copy, Debug)]
enum Purpose {
    /// The global at this place, by itself.
    Greeting(usize),
    /// The output at this place, by its `zxdg_output_v1`.
    Logical(usize),
}

/// See the module.
#[derive(Debug)]
pub struct Scout {
    input: Stream,
    output: Vec<u8>,
    preview: Preview,
    /// What was bound.
    bound: BTreeMap<ObjectId, (&'static Interface, Purpose)>,
    /// The callback that says that everything was said.
    last: ObjectId,
    state: State,
    clocks: Vec<(u32, u32)>,
}

impl Scout {
    /// One that has not asked yet. `clocks` as in [`crate::engine::Config::clocks`].
    pub fn new(clocks: Vec<(u32, u32)>) -> Self {
        let mut scout = Self {
            input: Stream::new(Form::Program),
            output: Vec::new(),
            preview: Preview::default(),
            bound: BTreeMap::new(),
            last: FIRST,
            state: State::Asking,
            clocks,
        };
        scout.request(ObjectId::DISPLAY, "wl_display", "get_registry", |it| it.new_id(REGISTRY));
        scout.request(ObjectId::DISPLAY, "wl_display", "sync", |it| it.new_id(FIRST));
        scout
    }

    /// What to tell the compositor now.
    pub fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.output)
    }

    /// What the compositor said.
    pub fn on_bytes(&mut self, bytes: &[u8]) {
        self.input.push(bytes);
        while self.state != State::Stale {
            match self.input.next() {
                Ok(Some((header, message))) => {
                    if self.on_event(header, &message).is_none() {
                        self.state = State::Stale;
                    }
                }
                Ok(None) => return,
                Err(_) => self.state = State::Stale,
            }
        }
    }

    /// The compositor says nothing any more.
    pub fn on_closed(&mut self) {
        self.state = State::Stale;
    }

    /// How far it is.
    pub fn state(&self) -> State {
        self.state
    }

    /// What was found, if it is of use.
    pub fn preview(&self) -> Option<&Preview> {
        (self.state == State::Known).then_some(&self.preview)
    }

    /// `None`: this makes the preview useless.
    fn on_event(&mut self, header: Header, message: &[u8]) -> Option<()> {
        let id = header.object;
        if id == ObjectId::DISPLAY {
            let (delete, _) = by_name(b"wl_display")?.find(Way::Event, "delete_id")?;
            return (header.opcode == delete).then_some(());
        }
        // Once it is known, every word is a change.
        if self.state != State::Asking {
            return None;
        }
        if id == self.last {
            match id {
                FIRST => self.ask_for_greetings(),
                _ => self.state = State::Known,
            }
            return Some(());
        }
        if id == REGISTRY {
            return self.on_global(header, message);
        }
        let (interface, purpose) = *self.bound.get(&id)?;
        let event = self.canonical(interface, Event::of(interface, message)?)?;
        let events = match purpose {
            Purpose::Greeting(at) => &mut self.preview.globals.get_mut(at)?.greeting,
            Purpose::Logical(at) => &mut self.preview.globals.get_mut(at)?.logical,
        };
        events.push(event);
        (events.len() <= EVENTS_MAX).then_some(())
    }

    /// Clocks are told by the numbers that Linux has for them.
    fn canonical(&self, interface: &Interface, event: Event) -> Option<Event> {
        match interface.name {
            "wp_presentation" => {
                let local = *event.0.get(1)?;
                Some(Event(vec![event.0[0], linux_clock(&self.clocks, local)]))
            }
            _ => Some(event),
        }
    }

    fn on_global(&mut self, header: Header, message: &[u8]) -> Option<()> {
        let signature = by_name(b"wl_registry")?.message(Way::Event, header.opcode)?;
        let args = Args::parse(signature, message.get(Header::SIZE..)?).ok()?;
        // Not one that comes or goes in between.
        if signature.name != "global" || self.last != FIRST || self.preview.globals.len() >= GLOBALS_MAX {
            return None;
        }
        let (name, version) = (args.uint(0).ok()?, args.uint(2).ok()?);
        let Ok(interface) = std::str::from_utf8(args.str(1).ok()??) else { return Some(()) };
        if let Some(version) = admitted(interface.as_bytes(), version) {
            let interface = interface.to_string();
            self.preview.globals.push(Global { name, interface, version, ..Global::default() });
        }
        Some(())
    }

    /// Binds whatever greets. Ids are used without gaps, as libwayland wants it.
    fn ask_for_greetings(&mut self) {
        let mut next = FIRST.0;
        let mut outputs = Vec::new();
        let mut manager = None;
        for at in 0..self.preview.globals.len() {
            let global = &self.preview.globals[at];
            let is_manager = global.interface == "zxdg_output_manager_v1";
            if !is_manager && !GREETERS.contains(&global.interface.as_str()) {
                continue;
            }
            let Some(interface) = by_name(global.interface.as_bytes()) else { continue };
            next += 1;
            let id = ObjectId(next);
            let (name, version) = (global.name, global.version.min(interface.version));
            self.request(REGISTRY, "wl_registry", "bind", |it| {
                it.uint(name).str(interface.name.as_bytes()).uint(version).new_id(id)
            });
            match interface.name {
                "wl_output" => outputs.push((id, at)),
                "zxdg_output_manager_v1" => manager = Some(id),
                _ => {}
            }
            self.bound.insert(id, (interface, Purpose::Greeting(at)));
        }
        if let (Some(manager), Some(interface)) = (manager, by_name(b"zxdg_output_v1")) {
            for (output, at) in outputs {
                next += 1;
                let id = ObjectId(next);
                self.request(manager, "zxdg_output_manager_v1", "get_xdg_output", |it| {
                    it.new_id(id).object(output)
                });
                self.bound.insert(id, (interface, Purpose::Logical(at)));
            }
        }
        self.last = ObjectId(next + 1);
        let last = self.last;
        self.request(ObjectId::DISPLAY, "wl_display", "sync", |it| it.new_id(last));
    }

    fn request(
        &mut self,
        object: ObjectId,
        interface: &str,
        request: &str,
        args: impl FnOnce(Builder) -> Builder,
    ) {
        let opcode = by_name(interface.as_bytes()).and_then(|it| it.find(Way::Request, request));
        let Some((opcode, _)) = opcode else { return };
        if let Ok(bytes) = args(Builder::new(object, opcode)).finish(Form::Program, 0) {
            self.output.extend_from_slice(&bytes);
        }
    }
}
