//! Files that are read once: keymaps and ICC profiles. The whole content goes before the message; on the other
//! side the message waits until it is there.

use super::Rule;
use crate::engine::dispatch::{Cx, Verdict};
use crate::engine::fault::{Fault, Limited, Problem, Reason};
use crate::engine::{Access, Adopt};
use crate::shadow::Shadow;

pub(super) const RULES: &[Rule] = &[
    Rule::event("wl_keyboard", "keymap", keymap),
    Rule::event("zwp_input_method_keyboard_grab_v2", "keymap", keymap),
    Rule::request("zwp_virtual_keyboard_v1", "keymap", keymap),
    Rule::event("wp_image_description_info_v1", "icc_file", icc_file),
    Rule::request("wp_image_description_creator_icc_v1", "set_icc_file", set_icc_file),
    Rule::event("xx_image_description_info_v4", "icc_file", icc_file),
    Rule::request("xx_image_description_creator_icc_v4", "set_icc_file", set_icc_file),
];

/// Arguments: format, fd, size.
fn keymap(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    let size = cx.uint(2)?;
    whole_file(cx, u64::from(size))
}

/// Arguments: fd, size.
fn icc_file(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    let size = cx.uint(1)?;
    whole_file(cx, u64::from(size))
}

/// Arguments: fd, offset, length.
fn set_icc_file(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    let (offset, length) = (cx.uint(1)?, cx.uint(2)?);
    let end = offset.checked_add(length);
    match end {
        Some(end) if length > 0 => whole_file(cx, u64::from(end)),
        _ => cx.bad(Problem::OutOfRange),
    }
}

/// Forwards a file of `size` bytes with this message.
pub(super) fn whole_file(cx: &mut Cx<'_>, size: u64) -> Result<Verdict, Fault> {
    if size > cx.state.config.limits.fixed_file {
        return cx.fault(Reason::Limit(Limited::FixedFile));
    }
    let rid = cx.fd(Adopt::FixedFile { size })?;
    if !cx.inbound {
        return Ok(Verdict::Pass);
    }
    let applying = cx.state.shadows.get(rid).is_some_and(Shadow::is_applying);
    match cx.state.shadows.file(rid) {
        None => cx.fault(Reason::WrongKind(rid)),
        Some(_) if applying => Ok(Verdict::Wait(rid)),
        Some(file) if file.size < size => cx.fault(Reason::Range(rid)),
        Some(_) => {
            cx.rids.iter_mut().for_each(|handover| handover.access = Access::ReadOnly);
            Ok(Verdict::Pass)
        }
    }
}
