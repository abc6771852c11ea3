//! 7.4: which bytes a commit sends. The arithmetic itself is tested with [`crate::damage`].

use super::*;
use crate::damage::Interval;

/// What would be compared now; ends the jobs.
fn compared(rig: &mut Rig) -> Vec<(u64, u64)> {
    let mut all = Vec::new();
    for job in &rig.jobs {
        if let Job::Diff { intervals, .. } = job {
            all.extend(intervals.iter().map(|Interval { start, end }| (*start, *end)));
        }
    }
    rig.all_jobs();
    all
}

fn buffers() -> Rig {
    let mut rig = Rig::with_pool(1 << 16);
    rig.local((0..3).map(|n| create_buffer(11 + n, n as i32 * 16_384, 64, 64, 256)), 0);
    rig
}

/// D13: a commit without an attach means the buffer that is attached.
#[test]
fn d13_sticky() {
    let mut rig = buffers();
    rig.local([attach(11), damage(0, 0, 64, 64), commit()], 0);
    assert_eq!(compared(&mut rig), [(0, 16_384)]);
    rig.local([damage(0, 2, 64, 1), commit()], 0);
    assert_eq!(compared(&mut rig), [(512, 768)]);
    rig.local([commit()], 0);
    assert_eq!(compared(&mut rig), []);
}

/// D14: a surface that was unmapped starts anew.
#[test]
fn d14_unmapped() {
    let mut rig = buffers();
    rig.local([attach(11), damage(0, 0, 64, 64), commit()], 0).all_jobs();
    rig.local([attach(0), commit()], 0);
    assert_eq!(compared(&mut rig), []);
    rig.local([attach(11), damage(0, 0, 1, 1), commit()], 0);
    assert_eq!(compared(&mut rig), [(0, 16_384)]);
}

/// D3: a new buffer with an old id is another buffer.
#[test]
fn d3_reused_id() {
    let mut rig = buffers();
    rig.local([attach(11), damage(0, 0, 64, 64), commit()], 0).all_jobs();
    rig.local([request("wl_buffer", "destroy", 11)], 0);
    rig.messages([(event("wl_display", "delete_id", 1).uint(11), 0)]);
    rig.local([create_buffer(11, 0, 64, 64, 256)], 0);
    // Not the one that is attached.
    rig.local([damage(0, 0, 1, 1), commit()], 0);
    assert_eq!(compared(&mut rig), []);
    rig.local([attach(11), damage(0, 0, 1, 1), commit()], 0);
    assert_eq!(compared(&mut rig), [(0, 16_384)]);
}

/// D21: commits that are read together are sent together, each buffer with its own damage.
#[test]
fn d21_many_commits() {
    let mut rig = buffers();
    for buffer in [11, 12, 13] {
        rig.local([attach(buffer), damage(0, 0, 64, 64), commit()], 0).all_jobs();
    }
    rig.frames.clear();
    let show = |buffer, y| [attach(buffer), damage(0, y, 64, 1), commit()];
    let commits = [show(11, 0), show(12, 1), show(13, 2), show(11, 3)];
    rig.local(commits.into_iter().flatten(), 0);
    // All of the first two, whose last use is older than a whole change; three lines of the third.
    assert_eq!(compared(&mut rig), [(0, 2 * 16_384 + 3 * 256)]);
    assert_eq!(rig.frames.iter().filter(|it| matches!(it, Frame::Protocol(_))).count(), 1);
}

/// D12: damage without a size is passed on and ignored.
#[test]
fn d12_empty_damage() {
    let mut rig = buffers();
    rig.local([attach(11), damage(0, 0, 64, 64), commit()], 0).all_jobs();
    rig.frames.clear();
    rig.local([damage(0, 0, 0, 9), damage(0, 0, -1, 9), commit()], 0);
    assert_eq!(compared(&mut rig), []);
    assert_eq!(rig.kinds(), [0]);
}

/// Values that a compositor would refuse.
#[test]
fn forbidden_values() {
    let scale = |n| request("wl_surface", "set_buffer_scale", 5).int(n);
    let transform = |n| request("wl_surface", "set_buffer_transform", 5).int(n);
    for (message, fine) in
        [(scale(1), true), (scale(0), false), (scale(-1), false), (transform(7), true), (transform(8), false)]
    {
        assert_eq!(buffers().try_local([message], 0).is_ok(), fine);
    }
}

/// D7: a viewport outlives its surface, and the other way round.
#[test]
fn d7_viewport_lives() {
    for surface_first in [true, false] {
        let mut rig = buffers();
        rig.bind("wp_viewporter", 1, 30);
        rig.local([request("wp_viewporter", "get_viewport", 30).new_id(ObjectId(31)).object(ObjectId(5))], 0);
        let destroy = [request("wl_surface", "destroy", 5), request("wp_viewport", "destroy", 31)];
        let size = |n| request("wp_viewport", "set_destination", 31).int(n).int(n);
        if surface_first {
            let [surface, viewport] = destroy;
            rig.local([surface, size(9), viewport], 0);
        } else {
            let [surface, viewport] = destroy;
            rig.local([viewport, damage(0, 0, 1, 1), commit(), surface], 0);
        }
        let delete = |id| (event("wl_display", "delete_id", 1).uint(id), 0);
        rig.messages([delete(5), delete(31)]);
        let mut rig = buffers();
        rig.bind("wp_viewporter", 1, 30);
        rig.local([request("wp_viewporter", "get_viewport", 30).new_id(ObjectId(31)).object(ObjectId(5))], 0);
        assert!(rig.try_local([size(0)], 0).is_err());
    }
}

/// D20: one buffer on two surfaces. What the other surface has shown in it is no damage of this one: all of it is
/// compared when it comes back.
#[test]
fn d20_two_surfaces() {
    let mut rig = buffers();
    rig.local([request("wl_compositor", "create_surface", 4).new_id(ObjectId(6))], 0);
    let other = |y| {
        [
            request("wl_surface", "attach", 6).object(ObjectId(11)).int(0).int(0),
            request("wl_surface", "damage_buffer", 6).int(0).int(y).int(64).int(1),
            request("wl_surface", "commit", 6),
        ]
    };
    rig.local([attach(11), damage(0, 0, 64, 64), commit()], 0);
    assert_eq!(compared(&mut rig), [(0, 16_384)]);
    // New to this surface.
    rig.local(other(0), 0);
    assert_eq!(compared(&mut rig), [(0, 16_384)]);
    for y in 1..4 {
        rig.local([attach(11), damage(0, y, 64, 1), commit()], 0);
        assert_eq!(compared(&mut rig), [(0, 16_384)]);
        rig.local(other(y + 10), 0);
        assert_eq!(compared(&mut rig), [(0, 16_384)]);
    }
    // Once it stays with a surface, damage counts again.
    rig.local(other(7), 0);
    assert_eq!(compared(&mut rig), [(1792, 2048)]);
    // What the first surface does with another buffer is of no interest to the second.
    rig.local([attach(12), damage(0, 0, 1, 1), commit()], 0);
    assert_eq!(compared(&mut rig), [(16_384, 32_768)]);
    rig.local(other(8), 0);
    assert_eq!(compared(&mut rig), [(2048, 2304)]);
}

/// What a capture or an icon has left in a buffer is no damage of a surface either.
#[test]
fn used_otherwise() {
    let mut rig = buffers();
    rig.bind("zwlr_screencopy_manager_v1", 3, 20).bind("wl_output", 1, 30);
    rig.bind("xdg_toplevel_icon_manager_v1", 1, 40);
    let row = || [attach(11), damage(0, 1, 64, 1), commit()];
    rig.local(row(), 0).all_jobs();
    rig.local(row(), 0);
    assert_eq!(compared(&mut rig), [(256, 512)]);
    let capture = request("zwlr_screencopy_manager_v1", "capture_output", 20);
    let copy = request("zwlr_screencopy_frame_v1", "copy", 21).object(ObjectId(11));
    rig.local([capture.new_id(ObjectId(21)).int(0).object(ObjectId(30)), copy], 0);
    let ready = event("zwlr_screencopy_frame_v1", "ready", 21).uint(0).uint(5).uint(6);
    rig.messages([(ready, 0)]);
    rig.local(row(), 0);
    assert_eq!(compared(&mut rig), [(0, 16_384)]);
    let create = request("xdg_toplevel_icon_manager_v1", "create_icon", 40).new_id(ObjectId(41));
    let icon = request("xdg_toplevel_icon_v1", "add_buffer", 41).object(ObjectId(11)).int(1);
    rig.local([create, icon], 0);
    assert_eq!(compared(&mut rig), [(0, 16_384)]);
    rig.local(row(), 0);
    assert_eq!(compared(&mut rig), [(0, 16_384)]);
    rig.local(row(), 0);
    assert_eq!(compared(&mut rig), [(256, 512)]);
}
