use super::{BufferUse, Dirty, History, MAX_RECTS, SLOTS};
use crate::damage::geometry::Transform;
use crate::damage::rect::Rect;

mod oracle;

fn buffer(serial: u64) -> BufferUse {
    BufferUse { serial, width: 16, height: 16 }
}

fn commit(history: &mut History, serial: u64) -> Dirty {
    history.commit(Some(buffer(serial)))
}

fn rects(list: &[(i32, i32, i32, i32)]) -> Dirty {
    Dirty::Rects(list.iter().map(|(x, y, w, h)| Rect::from_size(*x, *y, *w, *h)).collect())
}

#[test]
fn a_single_buffer_gets_its_own_damage() {
    let mut h = History::new();
    h.damage_surface(0, 0, 1, 1);
    assert_eq!(commit(&mut h, 1), Dirty::Whole, "first use");
    assert_eq!(commit(&mut h, 1), Dirty::Nothing);
    h.damage_surface(2, 3, 4, 5);
    h.damage_buffer(9, 9, 1, 1);
    assert_eq!(commit(&mut h, 1), rects(&[(9, 9, 1, 1), (2, 3, 4, 5)]));
    assert_eq!(commit(&mut h, 1), Dirty::Nothing);
}

#[test]
fn damage_adds_up_over_rotating_buffers() {
    for count in 1..=9u64 {
        let mut h = History::new();
        for step in 0..40 {
            h.damage_buffer(step % 16, step / 16, 1, 1);
            let dirty = commit(&mut h, step as u64 % count);
            if (step as u64) < count || count as usize >= SLOTS {
                assert_eq!(dirty, Dirty::Whole);
                continue;
            }
            let mut expected: Vec<_> =
                (0..count as i32).map(|k| Rect::from_size((step - k) % 16, (step - k) / 16, 1, 1)).collect();
            let Dirty::Rects(mut got) = dirty else { panic!("{dirty:?}") };
            let key = |r: &Rect| (r.y0, r.x0);
            expected.sort_by_key(key);
            got.sort_by_key(key);
            assert_eq!(got, expected);
        }
    }
}

#[test]
fn any_change_of_the_mapping_makes_all_dirty() {
    let changes: [fn(&mut History); 4] = [
        |h| h.set_scale(2),
        |h| h.set_transform(Transform::Flipped),
        |h| h.set_source(Some((0, 0, 256, 256))),
        |h| h.set_destination(Some((3, 3))),
    ];
    for change in changes {
        let mut h = History::new();
        commit(&mut h, 1);
        change(&mut h);
        assert_eq!(commit(&mut h, 1), Dirty::Whole);
        assert_eq!(commit(&mut h, 1), Dirty::Nothing, "the state is kept");
    }
    let mut h = History::new();
    commit(&mut h, 1);
    assert_eq!(h.commit(Some(BufferUse { width: 17, ..buffer(1) })), Dirty::Whole);
}

#[test]
fn no_buffer_wipes_all_but_the_state() {
    let mut h = History::new();
    h.set_scale(2);
    commit(&mut h, 1);
    h.damage_surface(0, 0, 1, 1);
    assert_eq!(h.commit(None), Dirty::Nothing);
    assert_eq!(commit(&mut h, 1), Dirty::Whole);
    h.damage_surface(0, 0, 1, 1);
    assert_eq!(commit(&mut h, 1), rects(&[(0, 0, 2, 2)]));
}

#[test]
fn odd_rectangles() {
    let max = i32::MAX;
    type Case = ((i32, i32, i32, i32), Dirty);
    let cases: &[Case] = &[
        ((0, 0, max, max), Dirty::Whole),
        ((-5, -5, 10, 10), rects(&[(0, 0, 5, 5)])),
        ((max - 1, 0, 10, 10), Dirty::Nothing),
        ((i32::MIN, i32::MIN, max, max), Dirty::Nothing),
        ((-1, 3, max, 1), rects(&[(0, 3, 16, 1)])),
        ((16, 0, 4, 4), Dirty::Nothing),
        ((3, 3, 0, 4), Dirty::Nothing),
        ((3, 3, 4, -1), Dirty::Nothing),
        ((3, 3, i32::MIN, max), Dirty::Nothing),
    ];
    for ((x, y, w, h), expected) in cases.iter().cloned() {
        let mut history = History::new();
        commit(&mut history, 1);
        history.damage_surface(x, y, w, h);
        assert_eq!(commit(&mut history, 1), expected, "surface {x} {y} {w} {h}");
        history.damage_buffer(x, y, w, h);
        assert_eq!(commit(&mut history, 1), expected, "buffer {x} {y} {w} {h}");
    }
}

#[test]
fn commits_without_news_do_not_push_buffers_out() {
    let mut h = History::new();
    commit(&mut h, 1);
    commit(&mut h, 2);
    h.damage_buffer(1, 1, 1, 1);
    commit(&mut h, 2);
    (0..20).for_each(|_| assert_eq!(commit(&mut h, 2), Dirty::Nothing));
    assert_eq!(commit(&mut h, 1), rects(&[(1, 1, 1, 1)]));
}

#[test]
fn a_change_in_between_that_resizes_or_pans_makes_all_dirty() {
    let changes: [fn(&mut History); 3] = [
        |h| h.set_scale(2),
        |h| h.set_destination(Some((20, 20))),
        |h| h.set_source(Some((256, 0, 15 * 256, 16 * 256))),
    ];
    for change in changes {
        let mut h = History::new();
        commit(&mut h, 1);
        change(&mut h);
        commit(&mut h, 2);
        h.set_scale(1);
        h.set_source(None);
        h.set_destination(None);
        assert_eq!(commit(&mut h, 1), Dirty::Whole);
    }
}

#[test]
fn damage_crosses_a_change_of_scale_and_transform() {
    let mut h = History::new();
    commit(&mut h, 1);
    h.set_scale(2);
    h.set_transform(Transform::R180);
    h.damage_buffer(0, 0, 1, 1);
    h.commit(Some(BufferUse { serial: 2, width: 32, height: 32 }));
    h.set_scale(1);
    h.set_transform(Transform::Normal);
    assert_eq!(commit(&mut h, 1), rects(&[(15, 15, 1, 1)]));
}

#[test]
fn client_errors_are_coarse_but_safe() {
    let mut h = History::new();
    h.set_scale(2);
    let odd = BufferUse { serial: 1, width: 5, height: 5 };
    h.commit(Some(odd));
    h.damage_buffer(4, 4, 1, 1);
    assert_eq!(h.commit(Some(odd)), rects(&[(4, 4, 1, 1)]));
    h.damage_surface(0, 0, 1, 1);
    assert_eq!(h.commit(Some(odd)), Dirty::Whole);
    h.set_scale(i32::MIN);
    h.commit(Some(odd));
    h.damage_surface(0, 0, 1, 1);
    assert_eq!(h.commit(Some(odd)), Dirty::Whole);
    let broken = BufferUse { serial: 2, width: -5, height: i32::MIN };
    h.commit(Some(broken));
    h.damage_buffer(0, 0, 1, 1);
    h.damage_surface(0, 0, 1, 1);
    assert_eq!(h.commit(Some(broken)), Dirty::Whole);
}

#[test]
fn thousands_of_rectangles_stay_bounded() {
    let mut h = History::new();
    let large = BufferUse { serial: 1, width: 1000, height: 1000 };
    h.commit(Some(large));
    let place = |i: i32| (i * 7919 % 1000, i * 331 % 997);
    for i in 0..100_000 {
        let (x, y) = place(i);
        h.damage_buffer(x, y, 1, 1);
        h.damage_surface(y, x, 1, 1);
    }
    assert!(h.pending.buffer.rects.len() <= MAX_RECTS && h.pending.buffer.rects.capacity() <= 2 * MAX_RECTS);
    let dirty = h.commit(Some(large));
    let Dirty::Rects(got) = dirty else { panic!("{dirty:?}") };
    assert!(got.len() <= 2 * MAX_RECTS);
    for (x, y) in (0..100_000).step_by(97).map(place) {
        for pixel in [Rect::from_size(x, y, 1, 1), Rect::from_size(y, x, 1, 1)] {
            assert!(got.iter().any(|r| r.contains(&pixel)));
        }
    }
}
