//! Updates that name their coding: who may send them, their bounds, and what jobs know of rows.

use super::*;
use crate::channel::{Capabilities, coding, kind};

const PIXELS: Capabilities = Capabilities::PIXELS;

fn display(peer: Option<Capabilities>) -> Rig {
    let mut rig = Rig::new(Role::Display, Config { capabilities: PIXELS, peer, ..Config::default() });
    rig.peer(Frame::OpenFile { rid: Rid(1), size: 1000 });
    rig
}

fn pixels(start: u32, pitch: u32, row: u32, total: u32) -> Update {
    Update::Pixels { start, pitch, row, total, coding: coding::PREDICTED, payload: Bytes::new() }
}

fn packed(diff_size: u32, ntrailing: u32) -> Update {
    Update::Packed { coding: coding::ZSTD, diff_size, ntrailing, payload: Bytes::new() }
}

#[test]
fn only_those_who_agreed() {
    for (update, kind) in [(pixels(0, 100, 100, 1000), kind::PIXELS), (packed(12, 0), kind::PACKED_DIFF)] {
        let frame = || Frame::Update(Rid(1), update.clone());
        let unexpected = fault(Party::Peer, Reason::Unexpected(kind));
        for peer in [None, Some(Capabilities::COPIES)] {
            assert_eq!(display(peer).try_peer(frame()), unexpected);
        }
        let mut rig = display(Some(PIXELS));
        assert_eq!(rig.try_peer(frame()), Ok(()));
        assert_eq!(rig.jobs.len(), 1);
    }
}

#[test]
fn bounds() {
    let max = u32::MAX;
    let wrong = [
        pixels(0, 0, 0, 0),
        pixels(0, 100, 0, 100),
        pixels(0, 100, 100, 0),
        pixels(0, 100, 101, 100),
        pixels(0, 100, 100, 1001),
        pixels(4, 100, 100, 1000),
        pixels(0, 200, 100, 600),
        pixels(0, 101, 100, 1000),
        pixels(max, max, max, max),
        pixels(0, max, 1, max),
        pixels(0, 1, 1, max),
        packed(0, 0),
        packed(6, 0),
        packed(3004, 0),
        packed(12, 1001),
    ];
    for update in wrong {
        let mut rig = display(Some(PIXELS));
        let result = rig.try_peer(Frame::Update(Rid(1), update.clone()));
        assert_eq!(result, fault(Party::Peer, Reason::Range(Rid(1))), "{update:?}");
        assert!(rig.jobs.is_empty());
    }
    for right in [
        pixels(0, 100, 100, 1000),
        pixels(100, 200, 100, 500),
        pixels(900, 100, 100, 100),
        pixels(4, 100, 100, 996),
        pixels(0, max, max, 1000),
        packed(3000, 1000),
    ] {
        assert_eq!(display(Some(PIXELS)).try_peer(Frame::Update(Rid(1), right.clone())), Ok(()), "{right:?}");
    }
}

/// The pitch of what is dirty in the first file, as its job has it.
fn pitch(buffers: [(i32, u32); 2]) -> Option<u32> {
    let mut rig = Rig::new(Role::App, Config::default());
    rig.bind("wl_shm", 1, 3).bind("wl_compositor", 5, 4);
    rig.local([create_pool(10, 100_000)], 1);
    let mut messages = Vec::new();
    for (n, (stride, format)) in (0..).zip(buffers) {
        let create = request("wl_shm_pool", "create_buffer", 10).new_id(ObjectId(20 + n));
        messages.push(create.int(n as i32 * 50_000).int(100).int(100).int(stride).uint(format));
        let surface = request("wl_compositor", "create_surface", 4).new_id(ObjectId(30 + n));
        let words = |name| request("wl_surface", name, 30 + n);
        let attach = words("attach").object(ObjectId(20 + n)).int(0).int(0);
        let damage = words("damage_buffer").int(0).int(0).int(100).int(100);
        messages.extend([surface, attach, damage, words("commit")]);
    }
    rig.local(messages, 0);
    rig.jobs.iter().find_map(|it| match it {
        Job::Diff { pitch, .. } => Some(*pitch),
        _ => None,
    })
}

#[test]
fn jobs_know_rows() {
    const XRGB: u32 = 1;
    const RGB565: u32 = 0x3631_4752;
    assert_eq!(pitch([(400, XRGB), (400, XRGB)]), Some(400));
    assert_eq!(pitch([(404, XRGB), (404, 0)]), Some(404));
    // Of several kinds.
    assert_eq!(pitch([(400, XRGB), (404, XRGB)]), Some(0));
    assert_eq!(pitch([(400, XRGB), (400, RGB565)]), Some(0));
    assert_eq!(pitch([(400, RGB565), (400, RGB565)]), Some(0));
    assert_eq!(pitch([(402, XRGB), (402, XRGB)]), Some(0));
}
