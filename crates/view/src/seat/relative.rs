//! `zwp_relative_pointer_manager_v1`: how the pointer was moved, wherever it is.
//!
//! Invariant: only the client that has the pointer hears of it.

use farway_proto::wayland::{Fixed, ObjectId};

use crate::client::{Data, Target};
use crate::compositor::Compositor;
use crate::dispatch::{Refusal, Request, code as display};

/// All zwp_relative_pointer_v1 and the wl_pointers that they were made for.
#[derive(Debug, Default)]
pub(super) struct List(Vec<(Target, Target)>);

impl List {
    /// Either of the two is gone.
    pub fn forget(&mut self, target: Target) {
        self.0.retain(|(relative, pointer)| *relative != target && *pointer != target);
    }
}

/// The wl_pointer that argument `at` names.
pub(super) fn pointer_arg(view: &Compositor, request: &Request<'_>, at: usize) -> Result<Target, Refusal> {
    let target = Target { client: request.client, id: request.object(at).unwrap_or(ObjectId(0)) };
    match view.object(target) {
        Some(object) if object.interface.name == "wl_pointer" => Ok(target),
        _ => Err(request.refuse_at(ObjectId(1), display::INVALID_OBJECT, "not a wl_pointer")),
    }
}

pub(super) fn create(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let pointer = pointer_arg(view, request, 1)?;
    let target = Target { client: request.client, id: request.new_id(0) };
    if view.seat.relative.0.iter().filter(|it| it.0.client == request.client).count() >= super::EXTRAS {
        return Err(request.refuse_limit("too many relative pointers"));
    }
    view.set_data(request.client, target.id, Data::For(pointer.id));
    view.seat.relative.0.push((target, pointer));
    Ok(())
}

impl Compositor {
    pub(super) fn relative_motion(&mut self, dx: f64, dy: f64) {
        if !dx.is_finite() || !dy.is_finite() {
            return;
        }
        let Some(client) = self.pointer_client() else { return };
        let micros = self.now / 1_000;
        let by = [Fixed::from_f64(dx), Fixed::from_f64(dy)];
        let list: Vec<_> = self.seat.relative.0.iter().copied().filter(|it| it.0.client == client).collect();
        for (relative, _) in &list {
            // The host does not tell motion without its acceleration.
            self.event(*relative, "relative_motion", |it| {
                let it = it.uint((micros >> 32) as u32).uint(micros as u32);
                it.fixed(by[0]).fixed(by[1]).fixed(by[0]).fixed(by[1])
            });
        }
        if !list.is_empty() {
            self.pointer_frame(client);
        }
    }
}
