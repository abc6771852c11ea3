//! Clocks. On the channel every timestamp is wall-clock time; each half converts from and to the clock of its
//! own machine (wayland-handling.md 1.5).
//!
//! Invariant: nanoseconds stay below a second and times never wrap.

use super::Rule;
use crate::engine::Note;
use crate::engine::dispatch::{Cx, Verdict};
use crate::engine::fault::{Fault, Reason};
use crate::wayland::{Builder, Form};

pub(super) const RULES: &[Rule] = &[
    Rule::event("wp_presentation", "clock_id", clock_id),
    Rule::event("wp_presentation_feedback", "presented", presented),
    Rule::request("wp_commit_timer_v1", "set_timestamp", set_timestamp),
    Rule::event("ext_image_copy_capture_frame_v1", "presentation_time", presentation_time),
];

const SECOND: i128 = 1_000_000_000;

/// What Linux calls the clock that has this number here. `clocks` as in [`crate::engine::Config::clocks`].
pub(crate) fn linux_clock(clocks: &[(u32, u32)], local: u32) -> u32 {
    clocks.iter().find(|(here, _)| *here == local).map_or(local, |(_, linux)| *linux)
}

/// The number here of the clock that Linux calls so.
pub(crate) fn local_clock(clocks: &[(u32, u32)], linux: u32) -> u32 {
    clocks.iter().find(|(_, there)| *there == linux).map_or(linux, |(local, _)| *local)
}

fn clock_id(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    let sent = cx.uint(0)?;
    let clocks = &cx.state.config.clocks;
    let (local, forwarded) = if cx.inbound {
        let local = local_clock(clocks, sent);
        (local, local)
    } else {
        (sent, linux_clock(clocks, sent))
    };
    match cx.state.clock {
        Some(known) if known != local => return cx.fault(Reason::ClockChanged),
        _ => cx.state.clock = Some(local),
    }
    if forwarded == sent {
        return Ok(Verdict::Pass);
    }
    let message = Builder::new(cx.id, cx.header.opcode).uint(forwarded);
    Ok(Verdict::Rewrite(cx.arg(message.finish(Form::Program, 0))?))
}

/// Seconds (high and low word) and nanoseconds in the first three arguments.
fn convert(cx: &Cx<'_>, offset: i64) -> Result<[u32; 3], Fault> {
    let (high, low, nanoseconds) = (cx.uint(0)?, cx.uint(1)?, i128::from(cx.uint(2)?));
    if nanoseconds >= SECOND {
        return cx.fault(Reason::Timestamp);
    }
    let seconds = u64::from(high) << 32 | u64::from(low);
    let time = i128::from(seconds) * SECOND + nanoseconds;
    let offset = i128::from(offset);
    let moved = if cx.inbound { time - offset } else { time + offset };
    // A skewed wall clock must not make a time before the start of a monotonic one.
    let moved = moved.max(0);
    let Ok(seconds) = u64::try_from(moved / SECOND) else { return cx.fault(Reason::Timestamp) };
    Ok([(seconds >> 32) as u32, seconds as u32, (moved % SECOND) as u32])
}

/// The message with another time in its first three arguments; `rest` are the uints behind them.
pub(super) fn retimed(cx: &Cx<'_>, offset: i64, rest: std::ops::Range<usize>) -> Result<Verdict, Fault> {
    let mut message = Builder::new(cx.id, cx.header.opcode);
    for word in convert(cx, offset)? {
        message = message.uint(word);
    }
    for at in rest {
        message = message.uint(cx.uint(at)?);
    }
    Ok(Verdict::Rewrite(cx.arg(message.finish(Form::Program, 0))?))
}

/// The clocks that compositors use, by their Linux numbers.
const REALTIME: u32 = 0;
const MONOTONIC: u32 = 1;

/// Wall clock minus the compositor's clock. What the driver sampled for that clock is of no use when the clock was
/// named in the same read, so the usual clocks do not depend on it.
fn presentation_offset(cx: &mut Cx<'_>) -> i64 {
    let Some(clock) = cx.state.clock else {
        cx.state.note(Note::NoClock);
        return cx.state.now.monotonic_offset;
    };
    match linux_clock(&cx.state.config.clocks, clock) {
        REALTIME => 0,
        MONOTONIC => cx.state.now.monotonic_offset,
        _ => cx.state.now.presentation_offset,
    }
}

fn presented(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    let offset = presentation_offset(cx);
    retimed(cx, offset, 3..7)
}

fn set_timestamp(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    let offset = presentation_offset(cx);
    retimed(cx, offset, 0..0)
}

fn presentation_time(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    retimed(cx, cx.state.now.monotonic_offset, 0..0)
}
