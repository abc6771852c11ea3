//! What tells how fast frames can be shown: frame callbacks, releases, subsurfaces, outputs. What is done with it: see
//! `engine/ahead.rs`.

use super::Rule;
use crate::engine::dispatch::{Cx, Verdict};
use crate::engine::fault::Fault;
use crate::objects::Data;
use crate::wayland::{Builder, Form};

pub(super) const RULES: &[Rule] = &[
    Rule::request("wl_surface", "frame", frame),
    Rule::event("wl_surface", "enter", |cx| on_output(cx, true)),
    Rule::event("wl_surface", "leave", |cx| on_output(cx, false)),
    Rule::event("wl_callback", "done", done),
    Rule::event("wl_buffer", "release", release),
    Rule::request("wl_buffer", "destroy", destroy_buffer),
    Rule::event("wl_output", "mode", mode),
    Rule::request("wl_subcompositor", "get_subsurface", get_subsurface),
    Rule::request("wl_subsurface", "set_sync", |cx| synchronise(cx, true)),
    Rule::request("wl_subsurface", "set_desync", |cx| synchronise(cx, false)),
    Rule::request("wl_subsurface", "destroy", destroy_subsurface),
];

fn frame(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    let callback = cx.new_id(0)?;
    cx.state.frame_asked(cx.id, callback);
    Ok(Verdict::Pass)
}

fn on_output(cx: &mut Cx<'_>, on: bool) -> Result<Verdict, Fault> {
    let output = cx.object(0)?;
    cx.state.surface_on_output(cx.id, output, on);
    Ok(Verdict::Pass)
}

fn done(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    let said = cx.uint(0)?;
    if !cx.inbound {
        cx.state.callback_leaves(cx.id);
        return Ok(Verdict::Pass);
    }
    Ok(match cx.state.callback_answered(cx.id, said) {
        None => Verdict::Swallow,
        Some(time) if time == said => Verdict::Pass,
        Some(time) => {
            let event = Builder::new(cx.id, cx.header.opcode).uint(time).finish(Form::Program, 0);
            event.map_or(Verdict::Pass, Verdict::Rewrite)
        }
    })
}

fn release(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    Ok(if cx.state.buffer_released(cx.id) { Verdict::Pass } else { Verdict::Swallow })
}

fn destroy_buffer(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    cx.state.await_release(cx.id);
    Ok(Verdict::Pass)
}

fn mode(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    const CURRENT: u32 = 1;
    let (flags, rate) = (cx.uint(0)?, cx.int(3)?);
    if flags & CURRENT != 0 {
        cx.state.output_rate(cx.id, rate);
    }
    Ok(Verdict::Pass)
}

fn get_subsurface(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    let (id, surface, parent) = (cx.new_id(0)?, cx.object(1)?, cx.object(2)?);
    cx.state.set_data(id, Data::Subsurface(surface));
    cx.state.surface_joined(surface, Some(parent));
    Ok(Verdict::Pass)
}

fn synchronise(cx: &mut Cx<'_>, on: bool) -> Result<Verdict, Fault> {
    if let Some(Data::Subsurface(surface)) = cx.state.objects.data(cx.id) {
        let surface = *surface;
        cx.state.surface_synchronised(surface, on);
    }
    Ok(Verdict::Pass)
}

fn destroy_subsurface(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    if let Some(Data::Subsurface(surface)) = cx.state.objects.data(cx.id) {
        let surface = *surface;
        cx.state.surface_joined(surface, None);
    }
    Ok(Verdict::Pass)
}
