//! What a window shows, on its way from the compositor's thread to the host's.
//!
//! What it is: a copy of the canvas that both threads may touch, and the record of what differs. Invariant: whoever
//! draws gets every pixel that changed since it last drew, and nothing that did not; locks are held for a copy only.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::geometry::{Area, Rect, Size};
use crate::raster::Canvas;

/// Rectangles that are drawn apart.
const RECTS: usize = 16;

/// Frames that are remembered for hosts with several buffers.
const PAST: usize = 4;

/// A copy of a window's canvas.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    canvas: Canvas,
    /// What changed since it was last taken.
    fresh: Area,
}

/// A sheet that two threads have.
#[derive(Clone, Debug, Default)]
pub(super) struct Shared(Arc<Mutex<Sheet>>);

impl Shared {
    pub fn lock(&self) -> MutexGuard<'_, Sheet> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sheet {
    /// The canvas shows something new. True if nobody needs to be told again.
    pub fn put(&mut self, canvas: &Canvas, damage: &[Rect]) -> bool {
        let told = !self.fresh.is_empty();
        let size = canvas.size();
        if self.canvas.size() != size {
            self.canvas = canvas.clone();
            self.fresh = Area::from(size.rect());
            return told;
        }
        for rect in damage {
            let rect = rect.intersect(size.rect());
            let width = size.width as usize;
            for y in rect.y..rect.bottom() {
                let from = y as usize * width + rect.x as usize;
                let part = from..from + rect.width as usize;
                if let (Some(to), Some(from)) =
                    (self.canvas.pixels_mut().get_mut(part.clone()), canvas.pixels().get(part))
                {
                    to.copy_from_slice(from);
                }
            }
            self.fresh.add(rect);
        }
        self.fresh.simplify(RECTS);
        told
    }

    /// What changed since this was last asked.
    pub fn take_fresh(&mut self) -> Area {
        std::mem::take(&mut self.fresh)
    }

    /// Draws a rectangle over a plain colour, which is also what is seen beyond the canvas. `to` holds rows of `width`
    /// pixels, `0x00RRGGBB`.
    pub fn draw(&self, to: &mut [u32], width: usize, rect: Rect, background: u32) {
        let inside = rect.intersect(self.canvas.size().rect());
        for y in rect.y.max(0)..rect.bottom() {
            let start = y as usize * width + rect.x.max(0) as usize;
            let Some(row) = to.get_mut(start..start + rect.width.max(0) as usize) else { return };
            let has = y < inside.bottom() && y >= inside.y;
            let (ours, rest) = row.split_at_mut(if has { inside.width as usize } else { 0 });
            let from = self.canvas.row(y).get(inside.x as usize..).unwrap_or(&[]);
            ours.iter_mut().zip(from).for_each(|(to, from)| *to = over(*from, background));
            rest.fill(background & 0x00ff_ffff);
        }
    }
}

/// A premultiplied pixel over an opaque one.
fn over(pixel: u32, below: u32) -> u32 {
    let alpha = pixel >> 24;
    if alpha == 255 {
        return pixel & 0x00ff_ffff;
    }
    let channel = |shift: u32| {
        let (top, low) = (pixel >> shift & 255, below >> shift & 255);
        (top + (low * (255 - alpha) + 127) / 255).min(255) << shift
    };
    channel(16) | channel(8) | channel(0)
}

/// What the last frames of a window changed, the newest first.
#[derive(Debug, Default)]
pub(super) struct History {
    size: Size,
    past: VecDeque<Area>,
}

impl History {
    /// Something was not drawn that should have been: the next frame is drawn whole.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// What must be drawn into a buffer that was last shown `age` frames ago (0: never) so that it shows the newest
    /// frame, which changes `now`.
    pub fn wanted(&mut self, size: Size, age: u8, now: Area) -> Area {
        let known = self.size == size;
        if !known {
            self.size = size;
            self.past.clear();
        }
        let older = usize::from(age).checked_sub(1).filter(|older| known && *older <= self.past.len());
        let mut wanted = match older {
            Some(older) => {
                let mut sum = now.clone();
                self.past.iter().take(older).flat_map(|it| it.rects()).for_each(|rect| sum.add(*rect));
                sum
            }
            None => Area::from(size.rect()),
        };
        self.past.push_front(now);
        self.past.truncate(PAST);
        wanted.clip(size.rect());
        wanted.simplify(RECTS);
        wanted
    }
}

#[cfg(test)]
mod tests;
