//! The oracle for shared memory: at every commit that the compositor receives, its buffer equals the application's.
//!
//! Not a model of damage: a test that changes pixels outside of its damage switches this off. It reads the
//! application's file when the commit *arrives*, so a test must not draw between sending a commit and
//! [`Line::deliver`](super::Line::deliver). Invariant: whatever is compared is compared byte by byte.

use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;
use std::rc::Rc;

use farway_proto::wayland::ObjectId;

use super::{Message, RigError};

/// The file of one pool at both ends.
#[derive(Debug)]
struct Twin {
    near: File,
    far: File,
}

#[derive(Clone, Debug)]
struct Buffer {
    twin: Rc<Twin>,
    offset: u64,
    rows: u64,
    stride: u64,
    row_bytes: u64,
}

/// Pools, buffers and surfaces as the compositor knows them.
#[derive(Debug, Default)]
pub struct Pixels {
    /// The application's files of pools that the compositor has not seen yet.
    coming: VecDeque<File>,
    pools: HashMap<ObjectId, Rc<Twin>>,
    buffers: HashMap<ObjectId, Buffer>,
    attached: HashMap<ObjectId, Buffer>,
    /// Commits compared so far.
    pub compared: u32,
    /// Do not compare.
    pub off: bool,
}

impl Pixels {
    /// The application sends `create_pool` with this descriptor.
    pub(super) fn pool_sent(&mut self, fd: &OwnedFd) -> Result<(), RigError> {
        self.coming.push_back(File::from(fd.try_clone()?));
        Ok(())
    }

    /// The compositor received `message`.
    pub(super) fn arrived(&mut self, message: &Message) -> Result<(), RigError> {
        if message.is("wl_shm.create_pool") {
            let id = message.args()?.new_id(0)?.id;
            if let (Some(near), Some(far)) = (self.coming.pop_front(), message.fds.first()) {
                self.pools.insert(id, Rc::new(Twin { near, far: File::from(far.try_clone()?) }));
            }
        } else if message.is("wl_shm_pool.create_buffer") {
            self.create_buffer(message)?;
        } else if message.is("wl_surface.attach") {
            let buffer = self.buffers.get(&message.args()?.object(0)?).cloned();
            match buffer {
                Some(buffer) => self.attached.insert(message.object(), buffer),
                None => self.attached.remove(&message.object()),
            };
        } else if message.is("wl_surface.commit") && !self.off {
            if let Some(buffer) = self.attached.get(&message.object()) {
                buffer.compare()?;
                self.compared += 1;
            }
        }
        Ok(())
    }

    fn create_buffer(&mut self, message: &Message) -> Result<(), RigError> {
        let args = message.args()?;
        let Some(twin) = self.pools.get(&message.object()).cloned() else { return Ok(()) };
        let whole = |index| -> Result<u64, RigError> { Ok(args.int(index)?.max(0) as u64) };
        let (offset, width, rows, stride) = (whole(1)?, whole(2)?, whole(3)?, whole(4)?);
        // All bytes of a row where the format is not one that the tests use.
        let row_bytes = pixel_bytes(args.uint(5)?).map_or(stride, |bytes| (width * bytes).min(stride));
        self.buffers.insert(args.new_id(0)?.id, Buffer { twin, offset, rows, stride, row_bytes });
        Ok(())
    }
}

impl Buffer {
    fn compare(&self) -> Result<(), RigError> {
        let (mut near, mut far) = (vec![0; self.row_bytes as usize], vec![0; self.row_bytes as usize]);
        for row in 0..self.rows {
            let at = self.offset + row * self.stride;
            self.twin.near.read_exact_at(&mut near, at)?;
            self.twin.far.read_exact_at(&mut far, at)?;
            if let Some(column) = near.iter().zip(&far).position(|(a, b)| a != b) {
                return Err(RigError::Content { what: format!("pixel row {row}"), at: at + column as u64 });
            }
        }
        Ok(())
    }
}

/// Bytes of a pixel for the formats of the tests.
fn pixel_bytes(format: u32) -> Option<u64> {
    match format {
        FORMAT_ARGB | FORMAT_XRGB => Some(4),
        FORMAT_R8 => Some(1),
        FORMAT_RGB888 => Some(3),
        _ => None,
    }
}

/// `wl_shm` format ARGB8888.
pub const FORMAT_ARGB: u32 = 0;
/// `wl_shm` format XRGB8888.
pub const FORMAT_XRGB: u32 = 1;
/// `wl_shm` format R8: one byte a pixel.
pub const FORMAT_R8: u32 = 0x2020_3852;
/// `wl_shm` format RGB888: three bytes a pixel.
pub const FORMAT_RGB888: u32 = 0x3432_4752;
