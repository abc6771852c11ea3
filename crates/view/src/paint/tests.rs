//! What is drawn again after a change, compared with drawing everything.

use farway_proto::wayland::ObjectId;

use super::Budget;

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

#[test]
fn no_client_can_have_more_drawn_than_its_share() {
    let mut budget = Budget::new(Size::new(1280, 720));
    let mut world = World::new(Config::default());
    let (surface, ..) = world.window(Size::new(1280, 720), 0x8000_0000);
    world.refresh();
    let id = world.surface_id(surface);
    let item = world.view.scene(CanvasId::Output(0)).into_iter().find(|it| it.surface == id).expect("seen");
    let layers = std::iter::repeat_with(|| budget.allows(&item, item.to)).take(1000).filter(|it| *it).count();
    assert_eq!(layers, 36);
    // One that is scaled down costs what it is read from.
    let mut budget = Budget::new(Size::new(1280, 720));
    let scaled = crate::scene::Item { crop: (0.0, 0.0, 4096.0, 4096.0), ..item };
    assert!(!budget.allows(&scaled, scaled.to));
    let mut budget = Budget::new(Size::new(1280, 720));
    assert!(budget.allows(&scaled, crate::geometry::Rect { height: 90, ..scaled.to }));
}
