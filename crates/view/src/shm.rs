//! `wl_shm` and single-pixel buffers: where pixels come from.
//!
//! Invariant: a buffer lies within the memory that its pool was said to have; if the file is cut short later, reading
//! says so and nothing faults. Memory stays as long as a surface shows it, whatever was destroyed meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use farway_sys::mem::Region;

use crate::client::{Data, Target};
use crate::compositor::Compositor;
use crate::descriptor::{Descriptor, Memory};
use crate::dispatch::{Refusal, Request, Rule};
use crate::geometry::Size;
use crate::raster::{Format, Layout, Source};

pub(crate) const RULES: &[Rule] = &[
    ("wl_shm", "create_pool", create_pool),
    ("wl_shm_pool", "create_buffer", create_buffer),
    ("wl_shm_pool", "resize", resize),
    ("wp_single_pixel_buffer_manager_v1", "create_u32_rgba_buffer", create_solid),
];

/// Errors of `wl_shm`.
mod code {
    pub const INVALID_FORMAT: u32 = 0;
    pub const INVALID_STRIDE: u32 = 1;
    pub const INVALID_FD: u32 = 2;
}

/// Shared memory of a client. Its size counts against the client's limit as long as it lives.
#[derive(Debug)]
pub(crate) struct Pool {
    memory: Arc<dyn Memory>,
    size: AtomicU64,
    total: Arc<AtomicU64>,
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.total.fetch_sub(self.size.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}

/// What a `wl_buffer` stands for.
#[derive(Debug)]
pub(crate) struct Buffer {
    pub target: Target,
    pub size: Size,
    content: Content,
    /// Commits that show it, or wait to.
    uses: AtomicU32,
}

#[derive(Debug)]
enum Content {
    Shared(Arc<Pool>, Layout),
    Solid(u32),
}

impl Buffer {
    /// The pixels.
    pub fn source(&self) -> Source<'_> {
        match &self.content {
            Content::Shared(pool, layout) => Source::Shared { memory: &*pool.memory, layout: *layout },
            Content::Solid(color) => Source::Solid(*color),
        }
    }

    /// Whether the format has no alpha, or all of the one pixel is opaque.
    pub fn is_opaque(&self) -> bool {
        match &self.content {
            Content::Shared(_, layout) => !layout.format.has_alpha(),
            Content::Solid(color) => color >> 24 == 0xff,
        }
    }

    /// One more commit shows it.
    pub fn hold(&self) {
        self.uses.fetch_add(1, Ordering::Relaxed);
    }
}

impl Compositor {
    /// A commit that showed the buffer is over; the last one gives it back to its client.
    pub(crate) fn release(&mut self, buffer: &Buffer) {
        if buffer.uses.fetch_sub(1, Ordering::Relaxed) == 1 {
            let same =
                matches!(self.data(buffer.target), Some(Data::Buffer(it)) if std::ptr::eq(&**it, buffer));
            if same {
                self.event(buffer.target, "release", |it| it);
            }
        }
    }
}

pub(crate) fn bound(view: &mut Compositor, shm: Target) {
    for format in Format::all() {
        view.event(shm, "format", |it| it.uint(format.code()));
    }
}

fn create_pool(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let size = request.int(2);
    let descriptor = request.descriptor();
    let Ok(size) = u64::try_from(size).map(|it| it.max(u64::from(it == 0))) else {
        return Err(request.refuse(code::INVALID_STRIDE, format!("invalid size ({size})")));
    };
    if request.int(2) == 0 {
        return Err(request.refuse(code::INVALID_STRIDE, "invalid size (0)"));
    }
    let memory: Arc<dyn Memory> = match descriptor {
        Some(Descriptor::Fd(fd)) => match Region::adopt(fd, size) {
            Ok(region) => Arc::new(region),
            Err(error) => return Err(request.refuse(code::INVALID_FD, error.to_string())),
        },
        Some(Descriptor::Memory(memory)) if memory.len() >= size => memory,
        _ => return Err(request.refuse(code::INVALID_FD, "no memory behind the descriptor")),
    };
    let total = view.clients.get(&request.client).map(|it| Arc::clone(&it.pool_bytes)).unwrap_or_default();
    // Each pool that lives has one of these; the client has another, and here is a third.
    if Arc::strong_count(&total) >= view.config.limits.pools + 2 {
        return Err(request.refuse_limit("too many pools"));
    }
    let pool = Pool { memory, size: AtomicU64::new(size), total };
    if pool.total.fetch_add(size, Ordering::Relaxed) + size > view.config.limits.pool_bytes {
        return Err(request.refuse_limit("too much shared memory"));
    }
    view.set_data(request.client, request.new_id(0), Data::Pool(Arc::new(pool)));
    Ok(())
}

fn pool_of(view: &Compositor, request: &Request<'_>) -> Option<Arc<Pool>> {
    match view.data(request.target()) {
        Some(Data::Pool(pool)) => Some(Arc::clone(pool)),
        _ => None,
    }
}

fn create_buffer(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let Some(pool) = pool_of(view, request) else { return Ok(()) };
    let [offset, width, height, stride] = [1, 2, 3, 4].map(|at| request.int(at));
    let Some(format) = Format::from_shm(request.uint(5)) else {
        let text = format!("invalid format 0x{:x}", request.uint(5));
        return Err(request.refuse(code::INVALID_FORMAT, text));
    };
    let told = || {
        let text = format!("invalid width, height or stride ({width}x{height}, {stride})");
        request.refuse(code::INVALID_STRIDE, text)
    };
    let most = view.config.limits.extent;
    if width > most || height > most {
        return Err(told());
    }
    let numbers = [offset, width, height, stride].map(|it| u64::try_from(it).ok());
    let [Some(offset), Some(columns), Some(rows), Some(stride)] = numbers else { return Err(told()) };
    let row = columns * format.bytes_per_pixel() as u64;
    let end = offset + stride * rows;
    if columns == 0 || rows == 0 || stride < row || end > pool.size.load(Ordering::Relaxed) {
        return Err(told());
    }
    let size = Size::new(width, height);
    let layout = Layout { offset, stride: stride as u32, size, format };
    add_buffer(view, request, size, Content::Shared(pool, layout));
    Ok(())
}

fn add_buffer(view: &mut Compositor, request: &Request<'_>, size: Size, content: Content) {
    let target = Target { client: request.client, id: request.new_id(0) };
    let buffer = Buffer { target, size, content, uses: AtomicU32::new(0) };
    view.set_data(request.client, target.id, Data::Buffer(Arc::new(buffer)));
}

fn resize(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let Some(pool) = pool_of(view, request) else { return Ok(()) };
    let have = pool.size.load(Ordering::Relaxed);
    let size = match u64::try_from(request.int(0)) {
        Ok(size) if size >= have => size,
        _ => return Err(request.refuse(code::INVALID_FD, "a pool cannot shrink")),
    };
    if let Err(error) = pool.memory.grow(size) {
        return Err(request.refuse(code::INVALID_FD, error.to_string()));
    }
    pool.size.store(size, Ordering::Relaxed);
    if pool.total.fetch_add(size - have, Ordering::Relaxed) + size - have > view.config.limits.pool_bytes {
        return Err(request.refuse_limit("too much shared memory"));
    }
    Ok(())
}

fn create_solid(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let [red, green, blue, alpha] = [1, 2, 3, 4].map(|at| request.uint(at) >> 24);
    let color = alpha << 24 | red.min(alpha) << 16 | green.min(alpha) << 8 | blue.min(alpha);
    add_buffer(view, request, Size::new(1, 1), Content::Solid(color));
    Ok(())
}
