//! What is drawn again.

use farway_proto::wayland::ObjectId;

use crate::compositor::tests::World;
use crate::config::{Config, OutputConfig, Show};
use crate::effect::CanvasId;
use crate::geometry::Size;
use crate::raster::Canvas;

/// A window on a screen of this scale, with a block in it that was painted `late`, after the window was drawn.
fn block(scale: u32, late: bool) -> Canvas {
    let output = OutputConfig { scale, size: Size::new(200, 150), ..OutputConfig::default() };
    let mut world = World::new(Config { show: Show::Outputs(vec![output]), ..Config::default() });
    let size = Size::new(40, 40);
    let (surface, ..) = world.window(size, 0xff00_0000);
    let (buffer, region) = world.buffer(size, 0xff00_0000);
    if late {
        world.show(surface, buffer);
        world.refresh();
    }
    for row in 11..16 {
        region.write((row * 40 + 11) * 4, &[0xff; 5 * 4]).expect("fits");
    }
    world.send(surface, "attach", |it| it.object(ObjectId(buffer)).int(0).int(0));
    world.send(surface, "damage", |it| it.int(11).int(11).int(5).int(5));
    world.send(surface, "commit", |it| it);
    world.refresh();
    world.view.canvas(CanvasId::Output(0)).expect("an output").clone()
}

#[test]
fn damage_of_a_scaled_picture_reaches_the_neighbours() {
    for scale in [120, 150, 180, 240, 300] {
        let (late, at_once) = (block(scale, true), block(scale, false));
        assert_eq!(late.diff(&at_once), 0, "scale {scale}");
    }
}
