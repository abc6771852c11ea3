//! Pipes: clipboard, primary selection, drag and drop, and whatever else hands over a write end. In every one
//! of these messages, who receives the descriptor writes into it. What flows through is never looked at.

use super::Rule;
use crate::engine::Adopt;
use crate::engine::dispatch::{Cx, Verdict};
use crate::engine::fault::{Fault, Reason};
use crate::shadow::Body;

pub(super) const RULES: &[Rule] = &[
    Rule::request("wl_data_offer", "receive", pipe),
    Rule::event("wl_data_source", "send", pipe),
    Rule::request("zwp_primary_selection_offer_v1", "receive", pipe),
    Rule::event("zwp_primary_selection_source_v1", "send", pipe),
    Rule::request("gtk_primary_selection_offer", "receive", pipe),
    Rule::event("gtk_primary_selection_source", "send", pipe),
    Rule::request("zwlr_data_control_offer_v1", "receive", pipe),
    Rule::event("zwlr_data_control_source_v1", "send", pipe),
    Rule::request("ext_data_control_offer_v1", "receive", pipe),
    Rule::event("ext_data_control_source_v1", "send", pipe),
    Rule::request("org_kde_plasma_window", "get_icon", pipe),
    Rule::request("weston_debug_v1", "subscribe", pipe),
];

fn pipe(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    let rid = cx.fd(Adopt::PipeToWrite)?;
    match cx.state.shadows.get(rid).map(|shadow| &shadow.body) {
        // Gone already: the program gets a closed pipe.
        None | Some(Body::Pipe(_)) => Ok(Verdict::Pass),
        Some(Body::File(_)) => cx.fault(Reason::WrongKind(rid)),
    }
}
