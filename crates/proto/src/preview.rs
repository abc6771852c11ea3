//! What a compositor tells every new application, known beforehand: its globals, and how some of them greet whoever
//! binds them.
//!
//! Not the asking (see [`scout`]), and not what an engine makes of it (`engine/early.rs`). Invariants: a [`Preview`] that
//! came from elsewhere is used only after [`Preview::checked`]; an [`Event`] carries neither objects nor descriptors.

pub mod scout;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::wayland::{ArgKind, Args, Builder, Form, Header, Interface, ObjectId, Way, by_name};

/// The most globals of a preview.
const GLOBALS_MAX: usize = 1024;
/// The most events with which one global greets.
const EVENTS_MAX: usize = 256;
/// The most words of one event.
const WORDS_MAX: usize = 1024;

/// Globals that say the same to everybody as soon as they are bound, in events without objects and descriptors.
const GREETERS: &[&str] = &[
    "gtk_shell1",
    "org_kde_kwin_server_decoration_manager",
    "wl_output",
    "wl_seat",
    "wl_shm",
    "wp_color_manager_v1",
    "wp_presentation",
];

/// Globals that have events and still say nothing when they are bound.
const QUIET: &[&str] = &["xdg_wm_base"];

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Preview {
    /// In the order in which the compositor names them.
    pub globals: Vec<Global>,
}

/// One global.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Global {
    /// Its number in the registry.
    pub name: u32,
    /// What it is.
    pub interface: String,
    /// The highest version that may be bound.
    pub version: u32,
    /// What it says to whoever binds it in that version. Empty: not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub greeting: Vec<Event>,
    /// For a `wl_output`: what its `zxdg_output_v1` says, in the version of `zxdg_output_manager_v1`. Empty: not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub logical: Vec<Event>,
}

/// An event without its object: the opcode, and the words of its arguments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Event(Vec<u32>);

impl Event {
    /// The event of a message of `interface`; `None` if it is unknown, or no value alone.
    pub fn of(interface: &Interface, message: &[u8]) -> Option<Self> {
        let header = Header::parse(message, Form::Program).ok()?;
        let words = message.get(Header::SIZE..)?.chunks_exact(4);
        let words = words.map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]));
        let event = Self(std::iter::once(u32::from(header.opcode)).chain(words).collect());
        event.is_valid(interface).then_some(event)
    }

    /// An event without arguments.
    pub fn bare(opcode: u16) -> Self {
        Self(vec![u32::from(opcode)])
    }

    /// Its number among the events of its interface.
    pub fn opcode(&self) -> u16 {
        self.0.first().and_then(|opcode| u16::try_from(*opcode).ok()).unwrap_or(u16::MAX)
    }

    /// The message in which `object` says it, in program form.
    pub fn message(&self, object: ObjectId) -> Vec<u8> {
        let header = Header {
            object,
            opcode: self.opcode(),
            fds: 0,
            len: Header::SIZE + 4 * self.0.len().saturating_sub(1),
        };
        let mut bytes = header.write(Form::Program).to_vec();
        self.0.iter().skip(1).for_each(|word| bytes.extend_from_slice(&word.to_le_bytes()));
        bytes
    }

    /// The interface version that has it, at least.
    pub fn since(&self, interface: &Interface) -> Option<u32> {
        Some(interface.message(Way::Event, self.opcode())?.since)
    }

    /// Whether it can be said by an object of this interface at any time.
    fn is_valid(&self, interface: &Interface) -> bool {
        let Some(signature) = interface.message(Way::Event, self.opcode()) else { return false };
        let of_values =
            |kind: &ArgKind| !matches!(kind, ArgKind::Object { .. } | ArgKind::NewId(_) | ArgKind::Fd);
        let message = self.message(ObjectId(2));
        self.0.len() <= WORDS_MAX
            && !signature.destructor
            && signature.args.iter().all(of_values)
            && Args::parse(signature, &message[Header::SIZE..]).is_ok()
    }
}

impl Global {
    /// The event that announces it on a registry.
    pub fn announcement(&self, registry: ObjectId) -> Option<Vec<u8>> {
        let (opcode, _) = by_name(b"wl_registry")?.find(Way::Event, "global")?;
        let message = Builder::new(registry, opcode);
        let message = message.uint(self.name).str(self.interface.as_bytes()).uint(self.version);
        message.finish(Form::Program, 0).ok()
    }

    /// What it says to whoever binds it in `version`; `None`: not known.
    pub fn greeting(&self, version: u32) -> Option<Vec<&Event>> {
        let interface = by_name(self.interface.as_bytes())?;
        if interface.events.is_empty() || QUIET.contains(&interface.name) {
            return Some(Vec::new());
        }
        said(&self.greeting, interface, version)
    }

    /// What the `zxdg_output_v1` of this output says in `version`; `None`: not known.
    pub fn logical(&self, version: u32) -> Option<Vec<&Event>> {
        said(&self.logical, by_name(b"zxdg_output_v1")?, version)
    }
}

/// The events that `version` has; `None` if there are none.
fn said<'a>(events: &'a [Event], interface: &Interface, version: u32) -> Option<Vec<&'a Event>> {
    let fits = |event: &&Event| event.since(interface).is_some_and(|since| since <= version);
    let events: Vec<&Event> = events.iter().filter(fits).collect();
    (!events.is_empty()).then_some(events)
}

impl Preview {
    /// The same, without what nobody may say.
    pub fn checked(mut self) -> Self {
        self.globals.truncate(GLOBALS_MAX);
        for global in &mut self.globals {
            let interface = by_name(global.interface.as_bytes());
            let greets = GREETERS.contains(&global.interface.as_str());
            keep_valid(&mut global.greeting, interface.filter(|_| greets));
            let shown = by_name(b"zxdg_output_v1").filter(|_| global.interface == "wl_output");
            keep_valid(&mut global.logical, shown);
        }
        self
    }

    /// Makes it smaller: first the greetings go, then everything. False if nothing is left.
    pub fn shrink(&mut self) -> bool {
        let greets = |it: &Global| !it.greeting.is_empty() || !it.logical.is_empty();
        if !self.globals.iter().any(greets) {
            return !std::mem::take(&mut self.globals).is_empty();
        }
        for global in &mut self.globals {
            global.greeting.clear();
            global.logical.clear();
        }
        true
    }

    /// The clock of presentation times, as Linux numbers it.
    pub fn clock(&self) -> Option<u32> {
        let presentation = self.globals.iter().find(|it| it.interface == "wp_presentation")?;
        presentation.greeting.first()?.0.get(1).copied()
    }

    /// The global of this number.
    pub fn find(&self, name: u32) -> Option<&Global> {
        self.globals.iter().find(|global| global.name == name)
    }
}

/// A greeting is known whole or not at all.
fn keep_valid(events: &mut Vec<Event>, interface: Option<&'static Interface>) {
    let good = |event: &Event| interface.is_some_and(|interface| event.is_valid(interface));
    if events.len() > EVENTS_MAX || !events.iter().all(good) {
        events.clear();
    }
}
