//! Where windows are put.

use farway_proto::wayland::ObjectId;

use crate::compositor::tests::World;
use crate::config::{Config, OutputConfig, Show};
use crate::geometry::Size;

#[test]
fn every_new_window_is_on_the_screen() {
    let output = OutputConfig { size: Size::new(200, 100), ..OutputConfig::default() };
    let mut world = World::new(Config { show: Show::Outputs(vec![output]), ..Config::default() });
    for _ in 0..9 {
        world.window(Size::new(40, 30), 0xffff_0000);
    }
    let screen = Size::new(200, 100).rect();
    let list = world.view.window_list();
    assert_eq!(list.len(), 9);
    assert!(list.iter().all(|it| screen.covers(it.rect)), "{list:?}");
    // What is larger than the screen begins at its corner.
    world.window(Size::new(400, 300), 0xffff_0000);
    let large = world.view.window_list().pop().expect("a window").rect;
    assert_eq!((large.x, large.y), (0, 0));
}

#[test]
fn a_dialogue_is_on_the_screen_of_its_parent() {
    let output = OutputConfig { size: Size::new(200, 100), ..OutputConfig::default() };
    let mut world = World::new(Config { show: Show::Outputs(vec![output]), ..Config::default() });
    let (_, _, parent) = world.window(Size::new(400, 300), 0xffff_0000);
    let (surface, base) = (world.surface(), world.bind("xdg_wm_base"));
    let xdg =
        world.make(base, "get_xdg_surface", "xdg_surface", |it, id| it.new_id(id).object(ObjectId(surface)));
    let dialogue = world.make(xdg, "get_toplevel", "xdg_toplevel", |it, id| it.new_id(id));
    world.send(dialogue, "set_parent", |it| it.object(ObjectId(parent)));
    world.send(surface, "commit", |it| it);
    world.acknowledge(xdg);
    let (buffer, _) = world.buffer(Size::new(40, 30), 0xff00_ff00);
    world.show(surface, buffer);
    let rect = world.view.window_list().pop().expect("a window").rect;
    assert!(Size::new(200, 100).rect().covers(rect), "{rect:?}");
}
