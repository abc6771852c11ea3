//! Presentation time: on its way it is another clock's, at the end it must be the same again.

use farway_proto::wayland::Args;
use rustix::time::{ClockId, clock_gettime};

use super::super::error::ensure;
use super::super::{Both, RigError};

fn now(clock: ClockId) -> i128 {
    let time = clock_gettime(clock);
    i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec)
}

fn presented_at(args: &Args<'_>) -> Result<i128, RigError> {
    let seconds = i128::from(args.uint(0)?) << 32 | i128::from(args.uint(1)?);
    let nanoseconds = args.uint(2)?;
    ensure(nanoseconds < 1_000_000_000, || format!("{nanoseconds} ns in a second"))?;
    Ok(seconds * 1_000_000_000 + i128::from(nanoseconds))
}

/// A compositor that uses the real time (id 0 on Linux).
pub(super) fn realtime(site: &mut Both) -> Result<(), RigError> {
    presented(site, 0, ClockId::Realtime, false)
}

/// A compositor that uses the monotonic clock (id 1 on Linux), as nearly all do.
pub(super) fn monotonic(site: &mut Both) -> Result<(), RigError> {
    presented(site, 1, ClockId::Monotonic, false)
}

/// The clock is named after the feedback was asked for, in one burst with the time.
pub(super) fn late_clock(site: &mut Both) -> Result<(), RigError> {
    presented(site, 1, ClockId::Monotonic, true)?;
    presented(site, 0, ClockId::Realtime, true)
}

/// The error must be below twice the time that the exchange took.
fn presented(site: &mut Both, number: u32, clock: ClockId, late: bool) -> Result<(), RigError> {
    let mut line = site.connect()?;
    line.globals(&[("wl_compositor", 4), ("wp_presentation", 1)])?;
    let compositor = line.bind("wl_compositor", 4)?;
    let presentation = line.bind("wp_presentation", 1)?;
    let surface = line.create(compositor, "create_surface")?;
    if !late {
        line.deliver()?;
        line.event(presentation, "clock_id", |m| m.uint(number))?;
        line.deliver()?;
    }
    let feedback = line.app.new_id();
    line.request(presentation, "feedback", |m| m.object(surface).new_id(feedback))?;
    line.deliver()?;
    if late {
        line.event(presentation, "clock_id", |m| m.uint(number))?;
    }
    let sent = now(clock);
    let (seconds, nanoseconds) = (sent / 1_000_000_000, sent % 1_000_000_000);
    line.event_rewritten(feedback, "presented", |m| {
        let m = m.uint((seconds >> 32) as u32).uint(seconds as u32).uint(nanoseconds as u32);
        m.uint(16_666_666).uint(0).uint(42).uint(3)
    })?;
    let arrived = line.deliver()?;
    let elapsed = now(clock) - sent;
    let message = arrived.iter().find(|it| it.is("wp_presentation_feedback.presented"));
    let message = message.ok_or_else(|| RigError::Failed("no presented".to_owned()))?;
    let args = message.args()?;
    let error = presented_at(&args)? - sent;
    ensure(error.abs() <= 2 * elapsed, || format!("off by {error} ns after {elapsed} ns"))?;
    let rest = (args.uint(3)?, args.uint(4)?, args.uint(5)?, args.uint(6)?);
    ensure(rest == (16_666_666, 0, 42, 3), || format!("rest of presented became {rest:?}"))
}
