//! Keymaps of any text and any combination of layouts, and keyboards that have them.

use farway_view::keymap::{KeyState, Keymap, KeymapError};

use super::Input;

/// What every text needs to be taken for a keymap.
const SECTIONS: &str = "xkb_keymap xkb_keycodes xkb_types xkb_symbols key <RALT>";

/// A keymap is passed on as it was given or refused; one of layouts has a text that is taken again. Afterwards keys are
/// pressed and released in any order: when all are up, no modifier is held.
pub fn keymap(data: &[u8]) {
    let mut input = Input(data);
    let manner = input.byte();
    let keymap = if manner & 1 == 0 { foreign(&mut input, manner) } else { layouts(&mut input, manner) };
    let Some(keymap) = keymap else { return };
    let groups = keymap.groups();
    assert!((1..=4).contains(&groups), "{groups} groups");
    let mut keys = KeyState::new(keymap.clone());
    while !input.is_empty() {
        let action = input.byte();
        let code = u32::from(input.byte()) << (action >> 4 & 1);
        match action % 4 {
            0 | 1 => drop(keys.press(code)),
            2 => drop(keys.release(code)),
            _ => {
                let c = char::from_u32(input.word() >> (action >> 3)).unwrap_or(char::from(action));
                for group in 0..=groups {
                    check_strokes(&keymap, group, c);
                }
            }
        }
        assert!(keys.modifiers().group < groups);
    }
    keys.release_all();
    assert!(keys.pressed().is_empty());
    assert_eq!(keys.modifiers().depressed, 0, "a modifier of no key");
}

/// A text that the user gives.
fn foreign(input: &mut Input<'_>, manner: u8) -> Option<Keymap> {
    let mut text = if manner & 2 == 0 { SECTIONS.to_owned() } else { String::new() };
    let most = usize::from(input.byte()) * 16;
    text.push_str(&String::from_utf8_lossy(input.take(most)));
    match Keymap::from_text(&text) {
        Ok(keymap) => {
            assert_eq!(keymap.text(), text.strip_suffix('\0').unwrap_or(&text));
            Some(keymap)
        }
        Err(KeymapError::ZeroByte) => {
            assert!(text.contains('\0'));
            None
        }
        Err(error) => {
            assert!(manner & 2 != 0, "{error}");
            None
        }
    }
}

/// Layouts by their names, with a word of no sense among them perhaps.
fn layouts(input: &mut Input<'_>, manner: u8) -> Option<Keymap> {
    let known: Vec<&str> = Keymap::layouts().collect();
    let count = usize::from(manner >> 1) % 6;
    let mut names: Vec<String> =
        (0..count).map(|_| known[usize::from(input.byte()) % known.len()].to_owned()).collect();
    if manner & 0x80 != 0 {
        names.push(String::from_utf8_lossy(input.take(12)).into_owned());
    }
    let keymap = Keymap::layout(&names.join(",")).ok()?;
    assert!(Keymap::from_text(keymap.text()).is_ok(), "a text of our own is refused");
    assert_eq!(keymap.groups() as usize, names.join(",").split(',').count());
    Some(keymap)
}

/// What is to be typed is a press of keys that exist.
fn check_strokes(keymap: &Keymap, group: u32, c: char) {
    for stroke in keymap.keystrokes_in(group, c).unwrap_or_default() {
        assert!((1..248).contains(&stroke.code), "{c:?} is key {}", stroke.code);
    }
}
