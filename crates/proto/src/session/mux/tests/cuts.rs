//! One short scene, cut at every byte and then once more.

use super::*;

/// Cut anywhere, and again anywhere on the link that follows, in both directions.
#[test]
fn two_cuts_anywhere_lose_nothing() {
    // Both ends have said everything by then.
    let (first, second) = (whole(0), whole(150));
    assert!(first > 100 && second > 50, "{first} {second}");
    // The far end gets half as much through.
    for cut in 0..=2 * first {
        for again in (cut % 5..=2 * second).step_by(5) {
            twice_cut(cut, again);
        }
    }
}

/// Two streams, a third that is given up, and messages.
fn scene() -> (Party, Party, [u32; 3]) {
    let (mut near, mut far) = pair();
    let up = near.session.open(Kind::Stdin).unwrap();
    let down = far.session.open(Kind::Wayland).unwrap();
    let lost = far.session.open(Kind::Wayland).unwrap();
    near.session.write(up, Bytes::from_static(b"to the far end, in words"));
    near.session.finish(up);
    near.session.send(Message::Signal("INT".into()));
    far.session.write(down, Bytes::from_static(b"to the near end"));
    far.session.write(lost, Bytes::from_static(b"for nobody"));
    far.session.reset(lost);
    far.session.write(down, Bytes::from_static(b", and more of it"));
    far.session.send(Message::Exited(3));
    (near, far, [up, down, lost])
}

/// How many bytes an end says on a link that follows a cut at `cut`.
fn whole(cut: usize) -> usize {
    let (mut near, mut far, _) = scene();
    let now = Instant(2);
    if cut > 0 {
        exchange(now, &mut near, &mut far, cut);
        reconnect(now, &mut near, &mut far);
    }
    near.speak(now, 10_000).len().max(far.speak(now, 10_000).len())
}

/// So many bytes get through in each direction, and what answers is lost in part.
fn exchange(now: Instant, near: &mut Party, far: &mut Party, cut: usize) {
    let (one, other) = (near.speak(now, cut), far.speak(now, cut / 2));
    far.listen(now, &one).unwrap();
    near.listen(now, &other).unwrap();
    let (one, _) = (near.speak(now, cut), far.speak(now, cut));
    far.listen(now, &one[..one.len() / 2]).unwrap();
}

fn twice_cut(cut: usize, again: usize) {
    let (mut near, mut far, [up, down, lost]) = scene();
    let now = Instant(2);
    for cut in [cut, again] {
        exchange(now, &mut near, &mut far, cut);
        reconnect(now, &mut near, &mut far);
    }
    settle(&mut near, &mut far);
    assert_eq!(far.got[&up], b"to the far end, in words", "cuts at {cut}, {again}");
    assert_eq!(near.got[&down], b"to the near end, and more of it", "cuts at {cut}, {again}");
    assert_eq!((far.opened.len(), near.opened.len()), (1, 2), "cuts at {cut}, {again}");
    assert_eq!((far.messages.len(), near.messages.len()), (1, 1), "cuts at {cut}, {again}");
    assert_eq!((far.ended.as_slice(), near.ended.as_slice()), ([up].as_slice(), [lost].as_slice()));
    far.session.finish(up);
    near.session.finish(down);
    far.session.finish(down);
    settle(&mut near, &mut far);
    assert!(near.session.is_empty() && far.session.is_empty(), "cuts at {cut}, {again}");
    assert_eq!((near.session.kept(), far.session.kept(), near.session.busy, far.session.busy), (0, 0, 0, 0));
}
