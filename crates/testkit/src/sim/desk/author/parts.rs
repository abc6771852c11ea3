//! Subsurfaces and popups of a script, and the end of everything.
//!
//! Invariant: popups end before what they stand on, the highest first, and roles before surfaces.

use rand::Rng;
use rand::seq::{IndexedRandom, SliceRandom};

use super::Author;
use super::account::Role;
use crate::sim::desk::script::{Action, Place};

/// Surfaces below one another.
const DEPTH: usize = 3;

impl Author {
    fn depth(&self, surface: usize) -> usize {
        let mut depth = 0;
        let mut at = surface;
        while let Some(parent) = self.surfaces[at].parent {
            (depth, at) = (depth + 1, parent);
        }
        depth
    }

    pub fn add_part(&mut self) {
        let count = self.live_of(|it| it.role == Role::Part).len();
        let Some(parent) = self.any(|it| it.mapped) else { return };
        if count > 7 || self.depth(parent) >= DEPTH {
            return;
        }
        let surface = self.new_surface(Role::Part, Some(parent));
        self.surfaces[parent].fresh.push(surface);
        self.put(Action::Subsurface { surface, parent });
        self.place_part(surface);
        self.show(surface, true);
    }

    fn place_part(&mut self, surface: usize) {
        let (x, y) = (self.rng.random_range(-20..50), self.rng.random_range(-20..50));
        self.put(Action::Position { surface, x, y });
    }

    pub fn move_part(&mut self) {
        let Some(surface) = self.any(|it| it.role == Role::Part && it.parent.is_some()) else { return };
        let Some(parent) = self.surfaces[surface].parent else { return };
        if self.rng.random_bool(0.5) {
            self.place_part(surface);
        } else {
            let mut siblings = self.surfaces[parent].all_parts();
            siblings.push(parent);
            siblings.retain(|it| *it != surface);
            let sibling = siblings.choose(&mut self.rng).copied().unwrap_or(parent);
            let above = self.rng.random();
            self.put(Action::Stack { surface, sibling, above });
        }
        if self.surfaces[parent].mapped && self.rng.random_bool(0.7) {
            self.show(parent, false);
        }
    }

    pub fn sync_part(&mut self) {
        let Some(surface) = self.any(|it| it.role == Role::Part && it.parent.is_some()) else { return };
        let on = self.rng.random_bool(0.4);
        self.put(Action::Sync { surface, on });
        self.set_sync(surface, on);
    }

    pub fn popup(&mut self) {
        let count = self.live_of(|it| it.role == Role::Popup).len();
        let Some(parent) = self.any(|it| it.mapped && it.role != Role::Part) else { return };
        if count > 2 || self.depth(parent) >= DEPTH {
            return self.end_popups(parent);
        }
        let mut number = |from: i32, to: i32| self.rng.random_range(from..to);
        let place = Place {
            size: (number(1, 100), number(1, 100)),
            anchor_rect: (number(0, 40), number(0, 40), number(1, 40), number(1, 40)),
            anchor: number(0, 9) as u32,
            gravity: number(0, 9) as u32,
            adjustment: number(0, 64) as u32,
            offset: (number(-20, 20), number(-20, 20)),
        };
        let surface = self.new_surface(Role::Popup, Some(parent));
        self.put(Action::Popup { surface, parent, place });
        self.begin(surface);
    }

    /// Ends the popups that stand on a surface.
    pub fn end_popups(&mut self, surface: usize) {
        let popups = self.live_of(|it| it.role == Role::Popup && it.parent == Some(surface));
        popups.into_iter().rev().for_each(|it| self.end(it));
    }

    pub fn end_something(&mut self) {
        if let Some(surface) = self.any(|_| true) {
            self.maybe_rest(0.5);
            self.end(surface);
        }
    }

    /// Ends a surface, with its popups; its subsurfaces before or after it.
    fn end(&mut self, surface: usize) {
        self.end_popups(surface);
        let parts = self.surfaces[surface].all_parts();
        let after = self.rng.random_bool(0.5);
        if !after {
            parts.iter().for_each(|part| self.end(*part));
        }
        self.put(Action::EndRole(surface));
        let viewport = self.surfaces[surface].viewport;
        let late = self.rng.random_bool(0.5);
        if viewport && !late {
            self.put(Action::EndViewport(surface));
        }
        self.put(Action::EndSurface(surface));
        if viewport && late {
            self.put(Action::EndViewport(surface));
        }
        self.bury(surface);
        if after {
            parts.iter().for_each(|part| self.end(*part));
        }
    }

    /// Ends everything, in any order that is allowed.
    pub fn tear_down(&mut self) {
        let mut left = self.live();
        left.shuffle(&mut self.rng);
        for surface in left {
            if self.surfaces[surface].alive {
                self.end(surface);
            }
        }
        self.put(Action::Rest);
        for buffer in (0..self.buffers.len()).filter(|at| self.buffers[*at].alive).collect::<Vec<_>>() {
            self.put(Action::DestroyBuffer(buffer));
        }
        for pool in (0..self.pools.len()).filter(|at| self.pools[*at].alive).collect::<Vec<_>>() {
            self.put(Action::DestroyPool(pool));
        }
    }
}
