//! `wp_viewporter`: crop and scale change how surface damage maps to a buffer.

use super::Rule;
use crate::engine::dispatch::{Cx, Verdict};
use crate::engine::fault::{Fault, Problem};
use crate::engine::state::State;
use crate::objects::{Data, Surface};
use crate::wayland::ObjectId;

pub(super) const RULES: &[Rule] = &[
    Rule::request("wp_viewporter", "get_viewport", get_viewport),
    Rule::request("wp_viewport", "set_source", set_source),
    Rule::request("wp_viewport", "set_destination", set_destination),
];

fn get_viewport(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    let (viewport, surface) = (cx.new_id(0)?, cx.object(1)?);
    if let Some(of) = cx.state.objects.surface(surface) {
        of.viewport = Some(viewport);
        cx.state.set_data(viewport, Data::Viewport(Some(surface)));
    }
    Ok(Verdict::Pass)
}

/// The surface of a viewport, unless that is gone.
fn surface(state: &mut State, viewport: ObjectId) -> Option<&mut Surface> {
    match state.objects.data(viewport) {
        Some(Data::Viewport(Some(surface))) => {
            let surface = *surface;
            state.objects.surface(surface)
        }
        _ => None,
    }
}

fn set_source(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    let at = |n| cx.arg(cx.args.fixed(n)).map(|fixed| fixed.0);
    let (x, y, width, height) = (at(0)?, at(1)?, at(2)?, at(3)?);
    const UNSET: i32 = -256;
    let source = if [x, y, width, height] == [UNSET; 4] {
        None
    } else if x < 0 || y < 0 || width <= 0 || height <= 0 {
        return cx.bad(Problem::OutOfRange);
    } else {
        Some((x, y, width, height))
    };
    if let Some(surface) = surface(cx.state, cx.id) {
        surface.history.set_source(source);
    }
    Ok(Verdict::Pass)
}

fn set_destination(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    let destination = match (cx.int(0)?, cx.int(1)?) {
        (-1, -1) => None,
        (width, height) if width > 0 && height > 0 => Some((width, height)),
        _ => return cx.bad(Problem::OutOfRange),
    };
    if let Some(surface) = surface(cx.state, cx.id) {
        surface.history.set_destination(destination);
    }
    Ok(Verdict::Pass)
}

/// The viewport's destroy request passed: crop and scale go with it.
pub(super) fn destroyed(state: &mut State, id: ObjectId) {
    if let Some(surface) = surface(state, id) {
        surface.viewport = None;
        surface.history.set_source(None);
        surface.history.set_destination(None);
    }
    state.set_data(id, Data::Viewport(None));
}
