//! What a compositor has of a client: which buffers it holds, and which surfaces follow which.
//!
//! Invariant: a buffer is held from the commit that shows it until a later one is applied in its place.

use super::Author;
use super::looks::Look;
use crate::sim::desk::script::{Action, Attach, Change};
use crate::sim::style::Style;

/// What a surface is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Window,
    Popup,
    Part,
}

#[derive(Debug)]
pub struct Pool {
    pub size: usize,
    pub used: usize,
    pub alive: bool,
}

#[derive(Debug)]
pub struct Buffer {
    /// What lies in it; nothing for one pixel.
    pub style: Option<Style>,
    /// Commits that hold it.
    pub held: u32,
    pub alive: bool,
}

impl Buffer {
    pub fn solid() -> Self {
        Self { style: None, held: 0, alive: true }
    }
}

#[derive(Debug)]
pub struct Surface {
    pub role: Role,
    pub alive: bool,
    /// Of a subsurface or popup.
    pub parent: Option<usize>,
    pub sync: bool,
    /// It can show something.
    pub mapped: bool,
    /// It asked for all of this output.
    pub full: Option<usize>,
    pub viewport: bool,
    /// It has told its geometry.
    pub fenced: bool,
    /// How it is shown after its last commit.
    pub look: Option<Look>,
    /// The next content is of another kind.
    pub anew: bool,
    /// Memory of the buffer that it was last painted in.
    pub painted: Option<Style>,
    shown: Option<usize>,
    cached: Option<Option<usize>>,
    /// Subsurfaces: since the last commit, committed but waiting, applied.
    pub fresh: Vec<usize>,
    waiting: Vec<usize>,
    parts: Vec<usize>,
}

impl Surface {
    pub fn new(role: Role, parent: Option<usize>) -> Self {
        Self {
            role,
            alive: true,
            parent,
            sync: role == Role::Part,
            mapped: role == Role::Part,
            full: None,
            viewport: false,
            fenced: false,
            look: None,
            anew: false,
            painted: None,
            shown: None,
            cached: None,
            fresh: Vec::new(),
            waiting: Vec::new(),
            parts: Vec::new(),
        }
    }

    /// All subsurfaces.
    pub fn all_parts(&self) -> Vec<usize> {
        [&self.parts[..], &self.waiting, &self.fresh].concat()
    }
}

impl Author {
    fn parent_of_part(&self, surface: usize) -> Option<usize> {
        let it = &self.surfaces[surface];
        if it.role == Role::Part { it.parent } else { None }
    }

    /// Whether a surface follows its parent, or its parent does.
    fn follows(&self, surface: usize) -> bool {
        let mut at = surface;
        while let Some(parent) = self.parent_of_part(at) {
            if self.surfaces[at].sync {
                return true;
            }
            at = parent;
        }
        false
    }

    fn let_go(&mut self, buffer: Option<usize>) {
        if let Some(buffer) = buffer {
            self.buffers[buffer].held -= 1;
        }
    }

    /// Writes a commit down, and what comes of it.
    pub fn commit(&mut self, surface: usize, change: Change) {
        let attached = match &change.attach {
            None => None,
            Some(Attach::Nothing) => Some(None),
            Some(Attach::Solid(buffer)) => Some(Some(*buffer)),
            Some(Attach::Paint(paint)) => Some(Some(paint.buffer)),
        };
        self.put(Action::Commit { surface, change: Box::new(change) });
        if let Some(Some(buffer)) = attached {
            self.buffers[buffer].held += 1;
        }
        let follows = self.follows(surface);
        let it = &mut self.surfaces[surface];
        let fresh = std::mem::take(&mut it.fresh);
        if follows {
            it.waiting.extend(fresh);
            if let Some(attached) = attached {
                let old = it.cached.replace(attached);
                self.let_go(old.flatten());
            }
            return;
        }
        self.apply_cached(surface);
        self.apply(surface, attached, fresh);
        // A subsurface that does not follow has nothing that waits, and nothing below it waits for this commit.
        for part in self.surfaces[surface].parts.clone() {
            if self.surfaces[part].sync {
                self.apply_tree(part);
            }
        }
    }

    fn apply(&mut self, surface: usize, attached: Option<Option<usize>>, parts: Vec<usize>) {
        let it = &mut self.surfaces[surface];
        it.parts.extend(parts);
        if let Some(attached) = attached {
            let old = std::mem::replace(&mut it.shown, attached);
            self.let_go(old);
        }
    }

    fn apply_cached(&mut self, surface: usize) {
        let it = &mut self.surfaces[surface];
        let (attached, parts) = (it.cached.take(), std::mem::take(&mut it.waiting));
        self.apply(surface, attached, parts);
    }

    /// What waited in a subsurface and in everything below it.
    fn apply_tree(&mut self, surface: usize) {
        self.apply_cached(surface);
        for part in self.surfaces[surface].parts.clone() {
            self.apply_tree(part);
        }
    }

    /// A subsurface follows its parent from now on, or not.
    pub fn set_sync(&mut self, surface: usize, on: bool) {
        self.surfaces[surface].sync = on;
        if !self.follows(surface) {
            self.apply_tree(surface);
        }
    }

    /// A surface is no part of its parent any more.
    fn cut(&mut self, surface: usize) {
        if let Some(parent) = self.surfaces[surface].parent.take() {
            let it = &mut self.surfaces[parent];
            for list in [&mut it.fresh, &mut it.waiting, &mut it.parts] {
                list.retain(|part| *part != surface);
            }
        }
    }

    /// A surface is destroyed.
    pub fn bury(&mut self, surface: usize) {
        self.cut(surface);
        for part in self.surfaces[surface].all_parts() {
            self.surfaces[part].parent = None;
        }
        let it = &mut self.surfaces[surface];
        (it.alive, it.mapped) = (false, false);
        let (shown, cached) = (it.shown.take(), it.cached.take().flatten());
        self.let_go(shown);
        self.let_go(cached);
    }
}
