//! `wl_shm`, `wl_shm_pool`: files that both machines have, and the buffers in them. Content travels with
//! commits (see [`super::surface`]), not with pools: they are often much larger than what is used of them.

use super::Rule;
use crate::damage::{ImageError, ShmImage};
use crate::engine::Adopt;
use crate::engine::ahead::Use;
use crate::engine::dispatch::{Cx, Verdict};
use crate::engine::fault::{Fault, Party, Problem, Reason};
use crate::ids::Rid;
use crate::objects::{Buffer, Data};
use crate::shadow::Shadow;

pub(super) const RULES: &[Rule] = &[
    Rule::request("wl_shm", "create_pool", create_pool),
    Rule::request("wl_shm_pool", "create_buffer", create_buffer),
    Rule::request("wl_shm_pool", "resize", resize),
];

fn create_pool(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    let (pool, size) = (cx.new_id(0)?, cx.int(2)?);
    let Ok(size) = u64::try_from(size) else { return cx.bad(Problem::NegativeSize) };
    let rid = cx.fd(Adopt::SharedFile { size })?;
    let Some(file) = cx.state.shadows.file(rid) else { return cx.fault(Reason::WrongKind(rid)) };
    // A peer that announces less than the pool has would let the compositor read beyond the file.
    if cx.inbound && file.size < size {
        return cx.fault(Reason::Range(rid));
    }
    cx.state.set_data(pool, Data::Pool(rid));
    Ok(Verdict::Pass)
}

/// The file of the pool that the message is sent to.
fn pool(cx: &mut Cx<'_>) -> Result<Rid, Fault> {
    match cx.state.objects.data(cx.id) {
        Some(Data::Pool(rid)) => Ok(*rid),
        _ => cx.fault(Reason::WrongObject(cx.id, "wl_shm_pool with a file")),
    }
}

fn create_buffer(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    let rid = pool(cx)?;
    let id = cx.new_id(0)?;
    let image = ShmImage {
        offset: cx.int(1)?,
        width: cx.int(2)?,
        height: cx.int(3)?,
        stride: cx.int(4)?,
        format: cx.uint(5)?,
    };
    let size = cx.state.shadows.file(rid).map_or(0, |file| file.size);
    match image.check(size) {
        Ok(()) => {}
        Err(ImageError::OutOfPool { .. }) => return cx.bad(Problem::OutOfPool),
        Err(ImageError::NonPositiveSize { .. }) => return cx.bad(Problem::NonPositive),
        Err(ImageError::NegativeOffset(_) | ImageError::NegativeStride(_)) => {
            return cx.bad(Problem::NegativeSize);
        }
    }
    let serial = cx.state.serial();
    cx.state.set_data(
        id,
        Data::Buffer(Buffer { rid, image, serial, shown: None, ahead: Use::default(), destroyed: false }),
    );
    Ok(Verdict::Pass)
}

fn resize(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    let rid = pool(cx)?;
    let Ok(size) = u64::try_from(cx.int(0)?) else { return cx.bad(Problem::NegativeSize) };
    if cx.inbound {
        // The file grew with the frame before; a compositor maps it anew on this message.
        if cx.state.shadows.get(rid).is_some_and(Shadow::is_applying) {
            return Ok(Verdict::Wait(rid));
        }
        return match cx.state.shadows.file(rid) {
            Some(file) if file.size < size => Err(Fault { at: Party::Peer, reason: Reason::Range(rid) }),
            _ => Ok(Verdict::Pass),
        };
    }
    let Some(file) = cx.state.shadows.file(rid) else { return cx.fault(Reason::WrongKind(rid)) };
    if size < file.size {
        return cx.bad(Problem::Shrinks);
    }
    if size > file.size {
        file.size = size;
        file.resize_due = true;
        cx.state.touched.insert(rid);
    }
    Ok(Verdict::Pass)
}
