//! 7.6: pipes.

use super::*;

const EVERY: [(&str, Way, &str); 12] = [
    ("wl_data_offer", Way::Request, "receive"),
    ("wl_data_source", Way::Event, "send"),
    ("zwp_primary_selection_offer_v1", Way::Request, "receive"),
    ("zwp_primary_selection_source_v1", Way::Event, "send"),
    ("gtk_primary_selection_offer", Way::Request, "receive"),
    ("gtk_primary_selection_source", Way::Event, "send"),
    ("zwlr_data_control_offer_v1", Way::Request, "receive"),
    ("zwlr_data_control_source_v1", Way::Event, "send"),
    ("ext_data_control_offer_v1", Way::Request, "receive"),
    ("ext_data_control_source_v1", Way::Event, "send"),
    ("org_kde_plasma_window", Way::Request, "get_icon"),
    ("weston_debug_v1", Way::Request, "subscribe"),
];

fn says(interface: &str, way: Way, name: &str) -> Builder {
    let it = message(interface, way, name, 9);
    match name {
        "get_icon" => it,
        "subscribe" => it.str(b"log").new_id(ObjectId(10)),
        _ => it.str(b"text/plain"),
    }
}

fn knows(mut rig: Rig, interface: &str) -> Rig {
    rig.engine.state.objects.insert(ObjectId(9), by_name(interface.as_bytes()).unwrap());
    rig
}

/// A half that sent a pipe, and one that got it; with the id.
fn pair(interface: &str, way: Way, name: &str) -> (Rig, Rig, i32) {
    let (from, to, rid) = match way {
        Way::Request => (Rig::app(), Rig::display(), 1),
        Way::Event => (Rig::display(), Rig::app(), -1),
    };
    let (mut from, mut to) = (knows(from, interface), knows(to, interface));
    from.local([says(interface, way, name)], 1);
    for frame in std::mem::take(&mut from.frames) {
        to.peer(frame);
    }
    (from, to, rid)
}

/// P1: every message that hands over a pipe, both ways, and the bytes that come back.
#[test]
fn p1_every_message() {
    for (interface, way, name) in EVERY {
        let (mut from, mut to, rid) = pair(interface, way, name);
        assert!(matches!(to.effects[..], [Effect::Create { kind: Create::PipeToRead, .. }]), "{name}");
        assert_eq!(to.handed, [Handover { rid: Rid(rid), access: Access::Move }]);
        let bytes = Bytes::from_static(b"hello");
        to.pipe(rid, PipeEvent::Data(bytes.clone())).pipe(rid, PipeEvent::Eof);
        assert_eq!(to.dropped, [Rid(rid)]);
        for frame in to.frames.drain(..) {
            from.peer(frame);
        }
        assert!(from.effects.iter().any(|it| matches!(it, Effect::PipeWrite(_, b) if *b == bytes)));
        assert_eq!(from.dropped, [Rid(rid)]);
        // The queue is counted until it is empty.
        assert!(from.engine.state.shadows.len() == 1 && to.engine.state.shadows.len() == 0);
        from.pipe(rid, PipeEvent::Written(5));
        assert!(from.engine.state.shadows.len() == 0);
    }
}

/// P3: a reader that closes early is heard of at the writer's side.
#[test]
fn p3_reader_gone() {
    let (mut from, mut to, rid) = pair("wl_data_offer", Way::Request, "receive");
    from.pipe(rid, PipeEvent::Broken);
    assert_eq!((from.frames.pop(), from.dropped), (Some(Frame::PipeShutdownR(Rid(rid))), vec![Rid(rid)]));
    to.peer(Frame::PipeShutdownR(Rid(rid)));
    assert_eq!(to.dropped, [Rid(rid)]);
    // Nothing is said in return.
    assert!(!to.frames.iter().any(|it| matches!(it, Frame::PipeShutdownW(_))));
}

/// A reader that is gone before the peer knows the pipe: it is told once it does.
#[test]
fn p3_reader_gone_at_once() {
    let mut rig = Rig::with_pool(4096);
    rig.bind("wl_seat", 5, 30);
    rig.engine.state.objects.insert(ObjectId(9), by_name(b"wl_data_offer").unwrap());
    // The batch waits for a job, so that the pipe is still to be opened.
    let receive = || says("wl_data_offer", Way::Request, "receive");
    rig.local([create_buffer(11, 0, 8, 8, 32), attach(11), damage(0, 0, 8, 8), commit(), receive()], 1);
    rig.pipe(2, PipeEvent::Broken);
    rig.all_jobs();
    assert_eq!(rig.engine.verify(), Ok(()));
}

/// P5: both sides end the pipe at the same time; late bytes are ignored.
#[test]
fn p5_late() {
    let (mut from, mut to, rid) = pair("wl_data_offer", Way::Request, "receive");
    from.pipe(rid, PipeEvent::Broken);
    to.pipe(rid, PipeEvent::Data(Bytes::from_static(b"x"))).pipe(rid, PipeEvent::Eof);
    from.peer(Frame::PipeTransfer(Rid(rid), Bytes::from_static(b"x"))).peer(Frame::PipeShutdownW(Rid(rid)));
    to.peer(Frame::PipeShutdownR(Rid(rid)));
    assert_eq!((from.dropped.len(), to.dropped.len()), (1, 1));
    // An end that is announced after the pipe is gone gives the program a closed one.
    let mut rig = knows(Rig::display(), "wl_data_offer");
    rig.peer(Frame::OpenReadPipe(Rid(1))).peer(Frame::PipeShutdownR(Rid(1)));
    rig.peer(Frame::InjectRids(vec![Rid(1)])).messages([(says("wl_data_offer", Way::Request, "receive"), 1)]);
    assert_eq!(rig.handed, [Handover { rid: Rid(1), access: Access::Move }]);
}

/// P9: a reader that does not keep up stops the channel for a while, and then loses its pipe.
#[test]
fn p9_slow_reader() {
    let (mut from, _, rid) = pair("wl_data_offer", Way::Request, "receive");
    let limits = from.engine.state.config.limits.clone();
    let piece = Bytes::from(vec![0; 1 << 20]);
    while from.engine.appetite().channel {
        from.peer(Frame::PipeTransfer(Rid(rid), piece.clone()));
    }
    assert!(from.engine.state.pipe_backlog() <= limits.pipe_queue + (1 << 20));
    assert_eq!(from.engine.poll_timeout().map(|at| at.0 >= ACK_DELAY), Some(true));
    from.pipe(rid, PipeEvent::Written(4 << 20));
    assert!(from.engine.appetite().channel);
    while from.engine.appetite().channel {
        from.peer(Frame::PipeTransfer(Rid(rid), piece.clone()));
    }
    from.now.instant = Instant(limits.pipe_patience + 1);
    from.engine.on_timeout(from.now);
    from.poll();
    assert!(from.engine.appetite().channel && from.notes.contains(&Note::SlowPipe(Rid(rid))));
    assert_eq!(
        (from.dropped.as_slice(), from.frames.last()),
        (&[Rid(rid)][..], Some(&Frame::PipeShutdownR(Rid(rid))))
    );
}

/// P10: bytes that were read before the application leaves still leave.
#[test]
fn p10_last_bytes() {
    let (_, mut to, rid) = pair("wl_data_source", Way::Event, "send");
    to.pipe(rid, PipeEvent::Data(Bytes::from_static(b"last"))).close(Side::Local);
    let sent = to.kinds();
    assert_eq!(sent, [crate::channel::kind::PIPE_TRANSFER, crate::channel::kind::CLOSE]);
}
