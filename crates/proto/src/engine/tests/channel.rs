//! 7.5: what a peer may send.

use super::*;
use crate::channel::{Capabilities, kind};
use crate::engine::fault::Limited;

fn peer(reason: Reason) -> Result<(), Fault> {
    fault(Party::Peer, reason)
}

/// X7: ids that were never opened, opened twice, or are of another kind.
#[test]
fn x7_wrong_ids() {
    let open = |rid| Frame::OpenFile { rid: Rid(rid), size: 64 };
    let cases: [(&[Frame], Reason); 13] = [
        (&[open(1), open(1)], Reason::DuplicateRid(Rid(1))),
        (&[open(-1)], Reason::DuplicateRid(Rid(-1))), // ours to give
        (&[open(i32::MIN)], Reason::DuplicateRid(Rid(i32::MIN))),
        (&[Frame::OpenReadPipe(Rid(4)), Frame::OpenWritePipe(Rid(4))], Reason::DuplicateRid(Rid(4))),
        (&[Frame::InjectRids(vec![Rid(1)])], Reason::UnknownRid(Rid(1))),
        (&[open(1), Frame::InjectRids(vec![Rid(1), Rid(1)])], Reason::UnknownRid(Rid(1))),
        (&[Frame::Update(Rid(1), fill(0, 8))], Reason::UnknownRid(Rid(1))),
        (&[Frame::OpenReadPipe(Rid(1)), Frame::Update(Rid(1), fill(0, 8))], Reason::WrongKind(Rid(1))),
        (&[open(1), Frame::PipeTransfer(Rid(1), Bytes::from_static(b"x"))], Reason::WrongKind(Rid(1))),
        (&[open(1), Frame::PipeShutdownR(Rid(1))], Reason::WrongKind(Rid(1))),
        (&[Frame::OpenReadPipe(Rid(1)), Frame::PipeShutdownW(Rid(1))], Reason::WrongKind(Rid(1))),
        (
            &[Frame::OpenReadPipe(Rid(1)), Frame::PipeTransfer(Rid(1), Bytes::from_static(b"x"))],
            Reason::WrongKind(Rid(1)),
        ),
        (&[Frame::PipeTransfer(Rid(9), Bytes::from_static(b"x"))], Reason::UnknownRid(Rid(9))),
    ];
    for (frames, reason) in cases {
        let mut rig = Rig::display();
        let (last, first) = frames.split_last().unwrap();
        for frame in first {
            rig.peer(frame.clone());
        }
        assert_eq!(rig.try_peer(last.clone()), peer(reason), "{frames:?}");
    }
}

/// X7: a tag and the announced ids must agree.
#[test]
fn x7_counts() {
    let mut rig = Rig::display();
    rig.bind("wl_shm", 1, 3);
    assert_eq!(rig.try_peer(protocol([(create_pool(10, 64), 1)])), peer(Reason::RidCount));
    let mut rig = Rig::display();
    rig.bind("wl_shm", 1, 3);
    assert_eq!(rig.try_peer(protocol([(create_pool(10, 64), 0)])), peer(Reason::RidCount));
    let mut rig = Rig::display();
    for rid in 1..1025 {
        rig.peer(Frame::OpenReadPipe(Rid(rid))).peer(Frame::InjectRids(vec![Rid(rid)]));
    }
    rig.peer(Frame::OpenReadPipe(Rid(2000)));
    let result = rig.try_peer(Frame::InjectRids(vec![Rid(2000)]));
    assert_eq!(result, peer(Reason::Limit(Limited::PendingRids)));
}

/// X5, X6: ranges and sizes are checked before anything is taken for them.
#[test]
fn x5_x6_ranges() {
    let payload = Bytes::new;
    let diff = |diff_size, ntrailing| Update::Diff { diff_size, ntrailing, payload: payload() };
    let updates = [
        fill(0, 0),
        fill(8, 4),
        fill(0, 101),
        Update::Fill { start: u32::MAX, end: 0, payload: payload() },
        diff(0, 0),
        diff(6, 0),
        diff(304, 0),
        diff(u32::MAX - 3, 0),
        diff(12, 101),
        diff(0, u32::MAX),
    ];
    for update in updates {
        let mut rig = Rig::with_twin(100);
        assert_eq!(rig.try_peer(Frame::Update(Rid(1), update)), peer(Reason::Range(Rid(1))));
        assert!(rig.jobs.is_empty());
    }
    let mut config = Config::default();
    config.limits.update = 1000;
    config.limits.stored = 5000;
    let mut rig = Rig::new(Role::Display, config);
    rig.peer(Frame::OpenFile { rid: Rid(1), size: 1 << 20 });
    for _ in 0..5 {
        rig.peer(Frame::Update(Rid(1), fill(0, 1000))).all_jobs();
    }
    let result = rig.try_peer(Frame::Update(Rid(1), fill(0, 8)));
    assert_eq!(result, peer(Reason::Limit(Limited::FileBytes)));
    let mut rig = Rig::new(Role::Display, rig.engine.state.config.clone());
    rig.peer(Frame::OpenFile { rid: Rid(1), size: 1 << 20 });
    let result = rig.try_peer(Frame::Update(Rid(1), fill(0, 1001)));
    assert_eq!(result, peer(Reason::Limit(Limited::Update)));
}

/// X8: growing to less is refused, to the same is nothing, and what we opened is not the peer's to grow.
#[test]
fn x8_growth() {
    let extend = |rid, size| Frame::ExtendFile { rid: Rid(rid), size };
    let mut rig = Rig::with_twin(100);
    rig.peer(extend(1, 100)).peer(extend(1, 200));
    assert_eq!(rig.try_peer(extend(1, 199)), peer(Reason::Range(Rid(1))));
    let mut rig = Rig::with_pool(100);
    assert_eq!(rig.try_peer(extend(1, 200)), peer(Reason::WrongKind(Rid(1))));
    let mut rig = Rig::display();
    rig.bind("wl_seat", 5, 3);
    rig.messages([(request("wl_seat", "get_keyboard", 3).new_id(ObjectId(4)), 0)]);
    rig.local([event("wl_keyboard", "keymap", 4).uint(1).uint(50)], 1);
    let update = rig.try_peer(Frame::Update(Rid(-1), fill(0, 8)));
    assert_eq!(update, peer(Reason::WrongKind(Rid(-1))));
    assert!(Rig::display().try_peer(Frame::OpenFile { rid: Rid(1), size: 1 << 31 }).is_err());
}

/// X8, S4: growing waits for updates that are being applied, and everything behind it waits too.
#[test]
fn x8_growth_waits() {
    let mut rig = Rig::with_twin(100);
    let resize = || (request("wl_shm_pool", "resize", 10).int(200), 0);
    rig.peer(Frame::Update(Rid(1), fill(0, 64)));
    rig.peer(Frame::ExtendFile { rid: Rid(1), size: 200 });
    rig.peer(Frame::Update(Rid(1), fill(100, 200))).messages([resize()]);
    assert!(!rig.effects.iter().any(|it| matches!(it, Effect::Resize { .. })) && rig.got().is_empty());
    rig.all_jobs();
    assert!(rig.effects.iter().any(|it| matches!(it, Effect::Resize { size: 200, .. })));
    assert_eq!(rig.got(), [(10, 2)]);
    assert!(rig.engine.appetite().channel);
}

/// X9: one update after the other for a file, files independent of each other.
#[test]
fn x9_lanes() {
    let mut rig = Rig::with_twin(100);
    rig.peer(Frame::OpenFile { rid: Rid(2), size: 100 });
    for rid in [1, 1, 2] {
        rig.peer(Frame::Update(Rid(rid), fill(0, 8)));
    }
    let running: Vec<i32> = rig.jobs.iter().map(|job| job.rid().0).collect();
    assert_eq!(running, [1, 2]);
    rig.all_jobs();
}

/// X12: what comes for a file that is gone is ignored.
#[test]
fn x12_gone() {
    let mut rig = Rig::with_twin(100);
    rig.messages([(request("wl_shm_pool", "destroy", 10), 0)]);
    rig.local([event("wl_display", "delete_id", 1).uint(10)], 0);
    assert_eq!(rig.dropped, [Rid(1)]);
    rig.peer(Frame::Update(Rid(1), fill(0, 8))).peer(Frame::ExtendFile { rid: Rid(1), size: 999 });
    assert_eq!(rig.notes.last(), Some(&Note::StaleUpdate(Rid(1))));
    // And one that goes while an update is applied lives until that is done.
    let mut rig = Rig::with_twin(100);
    rig.peer(Frame::Update(Rid(1), fill(0, 8)));
    rig.messages([(request("wl_shm_pool", "destroy", 10), 0)]);
    rig.local([event("wl_display", "delete_id", 1).uint(10)], 0);
    assert_eq!(rig.dropped, []);
    rig.all_jobs();
    assert_eq!(rig.dropped, [Rid(1)]);
}

/// X13: a job that fails blames whoever is to blame, and the application hears of it.
#[test]
fn x13_failed_jobs() {
    for (error, at) in [
        (JobError::Malformed, Party::Peer),
        (JobError::Shrunk, Party::Compositor),
        (JobError::Machine, Party::Ourselves),
    ] {
        let mut rig = Rig::with_twin(100);
        rig.peer(Frame::Update(Rid(1), fill(0, 8)));
        let ticket = rig.jobs.remove(0).ticket();
        let result = rig.engine.on_done(rig.now, Done::Failed(ticket, error));
        rig.poll();
        assert_eq!(result, fault(at, error.into()));
        assert_eq!(rig.kinds(), [kind::PROTOCOL, kind::CLOSE]);
    }
    // An answer to nothing.
    let mut rig = Rig::app();
    let result = rig.engine.on_done(rig.now, Done::Applied(Ticket(5)));
    assert_eq!(result, fault(Party::Ourselves, Reason::Internal));
}

/// X14: counts of received messages wrap around.
#[test]
fn x14_counter_wraps() {
    let mut rig = Rig::app();
    rig.engine.acks.received = u32::MAX - 1;
    rig.engine.acks.told = u32::MAX - 1;
    for n in 0..3u32 {
        rig.messages([(event("wl_display", "delete_id", 1).uint(99), 0)]);
        rig.now.instant = rig.now.instant.after(1 << 30);
        rig.engine.on_timeout(rig.now);
        rig.poll();
        assert_eq!(rig.frames.pop(), Some(Frame::Ack((u32::MAX - 1).wrapping_add(n + 1))));
    }
}

/// X15: acknowledgements at version 16 only: after a while, or with what is sent anyway; never counted.
#[test]
fn x15_acknowledgements() {
    let sync = || request("wl_display", "sync", 1).new_id(ObjectId(9));
    let mut rig = Rig::display();
    assert_eq!(rig.kinds(), [0_u8; 0]);
    rig.messages([(sync(), 0)]).peer(Frame::Ack(7));
    let due = rig.engine.poll_timeout();
    assert_eq!(due, Some(Instant(ACK_DELAY)));
    rig.local([event("wl_callback", "done", 9).uint(0)], 0);
    assert_eq!(rig.frames[0], Frame::Ack(1));
    assert_eq!(rig.kinds(), [kind::PROTOCOL]);
    assert_eq!(rig.engine.poll_timeout(), None);
    // Version 17: said first, and no acknowledgement.
    let mut rig = Rig::new(Role::Display, Config { version: WireVersion::V17, ..Config::default() });
    assert_eq!(rig.frames, [Frame::Version(17)]);
    rig.messages([(sync(), 0)]);
    assert_eq!(rig.engine.poll_timeout(), None);
    // An acknowledgement may come between ids and the message that uses them.
    let mut rig = Rig::display();
    rig.bind("wl_shm", 1, 3);
    rig.peer(Frame::OpenFile { rid: Rid(1), size: 64 }).peer(Frame::InjectRids(vec![Rid(1)]));
    rig.peer(Frame::Ack(3)).messages([(create_pool(10, 64), 1)]);
}

/// The version is the first thing that an application's half hears, or is not said.
#[test]
fn version() {
    for (version, fine) in [(15, false), (16, true), (17, true), (18, false)] {
        assert_eq!(Rig::app().try_peer(Frame::Version(version)).is_ok(), fine);
    }
    assert!(Rig::display().try_peer(Frame::Version(17)).is_err());
    let mut late = Rig::app();
    late.messages([(event("wl_display", "delete_id", 1).uint(9), 0)]);
    assert_eq!(late.try_peer(Frame::Version(17)), peer(Reason::Unexpected(kind::VERSION)));
}

/// 6.4: ids stand directly before the one frame that uses them all.
#[test]
fn ids_before_their_messages() {
    let mut rig = Rig::app();
    rig.bind("wl_shm", 1, 3);
    rig.local((10..40).map(|id| create_pool(id, 64)), 30);
    let mut ids = 0;
    for frame in &rig.frames {
        match frame {
            Frame::InjectRids(rids) => {
                assert_eq!(ids, 0);
                ids = rids.len();
            }
            Frame::Protocol(body) => {
                assert_eq!(body.len() / 16, ids);
                assert!(body.len() <= 4096);
                ids = 0;
            }
            Frame::OpenFile { .. } => assert_eq!(ids, 0),
            other => panic!("{other:?}"),
        }
    }
}

/// Only whoever said that it is a farway is told what we can do, and only an application's half is told.
#[test]
fn capabilities_are_agreed_upon() {
    let ours = Capabilities::RELEASES.with(Capabilities::COPIES);
    let config = Config { version: WireVersion::V17, capabilities: ours, ..Config::default() };
    let mut plain = Engine::new(Role::Display, config.clone());
    assert!(!std::iter::from_fn(|| plain.poll()).any(|it| format!("{it:?}").contains("Capabilities")));
    let peer = Some(Capabilities::RELEASES.with(Capabilities::PIXELS));
    let mut display = Engine::new(Role::Display, Config { peer, ..config.clone() });
    assert_eq!(display.agreed(), Capabilities::RELEASES);
    let said: Vec<_> = std::iter::from_fn(|| display.poll()).collect();
    assert!(matches!(said[1], Effect::SendChannel(Frame::Capabilities(it)) if it == ours));
    assert!(display.on_channel(Now::default(), Frame::Capabilities(ours)).is_err());

    let mut app = Engine::new(Role::App, config);
    assert_eq!(app.agreed(), Capabilities::NONE);
    app.on_channel(Now::default(), Frame::Version(17)).expect("a farway");
    app.on_channel(Now::default(), Frame::Capabilities(Capabilities::COPIES)).expect("a farway");
    assert_eq!(app.agreed(), Capabilities::COPIES);
    assert!(app.on_channel(Now::default(), Frame::Capabilities(ours)).is_err(), "it is said once");
}
