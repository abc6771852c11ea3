//! 7.9: captures. Content goes the other way.

use super::*;
use crate::channel::kind;
use crate::damage::Interval;

/// A display's half with pool 10 and a capture frame 21 of its buffer 11.
fn display(bound_first: bool, copy: &str) -> Rig {
    let mut rig = Rig::display();
    rig.bind("wl_shm", 1, 3).bind("wl_output", 1, 4);
    if bound_first {
        rig.bind("zwlr_screencopy_manager_v1", 3, 20);
    }
    rig.peer(Frame::OpenFile { rid: Rid(1), size: 4096 }).peer(Frame::InjectRids(vec![Rid(1)]));
    rig.messages([(create_pool(10, 4096), 1), (create_buffer(11, 64, 8, 8, 32), 0)]);
    if !bound_first {
        rig.bind("zwlr_screencopy_manager_v1", 3, 20);
    }
    let capture = request("zwlr_screencopy_manager_v1", "capture_output", 20);
    let capture = capture.new_id(ObjectId(21)).int(0).object(ObjectId(4));
    let copy = request("zwlr_screencopy_frame_v1", copy, 21).object(ObjectId(11));
    rig.messages([(capture, 0), (copy, 0)]);
    rig.local.clear();
    rig.frames.clear();
    rig
}

fn ready() -> Builder {
    event("zwlr_screencopy_frame_v1", "ready", 21).uint(0).uint(5).uint(6)
}

/// C1, C8: both requests send the bytes of the buffer and no others, before the event.
#[test]
fn c1_c8_what_is_sent() {
    for copy in ["copy", "copy_with_damage"] {
        let mut rig = display(true, copy);
        rig.local([ready()], 0);
        let Some(Job::Diff { intervals, tail: false, .. }) = rig.jobs.first() else {
            panic!("{:?}", rig.jobs)
        };
        assert_eq!(intervals[..], [Interval { start: 64, end: 320 }]);
        assert_eq!(rig.kinds(), [0_u8; 0]);
        rig.all_jobs();
        let sent = rig.kinds();
        assert_eq!(sent, [kind::BUFFER_DIFF, kind::PROTOCOL]);
        // A file without a mirror is sent as it is.
        let mut rig = display(false, copy);
        rig.local([ready()], 0);
        assert!(matches!(rig.jobs[..], [Job::Fill { range: Interval { start: 64, end: 320 }, .. }]));
    }
}

/// The end of a file that the application may make longer at any time has a position when it is sent back.
#[test]
fn tail_has_a_position() {
    let mut rig = display(true, "copy");
    let rest = buffer_of(12, [0, 1, 4090, 1], u32::from_le_bytes(*b"R8  "));
    rig.peer(Frame::ExtendFile { rid: Rid(1), size: 4100 });
    let capture = request("zwlr_screencopy_manager_v1", "capture_output", 20);
    rig.messages([
        (buffer_of(13, [4097, 1, 3, 1], u32::from_le_bytes(*b"R8  ")), 0),
        (rest, 0),
        (capture.new_id(ObjectId(22)).int(0).object(ObjectId(4)), 0),
        (request("zwlr_screencopy_frame_v1", "copy", 22).object(ObjectId(13)), 0),
    ]);
    rig.local([event("zwlr_screencopy_frame_v1", "ready", 22).uint(0).uint(5).uint(6)], 0);
    assert!(
        matches!(rig.jobs[..], [Job::Fill { range: Interval { start: 4097, end: 4100 }, .. }]),
        "{:?}",
        rig.jobs
    );
}

/// Captures into the same bytes, ready at once, are sent by one job: jobs must not share bytes of a mirror.
#[test]
fn captures_overlap() {
    let mut rig = display(true, "copy");
    rig.peer(Frame::ExtendFile { rid: Rid(1), size: 4100 });
    let capture = |id| {
        let capture = request("zwlr_screencopy_manager_v1", "capture_output", 20);
        (capture.new_id(ObjectId(id)).int(0).object(ObjectId(4)), 0)
    };
    let copy = |id, to| (request("zwlr_screencopy_frame_v1", "copy", id).object(ObjectId(to)), 0);
    rig.messages([
        (buffer_of(13, [4096, 1, 3, 1], u32::from_le_bytes(*b"R8  ")), 0),
        (buffer_of(14, [4098, 1, 2, 1], u32::from_le_bytes(*b"R8  ")), 0),
        capture(22),
        copy(22, 13),
        capture(23),
        copy(23, 14),
    ]);
    let ready = |id| event("zwlr_screencopy_frame_v1", "ready", id).uint(0).uint(5).uint(6);
    rig.local([ready(22), ready(23)], 0);
    assert!(
        matches!(rig.jobs[..], [Job::Fill { range: Interval { start: 4096, end: 4100 }, .. }]),
        "{:?}",
        rig.jobs
    );
}

/// C2: a capture that failed sends nothing.
#[test]
fn c2_failed() {
    let mut rig = display(true, "copy");
    rig.local([event("zwlr_screencopy_frame_v1", "failed", 21)], 0);
    assert!(rig.jobs.is_empty());
    assert_eq!(rig.kinds().last(), Some(&kind::PROTOCOL));
}

/// C3: the buffer may be destroyed before the event; its file lives as long as the capture.
#[test]
fn c3_buffer_destroyed() {
    let mut rig = display(true, "copy");
    rig.messages([(request("wl_buffer", "destroy", 11), 0), (request("wl_shm_pool", "destroy", 10), 0)]);
    let delete = |id| event("wl_display", "delete_id", 1).uint(id);
    rig.local([delete(10), delete(11)], 0);
    assert_eq!(rig.dropped, []);
    rig.local([ready()], 0);
    rig.all_jobs();
    assert_eq!(rig.dropped, [Rid(1)]);
}

/// C4: objects of a session may go in any order.
#[test]
fn c4_session_gone() {
    let mut rig = Rig::app();
    rig.bind("ext_image_copy_capture_manager_v1", 1, 3).bind("wl_shm", 1, 4);
    rig.engine.state.objects.insert(ObjectId(5), by_name(b"ext_image_copy_capture_session_v1").unwrap());
    rig.local([request("ext_image_copy_capture_session_v1", "create_frame", 5).new_id(ObjectId(6))], 0);
    rig.local([request("ext_image_copy_capture_session_v1", "destroy", 5)], 0);
    rig.messages([(event("wl_display", "delete_id", 1).uint(5), 0)]);
    rig.local([request("ext_image_copy_capture_frame_v1", "capture", 6)], 0);
    // No buffer was attached: the compositor's business.
    rig.messages([(event("ext_image_copy_capture_frame_v1", "ready", 6), 0)]);
    rig.local([request("ext_image_copy_capture_frame_v1", "destroy", 6)], 0);
    // A buffer that is none.
    rig.engine.state.objects.insert(ObjectId(7), by_name(b"ext_image_copy_capture_frame_v1").unwrap());
    let attach = request("ext_image_copy_capture_frame_v1", "attach_buffer", 7).object(ObjectId(99));
    assert!(rig.try_local([attach], 0).is_err());
}

/// The other half: the event waits until the pixels are there.
#[test]
fn arrives_after_its_pixels() {
    let mut rig = Rig::with_pool(4096);
    rig.bind("zwlr_screencopy_manager_v1", 3, 20).bind("wl_output", 1, 30);
    let capture = request("zwlr_screencopy_manager_v1", "capture_output", 20);
    rig.local(
        [
            create_buffer(11, 64, 8, 8, 32),
            capture.new_id(ObjectId(21)).int(0).object(ObjectId(30)),
            request("zwlr_screencopy_frame_v1", "copy", 21).object(ObjectId(11)),
        ],
        0,
    );
    rig.peer(Frame::Update(Rid(1), fill(64, 320))).messages([(ready(), 0)]);
    assert_eq!(rig.got(), []);
    rig.all_jobs();
    assert_eq!(rig.got(), [(21, 2)]);
}

/// C5: the session of a cursor leads to frames like any other.
#[test]
fn c5_cursor_session() {
    const CURSOR: &str = "ext_image_copy_capture_cursor_session_v1";
    const FRAME: &str = "ext_image_copy_capture_frame_v1";
    let mut rig = Rig::with_twin(4096);
    rig.know(CURSOR, 20);
    rig.messages([
        (create_buffer(11, 64, 8, 8, 32), 0),
        (request(CURSOR, "get_capture_session", 20).new_id(ObjectId(21)), 0),
        (request("ext_image_copy_capture_session_v1", "create_frame", 21).new_id(ObjectId(22)), 0),
        (request(FRAME, "attach_buffer", 22).object(ObjectId(11)), 0),
        (request(FRAME, "capture", 22), 0),
    ]);
    rig.local([event(CURSOR, "position", 20).int(1).int(2), event(FRAME, "ready", 22)], 0);
    assert!(matches!(rig.jobs[..], [Job::Fill { range: Interval { start: 64, end: 320 }, .. }]));
    rig.all_jobs();
    assert_eq!(rig.kinds().last(), Some(&kind::PROTOCOL));
}
