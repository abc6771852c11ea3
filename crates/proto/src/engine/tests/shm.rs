//! 7.3: shared memory and files that are read once.

use super::*;
use crate::channel::{Capabilities, kind};
use crate::damage::Interval;
use crate::engine::fault::{Limited, Problem};

fn resize(size: i32) -> Builder {
    request("wl_shm_pool", "resize", 10).int(size)
}

fn bad(interface: &'static str, name: &'static str, problem: Problem) -> Result<(), Fault> {
    fault(Party::App, Reason::Value(interface, name, problem))
}

/// S1, S2: a pool may be empty at first and grow often in one batch; the peer hears of the last size only.
#[test]
fn s1_s2_resize_before_use() {
    let mut rig = Rig::app();
    rig.bind("wl_shm", 1, 3).bind("wl_compositor", 5, 4);
    let surface = request("wl_compositor", "create_surface", 4).new_id(ObjectId(5));
    let sizes = [64, 64, 4096].map(resize);
    let show = [create_buffer(11, 0, 8, 8, 32), attach(11), damage(0, 0, 8, 8), commit()];
    rig.local([surface, create_pool(10, 0)].into_iter().chain(sizes).chain(show), 1);
    rig.all_jobs();
    assert_eq!(rig.frames[0], Frame::OpenFile { rid: Rid(1), size: 4096 });
    let resizes: Vec<u64> = rig
        .effects
        .iter()
        .filter_map(|it| if let Effect::Resize { size, .. } = it { Some(*size) } else { None })
        .collect();
    assert_eq!(resizes, [4096]);
    rig.frames.clear();
    rig.local([resize(5000)], 0);
    assert_eq!(rig.frames[0], Frame::ExtendFile { rid: Rid(1), size: 5000 });
}

/// S3: a pool does not shrink.
#[test]
fn s3_shrink() {
    let mut rig = Rig::with_pool(4096);
    assert_eq!(rig.try_local([resize(4095)], 0), bad("wl_shm_pool", "resize", Problem::Shrinks));
    let mut rig = Rig::with_pool(4096);
    assert_eq!(rig.try_local([resize(-1)], 0), bad("wl_shm_pool", "resize", Problem::NegativeSize));
    let mut rig = Rig::app();
    rig.bind("wl_shm", 1, 3);
    let negative = rig.try_local([create_pool(10, -1)], 1);
    assert_eq!(negative, bad("wl_shm", "create_pool", Problem::NegativeSize));
}

/// S4: neither growing nor comparing starts while an update is being applied, and nothing that depends on
/// them is sent; an update waits for comparing too.
#[test]
fn s4_resize_while_applying() {
    let mut rig = Rig::with_pool(4096);
    rig.local([create_buffer(11, 0, 8, 8, 32), create_buffer(12, 512, 8, 8, 32)], 0);
    rig.frames.clear();
    rig.peer(Frame::Update(Rid(1), fill(512, 768)));
    assert!(matches!(rig.jobs[..], [Job::Apply { .. }]));
    rig.local([resize(8192), attach(11), damage(0, 0, 8, 8), commit()], 0);
    let grown = |rig: &Rig| rig.effects.iter().any(|it| matches!(it, Effect::Resize { .. }));
    assert!(!grown(&rig) && rig.jobs.len() == 1 && rig.frames.is_empty() && !rig.engine.appetite().local);
    // Another one comes, and the first is done: now it is the batch's turn.
    rig.peer(Frame::Update(Rid(1), fill(512, 640)));
    assert_eq!(rig.job(), Ok(()));
    assert!(grown(&rig) && matches!(rig.jobs[..], [Job::Diff { .. }]));
    assert_eq!(rig.job(), Ok(()));
    assert_eq!(rig.kinds(), [3, 6, 0]);
    assert!(matches!(rig.jobs[..], [Job::Apply { .. }]));
    rig.all_jobs();
}

/// S10 to S12, S14: shapes of buffers.
#[test]
fn s10_s14_shapes() {
    let nv12 = u32::from_le_bytes(*b"NV12");
    let unknown = 0xdead_beef;
    let cases = [
        ([0, 8, 8, 32], 0, None),
        ([0, 8, 8, 0], 0, None), // a stride of zero is allowed
        ([0, 0, 8, 32], 0, Some(Problem::NonPositive)),
        ([0, 8, 0, 32], 0, Some(Problem::NonPositive)),
        ([0, -1, 8, 32], 0, Some(Problem::NonPositive)),
        ([-4, 8, 8, 32], 0, Some(Problem::NegativeSize)),
        ([0, 8, 8, -32], 0, Some(Problem::NegativeSize)),
        ([0, 8, 128, 32], 0, None),
        ([1, 8, 128, 32], 0, Some(Problem::OutOfPool)),
        ([0, 8, 129, 32], 0, Some(Problem::OutOfPool)),
        ([0, 8, 2, i32::MAX], 0, Some(Problem::OutOfPool)),
        ([0, 8, i32::MAX, i32::MAX], 0, Some(Problem::OutOfPool)),
        ([0, 64, 42, 64], nv12, None),
        ([64, 64, 42, 64], nv12, None),
        ([65, 64, 42, 64], nv12, Some(Problem::OutOfPool)),
        ([i32::MAX, 8, 8, 32], unknown, None),
    ];
    for (shape, format, problem) in cases {
        let mut rig = Rig::with_pool(4096);
        let result = rig.try_local([buffer_of(11, shape, format)], 0);
        let expected = problem.map_or(Ok(()), |problem| bad("wl_shm_pool", "create_buffer", problem));
        assert_eq!(result, expected, "{shape:?} {format:#x}");
        // The display's half checks the same, against what the peer announced.
        let mut rig = Rig::with_twin(4096);
        assert_eq!(rig.try_peer(protocol([(buffer_of(11, shape, format), 0)])).is_err(), problem.is_some());
    }
}

/// S13: sizes around the block; the tail is compared if the damage reaches it.
#[test]
fn s13_odd_sizes() {
    for size in [0i32, 1, 9, 63, 64, 65, 4096, 300_001] {
        let mut rig = Rig::with_pool(size);
        let format = u32::from_le_bytes(*b"R8  ");
        if size == 0 {
            continue;
        }
        rig.local(
            [buffer_of(11, [0, size, 1, size], format), attach(11), damage(0, 0, size, 1), commit()],
            0,
        );
        let (mut bytes, mut tails) = (0, 0);
        for job in &rig.jobs {
            let Job::Diff { intervals, tail, .. } = job else { panic!("{job:?}") };
            assert!(intervals.iter().all(|it| it.start % 64 == 0 && it.end % 64 == 0));
            bytes += intervals.iter().map(|it| it.end - it.start).sum::<u64>();
            tails += u64::from(*tail);
        }
        assert_eq!((bytes, tails), (size as u64 / 64 * 64, u64::from(size % 64 != 0)), "{size}");
    }
}

/// S14: what has no known layout is compared to the end of its pool.
#[test]
fn s14_unknown_format() {
    let mut rig = Rig::with_pool(4096);
    let shape = buffer_of(11, [1024, 2, 2, 8], 0xdead_beef);
    rig.local([shape, attach(11), damage(0, 0, 1, 1), commit()], 0);
    let Some(Job::Diff { intervals, .. }) = rig.jobs.first() else { panic!("no job") };
    assert_eq!(intervals[..], [Interval { start: 1024, end: 4096 }]);
}

/// S16: content is sent though buffer and pool are destroyed in the same batch.
#[test]
fn s16_destroyed_at_once() {
    let mut rig = Rig::with_pool(4096);
    let destroy = [request("wl_buffer", "destroy", 11), request("wl_shm_pool", "destroy", 10)];
    let show = [create_buffer(11, 0, 8, 8, 32), attach(11), damage(0, 0, 8, 8), commit()];
    rig.local(show.into_iter().chain(destroy), 0);
    let delete = |id| (event("wl_display", "delete_id", 1).uint(id), 0);
    rig.messages([delete(11), delete(10)]);
    assert_eq!(rig.dropped, []);
    rig.all_jobs();
    assert_eq!(rig.dropped, [Rid(1)]);
    assert_eq!(rig.kinds(), [6, 0]);
}

/// S17: buffers that overlap: each commit sends its own bytes.
#[test]
fn s17_overlap() {
    let mut rig = Rig::with_pool(4096);
    rig.local([create_buffer(11, 0, 8, 32, 32), create_buffer(12, 512, 8, 32, 32)], 0);
    for (buffer, start, end) in [(11, 0, 1024), (12, 512, 1536), (11, 0, 1024)] {
        rig.local([attach(buffer), damage(0, 0, 8, 32), commit()], 0);
        let Some(Job::Diff { intervals, .. }) = rig.jobs.first() else { panic!("no job") };
        assert_eq!(intervals[..], [Interval { start, end }]);
        rig.all_jobs();
    }
}

fn keymap(id: u32, size: u32) -> Builder {
    event("wl_keyboard", "keymap", id).uint(1).uint(size)
}

/// S20: keymaps, empty ones and many of them; each is forgotten once it was handed over.
#[test]
fn s20_keymaps() {
    let mut rig = Rig::display();
    rig.bind("wl_seat", 5, 3);
    rig.messages([(request("wl_seat", "get_keyboard", 3).new_id(ObjectId(4)), 0)]);
    rig.local([keymap(4, 0)], 1);
    assert_eq!(rig.kinds(), [2, 1, 0]);
    for n in 2..50 {
        rig.local([keymap(4, 300_000)], 1).all_jobs();
        assert_eq!(rig.dropped.last(), Some(&Rid(-n)));
        assert_eq!(rig.kinds().iter().filter(|it| **it == 5).count(), 2);
    }
    assert!(rig.engine.state.shadows.len() == 0);
    let result = rig.try_local([keymap(4, 1 << 30)], 1);
    assert_eq!(result, fault(Party::Compositor, Reason::Limit(Limited::FixedFile)));
}

/// S20, the other half: the event waits for all of the file, and it goes out for reading only.
#[test]
fn s20_keymap_arrives() {
    let mut rig = Rig::app();
    rig.bind("wl_seat", 5, 3);
    rig.local([request("wl_seat", "get_keyboard", 3).new_id(ObjectId(4))], 0);
    rig.peer(Frame::OpenFile { rid: Rid(-1), size: 100 }).peer(Frame::Update(Rid(-1), fill(0, 100)));
    rig.peer(Frame::InjectRids(vec![Rid(-1)])).messages([(keymap(4, 100), 1)]);
    assert_eq!(rig.got(), []);
    rig.all_jobs();
    assert_eq!(rig.got(), [(4, 0)]);
    assert_eq!(rig.handed, [Handover { rid: Rid(-1), access: Access::ReadOnly }]);
    assert_eq!(rig.dropped, [Rid(-1)]);
    // Shorter than the event says.
    rig.peer(Frame::OpenFile { rid: Rid(-2), size: 10 }).peer(Frame::InjectRids(vec![Rid(-2)]));
    let result = rig.try_peer(protocol([(keymap(4, 100), 1)]));
    assert_eq!(result, fault(Party::Peer, Reason::Range(Rid(-2))));
}

/// S22: bounds of colour profiles.
#[test]
fn s22_profiles() {
    for (offset, length, size) in [(2048, 1024, Some(3072)), (0, 0, None), (8, u32::MAX, None)] {
        let mut rig = Rig::app();
        let creator = by_name(b"wp_image_description_creator_icc_v1").unwrap();
        rig.engine.state.objects.insert(ObjectId(9), creator);
        let set = request("wp_image_description_creator_icc_v1", "set_icc_file", 9).uint(offset).uint(length);
        let result = rig.try_local([set], 1);
        assert_eq!(result.is_ok(), size.is_some());
        if let Some(size) = size {
            let kind = Adopt::FixedFile { size };
            assert!(matches!(rig.effects[..], [Effect::Adopt { kind: it, .. }] if it == kind));
        }
    }
}

/// S23: gamma tables need a size first, and one that fits.
#[test]
fn s23_gamma() {
    let control = || {
        let mut rig = Rig::app();
        rig.bind("zwlr_gamma_control_manager_v1", 1, 3).bind("wl_output", 1, 4);
        let get = request("zwlr_gamma_control_manager_v1", "get_gamma_control", 3);
        rig.local([get.new_id(ObjectId(5)).object(ObjectId(4))], 0);
        rig
    };
    let size = |entries| (event("zwlr_gamma_control_v1", "gamma_size", 5).uint(entries), 0);
    let set = || [request("zwlr_gamma_control_v1", "set_gamma", 5)];
    let early = bad("zwlr_gamma_control_v1", "set_gamma", Problem::TooEarly);
    assert_eq!(control().try_local(set(), 1), early);
    let mut rig = control();
    rig.messages([size(256)]).local(set(), 1);
    let adopted = |it: &Effect| matches!(it, Effect::Adopt { kind: Adopt::FixedFile { size: 1536 }, .. });
    assert!(rig.effects.iter().any(adopted));
    assert!(control().try_peer(protocol([size(u32::MAX / 6 + 1)])).is_err());
}

/// S24: the keymaps of virtual keyboards and input methods.
#[test]
fn s24_other_keymaps() {
    let mut rig = Rig::app();
    let keyboard = by_name(b"zwp_virtual_keyboard_v1").unwrap();
    rig.engine.state.objects.insert(ObjectId(9), keyboard);
    rig.local([request("zwp_virtual_keyboard_v1", "keymap", 9).uint(1).uint(50)], 1).all_jobs();
    assert_eq!(rig.kinds(), [2, 5, 1, 0]);
    let mut rig = Rig::display();
    let grab = by_name(b"zwp_input_method_keyboard_grab_v2").unwrap();
    rig.engine.state.objects.insert(ObjectId(9), grab);
    rig.local([event("zwp_input_method_keyboard_grab_v2", "keymap", 9).uint(1).uint(50)], 1).all_jobs();
    assert_eq!(rig.kinds(), [2, 5, 1, 0]);
}

/// What is kept under a name is said, and what was named is applied; only between those who agreed on it.
#[test]
fn files_that_are_kept() {
    let able = Capabilities::HASHES;
    let config = || Config { capabilities: able, peer: Some(able), ..Config::default() };
    let name = [7; 32];
    let named = |size| Frame::Update(Rid(-1), Update::Named { size, name: Bytes::copy_from_slice(&name) });
    let app = |config: Config| {
        let mut rig = Rig::new(Role::App, config);
        rig.peer(Frame::Capabilities(able));
        rig.bind("wl_seat", 1, 3);
        rig.local([request("wl_seat", "get_keyboard", 3).new_id(ObjectId(4))], 0);
        rig.peer(Frame::OpenFile { rid: Rid(-1), size: 300 });
        rig
    };
    let mut rig = app(config());
    rig.peer(named(300)).peer(Frame::InjectRids(vec![Rid(-1)])).messages([(keymap(4, 300), 1)]);
    assert_eq!(rig.got(), [], "not before it is there");
    let Some(Job::Apply { ticket, .. }) = rig.jobs.pop() else { panic!("it is applied") };
    rig.engine.on_done(rig.now, Done::Kept(ticket, name)).unwrap();
    rig.poll();
    assert_eq!(rig.got().len(), 1);
    assert_eq!(rig.frames.last(), Some(&Frame::Have(name)));

    let mut rig = Rig::new(Role::Display, config());
    rig.peer(Frame::Have(name));
    assert_eq!(rig.known, [name]);

    let unexpected = |kind| fault(Party::Peer, Reason::Unexpected(kind));
    let mut plain = app(Config::default());
    assert_eq!(plain.try_peer(named(300)), unexpected(kind::NAMED));
    assert_eq!(Rig::display().try_peer(Frame::Have(name)), unexpected(kind::HAVE));
    assert_eq!(app(config()).try_peer(named(299)), fault(Party::Peer, Reason::Range(Rid(-1))));
}
