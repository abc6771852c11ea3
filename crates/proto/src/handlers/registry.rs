//! `wl_registry`: which globals an application may see, and in which version. Both halves filter, so that
//! either may be old.
//!
//! Invariant: what was hidden cannot be bound.

#[cfg(test)]
mod tests;

use super::Rule;
use crate::engine::dispatch::{Cx, Verdict};
use crate::engine::fault::{Fault, Limited, Reason};
use crate::engine::{Caps, Note};
use crate::wayland::{ArgKind, Builder, Form, Interface, by_name};

pub(super) const RULES: &[Rule] = &[
    Rule::event("wl_registry", "global", global),
    Rule::event("wl_registry", "global_remove", global_remove),
    Rule::request("wl_registry", "bind", bind),
];

/// Globals that are never let through though nothing in their tables says so: they lead to buffers on a GPU,
/// or they have no table and are known to carry descriptors. All others are judged by [`carries_unknown_fds`].
const HIDDEN: &[&str] = &[
    "wp_linux_drm_syncobj_manager_v1",
    "zwp_linux_dmabuf_v1",
    "zkde_screencast_unstable_v1",
    // no table
    "mesa_drm",
    "wl_eglstream",
    "wl_eglstream_controller",
    "xx_color_manager_v2",
    "xx_color_manager_v3",
    "zcosmic_screencopy_manager_v1",
    "zcosmic_screencopy_manager_v2",
];

/// True if an object made from this one, however indirectly, can send or receive a descriptor for which there
/// is no rule. Such a global cannot work on another machine, and its descriptors would be taken for others.
fn carries_unknown_fds(interface: &'static Interface) -> bool {
    let mut seen = vec![interface];
    let mut at = 0;
    while let Some(current) = seen.get(at).copied() {
        at += 1;
        for signature in current.requests.iter().chain(current.events) {
            if signature.fds > 0 && super::find(signature).is_none() {
                return true;
            }
            for kind in signature.args {
                if let ArgKind::NewId(Some(new)) = kind {
                    if !seen.contains(new) {
                        seen.push(new);
                    }
                }
            }
        }
    }
    false
}

/// The highest versions whose messages are all handled; a newer one may bring descriptors or buffers.
const CAPPED: &[(&str, u32)] =
    &[("wl_shm", 2), ("zwlr_screencopy_manager_v1", 3), ("ext_image_copy_capture_manager_v1", 1)];

/// The name under which a global is hidden from applications behind farway, if it is.
fn is_hidden(interface: &[u8]) -> Option<&'static str> {
    if let Some(listed) = HIDDEN.iter().find(|name| name.as_bytes() == interface) {
        return Some(listed);
    }
    by_name(interface).filter(|interface| carries_unknown_fds(interface)).map(|interface| interface.name)
}

/// The highest version in which applications may have this global; `None`: they may not.
pub(crate) fn admitted(interface: &[u8], version: u32) -> Option<u32> {
    is_hidden(interface).is_none().then(|| capped(interface, version))
}

fn capped(interface: &[u8], version: u32) -> u32 {
    let cap = CAPPED.iter().find(|(capped, _)| capped.as_bytes() == interface);
    cap.map_or(version, |(_, cap)| version.min(*cap))
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
    let most = capped(interface, version);
    if by_name(interface).is_none() {
        cx.state.note(Note::UnknownInterface(crate::wayland::escape(interface)));
    }
    cx.state.globals.insert(name, Caps::Version(most));
    if version == most {
        return Ok(Verdict::Pass);
    }
    let message = Builder::new(cx.id, cx.header.opcode).uint(name).str(interface).uint(most);
    Ok(Verdict::Rewrite(cx.arg(message.finish(Form::Program, 0))?))
}

fn global_remove(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    let name = cx.uint(0)?;
    // Every registry is told. And an application may still bind what is being removed, unless it was never
    // told of it: so the name stays known.
    match cx.state.globals.get(&name) {
        Some(Caps::Hidden) => Ok(Verdict::Swallow),
        _ => Ok(Verdict::Pass),
    }
}

fn bind(cx: &mut Cx<'_>) -> Result<Verdict, Fault> {
    let name = cx.uint(0)?;
    let new = cx.arg(cx.args.new_id(1))?;
    let (interface, version) = new.named.unwrap_or_default();
    let allowed = match cx.state.globals.get(&name) {
        Some(Caps::Hidden) => false,
        Some(Caps::Version(most)) => version <= *most,
        // Never announced here: the compositor will say so itself.
        None => true,
    };
    if !allowed || is_hidden(interface).is_some() {
        return cx.fault(Reason::HiddenGlobal(name));
    }
    if super::capture::MANAGERS.iter().any(|manager| manager.as_bytes() == interface) {
        cx.state.captures = true;
    }
    Ok(Verdict::Pass)
}
