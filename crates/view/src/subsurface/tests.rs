//! Trees of surfaces: what waits for whom, in which order, and how deep.

use farway_proto::wayland::ObjectId;

use crate::compositor::tests::World;
use crate::config::Config;
use crate::geometry::Size;

fn get(world: &mut World, manager: u32, child: u32, parent: u32) -> u32 {
    world.make(manager, "get_subsurface", "wl_subsurface", |it, id| {
        it.new_id(id).object(ObjectId(child)).object(ObjectId(parent))
    })
}

fn commit(world: &mut World, surface: u32) {
    world.send(surface, "commit", |it| it);
}

const CORNER: (i32, i32) = (590, 335);

fn corner(world: &mut World) -> u32 {
    world.refresh();
    world.pixel(CORNER.0 + 2, CORNER.1 + 2)
}

#[test]
fn a_free_subsurface_of_one_that_waits_is_seen_with_it() {
    let mut world = World::new(Config::default());
    let (root, ..) = world.window(Size::new(100, 50), 0xffff_0000);
    let manager = world.bind("wl_subcompositor");
    let (middle, leaf) = (world.surface(), world.surface());
    get(&mut world, manager, middle, root);
    let free = get(&mut world, manager, leaf, middle);
    world.send(free, "set_desync", |it| it);
    let (blue, _) = world.buffer(Size::new(10, 10), 0xff00_00ff);
    let (green, _) = world.buffer(Size::new(10, 10), 0xff00_ff00);
    world.show(middle, blue);
    commit(&mut world, root);
    assert_eq!(corner(&mut world), 0xff00_00ff);
    world.show(leaf, green);
    assert_eq!(corner(&mut world), 0xff00_00ff, "what is inside of a synchronised surface waits too");
    commit(&mut world, root);
    assert_eq!(corner(&mut world), 0xff00_ff00);
}

#[test]
fn an_order_that_waits_is_not_forgotten() {
    let mut world = World::new(Config::default());
    let (root, ..) = world.window(Size::new(100, 50), 0xffff_0000);
    let manager = world.bind("wl_subcompositor");
    let (middle, one, two) = (world.surface(), world.surface(), world.surface());
    get(&mut world, manager, middle, root);
    let (blue, _) = world.buffer(Size::new(5, 5), 0xff00_00ff);
    let (green, _) = world.buffer(Size::new(10, 10), 0xff00_ff00);
    world.show(middle, blue);
    get(&mut world, manager, one, middle);
    world.show(one, green);
    commit(&mut world, middle);
    // The first one is in an order that waits for the root.
    get(&mut world, manager, two, middle);
    commit(&mut world, middle);
    commit(&mut world, root);
    assert_eq!(corner(&mut world), 0xff00_ff00);
}

#[test]
fn a_tree_is_not_deeper_from_below_than_from_above() {
    let mut world = World::new(Config::default());
    let manager = world.bind("wl_subcompositor");
    let mut top = world.surface();
    for _ in 0..64 {
        let above = world.surface();
        get(&mut world, manager, top, above);
        top = above;
    }
    assert_eq!(world.error(), None);
    let above = world.surface();
    get(&mut world, manager, top, above);
    assert!(world.error().is_some());
}

#[test]
fn a_window_without_a_geometry_of_its_own_grows_with_its_parts() {
    let mut world = World::new(Config::default());
    let (root, ..) = world.window(Size::new(100, 50), 0xffff_0000);
    let manager = world.bind("wl_subcompositor");
    let child = world.surface();
    let sub = get(&mut world, manager, child, root);
    world.send(sub, "set_desync", |it| it);
    commit(&mut world, root);
    let (large, _) = world.buffer(Size::new(120, 60), 0xff00_00ff);
    world.show(child, large);
    assert_eq!(world.view.window_list()[0].rect.size(), Size::new(120, 60));
}
