//! What the compositor offers: the list of globals, the registry, and the first requests of every client.
//!
//! Invariant: a global is bound with a version that was offered, or the client is told off.

use farway_proto::wayland::by_name;

use crate::client::{Data, Object, Target};
use crate::compositor::Compositor;
use crate::dispatch::{Refusal, Request, Rule};

/// What happens when a global is bound, beyond that the object exists.
type Bind = fn(&mut Compositor, Target);

fn quiet(_: &mut Compositor, _: Target) {}

/// All globals but outputs: interface, version, first events. Names are positions in this list, from 1 on; outputs
/// follow.
const GLOBALS: &[(&str, u32, Bind)] = &[
    ("wl_compositor", 6, quiet),
    ("wl_subcompositor", 1, quiet),
    ("wl_shm", 2, crate::shm::bound),
    ("xdg_wm_base", 6, quiet),
    ("wp_viewporter", 1, quiet),
    ("wp_fractional_scale_manager_v1", 1, quiet),
    ("wp_single_pixel_buffer_manager_v1", 1, quiet),
    ("wp_presentation", 1, crate::presentation::bound),
    ("zxdg_output_manager_v1", 3, quiet),
    ("wl_seat", 9, crate::seat::bound),
    ("wp_cursor_shape_manager_v1", 2, quiet),
    ("zwp_relative_pointer_manager_v1", 1, quiet),
    ("zwp_pointer_constraints_v1", 1, quiet),
    ("wl_data_device_manager", 3, quiet),
    ("zwp_primary_selection_device_manager_v1", 1, quiet),
    ("zxdg_decoration_manager_v1", 1, quiet),
    ("org_kde_kwin_server_decoration_manager", 1, crate::decoration::bound),
    ("xdg_activation_v1", 1, quiet),
    ("zwp_text_input_manager_v3", 1, quiet),
    ("zwp_idle_inhibit_manager_v1", 1, quiet),
];

/// How many wl_outputs a client may have: each of them is named again and again.
const OUTPUTS: usize = 256;

/// The rules of all subjects.
pub(crate) const SUBJECTS: &[&[Rule]] = &[
    RULES,
    crate::surface::RULES,
    crate::subsurface::RULES,
    crate::shm::RULES,
    crate::viewport::RULES,
    crate::output::RULES,
    crate::presentation::RULES,
    crate::xdg::RULES,
    crate::seat::RULES,
    crate::data_device::RULES,
    crate::decoration::RULES,
    crate::activation::RULES,
    crate::text_input::RULES,
    crate::idle_inhibit::RULES,
];

const RULES: &[Rule] = &[
    ("wl_display", "sync", sync),
    ("wl_display", "get_registry", get_registry),
    ("wl_registry", "bind", bind),
];

fn sync(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let callback = Target { client: request.client, id: request.new_id(0) };
    let serial = view.serial();
    view.event(callback, "done", |it| it.uint(serial));
    Ok(())
}

fn get_registry(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let registry = Target { client: request.client, id: request.new_id(0) };
    for (at, (interface, version, _)) in GLOBALS.iter().enumerate() {
        let name = at as u32 + 1;
        view.event(registry, "global", |it| it.uint(name).str(interface.as_bytes()).uint(*version));
    }
    for at in 0..view.outputs.len() {
        let name = (GLOBALS.len() + at) as u32 + 1;
        view.event(registry, "global", |it| it.uint(name).str(b"wl_output").uint(4));
    }
    Ok(())
}

fn bind(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let name = request.uint(0) as usize;
    let Ok(new) = request.args.new_id(1) else { return Ok(()) };
    let (wanted, version) = new.named.unwrap_or_default();
    let output = name.checked_sub(GLOBALS.len() + 1).filter(|at| *at < view.outputs.len());
    let found = match output {
        Some(at) => Some(("wl_output", 4, crate::output::bound as Bind, Data::Output(at))),
        None => name.checked_sub(1).and_then(|at| GLOBALS.get(at)).map(|it| (it.0, it.1, it.2, Data::Plain)),
    };
    let told = |text: String| Refusal { object: request.id, code: 0, text: text.into() };
    let Some((interface, most, bound, data)) = found else {
        return Err(told(format!("invalid global {name}")));
    };
    if interface.as_bytes() != wanted || version == 0 || version > most {
        let wanted = String::from_utf8_lossy(wanted);
        return Err(told(format!("global {name} is {interface} {most}, not {wanted} {version}")));
    }
    let (Some(interface), Some(client)) = (by_name(wanted), view.clients.get_mut(&request.client)) else {
        return Ok(());
    };
    if let Data::Output(at) = data {
        if client.outputs.len() >= OUTPUTS {
            return Err(request.refuse_limit("too many wl_outputs"));
        }
        client.outputs.push((at, new.id));
    }
    client.objects.insert(new.id.0, Object { interface, version, data });
    bound(view, Target { client: request.client, id: new.id });
    Ok(())
}

impl Compositor {
    /// An object is gone: whoever knew of it forgets it.
    pub(crate) fn gone(&mut self, target: Target, object: &Object) {
        match (&object.data, object.interface.name) {
            (Data::Surface(id), _) => self.surface_gone(*id),
            (Data::Region(_), _) => self.region_gone(target),
            (Data::Subsurface(id), _) => self.subsurface_gone(*id),
            (Data::OfSurface(id), "wp_viewport") => self.viewport_gone(*id),
            (Data::OfSurface(id), "wp_fractional_scale_v1") => self.fractional_gone(*id),
            (Data::Output(_), _) => self.output_gone(target),
            (Data::XdgSurface(id), _) => self.xdg_surface_gone(*id),
            (Data::Toplevel(id), "xdg_toplevel") => self.window_gone(*id),
            (Data::Popup(id), _) => self.window_gone(*id),
            (Data::Toplevel(id), "zxdg_toplevel_decoration_v1") => self.decoration_gone(*id, target),
            (Data::OfSurface(id), "org_kde_kwin_server_decoration") => self.kde_frame_gone(*id, target),
            (Data::OfSurface(id), "zwp_idle_inhibitor_v1") => self.inhibitor_gone(*id),
            (Data::Source(source), _) => self.source_gone(source.number),
            (Data::Offer(offer), _) => self.offer_gone(offer, object.version),
            (_, "wl_data_device" | "zwp_primary_selection_device_v1") => self.device_gone(target),
            (Data::TextInput(_), _) => self.text_input_gone(target),
            (_, "wl_pointer" | "wl_keyboard" | "wl_touch") => self.seat_gone(target),
            (Data::For(_), "zwp_relative_pointer_v1") => self.seat_gone(target),
            (Data::For(_), "zwp_locked_pointer_v1" | "zwp_confined_pointer_v1") => self.seat_gone(target),
            _ => {}
        }
    }
}
