//! Pointers that are locked or confined, and relative motion.

use super::*;
use crate::effect::Confinement;

/// Makes a constraint on a surface: its id.
pub(super) fn constrain(
    world: &mut World,
    pointer: u32,
    surface: u32,
    lock: bool,
    region: u32,
    lifetime: u32,
) -> u32 {
    let (request, interface) = if lock {
        ("lock_pointer", "zwp_locked_pointer_v1")
    } else {
        ("confine_pointer", "zwp_confined_pointer_v1")
    };
    let manager = world.bind("zwp_pointer_constraints_v1");
    world.make(manager, request, interface, |it, id| {
        let it = it.new_id(id).object(ObjectId(surface)).object(ObjectId(pointer));
        it.object(ObjectId(region)).uint(lifetime)
    })
}

fn region(world: &mut World, x: i32, y: i32, width: i32, height: i32) -> u32 {
    let compositor = world.bind("wl_compositor");
    let region = world.make(compositor, "create_region", "wl_region", |it, id| it.new_id(id));
    world.send(region, "add", |it| it.int(x).int(y).int(width).int(height));
    region
}

fn told(world: &mut World) -> Vec<Option<Confinement>> {
    let taken = std::mem::take(&mut world.effects).into_iter();
    let only = |it| if let Effect::Confine(it) = it { Some(it) } else { None };
    taken.filter_map(only).collect()
}

#[test]
fn a_locked_pointer_moves_only_relatively() {
    let (mut world, devices, surface) = one_window();
    let manager = world.bind("zwp_relative_pointer_manager_v1");
    let relative = world.make(manager, "get_relative_pointer", "zwp_relative_pointer_v1", |it, id| {
        it.new_id(id).object(ObjectId(devices.pointer))
    });
    let lock = constrain(&mut world, devices.pointer, surface, true, 0, 1);
    assert!(names(&mut world, lock).is_empty());
    world.input(moved(600.0, 340.0));
    assert_eq!(names(&mut world, lock), ["locked"]);
    assert!(matches!(told(&mut world)[..], [Some(Confinement::Locked(_))]));
    events(&mut world, devices.pointer);
    world.input(moved(620.0, 340.0));
    assert!(events(&mut world, devices.pointer).is_empty());
    world.input(Input::Relative { dx: 2.5, dy: -1.0 });
    world.input(Input::Relative { dx: f64::NAN, dy: 0.0 });
    let moves = events(&mut world, relative);
    assert!(moves.len() == 1 && moves[0].ends_with(" 2.5 -1 2.5 -1"), "{moves:?}");
    assert_eq!(names(&mut world, devices.pointer), ["frame"]);
    // The pointer reappears where the client drew it.
    world.send(lock, "set_cursor_position_hint", |it| {
        it.fixed(farway_proto::wayland::Fixed::from_int(50)).fixed(farway_proto::wayland::Fixed::from_int(25))
    });
    world.send(surface, "commit", |it| it);
    world.send(lock, "destroy", |it| it);
    let moves = events(&mut world, devices.pointer);
    assert!(moves[0].starts_with("motion") && moves[0].ends_with(" 50 25"), "{moves:?}");
    assert_eq!(told(&mut world), [None]);
}

#[test]
fn a_oneshot_holds_once_and_a_persistent_one_again() {
    for (lifetime, again) in [(1, 0), (2, 1)] {
        let (mut world, devices, surface) = one_window();
        world.input(moved(600.0, 340.0));
        let lock = constrain(&mut world, devices.pointer, surface, true, 0, lifetime);
        assert_eq!(names(&mut world, lock), ["locked"]);
        world.input(Input::Leave);
        assert_eq!(names(&mut world, lock), ["unlocked"]);
        world.input(moved(600.0, 340.0));
        assert_eq!(names(&mut world, lock).len(), again);
        // Only what cannot hold any more makes room for another.
        let other = constrain(&mut world, devices.pointer, surface, false, 0, 1);
        let _ = other;
        assert_eq!(world.error().map(|it| it.1), (again == 1).then_some(1));
    }
}

#[test]
fn a_confined_pointer_stays_within_its_region() {
    let (mut world, devices, surface) = one_window();
    let area = region(&mut world, 10, 10, 20, 20);
    let confined = constrain(&mut world, devices.pointer, surface, false, area, 2);
    world.input(moved(591.0, 336.0));
    assert!(names(&mut world, confined).is_empty());
    world.input(moved(605.0, 350.0));
    assert_eq!(names(&mut world, confined), ["confined"]);
    assert!(matches!(told(&mut world)[..], [Some(Confinement::Confined(_))]));
    events(&mut world, devices.pointer);
    world.input(moved(100.0, 1000.0));
    let moves = events(&mut world, devices.pointer);
    assert!(moves[0].ends_with(&format!(" 10 {}", 30.0 - 1.0 / 256.0)), "{moves:?}");
    // A new region takes effect with the next commit, and takes the pointer along.
    let area = region(&mut world, 50, 0, 10, 50);
    world.send(confined, "set_region", |it| it.object(ObjectId(area)));
    assert!(events(&mut world, devices.pointer).is_empty());
    world.send(surface, "commit", |it| it);
    let moves = events(&mut world, devices.pointer);
    assert!(moves[0].contains(" 50 29.99"), "{moves:?}");
    world.send(confined, "destroy", |it| it);
    world.input(moved(1.0, 1.0));
    assert_eq!(names(&mut world, devices.pointer), ["leave", "frame"]);
}

#[test]
fn who_does_not_have_the_keyboard_cannot_hold_the_pointer() {
    let (mut world, devices, surface) = one_window();
    let lock = constrain(&mut world, devices.pointer, surface, true, 0, 2);
    let mut peer = world.peer();
    world.swap(&mut peer);
    self::devices(&mut world, 9);
    world.window(Size::new(50, 20), GREEN);
    world.swap(&mut peer);
    world.input(moved(591.0, 336.0));
    assert!(names(&mut world, lock).is_empty());
    world.input(button(true));
    assert_eq!(names(&mut world, lock), ["locked"]);
}

#[test]
fn constraints_end_with_their_surface_or_pointer() {
    let (mut world, devices, surface) = one_window();
    world.input(moved(600.0, 340.0));
    let lock = constrain(&mut world, devices.pointer, surface, true, 0, 2);
    world.send(devices.pointer, "release", |it| it);
    assert_eq!(names(&mut world, lock), ["locked", "unlocked"]);
    assert_eq!(told(&mut world).last(), Some(&None));
    // Of the wrong kind.
    constrain(&mut world, surface, surface, true, 0, 2);
    assert_eq!(world.error(), Some((1, 0)));
}
