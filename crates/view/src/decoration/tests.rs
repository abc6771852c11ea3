//! Who is told to draw frames.

use farway_proto::wayland::ObjectId;

use crate::compositor::tests::World;
use crate::config::Config;
use crate::effect::{Effect, WindowChange};
use crate::geometry::Size;

fn world(server_frames: bool) -> World {
    World::new(Config { server_frames, ..Config::default() })
}

/// A toplevel without content: surface, xdg_surface, xdg_toplevel.
fn toplevel(world: &mut World) -> (u32, u32, u32) {
    let (surface, base) = (world.surface(), world.bind("xdg_wm_base"));
    let xdg =
        world.make(base, "get_xdg_surface", "xdg_surface", |it, id| it.new_id(id).object(ObjectId(surface)));
    let toplevel = world.make(xdg, "get_toplevel", "xdg_toplevel", |it, id| it.new_id(id));
    (surface, xdg, toplevel)
}

fn decorate(world: &mut World, toplevel: u32) -> u32 {
    let manager = world.bind("zxdg_decoration_manager_v1");
    world.make(manager, "get_toplevel_decoration", "zxdg_toplevel_decoration_v1", |it, id| {
        it.new_id(id).object(ObjectId(toplevel))
    })
}

fn frames(world: &mut World) -> Vec<bool> {
    let frame = |it| match it {
        Effect::Window { change: WindowChange::Frame(on), .. } => Some(on),
        _ => None,
    };
    world.effects.drain(..).filter_map(frame).collect()
}

/// Modes in configures of a decoration.
fn modes(world: &mut World, decoration: u32) -> Vec<String> {
    let all = world.take("configure").into_iter();
    all.filter(|it| it.id == decoration).map(|it| it.args[0].clone()).collect()
}

#[test]
fn the_configuration_decides() {
    for server in [false, true] {
        let mut world = world(server);
        let (surface, xdg, toplevel) = toplevel(&mut world);
        let decoration = decorate(&mut world, toplevel);
        world.send(surface, "commit", |it| it);
        world.acknowledge(xdg);
        let mode = if server { "2" } else { "1" };
        assert_eq!(modes(&mut world, decoration), [mode]);
        let (buffer, _) = world.buffer(Size::new(10, 10), 0);
        world.show(surface, buffer);
        assert_eq!(frames(&mut world), [server]);
        // It was told to be active.
        modes(&mut world, decoration);
        world.send(decoration, "set_mode", |it| it.uint(1));
        world.send(decoration, "unset_mode", |it| it);
        assert_eq!(modes(&mut world, decoration), [mode, mode]);
        world.send(decoration, "destroy", |it| it);
        assert_eq!(frames(&mut world), if server { vec![false] } else { Vec::new() });
        world.send(toplevel, "destroy", |it| it);
        assert!(!world.gone);
    }
}

#[test]
fn a_window_that_speaks_of_no_frames_has_its_own() {
    let mut world = world(true);
    world.window(Size::new(10, 10), 0);
    assert_eq!(frames(&mut world), [false]);
}

#[test]
fn the_older_protocol_has_the_same_policy() {
    for server in [false, true] {
        let mut world = world(server);
        let mode = if server { "2" } else { "1" };
        let (surface, ..) = world.window(Size::new(10, 10), 0);
        frames(&mut world);
        let manager = world.bind("org_kde_kwin_server_decoration_manager");
        assert_eq!(world.take("default_mode")[0].args, [mode]);
        let frame = world.make(manager, "create", "org_kde_kwin_server_decoration", |it, id| {
            it.new_id(id).object(ObjectId(surface))
        });
        world.send(frame, "request_mode", |it| it.uint(2));
        let told = world.take("mode");
        assert!(told.iter().filter(|it| it.id == frame).all(|it| it.args == [mode]), "{told:?}");
        assert_eq!(frames(&mut world), if server { vec![true] } else { Vec::new() });
        // Who has a header bar of its own keeps it.
        world.send(frame, "request_mode", |it| it.uint(1));
        assert_eq!(world.take("mode")[0].args, ["1"]);
        assert_eq!(frames(&mut world), if server { vec![false] } else { Vec::new() });
        world.send(frame, "request_mode", |it| it.uint(2));
        frames(&mut world);
        world.send(frame, "release", |it| it);
        assert_eq!(frames(&mut world), if server { vec![false] } else { Vec::new() });
    }
}

#[test]
fn errors_have_their_codes() {
    let mut it = world(true);
    let (_, _, window) = it.window(Size::new(10, 10), 0);
    let decoration = decorate(&mut it, window);
    let second = decorate(&mut it, window);
    assert_eq!(it.error(), Some((second, 1)));
    assert_ne!(decoration, second);

    let mut it = world(true);
    let (_, _, window) = it.window(Size::new(10, 10), 0);
    let decoration = decorate(&mut it, window);
    it.send(window, "destroy", |it| it);
    assert_eq!(it.error(), Some((decoration, 2)));

    let mut it = world(true);
    let (surface, _, window) = toplevel(&mut it);
    let (buffer, _) = it.buffer(Size::new(10, 10), 0);
    it.send(surface, "attach", |it| it.object(ObjectId(buffer)).int(0).int(0));
    let decoration = decorate(&mut it, window);
    assert_eq!(it.error(), Some((decoration, 0)));

    let mut it = world(true);
    let (_, _, window) = it.window(Size::new(10, 10), 0);
    let decoration = decorate(&mut it, window);
    it.send(decoration, "set_mode", |it| it.uint(7));
    assert_eq!(it.error(), Some((decoration, 3)));
}
