//! When the screen stays lit.

use farway_proto::wayland::ObjectId;

use crate::compositor::tests::World;
use crate::config::Config;
use crate::effect::Effect;
use crate::geometry::Size;

fn awake(world: &mut World) -> Vec<bool> {
    let told = |it| if let Effect::KeepAwake(on) = it { Some(on) } else { None };
    world.effects.drain(..).filter_map(told).collect()
}

fn inhibit(world: &mut World, surface: u32) -> u32 {
    let manager = world.bind("zwp_idle_inhibit_manager_v1");
    world.make(manager, "create_inhibitor", "zwp_idle_inhibitor_v1", |it, id| {
        it.new_id(id).object(ObjectId(surface))
    })
}

#[test]
fn inhibitors_count_while_their_surface_is_seen() {
    let mut world = World::new(Config::default());
    let hidden = world.surface();
    inhibit(&mut world, hidden);
    assert!(awake(&mut world).is_empty());
    let (surface, _, toplevel) = world.window(Size::new(10, 10), 0);
    let (one, two) = (inhibit(&mut world, surface), inhibit(&mut world, surface));
    assert_eq!(awake(&mut world), [true]);
    world.send(one, "destroy", |it| it);
    assert!(awake(&mut world).is_empty());
    let id = world.surface_id(surface);
    let window = world.view.window_of(id).expect("a window");
    // On an output of ours there is no way back, so the client's own wish does not count.
    world.send(toplevel, "set_minimized", |it| it);
    assert!(awake(&mut world).is_empty());
    world.view.set_minimized(window, true);
    world.view.settle();
    world.pump();
    assert_eq!(awake(&mut world), [false]);
    world.view.set_minimized(window, false);
    world.view.settle();
    world.pump();
    assert_eq!(awake(&mut world), [true]);
    world.send(two, "destroy", |it| it);
    assert_eq!(awake(&mut world), [false]);
}

#[test]
fn a_client_that_leaves_lets_the_screen_sleep() {
    let mut world = World::new(Config::default());
    let (surface, ..) = world.window(Size::new(10, 10), 0);
    inhibit(&mut world, surface);
    assert_eq!(awake(&mut world), [true]);
    world.view.disconnect(world.client);
    world.pump();
    assert_eq!(awake(&mut world), [false]);
}
