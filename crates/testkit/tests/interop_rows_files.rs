//! Edge cases of pools, buffers and keymaps (rows S), through farway on both sides.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use farway_proto::wayland::ObjectId;
use farway_sys::net::Socket;
use farway_sys::pipe::pipe;
use farway_testkit::rig::canvas::{Layout, Pool};
use farway_testkit::rig::files::{noise, same, size};
use farway_testkit::rig::rows::{Row, refused, run};
use farway_testkit::rig::scenario::{Painter, painter};
use farway_testkit::rig::{Both, Line, RigError, content, memory, shared, take_fd};
use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, ftruncate, memfd_create};

type Outcome = Result<(), RigError>;

/// `wl_shm_pool.create_buffer` with these arguments in a pool of 4096 bytes: offset, width, height, stride, format.
fn buffer(site: &mut Both, args: [i32; 4], format: u32, fine: bool) -> Outcome {
    let Painter { mut line, shm, .. } = painter(site)?;
    let pool = Pool::create(&mut line, shm, 4096, 4096)?;
    let id = line.app.new_id();
    line.request(pool.id, "create_buffer", |m| {
        args.iter().fold(m.new_id(id), |m, value| m.int(*value)).uint(format)
    })?;
    if fine { line.round_trip().map(drop) } else { refused(line, "create_buffer") }
}

/// A memfd of so many bytes that may shrink.
fn loose(bytes: &[u8]) -> Result<OwnedFd, RigError> {
    let fd = memfd_create("loose", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)
        .map_err(std::io::Error::from)?;
    File::from(fd.try_clone()?).write_all_at(bytes, 0)?;
    Ok(fd)
}

fn keyboard(site: &mut Both) -> Result<(Line, ObjectId), RigError> {
    let mut line = site.connect()?;
    line.globals(&[("wl_seat", 7)])?;
    let seat = line.bind("wl_seat", 7)?;
    let keyboard = line.create(seat, "get_keyboard")?;
    line.deliver()?;
    Ok((line, keyboard))
}

fn keymap(site: &mut Both, fd: OwnedFd, bytes: &[u8]) -> Outcome {
    let (mut line, id) = keyboard(site)?;
    line.event_with(id, "keymap", |m| m.uint(1).uint(bytes.len() as u32), vec![fd])?;
    let fd = take_fd(&mut line.deliver()?, "wl_keyboard.keymap")?;
    same("keymap", bytes, &content(&fd, bytes.len() as u64)?)
}

fn bad_keymap(site: &mut Both, fd: OwnedFd, size: u32) -> Outcome {
    let (mut line, id) = keyboard(site)?;
    line.event_with(id, "keymap", |m| m.uint(1).uint(size), vec![fd])?;
    refused(line, "file")
}

fn bad_pool(site: &mut Both, fd: OwnedFd, size: i32) -> Outcome {
    let Painter { mut line, shm, .. } = painter(site)?;
    let id = line.app.new_id();
    line.app.send(shm, "create_pool", |m| m.new_id(id).int(size), vec![fd])?;
    refused(line, "")
}

const POOLS: &[Row] = &[
    ("S1 a pool of no bytes that grows", |site| {
        let Painter { mut line, shm, surface, .. } = painter(site)?;
        let pool = Pool::create(&mut line, shm, 0, 0)?;
        line.deliver()?;
        let layout = Layout::xrgb(10, 10);
        pool.resize(&mut line, layout.end())?;
        pool.canvas(&mut line, surface, layout)?.show(&mut line, &[layout.whole()], 1)
    }),
    ("S2 a pool that grows three times before its first use", |site| {
        let Painter { mut line, shm, surface, .. } = painter(site)?;
        let pool = Pool::create(&mut line, shm, 64, 64)?;
        [100, 5000, 5001].into_iter().try_for_each(|size| pool.resize(&mut line, size))?;
        let layout = Layout { offset: 901, ..Layout::xrgb(41, 25) };
        pool.canvas(&mut line, surface, layout)?.show(&mut line, &[layout.whole()], 2)
    }),
    ("S3 a pool that shrinks", |site| {
        let Painter { mut line, shm, .. } = painter(site)?;
        let pool = Pool::create(&mut line, shm, 4096, 4096)?;
        line.request(pool.id, "resize", |m| m.int(4095))?;
        refused(line, "resize")
    }),
    ("S3 a pool that grows beyond its file", |site| {
        let Painter { mut line, shm, .. } = painter(site)?;
        let pool = Pool::create(&mut line, shm, 4096, 4096)?;
        line.request(pool.id, "resize", |m| m.int(8192))?;
        refused(line, "")
    }),
    ("S5 a file larger than its pool", |site| {
        let Painter { mut line, shm, surface, .. } = painter(site)?;
        let pool = Pool::create(&mut line, shm, 4096, 1 << 20)?;
        let fd = take_fd(&mut line.deliver()?, "wl_shm.create_pool")?;
        let layout = Layout::xrgb(32, 32);
        let canvas = pool.canvas(&mut line, surface, layout)?;
        canvas.show(&mut line, &[layout.whole()], 3)?;
        assert_eq!(size(&fd)?, 4096, "only the pool is announced");
        line.round_trip().map(drop)
    }),
    ("S6 a pool larger than its file", |site| bad_pool(site, shared(&[0; 4000])?.share()?, 4096)),
    ("S6 a pool of negative size", |site| bad_pool(site, shared(&[0; 4000])?.share()?, -1)),
    ("S6 a file that shrinks under its pool", |site| {
        let Painter { mut line, shm, surface, .. } = painter(site)?;
        let (fd, id, buffer) = (loose(&noise(1, 8192))?, line.app.new_id(), line.app.new_id());
        let file = fd.try_clone()?;
        line.request_with(shm, "create_pool", |m| m.new_id(id).int(8192), vec![fd])?;
        line.request(id, "create_buffer", |m| m.new_id(buffer).int(0).int(32).int(64).int(128).uint(1))?;
        line.deliver()?;
        ftruncate(&file, 100).map_err(std::io::Error::from)?;
        line.request(surface, "attach", |m| m.object(buffer).int(0).int(0))?;
        line.request(surface, "damage_buffer", |m| m.int(0).int(0).int(32).int(64))?;
        line.request(surface, "commit", |m| m)?;
        refused(line, "")
    }),
    ("S7 a read-only pool", |site| {
        let Painter { mut line, shm, surface, .. } = painter(site)?;
        let file = shared(&noise(7, 4096))?;
        let (id, buffer) = (line.app.new_id(), line.app.new_id());
        let fd = file.share_read_only()?;
        line.request_with(shm, "create_pool", |m| m.new_id(id).int(4096), vec![fd])?;
        line.request(id, "create_buffer", |m| m.new_id(buffer).int(0).int(32).int(32).int(128).uint(1))?;
        line.request(surface, "attach", |m| m.object(buffer).int(0).int(0))?;
        line.request(surface, "damage_buffer", |m| m.int(0).int(0).int(32).int(32))?;
        line.request(surface, "commit", |m| m)?;
        line.round_trip()?;
        assert_eq!(line.pixels.compared, 1);
        Ok(())
    }),
    ("S9 a socket as a pool", |site| bad_pool(site, OwnedFd::from(Socket::pair()?.0), 4096)),
    ("S9 a pipe as a pool", |site| bad_pool(site, pipe()?.0, 4096)),
    ("S14 an unknown format", |site| {
        let Painter { mut line, shm, surface, .. } = painter(site)?;
        let layout = Layout { offset: 100, format: 0xdead_beef, ..Layout::xrgb(20, 20) };
        let pool = Pool::create(&mut line, shm, layout.end() + 50, 4096)?;
        pool.canvas(&mut line, surface, layout)?.show(&mut line, &[layout.whole()], 5)
    }),
    ("S17 two buffers that overlap", |site| {
        let Painter { mut line, shm, surface, compositor } = painter(site)?;
        let other = line.create(compositor, "create_surface")?;
        let (one, two) = (Layout::xrgb(32, 32), Layout { offset: 1000, ..Layout::xrgb(40, 20) });
        let pool = Pool::create(&mut line, shm, 4200, 8192)?;
        let one = pool.canvas(&mut line, surface, one)?;
        let two = pool.canvas(&mut line, other, two)?;
        for seed in 0..6 {
            one.show(&mut line, &[one.layout.whole()], seed)?;
            two.show(&mut line, &[two.layout.whole()], seed + 50)?;
        }
        line.round_trip().map(drop)
    }),
    ("S18 a program that draws while its pixels are read", scribble),
    ("S19 render, then capture into the same pool", capture),
];

/// After the scribbling has stopped, a commit must bring both ends together.
fn scribble(site: &mut Both) -> Outcome {
    let Painter { mut line, shm, surface, .. } = painter(site)?;
    let layout = Layout::xrgb(256, 256);
    let pool = Pool::create(&mut line, shm, layout.end(), layout.end().into())?;
    let canvas = pool.canvas(&mut line, surface, layout)?;
    let stop = Arc::new(AtomicBool::new(false));
    let (file, stopped) = (File::from(pool.file.share()?), Arc::clone(&stop));
    let writer = std::thread::spawn(move || {
        let mut seed = 0;
        while !stopped.load(Ordering::Relaxed) {
            seed += 1;
            // Its failure would show as a difference.
            let _ = file.write_all_at(&noise(seed, 3000), seed * 977 % 259_000);
        }
    });
    line.pixels.off = true;
    for _ in 0..30 {
        canvas.commit(&mut line, &[layout.whole()])?;
        line.deliver()?;
    }
    stop.store(true, Ordering::Relaxed);
    let _ = writer.join();
    line.pixels.off = false;
    canvas.commit(&mut line, &[layout.whole()])?;
    line.round_trip().map(drop)
}

/// The compositor writes into the application's buffer and says `ready`; then the application draws on.
fn capture(site: &mut Both) -> Outcome {
    let Painter { mut line, shm, surface, .. } = painter(site)?;
    line.globals(&[("zwlr_screencopy_manager_v1", 3), ("wl_output", 3)])?;
    let manager = line.bind("zwlr_screencopy_manager_v1", 3)?;
    let output = line.bind("wl_output", 3)?;
    let layout = Layout::xrgb(33, 17);
    let pool = Pool::create(&mut line, shm, layout.end(), layout.end().into())?;
    let far = File::from(take_fd(&mut line.deliver()?, "wl_shm.create_pool")?);
    let canvas = pool.canvas(&mut line, surface, layout)?;
    for seed in 0..4 {
        canvas.show(&mut line, &[layout.whole()], seed)?;
        let frame = line.app.new_id();
        line.request(manager, "capture_output", |m| m.new_id(frame).int(0).object(output))?;
        line.deliver()?;
        line.event(frame, "buffer", |m| m.uint(1).uint(33).uint(17).uint(132))?;
        line.event(frame, "buffer_done", |m| m)?;
        line.request(frame, "copy", |m| m.object(canvas.buffer))?;
        line.deliver()?;
        let seen = noise(seed + 70, layout.end() as usize);
        far.write_all_at(&seen, 0)?;
        line.event(frame, "flags", |m| m.uint(0))?;
        line.event_rewritten(frame, "ready", |m| m.uint(0).uint(1000).uint(5))?;
        line.deliver()?;
        same("capture", &seen, &content(&pool.file.share()?, layout.end().into())?)?;
        line.request(frame, "destroy", |m| m)?;
        canvas.show(&mut line, &[(seed as u32, 3, 2, 2)], seed + 90)?;
    }
    line.round_trip().map(drop)
}

const BUFFERS: &[Row] = &[
    ("S10 no width", |s| buffer(s, [0, 0, 8, 32], 1, false)),
    ("S10 negative height", |s| buffer(s, [0, 8, -8, 32], 1, false)),
    ("S10 negative offset", |s| buffer(s, [-64, 8, 8, 32], 1, false)),
    ("S10 negative stride", |s| buffer(s, [0, 8, 8, -32], 1, false)),
    ("S11 fits exactly", |s| buffer(s, [0, 32, 32, 128], 1, true)),
    ("S11 one row too many", |s| buffer(s, [0, 32, 33, 128], 1, false)),
    ("S11 one byte too far", |s| buffer(s, [1, 32, 32, 128], 1, false)),
    ("S11 NV12 fits exactly", |s| buffer(s, [0, 32, 32, 64], 0x3231_564e, true)),
    ("S11 NV12 one row too many", |s| buffer(s, [0, 32, 64, 64], 0x3231_564e, false)),
    ("S12 stride of 2 GiB", |s| buffer(s, [0, 32, 3, i32::MAX], 1, false)),
    ("S12 offset of 2 GiB", |s| buffer(s, [i32::MAX, 1, 1, 4], 1, false)),
    ("S12 height of 2 GiB", |s| buffer(s, [0, 1, i32::MAX, i32::MAX], 1, false)),
];

const KEYMAPS: &[Row] = &[
    ("S6 keymap longer than its file", |s| bad_keymap(s, shared(&[1; 99])?.share()?, 100)),
    ("S6 keymap of 4 GiB", |s| bad_keymap(s, shared(&[1; 99])?.share()?, u32::MAX)),
    ("S8 sealed keymap", |site| {
        let bytes = noise(8, 5000);
        let fd = loose(&bytes)?;
        fcntl_add_seals(&fd, SealFlags::WRITE | SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)
            .map_err(std::io::Error::from)?;
        keymap(site, fd, &bytes)
    }),
    ("S8 read-only keymap", |site| {
        let bytes = noise(9, 5000);
        keymap(site, shared(&bytes)?.share_read_only()?, &bytes)
    }),
    ("S9 keymap in an ordinary file", |site| {
        let (bytes, file) = (noise(10, 70_000), tempfile::tempfile()?);
        file.write_all_at(&bytes, 0)?;
        keymap(site, file.into(), &bytes)
    }),
    ("S9 keymap in a larger file", |site| {
        keymap(site, shared(&noise(11, 9000))?.share()?, &noise(11, 9000)[..500])
    }),
    ("S9 keymap in a pipe", |s| bad_keymap(s, pipe()?.0, 100)),
    ("S9 keymap in a socket", |s| bad_keymap(s, Socket::pair()?.0.into(), 100)),
    ("S20 keymaps again and again, some empty", |site| {
        let (mut line, id) = keyboard(site)?;
        for round in 0..100 {
            let bytes = noise(round, (round as usize % 4) * 700);
            let fd = shared(&bytes)?.share()?;
            line.event_with(id, "keymap", |m| m.uint(1).uint(bytes.len() as u32), vec![fd])?;
            let fd = take_fd(&mut line.deliver()?, "wl_keyboard.keymap")?;
            same("keymap", &bytes, &content(&fd, bytes.len() as u64)?)?;
        }
        Ok(())
    }),
];

#[test]
fn pools() -> Outcome {
    run(POOLS).map(drop)
}

#[test]
fn buffers() -> Outcome {
    run(BUFFERS).map(drop)
}

#[test]
fn keymaps() -> Outcome {
    run(KEYMAPS).map(drop)
}

/// S15: neither side may hold a large pool of which little is used.
#[test]
fn a_sparse_pool_costs_little() -> Outcome {
    let mut site = run(&[])?;
    let Painter { mut line, shm, surface, .. } = painter(&mut site)?;
    let pool = Pool::create(&mut line, shm, 512 << 20, 512 << 20)?;
    for megabyte in [0, 100, 300, 511] {
        let layout = Layout { offset: megabyte << 20, ..Layout::xrgb(256, 256) };
        pool.canvas(&mut line, surface, layout)?.show(&mut line, &[layout.whole()], megabyte.into())?;
    }
    for pid in [site.server().pid(), site.client().pid()] {
        let (private, peak) = (memory::private(pid)?, memory::peak(pid)?);
        assert!(private < 32 << 20 && peak < 64 << 20, "{private} bytes private, {peak} resident at most");
    }
    Ok(())
}
