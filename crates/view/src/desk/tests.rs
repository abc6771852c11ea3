//! Where windows are put.

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
