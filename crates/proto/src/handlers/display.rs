//! `wl_display`: the end of an object's id. Errors and everything else pass unchanged.

use super::Rule;
use crate::engine::dispatch::{Cx, Verdict};
use crate::engine::fault::{Fault, Reason};
use crate::wayland::ObjectId;

pub(super) const RULES: &[Rule] = &[Rule::event("wl_display", "delete_id", delete_id)];

fn delete_id(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    let id = ObjectId(cx.uint(0)?);
    if id == ObjectId::DISPLAY {
        return cx.fault(Reason::DisplayDeleted);
    }
    cx.state.id_deleted(id);
    cx.state.forget(id);
    Ok(Verdict::Pass)
}
