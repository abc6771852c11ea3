//! Rules of single messages that need an engine, and what must hold for all descriptors.

use super::*;
use crate::engine::fault::Problem;
use crate::handlers::find;
use crate::wayland::{ArgKind, Interface, all};

/// Who can make objects of this interface, themselves included, up to the globals.
fn makers(interface: &'static Interface) -> Vec<&'static Interface> {
    let mut found = vec![interface];
    let mut at = 0;
    while let Some(made) = found.get(at).copied() {
        at += 1;
        for maker in all() {
            let makes = |kind: &ArgKind| matches!(kind, ArgKind::NewId(Some(new)) if *new == made);
            let any = maker.requests.iter().chain(maker.events).any(|it| it.args.iter().any(makes));
            if any && !found.contains(&maker) {
                found.push(maker);
            }
        }
    }
    found
}

/// W15: a descriptor without a rule would be taken for that of the next message. So wherever there is one, no
/// application may see a global that leads there.
#[test]
fn w15_descriptors_have_rules_or_are_hidden() {
    let mut checked = 0;
    for interface in all() {
        let mut messages = interface.requests.iter().chain(interface.events);
        if !messages.any(|it| it.fds > 0 && find(it).is_none()) {
            continue;
        }
        for maker in makers(interface).into_iter().filter(|it| it.name != "wl_display") {
            let mut rig = Rig::app();
            rig.local([request("wl_display", "get_registry", 1).new_id(ObjectId(2))], 0);
            let global = event("wl_registry", "global", 2).uint(1).str(maker.name.as_bytes()).uint(1);
            rig.messages([(global, 0)]);
            assert_eq!(rig.got(), [], "{} leads to {}", maker.name, interface.name);
            checked += 1;
        }
    }
    assert!(checked > 5);
}

/// All messages with descriptors that the foreign programs forward (channel.md 7.3) have a rule.
#[test]
fn known_descriptors_have_rules() {
    for (interface, way, message) in [
        ("wl_shm", Way::Request, "create_pool"),
        ("wl_keyboard", Way::Event, "keymap"),
        ("zwlr_gamma_control_v1", Way::Request, "set_gamma"),
        ("wp_image_description_info_v1", Way::Event, "icc_file"),
        ("wp_image_description_creator_icc_v1", Way::Request, "set_icc_file"),
        ("zwp_virtual_keyboard_v1", Way::Request, "keymap"),
        ("zwp_input_method_keyboard_grab_v2", Way::Event, "keymap"),
    ] {
        let signature = by_name(interface.as_bytes()).and_then(|it| it.find(way, message)).map(|it| it.1);
        assert!(signature.is_some_and(|it| it.fds == 1 && find(it).is_some()), "{interface}.{message}");
    }
}

fn icon(rig: &mut Rig, buffer: u32) -> Result<(), Fault> {
    rig.know("xdg_toplevel_icon_v1", 40);
    let add = request("xdg_toplevel_icon_v1", "add_buffer", 40).object(ObjectId(buffer)).int(1);
    match rig.engine.role() {
        Role::App => rig.try_local([add], 0),
        Role::Display => rig.try_peer(protocol([(add, 0)])),
    }
}

/// An icon is sent like a commit, and waits like one.
#[test]
fn icons() {
    let mut rig = Rig::with_pool(4096);
    rig.local([create_buffer(11, 0, 8, 8, 32)], 0);
    assert_eq!(icon(&mut rig, 11), Ok(()));
    assert_eq!(rig.jobs.len(), 1);
    let none = Reason::Value("xdg_toplevel_icon_v1", "add_buffer", Problem::NotShm);
    assert_eq!(icon(&mut Rig::with_pool(4096), 99), fault(Party::App, none));
    let mut rig = Rig::with_twin(4096);
    rig.messages([(create_buffer(11, 0, 8, 8, 32), 0)]).peer(Frame::Update(Rid(1), fill(0, 64)));
    rig.local.clear();
    assert_eq!((icon(&mut rig, 11), rig.got()), (Ok(()), vec![]));
    rig.all_jobs();
    assert_eq!(rig.got(), [(40, 2)]);
}

/// Both halves may have a prefix; without one, nothing is touched, whatever the bytes.
#[test]
fn titles() {
    for (prefix, title, expected) in [
        (&b""[..], &b"caf\xff"[..], &b"caf\xff\0"[..]),
        (b"far: ", b"window", b"far: window\0"),
        (b"far: ", b"", b"far: \0"),
    ] {
        for role in [Role::App, Role::Display] {
            let mut rig = Rig::new(role, Config { title_prefix: prefix.to_vec(), ..Config::default() });
            rig.know("xdg_toplevel", 7);
            let set = request("xdg_toplevel", "set_title", 7).str(title);
            let body = match role {
                Role::App => {
                    rig.local([set], 0);
                    rig.frames.last().and_then(Frame::body).map(|body| body.slice(8..))
                }
                Role::Display => {
                    rig.messages([(set, 0)]);
                    rig.local.last().map(|it| it.2.clone())
                }
            };
            assert!(body.is_some_and(|body| body[4..].starts_with(expected)));
        }
    }
}

/// What a capture session says of DMABUFs is of no use without them.
#[test]
fn capture_sessions_without_dmabufs() {
    const SESSION: &str = "ext_image_copy_capture_session_v1";
    let mut rig = Rig::display();
    rig.know(SESSION, 7);
    rig.local(
        [
            event(SESSION, "buffer_size", 7).uint(1).uint(1),
            event(SESSION, "dmabuf_device", 7).array(&[0; 8]),
            event(SESSION, "dmabuf_format", 7).uint(1).array(&[0; 8]),
            event(SESSION, "done", 7),
        ],
        0,
    );
    assert_eq!(rig.frames.last().and_then(Frame::body).map(Bytes::len), Some(16 + 8));
}

/// A buffer without shared memory is shown without content of ours (a single pixel, say).
#[test]
fn other_buffers() {
    let mut rig = Rig::with_pool(4096);
    rig.bind("wp_single_pixel_buffer_manager_v1", 1, 30);
    let make = request("wp_single_pixel_buffer_manager_v1", "create_u32_rgba_buffer", 30);
    let make = make.new_id(ObjectId(31)).uint(1).uint(2).uint(3).uint(4);
    rig.local([make, attach(31), damage(0, 0, 1, 1), commit()], 0);
    assert!(rig.jobs.is_empty() && !rig.frames.is_empty());
}
