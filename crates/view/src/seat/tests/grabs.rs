//! Popups that grab.

use super::*;

/// A popup of 40×30 with its left upper corner at the parent's right lower one; surface, xdg_surface, xdg_popup.
pub(super) fn popup(world: &mut World, parent: u32, grab: bool) -> (u32, u32, u32) {
    let (surface, base, seat) = (world.surface(), world.bind("xdg_wm_base"), world.bind("wl_seat"));
    let positioner = world.make(base, "create_positioner", "xdg_positioner", |it, id| it.new_id(id));
    world.send(positioner, "set_size", |it| it.int(40).int(30));
    world.send(positioner, "set_anchor_rect", |it| it.int(0).int(0).int(100).int(50));
    // Both at the lower right.
    world.send(positioner, "set_anchor", |it| it.uint(8));
    world.send(positioner, "set_gravity", |it| it.uint(8));
    let xdg =
        world.make(base, "get_xdg_surface", "xdg_surface", |it, id| it.new_id(id).object(ObjectId(surface)));
    let object = world.make(xdg, "get_popup", "xdg_popup", |it, id| {
        it.new_id(id).object(ObjectId(parent)).object(ObjectId(positioner))
    });
    if grab {
        world.send(object, "grab", |it| it.object(ObjectId(seat)).uint(0));
    }
    world.send(surface, "commit", |it| it);
    world.acknowledge(xdg);
    let (buffer, _) = world.buffer(Size::new(40, 30), GREEN);
    world.show(surface, buffer);
    (surface, xdg, object)
}

#[test]
fn a_popup_that_grabs_has_the_keyboard_until_a_click_elsewhere() {
    let mut world = World::new(Config::default());
    let devices = devices(&mut world, 9);
    let (surface, parent, _) = world.window(Size::new(100, 50), RED);
    events(&mut world, devices.keyboard);
    let (menu, xdg, object) = popup(&mut world, parent, true);
    let told = events(&mut world, devices.keyboard);
    assert!(told[0].starts_with("leave") && told[1].starts_with("enter"), "{told:?}");
    assert_eq!(self::object(&told[1], 2), menu);
    let (submenu, _, above) = popup(&mut world, xdg, true);
    assert_eq!(self::object(&events(&mut world, devices.keyboard)[1], 2), submenu);
    // In one of its own surfaces a press is a press.
    world.input(moved(695.0, 390.0));
    world.input(button(true));
    world.input(button(false));
    let told = events(&mut world, devices.pointer);
    assert_eq!(self::object(&told[0], 2), menu);
    assert!(told[2].starts_with("button"), "{told:?}");
    assert!(world.take("popup_done").is_empty());
    // Elsewhere it ends them all, and is not told.
    world.input(moved(1.0, 1.0));
    events(&mut world, devices.pointer);
    world.input(button(true));
    world.input(button(false));
    let done: Vec<u32> = world.take("popup_done").iter().map(|it| it.id).collect();
    assert_eq!(done, [above, object]);
    assert!(events(&mut world, devices.pointer).is_empty());
    assert_eq!(self::object(&events(&mut world, devices.keyboard)[1], 2), surface);
    // What was dismissed cannot be seen or touched.
    world.input(moved(695.0, 390.0));
    assert!(events(&mut world, devices.pointer).is_empty());
}

#[test]
fn a_popup_that_does_not_grab_leaves_the_keyboard_alone() {
    let mut world = World::new(Config::default());
    let devices = devices(&mut world, 9);
    let (_, parent, _) = world.window(Size::new(100, 50), RED);
    events(&mut world, devices.keyboard);
    popup(&mut world, parent, false);
    assert!(events(&mut world, devices.keyboard).is_empty());
    world.input(moved(1.0, 1.0));
    world.input(button(true));
    assert!(world.take("popup_done").is_empty());
}

#[test]
fn while_a_popup_grabs_other_clients_get_nothing() {
    let mut world = World::new(Config::default());
    devices(&mut world, 9);
    let mut peer = world.peer();
    world.swap(&mut peer);
    let others = devices(&mut world, 9);
    world.window(Size::new(300, 200), GREEN);
    world.swap(&mut peer);
    let (_, parent, _) = world.window(Size::new(100, 50), RED);
    popup(&mut world, parent, true);
    world.swap(&mut peer);
    world.events.clear();
    // Inside of the other client's window only.
    world.input(moved(500.0, 270.0));
    assert!(events(&mut world, others.pointer).is_empty());
    world.input(button(true));
    // The press ends the grab, and is not told, nor is its release.
    assert_eq!(names(&mut world, others.pointer), ["enter", "frame"]);
    world.input(button(false));
    assert!(events(&mut world, others.pointer).is_empty());
    world.swap(&mut peer);
    assert_eq!(world.take("popup_done").len(), 1);
}

#[test]
fn a_host_that_takes_the_keyboard_away_ends_menus() {
    let show = Show::Windows(OutputConfig::default());
    let mut world = World::new(Config { show, ..Config::default() });
    let devices = devices(&mut world, 9);
    let (_, parent, _) = world.window(Size::new(100, 50), RED);
    let window = *world.view.windows.keys().next().expect("one");
    world.input(Input::Focus(Some(window)));
    let (menu, ..) = popup(&mut world, parent, true);
    let last = events(&mut world, devices.keyboard);
    assert!(last.iter().any(|it| it.starts_with("enter") && object(it, 2) == menu), "{last:?}");
    // A canvas of its own, but one space with its parent.
    let canvas = CanvasId::Window(*world.view.windows.keys().last().expect("two"));
    world.input(Input::Motion { canvas: CanvasId::Window(window), x: 1.0, y: 2.0 });
    world.input(button(true));
    world.input(Input::Motion { canvas, x: 1.0, y: 2.0 });
    let told = events(&mut world, devices.pointer);
    assert!(told.iter().any(|it| it.starts_with("motion") && it.ends_with(" 101 52")), "{told:?}");
    world.input(Input::Focus(None));
    assert_eq!(world.take("popup_done").len(), 1);
}

/// Asks to drag nothing that others could see, from a surface on.
fn start_drag(world: &mut World, surface: u32, serial: u32) {
    let (manager, seat) = (world.bind("wl_data_device_manager"), world.bind("wl_seat"));
    let device = world
        .make(manager, "get_data_device", "wl_data_device", |it, id| it.new_id(id).object(ObjectId(seat)));
    world.send(device, "start_drag", |it| {
        it.object(ObjectId(0)).object(ObjectId(surface)).object(ObjectId(0)).uint(serial)
    });
}

#[test]
fn a_drag_begins_in_a_menu_too() {
    let mut world = World::new(Config::default());
    let devices = devices(&mut world, 9);
    let (_, parent, _) = world.window(Size::new(100, 50), RED);
    let (menu, ..) = popup(&mut world, parent, true);
    world.input(moved(695.0, 390.0));
    world.input(button(true));
    let serial = serial(&world, devices.pointer, "button");
    start_drag(&mut world, menu, serial);
    assert!(world.view.drag_active());
    world.input(button(false));
    assert!(!world.view.drag_active());
}

#[test]
fn a_finger_drags_nothing_that_it_could_not_drop() {
    let (mut world, devices, surface) = one_window();
    let canvas = CanvasId::Output(0);
    world.input(Input::Touch { id: 1, phase: crate::input::Phase::Down, canvas, x: 600.0, y: 340.0 });
    let serial = serial(&world, devices.touch, "down");
    start_drag(&mut world, surface, serial);
    assert!(!world.view.drag_active());
}

#[test]
fn a_window_whose_surface_goes_first_is_gone() {
    let mut world = World::new(Config::default());
    let old = world.bind_at("wl_compositor", 5);
    let surface = world.make(old, "create_surface", "wl_surface", |it, id| it.new_id(id));
    let base = world.bind("xdg_wm_base");
    let xdg =
        world.make(base, "get_xdg_surface", "xdg_surface", |it, id| it.new_id(id).object(ObjectId(surface)));
    let toplevel = world.make(xdg, "get_toplevel", "xdg_toplevel", |it, id| it.new_id(id));
    world.send(surface, "commit", |it| it);
    world.acknowledge(xdg);
    let (buffer, _) = world.buffer(Size::new(40, 30), GREEN);
    world.show(surface, buffer);
    assert_eq!(world.view.window_list().len(), 1);
    world.send(surface, "destroy", |it| it);
    assert!(world.view.window_list().is_empty());
    assert!(world.view.keyboard_focus().is_none());
    world.send(toplevel, "destroy", |it| it);
    world.send(xdg, "destroy", |it| it);
    assert!(!world.gone);
}

#[test]
fn a_submenu_of_a_menu_that_was_dismissed_is_dismissed() {
    let mut world = World::new(Config::default());
    let (_, parent, _) = world.window(Size::new(100, 50), RED);
    let (_, menu, _) = popup(&mut world, parent, true);
    world.input(moved(5.0, 5.0));
    world.input(button(true));
    world.input(button(false));
    assert_eq!(world.take("popup_done").len(), 1);
    popup(&mut world, menu, true);
    assert_eq!(world.take("popup_done").len(), 1);
    assert_eq!(world.view.window_list().len(), 1);
    // Nobody's click is lost to a menu that is not to be seen.
    assert!(world.view.grabbing_popup().is_none());
}
