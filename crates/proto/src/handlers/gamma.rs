//! `zwlr_gamma_control_v1`: colour tables. Their size is not in the message that brings them, so the
//! compositor's word is remembered.

use super::Rule;
use super::files::whole_file;
use crate::engine::dispatch::{Cx, Verdict};
use crate::engine::fault::{Fault, Problem};
use crate::objects::Data;

pub(super) const RULES: &[Rule] = &[
    Rule::event("zwlr_gamma_control_v1", "gamma_size", gamma_size),
    Rule::request("zwlr_gamma_control_v1", "set_gamma", set_gamma),
];

/// Three ramps of 16-bit values.
const BYTES_PER_ENTRY: u32 = 6;

fn gamma_size(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    let entries = cx.uint(0)?;
    if entries.checked_mul(BYTES_PER_ENTRY).is_none() {
        return cx.bad(Problem::OutOfRange);
    }
    cx.state.set_data(cx.id, Data::Gamma(Some(entries)));
    Ok(Verdict::Pass)
}

fn set_gamma(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    match cx.state.objects.data(cx.id) {
        Some(Data::Gamma(Some(entries))) => {
            let size = u64::from(*entries) * u64::from(BYTES_PER_ENTRY);
            whole_file(cx, size)
        }
        _ => cx.bad(Problem::TooEarly),
    }
}
