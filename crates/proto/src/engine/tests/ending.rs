//! 7.11: how connections end.

use super::*;
use crate::channel::kind;

/// Q3: what the application said before it left is sent first, content included.
#[test]
fn q3_last_requests() {
    let mut rig = Rig::with_pool(4096);
    rig.local([create_buffer(11, 0, 8, 8, 32), attach(11), damage(0, 0, 8, 8), commit()], 0);
    rig.close(Side::Local);
    assert_eq!((rig.outcome, rig.frames.len()), (None, 0));
    rig.all_jobs();
    let sent = rig.kinds();
    assert_eq!(sent, [kind::BUFFER_DIFF, kind::PROTOCOL, kind::CLOSE]);
    assert_eq!(rig.outcome, Some(Outcome::LocalClosed));
}

/// Q3, the other half: what waits behind the gate is still delivered.
#[test]
fn q3_behind_the_gate() {
    let mut rig = Rig::with_twin(4096);
    rig.messages([(create_buffer(11, 0, 8, 8, 32), 0), (attach(11), 0)]);
    rig.local.clear();
    rig.peer(Frame::Update(Rid(1), fill(0, 64))).messages([(commit(), 0)]);
    rig.peer(Frame::Close(0)).close(Side::Channel);
    assert_eq!((rig.outcome, rig.got()), (None, vec![]));
    rig.all_jobs();
    assert_eq!((rig.outcome, rig.got()), (Some(Outcome::PeerClosed), vec![(5, 6)]));
}

/// Q4: a fault on either side is told to the application, once, and is the end.
#[test]
fn q4_faults_are_told() {
    let wrong = [1, 0, 0, 0, 0, 0, 9, 0];
    let mut rig = Rig::app();
    assert!(rig.bytes(&wrong, 0).is_err());
    assert_eq!((rig.got(), rig.kinds()), (vec![(1, 0)], vec![kind::CLOSE]));
    assert!(matches!(rig.outcome, Some(Outcome::Fault(Fault { at: Party::App, .. }))));
    // Whatever comes now is ignored.
    assert_eq!(rig.bytes(&wrong, 0), Ok(()));
    assert_eq!(rig.try_peer(Frame::Close(0)), Ok(()));
    rig.close(Side::Local).close(Side::Channel);
    let appetite = rig.engine.appetite();
    assert!(!appetite.local && !appetite.channel);
    let mut rig = Rig::display();
    assert!(rig.bytes(&wrong, 0).is_err());
    assert_eq!((rig.got(), rig.kinds()), (vec![], vec![kind::PROTOCOL, kind::CLOSE]));
}

/// Q19: a goodbye, a lost stream and a refusal are different things.
#[test]
fn q19_goodbye_or_crash() {
    for code in [0, -1, -2, 77] {
        let mut rig = Rig::app();
        rig.peer(Frame::Close(code));
        assert_eq!((rig.outcome, rig.got()), (Some(Outcome::PeerClosed), vec![]));
    }
    let mut rig = Rig::app();
    rig.close(Side::Channel);
    assert_eq!((rig.outcome, rig.got()), (Some(Outcome::PeerLost), vec![(1, 0)]));
    let mut rig = Rig::display();
    rig.close(Side::Channel);
    assert_eq!((rig.outcome, rig.got(), rig.kinds()), (Some(Outcome::PeerLost), vec![], vec![]));
    let mut rig = Rig::app();
    let code = crate::channel::CompressionCode::Zstd;
    assert_eq!(rig.engine.on_refused(rig.now, code), fault(Party::Peer, Reason::Refused(code)));
}

/// A descriptor that is of no use is its sender's fault; one that could not be made is ours.
#[test]
fn bad_descriptors() {
    use crate::engine::fault::FdProblem;
    for (rid, problem, at) in [
        (1, FdProblem::TooSmall, Party::App),
        (1, FdProblem::NotAFile, Party::App),
        (1, FdProblem::Machine, Party::Ourselves),
        (-1, FdProblem::TooSmall, Party::Ourselves),
    ] {
        let mut rig = Rig::with_pool(64);
        let result = rig.engine.on_bad_fd(rig.now, Rid(rid), problem);
        assert_eq!(result, fault(at, Reason::BadFd(Rid(rid), problem)));
    }
}

/// The user may end it.
#[test]
fn stop() {
    let mut rig = Rig::app();
    rig.engine.stop(rig.now);
    rig.poll();
    assert_eq!((rig.kinds(), rig.outcome), (vec![kind::CLOSE], Some(Outcome::LocalClosed)));
}
