use super::*;
use crate::wayland::{MAX_ARGS, MAX_OPCODE};

fn every_message() -> impl Iterator<Item = (&'static Interface, Way, &'static Signature)> {
    all().iter().flat_map(|interface| {
        [Way::Request, Way::Event]
            .into_iter()
            .flat_map(move |way| interface.messages(way).iter().map(move |message| (interface, way, message)))
    })
}

#[test]
fn table_is_sorted_and_dense() {
    assert!(all().windows(2).all(|pair| pair[0].name < pair[1].name));
    for (position, interface) in all().iter().enumerate() {
        assert_eq!(usize::from(interface.index), position);
        assert_eq!(by_name(interface.name.as_bytes()), Some(interface));
    }
    let ids: Vec<usize> = every_message().map(|(_, _, message)| usize::from(message.id)).collect();
    assert_eq!(ids, (0..MESSAGE_COUNT).collect::<Vec<_>>());
}

#[test]
fn summaries_agree_with_the_arguments() {
    for (interface, _, message) in every_message() {
        let has = |test: fn(&ArgKind) -> bool| message.args.iter().any(test);
        assert!(message.args.len() <= MAX_ARGS);
        assert!(message.since >= 1 && message.since <= interface.version, "{}", interface.name);
        assert_eq!(
            usize::from(message.fds),
            message.args.iter().filter(|kind| matches!(kind, ArgKind::Fd)).count()
        );
        assert_eq!(message.new_ids, has(|kind| matches!(kind, ArgKind::NewId(_))));
        assert_eq!(
            message.variable,
            has(|kind| matches!(kind, ArgKind::Str { .. } | ArgKind::Array | ArgKind::NewId(None)))
        );
    }
}

#[test]
fn unknown_names_and_opcodes() {
    for name in [&b""[..], b"wl_surfac", b"wl_surface ", b"zzz", b"\xff"] {
        assert_eq!(by_name(name), None);
    }
    let surface = by_name(b"wl_surface").unwrap();
    // W10: an opcode beyond the table is not an error here.
    assert!(surface.message(Way::Event, 200).is_none());
    assert!(surface.message(Way::Request, MAX_OPCODE).is_none());
    assert!(surface.find(Way::Event, "attach").is_none());
    assert_eq!(surface.find(Way::Request, "attach").map(|(opcode, _)| opcode), Some(1));
}

/// Opcodes of messages that handlers depend on, from the channel specification.
#[test]
fn well_known_opcodes() {
    use Way::{Event, Request};
    let cases = [
        ("wl_shm", Request, "create_pool", 0),
        ("wl_keyboard", Event, "keymap", 0),
        ("wl_data_offer", Request, "receive", 1),
        ("wl_data_source", Event, "send", 1),
        ("zwp_primary_selection_offer_v1", Request, "receive", 0),
        ("zwp_primary_selection_source_v1", Event, "send", 0),
        ("gtk_primary_selection_offer", Request, "receive", 0),
        ("gtk_primary_selection_source", Event, "send", 0),
        ("zwlr_data_control_offer_v1", Request, "receive", 0),
        ("zwlr_data_control_source_v1", Event, "send", 0),
        ("ext_data_control_offer_v1", Request, "receive", 0),
        ("ext_data_control_source_v1", Event, "send", 0),
        ("zwp_linux_buffer_params_v1", Request, "add", 1),
        ("zwp_linux_dmabuf_feedback_v1", Event, "format_table", 1),
        ("zwlr_gamma_control_v1", Request, "set_gamma", 0),
        ("wp_linux_drm_syncobj_manager_v1", Request, "import_timeline", 2),
        ("wp_image_description_info_v1", Event, "icc_file", 1),
        ("wp_image_description_creator_icc_v1", Request, "set_icc_file", 1),
        ("zwp_virtual_keyboard_v1", Request, "keymap", 0),
        ("zwp_input_method_keyboard_grab_v2", Event, "keymap", 0),
        ("wl_drm", Request, "create_prime_buffer", 3),
        ("zwlr_export_dmabuf_frame_v1", Event, "object", 1),
        ("wp_security_context_manager_v1", Request, "create_listener", 1),
        ("wl_display", Event, "delete_id", 1),
        ("wl_surface", Request, "commit", 6),
        ("wl_surface", Request, "damage_buffer", 9),
    ];
    for (interface, way, name, opcode) in cases {
        let found = by_name(interface.as_bytes()).and_then(|it| it.find(way, name));
        assert_eq!(found.map(|(opcode, _)| opcode), Some(opcode), "{interface}.{name}");
    }
}

/// A new line here means: decide what the engine does with that fd.
#[test]
fn messages_with_fds_are_all_known() {
    let mut found: Vec<String> = every_message()
        .filter(|(_, _, message)| message.fds > 0)
        .map(|(interface, way, message)| {
            let way = if way == Way::Request { "request" } else { "event" };
            format!("{way} {}.{} {}", interface.name, message.name, message.fds)
        })
        .collect();
    found.sort();
    let golden: Vec<&str> = include_str!("golden/fds.txt").lines().collect();
    assert_eq!(found, golden);
}

/// Missing flags here would leak objects or free live ones.
#[test]
fn destructor_events() {
    for (interface, name) in [
        ("wl_callback", "done"),
        ("wp_presentation_feedback", "presented"),
        ("wp_presentation_feedback", "discarded"),
        ("zwp_linux_buffer_release_v1", "fenced_release"),
        ("zwp_linux_buffer_release_v1", "immediate_release"),
        ("wp_image_description_info_v1", "done"),
        ("zwlr_foreign_toplevel_manager_v1", "finished"),
        ("zwlr_output_manager_v1", "finished"),
        ("xdg_activation_token_v1", "done"),
    ] {
        let found = by_name(interface.as_bytes()).and_then(|it| it.find(Way::Event, name));
        let expected = interface != "xdg_activation_token_v1";
        assert_eq!(found.map(|(_, message)| message.destructor), Some(expected), "{interface}.{name}");
    }
}
