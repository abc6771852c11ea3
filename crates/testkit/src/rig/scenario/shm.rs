//! Shared memory: pools, buffers, damage, growth. The pixels are compared at every commit.

use farway_proto::wayland::{Fixed, ObjectId};

use super::super::canvas::{Layout, Pool};
use super::super::error::ensure;
use super::super::party::DISPLAY;
use super::super::pixels::FORMAT_RGB888;
use super::super::{Both, Line, RigError};

/// A connection with what is needed to draw.
#[derive(Debug)]
pub struct Painter {
    /// The connection.
    pub line: Line,
    /// `wl_shm`.
    pub shm: ObjectId,
    /// `wl_compositor`.
    pub compositor: ObjectId,
    /// A surface.
    pub surface: ObjectId,
}

/// Connects and binds `wl_compositor` and `wl_shm`.
///
/// # Errors
/// The connection ends.
pub fn painter(site: &mut Both) -> Result<Painter, RigError> {
    let mut line = site.connect()?;
    line.globals(&[("wl_compositor", 4), ("wl_shm", 1), ("wp_viewporter", 1)])?;
    let compositor = line.bind("wl_compositor", 4)?;
    let shm = line.bind("wl_shm", 1)?;
    let surface = line.create(compositor, "create_surface")?;
    line.deliver()?;
    line.event(shm, "format", |m| m.uint(0))?;
    line.event(shm, "format", |m| m.uint(1))?;
    Ok(Painter { line, shm, compositor, surface })
}

/// One buffer over its life: first frame, small changes, no change, growth, a second buffer, the end.
pub(super) fn frames(site: &mut Both) -> Result<(), RigError> {
    let Painter { mut line, shm, surface, .. } = painter(site)?;
    let pool = Pool::create(&mut line, shm, 720, 4096)?;
    let layout = Layout::xrgb(20, 9);
    let canvas = pool.canvas(&mut line, surface, layout)?;
    canvas.show(&mut line, &[layout.whole()], 1)?;
    canvas.show(&mut line, &[(3, 2, 5, 1)], 2)?;
    canvas.show(&mut line, &[(0, 0, 1, 1), (19, 8, 1, 1)], 3)?;
    // Damage without a change, and a commit without damage or attach.
    canvas.commit(&mut line, &[layout.whole()])?;
    line.request(surface, "commit", |m| m)?;
    line.deliver()?;
    pool.resize(&mut line, 5000)?;
    let second = Layout { offset: 1024, ..Layout::xrgb(30, 30) };
    let other = pool.canvas(&mut line, surface, second)?;
    other.show(&mut line, &[second.whole()], 4)?;
    for seed in 10..20 {
        let x = (seed * 3 % 17) as u32;
        canvas.show(&mut line, &[(x, 1, 2, 7)], seed)?;
        other.show(&mut line, &[(x, x, 9, 4)], seed + 100)?;
    }
    line.event(canvas.buffer, "release", |m| m)?;
    // Everything goes right behind a last commit.
    other.draw((0, 0, 30, 30), 99)?;
    other.commit(&mut line, &[second.whole()])?;
    line.request(canvas.buffer, "destroy", |m| m)?;
    line.request(other.buffer, "destroy", |m| m)?;
    line.request(pool.id, "destroy", |m| m)?;
    line.deliver()?;
    for id in [canvas.buffer, other.buffer, pool.id] {
        line.event(DISPLAY, "delete_id", |m| m.uint(id.0))?;
    }
    line.round_trip()?;
    ensure(line.pixels.compared > 25, || format!("{} commits compared", line.pixels.compared))
}

/// Buffers whose sizes are no multiples of anything, each pool, buffer and first commit in one burst.
pub(super) fn sizes(site: &mut Both) -> Result<(), RigError> {
    let odd = Layout { offset: 7, width: 257, height: 131, stride: 790, pixel: 3, format: FORMAT_RGB888 };
    let layouts = [
        Layout::r8(8, 8),
        Layout::r8(13, 5),
        Layout::r8(16, 16),
        Layout { offset: 13, ..Layout::r8(1023, 401) },
        odd,
        Layout::xrgb(640, 480),
    ];
    each(site, &layouts)
}

/// Pools shorter than any block of a diff.
pub(super) fn tiny(site: &mut Both) -> Result<(), RigError> {
    each(site, &[Layout::r8(1, 1), Layout::r8(3, 3), Layout::r8(5, 6), Layout::r8(9, 7)])
}

fn each(site: &mut Both, layouts: &[Layout]) -> Result<(), RigError> {
    let Painter { mut line, shm, surface, .. } = painter(site)?;
    for (seed, layout) in (1000..).step_by(10).zip(layouts.iter().copied()) {
        let pool = Pool::create(&mut line, shm, layout.end(), layout.end().into())?;
        let canvas = pool.canvas(&mut line, surface, layout)?;
        canvas.show(&mut line, &[layout.whole()], seed)?;
        // The very last byte, then the first one.
        canvas.show(&mut line, &[(layout.width - 1, layout.height - 1, 1, 1)], seed + 1)?;
        canvas.show(&mut line, &[(0, 0, 1, 1)], seed + 2)?;
        let middle = (layout.width / 3, layout.height / 3, layout.width / 2, layout.height / 2);
        canvas.show(&mut line, &[middle], seed + 3)?;
        line.request(pool.id, "destroy", |m| m)?;
        line.request(canvas.buffer, "destroy", |m| m)?;
        line.deliver()?;
        for id in [pool.id, canvas.buffer] {
            line.event(DISPLAY, "delete_id", |m| m.uint(id.0))?;
        }
        line.deliver()?;
    }
    Ok(())
}

/// A pool of 512 MiB of which two corners are used, as `foot` makes them.
pub(super) fn sparse(site: &mut Both) -> Result<(), RigError> {
    let Painter { mut line, shm, surface, .. } = painter(site)?;
    let pool = Pool::create(&mut line, shm, 512 << 20, 512 << 20)?;
    let first = Layout::xrgb(200, 50);
    let last = Layout { offset: 511 << 20, ..first };
    let first = pool.canvas(&mut line, surface, first)?;
    let last = pool.canvas(&mut line, surface, last)?;
    for seed in 0..3 {
        first.show(&mut line, &[(seed, 0, 100, 50)], seed.into())?;
        last.show(&mut line, &[(0, seed, 200, 9)], seed.into())?;
    }
    line.round_trip().map(drop)
}

/// Surface damage under a viewport that crops, scales, and goes away.
pub(super) fn viewport(site: &mut Both) -> Result<(), RigError> {
    let Painter { mut line, shm, surface, .. } = painter(site)?;
    let viewporter = line.bind("wp_viewporter", 1)?;
    let viewport = line.app.new_id();
    line.request(viewporter, "get_viewport", |m| m.new_id(viewport).object(surface))?;
    let layout = Layout::xrgb(64, 64);
    let pool = Pool::create(&mut line, shm, layout.end(), layout.end().into())?;
    let canvas = pool.canvas(&mut line, surface, layout)?;
    canvas.show(&mut line, &[layout.whole()], 1)?;
    let damage = |line: &mut Line, x, y, w, h| -> Result<(), RigError> {
        line.request(surface, "attach", |m| m.object(canvas.buffer).int(0).int(0))?;
        line.request(surface, "damage", |m| m.int(x).int(y).int(w).int(h))?;
        line.request(surface, "commit", |m| m)?;
        line.deliver().map(drop)
    };
    line.request(viewport, "set_source", |m| {
        m.fixed(Fixed(24 * 256 + 128)).fixed(Fixed(4 * 256)).fixed(Fixed(8 * 256)).fixed(Fixed(3 * 256))
    })?;
    line.request(viewport, "set_destination", |m| m.int(200).int(150))?;
    damage(&mut line, 0, 0, 200, 150)?;
    // Buffer pixel (28, 5) is at (87.5, 50) of 200 by 150.
    canvas.draw((28, 5, 1, 1), 7)?;
    damage(&mut line, 86, 48, 28, 54)?;
    line.request(viewport, "destroy", |m| m)?;
    canvas.draw((1, 60, 62, 3), 8)?;
    damage(&mut line, 1, 60, 62, 3)?;
    line.event(DISPLAY, "delete_id", |m| m.uint(viewport.0))?;
    line.round_trip().map(drop)
}
