//! Our record of every replicated descriptor of a connection. Not the descriptor itself: only the driver has
//! that.
//!
//! Invariants: an id is never used twice; a shadow leaves the table once nobody holds it and no job works on
//! it, and exactly one [`Effect::Drop`](crate::engine::Effect::Drop) or
//! [`Effect::PipeFinish`](crate::engine::Effect::PipeFinish) goes with it.

use std::collections::{BTreeMap, VecDeque};

use crate::channel::Update;
use crate::damage::{Interval, Intervals};
use crate::engine::moves::Hint;
use crate::ids::{Rid, Role};

/// The block in which content is compared; the bytes behind the last whole block are a frame's tail.
const BLOCK: u64 = 64;

/// One replicated descriptor.
#[derive(Debug)]
pub struct Shadow {
    /// What it is.
    pub body: Body,
    /// Objects, pending hand-overs and captures that need it.
    pub holders: u32,
    /// Jobs under way that read it.
    pub sending: u32,
    /// A job is applying an update to it.
    pub applying: bool,
    /// Updates that wait for that job, in order.
    pub lane: VecDeque<Update>,
    /// It was announced for a `Protocol` message already; a second time is an error.
    pub injected: bool,
    /// The peer knows of it.
    pub open: bool,
}

/// The kinds of shadow.
#[derive(Debug)]
pub enum Body {
    /// A file.
    File(File),
    /// A one-way pipe.
    Pipe(Pipe),
}

/// A replicated file.
#[derive(Debug)]
pub struct File {
    /// Bytes replicated.
    pub size: u64,
    /// The size that the peer knows.
    pub announced: u64,
    /// It became longer, and the driver was not told.
    pub resize_due: bool,
    /// Read once; never changes.
    pub fixed: bool,
    /// Local writes to it are found by comparing with a mirror.
    pub mirrored: bool,
    /// Where it may differ from the mirror.
    pub dirty: Intervals,
    /// Bytes from row to row of what is dirty, if that is 32-bit pixels; 0 if it is of several kinds.
    pub pitch: Option<u32>,
    /// Where what is new in there may have come from.
    pub hint: Option<Hint>,
    /// What has to be sent as it is.
    pub fills: Vec<Interval>,
    /// An upper bound for the bytes that the peer made us store.
    pub stored: u64,
}

/// A replicated pipe.
#[derive(Debug)]
pub struct Pipe {
    /// We read from the local program; otherwise we write to it.
    pub reads: bool,
    /// Bytes handed to the driver that the program has not taken.
    pub queued: u64,
    /// The peer has said that nothing follows; the shadow lives until the queue is empty.
    pub ended: bool,
    /// The program closed its end before the peer could be told of the pipe.
    pub broken: bool,
}

impl Shadow {
    fn new(body: Body) -> Self {
        Self {
            body,
            holders: 0,
            sending: 0,
            applying: false,
            lane: VecDeque::new(),
            injected: false,
            open: false,
        }
    }

    /// A file of `size` bytes.
    pub fn file(size: u64, fixed: bool, mirrored: bool) -> Self {
        Self::new(Body::File(File {
            size,
            announced: 0,
            resize_due: false,
            fixed,
            mirrored,
            dirty: Intervals::new(),
            pitch: None,
            hint: None,
            fills: Vec::new(),
            stored: 0,
        }))
    }

    /// A pipe.
    pub fn pipe(reads: bool) -> Self {
        Self::new(Body::Pipe(Pipe { reads, queued: 0, ended: false, broken: false }))
    }

    /// The file, if it is one.
    pub fn as_file(&mut self) -> Option<&mut File> {
        match &mut self.body {
            Body::File(file) => Some(file),
            Body::Pipe(_) => None,
        }
    }

    /// The pipe, if it is one.
    pub fn as_pipe(&mut self) -> Option<&mut Pipe> {
        match &mut self.body {
            Body::File(_) => None,
            Body::Pipe(pipe) => Some(pipe),
        }
    }

    /// Updates from the peer are not all in place.
    pub fn is_applying(&self) -> bool {
        self.applying || !self.lane.is_empty()
    }

    /// No job works on it.
    pub fn is_idle(&self) -> bool {
        self.sending == 0 && !self.is_applying()
    }
}

impl File {
    /// What is to be compared in whole blocks, and whether the bytes behind the last one are too. `None` if nothing is.
    pub fn compared(&self) -> Option<(Intervals, bool)> {
        if self.dirty.is_empty() {
            return None;
        }
        let mut dirty = self.dirty.clone();
        dirty.clip(self.size);
        let whole_blocks = self.tail().start;
        let tail = dirty.as_slice().last().is_some_and(|last| last.end > whole_blocks);
        dirty.clip(whole_blocks);
        Some((dirty, tail))
    }

    /// What is behind its last whole block.
    pub fn tail(&self) -> Interval {
        Interval { start: self.size / BLOCK * BLOCK, end: self.size }
    }
}

/// The table.
#[derive(Debug)]
pub struct Shadows {
    /// In boxes, as a tree keeps room for eleven, and most applications have one or two.
    map: BTreeMap<Rid, Box<Shadow>>,
    role: Role,
    /// How many ids this side has given out.
    given: i32,
    /// The largest absolute id that the peer opened.
    peer_highest: i32,
}

impl Shadows {
    /// An empty table.
    pub fn new(role: Role) -> Self {
        Self { map: BTreeMap::new(), role, given: 0, peer_highest: 0 }
    }

    /// How many live.
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Adds a shadow for a descriptor of the local program, under a new id.
    pub fn allocate(&mut self, shadow: Shadow) -> Rid {
        self.given += 1;
        let rid = match self.role {
            Role::App => Rid(self.given),
            Role::Display => Rid(-self.given),
        };
        self.map.insert(rid, Box::new(shadow));
        rid
    }

    /// Adds a shadow that the peer opened. `None` if it may not open this id.
    pub fn open(&mut self, rid: Rid, shadow: Shadow) -> Option<()> {
        if rid.is_of(self.role) || rid.0 == 0 || rid.0 == i32::MIN || self.map.contains_key(&rid) {
            return None;
        }
        self.peer_highest = self.peer_highest.max(rid.0.abs());
        self.map.insert(rid, Box::new(shadow));
        Some(())
    }

    /// The shadow of this id.
    pub fn get(&self, rid: Rid) -> Option<&Shadow> {
        self.map.get(&rid).map(|it| &**it)
    }

    /// The shadow of this id.
    pub fn get_mut(&mut self, rid: Rid) -> Option<&mut Shadow> {
        self.map.get_mut(&rid).map(|it| &mut **it)
    }

    /// The file of this id.
    pub fn file(&mut self, rid: Rid) -> Option<&mut File> {
        self.map.get_mut(&rid)?.as_file()
    }

    /// Takes a shadow out.
    pub fn remove(&mut self, rid: Rid) -> Option<Shadow> {
        self.map.remove(&rid).map(|it| *it)
    }

    /// True if this id was open once: messages about it may be late, not wrong.
    pub fn was_open(&self, rid: Rid) -> bool {
        let bound = if rid.is_of(self.role) { self.given } else { self.peer_highest };
        rid.0 != i32::MIN && rid.0.abs() <= bound
    }

    /// All shadows, in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = (Rid, &Shadow)> {
        self.map.iter().map(|(rid, shadow)| (*rid, &**shadow))
    }
}
