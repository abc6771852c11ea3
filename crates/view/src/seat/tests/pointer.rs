//! Motion, buttons and scrolling.

use super::*;
use crate::input::{Axis, AxisSource};

#[test]
fn the_pointer_enters_moves_and_leaves() {
    let (mut world, devices, surface) = one_window();
    world.input(moved(600.0, 340.5));
    let told = events(&mut world, devices.pointer);
    assert!(told[0].starts_with("enter") && told[0].ends_with(&format!(" {surface} 10 5.5")), "{told:?}");
    assert_eq!(told[1], "frame ");
    world.input(moved(601.0, 340.5));
    let told = events(&mut world, devices.pointer);
    assert!(told[0].starts_with("motion") && told[0].ends_with(" 11 5.5"), "{told:?}");
    // Not moved, not told; no number, no motion.
    world.input(moved(601.0, 340.5));
    world.input(moved(f64::NAN, f64::INFINITY));
    assert!(events(&mut world, devices.pointer).is_empty());
    world.input(moved(1.0, 1.0));
    assert_eq!(names(&mut world, devices.pointer), ["leave", "frame"]);
    world.input(moved(600.0, 340.0));
    world.input(Input::Leave);
    assert_eq!(names(&mut world, devices.pointer), ["enter", "frame", "leave", "frame"]);
}

#[test]
fn between_surfaces_of_a_client_leave_and_enter_are_one_frame() {
    let (mut world, devices, first) = one_window();
    let (second, ..) = world.window(Size::new(100, 50), GREEN);
    world.input(moved(600.0, 340.0));
    events(&mut world, devices.pointer);
    world.input(moved(640.0, 370.0));
    let told = events(&mut world, devices.pointer);
    assert_eq!(
        told.iter().map(|it| it.split(' ').next().unwrap_or("")).collect::<Vec<_>>(),
        ["leave", "enter", "frame"]
    );
    assert_eq!((object(&told[0], 2), object(&told[1], 2)), (first, second));
}

#[test]
fn a_button_holds_the_pointer() {
    let (mut world, devices, _) = one_window();
    world.input(moved(600.0, 340.0));
    world.input(button(true));
    events(&mut world, devices.pointer);
    world.input(moved(500.0, 340.0));
    let told = events(&mut world, devices.pointer);
    assert!(told[0].starts_with("motion") && told[0].ends_with(" -90 5"), "{told:?}");
    world.input(button(false));
    assert_eq!(names(&mut world, devices.pointer), ["button", "frame", "leave", "frame"]);
    // What went down outside of all windows is nobody's business, wherever it comes up.
    world.input(button(true));
    world.input(moved(600.0, 340.0));
    world.input(button(false));
    world.input(button(false));
    assert_eq!(names(&mut world, devices.pointer), ["enter", "frame"]);
}

#[test]
fn a_click_raises_and_focuses_before_it_is_told() {
    let (mut world, devices, first) = one_window();
    world.window(Size::new(100, 50), GREEN);
    world.refresh();
    assert_eq!(world.pixel(640, 370), GREEN);
    world.input(moved(600.0, 340.0));
    world.events.clear();
    world.input(button(true));
    let order: Vec<(u32, &str)> = world.events.iter().map(|it| (it.id, it.name)).collect();
    let at = |id, name| order.iter().position(|it| *it == (id, name)).expect("told");
    assert!(at(devices.keyboard, "leave") < at(devices.keyboard, "enter"));
    assert!(at(devices.keyboard, "enter") < at(devices.pointer, "button"));
    let told = events(&mut world, devices.keyboard);
    assert_eq!(object(&told[1], 2), first);
    world.refresh();
    assert_eq!(world.pixel(640, 370), RED);
}

#[test]
fn a_window_is_dragged_with_the_pointer() {
    let mut world = World::new(Config::default());
    let devices = devices(&mut world, 9);
    let (surface, _, toplevel) = world.window(Size::new(100, 50), RED);
    let seat = world.bind("wl_seat");
    world.input(moved(600.0, 340.0));
    // Without a button that is down, or with another serial, nothing happens.
    world.send(toplevel, "move", |it| it.object(ObjectId(seat)).uint(1));
    world.input(button(true));
    let serial = serial(&world, devices.pointer, "button");
    world.send(toplevel, "move", |it| it.object(ObjectId(seat)).uint(serial.wrapping_add(7)));
    world.events.clear();
    world.send(toplevel, "move", |it| it.object(ObjectId(seat)).uint(serial));
    assert_eq!(names(&mut world, devices.pointer), ["leave", "frame"]);
    world.input(moved(630.0, 380.0));
    world.refresh();
    assert_eq!((world.pixel(591, 336), world.pixel(621, 376)), (Config::default().background, RED));
    world.input(button(false));
    let told = events(&mut world, devices.pointer);
    assert!(told[0].starts_with("enter") && told[0].ends_with(&format!(" {surface} 10 5")), "{told:?}");
    world.input(moved(900.0, 380.0));
    world.refresh();
    assert_eq!(world.pixel(621, 376), RED);
}

#[test]
fn the_host_drags_windows_of_its_own() {
    let show = Show::Windows(OutputConfig::default());
    let mut world = World::new(Config { show, ..Config::default() });
    let devices = devices(&mut world, 9);
    let (.., toplevel) = world.window(Size::new(100, 50), RED);
    let seat = world.bind("wl_seat");
    let window = *world.view.windows.keys().next().expect("one");
    world.input(Input::Motion { canvas: CanvasId::Window(window), x: 10.0, y: 5.0 });
    world.input(button(true));
    let serial = serial(&world, devices.pointer, "button");
    events(&mut world, devices.pointer);
    world.send(toplevel, "move", |it| it.object(ObjectId(seat)).uint(serial));
    let dragged =
        |it: &Effect| matches!(it, Effect::Window { change: crate::effect::WindowChange::Drag, .. });
    assert!(world.effects.iter().any(dragged));
    assert_eq!(names(&mut world, devices.pointer), ["leave", "frame"]);
    // The host may tell of the release or not.
    world.input(button(false));
    world.input(button(true));
    assert!(events(&mut world, devices.pointer).is_empty());
}

fn scrolled(version: u32, list: &[Axis]) -> Vec<String> {
    let mut world = World::new(Config::default());
    let devices = devices(&mut world, version);
    world.window(Size::new(100, 50), RED);
    world.input(moved(600.0, 340.0));
    events(&mut world, devices.pointer);
    list.iter().for_each(|it| world.input(Input::Axis(*it)));
    let told = events(&mut world, devices.pointer);
    // Without times.
    let strip = |it: &String| match it.split_once(' ') {
        Some((name @ ("axis" | "axis_stop"), rest)) => {
            format!("{name} {}", rest.split_once(' ').map_or("", |it| it.1))
        }
        _ => it.trim().to_owned(),
    };
    told.iter().map(strip).collect()
}

#[test]
fn each_version_has_its_own_words_for_scrolling() {
    let wheel = Axis {
        source: AxisSource::Wheel,
        horizontal: 0.0,
        vertical: 15.0,
        notches: (0, 120),
        stop: (false, false),
    };
    assert_eq!(
        scrolled(9, &[wheel]),
        ["axis_source 0", "axis_relative_direction 0 0", "axis_value120 0 120", "axis 0 15", "frame"]
    );
    assert_eq!(scrolled(8, &[wheel]), ["axis_source 0", "axis_value120 0 120", "axis 0 15", "frame"]);
    assert_eq!(scrolled(7, &[wheel]), ["axis_source 0", "axis_discrete 0 1", "axis 0 15", "frame"]);
    assert_eq!(scrolled(4, &[wheel]), ["axis 0 15"]);
    let fine = Axis { vertical: 5.0, notches: (0, 40), ..wheel };
    assert_eq!(scrolled(8, &[fine]), ["axis_source 0", "axis_value120 0 40", "axis 0 5", "frame"]);
    assert_eq!(scrolled(5, &[fine; 3]), ["axis_source 0", "axis_discrete 0 1", "axis 0 15", "frame"]);
    let tilt =
        Axis { source: AxisSource::WheelTilt, horizontal: 15.0, vertical: 0.0, notches: (120, 0), ..wheel };
    assert_eq!(scrolled(5, &[tilt])[0], "axis_source 0");
    assert_eq!(scrolled(8, &[tilt])[0], "axis_source 3");
    let finger = Axis {
        source: AxisSource::Finger,
        horizontal: 2.5,
        vertical: 0.0,
        notches: (0, 0),
        stop: (false, true),
    };
    assert_eq!(scrolled(7, &[finger]), ["axis_source 1", "axis_stop 0", "axis 1 2.5", "frame"]);
    assert_eq!(scrolled(4, &[finger]), ["axis 1 2.5"]);
    let nothing = Axis { vertical: f64::NAN, notches: (0, 0), ..wheel };
    assert!(scrolled(9, &[nothing]).is_empty());
}

#[test]
fn the_pointer_is_told_anew_when_a_window_opens_below_it() {
    let mut world = World::new(Config::default());
    let devices = devices(&mut world, 9);
    world.input(moved(640.0, 360.0));
    assert!(events(&mut world, devices.pointer).is_empty());
    let (surface, _, toplevel) = world.window(Size::new(100, 50), RED);
    let told = events(&mut world, devices.pointer);
    assert!(told[0].starts_with("enter") && object(&told[0], 2) == surface, "{told:?}");
    world.send(toplevel, "destroy", |it| it);
    assert_eq!(names(&mut world, devices.pointer), ["leave", "frame"]);
}

#[test]
fn clients_hear_nothing_of_each_other() {
    let (mut world, first, _) = one_window();
    let mut peer = world.peer();
    world.swap(&mut peer);
    devices(&mut world, 9);
    world.events.clear();
    world.input(moved(600.0, 340.0));
    world.input(button(true));
    world.input(key(30, true));
    assert!(world.events.is_empty(), "{:?}", world.events);
    assert!(world.view.focus_client().is_some_and(|it| it != world.client));
    world.swap(&mut peer);
    assert!(names(&mut world, first.pointer).contains(&"button".to_owned()));
}

#[test]
fn a_button_holds_the_pointer_across_outputs() {
    let show = Show::Outputs(vec![OutputConfig::default(), OutputConfig::default()]);
    let mut world = World::new(Config { show, ..Config::default() });
    let devices = devices(&mut world, 9);
    world.window(Size::new(100, 50), RED);
    world.input(moved(600.0, 340.0));
    world.input(button(true));
    events(&mut world, devices.pointer);
    world.input(Input::Motion { canvas: CanvasId::Output(1), x: 20.0, y: 340.0 });
    let told = events(&mut world, devices.pointer);
    assert!(told[0].starts_with("motion") && told[0].ends_with(" 710 5"), "{told:?}");
    // There is no such output.
    world.input(Input::Motion { canvas: CanvasId::Output(2), x: 20.0, y: 340.0 });
    world.input(button(false));
    assert_eq!(names(&mut world, devices.pointer), ["button", "frame", "leave", "frame"]);
}

#[test]
fn a_surface_takes_input_only_in_its_region() {
    let (mut world, devices, surface) = one_window();
    let compositor = world.bind("wl_compositor");
    let region = world.make(compositor, "create_region", "wl_region", |it, id| it.new_id(id));
    world.send(region, "add", |it| it.int(0).int(0).int(10).int(10));
    world.input(moved(600.0, 340.0));
    world.send(surface, "set_input_region", |it| it.object(ObjectId(region)));
    events(&mut world, devices.pointer);
    world.send(surface, "commit", |it| it);
    assert_eq!(names(&mut world, devices.pointer), ["leave", "frame"]);
    world.input(moved(599.0, 340.0));
    assert_eq!(names(&mut world, devices.pointer), ["enter", "frame"]);
}

#[test]
fn a_pointer_that_comes_late_learns_where_it_is() {
    let (mut world, devices, surface) = one_window();
    world.input(moved(600.0, 340.0));
    let entered = serial(&world, devices.pointer, "enter");
    let seat = world.bind("wl_seat");
    let late = world.make(seat, "get_pointer", "wl_pointer", |it, id| it.new_id(id));
    assert_eq!(events(&mut world, late), [format!("enter {entered} {surface} 10 5"), "frame ".into()]);
}

#[test]
fn a_release_is_only_for_who_was_told_of_the_press() {
    let (mut world, devices, first) = one_window();
    let (.., above) = world.window(Size::new(100, 50), GREEN);
    let right = |pressed| Input::Button { code: LEFT + 1, pressed };
    world.input(moved(640.0, 370.0));
    world.input(button(true));
    world.send(above, "destroy", |it| it);
    events(&mut world, devices.pointer);
    world.input(right(true));
    world.input(button(false));
    world.input(right(false));
    let told = events(&mut world, devices.pointer);
    let codes: Vec<u32> = told.iter().filter(|it| it.starts_with("button")).map(|it| object(it, 3)).collect();
    assert_eq!(codes, [LEFT + 1; 2], "{told:?}");
    assert!(world.view.surfaces.values().any(|it| it.target.id.0 == first));
}

#[test]
fn a_surface_that_is_gone_is_not_left() {
    let (mut world, devices, surface) = one_window();
    let child = world.surface();
    let subcompositor = world.bind("wl_subcompositor");
    world.make(subcompositor, "get_subsurface", "wl_subsurface", |it, id| {
        it.new_id(id).object(ObjectId(child)).object(ObjectId(surface))
    });
    let (buffer, _) = world.buffer(Size::new(20, 20), GREEN);
    world.show(child, buffer);
    world.send(surface, "commit", |it| it);
    world.input(moved(600.0, 340.0));
    world.input(button(true));
    let told = events(&mut world, devices.pointer);
    assert_eq!(object(&told[0], 2), child, "{told:?}");
    world.send(child, "destroy", |it| it);
    let told = events(&mut world, devices.pointer);
    assert!(!told.iter().any(|it| it.starts_with("leave")), "{told:?}");
    assert!(told.iter().any(|it| it.starts_with("enter") && object(it, 2) == surface), "{told:?}");
    world.input(button(false));
    assert!(events(&mut world, devices.pointer).is_empty());
}
