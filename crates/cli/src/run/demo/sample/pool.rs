//! The buffers that a picture is shown from: three of them in one file.
//!
//! Not the picture. Invariants: a buffer that the compositor reads is not written to; each buffer is behind the picture
//! by exactly the rectangles that it has noted.

use std::sync::Arc;

use farway_proto::wayland::ObjectId;
use farway_sys::mem::{Region, SharedFile};

use super::SampleError;
use super::picture::{Picture, Rect};
use super::wire::{Object, Wire};

/// One is on the screen, one on its way, one is drawn to.
const BUFFERS: usize = 3;
/// Rectangles that are noted for a buffer before it is simply copied as a whole.
const NOTES: usize = 48;
/// `wl_shm.format.xrgb8888`.
const XRGB8888: u32 = 1;

#[derive(Debug)]
struct Slot {
    buffer: Object,
    busy: bool,
    /// Where it is behind the picture.
    stale: Vec<Rect>,
}

/// See the module.
#[derive(Debug)]
pub struct Pool {
    region: Region,
    slots: Vec<Slot>,
    bounds: Rect,
}

impl Pool {
    /// Buffers for pictures of this size.
    pub fn new(wire: &mut Wire, shm: Object, bounds: Rect) -> Result<Self, SampleError> {
        let (stride, frame) = (bounds.w * 4, bounds.w * 4 * bounds.h);
        let total = frame * BUFFERS as i32;
        let file = SharedFile::create(total as u64, None)?;
        let region = Region::of_shared(&file)?;
        let pool = wire.create("wl_shm_pool")?;
        let fd = Arc::new(file.share()?);
        wire.call_with(shm, "create_pool", vec![fd], |it| it.new_id(pool.id).int(total))?;
        let mut slots = Vec::with_capacity(BUFFERS);
        for n in 0..BUFFERS as i32 {
            let buffer = wire.create("wl_buffer")?;
            wire.call(pool, "create_buffer", |it| {
                let it = it.new_id(buffer.id).int(n * frame).int(bounds.w).int(bounds.h);
                it.int(stride).uint(XRGB8888)
            })?;
            slots.push(Slot { buffer, busy: false, stale: vec![bounds] });
        }
        // The buffers keep its memory.
        wire.call(pool, "destroy", |it| it)?;
        Ok(Self { region, slots, bounds })
    }

    /// Whether there is a buffer to write to.
    pub fn has_room(&self) -> bool {
        self.slots.iter().any(|slot| !slot.busy)
    }

    /// Brings a buffer up to date with `picture`, which differs from the last one within `damage`. `None`: the
    /// compositor has them all; then the damage is noted nevertheless.
    pub fn fill(&mut self, picture: &Picture, damage: &[Rect]) -> Result<Option<Object>, SampleError> {
        for slot in &mut self.slots {
            for &rect in damage {
                // Most frames change the same places.
                if !slot.stale.iter().any(|noted| noted.intersect(rect) == rect) {
                    slot.stale.push(rect);
                }
            }
            if slot.stale.len() > NOTES {
                slot.stale = vec![self.bounds];
            }
        }
        let stride = self.bounds.w as u64 * 4;
        let frame = stride * self.bounds.h as u64;
        let Some((n, slot)) = (0_u64..).zip(&mut self.slots).find(|(_, slot)| !slot.busy) else {
            return Ok(None);
        };
        for rect in slot.stale.drain(..) {
            for y in rect.y..rect.bottom() {
                let row = picture.row(y, rect.x, rect.right()).as_flattened();
                self.region.write(n * frame + y as u64 * stride + rect.x as u64 * 4, row)?;
            }
        }
        slot.busy = true;
        Ok(Some(slot.buffer))
    }

    /// The compositor does not read this buffer any more. False: it is none of these.
    pub fn released(&mut self, buffer: ObjectId) -> bool {
        let slot = self.slots.iter_mut().find(|slot| slot.buffer.id == buffer);
        slot.map(|slot| slot.busy = false).is_some()
    }

    /// Destroys the buffers that nobody reads; returns the others, to be destroyed when they are released.
    pub fn retire(self, wire: &mut Wire) -> Result<Vec<Object>, SampleError> {
        let mut busy = Vec::new();
        for slot in self.slots {
            if slot.busy {
                busy.push(slot.buffer);
            } else {
                wire.call(slot.buffer, "destroy", |it| it)?;
            }
        }
        Ok(busy)
    }
}
