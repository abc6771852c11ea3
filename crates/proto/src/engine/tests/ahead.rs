//! What an application is told before its compositor says it.

use super::*;
use crate::channel::{Capabilities, kind};

const MILLISECOND: u64 = 1_000_000;
/// Two buffers and a surface.
const BUFFERS: [u32; 2] = [11, 12];
const SURFACE: u32 = 5;

fn attach(buffer: u32) -> Builder {
    request("wl_surface", "attach", SURFACE).object(ObjectId(buffer)).int(0).int(0)
}

fn frame(callback: u32) -> Builder {
    request("wl_surface", "frame", SURFACE).new_id(ObjectId(callback))
}

fn commit() -> Builder {
    request("wl_surface", "commit", SURFACE)
}

fn create_buffer(id: u32, row: i32) -> Builder {
    let create = request("wl_shm_pool", "create_buffer", 10).new_id(ObjectId(id));
    create.int(row * 64).int(4).int(4).int(16).uint(0)
}

fn done(callback: u32, time: u32) -> (Builder, u8) {
    (event("wl_callback", "done", callback).uint(time), 0)
}

fn deleted(id: u32) -> (Builder, u8) {
    (event("wl_display", "delete_id", 1).uint(id), 0)
}

fn release(buffer: u32) -> (Builder, u8) {
    (event("wl_buffer", "release", buffer), 0)
}

fn config() -> Config {
    Config { capabilities: Capabilities::RELEASES, ..Config::default() }
}

/// An application's half, whose peer can do this.
fn app(peer: Option<Capabilities>) -> Rig {
    let mut rig = Rig::new(Role::App, config());
    if let Some(peer) = peer {
        rig.peer(Frame::Capabilities(peer));
    }
    rig.bind("wl_shm", 1, 3).bind("wl_compositor", 5, 4);
    rig.local([request("wl_compositor", "create_surface", 4).new_id(ObjectId(SURFACE))], 0);
    rig.local([create_pool(10, 128)], 1);
    rig.local([create_buffer(BUFFERS[0], 0), create_buffer(BUFFERS[1], 1)], 0).all_jobs();
    rig.frames.clear();
    rig
}

impl Rig {
    fn at(&mut self, milliseconds: u64) -> &mut Self {
        self.now.instant = Instant(milliseconds * MILLISECOND);
        if self.engine.poll_timeout().is_some_and(|at| at <= self.now.instant) {
            self.engine.on_timeout(self.now);
            self.poll();
        }
        self
    }

    /// A frame in a buffer, with a callback.
    fn show(&mut self, buffer: u32, callback: u32) -> &mut Self {
        let damage = request("wl_surface", "damage_buffer", SURFACE).int(0).int(0).int(4).int(4);
        self.local([attach(buffer), damage, frame(callback), commit()], 0).all_jobs()
    }

    /// The compositor answers the first frame after a tenth of a second: that is how long the road is.
    fn with_road(mut self) -> Self {
        self.at(0).show(BUFFERS[0], 20);
        self.at(100).messages([done(20, 5100), deleted(20)]);
        assert_eq!(self.got(), [(20, 0), (1, 1)], "the first answer is the compositor's own");
        self.local.clear();
        self.frames.clear();
        self
    }
}

#[test]
fn a_frame_is_asked_for_before_the_compositor_does() {
    let mut rig = app(Some(Capabilities::RELEASES)).with_road();
    rig.at(101).show(BUFFERS[1], 21);
    assert!(rig.got().contains(&(BUFFERS[0], 0)), "replaced and read: free");
    rig.at(120);
    assert!(rig.got().contains(&(21, 0)));
    let time = rig.local.iter().find(|it| it.0 == 21).map(|it| it.2.to_vec());
    assert_eq!(time, Some(5120_u32.to_le_bytes().to_vec()), "as the compositor would say now");
    rig.local.clear();
    // The real words are taken out; the id is given back as ever.
    rig.at(201).messages([release(BUFFERS[0]), done(21, 5200), deleted(21)]);
    assert_eq!(rig.got(), [(1, 1)]);
}

/// The compositor's half is told to wait before what changes the buffer comes.
#[test]
fn a_buffer_that_was_free_too_early_is_waited_for() {
    let mut rig = app(Some(Capabilities::RELEASES)).with_road();
    rig.at(101).show(BUFFERS[1], 21);
    rig.at(120).show(BUFFERS[0], 22);
    let kinds: Vec<u8> = rig.kinds();
    let awaits = kinds.iter().position(|it| *it == kind::AWAIT_RELEASE).expect("it waits");
    assert_eq!(kinds[awaits..], [kind::AWAIT_RELEASE, kind::BUFFER_DIFF, kind::PROTOCOL]);
    // Once the compositor has said so, there is nothing to wait for.
    rig.at(201).messages([release(BUFFERS[0]), done(21, 5200), deleted(21), release(BUFFERS[1])]);
    rig.at(260).messages([done(22, 5260), deleted(22), release(BUFFERS[0])]);
    rig.kinds();
    rig.at(261).show(BUFFERS[1], 23);
    assert!(!rig.kinds().contains(&kind::AWAIT_RELEASE));
}

/// Nor is a buffer destroyed over there while it is shown.
#[test]
fn the_end_of_a_buffer_waits_too() {
    let mut rig = app(Some(Capabilities::RELEASES)).with_road();
    rig.at(101).show(BUFFERS[1], 21);
    rig.kinds();
    rig.local([request("wl_buffer", "destroy", BUFFERS[0])], 0);
    assert_eq!(rig.kinds(), [kind::AWAIT_RELEASE, kind::PROTOCOL]);
    rig.local.clear();
    rig.at(201).messages([release(BUFFERS[0])]);
    assert!(!rig.got().contains(&(BUFFERS[0], 0)), "the application was told once");
}

#[test]
fn a_plain_peer_keeps_its_pace() {
    for peer in [None, Some(Capabilities::COPIES)] {
        let mut rig = app(peer).with_road();
        rig.at(101).show(BUFFERS[1], 21).at(5000);
        assert_eq!(rig.got(), []);
        rig.messages([release(BUFFERS[0]), done(21, 5200), deleted(21)]);
        assert_eq!(rig.got(), [(BUFFERS[0], 0), (21, 0), (1, 1)]);
        assert!(!rig.kinds().contains(&kind::AWAIT_RELEASE));
    }
}

/// A subsurface that follows its parent is answered when that is committed, and not before.
#[test]
fn synchronised_subsurfaces_keep_their_pace() {
    let mut rig = app(Some(Capabilities::RELEASES));
    rig.bind("wl_subcompositor", 1, 6);
    rig.local([request("wl_compositor", "create_surface", 4).new_id(ObjectId(7))], 0);
    let join = request("wl_subcompositor", "get_subsurface", 6).new_id(ObjectId(8));
    rig.local([join.object(ObjectId(SURFACE)).object(ObjectId(7))], 0);
    let mut rig = rig.with_road();
    rig.at(101).show(BUFFERS[1], 21).at(300);
    assert_eq!(rig.got(), []);
    rig.messages([release(BUFFERS[0]), done(21, 5200), deleted(21)]).local.clear();
    // On its own it is as any surface: first the compositor's answer, then ahead of it.
    rig.local([request("wl_subsurface", "set_desync", 8)], 0).show(BUFFERS[0], 22);
    rig.at(400).messages([done(22, 5400), deleted(22), release(BUFFERS[1])]).local.clear();
    rig.at(401).show(BUFFERS[1], 23).at(450);
    assert_eq!(rig.got(), [(BUFFERS[0], 0), (23, 0)]);
}

/// What the display's half holds back, until the compositor has let go of the buffer or for a moment.
#[test]
fn the_display_holds_back() {
    let twin = || {
        let mut rig = Rig::new(Role::Display, Config { peer: Some(Capabilities::RELEASES), ..config() });
        rig.bind("wl_shm", 1, 3).bind("wl_compositor", 5, 4);
        rig.messages([(request("wl_compositor", "create_surface", 4).new_id(ObjectId(SURFACE)), 0)]);
        rig.peer(Frame::OpenFile { rid: Rid(1), size: 128 }).peer(Frame::InjectRids(vec![Rid(1)]));
        rig.messages([(create_pool(10, 128), 1)]);
        rig.messages([(create_buffer(BUFFERS[0], 0), 0), (create_buffer(BUFFERS[1], 1), 0)]);
        rig.messages([(attach(BUFFERS[0]), 0), (commit(), 0), (attach(BUFFERS[1]), 0), (commit(), 0)]);
        rig.local.clear();
        rig
    };
    let mut rig = twin();
    rig.peer(Frame::AwaitRelease(ObjectId(BUFFERS[0])));
    assert!(!rig.engine.appetite().channel);
    rig.messages([(attach(BUFFERS[0]), 0), (commit(), 0)]);
    assert_eq!(rig.got(), [], "it waits");
    rig.local([event("wl_buffer", "release", BUFFERS[1])], 0);
    assert_eq!(rig.got(), [], "not for that one");
    rig.local([event("wl_buffer", "release", BUFFERS[0])], 0);
    assert_eq!(rig.got().len(), 2);
    assert!(rig.engine.appetite().channel);

    // A compositor that says nothing holds up nobody for long.
    let mut rig = twin();
    rig.peer(Frame::AwaitRelease(ObjectId(BUFFERS[0]))).messages([(commit(), 0)]);
    rig.at(240);
    assert_eq!(rig.got(), []);
    rig.at(260);
    assert_eq!(rig.got(), [(SURFACE, 6)]);

    // Something that is no buffer, or is not held, is not waited for.
    for id in [0, 1, 99, SURFACE] {
        let mut rig = twin();
        rig.peer(Frame::AwaitRelease(ObjectId(id))).messages([(commit(), 0)]);
        assert_eq!(rig.got(), [(SURFACE, 6)]);
    }
    let refused = fault(Party::Peer, Reason::Unexpected(kind::AWAIT_RELEASE));
    assert_eq!(Rig::display().try_peer(Frame::AwaitRelease(ObjectId(9))), refused);
    assert_eq!(app(None).try_peer(Frame::AwaitRelease(ObjectId(9))), refused);
}

/// The application's half is told for how long a commit was here before it was answered.
#[test]
fn how_long_a_commit_was_held() {
    let mut rig = Rig::new(Role::Display, Config { peer: Some(Capabilities::RELEASES), ..config() });
    rig.bind("wl_compositor", 5, 4);
    rig.messages([(request("wl_compositor", "create_surface", 4).new_id(ObjectId(SURFACE)), 0)]);
    rig.at(5).messages([(frame(20), 0), (commit(), 0)]);
    rig.at(12).local([event("wl_callback", "done", 20).uint(7)], 0);
    let held = rig.frames.iter().position(|it| *it == Frame::Held(ObjectId(20), 7000)).expect("it is said");
    let done = rig.frames.iter().rposition(|it| matches!(it, Frame::Protocol(_))).expect("it is passed on");
    assert!(held < done, "before the answer");

    let refused = fault(Party::Peer, Reason::Unexpected(kind::HELD));
    assert_eq!(rig.try_peer(Frame::Held(ObjectId(20), 1)), refused);
    assert_eq!(app(None).try_peer(Frame::Held(ObjectId(20), 1)), refused);
    // Nobody is confused by what is said of something else.
    let mut rig = app(Some(Capabilities::RELEASES)).with_road();
    for id in [0, 20, 99, SURFACE] {
        rig.peer(Frame::Held(ObjectId(id), u32::MAX));
    }
    rig.at(101).show(BUFFERS[1], 21).at(120);
    assert!(rig.got().contains(&(21, 0)));
}

/// The end of the channel is not the end before what waited has been said.
#[test]
fn what_waits_is_said_at_the_end() {
    let mut rig = Rig::new(Role::Display, Config { peer: Some(Capabilities::RELEASES), ..config() });
    rig.bind("wl_shm", 1, 3).bind("wl_compositor", 5, 4);
    rig.messages([(request("wl_compositor", "create_surface", 4).new_id(ObjectId(SURFACE)), 0)]);
    rig.peer(Frame::OpenFile { rid: Rid(1), size: 128 }).peer(Frame::InjectRids(vec![Rid(1)]));
    rig.messages([(create_pool(10, 128), 1), (create_buffer(BUFFERS[0], 0), 0)]);
    rig.messages([(attach(BUFFERS[0]), 0), (commit(), 0)]).local.clear();
    rig.peer(Frame::AwaitRelease(ObjectId(BUFFERS[0]))).messages([(commit(), 0)]).close(Side::Channel);
    assert_eq!((rig.got(), rig.outcome), (vec![], None));
    rig.at(260);
    assert_eq!(rig.got(), [(SURFACE, 6)]);
    assert_eq!(rig.outcome, Some(Outcome::PeerLost));
}

/// A surface that goes away takes its callbacks with it, and their ids can be used again.
#[test]
fn surfaces_and_callbacks_end() {
    let mut rig = app(Some(Capabilities::RELEASES)).with_road();
    rig.at(101).show(BUFFERS[1], 21);
    rig.local([request("wl_surface", "destroy", SURFACE)], 0).at(500);
    assert!(!rig.got().contains(&(21, 0)));
    rig.messages([deleted(21), deleted(SURFACE)]);
    rig.local([request("wl_compositor", "create_surface", 4).new_id(ObjectId(21))], 0);
    assert_eq!(rig.engine.poll_timeout().filter(|at| at.0 > 1000 * MILLISECOND), None);
}
