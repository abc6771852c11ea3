//! Text from the host's input method.

use farway_proto::wayland::ObjectId;

use super::*;
use crate::compositor::tests::World;
use crate::config::Config;
use crate::geometry::Size;

fn text_input(world: &mut World) -> u32 {
    let (manager, seat) = (world.bind("zwp_text_input_manager_v3"), world.bind("wl_seat"));
    world.make(manager, "get_text_input", "zwp_text_input_v3", |it, id| it.new_id(id).object(ObjectId(seat)))
}

fn enable(world: &mut World, input: u32, cursor: Rect) {
    world.send(input, "enable", |it| it);
    world.send(input, "set_surrounding_text", |it| it.str(b"around").int(0).int(0));
    world.send(input, "set_content_type", |it| it.uint(0).uint(0));
    world.send(input, "set_cursor_rectangle", |it| {
        it.int(cursor.x).int(cursor.y).int(cursor.width).int(cursor.height)
    });
    world.send(input, "commit", |it| it);
}

fn told(world: &mut World) -> Vec<Option<(WindowId, Rect)>> {
    let told = |it| if let Effect::TextInput(it) = it { Some(it) } else { None };
    world.effects.drain(..).filter_map(told).collect()
}

/// Texts that were committed, and the serial of the last `done`.
fn texts(world: &mut World) -> (Vec<String>, Option<String>) {
    let list = world.take("commit_string").into_iter().map(|it| it.args[0].clone()).collect();
    (list, world.take("done").pop().map(|it| it.args[0].clone()))
}

#[test]
fn text_goes_to_who_has_the_keyboard_and_asked() {
    let mut world = World::new(Config::default());
    let (surface, ..) = world.window(Size::new(100, 50), 0);
    let focused = world.surface_id(surface);
    let input = text_input(&mut world);
    world.focus(None);
    world.take("enter");
    // Not before it has entered.
    enable(&mut world, input, Rect::default());
    assert!(!world.view.text_commit("x"));
    world.focus(Some(focused));
    assert!(world.take("enter").iter().any(|it| it.id == input));
    assert!(!world.view.text_commit("x"));
    enable(&mut world, input, Rect::new(1, 2, 3, 4));
    let window = world.view.window_of(focused).expect("a window");
    // The window is in the middle of the screen.
    assert_eq!(told(&mut world), [Some((window, Rect::new(591, 337, 3, 4)))]);
    assert!(world.view.text_commit("käse"));
    world.pump();
    assert_eq!(texts(&mut world), (vec!["käse".into()], Some("2".into())));
    assert!(world.view.text_preedit("né", Some((2, 99))));
    assert!(world.view.text_preedit("", None));
    world.pump();
    let preedit: Vec<_> = world.take("preedit_string").into_iter().map(|it| it.args).collect();
    assert_eq!(preedit, [["né", "1", "3"], ["", "-1", "-1"]]);
    world.focus(None);
    assert_eq!(told(&mut world), [None]);
    assert!(world.take("leave").iter().any(|it| it.id == input));
    assert!(!world.view.text_commit("x"));
}

#[test]
fn only_one_text_input_is_enabled() {
    let mut world = World::new(Config::default());
    let (surface, ..) = world.window(Size::new(100, 50), 0);
    let focused = world.surface_id(surface);
    let (one, two) = (text_input(&mut world), text_input(&mut world));
    world.focus(Some(focused));
    enable(&mut world, one, Rect::default());
    enable(&mut world, two, Rect::default());
    assert!(world.view.text_commit("x"));
    world.pump();
    assert!(world.take("commit_string").iter().all(|it| it.id == one));
    world.send(one, "disable", |it| it);
    world.send(one, "commit", |it| it);
    assert!(!world.view.text_commit("x"));
    enable(&mut world, two, Rect::default());
    assert!(world.view.text_commit("x"));
    world.pump();
    world.send(two, "destroy", |it| it);
    assert!(!world.view.text_commit("x"));
    assert_eq!(told(&mut world).last(), Some(&None));
}

#[test]
fn long_text_comes_in_pieces() {
    let mut world = World::new(Config::default());
    let (surface, ..) = world.window(Size::new(100, 50), 0);
    let focused = world.surface_id(surface);
    let input = text_input(&mut world);
    world.focus(Some(focused));
    enable(&mut world, input, Rect::default());
    let long = "€".repeat(3000);
    assert!(world.view.text_commit(&long));
    world.pump();
    let (list, _) = texts(&mut world);
    assert_eq!(list.len(), 3);
    assert_eq!(list.concat(), long);
}

#[test]
fn a_surface_that_goes_takes_the_focus_along() {
    let mut world = World::new(Config::default());
    let (surface, xdg, toplevel) = world.window(Size::new(100, 50), 0);
    let focused = world.surface_id(surface);
    let input = text_input(&mut world);
    world.focus(Some(focused));
    enable(&mut world, input, Rect::default());
    for id in [toplevel, xdg, surface] {
        world.send(id, "destroy", |it| it);
    }
    assert!(!world.gone);
    assert!(!world.view.text_commit("x"));
    assert_eq!(told(&mut world).last(), Some(&None));
}
