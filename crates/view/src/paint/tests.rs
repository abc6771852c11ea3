//! What is drawn again after a change, compared with drawing everything.

use farway_proto::wayland::ObjectId;

use crate::compositor::tests::World;
use crate::config::{Config, OutputConfig, Show};
use crate::effect::CanvasId;
use crate::geometry::Size;

/// Changes one pixel in the middle of a window. How many pixels of the output are not as if all had been drawn anew.
fn missed(scale: u32, destination: Option<Size>, wire: &str) -> usize {
    let show = Show::Outputs(vec![OutputConfig { scale, ..OutputConfig::default() }]);
    let mut world = World::new(Config { show, ..Config::default() });
    let (surface, ..) = world.window(Size::new(100, 50), 0xffff_0000);
    if let Some(size) = destination {
        let viewporter = world.bind("wp_viewporter");
        let viewport = world.make(viewporter, "get_viewport", "wp_viewport", |it, id| {
            it.new_id(id).object(ObjectId(surface))
        });
        world.send(viewport, "set_destination", |it| it.int(size.width).int(size.height));
    }
    let (buffer, memory) = world.buffer(Size::new(100, 50), 0xffff_0000);
    world.show(surface, buffer);
    world.refresh();
    memory.write((25 * 100 + 50) * 4, &[255; 4]).expect("inside");
    world.send(surface, "attach", |it| it.object(ObjectId(buffer)).int(0).int(0));
    world.send(surface, wire, |it| it.int(50).int(25).int(1).int(1));
    world.send(surface, "commit", |it| it);
    world.refresh();
    let partly = world.view.canvas(CanvasId::Output(0)).expect("there").clone();
    let sheet = world.view.painter.canvases.get_mut(&CanvasId::Output(0)).expect("there");
    (sheet.stale, sheet.wanted) = (true, true);
    world.refresh();
    partly.diff(world.view.canvas(CanvasId::Output(0)).expect("there"))
}

#[test]
fn damage_reaches_as_far_as_the_change_can_be_seen() {
    for wire in ["damage", "damage_buffer"] {
        for scale in [120, 150, 180, 240] {
            assert_eq!(missed(scale, None, wire), 0, "{wire} at {scale}");
        }
    }
    for scale in [120, 180] {
        assert_eq!(missed(scale, Some(Size::new(430, 210)), "damage_buffer"), 0, "magnified at {scale}");
        assert_eq!(missed(scale, Some(Size::new(70, 35)), "damage_buffer"), 0, "made smaller at {scale}");
    }
}
