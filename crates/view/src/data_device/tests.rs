//! Copy and paste between two clients, and with the host.

use std::sync::Arc;

use farway_proto::wayland::ObjectId;

use crate::compositor::tests::{Event, World};
use crate::config::Config;
use crate::descriptor::Descriptor;
use crate::effect::{Effect, SelectionKind};
use crate::geometry::Size;

/// Names of one of the two protocols.
#[derive(Clone, Copy)]
pub(crate) struct Names {
    manager: &'static str,
    create: &'static str,
    source: &'static str,
    get: &'static str,
    device: &'static str,
    kind: SelectionKind,
}

pub(crate) const CLIPBOARD: Names = Names {
    manager: "wl_data_device_manager",
    create: "create_data_source",
    source: "wl_data_source",
    get: "get_data_device",
    device: "wl_data_device",
    kind: SelectionKind::Clipboard,
};

const PRIMARY: Names = Names {
    manager: "zwp_primary_selection_device_manager_v1",
    create: "create_source",
    source: "zwp_primary_selection_source_v1",
    get: "get_device",
    device: "zwp_primary_selection_device_v1",
    kind: SelectionKind::Primary,
};

/// A source with these types.
pub(crate) fn source(world: &mut World, names: Names, types: &[&str]) -> u32 {
    let manager = world.bind(names.manager);
    let source = world.make(manager, names.create, names.source, |it, id| it.new_id(id));
    for mime in types {
        world.send(source, "offer", |it| it.str(mime.as_bytes()));
    }
    source
}

pub(crate) fn device(world: &mut World, names: Names) -> u32 {
    let (manager, seat) = (world.bind(names.manager), world.bind("wl_seat"));
    world.make(manager, names.get, names.device, |it, id| it.new_id(id).object(ObjectId(seat)))
}

fn select(world: &mut World, device: u32, source: u32) {
    world.send(device, "set_selection", |it| it.object(ObjectId(source)).uint(0));
}

fn number(event: &Event) -> u32 {
    event.args.last().and_then(|it| it.parse().ok()).expect("an id")
}

/// What a device was told last: an offer, or none.
fn offered(world: &mut World) -> Option<u32> {
    Some(number(&world.take("selection").pop()?)).filter(|it| *it != 0)
}

fn receive(world: &mut World, offer: u32, mime: &str, token: u64) {
    world.send_with(offer, "receive", vec![Descriptor::Token(token)], |it| it.str(mime.as_bytes()));
}

fn tokens(world: &mut World) -> Vec<u64> {
    let number = |it| if let Descriptor::Token(token) = it { Some(token) } else { None };
    world.descriptors.drain(..).filter_map(number).collect()
}

fn told(world: &mut World) -> Vec<(SelectionKind, Vec<String>)> {
    let is = |it: Effect| match it {
        Effect::Clipboard { selection, types } => Some((selection, types)),
        _ => None,
    };
    world.effects.drain(..).filter_map(is).collect()
}

#[test]
fn what_one_client_copies_another_pastes() {
    for names in [CLIPBOARD, PRIMARY] {
        let mut world = World::new(Config::default());
        let (surface, ..) = world.window(Size::new(10, 10), 0);
        let first = world.surface_id(surface);
        let own = device(&mut world, names);
        world.focus(Some(first));
        let text = source(&mut world, names, &["text/plain", "text/html"]);
        select(&mut world, own, text);
        assert!(offered(&mut world).is_some());
        let types = vec!["text/plain".to_owned(), "text/html".to_owned()];
        assert_eq!(told(&mut world), [(names.kind, types)]);

        let mut other = world.join();
        let (surface, ..) = world.window(Size::new(10, 10), 0);
        let second = world.surface_id(surface);
        device(&mut world, names);
        world.focus(Some(second));
        let offer = offered(&mut world).expect("an offer");
        let types: Vec<_> = world.take("offer").into_iter().filter(|it| it.id == offer).collect();
        assert_eq!(types.iter().map(|it| &*it.args[0]).collect::<Vec<_>>(), ["text/plain", "text/html"]);
        receive(&mut world, offer, "text/html", 7);
        receive(&mut world, offer, "image/png", 8);
        // Without the focus nothing can be read.
        world.focus(Some(first));
        receive(&mut world, offer, "text/html", 9);
        world.swap(&mut other);
        let sent = world.take("send");
        assert_eq!(sent.len(), 1);
        assert_eq!((sent[0].id, &*sent[0].args[0]), (text, "text/html"));
        assert_eq!(tokens(&mut world), [7]);
    }
}

#[test]
fn the_newer_selection_replaces_the_older() {
    let mut world = World::new(Config::default());
    let (surface, ..) = world.window(Size::new(10, 10), 0);
    let first = world.surface_id(surface);
    let own = device(&mut world, CLIPBOARD);
    world.focus(Some(first));
    let (one, two) = (source(&mut world, CLIPBOARD, &["a"]), source(&mut world, CLIPBOARD, &["b"]));
    select(&mut world, own, one);
    let stale = offered(&mut world).expect("an offer");
    select(&mut world, own, two);
    assert_eq!(world.take("cancelled").iter().map(|it| it.id).collect::<Vec<_>>(), [one]);
    receive(&mut world, stale, "a", 1);
    assert!(world.take("send").is_empty());
    // A source that goes takes the selection along.
    told(&mut world);
    world.send(two, "destroy", |it| it);
    assert_eq!(offered(&mut world), None);
    assert_eq!(told(&mut world), [(SelectionKind::Clipboard, Vec::new())]);
}

#[test]
fn who_has_no_focus_selects_nothing() {
    let mut world = World::new(Config::default());
    let own = device(&mut world, CLIPBOARD);
    let text = source(&mut world, CLIPBOARD, &["a"]);
    world.focus(None);
    select(&mut world, own, text);
    assert_eq!(world.take("cancelled").len(), 1);
    assert!(told(&mut world).is_empty());
    assert!(!world.view.fetch(SelectionKind::Clipboard, "a", Descriptor::Token(1)));
}

#[test]
fn a_source_is_used_once() {
    let mut world = World::new(Config::default());
    let (surface, ..) = world.window(Size::new(10, 10), 0);
    let first = world.surface_id(surface);
    world.focus(Some(first));
    let own = device(&mut world, CLIPBOARD);
    let text = source(&mut world, CLIPBOARD, &["a"]);
    select(&mut world, own, text);
    select(&mut world, own, text);
    assert_eq!(world.error(), Some((own, 1)));
}

#[test]
fn a_source_for_drags_is_not_for_selections() {
    let mut world = World::new(Config::default());
    let own = device(&mut world, CLIPBOARD);
    let text = source(&mut world, CLIPBOARD, &["a"]);
    world.send(text, "set_actions", |it| it.uint(1));
    select(&mut world, own, text);
    assert_eq!(world.error(), Some((text, 1)));
}

#[test]
fn lists_are_bounded() {
    let mut config = Config::default();
    config.limits.types = 3;
    let mut world = World::new(config.clone());
    source(&mut world, CLIPBOARD, &["a", "b", "c", "c"]);
    assert!(!world.gone);
    source(&mut world, CLIPBOARD, &["a", "b", "c", "d"]);
    assert_eq!(world.error(), Some((1, 2)));

    let mut world = World::new(config);
    for _ in 0..17 {
        if !world.gone {
            device(&mut world, CLIPBOARD);
        }
    }
    assert_eq!(world.error(), Some((1, 2)));
}

#[test]
fn the_host_gives_and_takes() {
    let mut world = World::new(Config::default());
    let (surface, ..) = world.window(Size::new(10, 10), 0);
    let first = world.surface_id(surface);
    let own = device(&mut world, CLIPBOARD);
    world.focus(Some(first));
    let text = source(&mut world, CLIPBOARD, &["a"]);
    select(&mut world, own, text);
    assert!(world.view.fetch(SelectionKind::Clipboard, "a", Descriptor::Token(3)));
    assert!(!world.view.fetch(SelectionKind::Clipboard, "b", Descriptor::Token(4)));
    assert!(!world.view.fetch(SelectionKind::Primary, "a", Descriptor::Token(5)));
    world.pump();
    assert_eq!(tokens(&mut world), [3]);
    told(&mut world);

    let content: Arc<[u8]> = Arc::from(&b"hello"[..]);
    let list = vec![("text/plain".to_owned(), Arc::clone(&content))];
    world.view.set_host_selection(SelectionKind::Clipboard, list);
    world.pump();
    assert_eq!(world.take("cancelled").len(), 1);
    let offer = offered(&mut world).expect("an offer");
    receive(&mut world, offer, "text/plain", 5);
    receive(&mut world, offer, "text/html", 6);
    let fed: Vec<_> = world.effects.drain(..).collect();
    assert!(matches!(&fed[..], [Effect::Feed { to: Descriptor::Token(5), content: it }] if **it == *content));

    world.view.set_host_selection(SelectionKind::Clipboard, Vec::new());
    world.pump();
    assert_eq!(world.take("selection").len(), 1);
    receive(&mut world, offer, "text/plain", 5);
    assert!(world.effects.is_empty());
}

#[test]
fn a_client_that_leaves_takes_its_selection_along() {
    let mut world = World::new(Config::default());
    let (surface, ..) = world.window(Size::new(10, 10), 0);
    let first = world.surface_id(surface);
    let own = device(&mut world, CLIPBOARD);
    world.focus(Some(first));
    let text = source(&mut world, CLIPBOARD, &["a"]);
    select(&mut world, own, text);
    told(&mut world);
    world.view.disconnect(world.client);
    world.pump();
    assert_eq!(told(&mut world), [(SelectionKind::Clipboard, Vec::new())]);
    assert!(world.view.exchange.devices.is_empty());
}
