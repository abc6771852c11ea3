//! Answers an application's first questions at once, from a [`Preview`], instead of a round trip later.
//!
//! The requests go on to the compositor all the same, and it answers them: what was said already is taken out of its
//! answers. Not for what a preview cannot know: with the first request that may have other consequences, it is over.
//! Invariants: what the application hears is what the compositor says, some of it earlier, and whatever turned out
//! wrong is put right by the compositor's own words; what is kept is bounded.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::Engine;
use super::fault::Fault;
use crate::ids::Role;
use crate::preview::{Event, Preview};
use crate::wayland::{Args, Builder, Form, Header, ObjectId, Signature, Way, by_name};

/// Objects that may be answered for. No application asks for so many outputs before it does anything else.
const MOST: usize = 256;

/// Registries that are answered: each costs a copy of all names.
const REGISTRIES: usize = 16;

/// Requests after which the compositor says nothing, as long as no surface of the application is shown.
const SILENT: &[(&str, &str)] = &[
    ("gtk_primary_selection_device_manager", "get_device"),
    ("wl_compositor", "create_region"),
    ("wl_compositor", "create_surface"),
    ("wl_data_device_manager", "get_data_device"),
    ("wl_region", "add"),
    ("wl_region", "destroy"),
    ("wl_region", "subtract"),
    ("wl_seat", "get_pointer"),
    ("wl_seat", "get_touch"),
    ("wl_shm", "create_pool"),
    ("wl_shm_pool", "create_buffer"),
    ("wl_shm_pool", "destroy"),
    ("wl_shm_pool", "resize"),
    ("wp_cursor_shape_manager_v1", "get_pointer"),
    ("wp_viewporter", "get_viewport"),
    ("zwp_pointer_gestures_v1", "get_hold_gesture"),
    ("zwp_pointer_gestures_v1", "get_pinch_gesture"),
    ("zwp_pointer_gestures_v1", "get_swipe_gesture"),
    ("zwp_primary_selection_device_manager_v1", "get_device"),
    ("zwp_relative_pointer_manager_v1", "get_relative_pointer"),
    ("zwp_text_input_manager_v3", "get_text_input"),
];

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Early {
    /// Nothing once it is over.
    preview: Option<Arc<Preview>>,
    /// What was said for the compositor, and has not come from it.
    said: BTreeMap<ObjectId, Said>,
    /// Callbacks that will tell that the compositor has answered everything before them.
    syncs: VecDeque<Sync>,
    registries: usize,
    /// Outputs that were bound, and their globals.
    outputs: BTreeMap<ObjectId, u32>,
    /// `zxdg_output_manager_v1` objects and their versions.
    managers: BTreeMap<ObjectId, u32>,
    /// Numbers what was said.
    clock: u64,
}

/// Said for one object.
#[derive(Debug)]
struct Said {
    at: u64,
    messages: VecDeque<Vec<u8>>,
    /// For a registry: the globals, by what announced them. They may come in any order.
    globals: BTreeMap<Vec<u8>, u32>,
}

#[derive(Debug)]
struct Sync {
    callback: ObjectId,
    at: u64,
    /// The application has been answered.
    answered: bool,
}

/// What an event from the channel is, to us.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Heard {
    /// The application knows it already.
    pub known: bool,
    /// To be said with it: globals that were announced and are not there.
    pub more: Vec<Vec<u8>>,
}

impl Early {
    pub fn new(role: Role, preview: Option<&Arc<Preview>>) -> Self {
        Self { preview: preview.filter(|_| role == Role::App).cloned(), ..Self::default() }
    }

    /// A request has gone to the compositor. What to tell the application at once.
    fn on_request(
        &mut self,
        interface: &'static str,
        signature: &'static Signature,
        header: Header,
        message: &[u8],
    ) -> Vec<Vec<u8>> {
        let body = message.get(Header::SIZE..).unwrap_or_default();
        let args = Args::parse(signature, body).ok();
        let answer = args.and_then(|args| match (interface, signature.name) {
            ("wl_display", "sync") => Some(self.on_sync(args.new_id(0).ok()?.id)),
            ("wl_display", "get_registry") => self.on_registry(args.new_id(0).ok()?.id),
            ("wl_registry", "bind") => self.on_bind(&args),
            ("zxdg_output_manager_v1", "get_xdg_output") => {
                self.on_logical(header.object, args.new_id(0).ok()?.id, args.object(1).ok()?)
            }
            _ => SILENT.contains(&(interface, signature.name)).then(Vec::new),
        });
        if answer.is_none() || self.said.len() > MOST {
            self.preview = None;
        }
        answer.unwrap_or_default()
    }

    fn on_sync(&mut self, callback: ObjectId) -> Vec<Vec<u8>> {
        if self.syncs.len() >= MOST {
            self.preview = None;
        }
        let answered = self.preview.is_some();
        if answered || self.syncs.len() < MOST {
            self.syncs.push_back(Sync { callback, at: self.clock, answered });
        }
        let done = Builder::new(callback, 0).uint(0).finish(Form::Program, 0);
        done.ok().filter(|_| answered).into_iter().collect()
    }

    fn on_registry(&mut self, registry: ObjectId) -> Option<Vec<Vec<u8>>> {
        self.registries += 1;
        let preview = self.preview.clone().filter(|_| self.registries <= REGISTRIES)?;
        let announced = |it: &crate::preview::Global| Some((it.announcement(registry)?, it.name));
        let globals: Vec<(Vec<u8>, u32)> = preview.globals.iter().filter_map(announced).collect();
        let messages = globals.iter().map(|(message, _)| message.clone()).collect();
        self.say(registry, VecDeque::new(), globals.into_iter().collect());
        Some(messages)
    }

    fn on_bind(&mut self, args: &Args<'_>) -> Option<Vec<Vec<u8>>> {
        let preview = self.preview.clone()?;
        let new = args.new_id(1).ok()?;
        let (interface, version) = new.named?;
        let global = preview.find(args.uint(0).ok()?)?;
        if global.interface.as_bytes() != interface || version == 0 || version > global.version {
            return None;
        }
        match interface {
            b"wl_output" => drop(self.outputs.insert(new.id, global.name)),
            b"zxdg_output_manager_v1" => drop(self.managers.insert(new.id, version)),
            _ => {}
        }
        Some(self.greet(new.id, global.greeting(version)?))
    }

    fn on_logical(&mut self, manager: ObjectId, new: ObjectId, output: ObjectId) -> Option<Vec<Vec<u8>>> {
        /// From this version on, the output's own `done` stands for this one's, which is said no more.
        const WITHOUT_DONE: u32 = 3;
        let preview = self.preview.clone()?;
        let version = *self.managers.get(&manager)?;
        let mut events = preview.find(*self.outputs.get(&output)?)?.logical(version)?;
        let done = by_name(b"zxdg_output_v1").and_then(|it| it.find(Way::Event, "done"))?.0;
        let bare = Event::bare(done);
        if version < WITHOUT_DONE && !events.contains(&&bare) {
            events.push(&bare);
        }
        Some(self.greet(new, events))
    }

    fn greet(&mut self, object: ObjectId, events: Vec<&Event>) -> Vec<Vec<u8>> {
        let messages: Vec<Vec<u8>> = events.into_iter().map(|event| event.message(object)).collect();
        self.say(object, messages.iter().cloned().collect(), BTreeMap::new());
        messages
    }

    fn say(&mut self, object: ObjectId, messages: VecDeque<Vec<u8>>, globals: BTreeMap<Vec<u8>, u32>) {
        if messages.is_empty() && globals.is_empty() {
            return;
        }
        self.clock += 1;
        self.said.insert(object, Said { at: self.clock, messages, globals });
    }

    /// An event has come from the compositor.
    pub fn on_event(&mut self, header: Header, message: &[u8]) -> Heard {
        if self.said.is_empty() && self.syncs.is_empty() {
            return Heard::default();
        }
        if header.object == ObjectId::DISPLAY {
            // Of an object whose id may be another's from now on, or an error.
            let id =
                message.get(Header::SIZE..).and_then(<[u8]>::first_chunk).map(|it| u32::from_le_bytes(*it));
            id.and_then(|id| self.said.remove(&ObjectId(id)));
            return Heard::default();
        }
        if let Some(at) = self.syncs.iter().position(|sync| sync.callback == header.object) {
            return self.on_done(at);
        }
        let Some(said) = self.said.get_mut(&header.object) else { return Heard::default() };
        if said.globals.remove(message).is_some() {
            return Heard { known: true, more: Vec::new() };
        }
        let known = said.messages.front().is_some_and(|next| next == message);
        if known {
            said.messages.pop_front();
        } else {
            // It says something else: from here on, everything is to be heard.
            said.messages.clear();
        }
        if said.messages.is_empty() && said.globals.is_empty() {
            self.said.remove(&header.object);
        }
        Heard { known, more: Vec::new() }
    }

    /// The compositor has answered everything before this sync: what it did not say is not so.
    fn on_done(&mut self, at: usize) -> Heard {
        let Some(sync) = self.syncs.remove(at) else { return Heard::default() };
        let mut more = Vec::new();
        let removed = by_name(b"wl_registry").and_then(|it| it.find(Way::Event, "global_remove"));
        self.said.retain(|registry, said| {
            if said.at > sync.at {
                return true;
            }
            let remove =
                |name: &u32| Builder::new(*registry, removed?.0).uint(*name).finish(Form::Program, 0).ok();
            more.extend(said.globals.values().filter_map(remove));
            false
        });
        Heard { known: sync.answered, more }
    }
}

impl Engine {
    /// Tells the application what is known already, after one of its requests has been forwarded.
    pub(super) fn answer_early(&mut self, header: Header, message: &[u8]) -> Result<(), Fault> {
        if self.early.preview.is_none() && self.early.said.is_empty() {
            return Ok(());
        }
        let known = self.state.objects.get(header.object).map(|object| object.interface);
        let Some((interface, signature)) =
            known.and_then(|it| Some((it, it.message(Way::Request, header.opcode)?)))
        else {
            self.early.preview = None;
            return Ok(());
        };
        let answers = self.early.on_request(interface.name, signature, header, message);
        self.inject_events(&answers)
    }

    /// Treats events as if they had come from the compositor now.
    pub(super) fn inject_events(&mut self, messages: &[Vec<u8>]) -> Result<(), Fault> {
        for message in messages {
            let Ok(header) = Header::parse(message, Form::Program) else { continue };
            self.inbound.message(&mut self.state, header, message)?;
        }
        Ok(())
    }
}
