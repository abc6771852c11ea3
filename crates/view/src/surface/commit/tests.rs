//! Commits that wait for a parent's.

use farway_proto::wayland::{Fixed, ObjectId};

use crate::compositor::tests::World;
use crate::config::Config;
use crate::geometry::Size;

const RED: u32 = 0xffff_0000;
const GREEN: u32 = 0xff00_ff00;
const BLUE: u32 = 0xff00_00ff;

/// A subsurface without content: surface, wl_subsurface.
fn part(world: &mut World, parent: u32) -> (u32, u32) {
    let surface = world.surface();
    let manager = world.bind("wl_subcompositor");
    let part = world.make(manager, "get_subsurface", "wl_subsurface", |it, id| {
        it.new_id(id).object(ObjectId(surface)).object(ObjectId(parent))
    });
    (surface, part)
}

fn commit(world: &mut World, surface: u32) {
    world.send(surface, "commit", |it| it);
}

/// A window of 100 by 50, whose left upper corner is at 590, 335.
fn window(world: &mut World) -> u32 {
    world.window(Size::new(100, 50), RED).0
}

#[test]
fn what_waits_counts_when_the_next_commit_is_checked() {
    let mut world = World::new(Config::default());
    let parent = window(&mut world);
    let (surface, _) = part(&mut world, parent);
    let (buffer, _) = world.buffer(Size::new(30, 30), BLUE);
    world.send(surface, "set_buffer_scale", |it| it.int(3));
    world.show(surface, buffer);
    commit(&mut world, parent);
    let (odd, _) = world.buffer(Size::new(31, 31), BLUE);
    world.send(surface, "set_buffer_scale", |it| it.int(1));
    world.show(surface, odd);
    // Without another word about the scale.
    world.show(surface, odd);
    assert_eq!(world.error(), None);
    // And a source within the buffer that waits, not within the one that is shown.
    let viewporter = world.bind("wp_viewporter");
    let viewport = world
        .make(viewporter, "get_viewport", "wp_viewport", |it, id| it.new_id(id).object(ObjectId(surface)));
    let corner = |it: farway_proto::wayland::Builder| {
        let [at, size] = [20.0, 10.0].map(Fixed::from_f64);
        it.fixed(at).fixed(at).fixed(size).fixed(size)
    };
    world.send(viewport, "set_source", corner);
    commit(&mut world, surface);
    assert_eq!(world.error(), None);
    // What waits can be wrong too.
    let (small, _) = world.buffer(Size::new(10, 10), BLUE);
    world.show(surface, small);
    assert_eq!(world.error(), Some((viewport, 2)));
}

#[test]
fn a_free_part_of_a_part_that_follows_is_applied_with_it() {
    let mut world = World::new(Config::default());
    let parent = window(&mut world);
    let (middle, _) = part(&mut world, parent);
    let (inner, free) = part(&mut world, middle);
    world.send(free, "set_desync", |it| it);
    let (blue, _) = world.buffer(Size::new(20, 20), BLUE);
    let (green, _) = world.buffer(Size::new(10, 10), GREEN);
    world.show(inner, green);
    world.show(middle, blue);
    commit(&mut world, parent);
    world.refresh();
    assert_eq!((world.pixel(595, 340), world.pixel(605, 350)), (GREEN, BLUE));
}

#[test]
fn an_order_that_waits_is_what_the_next_one_builds_on() {
    let mut world = World::new(Config::default());
    let parent = window(&mut world);
    let (middle, _) = part(&mut world, parent);
    let (blue, _) = world.buffer(Size::new(20, 20), BLUE);
    let (green, _) = world.buffer(Size::new(10, 10), GREEN);
    let (lower, _) = part(&mut world, middle);
    world.show(lower, green);
    world.show(middle, blue);
    // The order with the first part waits for the window's commit.
    let (_, upper) = part(&mut world, middle);
    world.send(upper, "place_above", |it| it.object(ObjectId(lower)));
    commit(&mut world, middle);
    assert_eq!(world.error(), None);
    commit(&mut world, parent);
    world.refresh();
    assert_eq!((world.pixel(595, 340), world.pixel(605, 350)), (GREEN, BLUE));
}
