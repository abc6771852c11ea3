//! Drags between two clients.

use farway_proto::wayland::ObjectId;

use super::*;
use crate::compositor::tests::{Event, World};
use crate::config::Config;
use crate::data_device::tests::{CLIPBOARD, device, source};
use crate::descriptor::Descriptor;
use crate::geometry::Size;

/// A client with a window, a device and a source that is being dragged.
struct Scene {
    world: World,
    surface: SurfaceId,
    source: u32,
}

fn begin(actions: Option<u32>) -> Scene {
    let mut world = World::new(Config::default());
    let (surface, ..) = world.window(Size::new(10, 10), 0);
    let surface = world.surface_id(surface);
    device(&mut world, CLIPBOARD);
    let source = source(&mut world, CLIPBOARD, &["text/plain"]);
    if let Some(actions) = actions {
        world.send(source, "set_actions", |it| it.uint(actions));
    }
    let target = Target { client: world.client, id: ObjectId(source) };
    let Some(crate::client::Data::Source(data)) = world.view.data(target) else { panic!("a source") };
    let name = SourceRef { target, number: data.number };
    world.view.drag_start(Drag::new(world.client, Some(name), None));
    assert!(world.view.drag_active());
    Scene { world, surface, source }
}

fn last(events: &[Event]) -> u32 {
    events.last().and_then(|it| it.args.last()).and_then(|it| it.parse().ok()).expect("a number")
}

/// The second client, entered by the drag; its offer.
fn enter(world: &mut World) -> u32 {
    let (surface, ..) = world.window(Size::new(10, 10), 0);
    device(world, CLIPBOARD);
    let surface = world.surface_id(surface);
    // Those of the outputs.
    world.events.clear();
    world.view.drag_motion(Some((surface, 1.0, 2.0)));
    world.view.drag_motion(Some((surface, 3.0, 2.0)));
    world.pump();
    assert_eq!(world.take("motion").len(), 1);
    last(&world.take("enter"))
}

#[test]
fn a_drag_is_dropped_and_finished() {
    let Scene { mut world, source, .. } = begin(Some(3));
    let mut first = world.join();
    let offer = enter(&mut world);
    assert_eq!(last(&world.take("source_actions")), 3);
    world.send(offer, "accept", |it| it.uint(0).str(b"text/plain"));
    world.send(offer, "set_actions", |it| it.uint(3).uint(2));
    assert_eq!(last(&world.take("action")), 2);
    world.view.drag_drop();
    world.pump();
    assert!(!world.view.drag_active());
    assert_eq!(world.take("drop").len(), 1);
    world.send_with(offer, "receive", vec![Descriptor::Token(5)], |it| it.str(b"text/plain"));
    world.send(offer, "finish", |it| it);
    // It gives nothing any more.
    world.send_with(offer, "receive", vec![Descriptor::Token(6)], |it| it.str(b"text/plain"));
    world.send(offer, "destroy", |it| it);
    assert!(!world.gone);
    world.swap(&mut first);
    let names: Vec<_> = world.events.iter().filter(|it| it.id == source).map(|it| it.name).collect();
    assert_eq!(names, ["target", "action", "dnd_drop_performed", "send", "dnd_finished"]);
    assert!(matches!(world.descriptors[..], [Descriptor::Token(5)]));
}

#[test]
fn what_nobody_wants_is_cancelled() {
    let Scene { mut world, source, .. } = begin(Some(1));
    let mut first = world.join();
    enter(&mut world);
    world.view.drag_drop();
    world.pump();
    assert_eq!(world.take("leave").len(), 1);
    world.swap(&mut first);
    assert!(world.take("cancelled").iter().any(|it| it.id == source));
}

#[test]
fn an_offer_that_is_thrown_away_after_the_drop_cancels() {
    let Scene { mut world, source, .. } = begin(None);
    let mut first = world.join();
    let offer = enter(&mut world);
    world.send(offer, "accept", |it| it.uint(0).str(b"text/plain"));
    world.send(offer, "set_actions", |it| it.uint(7).uint(4));
    // The source said nothing: it copies.
    assert_eq!(last(&world.take("action")), 1);
    world.view.drag_drop();
    world.pump();
    world.send(offer, "destroy", |it| it);
    world.swap(&mut first);
    assert!(world.take("cancelled").iter().any(|it| it.id == source));
}

#[test]
fn the_pointer_goes_elsewhere() {
    let Scene { mut world, surface, source } = begin(Some(1));
    let mut first = world.join();
    let offer = enter(&mut world);
    world.view.drag_motion(Some((surface, 0.0, 0.0)));
    world.pump();
    assert_eq!(world.take("leave").len(), 1);
    // What was offered is void.
    world.send_with(offer, "receive", vec![Descriptor::Token(5)], |it| it.str(b"text/plain"));
    world.send(offer, "set_actions", |it| it.uint(1).uint(1));
    assert!(world.take("action").is_empty());
    world.swap(&mut first);
    assert!(world.descriptors.is_empty());
    assert_eq!(world.take("target").pop().map(|it| it.args), Some(vec![String::new()]));
    // The source goes, and the drag with it.
    world.send(source, "destroy", |it| it);
    assert!(!world.view.drag_active());
}

#[test]
fn finishing_what_was_not_dropped_is_an_error() {
    let Scene { mut world, .. } = begin(Some(1));
    let mut first = world.join();
    let offer = enter(&mut world);
    world.send(offer, "finish", |it| it);
    assert_eq!(world.error(), Some((offer, 0)));
    world.view.drag_drop();
    world.swap(&mut first);
    assert!(!world.gone);
    assert_eq!(world.take("cancelled").len(), 1);
}

#[test]
fn wrong_actions_are_errors() {
    for (actions, preferred, code) in [(8, 0, 1), (3, 4, 2), (3, 3, 2)] {
        let Scene { mut world, .. } = begin(Some(1));
        world.join();
        let offer = enter(&mut world);
        world.send(offer, "set_actions", |it| it.uint(actions).uint(preferred));
        assert_eq!(world.error(), Some((offer, code)));
    }
}

#[test]
fn a_drag_without_a_source_stays_at_home() {
    let mut world = World::new(Config::default());
    let (surface, ..) = world.window(Size::new(10, 10), 0);
    let surface = world.surface_id(surface);
    device(&mut world, CLIPBOARD);
    world.events.clear();
    world.view.drag_start(Drag::new(world.client, None, None));
    world.view.drag_motion(Some((surface, 0.0, 0.0)));
    world.pump();
    assert_eq!(last(&world.take("enter")), 0);
    let mut first = world.join();
    let (other, ..) = world.window(Size::new(10, 10), 0);
    device(&mut world, CLIPBOARD);
    let other = world.surface_id(other);
    world.events.clear();
    world.view.drag_motion(Some((other, 0.0, 0.0)));
    world.pump();
    assert!(world.events.is_empty());
    world.swap(&mut first);
    assert_eq!(world.take("leave").len(), 1);
    world.view.disconnect(world.client);
    assert!(!world.view.drag_active());
}

#[test]
fn only_a_button_that_is_held_starts_a_drag_and_icons_have_a_role() {
    let mut world = World::new(Config::default());
    let (surface, ..) = world.window(Size::new(10, 10), 0);
    let device = device(&mut world, CLIPBOARD);
    let (text, icon) = (source(&mut world, CLIPBOARD, &["a"]), world.surface());
    world.send(device, "start_drag", |it| {
        it.object(ObjectId(text)).object(ObjectId(surface)).object(ObjectId(icon)).uint(0)
    });
    assert!(!world.view.drag_active());
    assert_eq!(world.take("cancelled").len(), 1);
    let icon = world.surface_id(icon);
    world.view.drag_start(Drag::new(world.client, None, Some(icon)));
    world.view.drag_icon_commit(icon, Point::new(-3, -4));
    assert_eq!(world.view.drag_overlay(Point::new(10, 10)), Some((icon, Point::new(7, 6))));
    // A window is no icon.
    world.send(device, "start_drag", |it| {
        it.object(ObjectId(0)).object(ObjectId(surface)).object(ObjectId(surface)).uint(0)
    });
    assert_eq!(world.error(), Some((device, 0)));
}
