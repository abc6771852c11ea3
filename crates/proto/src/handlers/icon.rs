//! `xdg_toplevel_icon_v1`: a buffer that is shown without ever being committed.

use super::Rule;
use crate::damage::Dirty;
use crate::engine::dispatch::{Cx, Verdict};
use crate::engine::fault::{Fault, Problem};
use crate::shadow::Shadow;

pub(super) const RULES: &[Rule] = &[Rule::request("xdg_toplevel_icon_v1", "add_buffer", add_buffer)];

fn add_buffer(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    let id = cx.object(0)?;
    let Some(buffer) = cx.state.objects.buffer(id).cloned() else { return cx.bad(Problem::NotShm) };
    if cx.inbound {
        let applying = cx.state.shadows.get(buffer.rid).is_some_and(Shadow::is_applying);
        return Ok(if applying { Verdict::Wait(buffer.rid) } else { Verdict::Pass });
    }
    cx.state.objects.estrange(id);
    cx.state.await_all_of(id);
    let size = cx.state.shadows.file(buffer.rid).map_or(0, |file| file.size);
    super::surface::mark(cx.state, &buffer, &Dirty::Whole, size);
    Ok(Verdict::Pass)
}
