//! What clients are told of the user's input.

use std::io::Read;

use farway_proto::wayland::ObjectId;

use crate::Descriptor;
use crate::compositor::tests::World;
use crate::config::{Config, OutputConfig, Show};
use crate::effect::{CanvasId, Effect};
use crate::geometry::Size;
use crate::input::Input;

mod chaos;
mod constraints;
mod cursor;
mod grabs;
mod pointer;
mod touch;

const LEFT: u32 = 0x110;
const RED: u32 = 0xffff_0000;
const GREEN: u32 = 0xff00_ff00;

/// The seat's objects of a client.
struct Devices {
    pointer: u32,
    keyboard: u32,
    touch: u32,
}

fn devices(world: &mut World, version: u32) -> Devices {
    let seat = world.bind_at("wl_seat", version);
    let mut make = |name, interface| world.make(seat, name, interface, |it, id| it.new_id(id));
    Devices {
        pointer: make("get_pointer", "wl_pointer"),
        keyboard: make("get_keyboard", "wl_keyboard"),
        touch: make("get_touch", "wl_touch"),
    }
}

/// A world with a window of 100×50 in the middle of the screen, at 590,335.
fn one_window() -> (World, Devices, u32) {
    let mut world = World::new(Config::default());
    let devices = devices(&mut world, 9);
    let (surface, ..) = world.window(Size::new(100, 50), RED);
    (world, devices, surface)
}

fn moved(x: f64, y: f64) -> Input {
    Input::Motion { canvas: CanvasId::Output(0), x, y }
}

fn button(pressed: bool) -> Input {
    Input::Button { code: LEFT, pressed }
}

fn key(code: u32, pressed: bool) -> Input {
    Input::Key { code, pressed }
}

/// All events of an object since the last time, as text.
fn events(world: &mut World, id: u32) -> Vec<String> {
    let (taken, kept) = world.events.drain(..).partition(|it| it.id == id);
    world.events = kept;
    let taken: Vec<crate::compositor::tests::Event> = taken;
    taken.into_iter().map(|it| format!("{} {}", it.name, it.args.join(" "))).collect()
}

/// The same without numbers.
fn names(world: &mut World, id: u32) -> Vec<String> {
    events(world, id).iter().filter_map(|it| it.split(' ').next().map(str::to_owned)).collect()
}

/// Serial of the last event of an object that has one in front.
fn serial(world: &World, id: u32, name: &str) -> u32 {
    let event = world.events.iter().rev().find(|it| it.id == id && it.name == name);
    event.expect("there is one").args[0].parse().expect("a serial")
}

fn object(text: &str, at: usize) -> u32 {
    text.split(' ').nth(at).and_then(|it| it.parse().ok()).unwrap_or(0)
}

#[test]
fn the_keymap_comes_as_a_file_that_no_client_can_change_for_another() {
    let mut world = World::new(Config { keyboard: "de".into(), ..Config::default() });
    let devices = devices(&mut world, 9);
    let told = events(&mut world, devices.keyboard);
    assert_eq!(told.len(), 2);
    assert_eq!(told[1], "repeat_info 25 600");
    let (format, size) = (object(&told[0], 1), object(&told[0], 3));
    let Some(Descriptor::Fd(fd)) = world.descriptors.pop() else { panic!("no file") };
    let mut file = std::fs::File::from(fd);
    let mut text = Vec::new();
    file.read_to_end(&mut text).expect("can be read");
    assert_eq!((format, text.len() as u32), (1, size));
    assert_eq!(text.pop(), Some(0));
    let keymap = crate::keymap::Keymap::layout("de").expect("known");
    assert_eq!(String::from_utf8(text).expect("text"), keymap.text());
    // Where it can be written to, nobody else has it.
    let _ = std::io::Write::write(&mut file, &[b'x'; 64]);
    let _ = std::os::unix::fs::FileExt::write_at(&file, &[b'x'; 64], 0);
    let seat = world.bind("wl_seat");
    world.make(seat, "get_keyboard", "wl_keyboard", |it, id| it.new_id(id));
    let Some(Descriptor::Fd(fd)) = world.descriptors.pop() else { panic!("no file") };
    let mut text = String::new();
    std::fs::File::from(fd).read_to_string(&mut text).expect("can be read");
    assert_eq!(text.trim_end_matches('\0'), keymap.text());
}

#[test]
fn a_new_window_gets_the_keyboard_and_keys_reach_it() {
    let (mut world, devices, surface) = one_window();
    let told = events(&mut world, devices.keyboard);
    assert!(told.iter().any(|it| it.starts_with("enter") && object(it, 2) == surface), "{told:?}");
    assert!(told.last().is_some_and(|it| it.starts_with("modifiers") && it.ends_with(" 0 0 0 0")));
    world.input(key(42, true));
    world.input(key(30, true));
    // Pressed twice, or never: makes no sense.
    world.input(key(30, true));
    world.input(key(31, false));
    world.input(key(u32::MAX, true));
    world.input(key(30, false));
    let told = names(&mut world, devices.keyboard);
    assert_eq!(told, ["key", "modifiers", "key", "key"]);
    // A keyboard that comes later learns what is down.
    let seat = world.bind("wl_seat");
    let late = world.make(seat, "get_keyboard", "wl_keyboard", |it, id| it.new_id(id));
    let told = events(&mut world, late);
    assert!(told.iter().any(|it| it.starts_with("enter") && it.ends_with(" 2a000000")), "{told:?}");
    assert!(told.iter().any(|it| it.starts_with("modifiers") && it.ends_with(" 1 0 0 0")), "{told:?}");
    let serial = serial_of_key(&mut world, devices.keyboard);
    assert!(world.view.serial_is_recent(world.client, serial));
    assert!(!world.view.serial_is_recent(world.client, serial.wrapping_add(1000)));
}

fn serial_of_key(world: &mut World, keyboard: u32) -> u32 {
    world.input(key(32, true));
    serial(world, keyboard, "key")
}

#[test]
fn when_the_window_with_the_keyboard_goes_the_next_gets_it() {
    let (mut world, devices, first) = one_window();
    let (second, xdg, toplevel) = world.window(Size::new(100, 50), GREEN);
    events(&mut world, devices.keyboard);
    world.send(toplevel, "destroy", |it| it);
    let told = events(&mut world, devices.keyboard);
    assert!(told[0].starts_with("leave") && object(&told[0], 2) == second, "{told:?}");
    assert!(told[1].starts_with("enter") && object(&told[1], 2) == first, "{told:?}");
    world.send(xdg, "destroy", |it| it);
    // Nothing is said of a surface that is gone.
    world.send(first, "destroy", |it| it);
    assert_eq!(world.error().map(|it| it.0), Some(first));
}

#[test]
fn the_active_window_knows() {
    let mut world = World::new(Config::default());
    let last = |world: &World, toplevel: u32| {
        let all = world.events.iter().rev();
        let mut all = all.filter(|it| it.id == toplevel && it.name == "configure");
        all.next().map(|it| it.args[2].clone()).unwrap_or_default()
    };
    let (.., old) = world.window(Size::new(100, 50), RED);
    assert_eq!(last(&world, old), "04000000");
    let (.., new) = world.window(Size::new(100, 50), GREEN);
    assert_eq!((last(&world, new).as_str(), last(&world, old).as_str()), ("04000000", ""));
    world.input(moved(591.0, 336.0));
    world.input(button(true));
    assert_eq!((last(&world, new).as_str(), last(&world, old).as_str()), ("", "04000000"));
}

#[test]
fn a_host_of_windows_decides_who_has_the_keyboard() {
    let show = Show::Windows(OutputConfig::default());
    let mut world = World::new(Config { show, ..Config::default() });
    let devices = devices(&mut world, 9);
    let (surface, ..) = world.window(Size::new(100, 50), RED);
    events(&mut world, devices.keyboard);
    let opened = |it: &Effect| match it {
        Effect::Window { window, .. } => Some(*window),
        _ => None,
    };
    let window = world.effects.iter().find_map(opened).expect("a window");
    world.input(key(30, true));
    assert!(events(&mut world, devices.keyboard).is_empty());
    world.input(Input::Focus(Some(window)));
    let told = events(&mut world, devices.keyboard);
    assert!(told[0].starts_with("enter") && object(&told[0], 2) == surface, "{told:?}");
    assert!(told[0].ends_with(" 1e000000"));
    // Whoever holds keys down after that does not mean us.
    world.input(Input::Focus(None));
    assert_eq!(names(&mut world, devices.keyboard), ["leave"]);
    world.input(Input::Focus(Some(window)));
    let told = events(&mut world, devices.keyboard);
    assert!(told[0].starts_with("enter") && told[0].ends_with(&format!("{surface} ")), "{told:?}");
    world.input(Input::Focus(None));
    events(&mut world, devices.keyboard);
    world.input(Input::Focus(Some(crate::effect::WindowId(9999))));
    assert!(events(&mut world, devices.keyboard).is_empty());
    world.input(Input::Motion { canvas: CanvasId::Window(window), x: 10.0, y: 20.0 });
    let told = events(&mut world, devices.pointer);
    assert!(told[0].starts_with("enter") && told[0].ends_with(&format!("{surface} 10 20")), "{told:?}");
}

#[test]
fn texts_and_combinations_are_typed() {
    let (mut world, devices, _) = one_window();
    events(&mut world, devices.keyboard);
    assert_eq!(world.view.type_text(world.now, "aB€"), Err('€'));
    world.pump();
    assert!(events(&mut world, devices.keyboard).is_empty());
    assert_eq!(world.view.type_text(world.now, "aB"), Ok(()));
    world.pump();
    let keys = |world: &mut World| -> Vec<(u32, u32)> {
        let all = events(world, devices.keyboard);
        all.iter().filter(|it| it.starts_with("key")).map(|it| (object(it, 3), object(it, 4))).collect()
    };
    assert_eq!(keys(&mut world), [(30, 1), (30, 0), (42, 1), (48, 1), (48, 0), (42, 0)]);
    assert!(world.view.press_combo(world.now, &["ctrl", "nonsense"]).is_err());
    assert_eq!(world.view.press_combo(world.now, &["ctrl", "c"]), Ok(()));
    world.pump();
    assert_eq!(keys(&mut world), [(29, 1), (46, 1), (46, 0), (29, 0)]);
}

#[test]
fn devices_that_are_released_hear_nothing_more() {
    let (mut world, devices, _) = one_window();
    for id in [devices.pointer, devices.keyboard, devices.touch] {
        world.send(id, "release", |it| it);
    }
    world.events.clear();
    world.input(moved(600.0, 340.0));
    world.input(button(true));
    world.input(key(30, true));
    assert!(world.events.iter().all(|it| it.name == "configure" || it.name == "delete_id"));
    // Objects of the wrong kind.
    let manager = world.bind("wp_cursor_shape_manager_v1");
    let device = world.fresh("wp_cursor_shape_device_v1");
    world.send(manager, "get_pointer", |it| it.new_id(ObjectId(device)).object(ObjectId(manager)));
    assert_eq!(world.error(), Some((1, 0)));
}
