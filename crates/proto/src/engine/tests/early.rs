//! Answers before the compositor's own.

use super::*;
use crate::preview::{Event as Said, Global, Preview};

const REGISTRY: u32 = 2;

fn said(interface: &str, event: Builder) -> Said {
    let message = event.finish(Form::Program, 0).expect("a message");
    Said::of(by_name(interface.as_bytes()).expect("an interface"), &message).expect("an event")
}

fn mode(id: u32, width: i32) -> Builder {
    event("wl_output", "mode", id).uint(1).int(width).int(100).int(60_000)
}

fn name(id: u32) -> Builder {
    event("wl_output", "name", id).str(b"ONE")
}

fn done(id: u32) -> Builder {
    event("wl_output", "done", id)
}

fn size(id: u32) -> Builder {
    event("zxdg_output_v1", "logical_size", id).int(50).int(50)
}

fn preview() -> Preview {
    let global = |name, interface: &str, version| Global {
        name,
        interface: interface.into(),
        version,
        ..Global::default()
    };
    let greeting = [mode(9, 100), name(9), done(9)].map(|it| said("wl_output", it)).to_vec();
    let logical = vec![said("zxdg_output_v1", size(9))];
    let globals = vec![
        global(1, "wl_compositor", 6),
        Global { greeting, logical, ..global(2, "wl_output", 4) },
        global(3, "zxdg_output_manager_v1", 3),
        global(4, "wl_seat", 9),
        global(5, "zwp_linux_dmabuf_v1", 4),
    ];
    Preview { globals }
}

fn rig() -> Rig {
    Rig::new(Role::App, Config { preview: Some(preview().into()), ..Config::default() })
}

fn get_registry() -> Builder {
    request("wl_display", "get_registry", 1).new_id(ObjectId(REGISTRY))
}

fn sync(callback: u32) -> Builder {
    request("wl_display", "sync", 1).new_id(ObjectId(callback))
}

fn answered(callback: u32) -> [(Builder, u8); 2] {
    let done = event("wl_callback", "done", callback).uint(77);
    [(done, 0), (event("wl_display", "delete_id", 1).uint(callback), 0)]
}

fn global(name: u32, interface: &str, version: u32) -> (Builder, u8) {
    (event("wl_registry", "global", REGISTRY).uint(name).str(interface.as_bytes()).uint(version), 0)
}

fn bind(name: u32, interface: &str, version: u32, id: u32) -> Builder {
    let it = request("wl_registry", "bind", REGISTRY).uint(name).str(interface.as_bytes());
    it.uint(version).new_id(ObjectId(id))
}

fn real_globals() -> Vec<(Builder, u8)> {
    vec![
        global(1, "wl_compositor", 6),
        global(2, "wl_output", 4),
        global(3, "zxdg_output_manager_v1", 3),
        global(4, "wl_seat", 9),
    ]
}

/// What the application got since it was last asked.
fn news(rig: &mut Rig) -> Vec<(u32, u16)> {
    let news = rig.got();
    rig.local.clear();
    news
}

const GLOBAL: (u32, u16) = (REGISTRY, 0);
const REMOVE: (u32, u16) = (REGISTRY, 1);
const DELETE: (u32, u16) = (1, 1);

#[test]
fn globals_are_told_once_and_at_once() {
    let mut rig = rig();
    rig.local([get_registry(), sync(3)], 0);
    // What is hidden from everybody is hidden here.
    assert_eq!(news(&mut rig), [GLOBAL, GLOBAL, GLOBAL, GLOBAL, (3, 0)]);
    assert_eq!(rig.kinds(), [crate::channel::kind::PROTOCOL], "the compositor is asked all the same");
    rig.messages(real_globals());
    rig.messages(answered(3));
    assert_eq!(news(&mut rig), [DELETE]);
    // From now on, everything is news.
    rig.messages([global(9, "wl_output", 4)]);
    assert_eq!(news(&mut rig), [GLOBAL]);
}

#[test]
fn without_a_preview_everything_takes_its_way() {
    let mut rig = Rig::app();
    rig.local([get_registry(), sync(3)], 0);
    assert_eq!(news(&mut rig), []);
    rig.messages(real_globals()).messages(answered(3));
    assert_eq!(news(&mut rig), [GLOBAL, GLOBAL, GLOBAL, GLOBAL, (3, 0), DELETE]);
}

#[test]
fn what_is_bound_greets_as_far_as_its_version_knows() {
    let mut rig = rig();
    let logical = |new, output| {
        request("zxdg_output_manager_v1", "get_xdg_output", 6).new_id(ObjectId(new)).object(ObjectId(output))
    };
    rig.local([get_registry(), sync(3), bind(2, "wl_output", 3, 4), bind(2, "wl_output", 4, 5)], 0);
    rig.local([bind(3, "zxdg_output_manager_v1", 2, 6), logical(7, 5), sync(8)], 0);
    // Without a name in version 3; the end of the old logical output is told although newer ones have none.
    let output = [(4, 1), (4, 2), (5, 1), (5, 4), (5, 2)];
    let logical = [(7, 1), (7, 2)];
    assert_eq!(news(&mut rig)[5..], [&output[..], &logical[..], &[(8, 0)]].concat());
    rig.messages(real_globals()).messages(answered(3));
    rig.messages([mode(4, 100), done(4), mode(5, 100), name(5), done(5), size(7)].map(|it| (it, 0)));
    rig.messages([(event("zxdg_output_v1", "done", 7), 0)]).messages(answered(8));
    assert_eq!(news(&mut rig), [DELETE, DELETE]);
}

#[test]
fn what_has_changed_is_heard_to_its_end() {
    let mut rig = rig();
    rig.local([get_registry(), sync(3), bind(2, "wl_output", 4, 4), sync(5)], 0);
    news(&mut rig);
    let without_seat = real_globals().into_iter().take(3).chain([global(8, "wl_seat", 9)]);
    rig.messages(without_seat).messages(answered(3));
    // The other seat is new, and the one that is not there is taken back before the answer.
    assert_eq!(news(&mut rig), [GLOBAL, REMOVE, DELETE]);
    rig.messages([mode(4, 200), name(4), done(4)].map(|it| (it, 0))).messages(answered(5));
    assert_eq!(news(&mut rig), [(4, 1), (4, 4), (4, 2), DELETE]);
}

#[test]
fn what_was_not_said_is_not_waited_for() {
    let mut rig = rig();
    rig.local([get_registry(), sync(3), bind(2, "wl_output", 4, 4), sync(5)], 0);
    rig.messages(real_globals()).messages(answered(3)).messages([(mode(4, 100), 0)]).messages(answered(5));
    news(&mut rig);
    // The compositor said no name. If it does so much later, that is news.
    rig.messages([(name(4), 0)]);
    assert_eq!(news(&mut rig), [(4, 4)]);
}

#[test]
fn an_id_that_is_used_again_hears_everything() {
    let mut rig = rig();
    rig.local([get_registry(), bind(2, "wl_output", 4, 4), request("wl_output", "release", 4)], 0);
    rig.messages([(event("wl_display", "delete_id", 1).uint(4), 0)]);
    news(&mut rig);
    rig.local([bind(2, "wl_output", 4, 4)], 0).messages([(mode(4, 100), 0)]);
    assert_eq!(news(&mut rig), [(4, 1)]);
}

#[test]
fn it_is_over_with_what_cannot_be_foreseen() {
    let unforeseen: [&[Builder]; 4] = [
        // No greeting is known.
        &[bind(4, "wl_seat", 9, 4)],
        // No such name, and no such version.
        &[bind(99, "wl_output", 4, 4)],
        &[bind(2, "wl_output", 5, 4)],
        &[
            bind(1, "wl_compositor", 6, 4),
            request("wl_compositor", "create_surface", 4).new_id(ObjectId(5)),
            { request("wl_surface", "commit", 5) },
        ],
    ];
    for requests in unforeseen {
        let mut rig = rig();
        rig.local([get_registry()], 0);
        let result = rig.try_local(requests.iter().cloned(), 0);
        if result.is_err() {
            continue; // the version was never offered
        }
        news(&mut rig);
        rig.local([sync(9)], 0);
        assert_eq!(news(&mut rig), [], "{requests:?}");
        rig.messages(real_globals()).messages(answered(9));
        assert_eq!(news(&mut rig), [(9, 0), DELETE]);
    }
}

#[test]
fn a_greedy_application_is_answered_so_often_only() {
    let mut rig = rig();
    for id in 2..200 {
        rig.local([request("wl_display", "get_registry", 1).new_id(ObjectId(id))], 0);
    }
    assert_eq!(news(&mut rig).len(), 4 * 16);
}
