//! An application's window of one buffer, as far as a proxy can tell: pool, buffer, surface.
//!
//! Not a shell surface: proxies do not ask for a role. Invariant: it draws only into its own file, and only inside the
//! rectangle that it then declares as damage.

use std::fs::File;
use std::os::unix::fs::FileExt;

use farway_proto::wayland::ObjectId;
use farway_sys::mem::SharedFile;

use super::files::noise;
use super::{Line, RigError};

/// Where the pixels of a buffer are.
#[derive(Copy, Clone, Debug)]
pub struct Layout {
    /// First byte in the pool.
    pub offset: u32,
    /// Pixels.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Bytes from row to row.
    pub stride: u32,
    /// Bytes of a pixel.
    pub pixel: u32,
    /// `wl_shm` format.
    pub format: u32,
}

/// A rectangle in pixels of the buffer: left, top, width, height.
pub type Rect = (u32, u32, u32, u32);

impl Layout {
    /// Four bytes a pixel, no padding, at the start of the pool.
    pub fn xrgb(width: u32, height: u32) -> Self {
        Self { offset: 0, width, height, stride: width * 4, pixel: 4, format: super::pixels::FORMAT_XRGB }
    }

    /// One byte a pixel, no padding, at the start of the pool.
    pub fn r8(width: u32, height: u32) -> Self {
        Self { offset: 0, width, height, stride: width, pixel: 1, format: super::pixels::FORMAT_R8 }
    }

    /// The end of the buffer in its pool.
    pub fn end(self) -> u32 {
        self.offset + self.stride * self.height
    }

    /// All of it.
    pub fn whole(self) -> Rect {
        (0, 0, self.width, self.height)
    }
}

/// A pool with its file.
#[derive(Debug)]
pub struct Pool {
    /// The `wl_shm_pool`.
    pub id: ObjectId,
    /// The application's file.
    pub file: SharedFile,
}

/// A buffer on a surface.
#[derive(Debug)]
pub struct Canvas {
    /// The `wl_surface`.
    pub surface: ObjectId,
    /// The `wl_buffer`.
    pub buffer: ObjectId,
    /// Where its pixels are.
    pub layout: Layout,
    file: File,
}

impl Pool {
    /// A pool of `size` bytes in a file of `file` bytes; sends `create_pool`.
    ///
    /// # Errors
    /// Too many open files, or `shm` is none.
    pub fn create(line: &mut Line, shm: ObjectId, size: u32, file: u64) -> Result<Self, RigError> {
        let file = SharedFile::create(file, None)?;
        let id = line.app.new_id();
        line.request_with(shm, "create_pool", |m| m.new_id(id).int(size as i32), vec![file.share()?])?;
        Ok(Self { id, file })
    }

    /// Enlarges file and pool.
    ///
    /// # Errors
    /// The file cannot grow, or the pool is gone.
    pub fn resize(&self, line: &mut Line, size: u32) -> Result<(), RigError> {
        self.file.grow(size.into())?;
        line.request(self.id, "resize", |m| m.int(size as i32))
    }

    /// A buffer of the pool on `surface`; sends `create_buffer` only.
    ///
    /// # Errors
    /// The pool is gone.
    pub fn canvas(&self, line: &mut Line, surface: ObjectId, layout: Layout) -> Result<Canvas, RigError> {
        let buffer = line.app.new_id();
        line.request(self.id, "create_buffer", |m| {
            let Layout { offset, width, height, stride, format, .. } = layout;
            let m = m.new_id(buffer).int(offset as i32).int(width as i32).int(height as i32);
            m.int(stride as i32).uint(format)
        })?;
        Ok(Canvas { surface, buffer, layout, file: File::from(self.file.share()?) })
    }
}

impl Canvas {
    /// Fills a rectangle with noise; `seed` chooses which.
    ///
    /// # Errors
    /// The file is too short.
    pub fn draw(&self, (left, top, width, height): Rect, seed: u64) -> Result<(), RigError> {
        let Layout { offset, stride, pixel, .. } = self.layout;
        let pixels = noise(seed, (width * pixel * height) as usize);
        for (row, bytes) in pixels.chunks(((width * pixel) as usize).max(1)).enumerate() {
            let at = offset + (top + row as u32) * stride + left * pixel;
            self.file.write_all_at(bytes, at.into())?;
        }
        Ok(())
    }

    /// Sends `attach`, `damage_buffer` for each rectangle, and `commit`.
    ///
    /// # Errors
    /// Surface or buffer are gone.
    pub fn commit(&self, line: &mut Line, damage: &[Rect]) -> Result<(), RigError> {
        line.request(self.surface, "attach", |m| m.object(self.buffer).int(0).int(0))?;
        for (left, top, width, height) in damage {
            line.request(self.surface, "damage_buffer", |m| {
                m.int(*left as i32).int(*top as i32).int(*width as i32).int(*height as i32)
            })?;
        }
        line.request(self.surface, "commit", |m| m)
    }

    /// Draws into the rectangles, commits, and waits until the compositor has the commit and the same pixels.
    ///
    /// # Errors
    /// It has others, or none.
    pub fn show(&self, line: &mut Line, damage: &[Rect], seed: u64) -> Result<(), RigError> {
        for (index, rect) in damage.iter().enumerate() {
            self.draw(*rect, seed.wrapping_add(index as u64))?;
        }
        self.commit(line, damage)?;
        line.deliver().map(drop)
    }
}
