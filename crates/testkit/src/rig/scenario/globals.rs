//! Globals: which pass, which are hidden, which get another version.

use super::super::error::ensure;
use super::super::{Both, RigError};

/// Order, names and unknown interfaces pass; what needs a GPU does not, nor what nobody carries.
pub(super) fn pass_and_hide(site: &mut Both) -> Result<(), RigError> {
    let mut line = site.connect()?;
    let registry = line.registry;
    line.globals(&[("wl_compositor", 6), ("wl_seat", 7)])?;
    for (name, hidden) in (100..).zip([
        "zwp_linux_dmabuf_v1",
        "wl_drm",
        "zwp_linux_explicit_synchronization_v1",
        "zwlr_export_dmabuf_manager_v1",
    ]) {
        line.event_hidden(registry, "global", |m| m.uint(name).str(hidden.as_bytes()).uint(1))?;
    }
    line.globals(&[("of_nobody_v1", 77), ("xdg_wm_base", 5)])?;
    line.event_rewritten(registry, "global", |m| m.uint(50).str(b"wl_shm").uint(9))?;
    let arrived = line.deliver()?;
    let version = arrived.last().map(|it| it.args()?.uint(2).map_err(RigError::from)).transpose()?;
    ensure(version.is_some_and(|it| it <= 2), || format!("wl_shm offered as version {version:?}"))?;
    line.event(registry, "global_remove", |m| m.uint(2))?;
    line.round_trip().map(drop)
}

/// Globals that carry descriptors of no use elsewhere.
pub(super) fn hide_private(site: &mut Both) -> Result<(), RigError> {
    let mut line = site.connect()?;
    let registry = line.registry;
    for (name, hidden) in (100..).zip([
        "wp_security_context_manager_v1",
        "wp_drm_lease_device_v1",
        "wp_linux_drm_syncobj_manager_v1",
    ]) {
        line.event_hidden(registry, "global", |m| m.uint(name).str(hidden.as_bytes()).uint(1))?;
    }
    line.globals(&[("wl_output", 4)])?;
    line.round_trip().map(drop)
}
