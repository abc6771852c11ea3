//! Moved content: when it is looked for, and copies from the peer.

use super::*;
use crate::channel::{Capabilities, CopyRect, kind};
use crate::engine::Limits;
use crate::engine::fault::Limited;

const COPIES: Capabilities = Capabilities::COPIES;
/// Bytes of a buffer of 200 x 100 pixels.
const BUFFER: i32 = 80_000;

fn config(peer: Option<Capabilities>) -> Config {
    Config { capabilities: COPIES, peer, ..Config::default() }
}

fn buffer(pool: u32, id: u32, offset: i32) -> Builder {
    let create = request("wl_shm_pool", "create_buffer", pool).new_id(ObjectId(id));
    create.int(offset).int(200).int(100).int(800).uint(0)
}

fn show(id: u32) -> [Builder; 3] {
    [attach(id), damage(0, 0, 300, 300), commit()]
}

/// Two files, with two buffers in the first (11 and 12) and one in the second (21).
fn app(peer: Capabilities) -> Rig {
    app_apart(peer, 0)
}

/// The same with so many bytes between the first two buffers.
fn app_apart(peer: Capabilities, gap: i32) -> Rig {
    let mut rig = Rig::new(Role::App, config(None));
    rig.peer(Frame::Capabilities(peer));
    rig.bind("wl_shm", 1, 3).bind("wl_compositor", 5, 4);
    rig.local([request("wl_compositor", "create_surface", 4).new_id(ObjectId(5))], 0);
    rig.local([create_pool(10, 2 * BUFFER + gap), create_pool(20, BUFFER)], 2);
    rig.local([buffer(10, 11, 0), buffer(10, 12, BUFFER + gap), buffer(20, 21, 0)], 0).all_jobs();
    rig.frames.clear();
    rig
}

fn rect() -> CopyRect {
    CopyRect { dst: 80, src: 4000, row: 80, rows: 10, dst_pitch: 800, src_pitch: 800 }
}

impl Rig {
    /// Source and offset of the search that is the next job; `None` if it is none.
    fn search(&self) -> Option<(Option<Rid>, u64)> {
        match self.jobs.first() {
            Some(Job::Move { source, source_offset, .. }) => Some((*source, *source_offset)),
            _ => None,
        }
    }

    /// The search that is the next job finds this.
    fn found(&mut self, rects: Vec<CopyRect>) -> &mut Self {
        let ticket = self.jobs.remove(0).ticket();
        assert_eq!(self.engine.on_done(self.now, Done::Moved(ticket, rects)), Ok(()));
        self.poll();
        self
    }
}

#[test]
fn it_is_looked_for_in_what_was_shown_last() {
    let mut rig = app(COPIES);
    rig.local(show(11), 0);
    assert_eq!(rig.search(), Some((None, 0)));
    rig.all_jobs().local(show(12), 0);
    assert_eq!(rig.search(), Some((None, 0)));
    rig.all_jobs().local(show(21), 0);
    assert_eq!(rig.search(), None, "two in a row found nothing");
    rig.all_jobs().local(show(11), 0);
    assert_eq!(rig.search(), Some((Some(Rid(2)), 0)));
    rig.kinds();
    let large = CopyRect { row: 800, rows: 20, ..rect() };
    rig.found(vec![large]);
    assert_eq!(rig.frames, [Frame::Update(Rid(1), Update::copy(Rid(2), &[large]))]);
    assert!(rig.jobs.iter().all(|job| matches!(job, Job::Diff { .. })) && rig.jobs.len() == 1);
    rig.all_jobs();
    assert_eq!(rig.kinds(), [kind::COPY, kind::BUFFER_DIFF, kind::PROTOCOL]);
    rig.local(show(12), 0);
    assert_eq!(rig.search(), Some((None, 0)));
}

#[test]
fn what_may_change_is_no_source() {
    // Both files are in the batch.
    let mut rig = app(COPIES);
    rig.local(show(21).into_iter().chain(show(11)), 0);
    let sources: Vec<_> = rig.jobs.iter().map(Job::source).collect();
    assert_eq!(sources, [None, None]);
    rig.all_jobs();
    // The buffer is destroyed.
    let mut rig = app(COPIES);
    rig.local(show(21), 0).all_jobs();
    rig.local([request("wl_buffer", "destroy", 21)], 0).local(show(11), 0);
    assert_eq!(rig.search(), Some((None, 0)));
    // A search is under way: its source is not dropped before.
    let mut rig = app(COPIES);
    rig.local(show(21), 0).all_jobs();
    let destroy = [request("wl_buffer", "destroy", 21), request("wl_shm_pool", "destroy", 20)];
    rig.local(show(11).into_iter().chain(destroy), 0);
    assert_eq!(rig.search(), Some((Some(Rid(2)), 0)));
    rig.messages([20, 21].map(|id| (event("wl_display", "delete_id", 1).uint(id), 0)));
    assert_eq!(rig.dropped, []);
    rig.found(vec![rect()]);
    assert_eq!((rig.jobs[0].source(), &rig.dropped), (Some(Rid(2)), &vec![]), "it is copied from now");
    rig.all_jobs();
    assert_eq!(rig.dropped, [Rid(2)]);
}

impl Rig {
    /// Whether the search that is the next job is to copy by itself, and what is likely.
    fn asked(&self) -> (bool, Option<i64>) {
        let Some(Job::Move { at_once, likely, .. }) = self.jobs.first() else { panic!("no search") };
        (*at_once, *likely)
    }

    /// What each comparison is to copy before.
    fn copied(&self) -> Vec<Option<(Option<Rid>, &[CopyRect])>> {
        let copies = self.jobs.iter().map(|job| match job {
            Job::Diff { copies, .. } => copies.as_ref().map(|it| (it.source, &it.rects[..])),
            other => panic!("{other:?}"),
        });
        copies.collect()
    }
}

/// Whoever compares also copies, unless something that is compared is copied from.
#[test]
fn who_copies() {
    let mut rig = app(COPIES);
    rig.local(show(11), 0);
    assert!(rig.asked().0, "within one image");
    rig.found(vec![rect()]);
    assert_eq!(rig.copied(), [None]);
    rig.all_jobs().local(show(12), 0);
    assert!(!rig.asked().0, "from the other one");
    let there = CopyRect { dst: 80_000, src: 800, row: 800, rows: 99, ..rect() };
    rig.found(vec![there]);
    assert_eq!(rig.copied(), [Some((None, &[there][..]))]);
    rig.all_jobs().local(show(21), 0);
    rig.found(vec![rect()]);
    assert_eq!(rig.copied(), [Some((Some(Rid(1)), &[rect()][..]))]);
    rig.all_jobs().local(show(12).into_iter().chain(show(11)), 0);
    assert!(rig.asked().0, "both are compared");
    rig.found(Vec::new());
    assert_eq!(rig.copied(), [None]);
}

/// The bytes behind the last whole block are compared by themselves, and may be copied from, too.
#[test]
fn who_copies_from_a_tail() {
    let mut rig = app_apart(COPIES, 4);
    let there = CopyRect { dst: 800, src: 81_604, row: 800, rows: 98, ..rect() };
    for id in [12, 11, 12] {
        rig.local(show(id), 0);
        rig.found(vec![there]).all_jobs();
    }
    let last_pixel = [attach(12), damage(199, 99, 1, 1), commit()];
    rig.local(last_pixel.into_iter().chain(show(11)), 0);
    assert!(rig.asked().0);
}

#[test]
fn little_that_has_moved_is_not_worth_a_search() {
    for (rows, again) in [(1, false), (20, true)] {
        let mut rig = app(COPIES);
        for id in [11, 12] {
            rig.local(show(id), 0);
            assert!(rig.search().is_some());
            rig.found(vec![CopyRect { row: 800, rows, ..rect() }]).all_jobs();
        }
        rig.local(show(11), 0);
        assert_eq!(rig.search().is_some(), again, "{rows} rows");
    }
}

/// How far most of it moved is likely the next time, wherever the buffers are.
#[test]
fn what_is_likely() {
    let mut rig = app(COPIES);
    rig.local(show(11), 0);
    assert_eq!(rig.asked().1, None);
    rig.all_jobs().local(show(12), 0);
    let down = CopyRect { dst: 80_000, src: 1600, row: 800, rows: 98, ..rect() };
    let still = CopyRect { dst: 80_000, src: 0, row: 800, rows: 100, ..rect() };
    let little = CopyRect { rows: 3, ..rect() };
    rig.found(vec![little, down, still]).all_jobs();
    rig.local(show(21), 0);
    assert_eq!(rig.asked().1, Some(1600), "from the second buffer to a file of its own");
    rig.found(vec![CopyRect { dst: 0, src: 81_600, ..down }]).all_jobs();
    rig.local(show(11), 0);
    assert_eq!(rig.asked().1, Some(1600), "and back");
    rig.found(vec![CopyRect { dst: 0, src: 0, ..still }]).all_jobs().local(show(12), 0);
    assert_eq!(rig.asked().1, None, "nothing has moved");
}

#[test]
fn small_damage_and_plain_peers() {
    let mut rig = app(COPIES);
    rig.local([attach(11), damage(0, 0, 300, 300), commit()], 0).all_jobs();
    rig.local([damage(0, 0, 10, 10), commit()], 0);
    assert_eq!(rig.search(), None);
    let mut rig = app(Capabilities::RELEASES);
    rig.local(show(11), 0);
    assert_eq!(rig.search(), None);
}

fn display() -> Rig {
    let mut rig = Rig::new(Role::Display, config(Some(COPIES)));
    rig.peer(Frame::OpenFile { rid: Rid(1), size: 40_000 });
    rig.peer(Frame::OpenFile { rid: Rid(2), size: 20_000 });
    rig
}

/// Both files are busy until the copy is made, and it waits until they are idle.
#[test]
fn copies_wait_and_are_waited_for() {
    let copy = || Frame::Update(Rid(1), Update::copy(Rid(2), &[rect()]));
    let mut rig = display();
    rig.peer(Frame::Update(Rid(2), fill(0, 100))).peer(copy()).peer(Frame::Update(Rid(2), fill(0, 50)));
    assert_eq!(rig.jobs.len(), 1);
    assert!(!rig.engine.appetite().channel);
    assert_eq!(rig.job(), Ok(()));
    assert_eq!(rig.jobs.iter().map(Job::source).collect::<Vec<_>>(), [Some(Rid(2))]);
    assert!(rig.engine.appetite().channel);
    rig.peer(Frame::Update(Rid(1), fill(0, 50)));
    assert_eq!(rig.jobs.len(), 1);
    assert_eq!(rig.job(), Ok(()));
    assert_eq!(rig.jobs.iter().map(Job::rid).collect::<Vec<_>>(), [Rid(1), Rid(2)]);
    rig.all_jobs();
    // Within one file it is an update like others.
    rig.peer(Frame::Update(Rid(1), fill(0, 50))).peer(Frame::Update(Rid(1), Update::copy(Rid(1), &[rect()])));
    assert_eq!(rig.jobs.len(), 1);
    rig.all_jobs();
}

#[test]
fn copies_that_are_wrong() {
    let wrong = [
        CopyRect { rows: 0, ..rect() },
        CopyRect { row: 0, ..rect() },
        CopyRect { row: 801, ..rect() },
        CopyRect { rows: 51, ..rect() },
        CopyRect { rows: u32::MAX, ..rect() },
        CopyRect { dst: u32::MAX, ..rect() },
        CopyRect { src: 20_000, ..rect() },
        CopyRect { src_pitch: 3000, ..rect() },
    ];
    let range = fault(Party::Peer, Reason::Range(Rid(1)));
    for wrong in wrong {
        let update = Update::copy(Rid(2), &[rect(), wrong]);
        assert_eq!(display().try_peer(Frame::Update(Rid(1), update)), range, "{wrong:?}");
    }
    let across = CopyRect { src: 100, src_pitch: 801, ..rect() };
    assert_eq!(display().try_peer(Frame::Update(Rid(1), Update::copy(Rid(1), &[across]))), range);
    assert_eq!(display().try_peer(Frame::Update(Rid(1), Update::copy(Rid(2), &[across]))), Ok(()));
    assert_eq!(display().try_peer(Frame::Update(Rid(1), Update::copy(Rid(2), &[rect(); 65]))), range);
    let unknown = Frame::Update(Rid(1), Update::copy(Rid(7), &[rect()]));
    assert_eq!(display().try_peer(unknown), fault(Party::Peer, Reason::UnknownRid(Rid(7))));
    let copy = || Frame::Update(Rid(1), Update::copy(Rid(2), &[rect()]));
    let unexpected = fault(Party::Peer, Reason::Unexpected(kind::COPY));
    let mut plain = Rig::with_twin(4096);
    assert_eq!(plain.try_peer(copy()), unexpected);
    let mut rig = app(COPIES);
    assert_eq!(rig.try_peer(copy()), unexpected);
    let limits = Limits { update: 1000, ..Default::default() };
    let mut rig = Rig::new(Role::Display, Config { limits, ..config(Some(COPIES)) });
    rig.peer(Frame::OpenFile { rid: Rid(1), size: 40_000 })
        .peer(Frame::OpenFile { rid: Rid(2), size: 20_000 });
    let limit = fault(Party::Peer, Reason::Limit(Limited::Update));
    assert_eq!(rig.try_peer(Frame::Update(Rid(1), Update::copy(Rid(2), &[rect(), rect()]))), limit);
}
