//! `wl_registry`: which globals an application may see, and in which version. Both halves filter, so that
//! either may be old.
//!
//! Invariant: what was hidden cannot be bound.

use super::Rule;
use crate::engine::dispatch::{Cx, Verdict};
use crate::engine::fault::{Fault, Limited, Reason};
use crate::engine::{Caps, Note};
use crate::wayland::{Builder, Form, by_name};

pub(super) const RULES: &[Rule] = &[
    Rule::event("wl_registry", "global", global),
    Rule::event("wl_registry", "global_remove", global_remove),
    Rule::request("wl_registry", "bind", bind),
];

/// Globals that are never let through: they carry descriptors that mean nothing on another machine, or that
/// need a GPU. The second group has no table; that descriptors come with it is known.
const HIDDEN: &[&str] = &[
    "wl_drm",
    "wp_drm_lease_device_v1",
    "wp_linux_drm_syncobj_manager_v1",
    "wp_security_context_manager_v1",
    "zwlr_export_dmabuf_manager_v1",
    "zwp_linux_dmabuf_v1",
    "zwp_linux_explicit_synchronization_v1",
    "org_kde_kwin_remote_access_manager",
    // no table
    "wl_eglstream",
    "wl_eglstream_controller",
    "wl_eglstream_display",
    "mesa_drm",
    "xx_color_manager_v2",
    "xx_color_manager_v3",
    "zcosmic_screencopy_manager_v1",
    "zcosmic_screencopy_manager_v2",
    "zkde_screencast_unstable_v1",
];

/// The highest versions whose messages are all handled; a newer one may bring descriptors or buffers.
const CAPPED: &[(&str, u32)] =
    &[("wl_shm", 2), ("zwlr_screencopy_manager_v1", 3), ("ext_image_copy_capture_manager_v1", 1)];

/// True if no application behind farway may see this global.
pub(crate) fn is_hidden(interface: &[u8]) -> Option<&'static str> {
    HIDDEN.iter().find(|name| name.as_bytes() == interface).copied()
}

fn global(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    let (name, version) = (cx.uint(0)?, cx.uint(2)?);
    let interface = cx.arg(cx.args.str(1))?.unwrap_or_default();
    if cx.state.globals.len() >= cx.state.config.limits.globals && !cx.state.globals.contains_key(&name) {
        return cx.fault(Reason::Limit(Limited::Globals));
    }
    if let Some(hidden) = is_hidden(interface) {
        cx.state.globals.insert(name, Caps::Hidden);
        cx.state.note(Note::Hidden(hidden));
        return Ok(Verdict::Swallow);
    }
    let cap =
        CAPPED.iter().find(|(capped, _)| capped.as_bytes() == interface).map_or(u32::MAX, |(_, cap)| *cap);
    if by_name(interface).is_none() {
        cx.state.note(Note::UnknownInterface(crate::wayland::escape(interface)));
    }
    cx.state.globals.insert(name, Caps::Version(version.min(cap)));
    if version <= cap {
        return Ok(Verdict::Pass);
    }
    let message = Builder::new(cx.id, cx.header.opcode).uint(name).str(interface).uint(cap);
    Ok(Verdict::Rewrite(cx.arg(message.finish(Form::Program, 0))?))
}

fn global_remove(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    let name = cx.uint(0)?;
    // An application may still bind what is being removed, unless it was never told of it.
    if cx.state.globals.get(&name) == Some(&Caps::Hidden) {
        cx.state.globals.remove(&name);
        return Ok(Verdict::Swallow);
    }
    Ok(Verdict::Pass)
}

fn bind(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    let name = cx.uint(0)?;
    let new = cx.arg(cx.args.new_id(1))?;
    let (interface, version) = new.named.unwrap_or_default();
    let allowed = match cx.state.globals.get(&name) {
        Some(Caps::Hidden) => false,
        Some(Caps::Version(most)) => version <= *most,
        None => is_hidden(interface).is_none(),
    };
    if !allowed || is_hidden(interface).is_some() {
        return cx.fault(Reason::HiddenGlobal(name));
    }
    if super::capture::MANAGERS.iter().any(|manager| manager.as_bytes() == interface) {
        cx.state.captures = true;
    }
    Ok(Verdict::Pass)
}
