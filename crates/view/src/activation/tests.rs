//! Tokens, and what they are good for.

use farway_proto::wayland::ObjectId;

use super::*;
use crate::compositor::tests::World;
use crate::config::Config;
use crate::effect::Effect;
use crate::geometry::Size;

fn token(world: &mut World, activation: u32) -> String {
    let token =
        world.make(activation, "get_activation_token", "xdg_activation_token_v1", |it, id| it.new_id(id));
    world.send(token, "set_app_id", |it| it.str(b"some.app"));
    world.send(token, "commit", |it| it);
    let done = world.take("done").into_iter().find(|it| it.id == token).expect("a token");
    world.send(token, "destroy", |it| it);
    done.args[0].clone()
}

/// Windows that were activated.
fn activated(world: &mut World) -> usize {
    let is = |it: &Effect| matches!(it, Effect::Window { change: WindowChange::Activate, .. });
    world.effects.drain(..).filter(is).count()
}

fn use_token(world: &mut World, activation: u32, token: &str, surface: u32) -> usize {
    activated(world);
    world.send(activation, "activate", |it| it.str(token.as_bytes()).object(ObjectId(surface)));
    activated(world)
}

#[test]
fn a_token_of_the_focused_client_raises_once() {
    let mut world = World::new(Config::default());
    let (first, ..) = world.window(Size::new(10, 10), 0);
    let (second, ..) = world.window(Size::new(10, 10), 0);
    let [low, high] = [first, second].map(|it| world.surface_id(it));
    let activation = world.bind("xdg_activation_v1");
    world.focus(Some(high));
    let text = token(&mut world, activation);
    assert_eq!(text.len(), 32);
    assert_ne!(text, token(&mut world, activation));
    let window = world.view.window_of(low);
    assert_ne!(world.view.desk.stack.last().copied(), window);
    assert_eq!(use_token(&mut world, activation, &text, first), 1);
    assert_eq!(world.view.desk.stack.last().copied(), window);
    assert_eq!(use_token(&mut world, activation, &text, second), 0);
    assert_eq!(use_token(&mut world, activation, "made up", second), 0);
}

#[test]
fn without_attention_a_token_is_worth_nothing() {
    let mut world = World::new(Config::default());
    let (surface, ..) = world.window(Size::new(10, 10), 0);
    let activation = world.bind("xdg_activation_v1");
    world.focus(None);
    let text = token(&mut world, activation);
    assert_eq!(use_token(&mut world, activation, &text, surface), 0);
}

#[test]
fn a_token_is_committed_once() {
    let mut world = World::new(Config::default());
    let activation = world.bind("xdg_activation_v1");
    let token =
        world.make(activation, "get_activation_token", "xdg_activation_token_v1", |it, id| it.new_id(id));
    world.send(token, "commit", |it| it);
    world.send(token, "set_app_id", |it| it.str(b"late"));
    assert_eq!(world.error(), Some((token, 0)));
}

#[test]
fn tokens_are_bounded_and_differ_with_the_seed() {
    let (mut one, mut two) = (Tokens::default(), Tokens::default());
    let first = one.add(1, ClientId(1), true);
    assert_ne!(first, two.add(2, ClientId(1), true));
    for _ in 0..OF_CLIENT {
        one.add(1, ClientId(1), true);
    }
    assert_eq!(one.list.len(), OF_CLIENT);
    assert!(one.take(&first).is_none());
    for client in 0..2 * ALL as u32 {
        one.add(1, ClientId(client), true);
    }
    assert_eq!(one.list.len(), ALL);
}
