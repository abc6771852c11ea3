//! What no client may have more of.

use super::*;

/// Sends `each` until the client is told off; how often that went well.
fn until_refused(world: &mut World, most: usize, mut each: impl FnMut(&mut World)) -> usize {
    for count in 0..most {
        each(world);
        if world.gone {
            return count;
        }
    }
    most
}

fn config(change: impl FnOnce(&mut crate::config::Limits)) -> Config {
    let mut config = Config::default();
    change(&mut config.limits);
    config
}

#[test]
fn pools_count_as_long_as_their_buffers_live() {
    let mut world = World::new(config(|it| it.pools = 4));
    for _ in 0..20 {
        let (buffer, _) = world.buffer(Size::new(1, 1), 0);
        world.send(buffer, "destroy", |it| it);
    }
    assert!(!world.gone);
    assert_eq!(until_refused(&mut world, 10, |it| drop(it.buffer(Size::new(1, 1), 0))), 4);
    assert_eq!(world.error(), Some((1, crate::dispatch::code::NO_MEMORY)));
}

#[test]
fn keymaps_without_end_are_not_given() {
    let mut world = World::new(config(|it| it.descriptors = 8));
    let seat = world.bind("wl_seat");
    let interface = by_name(b"wl_seat").expect("known");
    let (opcode, _) = interface.find(Way::Request, "get_keyboard").expect("a request");
    let mut bytes = Vec::new();
    for id in 100..200 {
        let request = Builder::new(ObjectId(seat), opcode).new_id(ObjectId(id));
        bytes.extend_from_slice(&request.finish(Form::Program, 0).expect("fits"));
    }
    world.view.on_bytes(world.now, world.client, &bytes, []);
    while let Some(effect) = world.view.poll() {
        if let Effect::Send { descriptors, .. } = &effect {
            assert!(descriptors.len() <= 8);
        }
        world.gone |= matches!(effect, Effect::Disconnect(_));
    }
    assert!(world.gone);
}

#[test]
fn outputs_are_not_bound_without_end() {
    let mut world = World::new(Config::default());
    assert_eq!(until_refused(&mut world, 300, |it| _ = it.bind("wl_output")), 256);
}

/// An xdg_surface with the role of a popup that is not mapped yet: its surface, xdg_surface and xdg_popup.
fn popup(world: &mut World, base: u32, parent: u32) -> (u32, u32, u32) {
    let surface = world.surface();
    let xdg =
        world.make(base, "get_xdg_surface", "xdg_surface", |it, id| it.new_id(id).object(ObjectId(surface)));
    let positioner = world.make(base, "create_positioner", "xdg_positioner", |it, id| it.new_id(id));
    world.send(positioner, "set_size", |it| it.int(10).int(10));
    world.send(positioner, "set_anchor_rect", |it| it.int(0).int(0).int(1).int(1));
    let popup = world.make(xdg, "get_popup", "xdg_popup", |it, id| {
        it.new_id(id).object(ObjectId(parent)).object(ObjectId(positioner))
    });
    (surface, xdg, popup)
}

#[test]
fn popups_are_nested_only_so_deeply() {
    let mut world = World::new(config(|it| it.depth = 8));
    let (_, mut parent, _) = world.window(Size::new(50, 50), 0);
    let base = world.bind("xdg_wm_base");
    let made = until_refused(&mut world, 20, |it| parent = popup(it, base, parent).1);
    assert_eq!(made, 8);
}

#[test]
fn who_was_not_asked_gets_no_keys_with_a_popup() {
    let mut world = World::new(Config::default());
    let (_, parent, _) = world.window(Size::new(50, 50), 0);
    let mut other = world.peer();
    world.swap(&mut other);
    let (theirs, ..) = world.window(Size::new(50, 50), 0);
    let theirs = world.surface_id(theirs);
    world.swap(&mut other);
    let base = world.bind("xdg_wm_base");
    let (seat, (surface, xdg, popup)) = (world.bind("wl_seat"), popup(&mut world, base, parent));
    world.send(popup, "grab", |it| it.object(ObjectId(seat)).uint(12345));
    world.send(surface, "commit", |it| it);
    world.acknowledge(xdg);
    let (buffer, _) = world.buffer(Size::new(10, 10), 0);
    world.show(surface, buffer);
    assert!(!world.gone);
    assert_eq!(world.view.keyboard_focus(), Some(theirs));
}

#[test]
fn a_chain_of_dialogues_is_raised_as_one() {
    let mut world = World::new(Config::default());
    let windows: Vec<_> = (0..5).map(|_| world.window(Size::new(5, 5), 0).2).collect();
    // From below, so that each has a family already.
    for pair in windows.windows(2).rev() {
        world.send(pair[1], "set_parent", |it| it.object(ObjectId(pair[0])));
    }
    let (last, _) = (world.window(Size::new(5, 5), 0), world.pump());
    let stack = world.view.desk.stack.clone();
    assert_eq!(stack.len(), 6, "{last:?}");
    world.view.raise(stack[0]);
    let raised: Vec<_> = [stack[5]].into_iter().chain(stack[..5].iter().copied()).collect();
    assert_eq!(world.view.desk.stack, raised);
}
