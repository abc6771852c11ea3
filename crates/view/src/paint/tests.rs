//! What is drawn again.

use farway_proto::wayland::ObjectId;

use crate::compositor::tests::World;
use crate::config::{Config, OutputConfig, Show};
use crate::effect::CanvasId;
use crate::geometry::Size;
use crate::raster::Canvas;

/// A square window on a screen of this scale, with a block in it that was painted `late`, after the window was drawn.
fn block(scale: u32, side: i32, (at, len): (i32, i32), late: bool) -> Canvas {
    let output = OutputConfig { scale, size: Size::new(200, 150), ..OutputConfig::default() };
    let mut world = World::new(Config { show: Show::Outputs(vec![output]), ..Config::default() });
    let size = Size::new(side, side);
    let (surface, ..) = world.window(size, 0xff00_0000);
    let (buffer, region) = world.buffer(size, 0xff00_0000);
    if late {
        world.show(surface, buffer);
        world.refresh();
    }
    for row in at..at + len {
        region.write((row * side + at) as u64 * 4, &vec![0xff; len as usize * 4]).expect("fits");
    }
    world.send(surface, "attach", |it| it.object(ObjectId(buffer)).int(0).int(0));
    world.send(surface, "damage", |it| it.int(at).int(at).int(len).int(len));
    world.send(surface, "commit", |it| it);
    world.refresh();
    world.view.canvas(CanvasId::Output(0)).expect("an output").clone()
}

#[test]
fn damage_of_a_scaled_picture_reaches_the_neighbours() {
    for scale in [120, 150, 180, 240, 300] {
        for (side, part) in [(40, (11, 5)), (3, (2, 1)), (2, (0, 1)), (7, (6, 1))] {
            let (late, at_once) = (block(scale, side, part, true), block(scale, side, part, false));
            assert_eq!(late.diff(&at_once), 0, "scale {scale}, {side} pixels");
        }
    }
}
