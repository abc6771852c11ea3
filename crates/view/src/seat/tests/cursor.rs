//! Cursors.

use super::*;
use crate::effect::Cursor;
use crate::geometry::Point;

/// The last cursor that the host was told of.
fn shown(world: &mut World) -> Option<Cursor> {
    let last = world.effects.iter().rev().find_map(|it| match it {
        Effect::Cursor(cursor) => Some(cursor.clone()),
        _ => None,
    });
    world.effects.clear();
    last
}

fn set(world: &mut World, pointer: u32, serial: u32, surface: u32, hotspot: (i32, i32)) {
    world.send(pointer, "set_cursor", |it| {
        it.uint(serial).object(ObjectId(surface)).int(hotspot.0).int(hotspot.1)
    });
}

/// A world with the pointer in its window, and the serial of that.
fn entered() -> (World, Devices, u32, u32) {
    let (mut world, devices, surface) = one_window();
    world.input(moved(600.0, 340.0));
    let serial = serial(&world, devices.pointer, "enter");
    (world, devices, surface, serial)
}

#[test]
fn a_surface_becomes_the_cursor() {
    let (mut world, devices, _, serial) = entered();
    let cursor = world.surface();
    set(&mut world, devices.pointer, serial, cursor, (3, 4));
    assert_eq!(shown(&mut world), Some(Cursor::Hidden));
    let (buffer, _) = world.buffer(Size::new(16, 16), RED);
    let callback = world.make(cursor, "frame", "wl_callback", |it, id| it.new_id(id));
    world.show(cursor, buffer);
    let size = Size::new(16, 16);
    let picture = |hotspot, scale| Cursor::Image { pixels: [RED; 256].into(), size, hotspot, scale };
    assert_eq!(shown(&mut world), Some(picture(Point::new(3, 4), 120)));
    // It is in no scene, but its client waits as with any other surface.
    world.refresh();
    assert!(world.take("done").iter().any(|it| it.id == callback));
    // The same picture, with more pixels.
    world.send(cursor, "set_buffer_scale", |it| it.int(2));
    world.send(cursor, "offset", |it| it.int(1).int(1));
    world.send(cursor, "commit", |it| it);
    assert_eq!(shown(&mut world), Some(picture(Point::new(4, 6), 240)));
    set(&mut world, devices.pointer, serial, 0, (0, 0));
    assert_eq!(shown(&mut world), Some(Cursor::Hidden));
    world.input(moved(1.0, 1.0));
    assert_eq!(shown(&mut world), Some(Cursor::Named("default")));
    // The pointer is not its any more.
    set(&mut world, devices.pointer, serial, cursor, (3, 4));
    assert_eq!(shown(&mut world), None);
}

#[test]
fn a_cursor_that_is_too_large_loses_pixels() {
    let (mut world, devices, _, serial) = entered();
    let cursor = world.surface();
    let (buffer, _) = world.buffer(Size::new(2048, 1024), RED);
    world.show(cursor, buffer);
    set(&mut world, devices.pointer, serial, cursor, (1024, 0));
    let Some(Cursor::Image { pixels, size, hotspot, scale }) = shown(&mut world) else {
        panic!("no picture")
    };
    assert_eq!((size, hotspot, scale), (Size::new(512, 256), Point::new(256, 0), 30));
    assert!(pixels.len() == 512 * 256 && pixels.iter().all(|it| *it == RED));
}

#[test]
fn old_serials_and_other_roles_make_no_cursor() {
    let (mut world, devices, surface, serial) = entered();
    let cursor = world.surface();
    let (buffer, _) = world.buffer(Size::new(16, 16), RED);
    world.show(cursor, buffer);
    set(&mut world, devices.pointer, serial - 1, cursor, (0, 0));
    assert_eq!(shown(&mut world), None);
    set(&mut world, devices.pointer, serial, surface, (0, 0));
    assert_eq!(world.error(), Some((devices.pointer, 0)));
}

#[test]
fn cursors_have_names() {
    let (mut world, devices, _, serial) = entered();
    let manager = world.bind("wp_cursor_shape_manager_v1");
    let device = world.make(manager, "get_pointer", "wp_cursor_shape_device_v1", |it, id| {
        it.new_id(id).object(ObjectId(devices.pointer))
    });
    world.send(device, "set_shape", |it| it.uint(serial).uint(9));
    assert_eq!(shown(&mut world), Some(Cursor::Named("text")));
    world.send(device, "set_shape", |it| it.uint(serial - 1).uint(4));
    assert_eq!(shown(&mut world), None);
    world.send(device, "set_shape", |it| it.uint(serial).uint(27));
    assert_eq!(shown(&mut world), Some(Cursor::Named("ns-resize")));
    world.send(device, "set_shape", |it| it.uint(serial).uint(0));
    assert_eq!(world.error(), Some((device, 1)));
}

#[test]
fn names_of_later_versions_are_not_known_to_the_first() {
    let (mut world, devices, _, serial) = entered();
    let manager = world.bind_at("wp_cursor_shape_manager_v1", 1);
    let device = world.make(manager, "get_pointer", "wp_cursor_shape_device_v1", |it, id| {
        it.new_id(id).object(ObjectId(devices.pointer))
    });
    world.send(device, "set_shape", |it| it.uint(serial).uint(34));
    assert_eq!(shown(&mut world), Some(Cursor::Named("zoom-out")));
    world.send(device, "set_shape", |it| it.uint(serial).uint(35));
    assert_eq!(world.error(), Some((device, 1)));
}
