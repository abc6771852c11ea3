//! What connections cost both halves that do nothing, or that are gone.

use std::time::{Duration, Instant};

use farway_testkit::real::wait::{self, DEADLINE};
use farway_testkit::rig::canvas::{Canvas, Layout, Pool};
use farway_testkit::rig::line::Line;
use farway_testkit::rig::rows::run;
use farway_testkit::rig::scenario::{Painter, painter};
use farway_testkit::rig::{Both, RigError, memory};

/// Applications with a window that do nothing. With two descriptors each on either side of the test, and what it needs
/// for the window, more would need a higher limit than many a machine has.
const APPS: u64 = 100;
/// Memory for each of them in a process, besides the window. In a release build it is a third of it.
const EACH: u64 = 160 << 10;
/// Without a sign of life for so long, there will be none: longer than two trims of the heap are apart.
const LIFELESS: Duration = Duration::from_secs(6);

fn pids(site: &mut Both) -> [u32; 2] {
    [site.server().pid(), site.client().pid()]
}

/// Waits until neither process does anything.
fn asleep(site: &mut Both) -> Result<(), RigError> {
    let pids = pids(site);
    let (mut before, mut since) = (0, Instant::now());
    Ok(wait::until("no thread of both wakes up", 2 * DEADLINE, || {
        let now = memory::wakes(pids[0]).unwrap_or(0) + memory::wakes(pids[1]).unwrap_or(0);
        if now != before {
            (before, since) = (now, Instant::now());
        }
        Ok((since.elapsed() >= LIFELESS).then_some(()))
    })?)
}

/// An application with a window of `side` x `side` pixels, which is on the screen.
fn window(site: &mut Both, side: u32, seed: u64) -> Result<(Line, Pool, Canvas), RigError> {
    let Painter { mut line, shm, surface, .. } = painter(site)?;
    let layout = Layout::xrgb(side, side);
    let pool = Pool::create(&mut line, shm, layout.end(), layout.end().into())?;
    let canvas = pool.canvas(&mut line, surface, layout)?;
    canvas.show(&mut line, &[layout.whole()], seed)?;
    line.round_trip()?;
    Ok((line, pool, canvas))
}

#[test]
fn idle_applications_cost_no_time_and_little_memory() -> Result<(), RigError> {
    let mut site = run(&[])?;
    drop(painter(&mut site)?);
    let pids = pids(&mut site);
    let empty = [memory::private(pids[0])?, memory::private(pids[1])?];
    let mut windows = Vec::new();
    for seed in 0..APPS {
        windows.push(window(&mut site, 64, seed)?);
    }
    asleep(&mut site)?;
    for (pid, empty) in pids.into_iter().zip(empty) {
        let each = memory::private(pid)?.saturating_sub(empty) / APPS;
        eprintln!("{} KiB for each application", each >> 10);
        assert!(each < EACH, "{each} bytes for each application");
    }
    // They sleep, but not for ever.
    windows.iter_mut().try_for_each(|(line, ..)| line.round_trip().map(drop))
}

#[test]
fn connections_that_are_gone_leave_nothing() -> Result<(), RigError> {
    let mut site = run(&[])?;
    let pids = pids(&mut site);
    let mut found = Vec::new();
    for _ in 0..2 {
        for n in 0..1000 {
            match n % 10 {
                0 => drop(window(&mut site, 300, n)?),
                _ => drop(site.connect()?),
            }
        }
        asleep(&mut site)?;
        for pid in pids {
            found.push((memory::private(pid)?, memory::descriptors(pid)?));
        }
    }
    for at in 0..2 {
        let ((before, fds_before), (after, fds)) = (found[at], found[at + 2]);
        eprintln!("{} and {} KiB", before >> 10, after >> 10);
        assert_eq!(fds, fds_before, "descriptors");
        assert!(after < before + (256 << 10), "from {before} to {after} bytes");
    }
    site.check()
}
