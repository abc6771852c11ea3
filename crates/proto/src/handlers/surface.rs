//! `wl_surface`: damage, and the commit that makes content visible. On the application's side a commit marks
//! what may have changed; on the display's side it waits for its pixels.

use super::Rule;
use crate::damage::{BufferUse, Dirty, Intervals, Transform};
use crate::engine::Note;
use crate::engine::dispatch::{Cx, Verdict};
use crate::engine::fault::{Fault, Problem};
use crate::engine::state::State;
use crate::ids::Role;
use crate::objects::{Buffer, Data};
use crate::shadow::Shadow;
use crate::wayland::ObjectId;

pub(super) const RULES: &[Rule] = &[
    Rule::request("wl_surface", "attach", attach),
    Rule::request("wl_surface", "damage", damage),
    Rule::request("wl_surface", "damage_buffer", damage),
    Rule::request("wl_surface", "set_buffer_scale", set_buffer_scale),
    Rule::request("wl_surface", "set_buffer_transform", set_buffer_transform),
    Rule::request("wl_surface", "commit", commit),
];

fn attach(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    let id = cx.object(0)?;
    // A buffer without shared memory (a single pixel, say) has no content to forward.
    let serial = cx.state.objects.buffer(id).map(|buffer| buffer.serial);
    if let Some(surface) = cx.state.objects.surface(cx.id) {
        surface.attached = serial.map(|serial| (id, serial));
    }
    cx.state.buffer_attached(cx.id, id);
    Ok(Verdict::Pass)
}

fn damage(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    if cx.state.role == Role::Display {
        return Ok(Verdict::Pass);
    }
    let (x, y, width, height) = (cx.int(0)?, cx.int(1)?, cx.int(2)?, cx.int(3)?);
    if width <= 0 || height <= 0 {
        cx.state.note(Note::EmptyDamage);
        return Ok(Verdict::Pass);
    }
    let in_buffer = cx.signature.name == "damage_buffer";
    if let Some(surface) = cx.state.objects.surface(cx.id) {
        if in_buffer {
            surface.history.damage_buffer(x, y, width, height);
        } else {
            surface.history.damage_surface(x, y, width, height);
        }
    }
    Ok(Verdict::Pass)
}

fn set_buffer_scale(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    let scale = cx.int(0)?;
    if scale <= 0 {
        return cx.bad(Problem::NonPositive);
    }
    if let Some(surface) = cx.state.objects.surface(cx.id) {
        surface.history.set_scale(scale);
    }
    Ok(Verdict::Pass)
}

fn set_buffer_transform(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    let Ok(transform) = Transform::try_from(cx.int(0)?) else { return cx.bad(Problem::OutOfRange) };
    if let Some(surface) = cx.state.objects.surface(cx.id) {
        surface.history.set_transform(transform);
    }
    Ok(Verdict::Pass)
}

/// The buffer that a commit of this surface shows, if its content is ours to forward.
fn shown(state: &mut State, surface: ObjectId) -> Option<Buffer> {
    let (id, serial) = state.objects.surface(surface)?.attached?;
    state.objects.buffer(id).filter(|buffer| buffer.serial == serial && !buffer.destroyed).cloned()
}

/// The buffer that a commit of this surface shows, as the surface's damage history knows it. Damage is told of
/// surfaces: what another surface, an icon or a capture has put into the buffer since is no damage of this one. So
/// its history gets to know the buffer anew.
fn in_history(state: &mut State, surface: ObjectId, buffer: &Buffer) -> BufferUse {
    let serial = match buffer.shown {
        Some((last, serial)) if last == surface => serial,
        _ => state.serial(),
    };
    let id = state.objects.surface(surface).and_then(|it| it.attached).map(|(id, _)| id);
    if let Some(Data::Buffer(it)) = id.and_then(|id| state.objects.data(id)) {
        it.shown = Some((surface, serial));
    }
    BufferUse { serial, width: buffer.image.width, height: buffer.image.height }
}

fn commit(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    let buffer = shown(cx.state, cx.id);
    if cx.inbound {
        if let Some(Buffer { rid, .. }) = buffer {
            if cx.state.shadows.get(rid).is_some_and(Shadow::is_applying) {
                return Ok(Verdict::Wait(rid));
            }
        }
        cx.state.surface_committed(cx.id);
        return Ok(Verdict::Pass);
    }
    cx.state.surface_committed(cx.id);
    let size = buffer.as_ref().and_then(|b| Some(cx.state.shadows.file(b.rid)?.size)).unwrap_or(0);
    let used = buffer.as_ref().map(|it| in_history(cx.state, cx.id, it));
    let Some(surface) = cx.state.objects.surface(cx.id) else { return Ok(Verdict::Pass) };
    let dirty = surface.history.commit(used);
    if let (Some(buffer), false) = (buffer, matches!(dirty, Dirty::Nothing)) {
        let damage = mark(cx.state, &buffer, &dirty, size);
        cx.state.look_for_moves(cx.id, &buffer, &damage);
    }
    Ok(Verdict::Pass)
}

/// The next batch has to send this part of a buffer, which is these bytes.
pub(super) fn mark(state: &mut State, buffer: &Buffer, dirty: &Dirty, pool_size: u64) -> Intervals {
    let intervals = buffer.image.intervals(dirty, pool_size);
    if let Some(file) = state.shadows.file(buffer.rid).filter(|_| !intervals.is_empty()) {
        file.dirty.merge(&intervals);
        file.pitch = Some(match (file.pitch, buffer.image.pixel_pitch()) {
            (None, Some(pitch)) => pitch,
            (Some(one), Some(other)) if one == other => one,
            _ => 0,
        });
        state.touched.insert(buffer.rid);
    }
    intervals
}

/// The surface's destroy request passed: its viewport has nothing to refer to any more.
pub(super) fn destroyed(state: &mut State, id: ObjectId) {
    state.surface_gone(id);
    let viewport = state.objects.surface(id).and_then(|surface| surface.viewport.take());
    if let Some(Data::Viewport(of)) = viewport.and_then(|viewport| state.objects.data(viewport)) {
        *of = None;
    }
}
