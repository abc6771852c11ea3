//! Many small messages, and ids that come back.

use super::super::error::ensure;
use super::super::party::DISPLAY;
use super::super::{Both, RigError};

/// Thousands of syncs at once, answered at once; then objects of other kinds take over their ids.
pub(super) fn syncs_and_ids(site: &mut Both) -> Result<(), RigError> {
    let mut line = site.connect()?;
    line.globals(&[("wl_compositor", 4)])?;
    let compositor = line.bind("wl_compositor", 4)?;
    for _ in 0..2 {
        let callbacks = (0..2000).map(|_| line.create(DISPLAY, "sync")).collect::<Result<Vec<_>, _>>()?;
        line.deliver()?;
        for callback in &callbacks {
            line.event(*callback, "done", |m| m.uint(callback.0))?;
            line.event(DISPLAY, "delete_id", |m| m.uint(callback.0))?;
        }
        line.deliver()?;
    }
    for kind in ["create_region", "create_surface", "create_region"] {
        let ids = (0..200).map(|_| line.create(compositor, kind)).collect::<Result<Vec<_>, _>>()?;
        ensure(ids.iter().all(|id| id.0 < 2010), || "ids are not used again".to_owned())?;
        for id in &ids {
            line.request(*id, "destroy", |m| m)?;
        }
        line.deliver()?;
        for id in &ids {
            line.event(DISPLAY, "delete_id", |m| m.uint(id.0))?;
        }
        line.deliver()?;
    }
    line.round_trip().map(drop)
}
