//! Screen capture: the compositor writes into a buffer of the application, so content travels the other way.
//! Covers wlr-screencopy, ext-image-copy-capture and the protocols of the same shape.
//!
//! Invariant: the bytes of a captured buffer, and no others, leave before the message that says they are
//! ready.

use super::Rule;
use super::presentation::retimed;
use crate::damage::{ALIGN, Interval, Intervals};
use crate::engine::dispatch::{Cx, Verdict};
use crate::engine::fault::{Fault, Problem};
use crate::engine::state::State;
use crate::objects::{Data, Target};
use crate::shadow::Shadow;
use crate::wayland::ObjectId;

pub(super) const RULES: &[Rule] = &[
    Rule::request("zwlr_screencopy_frame_v1", "copy", into_buffer),
    Rule::request("zwlr_screencopy_frame_v1", "copy_with_damage", into_buffer),
    Rule::event("zwlr_screencopy_frame_v1", "ready", ready_with_time),
    Rule::event("zwlr_screencopy_frame_v1", "failed", failed),
    Rule::request("ext_image_copy_capture_frame_v1", "attach_buffer", into_buffer),
    Rule::event("ext_image_copy_capture_frame_v1", "ready", ready),
    Rule::event("ext_image_copy_capture_frame_v1", "failed", failed),
    // Only of use together with DMABUFs, which are hidden.
    Rule::event("ext_image_copy_capture_session_v1", "dmabuf_device", swallow),
    Rule::event("ext_image_copy_capture_session_v1", "dmabuf_format", swallow),
    Rule::request("hyprland_toplevel_export_frame_v1", "copy", into_buffer),
    Rule::event("hyprland_toplevel_export_frame_v1", "ready", ready_with_time),
    Rule::event("hyprland_toplevel_export_frame_v1", "failed", failed),
    Rule::request("weston_capture_source_v1", "capture", into_buffer),
    Rule::event("weston_capture_source_v1", "complete", ready),
    Rule::event("weston_capture_source_v1", "retry", failed),
    Rule::event("weston_capture_source_v1", "failed", failed),
    Rule::request("weston_screenshooter", "take_shot", take_shot),
    Rule::event("weston_screenshooter", "done", ready),
];

/// Globals whose users get content back. Files made after one was bound have mirrors.
pub(super) const MANAGERS: &[&str] = &[
    "zwlr_screencopy_manager_v1",
    "ext_image_copy_capture_manager_v1",
    "hyprland_toplevel_export_manager_v1",
    "weston_capture_v1",
    "weston_screenshooter",
];

fn into_buffer(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    let id = cx.object(0)?;
    aim(cx, id)
}

/// Arguments: output, buffer.
fn take_shot(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    let id = cx.object(1)?;
    aim(cx, id)
}

fn aim(cx: &mut Cx<'_>, id: ObjectId) -> Result<Verdict, Fault> {
    let Some(buffer) = cx.state.objects.buffer(id) else { return cx.bad(Problem::NotShm) };
    let target = Target { rid: buffer.rid, image: buffer.image };
    cx.state.objects.estrange(id);
    cx.state.await_all_of(id);
    cx.state.set_data(cx.id, Data::Capture(Some(target)));
    Ok(Verdict::Pass)
}

fn target(state: &mut State, frame: ObjectId) -> Option<Target> {
    match state.objects.data(frame) {
        Some(Data::Capture(target)) => target.clone(),
        _ => None,
    }
}

/// The compositor has written: marks the content on the display's side, waits for it on the application's.
/// The verdict if the message has to wait.
fn captured(cx: &mut Cx<'_>) -> Option<Verdict> {
    let Target { rid, image } = target(cx.state, cx.id)?;
    if cx.inbound {
        if cx.state.shadows.get(rid).is_some_and(Shadow::is_applying) {
            return Some(Verdict::Wait(rid));
        }
    } else if let Some(file) = cx.state.shadows.file(rid) {
        let extent = image.extent(file.size);
        let end = extent.end.min(file.size);
        // Whole blocks are compared; the bytes behind the last one are sent as they are, and so is everything
        // where there is no mirror.
        let compared = if file.mirrored { file.size / ALIGN * ALIGN } else { 0 };
        if extent.start < end.min(compared) {
            let mut blocks = Intervals::new();
            blocks.add(Interval { start: extent.start, end: end.min(compared) });
            file.dirty.merge(&blocks);
        }
        if extent.start.max(compared) < end {
            add_fill(&mut file.fills, Interval { start: extent.start.max(compared), end });
        }
        cx.state.touched.insert(rid);
    }
    cx.state.set_data(cx.id, Data::Capture(None));
    None
}

/// Adds a range. Those that share bytes become one: no two jobs may use the same bytes of a mirror.
fn add_fill(fills: &mut Vec<Interval>, mut new: Interval) {
    fills.retain(|it| {
        let apart = it.end <= new.start || new.end <= it.start;
        if !apart {
            new = Interval { start: new.start.min(it.start), end: new.end.max(it.end) };
        }
        apart
    });
    fills.push(new);
}

fn ready(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    Ok(captured(cx).unwrap_or(Verdict::Pass))
}

fn ready_with_time(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    match captured(cx) {
        Some(wait) => Ok(wait),
        None => retimed(cx, cx.state.now.monotonic_offset, 0..0),
    }
}

fn failed(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    cx.state.set_data(cx.id, Data::Capture(None));
    Ok(Verdict::Pass)
}

fn swallow(_: &mut Cx<'_>) -> Result<Verdict, Fault> {
    Ok(Verdict::Swallow)
}
