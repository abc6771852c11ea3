//! From a connection to a window: the globals, and the surface with its roles.

use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use farway_sys::event::{Interest, PollSet};

use super::super::SampleError;
use super::super::wire::{Object, Wire};

/// A compositor answers within this, or it hangs.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the compositor offers and we use.
#[derive(Debug)]
pub struct Globals {
    pub compositor: Object,
    pub shm: Object,
    pub wm_base: Object,
    pub decoration: Option<Object>,
    pub cursor_shape: Option<Object>,
}

/// A global by its name, and the most of it that we know.
struct Wanted {
    interface: &'static str,
    version: u32,
    bound: Option<Object>,
}

/// Finds and binds the globals. The compositor's events on them wait on the wire.
pub fn discover(wire: &mut Wire) -> Result<Globals, SampleError> {
    let display = wire.display()?;
    let registry = wire.create("wl_registry")?;
    wire.call(display, "get_registry", |it| it.new_id(registry.id))?;
    let sync = wire.create("wl_callback")?;
    wire.call(display, "sync", |it| it.new_id(sync.id))?;
    let known = [
        ("wl_compositor", 4),
        ("wl_shm", 1),
        ("xdg_wm_base", 3),
        ("wl_seat", 5),
        ("zxdg_decoration_manager_v1", 1),
        ("wp_cursor_shape_manager_v1", 1),
    ];
    let mut wanted = known.map(|(interface, version)| Wanted { interface, version, bound: None });
    let until = Instant::now() + PATIENCE;
    loop {
        wire.flush()?;
        let Some(event) = wire.next()? else {
            wait(wire, until)?;
            continue;
        };
        if event.object.id == sync.id {
            break;
        }
        if event.object.id != registry.id || event.signature.name != "global" {
            continue;
        }
        let args = event.args()?;
        let (name, interface) = (args.uint(0)?, args.str(1)?.unwrap_or_default());
        let Some(wanted) = wanted.iter_mut().find(|wanted| wanted.interface.as_bytes() == interface) else {
            continue;
        };
        if wanted.bound.is_none() {
            let version = args.uint(2)?.min(wanted.version);
            let object = wire.create(wanted.interface)?;
            wire.call(registry, "bind", |it| it.uint(name).str(interface).uint(version).new_id(object.id))?;
            wanted.bound = Some(object);
        }
    }
    let [compositor, shm, wm_base, _seat, decoration, cursor_shape] = wanted;
    let need = |wanted: Wanted| wanted.bound.ok_or(SampleError::Missing { name: wanted.interface });
    Ok(Globals {
        compositor: need(compositor)?,
        shm: need(shm)?,
        wm_base: need(wm_base)?,
        decoration: decoration.bound,
        cursor_shape: cursor_shape.bound,
    })
}

fn wait(wire: &Wire, until: Instant) -> Result<(), SampleError> {
    let left = until.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(SampleError::Silent { seconds: PATIENCE.as_secs() });
    }
    let mut set = PollSet::new();
    set.add(wire.as_fd(), Interest { readable: true, writable: wire.is_full() });
    set.wait(Some(left))?;
    Ok(())
}

/// Makes the surface a window; returns the surface and its `xdg_surface`. Contents may follow its first configuration.
pub fn toplevel(wire: &mut Wire, globals: &Globals) -> Result<(Object, Object), SampleError> {
    let surface = wire.create("wl_surface")?;
    wire.call(globals.compositor, "create_surface", |it| it.new_id(surface.id))?;
    let xdg_surface = wire.create("xdg_surface")?;
    wire.call(globals.wm_base, "get_xdg_surface", |it| it.new_id(xdg_surface.id).object(surface.id))?;
    let toplevel = wire.create("xdg_toplevel")?;
    wire.call(xdg_surface, "get_toplevel", |it| it.new_id(toplevel.id))?;
    wire.call(toplevel, "set_title", |it| it.str(b"farway demo"))?;
    wire.call(toplevel, "set_app_id", |it| it.str(b"farway.demo"))?;
    if let Some(manager) = globals.decoration {
        /// `zxdg_toplevel_decoration_v1.mode.server_side`.
        const SERVER_SIDE: u32 = 2;
        let decoration = wire.create("zxdg_toplevel_decoration_v1")?;
        wire.call(manager, "get_toplevel_decoration", |it| it.new_id(decoration.id).object(toplevel.id))?;
        wire.call(decoration, "set_mode", |it| it.uint(SERVER_SIDE))?;
    }
    wire.call(surface, "commit", |it| it)?;
    wire.flush()?;
    Ok((surface, xdg_surface))
}
