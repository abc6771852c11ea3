//! `xdg_toplevel`: the prefix that tells a forwarded window from a local one.

#[cfg(test)]
mod tests;

use super::Rule;
use crate::engine::dispatch::{Cx, Verdict};
use crate::engine::fault::Fault;
use crate::wayland::{Builder, Form};

pub(super) const RULES: &[Rule] = &[Rule::request("xdg_toplevel", "set_title", set_title)];

/// Older libwayland cannot take longer messages; a title that would not fit is cut.
const MAX_TITLE: usize = 4096 - 8 - 4 - 4;

fn set_title(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    let prefix = &cx.state.config.title_prefix;
    if prefix.is_empty() {
        return Ok(Verdict::Pass);
    }
    let title = cx.arg(cx.args.str(0))?.unwrap_or_default();
    let mut text = [prefix.as_slice(), title].concat();
    let mut end = text.len().min(MAX_TITLE);
    while end < text.len() && end > 0 && text[end] & 0xc0 == 0x80 {
        end -= 1; // not within a UTF-8 character
    }
    text.truncate(end);
    let message = Builder::new(cx.id, cx.header.opcode).str(&text);
    Ok(Verdict::Rewrite(cx.arg(message.finish(Form::Program, 0))?))
}
