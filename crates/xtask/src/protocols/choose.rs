//! Chooses one description of each interface when several files describe it.
//!
//! Not a merger: an interface is taken whole from one place. Invariant: the choice does not depend on the order in
//! which files were found.

#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display, Formatter};

use super::Tables;
use super::table::{Interface, Kind, Message};

/// An interface and the stem of the file that describes it.
#[derive(Clone, Debug)]
pub struct Found {
    /// `xdg-shell` for `xdg-shell.xml` or `xdg-shell.wl`.
    pub stem: String,
    /// What it says.
    pub interface: Interface,
}

/// The tables to be, and what the user should know about them.
#[derive(Debug)]
pub struct Choice {
    /// Files by stem.
    pub files: Tables,
    /// Sorted.
    pub notes: Vec<Note>,
}

/// Something noteworthy about a choice.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Note {
    /// Two files disagree about what messages of the same interface look like.
    Conflict { interface: String, chosen: String, other: String },
    /// XML exists for something that was written by hand: the handwritten text can go.
    Superseded { interface: String, handwritten: String, found: String },
    /// It creates objects of an interface that is not described, or differently; so it is not described either.
    Unknown { interface: String, mentions: String },
}

impl Display for Note {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Note::Conflict { interface, chosen, other } => {
                write!(f, "conflict: {interface}: {chosen} chosen, {other} says something else")
            }
            Note::Superseded { interface, handwritten, found } => {
                write!(f, "handwritten {interface} in {handwritten} is also in {found}")
            }
            Note::Unknown { interface, mentions } => {
                write!(f, "left out: {interface} creates objects of {mentions}, which is not described")
            }
        }
    }
}

/// Chooses among the existing tables and what was found in XML.
pub fn choose(old: &Tables, found: Vec<Found>) -> Choice {
    let mut notes = BTreeSet::new();
    let handwritten: BTreeMap<&str, (&str, &Interface)> = old
        .iter()
        .filter(|(_, file)| file.handwritten)
        .flat_map(|(stem, file)| {
            file.interfaces.iter().map(move |it| (it.name.as_str(), (stem.as_str(), it)))
        })
        .collect();
    let mut candidates: BTreeMap<String, Vec<(bool, Found)>> = BTreeMap::new();
    for found in found {
        if let Some((stem, _)) = handwritten.get(found.interface.name.as_str()) {
            notes.insert(Note::Superseded {
                interface: found.interface.name,
                handwritten: (*stem).to_owned(),
                found: found.stem,
            });
            continue;
        }
        candidates.entry(found.interface.name.clone()).or_default().push((true, found));
    }
    for (stem, file) in old.iter().filter(|(_, file)| !file.handwritten) {
        for interface in &file.interfaces {
            let found = Found { stem: stem.clone(), interface: interface.clone() };
            candidates.entry(interface.name.clone()).or_default().push((false, found));
        }
    }
    let mut chosen: BTreeMap<String, Found> = BTreeMap::new();
    let mut lost = BTreeSet::new();
    for (name, mut list) in candidates {
        list.sort_by_cached_key(rank);
        let mut list = list.into_iter();
        let Some((_, best)) = list.next() else { continue };
        for (_, other) in
            list.filter(|(from_xml, other)| *from_xml && !extends(&best.interface, &other.interface))
        {
            notes.insert(Note::Conflict {
                interface: name.clone(),
                chosen: best.label(),
                other: other.label(),
            });
            if other.stem != best.stem {
                lost.insert((other.stem, name.clone()));
            }
        }
        chosen.insert(name, best);
    }
    drop_dangling(&mut chosen, &handwritten, &lost, &mut notes);
    let mut files: Tables = old
        .iter()
        .filter(|(_, file)| file.handwritten)
        .map(|(stem, file)| (stem.clone(), file.clone()))
        .collect();
    // By name within a file: XML of different ages has its interfaces in different orders.
    for found in chosen.into_values() {
        let file = files.entry(free_stem(old, found.stem)).or_default();
        file.interfaces.push(found.interface);
    }
    Choice { files, notes: notes.into_iter().collect() }
}

/// Generated text never goes into a handwritten file, even when the XML has the same name.
fn free_stem(old: &Tables, stem: String) -> String {
    if old.get(&stem).is_some_and(|file| file.handwritten) { format!("{stem}-xml") } else { stem }
}

/// Best first: highest version, most messages, XML before the old table, the plainest name; then by content, so
/// that the order of files on disk never matters.
fn rank((from_xml, found): &(bool, Found)) -> impl Ord + use<> {
    let interface = &found.interface;
    let messages = interface.requests.len() + interface.events.len();
    let destructors = interface.requests.iter().chain(&interface.events).filter(|it| it.destructor).count();
    (
        Reverse(interface.version),
        Reverse(messages),
        !from_xml,
        Reverse(destructors),
        found.stem.contains("unstable"),
        found.stem.len(),
        found.stem.clone(),
        interface.to_string(),
    )
}

impl Found {
    fn label(&self) -> String {
        format!("{} version {}", self.stem, self.interface.version)
    }
}

/// Whether all messages of `old` are in `new`, at the same opcodes and with the same bytes on the wire.
fn extends(new: &Interface, old: &Interface) -> bool {
    let all = |new: &[Message], old: &[Message]| {
        old.len() <= new.len() && new.iter().zip(old).all(|(new, old)| same_wire(new, old))
    };
    all(&new.requests, &old.requests) && all(&new.events, &old.events)
}

/// Same layout. Names and the nullability of an object may be corrected by a later version.
fn same_wire(one: &Message, other: &Message) -> bool {
    let shape = |kind: &Kind| match kind {
        Kind::Int | Kind::Uint => (0, None),
        Kind::Fixed => (1, None),
        Kind::Array => (2, None),
        Kind::Fd => (3, None),
        Kind::Str { .. } => (4, None),
        Kind::Object { .. } => (5, None),
        Kind::NewId { interface } => (6, interface.clone()),
    };
    one.name == other.name
        && one.destructor == other.destructor
        && one.args.len() == other.args.len()
        && one.args.iter().zip(&other.args).all(|(one, other)| shape(&one.kind) == shape(&other.kind))
}

/// Removes interfaces that create objects of interfaces nobody describes: their objects could not be followed.
/// The same if the chosen description is not the one that this file means (`lost`: file and interface), as with
/// the `xdg_surface` of xdg-shell before it was stable.
fn drop_dangling(
    chosen: &mut BTreeMap<String, Found>,
    handwritten: &BTreeMap<&str, (&str, &Interface)>,
    lost: &BTreeSet<(String, String)>,
    notes: &mut BTreeSet<Note>,
) {
    loop {
        let known = |stem: &str, name: &str| {
            (chosen.contains_key(name) || handwritten.contains_key(name))
                && !lost.contains(&(stem.to_owned(), name.to_owned()))
        };
        let dangling: Vec<Note> = chosen
            .values()
            .filter_map(|found| {
                let mentions = created(&found.interface).find(|name| !known(&found.stem, name))?.to_owned();
                Some(Note::Unknown { interface: found.interface.name.clone(), mentions })
            })
            .collect();
        if dangling.is_empty() {
            return;
        }
        for note in dangling {
            if let Note::Unknown { interface, .. } = &note {
                chosen.remove(interface);
            }
            notes.insert(note);
        }
    }
}

/// The interfaces of the objects that its messages create.
fn created(interface: &Interface) -> impl Iterator<Item = &str> {
    interface.requests.iter().chain(&interface.events).flat_map(|message| &message.args).filter_map(|arg| {
        match &arg.kind {
            Kind::NewId { interface: Some(name) } => Some(name.as_str()),
            _ => None,
        }
    })
}
