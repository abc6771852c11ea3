//! Events that arrive before they are sent: the application's half says what everybody is told.
//!
//! Invariant: each of them is one of the preview that the half was given, and the screen says it later, or it is taken
//! back.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use farway_proto::preview::{Global, Preview};
use farway_proto::wayland::{Args, Form, Header, ObjectId, Signature, Way, by_name};

use super::Sent;

/// See the module.
#[derive(Debug)]
pub struct Foretold {
    preview: Preview,
    /// Names that the screen has never heard of.
    wrong: Vec<u32>,
    /// Answered syncs that the screen has not answered.
    dones: BTreeSet<u32>,
    /// Announced globals by registry, with their names.
    globals: BTreeMap<u32, Vec<(Vec<u8>, u32)>>,
    /// By object: how much of a greeting came, and what of that the screen has not said.
    greetings: BTreeMap<u32, (usize, VecDeque<Vec<u8>>)>,
    /// Objects that the application has made, as far as it matters here: `wl_callback`s of syncs (none), registries
    /// (none), and what was bound (the name of the global).
    made: BTreeMap<u32, Option<u32>>,
}

/// Takes out the first that is meant.
fn take(sent: &mut VecDeque<Sent>, meant: impl Fn(&Sent) -> bool) -> bool {
    let at = sent.iter().position(meant);
    at.is_some_and(|at| sent.remove(at).is_some())
}

fn signature(interface: &str, way: Way, opcode: u16) -> Option<&'static Signature> {
    by_name(interface.as_bytes())?.message(way, opcode)
}

impl Foretold {
    /// What a half with this preview may say; the screen knows nothing of globals with these names.
    pub fn new(preview: Preview, wrong: Vec<u32>) -> Self {
        Self {
            preview,
            wrong,
            dones: BTreeSet::new(),
            globals: BTreeMap::new(),
            greetings: BTreeMap::new(),
            made: BTreeMap::new(),
        }
    }

    /// The application sends a request.
    pub fn asked(&mut self, bytes: &[u8]) {
        let Ok(header) = Header::parse(bytes, Form::Program) else { return };
        let body = &bytes[Header::SIZE..];
        if header.object == ObjectId::DISPLAY {
            let made = signature("wl_display", Way::Request, header.opcode);
            let args = made.and_then(|it| Args::parse(it, body).ok());
            let new = args.and_then(|args| args.new_id(0).ok());
            self.made.extend(new.map(|new| (new.id.0, None)));
        } else if self.made.get(&header.object.0) == Some(&None) {
            let bind = signature("wl_registry", Way::Request, header.opcode);
            let args = bind.and_then(|it| Args::parse(it, body).ok());
            let (name, new) = (args.as_ref().map(|it| it.uint(0)), args.as_ref().map(|it| it.new_id(1)));
            if let (Some(Ok(name)), Some(Ok(new))) = (name, new) {
                self.made.insert(new.id.0, Some(name));
            }
        }
    }

    /// The application gets an event that is not the next of those that were sent. Whether it may: if it was sent
    /// meanwhile, it does not come a second time.
    pub fn may_come(&mut self, bytes: &[u8], sent: &mut VecDeque<Sent>) -> bool {
        let Ok(header) = Header::parse(bytes, Form::Program) else { return false };
        let id = header.object.0;
        match self.made.get(&id) {
            Some(None) if header.opcode == 0 && bytes.len() == Header::SIZE + 4 => {
                // Its argument is a serial of whoever answers.
                let same = |it: &Sent| it.arrives_as().get(..Header::SIZE) == bytes.get(..Header::SIZE);
                take(sent, same) || self.dones.insert(id)
            }
            Some(None) if header.opcode == 0 => self.announced(id, bytes, sent),
            // It is taken back.
            Some(None) => {
                let name = bytes.last_chunk().map(|it| u32::from_le_bytes(*it));
                let all = self.globals.entry(id).or_default();
                let before = all.len();
                all.retain(|(_, it)| Some(*it) != name);
                all.len() < before
            }
            Some(Some(name)) => {
                let name = *name;
                self.greeted(header, name, bytes, sent)
            }
            None => false,
        }
    }

    fn announced(&mut self, registry: u32, bytes: &[u8], sent: &mut VecDeque<Sent>) -> bool {
        let said = |it: &&Global| it.announcement(ObjectId(registry)).is_some_and(|it| it == bytes);
        let Some(name) = self.preview.globals.iter().find(said).map(|it| it.name) else { return false };
        if take(sent, |it| it.arrives_as() == bytes) {
            return true;
        }
        let all = self.globals.entry(registry).or_default();
        let new = all.iter().all(|(_, it)| *it != name);
        all.push((bytes.to_vec(), name));
        new
    }

    fn greeted(&mut self, header: Header, name: u32, bytes: &[u8], sent: &mut VecDeque<Sent>) -> bool {
        let id = header.object.0;
        let greeting = self.preview.find(name).and_then(|global| global.greeting(global.version));
        let Some(greeting) = greeting else { return false };
        let (at, told) = self.greetings.entry(id).or_default();
        let next = greeting.get(*at).is_some_and(|next| next.message(header.object) == bytes);
        *at += 1;
        let of_same = |it: &Sent| it.arrives_as().starts_with(&id.to_le_bytes());
        if !take(sent, |it| it.arrives_as() == bytes) && !sent.iter().any(of_same) {
            told.push_back(bytes.to_vec());
        }
        next
    }

    /// The screen sends an event. Whether the application has had it.
    pub fn was_told(&mut self, bytes: &[u8]) -> bool {
        let Ok(header) = Header::parse(bytes, Form::Program) else { return false };
        let id = header.object.0;
        if self.dones.remove(&id) {
            return true;
        }
        if let Some(all) = self.globals.get_mut(&id) {
            let before = all.len();
            all.retain(|(announced, _)| announced != bytes);
            return all.len() < before;
        }
        let Some((_, told)) = self.greetings.get_mut(&id) else { return false };
        let same = told.pop_front().is_some_and(|told| told == bytes);
        if !same {
            told.clear();
        }
        same
    }

    /// Nothing is left that the screen should have said.
    pub fn is_over(&self) -> bool {
        let right = |(_, name): &(Vec<u8>, u32)| !self.wrong.contains(name);
        let greeted = self.greetings.values().all(|(_, told)| told.is_empty());
        self.dones.is_empty() && greeted && !self.globals.values().flatten().any(right)
    }
}
