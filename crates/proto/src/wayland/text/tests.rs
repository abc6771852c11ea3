use super::*;
use crate::wayland::{Builder, Fixed, Form, by_name};

fn line(way: Way, interface: &str, message: &str, build: impl FnOnce(Builder) -> Builder) -> String {
    let interface = by_name(interface.as_bytes()).unwrap();
    let (opcode, _) = interface.find(way, message).unwrap();
    let bytes = build(Builder::new(ObjectId(5), opcode)).finish(Form::Program, 0).unwrap();
    let header = Header::parse(&bytes, Form::Program).unwrap();
    Line::new(way, Some(interface), header, &bytes[Header::SIZE..]).to_string()
}

#[test]
fn looks_like_wayland_debug() {
    let surface = by_name(b"wl_surface").unwrap();
    let buffer = by_name(b"wl_buffer").unwrap();
    let (opcode, _) = surface.find(Way::Request, "attach").unwrap();
    let bytes = Builder::new(ObjectId(5), opcode).object(ObjectId(7)).int(0).int(-3);
    let bytes = bytes.finish(Form::Program, 0).unwrap();
    let header = Header::parse(&bytes, Form::Program).unwrap();
    let line = Line::new(Way::Request, Some(surface), header, &bytes[8..]);
    assert_eq!(line.to_string(), "wl_surface#5.attach(#7, 0, -3)");
    let lookup = |id| (id == ObjectId(7)).then_some(buffer);
    assert_eq!(line.with_objects(&lookup).to_string(), "wl_surface#5.attach(wl_buffer#7, 0, -3)");
}

#[test]
fn every_kind_of_argument() {
    let text = line(Way::Event, "wl_pointer", "motion", |it| it.uint(1).fixed(Fixed(384)).fixed(Fixed(-256)));
    assert_eq!(text, "wl_pointer#5.motion(1, 1.5, -1)");
    let text = line(Way::Request, "wl_registry", "bind", |it| {
        it.uint(3).str(b"wl_seat").uint(7).new_id(ObjectId(9))
    });
    assert_eq!(text, "wl_registry#5.bind(3, new wl_seat v7 #9)");
    let text = line(Way::Request, "wl_shm", "create_pool", |it| it.new_id(ObjectId(9)).int(4096));
    assert_eq!(text, "wl_shm#5.create_pool(new wl_shm_pool#9, fd, 4096)");
    let text = line(Way::Request, "wl_data_offer", "accept", |it| it.uint(1).null_str());
    assert_eq!(text, "wl_data_offer#5.accept(1, nil)");
    let text = line(Way::Event, "xdg_toplevel", "configure", |it| it.int(1).int(2).array(&[4, 0, 0, 0]));
    assert_eq!(text, "xdg_toplevel#5.configure(1, 2, array[04000000])");
}

#[test]
fn private_things_stay_private() {
    let text = line(Way::Event, "wl_keyboard", "key", |it| it.uint(901).uint(902).uint(903).uint(904));
    assert_eq!(text, "wl_keyboard#5.key(<hidden>, <hidden>, <hidden>, <hidden>)");
    let text = line(Way::Event, "wl_keyboard", "enter", |it| it.uint(1).object(ObjectId(3)).array(&[7; 4]));
    assert_eq!(text, "wl_keyboard#5.enter(<hidden>, #3, <hidden>)");
    let text = line(Way::Request, "xdg_toplevel", "set_title", |it| it.str(b"secret.txt"));
    assert_eq!(text, "xdg_toplevel#5.set_title(<string of 10 bytes>)");
    for (way, interface, message) in [
        (Way::Event, "zwp_text_input_v3", "commit_string"),
        (Way::Request, "zwp_input_method_v2", "commit_string"),
    ] {
        let text = line(way, interface, message, |it| it.str(b"secret"));
        assert_eq!(text, format!("{interface}#5.{message}(<hidden>)"));
    }
    let text = line(Way::Request, "zwp_virtual_keyboard_v1", "key", |it| it.uint(1).uint(31).uint(1));
    assert!(!text.contains("31"), "{text}");
}

/// No string of any message gets out unless the message is on the list.
#[test]
fn unlisted_strings_never_show() {
    for interface in crate::wayland::all() {
        for way in [Way::Request, Way::Event] {
            for (opcode, signature) in interface.messages(way).iter().enumerate() {
                let bytes = crate::wayland::message::sample(signature, ObjectId(5), opcode as u16, b"SECRET");
                let header = Header::parse(&bytes, Form::Program).unwrap();
                let text = Line::new(way, Some(interface), header, &bytes[8..]).to_string();
                let listed = PUBLIC_STRINGS.contains(&(interface.name, signature.name));
                let untyped = signature.args.contains(&crate::wayland::ArgKind::NewId(None));
                assert!(listed || untyped || !text.contains("SECRET"), "{text}");
                assert!(text.len() <= MAX_LINE);
            }
        }
    }
}

#[test]
fn the_lists_name_existing_messages() {
    for (interface, message) in PUBLIC_STRINGS.iter().chain(&PRIVATE_MESSAGES) {
        let Some(interface) = by_name(interface.as_bytes()) else { panic!("{interface}") };
        let found = interface.find(Way::Request, message).or(interface.find(Way::Event, message));
        assert!(found.is_some(), "{}.{message}", interface.name);
    }
}

#[test]
fn bad_messages_are_lines_too() {
    let header = Header { object: ObjectId(5), opcode: 200, fds: 0, len: 12 };
    let surface = by_name(b"wl_surface");
    assert_eq!(Line::new(Way::Request, surface, header, &[0; 4]).to_string(), "wl_surface#5.200(<4 bytes>)");
    assert_eq!(Line::new(Way::Request, None, header, &[0; 4]).to_string(), "?#5.200(<4 bytes>)");
    let header = Header { opcode: 1, ..header };
    let text = Line::new(Way::Request, surface, header, &[0; 4]).to_string();
    assert_eq!(text, "wl_surface#5.attach(<message ends before its arguments>)");
}

#[test]
fn long_lines_are_cut_between_characters() {
    for pad in 0..4 {
        let name = format!("{}{}", "x".repeat(pad), "é€".repeat(300));
        let text = line(Way::Event, "wl_registry", "global", |it| it.uint(1).str(name.as_bytes()).uint(1));
        assert!(text.len() <= MAX_LINE && text.len() > MAX_LINE - 8, "{}", text.len());
        assert!(text.ends_with(CUT));
    }
}

#[test]
fn odd_bytes_are_escaped() {
    let text = line(Way::Event, "wl_data_offer", "offer", |it| it.str(b"a\"\n\x1b[2J\xff\\\xe2\x80\xae'"));
    assert_eq!(text, r#"wl_data_offer#5.offer("a\"\n\u{1b}[2J\xff\\\u{202e}'")"#);
}
