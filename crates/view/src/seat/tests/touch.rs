//! Fingers.

use super::*;
use crate::input::Phase;

fn finger(id: i32, phase: Phase, x: f64, y: f64) -> Input {
    Input::Touch { id, phase, canvas: CanvasId::Output(0), x, y }
}

#[test]
fn a_finger_stays_with_its_surface() {
    let (mut world, devices, surface) = one_window();
    world.input(finger(3, Phase::Down, 600.0, 340.0));
    world.input(finger(3, Phase::Down, 601.0, 340.0));
    world.input(finger(4, Phase::Down, 1.0, 1.0));
    world.input(finger(4, Phase::Motion, 600.0, 340.0));
    world.input(finger(3, Phase::Motion, 500.0, 340.0));
    world.input(finger(3, Phase::Up, 0.0, 0.0));
    world.input(finger(3, Phase::Up, 0.0, 0.0));
    let told = events(&mut world, devices.touch);
    let kinds: Vec<&str> = told.iter().filter_map(|it| it.split(' ').next()).collect();
    assert_eq!(kinds, ["down", "frame", "motion", "frame", "up", "frame"]);
    assert!(told[0].ends_with(&format!(" {surface} 3 10 5")), "{told:?}");
    assert!(told[2].ends_with(" 3 -90 5"), "{told:?}");
    world.input(finger(1, Phase::Down, 600.0, 340.0));
    world.input(finger(1, Phase::Cancel, 0.0, 0.0));
    world.input(finger(1, Phase::Up, 0.0, 0.0));
    assert_eq!(names(&mut world, devices.touch), ["down", "frame", "cancel"]);
}

#[test]
fn a_finger_raises_a_window() {
    let (mut world, devices, first) = one_window();
    world.window(Size::new(100, 50), GREEN);
    events(&mut world, devices.keyboard);
    world.input(finger(0, Phase::Down, 600.0, 340.0));
    let told = events(&mut world, devices.keyboard);
    assert_eq!(object(&told[1], 2), first, "{told:?}");
}

#[test]
fn a_finger_on_a_surface_that_goes_still_comes_up() {
    let (mut world, devices, _) = one_window();
    let (surface, xdg, toplevel) = world.window(Size::new(100, 50), GREEN);
    world.input(finger(0, Phase::Down, 640.0, 380.0));
    world.send(toplevel, "destroy", |it| it);
    world.send(xdg, "destroy", |it| it);
    world.send(surface, "destroy", |it| it);
    world.input(finger(0, Phase::Motion, 641.0, 380.0));
    world.input(finger(0, Phase::Up, 0.0, 0.0));
    assert_eq!(names(&mut world, devices.touch), ["down", "frame", "up", "frame"]);
}

#[test]
fn a_finger_drags_a_window() {
    let mut world = World::new(Config::default());
    let devices = devices(&mut world, 9);
    let (.., toplevel) = world.window(Size::new(100, 50), RED);
    let seat = world.bind("wl_seat");
    world.input(finger(0, Phase::Down, 600.0, 340.0));
    let serial = serial(&world, devices.touch, "down");
    world.send(toplevel, "move", |it| it.object(ObjectId(seat)).uint(serial));
    world.input(finger(0, Phase::Motion, 630.0, 380.0));
    world.input(finger(0, Phase::Up, 0.0, 0.0));
    assert_eq!(names(&mut world, devices.touch), ["down", "frame", "up", "frame"]);
    world.refresh();
    assert_eq!((world.pixel(591, 336), world.pixel(621, 376)), (Config::default().background, RED));
}
