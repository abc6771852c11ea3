//! Answers that arrive before they are given: frame callbacks and releases.
//!
//! Invariant: each answers something that the application has asked for, once; a release comes early only for a buffer
//! that another has replaced; the screen says it later, and then it does not arrive.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use farway_proto::wayland::{Form, Header};

use super::Sent;

/// See the module.
#[derive(Debug, Default)]
pub struct Ahead {
    /// Frame callbacks that were not answered: surface, and whether it was committed.
    callbacks: BTreeMap<u32, (u32, bool)>,
    /// Answered ahead; the screen has not.
    answered: BTreeSet<u32>,
    /// What was attached to a surface since its last commit, and what it shows.
    attached: BTreeMap<u32, u32>,
    shown: BTreeMap<u32, u32>,
    /// How often a buffer was replaced and not released.
    replaced: BTreeMap<u32, u32>,
    /// Released ahead so often; the screen has not.
    released: BTreeMap<u32, u32>,
    /// Buffers that were destroyed: the screen need not release them.
    destroyed: BTreeSet<u32>,
}

/// Object, and the first word behind the header.
fn parse(bytes: &[u8]) -> Option<(Header, u32)> {
    let header = Header::parse(bytes, Form::Program).ok()?;
    let word = bytes.get(Header::SIZE..).and_then(|body| body.first_chunk());
    Some((header, word.map_or(0, |word| u32::from_le_bytes(*word))))
}

/// Takes out the first event of this object.
fn take(sent: &mut VecDeque<Sent>, what: &str, id: u32) -> bool {
    let meant = |it: &Sent| it.what == what && it.bytes.starts_with(&id.to_le_bytes());
    sent.iter().position(meant).is_some_and(|at| sent.remove(at).is_some())
}

fn less(counts: &mut BTreeMap<u32, u32>, id: u32) -> bool {
    let Some(count) = counts.get_mut(&id) else { return false };
    *count -= 1;
    if *count == 0 {
        counts.remove(&id);
    }
    true
}

impl Ahead {
    /// The application sends a request.
    pub fn asked(&mut self, what: &str, bytes: &[u8]) {
        let Some((header, word)) = parse(bytes) else { return };
        let id = header.object.0;
        match what {
            "frame" => drop(self.callbacks.insert(word, (id, false))),
            "attach" => drop(self.attached.insert(id, word)),
            "commit" => {
                self.callbacks.values_mut().filter(|it| it.0 == id).for_each(|it| it.1 = true);
                let Some(new) = self.attached.remove(&id) else { return };
                let old = self.shown.insert(id, new).filter(|old| *old != new && new != 0);
                old.into_iter().for_each(|old| *self.replaced.entry(old).or_default() += 1);
            }
            // Of a buffer or a surface, or of something that is neither here.
            "destroy" => {
                self.destroyed.insert(id);
                self.shown.remove(&id);
                self.attached.remove(&id);
            }
            _ => {}
        }
    }

    /// The application gets an event that is the next of those that were sent.
    pub fn came(&mut self, bytes: &[u8]) {
        let Some((header, _)) = parse(bytes) else { return };
        self.callbacks.remove(&header.object.0);
        less(&mut self.replaced, header.object.0);
    }

    /// The application gets an event that is not. Whether it may: if it was sent meanwhile, it does not come again.
    pub fn may_come(&mut self, bytes: &[u8], sent: &mut VecDeque<Sent>) -> bool {
        let Some((header, _)) = parse(bytes) else { return false };
        let id = header.object.0;
        if header.opcode != 0 {
            return false;
        }
        if header.len == Header::SIZE + 4 {
            let asked = self.callbacks.remove(&id);
            // The time may be another if it was sent: it does not go back.
            let was_sent = asked.is_some() && take(sent, "done", id);
            return was_sent || (asked.is_some_and(|(_, committed)| committed) && self.answered.insert(id));
        }
        if header.len != Header::SIZE || !less(&mut self.replaced, id) {
            return false;
        }
        if !take(sent, "release", id) {
            *self.released.entry(id).or_default() += 1;
        }
        true
    }

    /// The screen sends an event. Whether the application has had it.
    pub fn was_told(&mut self, what: &str, bytes: &[u8]) -> bool {
        let Some((header, word)) = parse(bytes) else { return false };
        let id = header.object.0;
        match what {
            "done" => self.answered.remove(&id),
            "release" => less(&mut self.released, id),
            "delete_id" => {
                self.released.remove(&word);
                self.replaced.remove(&word);
                self.destroyed.remove(&word);
                false
            }
            _ => false,
        }
    }

    /// Nothing is left that the screen should have said.
    pub fn is_over(&self) -> bool {
        self.answered.is_empty() && self.released.keys().all(|id| self.destroyed.contains(id))
    }
}
