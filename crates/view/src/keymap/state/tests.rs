use super::*;

const LEFT_SHIFT: u32 = 42;
const RIGHT_SHIFT: u32 = 54;
const LEFT_ALT: u32 = 56;
const RIGHT_ALT: u32 = 100;
const CAPS_LOCK: u32 = 58;
const CHANGED: Change = Change { key_changed: true, modifiers_changed: true };
const PLAIN: Change = Change { key_changed: true, modifiers_changed: false };

fn state(layout: &str) -> KeyState {
    KeyState::new(Keymap::layout(layout).unwrap())
}

#[test]
fn left_and_right_count_separately() {
    let mut state = state("us");
    assert_eq!(state.press(LEFT_SHIFT), CHANGED);
    assert_eq!(state.press(RIGHT_SHIFT), PLAIN);
    assert_eq!(state.release(LEFT_SHIFT), PLAIN);
    assert_eq!(state.modifiers().depressed, 1);
    assert_eq!(state.release(RIGHT_SHIFT), CHANGED);
    assert_eq!(state.modifiers(), Modifiers::default());
}

#[test]
fn what_makes_no_sense_changes_nothing() {
    let mut state = state("us");
    assert_eq!(state.release(30), Change::default());
    assert_eq!(state.press(30), PLAIN);
    assert_eq!(state.press(30), Change::default());
    assert_eq!(state.press(70_000), PLAIN);
    assert_eq!(state.pressed(), [30, 70_000]);
    assert_eq!(state.release_all(), [30, 70_000]);
    assert!(state.pressed().is_empty());
}

#[test]
fn locks_lock_until_pressed_again() {
    for (key, bit) in [(CAPS_LOCK, 2), (69, 16)] {
        let mut state = state("us");
        assert_eq!(state.press(key), CHANGED);
        assert_eq!(state.release(key), CHANGED);
        assert_eq!(state.modifiers(), Modifiers { locked: bit, ..Modifiers::default() });
        state.press(key);
        assert_eq!(state.modifiers().locked, bit);
        state.release(key);
        assert_eq!(state.modifiers(), Modifiers::default());
    }
}

#[test]
fn each_modifier_has_its_bit() {
    for (key, bit) in [(LEFT_SHIFT, 0), (29, 2), (97, 2), (LEFT_ALT, 3), (125, 6), (126, 6), (84, 7)] {
        let mut state = state("us");
        state.press(key);
        assert_eq!(state.modifiers().depressed, 1 << bit, "{key}");
    }
}

#[test]
fn right_alt_is_altgr_where_the_layout_has_it() {
    for (layout, bit) in [("us", 3), ("de", 7), ("us(intl)", 7), ("us,de", 3), ("de,us", 7)] {
        let mut state = state(layout);
        state.press(RIGHT_ALT);
        assert_eq!(state.modifiers().depressed, 1 << bit, "{layout}");
    }
}

#[test]
fn alt_and_shift_choose_the_next_layout() {
    let mut state = state("us,de");
    for (group, [first, second]) in [(1, [LEFT_ALT, LEFT_SHIFT]), (0, [LEFT_SHIFT, LEFT_ALT])] {
        state.press(first);
        state.press(second);
        assert_eq!(state.modifiers().group, group);
        assert_eq!(state.release_all(), [first, second]);
        assert_eq!(state.modifiers(), Modifiers { group, ..Modifiers::default() });
    }
    let mut single = self::state("us");
    single.press(LEFT_ALT);
    single.press(LEFT_SHIFT);
    assert_eq!(single.modifiers(), Modifiers { depressed: 9, ..Modifiers::default() });
}

#[test]
fn colemak_has_backspace_for_caps_lock() {
    let mut state = state("us(colemak)");
    assert_eq!(state.press(CAPS_LOCK), PLAIN);
}
