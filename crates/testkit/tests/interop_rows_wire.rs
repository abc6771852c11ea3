//! Edge cases of messages, objects, descriptors and globals (rows W and G), through farway on both sides.

use bytes::Bytes;
use farway_proto::wayland::{Builder, Form, ObjectId};
use farway_sys::pipe::pipe;
use farway_testkit::rig::files::{noise, same};
use farway_testkit::rig::party::DISPLAY;
use farway_testkit::rig::rows::{Row, refused, run};
use farway_testkit::rig::{Both, Line, RigError, content, memory, shared, take_fd};

type Outcome = Result<(), RigError>;

/// A connection with `wl_compositor`.
fn with_compositor(site: &mut Both) -> Result<(Line, ObjectId), RigError> {
    let mut line = site.connect()?;
    line.globals(&[("wl_compositor", 4), ("wl_seat", 7), ("wl_data_device_manager", 3)])?;
    let compositor = line.bind("wl_compositor", 4)?;
    line.deliver()?;
    Ok((line, compositor))
}

/// Bytes of a message whose second word is as given.
fn raw(object: u32, second: u32, body: &[u8]) -> Bytes {
    [&object.to_le_bytes()[..], &second.to_le_bytes(), body].concat().into()
}

fn from_app(site: &mut Both, bytes: Bytes, words: &str) -> Outcome {
    let mut line = site.connect()?;
    line.app.send_raw(bytes, Vec::new());
    refused(line, words)
}

fn from_screen(site: &mut Both, bytes: Bytes, words: &str) -> Outcome {
    let mut line = site.connect()?;
    line.screen.send_raw(bytes, Vec::new());
    refused(line, words)
}

/// A source whose `offer` has this string argument, length word included.
fn offer(site: &mut Both, argument: &[u8]) -> Outcome {
    let (mut line, _) = with_compositor(site)?;
    let manager = line.bind("wl_data_device_manager", 3)?;
    let source = line.create(manager, "create_data_source")?;
    line.deliver()?;
    line.app.send_raw(raw(source.0, (8 + argument.len() as u32) << 16, argument), Vec::new());
    refused(line, "malformed")
}

const WIRE: &[Row] = &[
    ("W1 length 4 from the application", |s| from_app(s, raw(1, 4 << 16, &[]), "malformed")),
    ("W1 length 10 from the application", |s| from_app(s, raw(1, 10 << 16, &[0; 4]), "malformed")),
    ("W1 length 4 from the compositor", |s| from_screen(s, raw(1, 4 << 16, &[]), "malformed")),
    ("W1 length 10 from the compositor", |s| from_screen(s, raw(1, 10 << 16, &[0; 4]), "malformed")),
    ("W2 byte by byte", |site| {
        let mut line = site.connect()?;
        let message = Builder::new(DISPLAY, 0).new_id(ObjectId(3)).finish(Form::Program, 0)?;
        for byte in &message[..11] {
            line.app.send_raw(vec![*byte].into(), Vec::new());
            farway_testkit::rig::End::turn(&mut line.app)?;
        }
        line.app.send_raw(vec![message[11]].into(), Vec::new());
        let arrived = farway_testkit::rig::wait(&mut line.screen, &mut line.app, "sync", |screen, _| {
            Ok(screen.inbox.pop_front())
        })?;
        same("sync", &message, &arrived.bytes)
    }),
    ("W3 a global with a name of 65 kB", |site| {
        let mut line = site.connect()?;
        let registry = line.registry;
        line.event(registry, "global", |m| m.uint(1).str(&[b'x'; 65_000]).uint(1))?;
        line.round_trip().map(drop)
    }),
    ("W3 a request of 65 kB", |site| {
        let (mut line, _) = with_compositor(site)?;
        let manager = line.bind("wl_data_device_manager", 3)?;
        let source = line.create(manager, "create_data_source")?;
        line.request(source, "offer", |m| m.str(&[b'x'; 65_500]))?;
        line.round_trip().map(drop)
    }),
    ("W4 two registries of one id", |site| {
        let mut line = site.connect()?;
        line.app.send(DISPLAY, "get_registry", |m| m.new_id(ObjectId(2)), Vec::new())?;
        refused(line, "already in use")
    }),
    ("W5 the id of a destroyed registry", |site| {
        let mut line = site.connect()?;
        line.globals(&[("wl_fixes", 1), ("wl_compositor", 4)])?;
        let fixes = line.bind("wl_fixes", 1)?;
        let compositor = line.bind("wl_compositor", 4)?;
        let registry = line.registry;
        line.request(fixes, "destroy_registry", |m| m.object(registry))?;
        line.deliver()?;
        line.event(DISPLAY, "delete_id", |m| m.uint(registry.0))?;
        line.deliver()?;
        let surface = line.create(compositor, "create_surface")?;
        assert_eq!(surface, registry, "the id is used again");
        line.request(surface, "commit", |m| m)?;
        line.round_trip().map(drop)
    }),
    ("W6 events for a destroyed offer, and its id again", |site| {
        let (mut line, _) = with_compositor(site)?;
        let seat = line.bind("wl_seat", 7)?;
        let manager = line.bind("wl_data_device_manager", 3)?;
        let device = line.app.new_id();
        line.request(manager, "get_data_device", |m| m.new_id(device).object(seat))?;
        line.deliver()?;
        let offer = line.screen.new_id();
        for _ in 0..3 {
            line.event(device, "data_offer", |m| m.new_id(offer))?;
            line.event(offer, "offer", |m| m.str(b"text/plain"))?;
            line.deliver()?;
            // Both at once: the offer dies while the compositor still speaks of it.
            line.request(offer, "destroy", |m| m)?;
            line.event(offer, "source_actions", |m| m.uint(1))?;
            line.deliver()?;
        }
        line.round_trip().map(drop)
    }),
    ("W7 objects do not pile up", |site| {
        let mut line = site.connect()?;
        for _ in 0..20 {
            let ids = (0..1000).map(|_| line.create(DISPLAY, "sync")).collect::<Result<Vec<_>, _>>()?;
            line.deliver()?;
            for id in ids {
                line.event(id, "done", |m| m.uint(0))?;
                line.event(DISPLAY, "delete_id", |m| m.uint(id.0))?;
            }
            line.deliver()?;
        }
        Ok(())
    }),
    ("W8 a hundred thousand objects", |site| {
        let (mut line, compositor) = with_compositor(site)?;
        for _ in 0..20 {
            (0..5000).try_for_each(|_| line.create(compositor, "create_region").map(drop))?;
            line.deliver()?;
        }
        line.round_trip().map(drop)
    }),
    ("W9 null string", |s| offer(s, &0_u32.to_le_bytes())),
    ("W9 string without an end", |s| offer(s, &[4, 0, 0, 0, b'a', b'b', b'c', b'd'])),
    ("W9 string of 4 GiB", |s| offer(s, &[0xfc, 0xff, 0xff, 0xff, 0, 0, 0, 0])),
    ("W9 string beyond its message", |s| offer(s, &[9, 0, 0, 0, b'a', 0, 0, 0])),
    ("W9 no string", |s| offer(s, &[])),
    ("W10 a request that the table does not have", |site| {
        let (mut line, compositor) = with_compositor(site)?;
        let surface = line.create(compositor, "create_surface")?;
        line.request_raw(raw(surface.0, 12 << 16 | 200, &[1, 2, 3, 4]));
        line.round_trip().map(drop)
    }),
    ("W11 bits of the descriptor count in an opcode", |s| {
        from_app(s, raw(1, 12 << 16 | 0x800, &[3, 0, 0, 0]), "malformed")
    }),
    ("W15 a descriptor of an unknown interface", |site| {
        let mut line = site.connect()?;
        line.globals(&[("of_nobody_v1", 1), ("wl_seat", 7)])?;
        let nobody = line.bind("of_nobody_v1", 1)?;
        let seat = line.bind("wl_seat", 7)?;
        let keyboard = line.create(seat, "get_keyboard")?;
        line.deliver()?;
        let (_read, write) = pipe()?;
        let fd = shared(&[7; 64])?.share()?;
        line.screen.send_raw(raw(nobody.0, 8 << 16, &[]), vec![write]);
        line.screen.send(keyboard, "keymap", |m| m.uint(1).uint(64), vec![fd])?;
        // Either the connection is refused or the keymap is the right one; a pipe in its place is neither.
        match line.refusal() {
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        }
    }),
    ("W16 all descriptors with the first byte", |site| {
        let mut line = site.connect()?;
        line.globals(&[("wl_seat", 7)])?;
        let seat = line.bind("wl_seat", 7)?;
        let keyboard = line.create(seat, "get_keyboard")?;
        line.deliver()?;
        let maps: Vec<_> = (0..12).map(|seed| noise(seed, 200)).collect();
        let fds = maps.iter().map(|it| Ok(shared(it)?.share()?)).collect::<Result<Vec<_>, RigError>>()?;
        let message = Builder::new(keyboard, 0).uint(1).uint(200).finish(Form::Program, 0)?;
        line.screen.send_raw(message.repeat(12).into(), fds);
        let mut arrived = Vec::new();
        farway_testkit::rig::wait(&mut line.app, &mut line.screen, "12 keymaps", |app, _| {
            arrived.extend(app.inbox.drain(..));
            Ok((arrived.len() == 12).then_some(()))
        })?;
        maps.iter().try_for_each(|bytes| {
            same("keymap", bytes, &content(&take_fd(&mut arrived, "wl_keyboard.keymap")?, 200)?)
        })
    }),
    ("W18, W22 descriptors that nobody asked for", |site| {
        let mut line = site.connect()?;
        let (_read, write) = pipe()?;
        for _ in 0..60 {
            let fds = (0..20).map(|_| write.try_clone()).collect::<Result<Vec<_>, _>>()?;
            let id = line.app.new_id();
            line.app.send(DISPLAY, "sync", |m| m.new_id(id), fds)?;
            farway_testkit::rig::End::turn(&mut line.app)?;
        }
        refused(line, "file descriptors")
    }),
];

fn bind(site: &mut Both, name: u32, interface: &str, version: u32) -> Outcome {
    let mut line = site.connect()?;
    let registry = line.registry;
    line.event_hidden(registry, "global", |m| m.uint(100).str(b"wl_drm").uint(2))?;
    line.event_rewritten(registry, "global", |m| m.uint(101).str(b"wl_shm").uint(9))?;
    line.globals(&[("wl_output", 3)])?;
    let id = line.app.new_id();
    line.app.send(
        registry,
        "bind",
        |m| m.uint(name).str(interface.as_bytes()).uint(version).new_id(id),
        Vec::new(),
    )?;
    refused(line, "was not advertised")
}

const GLOBALS: &[Row] = &[
    ("G1 bind of a hidden global", |s| bind(s, 100, "wl_drm", 1)),
    ("G1 bind of a hidden interface under a visible name", |s| bind(s, 1, "wl_drm", 1)),
    ("G1 bind of a global that never was: for the compositor to refuse", |site| {
        let mut line = site.connect()?;
        let (registry, id) = (line.registry, line.app.new_id());
        line.request(registry, "bind", |m| m.uint(77).str(b"wl_output").uint(1).new_id(id))?;
        line.deliver()?;
        line.event(DISPLAY, "error", |m| m.object(registry).uint(0).str(b"invalid global wl_output (77)"))?;
        line.deliver().map(drop)
    }),
    ("G2 bind of a capped global beyond its cap", |s| bind(s, 101, "wl_shm", 9)),
    ("G2 bind beyond the version", |s| bind(s, 1, "wl_output", 4)),
    ("G19 removal of a visible and of a hidden global", |site| {
        let mut line = site.connect()?;
        let registry = line.registry;
        line.globals(&[("wl_output", 3)])?;
        line.event_hidden(registry, "global", |m| m.uint(100).str(b"wl_drm").uint(2))?;
        line.event_hidden(registry, "global_remove", |m| m.uint(100))?;
        line.event(registry, "global_remove", |m| m.uint(1))?;
        line.round_trip().map(drop)
    }),
];

#[test]
fn messages_objects_and_descriptors() -> Outcome {
    let mut site = run(WIRE)?;
    for pid in [site.server().pid(), site.client().pid()] {
        let private = memory::private(pid)?;
        assert!(private < 128 << 20, "{private} bytes of private memory");
    }
    Ok(())
}

#[test]
fn globals() -> Outcome {
    run(GLOBALS).map(drop)
}
