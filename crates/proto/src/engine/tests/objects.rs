//! 7.1: wire parsing and objects.

use super::*;
use crate::wayland::WireError;

/// W1: impossible lengths end the connection, whoever sends them.
#[test]
fn w1_lengths() {
    for (length, error) in [(4u32, WireError::Length), (10, WireError::Length), (0, WireError::Length)] {
        let mut bytes = 1u32.to_le_bytes().to_vec();
        bytes.extend((length << 16).to_le_bytes());
        let mut rig = Rig::app();
        assert_eq!(rig.bytes(&bytes, 0), fault(Party::App, Reason::Wire(error)));
        let mut rig = Rig::display();
        assert_eq!(rig.bytes(&bytes, 0), fault(Party::Compositor, Reason::Wire(error)));
        let mut rig = Rig::app();
        assert_eq!(rig.try_peer(Frame::Protocol(bytes.into())), fault(Party::Peer, Reason::Wire(error)));
    }
    // A body that ends inside a message.
    let mut rig = Rig::app();
    let cut = Frame::Protocol(Bytes::from_static(&[1, 0, 0, 0, 1, 0, 12, 0]));
    assert_eq!(rig.try_peer(cut), fault(Party::Peer, Reason::Wire(WireError::Truncated)));
}

/// W2: a burst that arrives byte by byte is the same.
#[test]
fn w2_byte_by_byte() {
    let messages: Vec<u8> = (2..12)
        .flat_map(|id| {
            request("wl_display", "sync", 1).new_id(ObjectId(id)).finish(Form::Program, 0).unwrap()
        })
        .collect();
    let mut rig = Rig::app();
    for byte in &messages {
        assert_eq!(rig.bytes(&[*byte], 0), Ok(()));
    }
    let sent: Vec<u8> = rig.frames.iter().flat_map(|it| it.body().unwrap().to_vec()).collect();
    assert_eq!(sent, messages);
}

/// W3: the longest message there is passes.
#[test]
fn w3_longest_message() {
    let mut rig = Rig::display();
    rig.messages([(request("wl_display", "get_registry", 1).new_id(ObjectId(2)), 0)]);
    let name = vec![b'x'; 65_500];
    rig.local([event("wl_registry", "global", 2).uint(1).str(&name).uint(1)], 0);
    assert_eq!(rig.frames.last().map(Frame::kind), Some(crate::channel::kind::PROTOCOL));
}

/// W4: an id that is in use.
#[test]
fn w4_id_in_use() {
    let twice = || [2, 2].map(|id| request("wl_display", "get_registry", 1).new_id(ObjectId(id)));
    assert_eq!(Rig::app().try_local(twice(), 0), fault(Party::App, Reason::IdInUse(ObjectId(2))));
    let result = Rig::display().try_peer(protocol(twice().map(|it| (it, 0))));
    assert_eq!(result, fault(Party::Peer, Reason::IdInUse(ObjectId(2))));
    // An id of the other side's range.
    let server = request("wl_display", "sync", 1).new_id(ObjectId(0xff00_0000));
    assert_eq!(Rig::app().try_local([server], 0), fault(Party::App, Reason::IdRange(ObjectId(0xff00_0000))));
}

fn delete_id(id: u32) -> (Builder, u8) {
    (event("wl_display", "delete_id", 1).uint(id), 0)
}

/// W5: an id is free right after `delete_id`, that of a registry too.
#[test]
fn w5_reuse_after_delete_id() {
    let mut rig = Rig::app();
    rig.bind("wl_fixes", 1, 3).bind("wl_compositor", 5, 4);
    rig.local([request("wl_fixes", "destroy_registry", 3).object(ObjectId(2))], 0);
    rig.messages([delete_id(2)]);
    rig.local([request("wl_compositor", "create_surface", 4).new_id(ObjectId(2))], 0);
    // Unknown ids may be deleted, the display may not.
    rig.messages([delete_id(999)]);
    assert_eq!(rig.try_peer(protocol([delete_id(1)])), fault(Party::Peer, Reason::DisplayDeleted));
}

/// W6: a server's id is free with the destroy request; events in flight for it pass.
#[test]
fn w6_server_ids() {
    let mut rig = Rig::app();
    rig.bind("wl_seat", 5, 3).bind("wl_data_device_manager", 3, 4);
    let offer = ObjectId(0xff00_0000);
    rig.local(
        [request("wl_data_device_manager", "get_data_device", 4).new_id(ObjectId(6)).object(ObjectId(3))],
        0,
    );
    let announce = || (event("wl_data_device", "data_offer", 6).new_id(offer), 0);
    rig.messages([announce()]);
    rig.local([request("wl_data_offer", "destroy", offer.0)], 0);
    rig.messages([(event("wl_data_offer", "offer", offer.0).str(b"text/plain"), 0), announce()]);
    // Reused without a word by the server.
    rig.messages([announce()]);
    assert_eq!(rig.got(), [(6, 0), (offer.0, 0), (6, 0), (6, 0)]);
}

/// W7: destructor events free the object; nothing piles up.
#[test]
fn w7_destructor_events() {
    let mut rig = Rig::app();
    for _ in 0..1000 {
        rig.local([request("wl_display", "sync", 1).new_id(ObjectId(9))], 0);
        rig.messages([(event("wl_callback", "done", 9).uint(1), 0), delete_id(9)]);
    }
    assert_eq!(rig.engine.state.objects.len(), 1);
}

/// W8: many live objects.
#[test]
fn w8_many_objects() {
    let mut rig = Rig::app();
    rig.bind("wl_compositor", 5, 4);
    for part in 0..20 {
        let ids = 10 + part * 5000..10 + (part + 1) * 5000;
        rig.local(ids.map(|id| request("wl_compositor", "create_region", 4).new_id(ObjectId(id))), 0);
    }
    assert_eq!(rig.engine.state.objects.len(), 100_003);
    let mut config = Config::default();
    config.limits.objects = 3;
    let mut rig = Rig::new(Role::App, config);
    let syncs = (2..9).map(|id| request("wl_display", "sync", 1).new_id(ObjectId(id)));
    assert_eq!(rig.try_local(syncs, 0), fault(Party::App, Reason::Limit(fault::Limited::Objects)));
}

/// W9: arguments that are not what they must be.
#[test]
fn w9_malformed_arguments() {
    let mut rig = Rig::app();
    rig.bind("xdg_wm_base", 1, 3).bind("wl_shm", 1, 4);
    let registry = |words: &[u32]| words.iter().fold(Builder::new(ObjectId(2), 0), |it, w| it.uint(*w));
    for (words, error) in [
        (&[1, 0, 1, 7][..], WireError::Null),                // no interface name
        (&[1, u32::MAX, 1, 7], WireError::ArrayLength),      // longer than memory
        (&[1, 4, 0x4141_4141, 1, 7], WireError::Terminator), // no NUL
        (&[1, 4, 0x0041_4141, 1, 0], WireError::Null),       // no id
        (&[1, 4, 0x0041_4141], WireError::Truncated),
    ] {
        let mut rig = Rig::app();
        rig.bind("wl_shm", 1, 4);
        assert_eq!(rig.try_local([registry(words)], 0), fault(Party::App, Reason::Wire(error)), "{words:?}");
    }
}

/// W10: an opcode beyond the table passes.
#[test]
fn w10_unknown_opcode() {
    let mut rig = Rig::with_pool(64);
    rig.messages([(Builder::new(ObjectId(5), 200).uint(7), 0)]);
    assert_eq!(rig.got(), [(5, 200)]);
    rig.local([Builder::new(ObjectId(5), 2000).uint(7)], 0);
    assert_eq!(rig.kinds(), [0]);
}

/// W11: opcode bits that would become a count of descriptors are refused.
#[test]
fn w11_opcode_bits() {
    for opcode in [0x0800u32, 0x8000, 0xffff] {
        let mut bytes = 1u32.to_le_bytes().to_vec();
        bytes.extend((8 << 16 | opcode).to_le_bytes());
        assert_eq!(Rig::app().bytes(&bytes, 0), fault(Party::App, Reason::Wire(WireError::Opcode)));
    }
}

/// W12: a message that has to wait changes nothing until it passes, however often it is asked.
#[test]
fn w12_waiting_has_no_effect() {
    let mut rig = Rig::with_twin(4096);
    rig.messages([(create_buffer(11, 0, 8, 8, 32), 0), (attach(11), 0)]);
    rig.local.clear();
    for _ in 0..3 {
        rig.peer(Frame::Update(Rid(1), fill(0, 64)));
    }
    rig.messages([(commit(), 0), (request("wl_surface", "frame", 5).new_id(ObjectId(12)), 0)]);
    for _ in 0..3 {
        assert_eq!(rig.got(), []);
        assert!(rig.engine.state.objects.get(ObjectId(12)).is_none());
        assert!(!rig.engine.appetite().channel);
        assert_eq!(rig.job(), Ok(()));
    }
    assert_eq!(rig.got(), [(5, 6), (5, 3)]);
}

/// W13: a rewritten message that would be too long is cut, not refused.
#[test]
fn w13_long_titles() {
    let config = Config { title_prefix: vec![b'p'; 10_000], ..Config::default() };
    let mut rig = Rig::new(Role::Display, config);
    rig.bind("xdg_wm_base", 1, 3).bind("wl_compositor", 5, 4);
    rig.messages([
        (request("wl_compositor", "create_surface", 4).new_id(ObjectId(5)), 0),
        (request("xdg_wm_base", "get_xdg_surface", 3).new_id(ObjectId(6)).object(ObjectId(5)), 0),
        (request("xdg_surface", "get_toplevel", 6).new_id(ObjectId(7)), 0),
        (request("xdg_toplevel", "set_title", 7).str(b"title"), 0),
    ]);
    assert!(rig.local.last().is_some_and(|(id, _, body)| *id == 7 && body.len() <= 4088));
}

/// W14: descriptors of a message to an unknown object arrive, and its tag does not.
#[test]
fn w14_tagged_unknown() {
    let mut rig = Rig::display();
    rig.peer(Frame::OpenFile { rid: Rid(1), size: 8 }).peer(Frame::OpenReadPipe(Rid(2)));
    rig.peer(Frame::InjectRids(vec![Rid(1), Rid(2)]));
    rig.messages([(Builder::new(ObjectId(77), 3).uint(1), 2)]);
    assert_eq!(rig.got(), [(77, 3)]);
    assert_eq!(rig.handed.iter().map(|it| it.rid.0).collect::<Vec<_>>(), [1, 2]);
}

/// W15: a message that carries a descriptor without a rule never shifts the next one: it ends the connection.
#[test]
fn w15_no_rule_for_a_descriptor() {
    let mut rig = Rig::app();
    rig.engine.state.objects.insert(ObjectId(9), by_name(b"wp_security_context_manager_v1").unwrap());
    let listen = request("wp_security_context_manager_v1", "create_listener", 9).new_id(ObjectId(10));
    let name = ("wp_security_context_manager_v1", "create_listener");
    assert_eq!(rig.try_local([listen], 2), fault(Party::App, Reason::UnforwardableFd(name.0, name.1)));
}

/// W16: descriptors may come before their messages, together, or late enough to be missing.
#[test]
fn w16_early_descriptors() {
    let mut rig = Rig::app();
    rig.bind("wl_shm", 1, 3);
    let pools: Vec<u8> =
        (10..15).flat_map(|id| create_pool(id, 64).finish(Form::Program, 0).unwrap()).collect();
    assert_eq!(rig.bytes(&pools[..1], 5), Ok(()));
    assert_eq!(rig.bytes(&pools[1..], 0), Ok(()));
    let ids: Vec<u32> = rig
        .effects
        .iter()
        .filter_map(|it| if let Effect::Adopt { fd, .. } = it { Some(fd.0) } else { None })
        .collect();
    assert_eq!(ids, [1, 2, 3, 4, 5]);
    assert_eq!(
        rig.try_local([create_pool(20, 64)], 0),
        fault(Party::App, Reason::MissingFd("wl_shm", "create_pool"))
    );
}

/// W17: more descriptors in a burst than one message to a program can carry.
#[test]
fn w17_many_descriptors() {
    let mut rig = Rig::app();
    rig.bind("wl_shm", 1, 3);
    rig.local((10..110).map(|id| create_pool(id, 64)), 100);
    let injected: Vec<usize> = rig
        .frames
        .iter()
        .filter_map(|it| if let Frame::InjectRids(rids) = it { Some(rids.len()) } else { None })
        .collect();
    assert_eq!(injected.iter().sum::<usize>(), 100);
    assert!(injected.iter().all(|count| *count <= 8));
}

/// W22: descriptors that no message wants do not pile up.
#[test]
fn w22_surplus_descriptors() {
    let mut rig = Rig::app();
    assert_eq!(rig.bytes(&[], 1024), Ok(()));
    assert_eq!(rig.bytes(&[], 1), fault(Party::App, Reason::SurplusFds));
}
